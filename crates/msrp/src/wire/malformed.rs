//! What is wrong with their octets, where, and what they hear.

use crate::Status;

/// The part of a request or response that breaks the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The start line: no `MSRP`, no method, no status, too long, or not ended by CRLF.
    StartLine,
    /// The transaction identifier.
    TransactionId,
    /// The end-line.
    EndLine,
    /// Longer than the limit.
    Oversize,
    /// To-Path is not the first header, or holds no list of MSRP URIs.
    ToPath,
    /// From-Path is not the second header, or holds no list of MSRP URIs.
    FromPath,
    /// A header line without name, without colon, or not ended by CRLF.
    Header,
    /// A header that may stand once stands twice.
    Twice,
    /// More header lines than the limit.
    TooManyHeaders,
    /// Message-ID: bad, or missing where there is a body or a report.
    MessageId,
    /// Byte-Range.
    ByteRange,
    /// Success-Report or Failure-Report.
    ReportFlag,
    /// Status, bad, or missing in a REPORT.
    Status,
    /// A body without Content-Type, or an empty Content-Type.
    ContentType,
}

/// A break of the grammar of RFC 4975 9; `at` is the offset where it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub part: Part,
    /// Offset in the octets that were given.
    pub at: usize,
}

impl Malformed {
    /// The answer on the wire. `None`: the frame itself cannot be trusted, nothing can be answered and the
    /// connection closes.
    pub fn status(self) -> Option<Status> {
        match self.part {
            Part::StartLine | Part::TransactionId | Part::EndLine => None,
            Part::Oversize => Some(Status::STOP_SENDING),
            _ => Some(Status::BAD_REQUEST),
        }
    }
}

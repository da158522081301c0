//! Writing responses and REPORTs: what is said about a request.

use core::fmt;

use octets::{Overflow, Writer};

use super::byte_range::ByteRange;
use super::send::{end_line, header, start};
use super::uri::MsrpUri;
use super::view::{ChunkView, Continuation};
use crate::Status;

/// Appends the response to `request`. Ask [`crate::response_is_due`] first.
///
/// RFC 4975 7.2: it goes one hop back, to the leftmost URI of From-Path, and comes from the leftmost URI of To-Path.
pub fn write_response(
    out: &mut Writer<'_>,
    request: &ChunkView<'_>,
    status: Status,
    comment: Option<&str>,
) -> Result<(), Overflow> {
    write_answer(
        out,
        request.transaction_id(),
        request.from_path().first(),
        request.to_path().first(),
        status,
        comment,
    )
}

pub(super) fn write_answer(
    out: &mut Writer<'_>,
    transaction_id: &[u8],
    to: MsrpUri<'_>,
    from: MsrpUri<'_>,
    status: Status,
    comment: Option<&str>,
) -> Result<(), Overflow> {
    out.put(b"MSRP ");
    out.put(transaction_id);
    out.u8(b' ');
    write_status(out, status, comment);
    header(out, b"To-Path", to.as_bytes());
    header(out, b"From-Path", from.as_bytes());
    end_line(out, transaction_id, Continuation::Last);
    if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
}

/// What became of a message, RFC 4975 7.1.2.
#[derive(Clone, Copy)]
pub struct ReportRequest<'a> {
    /// Freshly drawn, see [`crate::TransactionId`].
    pub transaction_id: &'a [u8],
    /// The whole From-Path of the SEND.
    pub to_path: &'a [u8],
    /// Our own URI.
    pub from_path: &'a [u8],
    /// The Message-ID of the SEND.
    pub message_id: &'a [u8],
    /// The octets that the report is about.
    pub byte_range: ByteRange,
    /// What became of them.
    pub status: Status,
    /// Words for a reader of traces; the usual ones when `None`.
    pub comment: Option<&'a str>,
}

/// Appends a REPORT; nobody answers it.
pub fn write_report(out: &mut Writer<'_>, report: &ReportRequest<'_>) -> Result<(), Overflow> {
    start(out, report.transaction_id, b"REPORT");
    header(out, b"To-Path", report.to_path);
    header(out, b"From-Path", report.from_path);
    header(out, b"Message-ID", report.message_id);
    out.put(b"Byte-Range: ");
    report.byte_range.write(out);
    out.put(b"\r\nStatus: 000 ");
    write_status(out, report.status, report.comment);
    end_line(out, report.transaction_id, Continuation::Last);
    if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
}

/// Code, comment, CRLF. Control characters of a comment are left out: they would be lines of their own.
fn write_status(out: &mut Writer<'_>, status: Status, comment: Option<&str>) {
    out.decimal_padded(u64::from(status.0), 3);
    let comment = comment.unwrap_or(status.comment());
    if !comment.is_empty() {
        out.u8(b' ');
        comment.bytes().filter(|octet| !octet.is_ascii_control()).for_each(|octet| out.u8(octet));
    }
    out.put(b"\r\n");
}

/// The paths hold session-ids: they do not print.
impl fmt::Debug for ReportRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportRequest")
            .field("byte_range", &self.byte_range)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

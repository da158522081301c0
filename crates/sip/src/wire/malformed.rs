//! Why octets are no SIP message, where, and what the sender hears.

use super::StatusCode;

/// What was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing but line ends.
    Empty,
    /// The first line is neither a request line nor a status line.
    StartLine,
    /// The protocol version is not SIP/2.0.
    Version,
    /// A header line has no colon, or its name is no token.
    Header,
    /// The message ends before the blank line.
    NoBlankLine,
    /// More header lines than `HEADERS_MAX`.
    TooManyHeaders,
    /// A header longer than `HEADER_OCTETS_MAX`.
    HeaderTooLong,
    /// More octets than `MESSAGE_OCTETS_MAX`.
    MessageTooLong,
    /// Content-Length is not a number, is negative, or comes twice.
    ContentLength,
    /// The body is shorter than Content-Length says.
    ShortBody,
}

/// Octets that are no SIP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What was wrong.
    pub kind: Flaw,
    /// Offset where it was noticed.
    pub at: usize,
    /// Does the first line look like that of a response? Nobody answers a response.
    pub is_response: bool,
}

impl Malformed {
    /// The answer, when the message is a request; whether it can be written is seen from `Index::salvage`.
    pub fn status(self) -> Option<StatusCode> {
        if self.is_response {
            return None;
        }
        match self.kind {
            Flaw::Empty => None,
            Flaw::Version => Some(StatusCode::VERSION_NOT_SUPPORTED),
            Flaw::TooManyHeaders | Flaw::HeaderTooLong | Flaw::MessageTooLong => {
                Some(StatusCode::MESSAGE_TOO_LARGE)
            }
            Flaw::StartLine | Flaw::Header | Flaw::NoBlankLine | Flaw::ContentLength | Flaw::ShortBody => {
                Some(StatusCode::BAD_REQUEST)
            }
        }
    }
}

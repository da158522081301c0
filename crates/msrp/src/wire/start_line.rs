//! The first line: `MSRP` SP transaction identifier SP (method, or status and comment).
//!
//! Refuses: to guess. Without a sound transaction identifier the end of the frame is unknown.

use memchr::memmem;

use super::malformed::{Malformed, Part};
use crate::Status;
use crate::limits::{START_LINE_OCTETS_MAX, TRANSACTION_ID_OCTETS_MAX, TRANSACTION_ID_OCTETS_MIN};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A message, or a chunk of one.
    Send,
    /// What became of a message.
    Report,
    /// Anything else: 501.
    Other,
}

/// Request or response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request with its method.
    Request(Method),
    /// A response with its status.
    Response(Status),
}

/// A start line and how many octets it took, CRLF included.
pub(super) struct StartLine<'a> {
    pub(super) transaction_id: &'a [u8],
    pub(super) kind: Kind,
    pub(super) comment: &'a [u8],
    pub(super) length: usize,
}

impl<'a> StartLine<'a> {
    /// Reads the start line at the front of `bytes`; `None` when more octets are needed.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let reach = bytes.len().min(PROTOCOL.len());
        if bytes[..reach] != PROTOCOL[..reach] {
            return Err(Malformed { part: Part::StartLine, at: 0 });
        }
        let window = &bytes[..bytes.len().min(START_LINE_OCTETS_MAX)];
        let Some(end) = memmem::find(window, b"\r\n") else {
            if bytes.len() >= START_LINE_OCTETS_MAX {
                return Err(Malformed { part: Part::StartLine, at: START_LINE_OCTETS_MAX });
            }
            return Ok(None);
        };
        // The first line is whole, so `PROTOCOL` was compared in full: CR is no part of it.
        let line = &bytes[..end];
        let rest = line.get(PROTOCOL.len()..).ok_or(Malformed { part: Part::StartLine, at: end })?;
        let space = memchr::memchr(b' ', rest).ok_or(Malformed { part: Part::StartLine, at: end })?;
        let transaction_id = &rest[..space];
        if !is_transaction_id(transaction_id) {
            return Err(Malformed { part: Part::TransactionId, at: PROTOCOL.len() });
        }
        let at = PROTOCOL.len() + space + 1;
        let (kind, comment) = kind(&rest[space + 1..]).ok_or(Malformed { part: Part::StartLine, at })?;
        Ok(Some(StartLine { transaction_id, kind, comment, length: end + 2 }))
    }
}

fn kind(text: &[u8]) -> Option<(Kind, &[u8])> {
    if text.first()?.is_ascii_digit() {
        let (code, rest) = text.split_at_checked(3)?;
        let comment = match rest {
            [] => rest,
            [b' ', comment @ ..] => comment,
            _ => return None,
        };
        let printable = comment.iter().all(|octet| *octet >= b' ' || *octet == b'\t');
        return printable.then_some((Kind::Response(Status::from_ascii(code)?), comment));
    }
    let method = match text {
        b"SEND" => Method::Send,
        b"REPORT" => Method::Report,
        other if other.iter().all(u8::is_ascii_uppercase) => Method::Other,
        _ => return None,
    };
    Some((Kind::Request(method), &[]))
}

/// Is `text` an `ident` of RFC 4975 9?
pub(super) fn is_transaction_id(text: &[u8]) -> bool {
    (TRANSACTION_ID_OCTETS_MIN..=TRANSACTION_ID_OCTETS_MAX).contains(&text.len())
        && text[0].is_ascii_alphanumeric()
        && text.iter().all(|octet| octet.is_ascii_alphanumeric() || b".-+%=".contains(octet))
}

const PROTOCOL: &[u8; 5] = b"MSRP ";

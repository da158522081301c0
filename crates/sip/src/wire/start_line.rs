//! The first line: a request line or a status line (RFC 3261 7.1, 7.2).

use octets::Span;

use super::grammar::{is_plain_octet, is_token};
use super::{Flaw, Malformed, Method, StatusCode};

/// What the first line says.
#[derive(Clone, Copy)]
pub(crate) enum StartLine {
    Request { method: Method, method_name: Span, uri: Span },
    Status(StatusCode),
}

impl StartLine {
    /// Reads `line`, which starts at offset `at` of the message.
    pub(crate) fn parse(line: &[u8], at: usize) -> Result<StartLine, Malformed> {
        if looks_like_status(line) {
            let flaw = |kind| Malformed { kind, at, is_response: true };
            let rest = after_version(line).ok_or(flaw(Flaw::Version))?;
            let rest = rest.strip_prefix(b" ").ok_or(flaw(Flaw::StartLine))?;
            // RFC 4475 3.1.1.13: the phrase may be empty; many omit the space before it too.
            let code = match rest {
                [code @ .., b' '] if code.len() == 3 => code,
                _ => rest.split(|octet| *octet == b' ').next().unwrap_or(rest),
            };
            return StatusCode::parse(code).map(StartLine::Status).ok_or(flaw(Flaw::StartLine));
        }
        let flaw = |kind| Malformed { kind, at, is_response: false };
        let bad = flaw(Flaw::StartLine);
        let first = memchr::memchr(b' ', line).ok_or(bad)?;
        let last = memchr::memrchr(b' ', line).ok_or(bad)?;
        let (method, version) = (&line[..first], &line[last + 1..]);
        let uri = line.get(first + 1..last).ok_or(bad)?;
        if !is_token(method) || uri.is_empty() || !uri.iter().all(|octet| is_plain_octet(*octet)) {
            return Err(bad);
        }
        match after_version(version) {
            Some([]) => {}
            _ if is_some_version(version) => return Err(flaw(Flaw::Version)),
            _ => return Err(bad),
        }
        Self::request(at, first, last)
            .map(|(method_name, uri)| StartLine::Request { method: Method::parse(method), method_name, uri })
            .ok_or(bad)
    }

    /// What can still be read of a request line that `parse` refuses: enough to write an answer.
    pub(crate) fn salvage(line: &[u8], at: usize) -> Option<StartLine> {
        if looks_like_status(line) {
            return None;
        }
        let first = memchr::memchr(b' ', line)?;
        let method = &line[..first];
        if !is_token(method) {
            return None;
        }
        let last = memchr::memrchr(b' ', line).filter(|last| *last > first).unwrap_or(line.len());
        let (method_name, uri) = Self::request(at, first, last)?;
        Some(StartLine::Request { method: Method::parse(method), method_name, uri })
    }

    fn request(at: usize, first: usize, last: usize) -> Option<(Span, Span)> {
        Some((Span::new(at, at + first)?, Span::new(at + first + 1, at + last)?))
    }
}

/// No token holds a slash, so nothing that starts like this is a method.
fn looks_like_status(line: &[u8]) -> bool {
    line.len() >= 4 && line[..4].eq_ignore_ascii_case(b"SIP/")
}

/// What follows `SIP/2.0`; the version is case-insensitive (RFC 3261 7.1).
fn after_version(text: &[u8]) -> Option<&[u8]> {
    let (version, rest) = text.split_at_checked(7)?;
    version.eq_ignore_ascii_case(b"SIP/2.0").then_some(rest)
}

/// `SIP/` digits `.` digits.
fn is_some_version(text: &[u8]) -> bool {
    let Some((name, number)) = text.split_at_checked(4) else { return false };
    let mut parts = number.split(|octet| *octet == b'.');
    let is_number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    name.eq_ignore_ascii_case(b"SIP/")
        && is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_none()
}

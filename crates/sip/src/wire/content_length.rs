//! Header lines as they lie on the wire, and the one header that frames a message.
//!
//! Both readers of raw lines share this: the index of a whole message, and the framer of a stream.

use octets::decimal;

use super::grammar::{is_token, trim_back, trim_front};
use super::{Flaw, HeaderName};
use crate::limits;

/// One header with its continuation lines (RFC 3261 7.3.1: a line that starts with white space continues the one before).
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Offset of the name.
    pub(crate) start: usize,
    pub(crate) name: &'a [u8],
    /// Offset of the value, white space around it removed.
    pub(crate) value_start: usize,
    pub(crate) value: &'a [u8],
}

/// What comes next in the header block.
pub(crate) enum Step<'a> {
    Header(Line<'a>),
    /// The blank line; the body starts here.
    Body(usize),
    /// A line that is no header; reading may go on behind it.
    Bad(Flaw, usize),
    /// The octets end before the blank line.
    Unended(usize),
}

/// Walks over the header block of a message.
pub(crate) struct HeaderLines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> HeaderLines<'a> {
    /// Starts at the first header line.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        HeaderLines { bytes, at }
    }

    #[inline]
    pub(crate) fn step(&mut self) -> Step<'a> {
        let start = self.at;
        match self.bytes.get(start..) {
            None | Some([] | [b'\r']) => return Step::Unended(self.bytes.len()),
            Some([b'\n', ..]) => return Step::Body(start + 1),
            Some([b'\r', b'\n', ..]) => return Step::Body(start + 2),
            Some(_) => {}
        }
        let mut end = start;
        loop {
            let Some(feed) = memchr::memchr(b'\n', &self.bytes[end..]) else {
                self.at = self.bytes.len();
                return Step::Unended(self.bytes.len());
            };
            end += feed + 1;
            if !matches!(self.bytes.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        self.at = end;
        let line = &self.bytes[start..end];
        if line.len() > limits::HEADER_OCTETS_MAX {
            return Step::Bad(Flaw::HeaderTooLong, start);
        }
        let Some(colon) = memchr::memchr(b':', line) else { return Step::Bad(Flaw::Header, start) };
        let name = trim_back(&line[..colon]);
        let value = trim_front(&line[colon + 1..]);
        let value_start = end - value.len();
        let value = trim_back(value);
        Step::Header(Line { start, name, value_start, value })
    }
}

impl Line<'_> {
    /// The header's name; `None` when it is no token.
    #[inline]
    pub(crate) fn classify(&self) -> Option<HeaderName> {
        match HeaderName::parse(self.name) {
            HeaderName::Other if !is_token(self.name) => None,
            name => Some(name),
        }
    }
}

/// Content-Length while the headers pass by (RFC 3261 20.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentLength {
    /// Not seen. The body of a datagram is then the rest of it; a stream cannot go on (RFC 3261 18.3).
    Absent,
    Octets(usize),
    /// Not a number or more than one, even if they agree: nobody knows which one an element before us believed.
    Bad,
}

impl ContentLength {
    /// Takes note of one value.
    pub(crate) fn note(&mut self, value: &[u8]) {
        *self = match (*self, decimal(value)) {
            (ContentLength::Absent, Some(octets)) => {
                ContentLength::Octets(usize::try_from(octets).unwrap_or(usize::MAX))
            }
            _ => ContentLength::Bad,
        };
    }
}

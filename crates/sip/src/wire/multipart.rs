//! Bodies of several parts (RFC 2046 5.1, RFC 5621): an offer together with a first message, or with a list.
//!
//! Rate: few INVITEs and REGISTERs. Touched: the body twice, once to check and once to read. Copies: none.
//!
//! Refuses: parts inside parts, and bodies that two readers could cut differently.
//! In: Content-Type and body. Out: parts, borrowed, or `BadMultipart` with its answer.

use core::fmt;

use octets::{LineEnd, Lines};

use super::{Flaw, HeaderLines, HeaderName, MediaType, MessageView, StatusCode, Step};
use crate::limits;

/// What was wrong with a multipart body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipartFlaw {
    /// No boundary, more than one, or one outside RFC 2046 5.1.1.
    Boundary,
    /// No delimiter line: there is no part.
    NoPart,
    /// The closing delimiter is missing: something was cut off.
    Unclosed,
    /// A header line of a part is no header.
    PartHeader,
    /// A part describes itself twice.
    RepeatedHeader,
    /// A header of a part is longer than `HEADER_OCTETS_MAX`.
    PartHeaderTooLong,
    /// More parts than `MULTIPART_PARTS_MAX`.
    TooManyParts,
    /// A part is a multipart itself.
    Nested,
}

/// A multipart body that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadMultipart {
    /// What was wrong.
    pub kind: MultipartFlaw,
    /// Offset in the body where it was noticed.
    pub at: usize,
}

impl BadMultipart {
    /// The answer to the request.
    pub fn status(self) -> StatusCode {
        match self.kind {
            MultipartFlaw::PartHeaderTooLong | MultipartFlaw::TooManyParts => {
                StatusCode::REQUEST_ENTITY_TOO_LARGE
            }
            MultipartFlaw::Nested => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            MultipartFlaw::Boundary
            | MultipartFlaw::NoPart
            | MultipartFlaw::Unclosed
            | MultipartFlaw::PartHeader
            | MultipartFlaw::RepeatedHeader => StatusCode::BAD_REQUEST,
        }
    }
}

/// A multipart body that has been checked: all its parts can be read.
#[derive(Clone, Copy)]
pub struct Multipart<'a> {
    body: &'a [u8],
    boundary: &'a [u8],
}

impl<'a> Multipart<'a> {
    /// The body of `message`; `None` when it is something else than multipart/mixed.
    pub fn of(message: &MessageView<'a>) -> Option<Result<Multipart<'a>, BadMultipart>> {
        let media_type = message.media_type().filter(|media_type| media_type.is(b"multipart/mixed"))?;
        Some(Multipart::parse(&media_type, message.body()))
    }

    /// Checks the whole of `body`, once, so that nobody works on half of it.
    pub fn parse(media_type: &MediaType<'a>, body: &'a [u8]) -> Result<Multipart<'a>, BadMultipart> {
        let boundary = boundary(media_type).ok_or(bad(MultipartFlaw::Boundary, 0))?;
        let mut pieces = Pieces::new(body, boundary);
        let mut count = 0;
        while let Some(piece) = pieces.next()? {
            count += 1;
            if count > limits::MULTIPART_PARTS_MAX {
                return Err(bad(MultipartFlaw::TooManyParts, piece.start));
            }
            let part = Part::parse(body, piece)?;
            if part.media_type().is_some_and(|kind| kind.kind.eq_ignore_ascii_case(b"multipart")) {
                return Err(bad(MultipartFlaw::Nested, piece.start));
            }
        }
        Ok(Multipart { body, boundary })
    }

    /// The parts in order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let body = self.body;
        let mut pieces = Pieces::new(body, self.boundary);
        // `parse` has walked this way and met no flaw.
        core::iter::from_fn(move || Part::parse(body, pieces.next().ok()??).ok())
    }

    /// The first part of media type `name`, such as `application/sdp`.
    pub fn find(&self, name: &[u8]) -> Option<Part<'a>> {
        self.parts().find(|part| part.is(name))
    }
}

impl fmt::Debug for Multipart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<multipart of {} octets>", self.body.len())
    }
}

/// One part, borrowed. What it does not say of itself is empty.
#[derive(Clone, Copy, Default)]
pub struct Part<'a> {
    /// Content-Type as written; without one it is text/plain (RFC 2046 5.2).
    pub content_type: Option<&'a [u8]>,
    /// Content-Disposition as written.
    pub content_disposition: Option<&'a [u8]>,
    /// Content-ID without its angle brackets.
    pub content_id: Option<&'a [u8]>,
    /// Content-Transfer-Encoding as written; SIP is binary-safe, so it is seldom there (RFC 3261 27.7).
    pub transfer_encoding: Option<&'a [u8]>,
    /// The octets between the blank line and the delimiter.
    pub body: &'a [u8],
}

impl<'a> Part<'a> {
    /// Content-Type in parts; `None` when it is missing or unreadable.
    pub fn media_type(&self) -> Option<MediaType<'a>> {
        self.content_type.and_then(MediaType::parse)
    }

    /// Is it of media type `name`?
    pub fn is(&self, name: &[u8]) -> bool {
        match self.content_type {
            Some(value) => MediaType::parse(value).is_some_and(|media_type| media_type.is(name)),
            None => name.eq_ignore_ascii_case(b"text/plain"),
        }
    }

    /// Do the octets need to be decoded before they are what Content-Type says (RFC 2045 6)?
    pub fn is_encoded(&self) -> bool {
        const IDENTITIES: [&[u8]; 3] = [b"binary", b"8bit", b"7bit"];
        self.transfer_encoding
            .is_some_and(|encoding| !IDENTITIES.iter().any(|plain| plain.eq_ignore_ascii_case(encoding)))
    }

    fn parse(body: &'a [u8], piece: Piece) -> Result<Part<'a>, BadMultipart> {
        let mut part = Part::default();
        let text = &body[..piece.end];
        let mut lines = HeaderLines::new(text, piece.start);
        loop {
            let line = match lines.step() {
                Step::Header(line) => line,
                Step::Bad(Flaw::HeaderTooLong, at) => return Err(bad(MultipartFlaw::PartHeaderTooLong, at)),
                Step::Bad(_, at) => return Err(bad(MultipartFlaw::PartHeader, at)),
                Step::Body(at) => {
                    part.body = without_line_end(&text[at..]);
                    return Ok(part);
                }
                // RFC 2046 5.1.1 lets a part end behind its headers; it is empty then.
                Step::Unended(_) => return Ok(part),
            };
            let name = line.classify().ok_or(bad(MultipartFlaw::PartHeader, line.start))?;
            let is_encoding = line.name.eq_ignore_ascii_case(b"Content-Transfer-Encoding");
            let (slot, value) = match name {
                HeaderName::ContentType => (&mut part.content_type, line.value),
                HeaderName::ContentDisposition => (&mut part.content_disposition, line.value),
                HeaderName::ContentId => (&mut part.content_id, without_brackets(line.value)),
                HeaderName::Other if is_encoding => (&mut part.transfer_encoding, line.value),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(bad(MultipartFlaw::RepeatedHeader, line.start));
            }
        }
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<part of {} octets>", self.body.len())
    }
}

/// From behind a delimiter line to the start of the next one.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
}

/// Cuts a body at its delimiter lines; what is before the first and behind the last is for nobody.
struct Pieces<'a> {
    lines: Lines<'a>,
    boundary: &'a [u8],
    /// Where the open part starts; none in the preamble.
    open: Option<usize>,
    is_closed: bool,
}

impl<'a> Pieces<'a> {
    fn new(body: &'a [u8], boundary: &'a [u8]) -> Self {
        Pieces { lines: Lines::new(body), boundary, open: None, is_closed: false }
    }

    fn next(&mut self) -> Result<Option<Piece>, BadMultipart> {
        if self.is_closed {
            return Ok(None);
        }
        while let Some((at, line, line_end)) = self.lines.next() {
            let Some(behind) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(self.boundary))
            else {
                continue;
            };
            let (behind, closes) = match behind.strip_prefix(b"--") {
                Some(behind) => (behind, true),
                None => (behind, false),
            };
            // RFC 2046 5.1.1: only padding may follow; any other line merely starts like a delimiter.
            if !behind.iter().all(|octet| matches!(octet, b' ' | b'\t')) {
                continue;
            }
            if !closes && line_end == LineEnd::Missing {
                return Err(bad(MultipartFlaw::Unclosed, at));
            }
            self.is_closed = closes;
            match (self.open.replace(self.lines.offset()), closes) {
                (Some(start), _) => return Ok(Some(Piece { start, end: at })),
                (None, true) => return Err(bad(MultipartFlaw::NoPart, at)),
                (None, false) => {}
            }
        }
        let kind = if self.open.is_some() { MultipartFlaw::Unclosed } else { MultipartFlaw::NoPart };
        Err(bad(kind, self.lines.offset()))
    }
}

/// The one boundary parameter, if it is one to seventy of the characters of RFC 2046 5.1.1 and ends with no space.
fn boundary<'a>(media_type: &MediaType<'a>) -> Option<&'a [u8]> {
    let mut found = media_type.params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"boundary"));
    let (_, boundary) = found.next()?;
    let boundary = boundary.filter(|_| found.next().is_none())?;
    let is_good = boundary.len() <= limits::BOUNDARY_OCTETS_MAX
        && boundary.last().is_some_and(|last| *last != b' ')
        && boundary.iter().all(|octet| is_boundary_octet(*octet));
    is_good.then_some(boundary)
}

fn is_boundary_octet(octet: u8) -> bool {
    const OTHERS: &[u8] = b"'()+_,-./:=? ";
    octet.is_ascii_alphanumeric() || OTHERS.contains(&octet)
}

/// The line end in front of a delimiter belongs to the delimiter.
fn without_line_end(text: &[u8]) -> &[u8] {
    match text {
        [text @ .., b'\r', b'\n'] | [text @ .., b'\n'] => text,
        text => text,
    }
}

fn without_brackets(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"<").and_then(|value| value.strip_suffix(b">")).unwrap_or(value)
}

fn bad(kind: MultipartFlaw, at: usize) -> BadMultipart {
    BadMultipart { kind, at }
}

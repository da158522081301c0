//! One whole request or response, read in one pass; every field is borrowed from the frame.
//!
//! Refuses: paths in another order, headers twice, a body without a type. Tolerates: headers it does not know.
//! In: what [`super::frame`] found. Out: [`ChunkView`], or [`Malformed`].

use core::fmt;

use octets::{LineEnd, Lines};

use super::END_LINE_DASHES;
use super::byte_range::ByteRange;
use super::fields::{FailureReport, Fields, split_header};
use super::frame::keep_alives;
use super::malformed::{Malformed, Part};
use super::path::MsrpPath;
use super::start_line::{Kind, Method, StartLine};
use crate::Status;
use crate::limits::HEADERS_MAX;

/// The flag of the end-line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuation {
    /// `+`: more chunks of this message follow.
    More,
    /// `$`: the last octet of the message was in this chunk.
    Last,
    /// `#`: the sender has given the message up.
    Abandoned,
}

impl Continuation {
    /// The octet on the wire.
    pub fn flag(self) -> u8 {
        match self {
            Continuation::More => b'+',
            Continuation::Last => b'$',
            Continuation::Abandoned => b'#',
        }
    }
}

/// A request or response, RFC 4975 9.
#[derive(Clone, Copy)]
pub struct ChunkView<'a> {
    transaction_id: &'a [u8],
    kind: Kind,
    comment: &'a [u8],
    to_path: MsrpPath<'a>,
    from_path: MsrpPath<'a>,
    fields: Fields<'a>,
    body: Option<&'a [u8]>,
    continuation: Continuation,
}

impl<'a> ChunkView<'a> {
    /// Reads one frame, with or without keep-alives in front.
    pub fn parse(frame: &'a [u8]) -> Result<Self, Malformed> {
        let skipped = keep_alives(frame);
        Self::parse_message(&frame[skipped..])
            .map_err(|Malformed { part, at }| Malformed { part, at: skipped + at })
    }

    fn parse_message(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (start, paths, at) = read_head(bytes)?;
        let (end, continuation) = end_line(bytes, start.transaction_id)?;
        let behind = bytes.get(at..end).ok_or(Malformed { part: Part::EndLine, at: end })?;
        let mut fields = Fields::default();
        let mut body = None;
        let mut lines = Lines::new(behind);
        let mut count = 2;
        while let Some((offset, line, ended)) = lines.next() {
            let here = at + offset;
            if ended != LineEnd::CrLf {
                return Err(Malformed { part: Part::Header, at: here });
            }
            if line.is_empty() {
                let rest = &behind[lines.offset()..];
                // The CRLF before the end-line is not the body's. Some end an empty body without it.
                body = Some(rest.strip_suffix(b"\r\n").unwrap_or(rest));
                break;
            }
            count += 1;
            if count > HEADERS_MAX {
                return Err(Malformed { part: Part::TooManyHeaders, at: here });
            }
            fields.take(line).map_err(|part| Malformed { part, at: here })?;
        }
        if fields.content_type.is_none() {
            // A blank line and nothing behind it is what some send instead of no body.
            if body.is_some_and(|body| !body.is_empty()) {
                return Err(Malformed { part: Part::ContentType, at: end });
            }
            body = None;
        }
        let missing = match start.kind {
            Kind::Request(Method::Send) if body.is_some() && fields.message_id.is_none() => {
                Some(Part::MessageId)
            }
            Kind::Request(Method::Report) if fields.message_id.is_none() => Some(Part::MessageId),
            Kind::Request(Method::Report) if fields.status.is_none() => Some(Part::Status),
            _ => None,
        };
        if let Some(part) = missing {
            return Err(Malformed { part, at: end });
        }
        let StartLine { transaction_id, kind, comment, .. } = start;
        let Paths { to_path, from_path } = paths;
        Ok(ChunkView { transaction_id, kind, comment, to_path, from_path, fields, body, continuation })
    }

    /// The transaction that this is, or answers.
    pub fn transaction_id(&self) -> &'a [u8] {
        self.transaction_id
    }

    /// Request or response.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The words behind a response's status; empty when there are none.
    pub fn comment(&self) -> &'a [u8] {
        self.comment
    }

    /// Where it goes; the leftmost URI is ours.
    pub fn to_path(&self) -> MsrpPath<'a> {
        self.to_path
    }

    /// Where it comes from; the leftmost URI is the last hop.
    pub fn from_path(&self) -> MsrpPath<'a> {
        self.from_path
    }

    /// Which message this is a chunk or a report of.
    pub fn message_id(&self) -> Option<&'a [u8]> {
        self.fields.message_id
    }

    /// Which octets of the message it carries, or reports on.
    pub fn byte_range(&self) -> Option<ByteRange> {
        self.fields.byte_range
    }

    /// Does the sender want a REPORT of success?
    pub fn success_report(&self) -> bool {
        self.fields.success_report.unwrap_or(false)
    }

    /// When the sender wants to hear of failures.
    pub fn failure_report(&self) -> FailureReport {
        self.fields.failure_report.unwrap_or_default()
    }

    /// The Status header of a REPORT. A namespace other than 000 says nothing that we know: `None`.
    pub fn report_status(&self) -> Option<Status> {
        self.fields.status.and_then(|(namespace, status)| (namespace == Status(0)).then_some(status))
    }

    /// The media type, with its parameters.
    pub fn content_type(&self) -> Option<&'a [u8]> {
        self.fields.content_type
    }

    /// The octets of this chunk; `None` when it has no body at all, as the first SEND of an idle sender.
    pub fn body(&self) -> Option<&'a [u8]> {
        self.body
    }

    /// Is it the end of the message?
    pub fn continuation(&self) -> Continuation {
        self.continuation
    }

    /// Is the whole message in this one chunk? Then reassembly has nothing to do.
    ///
    /// It holds the first octet and, by its flag, the last: what it says of the total cannot change that, and some
    /// senders count characters.
    pub fn is_whole(&self) -> bool {
        let range = self.byte_range().unwrap_or(ByteRange::OPEN);
        self.continuation == Continuation::Last && range.start == 1
    }
}

/// Texts, identities and session-ids do not print.
impl fmt::Debug for ChunkView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkView")
            .field("kind", &self.kind)
            .field("byte_range", &self.byte_range())
            .field("body_octets", &self.body.map(<[u8]>::len))
            .field("continuation", &self.continuation)
            .finish_non_exhaustive()
    }
}

/// The two headers that every request and response begins with.
pub(super) struct Paths<'a> {
    pub(super) to_path: MsrpPath<'a>,
    pub(super) from_path: MsrpPath<'a>,
}

/// Start line and paths, and the offset behind them: what an answer needs, whatever follows.
pub(super) fn read_head(bytes: &[u8]) -> Result<(StartLine<'_>, Paths<'_>, usize), Malformed> {
    let cut = Malformed { part: Part::StartLine, at: bytes.len() };
    let start = StartLine::parse(bytes)?.ok_or(cut)?;
    let mut lines = Lines::new(&bytes[start.length..]);
    let mut path = |name: &[u8], part: Part| {
        let at = start.length + lines.offset();
        let line = lines.next().filter(|(_, _, ended)| *ended == LineEnd::CrLf).map(|(_, line, _)| line);
        line.and_then(split_header)
            .filter(|(given, _)| given.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| MsrpPath::parse(value))
            .ok_or(Malformed { part, at })
    };
    let paths =
        Paths { to_path: path(b"To-Path", Part::ToPath)?, from_path: path(b"From-Path", Part::FromPath)? };
    let at = start.length + lines.offset();
    Ok((start, paths, at))
}

/// Offset of the end-line, and its flag.
fn end_line(bytes: &[u8], transaction_id: &[u8]) -> Result<(usize, Continuation), Malformed> {
    let bad = Malformed { part: Part::EndLine, at: bytes.len() };
    let rest = bytes.strip_suffix(b"\r\n").ok_or(bad)?;
    let (flag, rest) = rest.split_last().ok_or(bad)?;
    let continuation = match flag {
        b'+' => Continuation::More,
        b'$' => Continuation::Last,
        b'#' => Continuation::Abandoned,
        _ => return Err(bad),
    };
    let rest = rest.strip_suffix(transaction_id).ok_or(bad)?;
    let rest = rest.strip_suffix(END_LINE_DASHES).filter(|rest| rest.ends_with(b"\r\n")).ok_or(bad)?;
    Ok((rest.len(), continuation))
}

//! Writing a SEND: headers, body by closure, end-line.
//!
//! Refuses: to send a body that holds its own end-line, or another length than announced.
//! In: [`SendRequest`] and a closure. Out: octets in a lent writer, or [`SendFault`].

use core::fmt;

use memchr::memmem;
use octets::Writer;

use super::END_LINE_DASHES;
use super::byte_range::ByteRange;
use super::fields::FailureReport;
use super::start_line::is_transaction_id;
use super::view::Continuation;

/// One SEND request.
#[derive(Clone, Copy)]
pub struct SendRequest<'a> {
    /// Freshly drawn, see [`crate::TransactionId`].
    pub transaction_id: &'a [u8],
    /// The peer's path as its SDP gave it.
    pub to_path: &'a [u8],
    /// Our own URI.
    pub from_path: &'a [u8],
    /// One for all chunks of a message.
    pub message_id: &'a [u8],
    /// Which octets the body is. `None`: it is the whole message, and is measured once it is written; the numbers
    /// then carry zeros in front.
    pub byte_range: Option<ByteRange>,
    /// Ask for a REPORT of success?
    pub success_report: bool,
    /// Which failures to hear of.
    pub failure_report: FailureReport,
    /// The body's media type; `None` sends no body, as the first SEND of an idle sender.
    pub content_type: Option<&'a [u8]>,
    /// The flag of the end-line.
    pub continuation: Continuation,
}

/// Why nothing may go out; what the writer holds is then to be dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendFault {
    /// The lent buffer is too small.
    Overflow,
    /// The body holds the end-line of this transaction: draw another identifier and write again.
    IdentifierInBody,
    /// The body is not as long as the range that was given.
    LengthDiffers,
    /// The transaction identifier is none by RFC 4975 9.
    Identifier,
}

impl SendRequest<'_> {
    /// Appends the request to `out`. The closure appends the body and nothing else; it is called at most once.
    pub fn write(&self, out: &mut Writer<'_>, body: impl FnOnce(&mut Writer<'_>)) -> Result<(), SendFault> {
        if !is_transaction_id(self.transaction_id) {
            return Err(SendFault::Identifier);
        }
        start(out, self.transaction_id, b"SEND");
        header(out, b"To-Path", self.to_path);
        header(out, b"From-Path", self.from_path);
        header(out, b"Message-ID", self.message_id);
        let measured = self.write_byte_range(out);
        if self.success_report {
            header(out, b"Success-Report", b"yes");
        }
        match self.failure_report {
            FailureReport::Yes => {}
            FailureReport::No => header(out, b"Failure-Report", b"no"),
            FailureReport::Partial => header(out, b"Failure-Report", b"partial"),
        }
        let length = match self.content_type {
            Some(content_type) => {
                header(out, b"Content-Type", content_type);
                out.put(b"\r\n");
                let from = out.len();
                body(out);
                self.check_body(&out.written()[from..])?;
                let length = out.len() - from;
                out.put(b"\r\n");
                length
            }
            None => 0,
        };
        end_line(out, self.transaction_id, self.continuation);
        self.settle_length(out, measured, length as u64)?;
        if out.has_overflowed() { Err(SendFault::Overflow) } else { Ok(()) }
    }

    /// Writes the range; when the length is not known yet, returns where its two numbers go.
    fn write_byte_range(&self, out: &mut Writer<'_>) -> Option<[usize; 2]> {
        out.put(b"Byte-Range: ");
        let places = match self.byte_range {
            Some(range) => {
                range.write(out);
                None
            }
            None if self.content_type.is_none() => {
                ByteRange::whole(0).write(out);
                None
            }
            None => {
                out.put(b"1-");
                let end = out.len();
                out.put(&[b'0'; MEASURED_DIGITS]);
                out.u8(b'/');
                let total = out.len();
                out.put(&[b'0'; MEASURED_DIGITS]);
                Some([end, total])
            }
        };
        out.put(b"\r\n");
        places
    }

    fn check_body(&self, body: &[u8]) -> Result<(), SendFault> {
        let mut needle = [0; END_LINE_DASHES.len() + crate::limits::TRANSACTION_ID_OCTETS_MAX];
        let length = END_LINE_DASHES.len() + self.transaction_id.len();
        needle[..END_LINE_DASHES.len()].copy_from_slice(END_LINE_DASHES);
        needle[END_LINE_DASHES.len()..length].copy_from_slice(self.transaction_id);
        match memmem::find(body, &needle[..length]) {
            Some(_) => Err(SendFault::IdentifierInBody),
            None => Ok(()),
        }
    }

    fn settle_length(
        &self,
        out: &mut Writer<'_>,
        measured: Option<[usize; 2]>,
        length: u64,
    ) -> Result<(), SendFault> {
        if out.has_overflowed() {
            return Err(SendFault::Overflow);
        }
        if let Some(places) = measured {
            let mut digits = [0; MEASURED_DIGITS];
            let mut number = Writer::new(&mut digits);
            number.decimal_padded(length, MEASURED_DIGITS);
            number.finish().map_err(|_| SendFault::LengthDiffers)?;
            places.into_iter().for_each(|place| out.overwrite(place, &digits));
            return Ok(());
        }
        let Some(ByteRange { start, end, total }) = self.byte_range else { return Ok(()) };
        let last = start.checked_sub(1).ok_or(SendFault::LengthDiffers)?.saturating_add(length);
        let as_announced = end.is_none_or(|end| end == last)
            && total.is_none_or(|total| match self.continuation {
                Continuation::Last => last <= total,
                Continuation::More | Continuation::Abandoned => true,
            });
        if as_announced { Ok(()) } else { Err(SendFault::LengthDiffers) }
    }
}

/// What the request says of people does not print.
impl fmt::Debug for SendRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendRequest")
            .field("byte_range", &self.byte_range)
            .field("continuation", &self.continuation)
            .finish_non_exhaustive()
    }
}

pub(super) fn start(out: &mut Writer<'_>, transaction_id: &[u8], behind: &[u8]) {
    out.put(b"MSRP ");
    out.put(transaction_id);
    out.u8(b' ');
    out.put(behind);
    out.put(b"\r\n");
}

pub(super) fn header(out: &mut Writer<'_>, name: &[u8], value: &[u8]) {
    out.put(name);
    out.put(b": ");
    out.put(value);
    out.put(b"\r\n");
}

pub(super) fn end_line(out: &mut Writer<'_>, transaction_id: &[u8], continuation: Continuation) {
    out.put(END_LINE_DASHES);
    out.put(transaction_id);
    out.u8(continuation.flag());
    out.put(b"\r\n");
}

/// Digits of a length that is measured after the body is written: room for 99 999 octets.
const MEASURED_DIGITS: usize = 5;

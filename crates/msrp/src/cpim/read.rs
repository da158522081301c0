//! Reading a CPIM message: two blocks of headers and what they wrap.

use core::fmt;

use octets::{LineEnd, Lines, decimal, eq_ignore_case};

use super::IMDN_NAMESPACE;
use super::address::Address;
use super::disposition::Disposition;
use crate::limits::CPIM_HEADERS_MAX;
use crate::{ContentKind, Status, content};

/// A CPIM message; everything is borrowed.
#[derive(Clone, Copy, Default)]
pub struct Cpim<'a> {
    /// The `From` value.
    pub from: Option<&'a [u8]>,
    /// The first `To` value.
    pub to: Option<&'a [u8]>,
    /// The `DateTime` value.
    pub date_time: Option<&'a [u8]>,
    /// The `Subject` value.
    pub subject: Option<&'a [u8]>,
    /// The IMDN Message-ID, RFC 5438 6.2: what a notification will name.
    pub imdn_message_id: Option<&'a [u8]>,
    /// Which notifications are wanted.
    pub disposition: Disposition,
    /// Type of what is wrapped; `None` means `text/plain`.
    pub content_type: Option<&'a [u8]>,
    /// Its Content-Transfer-Encoding.
    pub transfer_encoding: Option<&'a [u8]>,
    /// Its Content-Disposition.
    pub content_disposition: Option<&'a [u8]>,
    /// What is wrapped.
    pub body: &'a [u8],
}

/// Why a CPIM message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpimFault {
    /// A line that is no header; `at` is its offset.
    Header {
        /// Offset in the message.
        at: usize,
    },
    /// The message ends before the wrapped part begins.
    Truncated,
    /// More header lines than the limit.
    TooManyHeaders,
    /// `Require` names a header that we do not know, RFC 3862 4.7.
    Require,
}

impl CpimFault {
    /// The MSRP answer.
    pub fn status(self) -> Status {
        match self {
            CpimFault::Require => Status::UNSUPPORTED_MEDIA_TYPE,
            _ => Status::BAD_REQUEST,
        }
    }
}

impl<'a> Cpim<'a> {
    /// Reads a `message/cpim` body.
    pub fn parse(message: &'a [u8]) -> Result<Self, CpimFault> {
        let mut cpim = Cpim::default();
        let mut count = 0;
        let prefix = imdn_prefix(message);
        let inner = block(message, 0, &mut count, |name, value| {
            match name {
                b"From" => keep(&mut cpim.from, value),
                b"To" => keep(&mut cpim.to, value),
                b"DateTime" => keep(&mut cpim.date_time, value),
                b"Subject" => keep(&mut cpim.subject, value),
                b"Require" if !is_all_known(value, prefix) => return Err(CpimFault::Require),
                _ => match local_name(name, prefix) {
                    Some(b"Message-ID") => keep(&mut cpim.imdn_message_id, value),
                    Some(b"Disposition-Notification") => cpim.disposition = Disposition::parse(value),
                    _ => {}
                },
            }
            Ok(())
        })?;
        let mut length = None;
        let body = block(message, inner, &mut count, |name, value| {
            if eq_ignore_case(name, b"Content-Type") {
                keep(&mut cpim.content_type, value);
            } else if eq_ignore_case(name, b"Content-Length") {
                length = decimal(value);
            } else if eq_ignore_case(name, b"Content-Transfer-Encoding") {
                keep(&mut cpim.transfer_encoding, value);
            } else if eq_ignore_case(name, b"Content-Disposition") {
                keep(&mut cpim.content_disposition, value);
            }
            Ok(())
        })?;
        cpim.body = counted(&message[body..], length);
        Ok(cpim)
    }

    /// What is wrapped.
    pub fn content_kind(&self) -> ContentKind {
        ContentKind::of(self.content_type.unwrap_or(content::TEXT.as_bytes()))
    }

    /// Who says to have sent it.
    pub fn from_address(&self) -> Option<Address<'a>> {
        self.from.and_then(Address::parse)
    }

    /// Whom it is for.
    pub fn to_address(&self) -> Option<Address<'a>> {
        self.to.and_then(Address::parse)
    }
}

/// Reads header lines from offset `from` to a blank line; returns the offset behind it.
fn block<'a>(
    message: &'a [u8],
    from: usize,
    count: &mut usize,
    mut take: impl FnMut(&'a [u8], &'a [u8]) -> Result<(), CpimFault>,
) -> Result<usize, CpimFault> {
    let mut lines = Lines::new(&message[from..]);
    while let Some((at, line, ended)) = lines.next() {
        if ended == LineEnd::Missing {
            break;
        }
        if line.is_empty() {
            return Ok(from + lines.offset());
        }
        *count += 1;
        if *count > CPIM_HEADERS_MAX {
            return Err(CpimFault::TooManyHeaders);
        }
        // A folded line continues a header whose front has said enough: types and names stand there.
        if line[0] == b' ' || line[0] == b'\t' {
            continue;
        }
        let (name, value) = header(line).ok_or(CpimFault::Header { at: from + at })?;
        take(name, value)?;
    }
    Err(CpimFault::Truncated)
}

fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    // A parameter may stand between name and colon, `Subject;lang=fr`, RFC 3862 3.
    let name = line[..colon].split(|octet| *octet == b';').next()?.trim_ascii_end();
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        .then_some((name, line[colon + 1..].trim_ascii()))
}

/// The first of its kind counts.
fn keep<'a>(place: &mut Option<&'a [u8]>, value: &'a [u8]) {
    place.get_or_insert(value);
}

/// The prefix that `NS` binds to the IMDN headers; `imdn` when the sender forgot, as some do.
fn imdn_prefix(message: &[u8]) -> &[u8] {
    let top = Lines::new(message).map(|(_, line, _)| line).take_while(|line| !line.is_empty());
    let mut bindings =
        top.take(CPIM_HEADERS_MAX).filter_map(|line| header(line).filter(|(name, _)| *name == b"NS"));
    let bound = bindings.find_map(|(_, value)| {
        let open = memchr::memchr(b'<', value)?;
        (value[open + 1..].strip_suffix(b">")? == IMDN_NAMESPACE).then(|| value[..open].trim_ascii())
    });
    bound.unwrap_or(b"imdn")
}

/// The name behind `prefix.`; with an empty prefix the namespace is the default one, RFC 3862 4.6.
fn local_name<'a>(name: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    if prefix.is_empty() { Some(name) } else { name.strip_prefix(prefix)?.strip_prefix(b".") }
}

fn is_all_known(required: &[u8], prefix: &[u8]) -> bool {
    required.split(|octet| *octet == b',').map(<[u8]>::trim_ascii).all(|name| {
        let ours = [&b"From"[..], b"To", b"cc", b"DateTime", b"Subject", b"NS", b"Require"].contains(&name);
        let imdn = local_name(name, prefix);
        ours || imdn.is_some_and(|name| name == b"Message-ID" || name == b"Disposition-Notification")
    })
}

/// The wrapped octets. Content-length is believed only where it cuts off line ends: senders have been seen to count
/// characters, and cutting there would lose the end of a text.
fn counted(rest: &[u8], length: Option<u64>) -> &[u8] {
    let cut = length
        .and_then(|length| usize::try_from(length).ok())
        .and_then(|length| rest.split_at_checked(length));
    match cut {
        Some((body, tail)) if tail.iter().all(|octet| matches!(octet, b'\r' | b'\n')) => body,
        _ => rest,
    }
}

/// Names, numbers and texts do not print.
impl fmt::Debug for Cpim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cpim")
            .field("disposition", &self.disposition)
            .field("content_kind", &self.content_kind())
            .field("body_octets", &self.body.len())
            .finish_non_exhaustive()
    }
}

//! The header lines behind the paths: which of them we know, and what each may say.
//!
//! Refuses: a known header twice, and a value outside its grammar. Tolerates: every other header.

use super::byte_range::ByteRange;
use super::malformed::Part;
use crate::Status;
use crate::limits::MESSAGE_ID_OCTETS_MAX;

/// When the sender wants to hear of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FailureReport {
    /// Always, and of success too: the default.
    #[default]
    Yes,
    /// Never; requests get no response at all.
    No,
    /// Of failures only.
    Partial,
}

/// The headers behind the paths.
#[derive(Clone, Copy, Default)]
pub(super) struct Fields<'a> {
    pub(super) message_id: Option<&'a [u8]>,
    pub(super) byte_range: Option<ByteRange>,
    pub(super) success_report: Option<bool>,
    pub(super) failure_report: Option<FailureReport>,
    pub(super) status: Option<(Status, Status)>,
    pub(super) content_type: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    /// Takes one header line; one that it does not know is passed over.
    pub(super) fn take(&mut self, line: &'a [u8]) -> Result<(), Part> {
        let (name, value) = split_header(line).ok_or(Part::Header)?;
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("Message-ID") {
            once(&mut self.message_id, message_id(value), Part::MessageId)
        } else if is("Byte-Range") {
            once(&mut self.byte_range, ByteRange::parse(value), Part::ByteRange)
        } else if is("Success-Report") {
            once(&mut self.success_report, yes_or_no(value), Part::ReportFlag)
        } else if is("Failure-Report") {
            once(&mut self.failure_report, failure_report(value), Part::ReportFlag)
        } else if is("Status") {
            once(&mut self.status, status(value), Part::Status)
        } else if is("Content-Type") {
            once(&mut self.content_type, Some(value).filter(|value| !value.is_empty()), Part::ContentType)
        } else if is("To-Path") || is("From-Path") {
            Err(Part::Twice)
        } else {
            Ok(())
        }
    }
}

fn once<T>(place: &mut Option<T>, value: Option<T>, part: Part) -> Result<(), Part> {
    if place.is_some() {
        return Err(Part::Twice);
    }
    *place = Some(value.ok_or(part)?);
    Ok(())
}

/// Wider than `ident` of RFC 4975 9, because it is only ever given back: visible octets that cannot break a line.
fn message_id(value: &[u8]) -> Option<&[u8]> {
    let fits = (1..=MESSAGE_ID_OCTETS_MAX).contains(&value.len());
    (fits && value.iter().all(u8::is_ascii_graphic)).then_some(value)
}

fn yes_or_no(value: &[u8]) -> Option<bool> {
    match value {
        yes if yes.eq_ignore_ascii_case(b"yes") => Some(true),
        no if no.eq_ignore_ascii_case(b"no") => Some(false),
        _ => None,
    }
}

pub(super) fn failure_report(value: &[u8]) -> Option<FailureReport> {
    match yes_or_no(value) {
        Some(true) => Some(FailureReport::Yes),
        Some(false) => Some(FailureReport::No),
        None => value.eq_ignore_ascii_case(b"partial").then_some(FailureReport::Partial),
    }
}

/// Namespace and code; a comment may follow.
fn status(value: &[u8]) -> Option<(Status, Status)> {
    let mut words = value.splitn(3, |octet| *octet == b' ');
    Some((Status::from_ascii(words.next()?)?, Status::from_ascii(words.next()?)?))
}

/// Name and value of a header line.
pub(super) fn split_header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let token = |octet: &u8| octet.is_ascii_graphic();
    // A CR or a NUL inside a line would be another line to somebody else.
    let value_is_sound = value.iter().all(|octet| *octet >= b' ' || *octet == b'\t');
    (!name.is_empty() && name.iter().all(token) && value_is_sound).then_some((name, value))
}

//! Writing a CPIM message around a body that a closure writes.

use core::fmt;

use octets::{Overflow, Writer};
use tempo::Civil;

use super::ANONYMOUS;
use super::disposition::Disposition;

/// The headers of a CPIM message of ours.
#[derive(Clone, Copy)]
pub struct CpimHeaders<'a> {
    /// The `From` value: a URI in angle brackets, a name before it if there is one (see [`super::escape`]).
    pub from: &'a [u8],
    /// The `To` value.
    pub to: &'a [u8],
    /// When it was sent, in UTC.
    pub date_time: Option<Civil>,
    /// The IMDN Message-ID.
    pub imdn_message_id: Option<&'a [u8]>,
    /// Which notifications we want.
    pub disposition: Disposition,
    /// The Content-Disposition of what is wrapped; `notification` for an IMDN.
    pub content_disposition: Option<&'a [u8]>,
    /// Is all of what is wrapped written here? Not in the first of several chunks: nobody knows the length yet, and a
    /// MIME part needs none.
    pub is_whole: bool,
}

impl Default for CpimHeaders<'_> {
    fn default() -> Self {
        CpimHeaders {
            from: ANONYMOUS,
            to: ANONYMOUS,
            date_time: None,
            imdn_message_id: None,
            disposition: Disposition::NONE,
            content_disposition: None,
            is_whole: true,
        }
    }
}

/// Appends a whole `message/cpim` body. The closure appends what is wrapped, and nothing else; its length is filled in.
pub fn write_cpim(
    out: &mut Writer<'_>,
    headers: &CpimHeaders<'_>,
    content_type: &[u8],
    body: impl FnOnce(&mut Writer<'_>),
) -> Result<(), Overflow> {
    header(out, b"From", headers.from);
    header(out, b"To", headers.to);
    if headers.imdn_message_id.is_some() || !headers.disposition.is_empty() {
        out.put(b"NS: imdn <");
        out.put(super::IMDN_NAMESPACE);
        out.put(b">\r\n");
    }
    if let Some(message_id) = headers.imdn_message_id {
        header(out, b"imdn.Message-ID", message_id);
    }
    if let Some(moment) = headers.date_time {
        out.put(b"DateTime: ");
        write_date_time(out, moment);
        out.put(b"\r\n");
    }
    if !headers.disposition.is_empty() {
        out.put(b"imdn.Disposition-Notification: ");
        headers.disposition.write(out);
        out.put(b"\r\n");
    }
    out.put(b"\r\n");
    header(out, b"Content-Type", content_type);
    if let Some(disposition) = headers.content_disposition {
        header(out, b"Content-Disposition", disposition);
    }
    if !headers.is_whole {
        out.put(b"\r\n");
        body(out);
        return if out.has_overflowed() { Err(Overflow) } else { Ok(()) };
    }
    // Any number of spaces may stand behind the colon of a MIME header, so the number is written over the last of them.
    out.put(b"Content-Length: ");
    let place = out.len();
    out.put(&[b' '; LENGTH_DIGITS]);
    out.put(b"\r\n\r\n");
    let from = out.len();
    body(out);
    let length = out.len() - from;
    let mut digits = [0; LENGTH_DIGITS];
    let mut number = Writer::new(&mut digits);
    number.decimal(length as u64);
    let width = number.finish()?;
    out.overwrite(place + LENGTH_DIGITS - width, &digits[..width]);
    if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
}

/// A value that holds a line end would be two headers: control characters are left out.
fn header(out: &mut Writer<'_>, name: &[u8], value: &[u8]) {
    out.put(name);
    out.put(b": ");
    if value.iter().any(u8::is_ascii_control) {
        value.iter().filter(|octet| !octet.is_ascii_control()).for_each(|octet| out.u8(*octet));
    } else {
        out.put(value);
    }
    out.put(b"\r\n");
}

/// Appends `moment` as `2026-01-18T15:30:40Z`, RFC 3339.
pub fn write_date_time(out: &mut Writer<'_>, moment: Civil) {
    let year = u64::try_from(moment.year).unwrap_or(0);
    let fields = [(year, 4, "-"), (moment.month.into(), 2, "-"), (moment.day.into(), 2, "T")];
    let of_day =
        [(moment.hour.into(), 2, ":"), (moment.minute.into(), 2, ":"), (moment.second.into(), 2, "Z")];
    for (value, width, behind) in fields.into_iter().chain(of_day) {
        out.decimal_padded(value, width);
        out.text(behind);
    }
}

/// Names and numbers do not print.
impl fmt::Debug for CpimHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CpimHeaders").field("disposition", &self.disposition).finish_non_exhaustive()
    }
}

/// Digits of a Content-length: room for 99 999 octets.
const LENGTH_DIGITS: usize = 5;

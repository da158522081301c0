//! Lines of a session description: one letter, `=`, a value. CRLF, or LF from those who forget.

use octets::Lines;

use super::not_acceptable::NotAcceptable;

/// One line, `letter=value`.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) letter: u8,
    pub(super) value: &'a [u8],
}

/// The lines of `body`; blank ones are passed over.
pub(super) fn lines(body: &[u8]) -> impl Iterator<Item = Result<Line<'_>, NotAcceptable>> {
    Lines::new(body).map(|(_, line, _)| line.trim_ascii_end()).filter(|line| !line.is_empty()).map(|line| {
        match line {
            // A CR inside a line, given back in our answer, would be another line to somebody else.
            [_, rest @ ..] if rest.iter().any(|octet| octet.is_ascii_control() && *octet != b'\t') => {
                Err(NotAcceptable::Malformed)
            }
            [letter, b'=', value @ ..] if letter.is_ascii_lowercase() => Ok(Line { letter: *letter, value }),
            _ => Err(NotAcceptable::Malformed),
        }
    })
}

/// A media line, `m=media port[/count] proto formats`.
#[derive(Clone, Copy)]
pub(super) struct MediaLine<'a> {
    pub(super) media: &'a [u8],
    pub(super) port: u16,
    pub(super) protocol: &'a [u8],
    pub(super) formats: &'a [u8],
}

impl<'a> MediaLine<'a> {
    pub(super) fn parse(value: &'a [u8]) -> Result<Self, NotAcceptable> {
        let mut words = value.splitn(4, |octet| *octet == b' ');
        let mut word = || words.next().filter(|word| !word.is_empty()).ok_or(NotAcceptable::Malformed);
        let (media, port, protocol, formats) = (word()?, word()?, word()?, word()?);
        let port = port.split(|octet| *octet == b'/').next().and_then(octets::decimal);
        let port = port.and_then(|port| u16::try_from(port).ok()).ok_or(NotAcceptable::Malformed)?;
        Ok(MediaLine { media, port, protocol, formats })
    }

    /// MSRP over TCP (`Some(false)`), over TLS (`Some(true)`), or something else.
    pub(super) fn msrp_over_tls(&self) -> Option<bool> {
        if !self.media.eq_ignore_ascii_case(b"message") {
            return None;
        }
        if self.protocol.eq_ignore_ascii_case(TCP) {
            Some(false)
        } else {
            self.protocol.eq_ignore_ascii_case(TLS).then_some(true)
        }
    }
}

/// The protocol of a plain media line.
pub(super) const TCP: &[u8] = b"TCP/MSRP";
/// The protocol of a media line over TLS.
pub(super) const TLS: &[u8] = b"TCP/TLS/MSRP";

//! Reason: why a session ended or was refused (RFC 3326).

use core::fmt;

use octets::Writer;

use super::grammar::{take_token, trim};
use super::message_writer::put_quoted;
use super::{HeaderName, MessageView, Params};

/// Whose cause it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonProtocol {
    /// The cause is a status code.
    Sip,
    /// The cause is one of ISDN.
    Q850,
    /// Any other.
    Other,
}

/// One value of the header, borrowed.
#[derive(Clone, Copy)]
pub struct Reason<'a> {
    /// Whose cause.
    pub protocol: ReasonProtocol,
    /// The cause; `None` when it is missing or no number.
    pub cause: Option<u16>,
    /// The words, without their quotes, escapes kept; empty when there are none.
    pub text: &'a [u8],
}

impl<'a> Reason<'a> {
    /// Reads one value; `None` outside the grammar.
    pub fn parse(value: &'a [u8]) -> Option<Reason<'a>> {
        let mut rest = trim(value);
        let protocol = match take_token(&mut rest)? {
            name if name.eq_ignore_ascii_case(b"SIP") => ReasonProtocol::Sip,
            name if name.eq_ignore_ascii_case(b"Q.850") => ReasonProtocol::Q850,
            _ => ReasonProtocol::Other,
        };
        let params = Params::parse(rest)?;
        if !params.is_well_formed() {
            return None;
        }
        let cause = params.value(b"cause").and_then(octets::decimal);
        let cause = cause.and_then(|cause| u16::try_from(cause).ok());
        Some(Reason { protocol, cause, text: params.value(b"text").unwrap_or_default() })
    }

    /// The value for `protocol`; RFC 3326 2 allows one for each.
    pub fn of(message: &MessageView<'a>, protocol: ReasonProtocol) -> Option<Reason<'a>> {
        let mut reasons = message.elements(HeaderName::Reason).filter_map(Reason::parse);
        reasons.find(|reason| reason.protocol == protocol)
    }
}

impl fmt::Debug for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?} cause {:?}>", self.protocol, self.cause)
    }
}

/// Writes one value, such as `SIP;cause=200;text="Call completed"`.
/// A cause of `Other` has no protocol name and spoils the message.
pub fn write_reason(out: &mut Writer<'_>, protocol: ReasonProtocol, cause: u16, text: &[u8]) {
    match protocol {
        ReasonProtocol::Sip => out.text("SIP"),
        ReasonProtocol::Q850 => out.text("Q.850"),
        ReasonProtocol::Other => out.spoil(),
    }
    out.text(";cause=");
    out.decimal(u64::from(cause));
    if !text.is_empty() {
        out.text(";text=");
        put_quoted(out, text);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        write_reason(&mut out, ReasonProtocol::Sip, 480, b"Bearer\r\n \"x\"");
        assert_eq!(out.written(), b"SIP;cause=480;text=\"Bearer   \\\"x\\\"\"", "no line end gets through");
        let reason = Reason::parse(out.written()).expect("a good Reason");
        assert_eq!((reason.protocol, reason.cause), (ReasonProtocol::Sip, Some(480)));
        assert_eq!(reason.text, b"Bearer   \\\"x\\\"");
        assert_eq!(std::format!("{reason:?}"), "<Sip cause Some(480)>");
    }

    #[test]
    fn a_cause_that_is_no_number_is_none_and_rubbish_is_refused() {
        let read = |text: &'static [u8]| Reason::parse(text).map(|read| (read.protocol, read.cause));
        assert_eq!(read(b" q.850 ; CAUSE=16 ; text=\"Terminated\""), Some((ReasonProtocol::Q850, Some(16))));
        assert_eq!(read(b"RELEASE_CAUSE;cause=1"), Some((ReasonProtocol::Other, Some(1))));
        assert_eq!(read(b"SIP"), Some((ReasonProtocol::Sip, None)));
        assert_eq!(read(b"SIP;cause=70000"), Some((ReasonProtocol::Sip, None)));
        assert_eq!(read(b"SIP;cause=soon"), Some((ReasonProtocol::Sip, None)));
        for bad in [&b""[..], b";cause=1", b"SIP cause=1", b"SIP;cause=200;text=\"open", b"SIP;;"] {
            assert!(Reason::parse(bad).is_none());
        }
    }
}

//! Which session a new one takes the place of: Replaces (RFC 3891), and Session-Replaces of OMA CPM.

use core::fmt;

use octets::Writer;

use super::grammar::{is_token, trim};
use super::view::is_word;
use super::{HeaderName, MessageView, Params, put_value};
use crate::limits;

/// The value of Replaces: a dialog, named by its three parts as the receiver sees them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Replaces<'a> {
    /// Call-ID.
    pub call_id: &'a [u8],
    /// The receiver's own tag (RFC 3891 3).
    pub to_tag: &'a [u8],
    /// The tag of the receiver's peer.
    pub from_tag: &'a [u8],
    /// Only while that dialog is an early one.
    pub early_only: bool,
}

impl<'a> Replaces<'a> {
    /// Reads the value; `None` outside the grammar. Both tags must be there, each once (RFC 3891 6.1).
    pub fn parse(value: &'a [u8]) -> Option<Replaces<'a>> {
        let value = trim(value);
        let (call_id, params) = value.split_at(memchr::memchr(b';', value)?);
        let call_id = trim(call_id);
        let params = Params::parse(params)?;
        if !is_word(call_id) || !params.is_well_formed() {
            return None;
        }
        let tag = |name: &[u8]| {
            let mut found = params.iter().filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
            let (_, tag) = found.next()?;
            tag.filter(|tag| is_token(tag) && found.next().is_none())
        };
        Some(Replaces {
            call_id,
            to_tag: tag(b"to-tag")?,
            from_tag: tag(b"from-tag")?,
            early_only: params.has(b"early-only"),
        })
    }

    /// Reads the header. `None` without one, `Some(Err(_))` for a wrong one or more than one: 400 (RFC 3891 3).
    pub fn of(message: &MessageView<'a>) -> Option<Result<Replaces<'a>, BadReplaces>> {
        let mut values = message.headers(HeaderName::Replaces);
        let value = values.next()?;
        let alone = values.next().is_none();
        Some(Replaces::parse(value).filter(|_| alone).ok_or(BadReplaces))
    }

    /// Writes the value.
    pub fn write(&self, out: &mut Writer<'_>) {
        put_value(out, self.call_id);
        out.text(";to-tag=");
        put_value(out, self.to_tag);
        out.text(";from-tag=");
        put_value(out, self.from_tag);
        if self.early_only {
            out.text(";early-only");
        }
    }
}

/// A Replaces that names no dialog, or several: 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadReplaces;

impl fmt::Debug for Replaces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<a dialog>")
    }
}

/// Session-Replaces: the Contribution-ID of the one-to-one chat that a group takes the place of (OMA CPM, TS 23.204
/// B.2). `None` when it is missing, no single word, or longer than such an identifier may be.
pub fn session_replaces<'a>(message: &MessageView<'a>) -> Option<&'a [u8]> {
    let value = message.header(HeaderName::SessionReplaces)?;
    (is_word(value) && value.len() <= limits::CONTRIBUTION_ID_OCTETS_MAX).then_some(value)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let replaces = Replaces {
            call_id: b"98732@sip.example.com",
            to_tag: b"r33th4x0r",
            from_tag: b"ff87ff",
            early_only: true,
        };
        let mut buffer = [0; 80];
        let mut out = Writer::new(&mut buffer);
        replaces.write(&mut out);
        assert_eq!(out.written(), b"98732@sip.example.com;to-tag=r33th4x0r;from-tag=ff87ff;early-only");
        assert_eq!(Replaces::parse(out.written()), Some(replaces));
        assert_eq!(std::format!("{replaces:?}"), "<a dialog>");
    }

    #[test]
    fn a_dialog_has_one_call_id_and_one_tag_for_each_side() {
        // RFC 3891 6.1: white space and order do not matter, unknown parameters do not disturb.
        let read = Replaces::parse(b" 12adf2f34456gs5 ;x=1; FROM-TAG = 54321 ;to-tag=12345").expect("good");
        assert_eq!((read.call_id, read.to_tag), (&b"12adf2f34456gs5"[..], &b"12345"[..]));
        assert!(!read.early_only);
        for bad in [
            &b""[..],
            b"call",
            b"call;to-tag=1",
            b"call;from-tag=1",
            b"call;to-tag=;from-tag=1",
            b"call;to-tag;from-tag=1",
            b"call;to-tag=1;to-tag=2;from-tag=1",
            b"call;to-tag=\"1 2\";from-tag=1",
            b"one two;to-tag=1;from-tag=1",
            b";to-tag=1;from-tag=1",
            b"call;;to-tag=1;from-tag=1",
        ] {
            assert_eq!(Replaces::parse(bad), None, "{:?}", core::str::from_utf8(bad));
        }
    }
}

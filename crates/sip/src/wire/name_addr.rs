//! `"Display" <uri>;params`, as From, To, Contact, Route and P-Asserted-Identity have it (RFC 3261 20.10).

use core::fmt;

use super::grammar::{is_plain_octet, is_token_octet, is_white, quoted, trim};
use super::{Params, Uri};

/// An address with a name and parameters, borrowed.
#[derive(Clone, Copy, Default)]
pub struct NameAddr<'a> {
    /// The name, without its quotes, escapes kept; empty when there is none.
    pub display: &'a [u8],
    /// The URI, without angle brackets.
    pub uri: &'a [u8],
    /// What stands behind the address.
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Reads From, To, Contact, Route and the like. Without angle brackets parameters belong to the header,
    /// and the URI may have neither `,` nor `?` (RFC 3261 20); `None` outside the grammar.
    pub fn parse(value: &'a [u8]) -> Option<NameAddr<'a>> {
        Self::read(value, |value| {
            let at = memchr::memchr(b';', value).unwrap_or(value.len());
            let uri = trim(&value[..at]);
            (memchr::memchr2(b',', b'?', uri).is_none()).then_some((uri, &value[at..]))
        })
    }

    /// Reads one value of P-Asserted-Identity and its kin: without angle brackets everything belongs to the URI,
    /// since these headers have no parameters of their own (RFC 3325 9.1).
    pub fn parse_asserted(value: &'a [u8]) -> Option<NameAddr<'a>> {
        Self::read(value, |value| Some((trim(value), b"")))
    }

    fn read(
        value: &'a [u8],
        bare: impl FnOnce(&'a [u8]) -> Option<(&'a [u8], &'a [u8])>,
    ) -> Option<NameAddr<'a>> {
        let value = trim(value);
        let (display, uri, params) = if value.first() == Some(&b'"') {
            let (display, rest) = quoted(value)?;
            let (uri, params) = bracketed(trim(rest).strip_prefix(b"<")?)?;
            (display, uri, params)
        } else if let Some(at) = memchr::memchr2(b'<', b';', value).filter(|at| value[*at] == b'<') {
            let display = trim(&value[..at]);
            let (uri, params) = bracketed(&value[at + 1..])?;
            if !display.iter().all(|octet| is_display_octet(*octet)) {
                return None;
            }
            (display, uri, params)
        } else {
            let (uri, params) = bare(value)?;
            (&b""[..], uri, params)
        };
        let params = Params::parse(params)?;
        (is_plausible_uri(uri) && params.is_well_formed()).then_some(NameAddr { display, uri, params })
    }

    /// The tag; `None` when there is none or it is empty.
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.params.value(b"tag").filter(|tag| !tag.is_empty())
    }

    /// The URI in parts.
    pub fn parsed_uri(&self) -> Option<Uri<'a>> {
        Uri::parse(self.uri)
    }

    /// The octets of the name with its escapes resolved (RFC 3261 25.1 quoted-pair) and its folds as spaces.
    pub fn display_octets(&self) -> impl Iterator<Item = u8> {
        let mut rest = self.display.iter().copied();
        core::iter::from_fn(move || {
            let octet = rest.next()?;
            let octet = if octet == b'\\' { rest.next()? } else { octet };
            Some(if is_white(octet) { b' ' } else { octet })
        })
    }
}

impl fmt::Debug for NameAddr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<address>")
    }
}

/// What is inside the brackets, and what follows them.
fn bracketed(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'>', text)?;
    Some((&text[..end], &text[end + 1..]))
}

/// RFC 3261 25.1: unquoted names are tokens and white space. Octets of UTF-8 are let pass: networks send them.
fn is_display_octet(octet: u8) -> bool {
    is_token_octet(octet) || is_white(octet) || octet >= 0x80
}

/// Whole parsing is left to who needs the parts; here only what would break the header around it is refused.
fn is_plausible_uri(uri: &[u8]) -> bool {
    memchr::memchr(b':', uri).is_some_and(|colon| colon > 0) && uri.iter().all(|octet| is_plain_octet(*octet))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn quotes_commas_and_brackets_in_the_name_are_its_own() {
        let read =
            NameAddr::parse(b"\"Doe, \\\"J\\\" <x>\"  <sip:j@example.com;lr>;tag=1").expect("a good address");
        assert_eq!(read.display, b"Doe, \\\"J\\\" <x>");
        assert_eq!(read.display_octets().collect::<Vec<_>>(), b"Doe, \"J\" <x>");
        assert_eq!(read.uri, b"sip:j@example.com;lr");
        assert_eq!(read.tag(), Some(&b"1"[..]));
    }

    #[test]
    fn parameters_without_brackets_belong_to_the_header_in_from_and_to_the_uri_in_asserted() {
        let text = b"sip:+15550001@example.com;user=phone;tag=9";
        let from = NameAddr::parse(text).expect("a good From");
        assert_eq!(from.uri, b"sip:+15550001@example.com");
        assert_eq!(from.tag(), Some(&b"9"[..]));
        let asserted = NameAddr::parse_asserted(text).expect("a good P-Asserted-Identity");
        assert_eq!(asserted.uri, text);
        assert_eq!(asserted.tag(), None);
        assert!(asserted.parsed_uri().is_some_and(|uri| uri.is_phone()));
    }

    #[test]
    fn forgiving_where_nothing_is_in_doubt() {
        // RFC 4475 3.1.1.6: no white space before the bracket.
        assert_eq!(NameAddr::parse(b"caller<sip:c@example.com>").expect("good").display, b"caller");
        assert_eq!(
            NameAddr::parse(b"J\xC3\xB6rg <sip:j@example.com>").expect("good").display,
            b"J\xC3\xB6rg"
        );
        assert_eq!(NameAddr::parse(b" <tel:+15550001>\r\n ; tag=a").expect("good").tag(), Some(&b"a"[..]));
    }

    #[test]
    fn refuses_where_two_readers_could_differ() {
        for bad in [
            &b"\"open <sip:j@example.com>"[..],
            b"Bell, Alexander <sip:a@example.com>;tag=43",
            b"\"x\" < sip:t@example.org >",
            b"sip:user@example.com?Route=%3Csip:x%3E",
            b"<sip:a@example.com",
            b"<sip:a@example.com> tag=1",
            b"<sip:a@example.com>;;tag=1",
            b"<>",
            b"",
            b"alice",
        ] {
            assert!(NameAddr::parse(bad).is_none(), "{:?}", core::str::from_utf8(bad));
        }
    }
}

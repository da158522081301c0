//! `;name=value` lists behind URIs, addresses, Via and media types.

use core::fmt;

use super::grammar::{is_plain_octet, is_token, quoted, split_at_separator, trim, trim_back, unquoted};

/// The parameters behind something; read on demand, since most are never asked for.
#[derive(Clone, Copy, Default)]
pub struct Params<'a> {
    /// Everything behind the first semicolon; `None` when there was none.
    text: Option<&'a [u8]>,
}

impl<'a> Params<'a> {
    /// From text that is empty or starts with a semicolon; `None` for anything else.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Params<'a>> {
        match trim(text) {
            [] => Some(Params { text: None }),
            [b';', rest @ ..] => Some(Params { text: Some(rest) }),
            _ => None,
        }
    }

    /// Names and values in order; a value in quotes comes without them, escapes kept.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        self.pieces().map(|piece| {
            let (name, value) = split_piece(piece);
            (name, value.map(unquoted))
        })
    }

    /// The value of parameter `name`; empty when it has none.
    pub fn value(self, name: &[u8]) -> Option<&'a [u8]> {
        let (_, value) = self.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
        Some(value.unwrap_or_default())
    }

    /// Is parameter `name` there, with or without a value?
    pub fn has(self, name: &[u8]) -> bool {
        self.value(name).is_some()
    }

    /// As it is on the wire, without the first semicolon.
    pub fn as_bytes(self) -> &'a [u8] {
        self.text.unwrap_or_default()
    }

    /// Does each have a name, and the value the form of a token, a host or a quoted string (RFC 3261 25.1)?
    ///
    /// Characters that tokens lack but that occur in the field (`:` `[` `]` `/` `@` and the like) are let pass;
    /// empty parameters, open quotes and inner white space are not.
    pub(crate) fn is_well_formed(self) -> bool {
        self.checked().all(|param| param.is_some())
    }

    /// Names and values as `iter` gives them; `None` for one that is not well formed.
    pub(crate) fn checked(self) -> impl Iterator<Item = Option<(&'a [u8], Option<&'a [u8]>)>> {
        self.pieces().map(|piece| {
            let (name, value) = split_piece(piece);
            (is_token(name) && value.is_none_or(is_param_value)).then(|| (name, value.map(unquoted)))
        })
    }

    /// Each parameter as written, and its name.
    pub(crate) fn pieces_named(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.pieces().map(|piece| (piece, split_piece(piece).0))
    }

    fn pieces(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.text;
        core::iter::from_fn(move || {
            let (piece, behind) = split_at_separator(rest?, b';');
            rest = behind;
            Some(trim(piece))
        })
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} octets of parameters>", self.as_bytes().len())
    }
}

fn split_piece(piece: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'=', piece) {
        Some(at) => (trim_back(&piece[..at]), Some(trim(&piece[at + 1..]))),
        None => (piece, None),
    }
}

fn is_param_value(value: &[u8]) -> bool {
    match value {
        [b'"', ..] => quoted(value).is_some_and(|(_, rest)| rest.is_empty()),
        [] => false,
        _ => value.iter().all(|octet| is_plain_octet(*octet) && *octet != b','),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn params(text: &[u8]) -> Params<'_> {
        Params::parse(text).expect("starts with a semicolon")
    }

    #[test]
    fn white_space_and_case_do_not_matter() {
        let read = params(b" ; TAG\r\n  =  1918181833n ; lr;q = \"a;b\" ");
        assert_eq!(read.value(b"tag"), Some(&b"1918181833n"[..]));
        assert_eq!(read.value(b"lr"), Some(&b""[..]));
        assert_eq!(read.value(b"q"), Some(&b"a;b"[..]), "a semicolon in quotes does not separate");
        assert_eq!(read.value(b"r"), None);
        assert_eq!(read.iter().collect::<Vec<_>>().len(), 3);
        assert!(read.is_well_formed());
    }

    #[test]
    fn empty_and_open_ones_are_noticed() {
        for bad in [&b";"[..], b";;", b";a;", b";a=", b";=b", b";a=\"b", b";a=b c", b";a=b,c", b";a=\"b\"c"] {
            assert!(!params(bad).is_well_formed(), "{:?}", core::str::from_utf8(bad));
        }
        assert!(Params::parse(b"tag=1").is_none());
        assert!(params(b"").is_well_formed());
    }
}

//! `From` and `To` of a CPIM message: an optional name and a URI in angle brackets.

use core::fmt;

/// A borrowed name and URI.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// The name as written, escapes included, quotes removed; may be empty.
    pub name: &'a [u8],
    /// What stands in the brackets.
    pub uri: &'a [u8],
}

impl<'a> Address<'a> {
    /// Reads `Name <uri>`; a bare URI is taken too.
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let value = value.trim_ascii();
        let Some(open) = memchr::memrchr(b'<', value) else {
            let bare = memchr::memchr(b':', value).is_some()
                && value.iter().all(|octet| octet.is_ascii_graphic() && *octet != b'>');
            return bare.then_some(Address { name: &[], uri: value });
        };
        let uri = value[open + 1..].strip_suffix(b">")?;
        let name = value[..open].trim_ascii();
        let name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
        (!uri.is_empty() && uri.iter().all(|octet| *octet > b' ')).then_some(Address { name, uri })
    }
}

/// Somebody's name and number: they do not print.
impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<address>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_uri_are_told_apart() {
        for (value, name, uri) in [
            (&b"<tel:+447700900456>"[..], &b""[..], &b"tel:+447700900456"[..]),
            (b"Winnie <im:pooh@100akerwood.example>", b"Winnie", b"im:pooh@100akerwood.example"),
            (b"\"A < B\" <sip:a@b>", b"A < B", b"sip:a@b"),
            (b"sip:a@b", b"", b"sip:a@b"),
        ] {
            assert_eq!(Address::parse(value), Some(Address { name, uri }));
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for bad in [&b""[..], b"Winnie", b"<>", b"<sip:a@b", b"sip:a@b>", b"<sip:a b>", b"<sip:a@b> x"] {
            assert_eq!(Address::parse(bad), None, "{}", bad.escape_ascii());
        }
    }
}

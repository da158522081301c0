//! Addresses: `sip:`, `sips:`, `tel:`, and others that are only carried (RFC 3261 19.1, RFC 3966).

use core::fmt;
use core::net::IpAddr;

use octets::Digits;

use super::Params;
use super::grammar::is_plain_octet;
use super::number;

/// What stands before the first colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Any other; answered 416 in a Request-URI.
    Other,
}

/// The parts of a URI, borrowed; `user` and the like are as on the wire, percent escapes kept.
#[derive(Clone, Copy)]
pub struct Uri<'a> {
    /// Which scheme.
    pub scheme: Scheme,
    /// What stands before `@`, without the password; for `tel:` the number as written.
    pub user: Option<&'a [u8]>,
    /// What stands between the first `:` of the user part and `@`.
    pub password: Option<&'a [u8]>,
    /// Name or address, an IPv6 one in its brackets; empty for `tel:` and other schemes.
    pub host: &'a [u8],
    /// The port, if one is written.
    pub port: Option<u16>,
    /// Behind the host, or behind the number of a `tel:`.
    pub params: Params<'a>,
    /// Behind `?`.
    pub headers: Option<&'a [u8]>,
}

impl<'a> Uri<'a> {
    /// Reads one URI without angle brackets; `None` outside the grammar.
    pub fn parse(text: &'a [u8]) -> Option<Uri<'a>> {
        if !text.iter().all(|octet| is_plain_octet(*octet)) {
            return None;
        }
        let colon = memchr::memchr(b':', text)?;
        let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
        if scheme.eq_ignore_ascii_case(b"sip") {
            Self::parse_sip(Scheme::Sip, rest)
        } else if scheme.eq_ignore_ascii_case(b"sips") {
            Self::parse_sip(Scheme::Sips, rest)
        } else if scheme.eq_ignore_ascii_case(b"tel") {
            Self::parse_tel(rest)
        } else if is_scheme(scheme) && !rest.is_empty() {
            Some(Uri::bare(Scheme::Other, None, Params::default()))
        } else {
            None
        }
    }

    fn parse_sip(scheme: Scheme, text: &'a [u8]) -> Option<Uri<'a>> {
        // RFC 4475 3.1.1.9: the user part may hold `;`, `?` and `/`, but only one `@` can be unescaped.
        let (user, password, rest) = match memchr::memchr(b'@', text) {
            Some(0) => return None,
            Some(at) => {
                let (user, password) = match memchr::memchr(b':', &text[..at]) {
                    Some(0) => return None,
                    Some(colon) => (&text[..colon], Some(&text[colon + 1..at])),
                    None => (&text[..at], None),
                };
                (Some(user), password, &text[at + 1..])
            }
            None => (None, None, text),
        };
        let (rest, headers) = match memchr::memchr(b'?', rest) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        let (place, params) = rest.split_at(memchr::memchr(b';', rest).unwrap_or(rest.len()));
        let (host, port) = host_and_port(place)?;
        let params = Params::parse(params)?;
        params.is_well_formed().then_some(Uri { scheme, user, password, host, port, params, headers })
    }

    fn parse_tel(text: &'a [u8]) -> Option<Uri<'a>> {
        let (number, params) = text.split_at(memchr::memchr(b';', text).unwrap_or(text.len()));
        let params = Params::parse(params)?;
        if number.is_empty() || memchr::memchr2(b'@', b'?', number).is_some() || !params.is_well_formed() {
            return None;
        }
        Some(Uri::bare(Scheme::Tel, Some(number), params))
    }

    fn bare(scheme: Scheme, user: Option<&'a [u8]>, params: Params<'a>) -> Uri<'a> {
        Uri { scheme, user, password: None, host: b"", port: None, params, headers: None }
    }

    /// The telephone number that it names: with a global `+`, or of digits only. Visual separators, the `+`
    /// itself, parameters and percent escapes are removed; short codes with `*` or `#` are no number.
    pub fn digits(&self) -> Option<Digits> {
        match self.scheme {
            Scheme::Tel => number::digits(self.user?, true),
            Scheme::Sip | Scheme::Sips => {
                // RFC 3261 19.1.6: a telephone-subscriber in the user part keeps its own parameters.
                let user = self.user?;
                number::digits(
                    &user[..memchr::memchr(b';', user).unwrap_or(user.len())],
                    self.is_user_phone(),
                )
            }
            Scheme::Other => None,
        }
    }

    /// Is its number one of some place only: without `+`, and with the place beside it (RFC 3966 5.1.5)? Alone it leads to somebody
    /// else.
    pub fn is_local_number(&self) -> bool {
        let Some(user) = self.user else { return false };
        let (number, own) = user.split_at(memchr::memchr(b';', user).unwrap_or(user.len()));
        let has_place = match self.scheme {
            Scheme::Tel => self.params.has(b"phone-context"),
            Scheme::Sip | Scheme::Sips => Params::parse(own).is_some_and(|own| own.has(b"phone-context")),
            Scheme::Other => false,
        };
        has_place && !number.starts_with(b"+")
    }

    /// Does it name a telephone: `tel:`, `user=phone`, or a user part that reads as a number?
    pub fn is_phone(&self) -> bool {
        self.scheme == Scheme::Tel || self.is_user_phone() || self.digits().is_some()
    }

    fn is_user_phone(&self) -> bool {
        self.params.value(b"user").is_some_and(|user| user.eq_ignore_ascii_case(b"phone"))
    }

    /// The address that the host is, when it is not a name.
    pub fn host_address(&self) -> Option<IpAddr> {
        host_address(self.host)
    }
}

impl fmt::Debug for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?} uri>", self.scheme)
    }
}

/// `host[:port]`; the host is a name, an IPv4 address or an IPv6 reference.
pub(crate) fn host_and_port(place: &[u8]) -> Option<(&[u8], Option<u16>)> {
    let length = match place {
        [b'[', ..] => memchr::memchr(b']', place)? + 1,
        _ => memchr::memchr(b':', place).unwrap_or(place.len()),
    };
    let (host, rest) = place.split_at(length);
    if !is_host(host) {
        return None;
    }
    match rest {
        [] => Some((host, None)),
        [b':', port @ ..] => Some((host, Some(parse_port(port)?))),
        _ => None,
    }
}

/// One to five digits up to 65 535.
pub(crate) fn parse_port(text: &[u8]) -> Option<u16> {
    u16::try_from(octets::decimal(text)?).ok()
}

/// An address, with or without the brackets of an IPv6 reference.
pub(crate) fn host_address(host: &[u8]) -> Option<IpAddr> {
    let inside = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host);
    core::str::from_utf8(inside).ok()?.parse().ok()
}

/// Underscores are let pass: they are in many names of hosts.
fn is_host(host: &[u8]) -> bool {
    match host {
        [b'[', inside @ .., b']'] => matches!(host_address(inside), Some(IpAddr::V6(_))),
        [] => false,
        _ => host.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_')),
    }
}

fn is_scheme(scheme: &[u8]) -> bool {
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &[u8]) -> Uri<'_> {
        Uri::parse(text).expect("a good URI")
    }

    fn number(text: &[u8]) -> Option<Digits> {
        uri(text).digits()
    }

    #[test]
    fn parts_are_told_apart() {
        let read = uri(b"sips:alice:se;cret@[2001:db8::1]:5061;transport=tcp;lr?Subject=hi&Priority=urgent");
        assert_eq!(read.scheme, Scheme::Sips);
        assert_eq!(read.user, Some(&b"alice"[..]));
        assert_eq!(read.password, Some(&b"se;cret"[..]));
        assert_eq!(read.host, b"[2001:db8::1]");
        assert_eq!(read.host_address(), Some("2001:db8::1".parse().expect("an address")));
        assert_eq!(read.port, Some(5061));
        assert_eq!(read.params.value(b"transport"), Some(&b"tcp"[..]));
        assert!(read.params.has(b"LR"));
        assert_eq!(read.headers, Some(&b"Subject=hi&Priority=urgent"[..]));
    }

    #[test]
    fn semicolons_before_the_at_belong_to_the_user() {
        // RFC 4475 3.1.1.9
        let read = uri(b"sip:user;par=u%40example.net@example.com");
        assert_eq!(read.user, Some(&b"user;par=u%40example.net"[..]));
        assert_eq!(read.host, b"example.com");
        assert!(!read.params.has(b"par"));
    }

    #[test]
    fn every_way_to_write_a_number_gives_the_same_digits() {
        let plain = Digits::from_ascii(b"447700900456").ok();
        for text in [
            &b"tel:+447700900456"[..],
            b"TEL:+44-7700-900.456",
            b"tel:+44(7700)900456;ext=1",
            b"tel:447700900456;phone-context=example.com",
            b"sip:+447700900456@ims.example.com;user=phone",
            b"sip:447700900456@ims.example.com",
            b"sip:44-7700-900456@ims.example.com;user=phone",
            b"sip:+447700900456;phone-context=example.com@ims.example.com;user=phone",
            b"sip:%2b447700900456@ims.example.com",
            b"sip:+447700900456:secret@ims.example.com",
        ] {
            assert_eq!(number(text), plain, "{:?}", core::str::from_utf8(text));
            assert!(uri(text).is_phone());
        }
    }

    #[test]
    fn what_is_no_number_has_no_digits() {
        for text in [
            &b"tel:*21%23"[..],
            b"tel:+",
            b"tel:+1234567890123456",
            b"tel:4+4",
            b"tel:++44",
            b"sip:alice@example.com",
            b"sip:alice7700@example.com",
            b"sip:example.com",
            b"sip:%2@example.com",
            b"sip:44%00@example.com",
            b"sip:10.0.0.1@example.com",
            b"urn:service:sos",
        ] {
            assert_eq!(number(text), None, "{:?}", core::str::from_utf8(text));
        }
        assert!(uri(b"tel:*21").is_phone());
        assert!(!uri(b"sip:alice@example.com").is_phone());
    }

    #[test]
    fn rubbish_is_refused() {
        for text in [
            &b""[..],
            b"sip:",
            b"sip",
            b"sip:@example.com",
            b"sip:a@",
            b"sip:a@b:port",
            b"sip:a@b:65536",
            b"sip:a@[::g]",
            b"sip:a@[::1",
            b"sip:a b@c",
            b"sip:a@b;;",
            b"<sip:a@b>",
            b"1x:y",
            b"tel:",
            b"sip:a@b@c",
        ] {
            assert!(Uri::parse(text).is_none(), "{:?}", core::str::from_utf8(text));
        }
    }
}

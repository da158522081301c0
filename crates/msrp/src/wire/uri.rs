//! The MSRP URI, RFC 4975 6: one address and the session behind it.
//!
//! Refuses: to resolve names, to normalise; what came in goes out as it was.

use core::fmt;
use core::net::Ipv6Addr;

use octets::{Writer, decimal};

/// A borrowed MSRP URI. `as_bytes` is as received.
#[derive(Clone, Copy)]
pub struct MsrpUri<'a> {
    text: &'a [u8],
    /// `msrps`: TLS.
    pub secure: bool,
    /// Host name or address; an IPv6 address without its brackets.
    pub host: &'a [u8],
    /// The port, when one is named; else [`MsrpUri::DEFAULT_PORT`] is meant.
    pub port: Option<u16>,
    /// The session; relays have none.
    pub session_id: Option<&'a [u8]>,
    /// The transport parameter, `tcp`.
    pub transport: &'a [u8],
}

/// How the To-Path of a request is compared with the URI of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// RFC 4975 6.1: the whole URI.
    Strict,
    /// RFC 6714 and the sessmatch practice: a middlebox may have rewritten all but the session-id.
    SessionId,
}

impl<'a> MsrpUri<'a> {
    /// The port of a URI that names none, RFC 4975 6.
    pub const DEFAULT_PORT: u16 = 2855;

    /// Reads one URI; nothing may stand before or behind it.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let colon = memchr::memchr(b':', text)?;
        let secure = match &text[..colon] {
            scheme if scheme.eq_ignore_ascii_case(b"msrp") => false,
            scheme if scheme.eq_ignore_ascii_case(b"msrps") => true,
            _ => return None,
        };
        let rest = text[colon + 1..].strip_prefix(b"//")?;
        let authority_end = memchr::memchr2(b'/', b';', rest)?;
        let (authority, rest) = rest.split_at(authority_end);
        let (host, port) = host_and_port(authority)?;
        let parameters = memchr::memchr(b';', rest)?;
        let session_id = match &rest[..parameters] {
            [] => None,
            [_, session_id @ ..] if is_session_id(session_id) => Some(session_id),
            _ => return None,
        };
        let mut parameters = rest[parameters + 1..].split(|octet| *octet == b';');
        let transport = parameters.next().filter(|transport| is_alphanumeric(transport))?;
        if !parameters.all(|parameter| !parameter.is_empty() && parameter.iter().all(u8::is_ascii_graphic)) {
            return None;
        }
        Some(MsrpUri { text, secure, host, port, session_id, transport })
    }

    /// As received.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.text
    }

    /// Does a request to `self` mean the session of `other`?
    pub fn matches(&self, other: &MsrpUri<'_>, matching: Matching) -> bool {
        match matching {
            Matching::Strict => self == other,
            Matching::SessionId => self.session_id.is_some() && self.session_id == other.session_id,
        }
    }
}

/// RFC 4975 6.1: scheme, host and transport without regard to case, session-id with it; a named port never equals
/// an unnamed one; user part and other parameters do not count.
impl PartialEq for MsrpUri<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.secure == other.secure
            && is_same_host(self.host, other.host)
            && self.port == other.port
            && self.session_id == other.session_id
            && self.transport.eq_ignore_ascii_case(other.transport)
    }
}

impl Eq for MsrpUri<'_> {}

/// The session-id authenticates the peer on plain TCP, the host may name a person's phone: neither prints.
impl fmt::Debug for MsrpUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<msrp uri of {} octets>", self.text.len())
    }
}

/// Appends a URI of ours; the closure appends the session-id.
pub fn write_uri(
    out: &mut Writer<'_>,
    secure: bool,
    host: &[u8],
    port: u16,
    session_id: impl FnOnce(&mut Writer<'_>),
) {
    out.text(if secure { "msrps://" } else { "msrp://" });
    // RFC 3986 3.2.2: an IPv6 address stands in brackets, its colons would be taken for the port's.
    let brackets = if host.contains(&b':') { ("[", "]:") } else { ("", ":") };
    out.text(brackets.0);
    out.put(host);
    out.text(brackets.1);
    out.decimal(u64::from(port));
    out.u8(b'/');
    session_id(out);
    out.text(";tcp");
}

/// Splits `[user@]host[:port]`.
fn host_and_port(authority: &[u8]) -> Option<(&[u8], Option<u16>)> {
    let authority = match memchr::memrchr(b'@', authority) {
        Some(at) if authority[..at].iter().all(u8::is_ascii_graphic) => &authority[at + 1..],
        Some(_) => return None,
        None => authority,
    };
    let (host, rest) = match authority {
        [b'[', inner @ ..] => {
            let close = memchr::memchr(b']', inner)?;
            let host = &inner[..close];
            ipv6(host)?;
            (host, &inner[close + 1..])
        }
        _ => {
            let end = memchr::memchr(b':', authority).unwrap_or(authority.len());
            let host = &authority[..end];
            let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~%".contains(octet);
            if host.is_empty() || !host.iter().all(legal) {
                return None;
            }
            (host, &authority[end..])
        }
    };
    let port = match rest {
        [] => None,
        [b':', port @ ..] => Some(u16::try_from(decimal(port)?).ok()?),
        _ => return None,
    };
    Some((host, port))
}

fn is_same_host(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b) || ipv6(a).is_some_and(|address| ipv6(b) == Some(address))
}

fn ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

/// Wider than the grammar of RFC 4975 9 (unreserved, `+`, `=`, `/`): a foreign session-id is only ever given back.
fn is_session_id(text: &[u8]) -> bool {
    let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-._~+=/%!$&'()*,:@".contains(octet);
    !text.is_empty() && text.iter().all(legal)
}

fn is_alphanumeric(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    fn uri(text: &str) -> MsrpUri<'_> {
        MsrpUri::parse(text.as_bytes()).expect("a sound URI")
    }

    #[test]
    fn the_parts_of_a_uri_are_told_apart() {
        let uri = uri("msrps://alice@[2001:db8::1]:9000/s/1+=~;tcp;x=y");
        assert!(uri.secure);
        assert_eq!((uri.host, uri.port), (&b"2001:db8::1"[..], Some(9000)));
        assert_eq!(uri.session_id, Some(&b"s/1+=~"[..]));
        assert_eq!(uri.transport, b"tcp");
        let relay = MsrpUri::parse(b"msrp://relay.example;tcp").expect("a relay's URI has no session");
        assert_eq!((relay.port, relay.session_id), (None, None));
    }

    #[test]
    fn equality_follows_the_rules_for_uris() {
        let one = uri("msrp://Host.example:7654/jshA7;tcp");
        for same in [
            "MSRP://host.EXAMPLE:7654/jshA7;TCP",
            "msrp://user@host.example:7654/jshA7;tcp",
            "msrp://host.example:7654/jshA7;tcp;extra",
        ] {
            assert_eq!(one, uri(same));
        }
        for other in [
            "msrps://host.example:7654/jshA7;tcp", // another scheme
            "msrp://host.example:7655/jshA7;tcp",  // another port
            "msrp://host.example/jshA7;tcp",       // a port that is not named
            "msrp://host.example:7654/jsha7;tcp",  // the case of a session-id counts
            "msrp://host.example:7654;tcp",        // no session
            "msrp://host.example:7654/jshA7;sctp", // another transport
        ] {
            assert_ne!(one, uri(other), "{other}");
        }
        assert_eq!(uri("msrp://[2001:db8:0:0::1]:1/a;tcp"), uri("msrp://[2001:DB8::1]:1/a;tcp"));
    }

    #[test]
    fn a_rewritten_address_is_forgiven_only_by_session_id() {
        let ours = uri("msrp://10.0.0.1:2855/abcd;tcp");
        let rewritten = uri("msrp://sbc.example:9999/abcd;tcp");
        assert!(!rewritten.matches(&ours, Matching::Strict));
        assert!(rewritten.matches(&ours, Matching::SessionId));
        assert!(!uri("msrp://10.0.0.1:2855/abce;tcp").matches(&ours, Matching::SessionId));
        let relay = uri("msrp://sbc.example;tcp");
        assert!(!relay.matches(&relay, Matching::SessionId), "no session is nobody's session");
    }

    #[test]
    fn a_uri_that_is_none_is_refused() {
        for bad in [
            "",
            "msrp:",
            "msrp://",
            "sip://host:1/a;tcp",      // another scheme
            "msrp:/host:1/a;tcp",      // one slash
            "msrp://:1/a;tcp",         // no host
            "msrp://ho st:1/a;tcp",    // a space
            "msrp://host:/a;tcp",      // no port behind the colon
            "msrp://host:65536/a;tcp", // no port at all
            "msrp://host:1x/a;tcp",
            "msrp://host:1/a",                // no transport
            "msrp://host:1/a;",               // an empty one
            "msrp://host:1/;tcp",             // an empty session
            "msrp://host:1/a<b;tcp",          // no octet of a session
            "msrp://host:1/a;t-p",            // no transport by its letters
            "msrp://host:1/a;tcp;",           // an empty parameter
            "msrp://[2001:db8::1:1/a;tcp",    // brackets left open
            "msrp://[2001:db8::xyz]:1/a;tcp", // no address
            "msrp://[::1]1/a;tcp",            // something behind the brackets
            " msrp://host:1/a;tcp",
        ] {
            assert!(MsrpUri::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (secure, host) in [(false, "192.0.2.1"), (true, "2001:db8::1"), (true, "media.example")] {
            let mut buffer = [0; 128];
            let mut out = Writer::new(&mut buffer);
            write_uri(&mut out, secure, host.as_bytes(), 2855, |out| out.text("id"));
            let uri = MsrpUri::parse(out.written()).expect("our own URI");
            assert_eq!((uri.secure, uri.host, uri.port), (secure, host.as_bytes(), Some(2855)));
            assert_eq!(uri.session_id, Some(&b"id"[..]));
            assert!(!format!("{uri:?}").contains("id"), "a session-id authenticates: it does not print");
        }
    }
}

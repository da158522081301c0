//! The MSRP URI, RFC 4975 6: one address and the session behind it.
//!
//! Refuses: to resolve names, to normalise; what came in goes out as it was.

use core::fmt;
use core::net::Ipv6Addr;

use octets::decimal;

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

/// Splits `[user@]host[:port]`.
pub(crate) fn host_and_port(authority: &[u8]) -> Option<(&[u8], Option<u16>)> {
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

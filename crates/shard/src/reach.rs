//! How a chat user is reached outside of any chat: what the S-CSCF has told when it registered him (TS 24.229 5.7.3).

use core::net::SocketAddr;

use sip::{Hop, Uri};

use crate::kept::Kept;

/// Where a MESSAGE to a chat user goes, and what it says there.
#[derive(Clone, Debug)]
pub struct Reach {
    /// His public user identity: the Request-URI.
    identity: Kept<URI_OCTETS_MAX>,
    /// The S-CSCF that serves him: the Route; nothing where nobody has told.
    route: Kept<URI_OCTETS_MAX>,
    /// Where that S-CSCF is.
    hop: SocketAddr,
}

impl Reach {
    /// Of the user `identity`, whom the S-CSCF `route` serves; `from` is where it has told so from, and stands for a name of a host.
    /// `None`: an address that is too long to be kept.
    pub fn new(identity: &[u8], route: Option<&[u8]>, from: SocketAddr) -> Option<Reach> {
        let named = route.and_then(Uri::parse).and_then(|uri| Hop::of(&uri)).and_then(|hop| hop.address());
        Some(Reach {
            identity: Kept::copy(identity)?,
            route: Kept::copy(route.unwrap_or_default())?,
            hop: named.unwrap_or(from),
        })
    }

    /// The same way to another identity of the same user; `None` when it is too long.
    pub fn with_identity(self, identity: &[u8]) -> Option<Reach> {
        Some(Reach { identity: Kept::copy(identity)?, ..self })
    }

    /// The public user identity.
    pub fn identity(&self) -> &[u8] {
        self.identity.as_bytes()
    }

    /// The S-CSCF, where it is known.
    pub fn route(&self) -> Option<&[u8]> {
        Some(self.route.as_bytes()).filter(|route| !route.is_empty())
    }

    /// Where it goes.
    pub fn hop(&self) -> SocketAddr {
        self.hop
    }
}

/// An identity or an S-CSCF of a 3GPP network has some 60 octets; whoever has a longer one is not reached without a chat.
const URI_OCTETS_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: SocketAddr =
        SocketAddr::new(core::net::IpAddr::V4(core::net::Ipv4Addr::new(192, 0, 2, 10)), 5060);

    #[test]
    fn an_address_is_gone_to_and_a_name_is_where_its_word_came_from() {
        let hop = |route| Reach::new(b"sip:a@b", route, FROM).map(|reach| reach.hop());
        assert_eq!(hop(Some(&b"sip:192.0.2.77:5080;lr"[..])), Some(([192, 0, 2, 77], 5080).into()));
        assert_eq!(hop(Some(b"sip:scscf.ims.example:6060")), Some(FROM));
        assert_eq!(hop(None), Some(FROM));
        assert_eq!(hop(Some(&[b'x'; URI_OCTETS_MAX + 1])), None);
    }
}

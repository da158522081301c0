//! Who speaks, to whom, and in which session.

use core::fmt;

use octets::{Writer, decimal};

/// Origin-Host and Origin-Realm: a node by its names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// DiameterIdentity of the node.
    pub host: &'a [u8],
    /// The realm that it is in.
    pub realm: &'a [u8],
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// Destination-Host and Destination-Realm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The node, when it matters which.
    pub host: Option<&'a [u8]>,
    /// The realm that routes when no host is named.
    pub realm: &'a [u8],
}

impl fmt::Debug for Destination<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.host.is_some() { "Destination(host)" } else { "Destination(realm)" })
    }
}

/// A Session-Id: ours as its three parts, theirs as text.
#[derive(Clone, Copy)]
pub enum SessionId<'a> {
    /// One that we mint: `<host>;<high>;<low>`.
    Minted {
        /// Our own DiameterIdentity.
        host: &'a [u8],
        /// The high half.
        high: u32,
        /// The low half.
        low: u32,
    },
    /// One as it stands in a message.
    Text(&'a [u8]),
}

impl<'a> SessionId<'a> {
    /// A Session-Id of `host`.
    pub fn new(host: &'a [u8], high: u32, low: u32) -> Self {
        SessionId::Minted { host, high, low }
    }

    /// The two halves, when the text has the recommended form (RFC 6733 8.8).
    pub fn halves(&self) -> Option<(u32, u32)> {
        match *self {
            SessionId::Minted { high, low, .. } => Some((high, low)),
            SessionId::Text(text) => {
                let mut parts = text.split(|octet| *octet == b';').skip(1);
                let mut half = || u32::try_from(decimal(parts.next()?)?).ok();
                Some((half()?, half()?))
            }
        }
    }

    /// Writes the text.
    pub fn write(&self, out: &mut Writer<'_>) {
        match *self {
            SessionId::Minted { host, high, low } => {
                out.put(host);
                out.u8(b';');
                out.decimal(high.into());
                out.u8(b';');
                out.decimal(low.into());
            }
            SessionId::Text(text) => out.put(text),
        }
    }
}

impl PartialEq for SessionId<'_> {
    /// The same text, whichever form it is held in.
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (SessionId::Text(one), SessionId::Text(other)) => one == other,
            (SessionId::Text(text), SessionId::Minted { host, high, low })
            | (SessionId::Minted { host, high, low }, SessionId::Text(text)) => {
                let mut halves = [0; 22];
                let mut tail = Writer::new(&mut halves);
                SessionId::Minted { host: &[], high, low }.write(&mut tail);
                text.strip_prefix(host) == Some(tail.written())
            }
            (
                SessionId::Minted { host, high, low },
                SessionId::Minted { host: other, high: its_high, low: its_low },
            ) => (host, high, low) == (other, its_high, its_low),
        }
    }
}

impl Eq for SessionId<'_> {}

impl fmt::Debug for SessionId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.halves() {
            Some((high, low)) => write!(f, "Session-Id ..;{high};{low}"),
            None => f.write_str("Session-Id"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_session_id_is_the_same_as_its_text() {
        let minted = SessionId::new(b"gw.epc.example", 4_294_967_295, 0);
        let text = SessionId::Text(b"gw.epc.example;4294967295;0");
        assert_eq!(minted, text);
        assert_eq!(text.halves(), Some((u32::MAX, 0)));
        assert_ne!(minted, SessionId::Text(b"gw.epc.example;4294967295;00"));
        assert_eq!(SessionId::Text(b"x;1;2;opt").halves(), Some((1, 2)));
        for odd in [&b"x"[..], b"x;1", b"x;4294967296;1", b"x;;", b""] {
            assert_eq!(SessionId::Text(odd).halves(), None);
        }
    }
}

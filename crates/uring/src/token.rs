//! What an operation is about: travels through the kernel as `user_data` and comes back with the completion.

use shard::LinkId;

/// The kind of an operation, and what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// A link's place, or the number of a port or listener.
    pub(crate) index: u32,
    /// The low 24 bits of a link's generation. A place is used again only when the kernel is done with it, so this
    /// only proves that promise.
    generation: u32,
}

/// What kind of operation completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A datagram arrived.
    Datagram,
    /// A datagram could not be sent; success is silent.
    DatagramSent,
    /// A connection was accepted.
    Accept,
    /// A connection that we asked for came to be, or not.
    Connect,
    /// Octets arrived on a stream.
    Stream,
    /// Octets left on a stream.
    StreamSent,
    /// The bell rang.
    Bell,
    /// A cancellation found nothing to cancel; success is silent.
    Cancel,
}

impl Token {
    pub(crate) fn plain(kind: Kind, index: usize) -> Token {
        Token { kind, index: index as u32, generation: 0 }
    }

    pub(crate) fn link(kind: Kind, link: LinkId) -> Token {
        Token { kind, index: link.index, generation: link.generation & GENERATION_BITS }
    }

    pub(crate) fn names(self, link: LinkId) -> bool {
        self.index == link.index && self.generation == link.generation & GENERATION_BITS
    }

    pub(crate) fn encode(self) -> u64 {
        (self.kind as u64) << 56 | u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// `None` for a number that [`Token::encode`] never makes.
    pub(crate) fn decode(user_data: u64) -> Option<Token> {
        let kind = *KINDS.get((user_data >> 56) as usize)?;
        Some(Token { kind, index: user_data as u32, generation: (user_data >> 32) as u32 & GENERATION_BITS })
    }
}

const GENERATION_BITS: u32 = 0x00FF_FFFF;

/// In the order of the declaration, so that a kind is its own index.
const KINDS: [Kind; 8] = [
    Kind::Datagram,
    Kind::DatagramSent,
    Kind::Accept,
    Kind::Connect,
    Kind::Stream,
    Kind::StreamSent,
    Kind::Bell,
    Kind::Cancel,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_went() {
        for kind in KINDS {
            let link = LinkId { index: u32::MAX, generation: 0x1234_5678 };
            let token = Token::decode(Token::link(kind, link).encode()).expect("made by encode");
            assert_eq!(token.kind, kind);
            assert!(token.names(link));
            assert!(!token.names(LinkId { generation: 0x1234_5679, ..link }));
        }
        assert_eq!(Token::decode(u64::MAX), None);
    }
}

//! Identifiers that we mint, and that come home: they carry who they belong to beside what nobody can guess.
//!
//! Refuses: to draw random numbers; they are arguments.

use core::fmt;

use octets::Writer;

/// The session-id of our own MSRP URIs, 44 hexadecimal digits: owner, slot, generation, 96 random bits.
///
/// Hexadecimal and not denser, because middleboxes have been seen to fold the case of a URI.
/// RFC 4975 14.1: at least 80 bits must be random; on plain TCP they are what authenticates the peer.
#[derive(Clone, Copy)]
pub struct SessionId {
    /// The shard that owns the session.
    pub owner: u16,
    /// Its place in the owner's table.
    pub slot: u32,
    /// How often that place has been used.
    pub generation: u32,
    /// What nobody can guess.
    pub random: [u8; RANDOM_OCTETS],
}

impl SessionId {
    /// Octets of the text.
    pub const TEXT_OCTETS: usize = 2 * (2 + 4 + 4 + RANDOM_OCTETS);

    /// Appends the text.
    pub fn write(&self, out: &mut Writer<'_>) {
        out.hex(&self.owner.to_be_bytes());
        out.hex(&self.slot.to_be_bytes());
        out.hex(&self.generation.to_be_bytes());
        out.hex(&self.random);
    }

    /// Reads a text that [`SessionId::write`] wrote; anything else is no session of ours.
    pub fn parse(text: &[u8]) -> Option<SessionId> {
        let (owner, rest) = field(text)?;
        let (slot, rest) = field(rest)?;
        let (generation, rest) = field(rest)?;
        let (random, rest) = field(rest)?;
        rest.is_empty().then_some(SessionId {
            owner: u16::from_be_bytes(owner),
            slot: u32::from_be_bytes(slot),
            generation: u32::from_be_bytes(generation),
            random,
        })
    }
}

/// Equal in all parts; how long the comparison takes does not tell how much of the random part was right.
impl PartialEq for SessionId {
    fn eq(&self, other: &Self) -> bool {
        let differing = self.random.iter().zip(&other.random).fold(0, |sum, (a, b)| sum | (a ^ b));
        (self.owner, self.slot, self.generation) == (other.owner, other.slot, other.generation)
            && differing == 0
    }
}

impl Eq for SessionId {}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({}/{}/{})", self.owner, self.slot, self.generation)
    }
}

/// Appends the text of a session-id made of these parts.
pub fn write_session_id(
    out: &mut Writer<'_>,
    owner: u16,
    slot: u32,
    generation: u32,
    random: [u8; RANDOM_OCTETS],
) {
    SessionId { owner, slot, generation, random }.write(out);
}

/// A transaction identifier of ours: 8 hexadecimal digits of where the request waits, 16 of chance.
///
/// 64 random bits, so that a body cannot hold its own end-line but by malice, and malice cannot guess it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TransactionId {
    text: [u8; Self::TEXT_OCTETS],
}

impl TransactionId {
    /// Octets of the text.
    pub const TEXT_OCTETS: usize = 24;

    /// For the request that waits in `slot`.
    pub fn new(slot: u32, random: u64) -> Self {
        let mut text = [0; Self::TEXT_OCTETS];
        let mut out = Writer::new(&mut text);
        out.hex(&slot.to_be_bytes());
        out.hex(&random.to_be_bytes());
        TransactionId { text }
    }

    /// Reads an identifier of ours from a response.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.iter().all(|octet| nibble(*octet).is_some());
        let text = <[u8; Self::TEXT_OCTETS]>::try_from(text).ok()?;
        digits.then_some(TransactionId { text })
    }

    /// The text for the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// Where the request waits.
    pub fn slot(&self) -> u32 {
        field(&self.text).map_or(0, |(slot, _)| u32::from_be_bytes(slot))
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionId({})", self.slot())
    }
}

/// The next `N` octets of lower-case hexadecimal text, and what follows.
fn field<const N: usize>(text: &[u8]) -> Option<([u8; N], &[u8])> {
    let (digits, rest) = text.split_at_checked(2 * N)?;
    let mut octets = [0; N];
    for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
        *octet = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some((octets, rest))
}

/// Either case is read; the session table compares the value.
fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// 96 bits.
pub const RANDOM_OCTETS: usize = 12;

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::{format, vec::Vec};

    fn text(id: SessionId) -> Vec<u8> {
        let mut buffer = [0; SessionId::TEXT_OCTETS];
        let mut out = Writer::new(&mut buffer);
        write_session_id(&mut out, id.owner, id.slot, id.generation, id.random);
        assert_eq!(out.finish(), Ok(SessionId::TEXT_OCTETS));
        buffer.to_vec()
    }

    const ID: SessionId = SessionId { owner: 0x0102, slot: 0x0304_0506, generation: 7, random: [0xAB; 12] };

    #[test]
    fn a_session_id_names_its_owner_again() {
        assert_eq!(text(ID), b"01020304050600000007abababababababababababab");
        assert_eq!(SessionId::parse(&text(ID)), Some(ID));
        assert_eq!(SessionId::parse(&text(ID).to_ascii_uppercase()), Some(ID), "a middlebox folded the case");
    }

    #[test]
    fn a_session_id_with_any_octet_changed_is_another_or_none() {
        for at in 0..SessionId::TEXT_OCTETS {
            let mut changed = text(ID);
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert_ne!(SessionId::parse(&changed), Some(ID));
            changed[at] = b'g';
            assert_eq!(SessionId::parse(&changed), None);
        }
        let whole = text(ID);
        assert_eq!(SessionId::parse(&whole[1..]), None);
        assert_eq!(SessionId::parse(&[&whole[..], b"0"].concat()), None);
    }

    #[test]
    fn a_transaction_identifier_leads_back_to_its_slot() {
        let id = TransactionId::new(0xDEAD_BEEF, 0x0123_4567_89AB_CDEF);
        assert_eq!(id.as_bytes(), b"deadbeef0123456789abcdef");
        assert_eq!(TransactionId::parse(id.as_bytes()).map(|id| id.slot()), Some(0xDEAD_BEEF));
        assert_eq!(TransactionId::parse(b"a786hjs2"), None, "somebody else's");
        assert_eq!(TransactionId::parse(b"deadbeef0123456789abcdeg"), None);
    }

    #[test]
    fn what_cannot_be_guessed_does_not_print() {
        assert_eq!(format!("{ID:?}"), "SessionId(258/50595078/7)");
        assert_eq!(format!("{:?}", TransactionId::new(9, u64::MAX)), "TransactionId(9)");
    }
}

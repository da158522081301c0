//! Short messages that were sent to the chat user and never confirmed, and were therefore given back to the service centre:
//! he may have them. When the centre brings one again it goes under the Message-ID that it had, by which his client knows
//! whether it has it already (RFC 4975 7.1).
//!
//! Refuses: to keep a text. In: a TPDU and how it was sent. Out: the same, once.

use core::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::msrp_room::MessageId;

/// How a short message was sent to the chat user.
#[derive(Debug)]
pub(crate) struct SentAs {
    /// The message that it was, or was a part of.
    pub(crate) message_id: MessageId,
    /// Octets of the message before it.
    pub(crate) behind: u64,
    /// Did the message end with it?
    pub(crate) is_last: bool,
    /// Which part of a longer text it was, from 1. 0: it was not one.
    pub(crate) part: u8,
}

/// The last ones of a chat.
#[derive(Debug)]
pub(crate) struct Unconfirmed {
    known: [Option<(u64, SentAs)>; REMEMBERED_MAX],
    next: usize,
}

impl Unconfirmed {
    pub(crate) fn new() -> Self {
        Unconfirmed { known: [const { None }; REMEMBERED_MAX], next: 0 }
    }

    /// This one was given back.
    pub(crate) fn note(&mut self, tpdu: &[u8], sent_as: SentAs) {
        self.known[self.next] = Some((name(tpdu), sent_as));
        self.next = (self.next + 1) % REMEMBERED_MAX;
    }

    /// Has this one been given back? It is forgotten: of two that are alike to the letter and the second, one is the repetition,
    /// and it does not matter which.
    pub(crate) fn take(&mut self, tpdu: &[u8]) -> Option<SentAs> {
        let name = name(tpdu);
        let place =
            self.known.iter_mut().find(|place| place.as_ref().is_some_and(|(known, _)| *known == name))?;
        place.take().map(|(_, sent_as)| sent_as)
    }
}

/// A service centre brings again what it brought, time stamp and all.
fn name(tpdu: &[u8]) -> u64 {
    FixedState::default().hash_one(tpdu)
}

/// The centre brings the messages of one sender one after the other: more than one are rare.
const REMEMBERED_MAX: usize = 4;

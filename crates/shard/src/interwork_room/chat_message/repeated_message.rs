//! The last messages of a chat user by their Message-IDs: what comes again is answered as before, and never submitted twice.
//!
//! RFC 4975 7.1: who has lost a connection before a response came sends the message again, on the next one, under the same
//! Message-ID; only by that name can be known that it is the same.
//!
//! Refuses: to grow. In: names and fates. Out: the fate of a name that is known.

use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use msrp::Status;

use crate::interwork_room::ChatMessage;
use crate::table::Key;

/// A Message-ID, as it is remembered. Who finds two that are alike harms nobody's chat but his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageName(u64);

/// What became of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fate {
    /// It is with the SMS side.
    Pending(Key<ChatMessage>),
    /// It was answered with this, whether or not that was heard.
    Answered(Status),
}

/// The last messages of a chat.
#[derive(Debug)]
pub(crate) struct LastMessages {
    known: [Option<(MessageName, Fate)>; REMEMBERED_MAX],
    next: usize,
}

impl MessageName {
    pub(crate) fn of(message_id: &[u8]) -> Self {
        MessageName(FixedState::default().hash_one(message_id))
    }
}

impl LastMessages {
    pub(crate) fn new() -> Self {
        LastMessages { known: [None; REMEMBERED_MAX], next: 0 }
    }

    /// What became of the message with this name, if it has come before. Whoever heard 408 and sends it again means to try again.
    pub(crate) fn fate(&self, name: MessageName) -> Option<Fate> {
        let (_, fate) = self.known.iter().flatten().find(|(known, _)| *known == name)?;
        (!matches!(fate, Fate::Answered(Status::TIMEOUT))).then_some(*fate)
    }

    /// From now on this is its fate; the oldest is forgotten for a new one.
    pub(crate) fn note(&mut self, name: Option<MessageName>, fate: Fate) {
        let Some(name) = name else { return };
        if let Some((_, known)) = self.known.iter_mut().flatten().find(|(known, _)| *known == name) {
            *known = fate;
            return;
        }
        self.known[self.next] = Some((name, fate));
        self.next = (self.next + 1) % REMEMBERED_MAX;
    }
}

/// More than a person has said without having heard an answer.
const REMEMBERED_MAX: usize = 32;

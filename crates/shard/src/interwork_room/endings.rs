//! Chats that end though neither of the two has ended them: the gateway goes out of service, the operator says so, or the chat
//! user is registered no more. Both sides are told.
//!
//! Some chats in one turn, so that what is said has room in the send buffers.

use alloc::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use interwork::{Event, Goodbye, Msisdn, PeerId};
use tempo::Entropy;

use super::{Chat, Hands, InterworkRoom};
use crate::driver::Outward;
use crate::table::{Key, Table};
use crate::tally::Count;

/// Whose chats end, and what is said to the chat user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ending {
    /// Whose chats.
    pub whose: Whose,
    /// Why they end.
    pub goodbye: Goodbye,
}

/// Whose chats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    /// All there are.
    Everybodys,
    /// Those of a chat user.
    ChatUsers(PeerId),
    /// Those of an SMS user.
    SmsUsers(Msisdn),
}

/// Endings that one turn was too short for, and where the chats of each chat user begin.
pub(super) struct Endings {
    begun: VecDeque<(Ending, u32)>,
    first_of: HashMap<PeerId, Key<Chat>, FixedState>,
}

impl Endings {
    pub(super) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let hasher = FixedState::with_seed(entropy.u64());
        Endings {
            begun: VecDeque::with_capacity(BEGUN_MAX),
            first_of: HashMap::with_capacity_and_hasher(sessions_max, hasher),
        }
    }

    /// Is there nothing left to end?
    pub(super) fn is_empty(&self) -> bool {
        self.begun.is_empty()
    }

    /// A chat has begun.
    pub(super) fn link(&mut self, chats: &mut Table<Chat>, key: Key<Chat>) {
        if let Some(chat) = chats.find_mut(key) {
            chat.sibling = self.first_of.insert(chat.lease.peer, key);
        }
    }

    /// A chat has ended, and is in the table no more.
    pub(super) fn unlink(&mut self, chats: &mut Table<Chat>, key: Key<Chat>, chat: &Chat) {
        let peer = chat.lease.peer;
        let Some(first) = self.first_of.get_mut(&peer) else { return };
        if *first == key {
            match chat.sibling {
                Some(next) => *first = next,
                None => drop(self.first_of.remove(&peer)),
            }
            return;
        }
        let mut at = Some(*first);
        while let Some(before) = at.and_then(|at| chats.find_mut(at)) {
            if before.sibling == Some(key) {
                before.sibling = chat.sibling;
                return;
            }
            at = before.sibling;
        }
    }
}

/// Ends the chats of `ending`, or begins to.
pub fn end_chats<O: Outward>(room: &mut InterworkRoom, ending: Ending, hands: &mut Hands<'_, O>) {
    if let Whose::ChatUsers(peer) = ending.whose
        && !room.endings.first_of.contains_key(&peer)
    {
        return;
    }
    match room.endings.begun.len() < BEGUN_MAX {
        true => room.endings.begun.push_back((ending, 0)),
        // Their chats go on until somebody ends them, or silence does.
        false => hands.desk.count(Count::Overloads),
    }
}

/// Ends some more of the chats that are to end.
pub(super) fn go_on<O: Outward>(room: &mut InterworkRoom, hands: &mut Hands<'_, O>) {
    let Some((ending, from)) = room.endings.begun.front().copied() else { return };
    let next = match ending.whose {
        Whose::Everybodys => end_some(room, from, |_| true, ending.goodbye, hands),
        Whose::SmsUsers(number) => {
            end_some(room, from, |chat| chat.lease.pair.sms_user == number, ending.goodbye, hands)
        }
        Whose::ChatUsers(peer) => end_some_of(room, peer, ending.goodbye, hands).then_some(from),
    };
    match (next, room.endings.begun.front_mut()) {
        (Some(next), Some((_, from))) => *from = next,
        _ => drop(room.endings.begun.pop_front()),
    }
}

/// Ends chats from a slot on; `Some` is where the next turn goes on.
fn end_some<O: Outward>(
    room: &mut InterworkRoom,
    from: u32,
    is_meant: impl Fn(&Chat) -> bool,
    goodbye: Goodbye,
    hands: &mut Hands<'_, O>,
) -> Option<u32> {
    let (mut slot, mut ended) = (from, 0);
    while ended < ENDED_PER_TURN {
        let key = room.chats.keys_from(slot).next()?;
        slot = key.slot + 1;
        if room.chats.find(key).is_some_and(&is_meant) {
            end(room, key, goodbye, hands);
            ended += 1;
        }
    }
    Some(slot)
}

/// Ends chats of one chat user. `true`: there are more.
fn end_some_of<O: Outward>(
    room: &mut InterworkRoom,
    peer: PeerId,
    goodbye: Goodbye,
    hands: &mut Hands<'_, O>,
) -> bool {
    let (mut at, mut ended) = (room.endings.first_of.get(&peer).copied(), 0);
    while let Some(key) = at {
        let Some(chat) = room.chats.find(key) else { return false };
        at = chat.sibling;
        // Those that are being ended already stay in the list until the chat user has answered.
        if chat.session.is_ending() {
            continue;
        }
        if ended == ENDED_PER_TURN {
            return true;
        }
        end(room, key, goodbye, hands);
        ended += 1;
    }
    false
}

fn end<O: Outward>(room: &mut InterworkRoom, key: Key<Chat>, goodbye: Goodbye, hands: &mut Hands<'_, O>) {
    hands.desk.count(Count::ChatsCutShort);
    room.drive(key, Event::Stop(goodbye), None, hands);
}

/// Chats that one turn ends.
const ENDED_PER_TURN: usize = 128;
/// Endings that have begun; beyond it their chats end by themselves.
const BEGUN_MAX: usize = 256;

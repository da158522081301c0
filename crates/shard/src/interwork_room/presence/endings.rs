//! Chats that end though neither of the two has ended them: the gateway goes out of service, the operator says so, or the chat
//! user is registered no more, or may chat no more. Both sides are told.
//!
//! Some chats in one turn, so that what is said has room in the send buffers. A chat user's chats are on as many shards as he has
//! SMS users; the directory says which.

use alloc::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use interwork::{Event, Goodbye, Identity, Msisdn, PeerId};
use tempo::Entropy;

use crate::desk::Desk;
use crate::driver::Outward;
use crate::interwork_room::{Chat, Hands, InterworkRoom};
use crate::lanes::{Cargo, ShardId};
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
pub(crate) struct Endings {
    begun: VecDeque<(Ending, u32)>,
    of: HashMap<PeerId, OfOne, FixedState>,
    /// What other shards had no room to hear.
    unheard: VecDeque<(ShardId, Ending)>,
}

/// The chats of one chat user on this shard.
struct OfOne {
    first: Key<Chat>,
    /// They are to end already: once is enough, so that no more endings wait than there are chat users.
    is_ending: bool,
}

/// What a turn has time for.
struct Budget {
    chats: usize,
    slots: usize,
}

impl Endings {
    pub(crate) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let hasher = FixedState::with_seed(entropy.u64());
        Endings {
            begun: VecDeque::new(),
            // Twice the room: a map that is half empty never asks for more.
            of: HashMap::with_capacity_and_hasher(sessions_max.saturating_mul(2), hasher),
            unheard: VecDeque::new(),
        }
    }

    /// Is there nothing left to end?
    pub(crate) fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.unheard.is_empty()
    }

    /// A chat has begun.
    pub(crate) fn link(&mut self, chats: &mut Table<Chat>, key: Key<Chat>, desk: &Desk) {
        let Some(chat) = chats.find_mut(key) else { return };
        let peer = chat.lease.peer;
        match self.of.get_mut(&peer) {
            Some(of) => chat.sibling = Some(core::mem::replace(&mut of.first, key)),
            None => {
                self.of.insert(peer, OfOne { first: key, is_ending: false });
                desk.directory.has_chats(peer, desk.me(), true);
            }
        }
    }

    /// A chat has ended, and is in the table no more.
    pub(crate) fn unlink(&mut self, chats: &mut Table<Chat>, key: Key<Chat>, chat: &Chat, desk: &Desk) {
        let peer = chat.lease.peer;
        let Some(of) = self.of.get_mut(&peer) else { return };
        if of.first == key {
            match chat.sibling {
                Some(next) => of.first = next,
                None => {
                    self.of.remove(&peer);
                    desk.directory.has_chats(peer, desk.me(), false);
                }
            }
            return;
        }
        let mut at = Some(of.first);
        while let Some(before) = at.and_then(|at| chats.find_mut(at)) {
            if before.sibling == Some(key) {
                before.sibling = chat.sibling;
                return;
            }
            at = before.sibling;
        }
    }
}

/// The chats of somebody are to end on all shards. He is known by a name, by a number, or by both.
pub(crate) fn send_away<O: Outward>(
    room: &mut InterworkRoom,
    [one, other]: [Identity; 2],
    goodbye: Goodbye,
    hands: &mut Hands<'_, O>,
) {
    let (me, shards) = (hands.desk.me(), hands.desk.lanes.shards());
    for identity in [Some(one), Some(other).filter(|other| *other != one)].into_iter().flatten() {
        let peer = PeerId::of_identity(identity);
        let ending = Ending { whose: Whose::ChatUsers(peer), goodbye };
        for shard in (0..shards).map(ShardId).filter(|shard| hands.desk.directory.are_chats_on(peer, *shard))
        {
            match shard == me {
                true => end_chats(room, ending),
                false => room.endings.unheard.push_back((shard, ending)),
            }
        }
    }
    tell_shards(room, hands.desk);
}

/// Ends the chats of `ending` on this shard, some in each turn.
pub fn end_chats(room: &mut InterworkRoom, ending: Ending) {
    let endings = &mut room.endings;
    match ending.whose {
        // None of theirs is left out, and it can't wait.
        Whose::Everybodys => {
            endings.of.values_mut().for_each(|of| of.is_ending = false);
            endings.begun.clear();
        }
        Whose::ChatUsers(peer) => match endings.of.get_mut(&peer) {
            Some(of) if !of.is_ending => of.is_ending = true,
            _ => return,
        },
        Whose::SmsUsers(_) if endings.begun.iter().any(|(begun, _)| *begun == ending) => return,
        Whose::SmsUsers(_) => {}
    }
    endings.begun.push_back((ending, 0));
}

/// Ends some more of the chats that are to end.
pub(crate) fn go_on<O: Outward>(room: &mut InterworkRoom, hands: &mut Hands<'_, O>) {
    tell_shards(room, hands.desk);
    let mut budget = Budget { chats: CHATS_PER_TURN, slots: SLOTS_PER_TURN };
    while let Some((Ending { whose, goodbye }, from)) = room.endings.begun.front().copied() {
        let next = match whose {
            Whose::Everybodys => end_some(room, from, |_| true, goodbye, &mut budget, hands),
            Whose::SmsUsers(number) => {
                let is_his = |chat: &Chat| chat.lease.pair.sms_user == number;
                end_some(room, from, is_his, goodbye, &mut budget, hands)
            }
            Whose::ChatUsers(peer) => end_some_of(room, peer, goodbye, &mut budget, hands).then_some(from),
        };
        if let Some(next) = next {
            if let Some((_, from)) = room.endings.begun.front_mut() {
                *from = next;
            }
            return;
        }
        room.endings.begun.pop_front();
        if let Whose::ChatUsers(peer) = whose
            && let Some(of) = room.endings.of.get_mut(&peer)
        {
            of.is_ending = false;
        }
    }
}

/// Says to other shards what they had no room to hear.
fn tell_shards(room: &mut InterworkRoom, desk: &mut Desk) {
    while let Some((shard, ending)) = room.endings.unheard.front().copied() {
        if desk.lanes.push(shard, Cargo::EndChats(ending), &[]).is_err() {
            return;
        }
        room.endings.unheard.pop_front();
    }
}

/// Ends chats from a slot on; `Some` is where the next turn goes on.
fn end_some<O: Outward>(
    room: &mut InterworkRoom,
    from: u32,
    is_meant: impl Fn(&Chat) -> bool,
    goodbye: Goodbye,
    budget: &mut Budget,
    hands: &mut Hands<'_, O>,
) -> Option<u32> {
    let mut slot = from;
    while budget.chats > 0 && budget.slots > 0 {
        let key = room.chats.keys_from(slot).next()?;
        slot = key.slot + 1;
        budget.slots -= 1;
        if room.chats.find(key).is_some_and(|chat| !chat.session.is_ending() && is_meant(chat)) {
            end(room, key, goodbye, hands);
            budget.chats -= 1;
        }
    }
    Some(slot)
}

/// Ends chats of one chat user. `true`: there are more.
fn end_some_of<O: Outward>(
    room: &mut InterworkRoom,
    peer: PeerId,
    goodbye: Goodbye,
    budget: &mut Budget,
    hands: &mut Hands<'_, O>,
) -> bool {
    let mut at = room.endings.of.get(&peer).map(|of| of.first);
    while let Some(key) = at {
        let Some(chat) = room.chats.find(key) else { return false };
        at = chat.sibling;
        // Those that are being ended already stay in the list until the chat user has answered.
        if chat.session.is_ending() {
            continue;
        }
        if budget.chats == 0 {
            return true;
        }
        end(room, key, goodbye, hands);
        budget.chats -= 1;
    }
    false
}

fn end<O: Outward>(room: &mut InterworkRoom, key: Key<Chat>, goodbye: Goodbye, hands: &mut Hands<'_, O>) {
    hands.desk.count(Count::ChatsCutShort);
    room.drive(key, Event::Stop(goodbye), None, hands);
}

/// Chats that one turn ends.
const CHATS_PER_TURN: usize = 128;
/// Chats that one turn looks at for it.
const SLOTS_PER_TURN: usize = 4096;

//! Short messages that wait for the chat user's side, and the memory of those that came a moment ago.
//!
//! A short message is acknowledged after the chat user's side has it, never before: until then the SMS centre, whose
//! job it is, keeps it.

use alloc::collections::VecDeque;

use hashbrown::HashMap;
use interwork::SmOutcome;
use sms::SmsDeliver;
use tempo::{Alarm, Civil, Duration, Instant, WallClock};

use super::joining::{MISSING, Place};
use super::unconfirmed::SentAs;
use super::{Arrived, tell};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::interwork_room::paging::outcome_of;
use crate::interwork_room::{Chat, Hands};
use crate::kept::Kept;
use crate::lanes::{ForwardToken, RepeatKey};
use crate::msrp_room::{self, MessageId, Outgoing, message_id};
use crate::reach::Reach;
use crate::sip_room::{Page, Sender};
use crate::table::{Key, Table};
use crate::tally::Count;

/// A short message that waits for the chat user's side.
#[derive(Debug)]
pub struct InboundSm {
    /// `None` for one that goes to the chat user outside of any chat.
    chat: Option<Key<Chat>>,
    /// Whom to tell what became of it.
    token: ForwardToken,
    /// The same message came again meanwhile: these are told as well.
    also: [Option<ForwardToken>; REPETITIONS_MAX],
    repeat: RepeatKey,
    tpdu: Kept<TPDU_OCTETS_MAX>,
    state: State,
    /// How it was sent, once it was.
    sent_as: Option<SentAs>,
    alarm: Alarm,
    /// The next one of the same chat.
    next: Option<Key<InboundSm>>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The chat user is not connected, or a segment before this one has not come.
    Held,
    /// On its way to the chat user.
    Sent(Key<Outgoing>),
    /// On its way to the chat user as a MESSAGE of its own, outside of any chat.
    Paged(Option<Key<Page>>),
}

/// The short messages that wait, and the fate of the recent ones. Those of one chat are a list that begins in the chat.
pub struct ShortMessages {
    table: Table<InboundSm>,
    repeats: Repeats,
}

impl ShortMessages {
    pub(crate) fn new(most: usize) -> Self {
        ShortMessages { table: Table::new(most), repeats: Repeats::new(REPEATS_MAX) }
    }

    /// Has this message come before? RFC 6733 3: a repeated request gets the earlier answer, and is never delivered twice.
    pub(crate) fn is_repeated<O: Outward>(
        &mut self,
        arrived: &Arrived<'_>,
        hands: &mut Hands<'_, O>,
    ) -> bool {
        let Some(fate) = self.repeats.known.get(&arrived.repeat).copied() else { return false };
        match fate {
            Fate::Settled(outcome) => tell(arrived.token, outcome, hands),
            Fate::Pending(key) => match self.table.find_mut(key) {
                Some(sm) => sm.answer_also([Some(arrived.token)]),
                // It waited with another one, which is settled: the text knows whether this part has been taken.
                None => return false,
            },
        }
        hands.desk.count(Count::SmRepeated);
        true
    }

    /// Forgets what came long ago.
    pub(crate) fn housekeep(&mut self, now: Instant, most: usize) {
        self.repeats.advance(now, most);
    }

    /// Says what became of a short message that never waited.
    pub(crate) fn settle_words<O: Outward>(
        &mut self,
        arrived: Option<&Arrived<'_>>,
        outcome: SmOutcome,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(arrived) = arrived else { return };
        self.repeats.note(arrived.repeat, Fate::Settled(outcome), hands.desk.now());
        tell(arrived.token, outcome, hands);
    }

    /// Hands a short message to the chat user; the answer acknowledges it.
    pub(crate) fn forward<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<Chat>,
        arrived: Option<&Arrived<'_>>,
        hands: &mut Hands<'_, O>,
    ) {
        if self.hold(chats, key, arrived, hands) {
            self.release_held(chats, key, hands);
        }
    }

    /// Keeps a short message until it can be handed to the chat user. `false`: there is no room, and the sender knows.
    pub(crate) fn hold<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<Chat>,
        arrived: Option<&Arrived<'_>>,
        hands: &mut Hands<'_, O>,
    ) -> bool {
        let Some(arrived) = arrived else { return false };
        let Some(tpdu) = Kept::copy(arrived.tpdu) else {
            // Longer than any SMS-DELIVER, and it will be no shorter the next time.
            self.settle_words(Some(arrived), SmOutcome::Never, hands);
            return false;
        };
        // interworking 2.8 item 15
        let waits = self.wait(chats, key, arrived, tpdu, hands.desk).is_some();
        if !waits {
            self.settle_words(Some(arrived), SmOutcome::NotNow, hands);
        }
        waits
    }

    /// Hands to the chat user what was kept and may go now, in its order; a segment may set others free.
    pub(crate) fn release_held<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<Chat>,
        hands: &mut Hands<'_, O>,
    ) {
        let mut next = chats.find(key).and_then(|chat| chat.first_sm);
        while let Some(at) = next {
            let Some(sm) = self.table.find_mut(at) else { return };
            next = sm.next;
            let State::Held = sm.state else { continue };
            // It stays where it is until it is confirmed; this one is to be read.
            let Some(tpdu) = Kept::<TPDU_OCTETS_MAX>::copy(sm.tpdu.as_bytes()) else { continue };
            let Ok(deliver) = SmsDeliver::parse(tpdu.as_bytes()) else {
                self.settle(chats, at, SmOutcome::Never, hands);
                continue;
            };
            let has_left = self.send(chats, at, &deliver, tpdu.as_bytes(), hands);
            // The text may have waited for this segment: those that came before it in the list are looked at again.
            if has_left && deliver.user_data.concatenation().is_some() {
                next = chats.find(key).and_then(|chat| chat.first_sm);
            }
        }
    }

    /// The chat user's connection is gone, and with it the answers to what was sent on it: that is sent again on the next one,
    /// under the same name, for nobody knows whether it has arrived.
    pub(crate) fn take_back_sent<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<Chat>,
        hands: &mut Hands<'_, O>,
    ) {
        let mut next = chats.find(key).and_then(|chat| chat.first_sm);
        while let Some(at) = next {
            let Some(sm) = self.table.find_mut(at) else { return };
            next = sm.next;
            if let State::Sent(chunk) = sm.state {
                hands.msrp.forget(chunk);
                sm.state = State::Held;
            }
        }
        if let Some(chat) = chats.find_mut(key) {
            chat.give_up_all(key, hands.desk);
        }
    }

    /// Says of each short message of a chat that waits what becomes of it.
    pub(crate) fn give_back_all<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<Chat>,
        outcome: SmOutcome,
        hands: &mut Hands<'_, O>,
    ) {
        while let Some(sm) = chats.find(key).and_then(|chat| chat.first_sm) {
            self.settle(chats, sm, outcome, hands);
        }
    }

    /// Hands one short message to the chat user. `false`: one before it must go first, or it is gone.
    fn send<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<InboundSm>,
        deliver: &SmsDeliver<'_>,
        tpdu: &[u8],
        hands: &mut Hands<'_, O>,
    ) -> bool {
        let Some(sm) = self.table.find_mut(key) else { return false };
        let Some(chat_key) = sm.chat else { return false };
        let Some(chat) = chats.find_mut(chat_key) else { return false };
        let before = sm.sent_as.take().or_else(|| chat.unconfirmed.take(tpdu));
        let may_be_there = before.is_some();
        let (sent_as, place) = match before {
            // A text that it was a part of has been given up: the message ends with it.
            Some(before) => (SentAs { is_last: true, ..before }, None),
            None => {
                let segment = deliver.user_data.concatenation();
                let part = segment.map_or(0, |segment| segment.sequence);
                let place = chat.place_of(chat_key, segment, hands.desk);
                let alone = message_id(hands.desk);
                match place {
                    Place::Early => return false,
                    Place::Again { place } => {
                        match self.under_way(chat, place, part) {
                            Some(first) => self.wait_with(chats, key, first, hands.desk),
                            None => self.settle(chats, key, SmOutcome::Taken, hands),
                        }
                        return true;
                    }
                    Place::Alone => (SentAs { message_id: alone, behind: 0, is_last: true, part: 0 }, None),
                    Place::Next { place, is_last } => {
                        let (message_id, behind) = chat.joined(place).unwrap_or((&alone, 0));
                        let message_id = Kept::copy(message_id.as_bytes()).unwrap_or(Kept::EMPTY);
                        (SentAs { message_id, behind, is_last, part }, Some(place))
                    }
                }
            }
        };
        let said = said(deliver, hands.desk);
        let text = |out: &mut octets::Writer<'_>| deliver.user_data.write_utf8(out);
        let sent = chat.msrp.zip(deliver.originating.digits()).and_then(|(session, from)| {
            // TS 23.204 6.14 step 6; interworking 2.8 item 12
            let SentAs { message_id, behind, is_last, .. } = &sent_as;
            let words = msrp_room::Words { from, said, message_id, behind: *behind, is_last: *is_last };
            hands.msrp.send_words(session, key, &words, text, hands.desk, hands.out).ok()
        });
        let is_last = sent_as.is_last;
        match sent {
            Some((chunk, octets)) => {
                if may_be_there {
                    chat.has_ended(&sent_as.message_id);
                }
                sm.state = State::Sent(chunk);
                sm.sent_as = Some(sent_as);
                if let Some(place) = place {
                    chat.has_left(chat_key, place, octets, is_last, hands.desk);
                }
            }
            None => {
                sm.sent_as = Some(sent_as).filter(|_| may_be_there);
                self.settle(chats, key, SmOutcome::NotNow, hands);
            }
        }
        true
    }

    /// Hands a short message that belongs to no chat to the chat user as a MESSAGE; the answer acknowledges it.
    pub(crate) fn page<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        arrived: &Arrived<'_>,
        reach: &Reach,
        deliver: &SmsDeliver<'_>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(sender) = Sender::of(&deliver.originating, reach.identity()) else {
            return self.settle_words(Some(arrived), SmOutcome::NoSession, hands);
        };
        let Some(key) = self.insert(None, arrived, Kept::EMPTY, State::Paged(None), hands.desk) else {
            return self.settle_words(Some(arrived), SmOutcome::NotNow, hands);
        };
        let said = said(deliver, hands.desk);
        let text = |out: &mut octets::Writer<'_>| deliver.user_data.write_utf8(out);
        let Hands { sip, desk, out, .. } = hands;
        match sip.pages.send_words(reach, key, (&sender, said), text, desk, *out) {
            Ok(page) => {
                if let Some(sm) = self.table.find_mut(key) {
                    sm.state = State::Paged(Some(page));
                }
            }
            Err(fault) => self.settle(chats, key, outcome_of(fault), hands),
        }
    }

    /// The guard of a short message has come up: the chat user's side is too slow.
    pub(crate) fn ring<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<InboundSm>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(sm) = self.table.find_mut(key) else { return };
        // interworking 2.9 T-msrp-resp
        if hands.desk.is_due(&mut sm.alarm, Ringing::Sm(key)) {
            self.settle(chats, key, SmOutcome::NotNow, hands);
        }
    }

    /// Says what became of a short message that has waited.
    pub(crate) fn settle<O: Outward>(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<InboundSm>,
        outcome: SmOutcome,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(mut sm) = self.table.remove(key) else { return };
        hands.desk.disarm(&mut sm.alarm);
        if let Some(chat) = sm.chat {
            self.unlink(chats, chat, key, sm.next);
        }
        let is_sent = matches!(sm.state, State::Sent(_));
        match sm.state {
            State::Held | State::Paged(None) => {}
            State::Sent(chunk) => hands.msrp.forget(chunk),
            State::Paged(Some(page)) => hands.sip.pages.forget(page, hands.desk),
        }
        // What is not acknowledged comes again, and must then be handed over again.
        let sent_as = sm.sent_as.filter(|_| outcome != SmOutcome::Taken);
        if let Some((sent_as, chat_key)) = sent_as.zip(sm.chat) {
            if sent_as.part > 0 && is_sent {
                give_up(chats, chat_key, &sent_as.message_id, hands);
            } else if let Some(chat) = chats.find_mut(chat_key) {
                chat.unconfirmed.note(sm.tpdu.as_bytes(), sent_as);
            }
        }
        self.repeats.note(sm.repeat, Fate::Settled(outcome), hands.desk.now());
        tell(sm.token, outcome, hands);
        for also in sm.also.into_iter().flatten() {
            tell(also, outcome, hands);
        }
    }

    /// The one that has left as this part of the text in this place, and has not been confirmed.
    fn under_way(&self, chat: &Chat, place: usize, part: u8) -> Option<Key<InboundSm>> {
        let (message_id, _) = chat.joined(place)?;
        let is_it =
            |sent_as: &SentAs| (sent_as.part, sent_as.message_id.as_bytes()) == (part, message_id.as_bytes());
        let mut next = chat.first_sm;
        while let Some(at) = next {
            let sm = self.table.find(at)?;
            if sm.sent_as.as_ref().is_some_and(is_it) {
                return Some(at);
            }
            next = sm.next;
        }
        None
    }

    /// A part that has left and is not confirmed has come again as a new message: what becomes of the first becomes of both.
    /// To say that it is taken would be too early.
    fn wait_with(
        &mut self,
        chats: &mut Table<Chat>,
        key: Key<InboundSm>,
        first: Key<InboundSm>,
        desk: &mut Desk,
    ) {
        let Some(mut sm) = self.table.remove(key) else { return };
        desk.disarm(&mut sm.alarm);
        if let Some(chat) = sm.chat {
            self.unlink(chats, chat, key, sm.next);
        }
        if let Some(first) = self.table.find_mut(first) {
            first.answer_also([Some(sm.token)].into_iter().chain(sm.also));
        }
        self.repeats.note(sm.repeat, Fate::Pending(first), desk.now());
    }

    /// Puts a short message behind those of its chat that wait already. `None`: there is no room.
    fn wait(
        &mut self,
        chats: &mut Table<Chat>,
        chat: Key<Chat>,
        arrived: &Arrived<'_>,
        tpdu: Kept<TPDU_OCTETS_MAX>,
        desk: &mut Desk,
    ) -> Option<Key<InboundSm>> {
        let last = self.last_of(chats.find(chat)?).ok()?;
        let key = self.insert(Some(chat), arrived, tpdu, State::Held, desk)?;
        match last {
            Some(last) => self.table.find_mut(last)?.next = Some(key),
            None => chats.find_mut(chat)?.first_sm = Some(key),
        }
        Some(key)
    }

    fn insert(
        &mut self,
        chat: Option<Key<Chat>>,
        arrived: &Arrived<'_>,
        tpdu: Kept<TPDU_OCTETS_MAX>,
        state: State,
        desk: &mut Desk,
    ) -> Option<Key<InboundSm>> {
        let Arrived { token, repeat, .. } = *arrived;
        let sm = InboundSm {
            chat,
            token,
            also: [None; REPETITIONS_MAX],
            repeat,
            tpdu,
            state,
            sent_as: None,
            alarm: Alarm::default(),
            next: None,
        };
        let key = self.table.insert(sm).ok()?;
        let deadline = desk.now() + desk.policy.forward_guard;
        if let Some(sm) = self.table.find_mut(key) {
            desk.arm(&mut sm.alarm, Ringing::Sm(key), deadline);
        }
        self.repeats.note(repeat, Fate::Pending(key), desk.now());
        Some(key)
    }

    /// The last one of a chat that waits. `Err`: that are as many as may.
    fn last_of(&self, chat: &Chat) -> Result<Option<Key<InboundSm>>, ()> {
        let mut last = None;
        let mut next = chat.first_sm;
        for _ in 0..WAITING_PER_CHAT_MAX {
            let Some(at) = next else { return Ok(last) };
            last = next;
            next = self.table.find(at).and_then(|sm| sm.next);
        }
        Err(())
    }

    fn unlink(
        &mut self,
        chats: &mut Table<Chat>,
        chat: Key<Chat>,
        key: Key<InboundSm>,
        next: Option<Key<InboundSm>>,
    ) {
        let Some(chat) = chats.find_mut(chat) else { return };
        if chat.first_sm == Some(key) {
            chat.first_sm = next;
            return;
        }
        let mut at = chat.first_sm;
        while let Some(sm) = at.and_then(|at| self.table.find_mut(at)) {
            if sm.next == Some(key) {
                sm.next = next;
                return;
            }
            at = sm.next;
        }
    }
}

impl InboundSm {
    /// These are told what becomes of it, too. One more than there is room for is answered by its guard, and by then so are the
    /// others.
    fn answer_also(&mut self, tokens: impl IntoIterator<Item = Option<ForwardToken>>) {
        for token in tokens.into_iter().flatten() {
            if let Some(free) = self.also.iter_mut().find(|also| also.is_none()) {
                *free = Some(token);
            }
        }
    }
}

/// The chat user is connected again: what the lost connection has left without an end is ended, so that he can read that much.
pub(crate) fn end_unended<O: Outward>(chats: &mut Table<Chat>, key: Key<Chat>, hands: &mut Hands<'_, O>) {
    let Some(chat) = chats.find_mut(key) else { return };
    let Some(session) = chat.msrp else { return };
    while let Some((message_id, octets)) = chat.next_unended() {
        let missing = |out: &mut octets::Writer<'_>| out.text(MISSING);
        hands.msrp.send_courtesy(session, &message_id, octets, missing, hands.desk, hands.out);
    }
}

/// A part of a long text was not taken: what has left of it is ended, so that the reader has that much.
fn give_up<O: Outward>(chats: &mut Table<Chat>, key: Key<Chat>, text: &MessageId, hands: &mut Hands<'_, O>) {
    let Some(chat) = chats.find_mut(key) else { return };
    let Some((octets, session)) = chat.give_up(key, text, hands.desk).zip(chat.msrp) else { return };
    let missing = |out: &mut octets::Writer<'_>| out.text(MISSING);
    hands.msrp.send_courtesy(session, text, octets, missing, hands.desk, hands.out);
}

/// TP-SCTS in UTC; the time of arrival when the service centre's makes no sense.
fn said(deliver: &SmsDeliver<'_>, desk: &Desk) -> Civil {
    let clock =
        deliver.timestamp.unix_seconds().map(|unix_seconds| WallClock { unix_seconds, quarter_hours: 0 });
    clock.unwrap_or(desk.moment.wall).utc()
}

/// What became of a short message, or where it waits.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Pending(Key<InboundSm>),
    Settled(SmOutcome),
}

/// The short messages of the last minutes, to recognise those that come again.
struct Repeats {
    known: HashMap<RepeatKey, Fate, foldhash::fast::FixedState>,
    order: VecDeque<(Instant, RepeatKey)>,
    most: usize,
}

impl Repeats {
    fn new(most: usize) -> Self {
        Repeats {
            known: HashMap::with_capacity_and_hasher(most, foldhash::fast::FixedState::default()),
            order: VecDeque::with_capacity(most),
            most,
        }
    }

    fn note(&mut self, key: RepeatKey, fate: Fate, now: Instant) {
        if let Some(known) = self.known.get_mut(&key) {
            *known = fate;
            return;
        }
        if self.order.len() >= self.most
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.known.insert(key, fate);
        self.order.push_back((now + REMEMBERED, key));
    }

    fn advance(&mut self, now: Instant, most: usize) {
        for _ in 0..most {
            let Some((_, key)) = self.order.front().copied().filter(|(until, _)| *until <= now) else {
                return;
            };
            self.order.pop_front();
            self.known.remove(&key);
        }
    }
}

/// RFC 6733 3: an End-to-End identifier is not used again for four minutes.
const REMEMBERED: Duration = Duration::from_secs(240);
/// TS 29.338: SM-RP-UI.
const TPDU_OCTETS_MAX: usize = 200;
/// Short messages of one chat that may wait, so that one chat does not take the room of others; beyond it "not now".
const WAITING_PER_CHAT_MAX: usize = 64;
/// How often a message that waits may come again and be answered with it.
const REPETITIONS_MAX: usize = 4;
/// Short messages that are remembered to recognise their repetition; beyond it the oldest is forgotten.
const REPEATS_MAX: usize = 65_536;

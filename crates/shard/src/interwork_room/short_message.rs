//! Short messages from SMS users (TS 23.204 6.14): to whom they belong, what they say, and when they are acknowledged.
//!
//! A short message is acknowledged after the chat user's side has it, never before: until then the SMS centre, whose
//! job it is, keeps it.

use alloc::collections::VecDeque;

use hashbrown::HashMap;
use interwork::{Event, Meaning, Msisdn, MtCorrelationId, Pair, Reply, SmOutcome, outcome_of_chat};
use msrp::Status;
use sms::{MtTpdu, SmsDeliver};
use tempo::{Alarm, Civil, Duration, Instant, WallClock};

use super::{Chat, Hands, InterworkRoom};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::kept::Kept;
use crate::lanes::{Cargo, ForwardToken, RepeatKey};
use crate::msrp_room::Outgoing;
use crate::owner::owner_of;
use crate::table::Key;
use crate::tally::Count;

/// A short message that waits for the chat user's side.
#[derive(Debug)]
pub struct InboundSm {
    chat: Key<Chat>,
    /// Whom to tell what became of it.
    token: ForwardToken,
    /// The same message came again meanwhile: this one is told as well.
    also: Option<ForwardToken>,
    repeat: RepeatKey,
    state: State,
    alarm: Alarm,
    /// The next one of the same chat.
    next: Option<Key<InboundSm>>,
}

#[derive(Debug)]
enum State {
    /// The chat user is not connected yet.
    Held(Kept<TPDU_OCTETS_MAX>),
    /// On its way to the chat user.
    Sent(Key<Outgoing>),
}

/// A short message as it comes to the shard of its SMS user.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// Whom to tell what became of it.
    pub token: ForwardToken,
    /// The number that it was sent to.
    pub number: Msisdn,
    /// What a repetition of it has in common with it.
    pub repeat: RepeatKey,
    /// SMS-DELIVER.
    pub tpdu: &'a [u8],
}

/// A short message that an event of a chat is about.
#[derive(Debug)]
pub(super) struct Words<'a> {
    arrived: Arrived<'a>,
    deliver: SmsDeliver<'a>,
}

impl InterworkRoom {
    /// A short message has come in on this shard; its owner may be another one.
    pub(super) fn forwarded<O: Outward>(
        &mut self,
        token: ForwardToken,
        correlation: MtCorrelationId,
        repeat: RepeatKey,
        tpdu: &[u8],
        hands: &mut Hands<'_, O>,
    ) {
        let desk = &mut *hands.desk;
        // An id that has run out, or that we never gave: the SMS centre must ask the way again.
        let Some(number) = desk.directory.announced(correlation, desk.now()) else {
            return tell(token, SmOutcome::NotNow, hands);
        };
        let sender = match MtTpdu::parse(tpdu) {
            Ok(MtTpdu::Deliver(deliver)) => deliver.originating.digits().map(Msisdn),
            // We have asked for none, so there is nothing that it could tell.
            Ok(MtTpdu::StatusReport(_)) => return tell(token, SmOutcome::Taken, hands),
            Err(_) => return tell(token, SmOutcome::Never, hands),
        };
        // A word instead of a number is a machine: nobody invited it.
        let Some(sender) = sender else { return tell(token, SmOutcome::NoSession, hands) };
        let owner = owner_of(sender, desk.lanes.shards());
        if owner == desk.me() {
            return self.arrived(Arrived { token, number, repeat, tpdu }, hands);
        }
        match desk.lanes.push(owner, Cargo::ShortMessage { token, number, repeat }, tpdu) {
            Ok(()) => {
                desk.count(Count::Parcels);
                desk.tally.add_many(Count::ParcelOctets, tpdu.len() as u64);
            }
            Err(_) => {
                desk.count(Count::ParcelsRefused);
                tell(token, SmOutcome::NotNow, hands);
            }
        }
    }

    /// A short message for an SMS user of this shard.
    pub fn arrived<O: Outward>(&mut self, arrived: Arrived<'_>, hands: &mut Hands<'_, O>) {
        let token = arrived.token;
        match self.repeats.known.get(&arrived.repeat).copied() {
            // RFC 6733 3: a repeated request gets the earlier answer and is never delivered twice.
            Some(Fate::Settled(outcome)) => {
                hands.desk.count(Count::SmRepeated);
                return tell(token, outcome, hands);
            }
            Some(Fate::Pending(key)) => {
                hands.desk.count(Count::SmRepeated);
                if let Some(sm) = self.sms.find_mut(key) {
                    sm.also = Some(token);
                }
                return;
            }
            None => {}
        }
        let Ok(deliver) = SmsDeliver::parse(arrived.tpdu) else {
            return tell(token, SmOutcome::Never, hands);
        };
        let sms_user = deliver.originating.digits().map(Msisdn);
        let pair = sms_user.map(|sms_user| Pair { number: arrived.number, sms_user });
        let chat = match pair.and_then(|pair| self.pairs.meaning(pair, hands.desk.now())) {
            Some(Meaning::Live(chat)) => chat,
            Some(Meaning::Resting { .. }) | None => return tell(token, SmOutcome::NoSession, hands),
        };
        if !deliver.user_data.is_human_text() {
            return tell(token, SmOutcome::Never, hands);
        }
        let reply = self.reading(chat, &deliver, hands.desk);
        self.drive(chat, Event::Sm(reply), Some(&Words { arrived, deliver }), hands);
    }

    /// What a short message says at this stage of its chat. One segment of a longer text is never a word of command.
    fn reading(&self, chat: Key<Chat>, deliver: &SmsDeliver<'_>, desk: &Desk) -> Reply {
        let is_segment =
            deliver.user_data.concatenation().is_some_and(|concatenation| concatenation.total > 1);
        let Some(chat) = self.chats.find(chat).filter(|_| !is_segment) else { return Reply::Text };
        match chat.session.awaits_answer() {
            true => desk.policy.vocabulary.answer(deliver.user_data.chars()),
            false => desk.policy.vocabulary.remark(deliver.user_data.chars()),
        }
    }

    /// Says what became of a short message that never waited.
    pub(super) fn settle_words<O: Outward>(
        &mut self,
        words: Option<&Words<'_>>,
        outcome: SmOutcome,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(Words { arrived, .. }) = words else { return };
        self.repeats.note(arrived.repeat, Fate::Settled(outcome), hands.desk.now());
        tell(arrived.token, outcome, hands);
    }

    /// Hands a short message to the chat user; the answer acknowledges it.
    pub(super) fn forward<O: Outward>(
        &mut self,
        key: Key<Chat>,
        words: Option<&Words<'_>>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(words) = words else { return };
        let Some(sm) = self.wait(key, &words.arrived, State::Held(Kept::EMPTY), hands.desk) else {
            return self.settle_words(Some(words), SmOutcome::NotNow, hands);
        };
        self.send(sm, &words.deliver, hands);
    }

    /// Keeps a short message until the chat user is connected.
    pub(super) fn hold<O: Outward>(
        &mut self,
        key: Key<Chat>,
        words: Option<&Words<'_>>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(words) = words else { return };
        let kept = Kept::copy(words.arrived.tpdu).map(State::Held);
        if kept.and_then(|state| self.wait(key, &words.arrived, state, hands.desk)).is_none() {
            self.settle_words(Some(words), SmOutcome::NotNow, hands);
        }
    }

    /// The chat user is connected: what was kept goes out in its order.
    pub(super) fn release_held<O: Outward>(&mut self, key: Key<Chat>, hands: &mut Hands<'_, O>) {
        let mut next = self.chats.find(key).and_then(|chat| chat.first_sm);
        while let Some(at) = next {
            let Some(sm) = self.sms.find_mut(at) else { return };
            next = sm.next;
            if let State::Held(tpdu) = core::mem::replace(&mut sm.state, State::Held(Kept::EMPTY)) {
                match SmsDeliver::parse(tpdu.as_bytes()) {
                    Ok(deliver) => self.send(at, &deliver, hands),
                    Err(_) => self.settle_sm(at, SmOutcome::Never, hands),
                }
            }
        }
    }

    /// The chat user's connection is gone, and with it the answers to what was sent on it.
    pub(super) fn give_back_sent<O: Outward>(&mut self, key: Key<Chat>, hands: &mut Hands<'_, O>) {
        let mut next = self.chats.find(key).and_then(|chat| chat.first_sm);
        while let Some(at) = next {
            let Some(sm) = self.sms.find(at) else { return };
            next = sm.next;
            if matches!(sm.state, State::Sent(_)) {
                self.settle_sm(at, SmOutcome::NotNow, hands);
            }
        }
    }

    fn send<O: Outward>(&mut self, key: Key<InboundSm>, deliver: &SmsDeliver<'_>, hands: &mut Hands<'_, O>) {
        let Some(sm) = self.sms.find_mut(key) else { return };
        let session = self.chats.find(sm.chat).and_then(|chat| chat.msrp);
        let sent = session.zip(deliver.originating.digits()).and_then(|(session, from)| {
            let sent_at = sent_at(deliver, hands.desk);
            let text = |out: &mut octets::Writer<'_>| deliver.user_data.write_utf8(out);
            hands.msrp.send_text(session, key, from, sent_at, text, hands.desk, hands.out).ok()
        });
        match sent {
            Some(outgoing) => sm.state = State::Sent(outgoing),
            None => self.settle_sm(key, SmOutcome::NotNow, hands),
        }
    }

    /// The chat user's side has answered.
    pub(super) fn chat_answered<O: Outward>(
        &mut self,
        key: Key<InboundSm>,
        status: Status,
        hands: &mut Hands<'_, O>,
    ) {
        self.settle_sm(key, outcome_of_chat(status), hands);
    }

    /// The guard of a short message has come up: the chat user's side is too slow.
    pub fn ring_sm<O: Outward>(&mut self, key: Key<InboundSm>, hands: &mut Hands<'_, O>) {
        let Some(sm) = self.sms.find_mut(key) else { return };
        if hands.desk.is_due(&mut sm.alarm, Ringing::Sm(key)) {
            self.settle_sm(key, SmOutcome::NotNow, hands);
        }
    }

    /// Says what became of a short message that has waited.
    pub(super) fn settle_sm<O: Outward>(
        &mut self,
        key: Key<InboundSm>,
        outcome: SmOutcome,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(mut sm) = self.sms.remove(key) else { return };
        hands.desk.disarm(&mut sm.alarm);
        self.unlink_sm(sm.chat, key, sm.next);
        if let State::Sent(outgoing) = sm.state {
            hands.msrp.forget(outgoing);
        }
        self.repeats.note(sm.repeat, Fate::Settled(outcome), hands.desk.now());
        tell(sm.token, outcome, hands);
        if let Some(also) = sm.also {
            tell(also, outcome, hands);
        }
    }

    /// Puts a short message behind those of its chat that wait already. `None`: there is no room.
    fn wait(
        &mut self,
        chat: Key<Chat>,
        arrived: &Arrived<'_>,
        state: State,
        desk: &mut Desk,
    ) -> Option<Key<InboundSm>> {
        let Arrived { token, repeat, .. } = *arrived;
        let sm = InboundSm { chat, token, also: None, repeat, state, alarm: Alarm::default(), next: None };
        let key = self.sms.insert(sm).ok()?;
        let deadline = desk.now() + desk.policy.forward_guard;
        if let Some(sm) = self.sms.find_mut(key) {
            desk.arm(&mut sm.alarm, Ringing::Sm(key), deadline);
        }
        self.repeats.note(repeat, Fate::Pending(key), desk.now());
        let chat = self.chats.find_mut(chat)?;
        let Some(mut at) = chat.first_sm else {
            chat.first_sm = Some(key);
            return Some(key);
        };
        while let Some(next) = self.sms.find(at)?.next {
            at = next;
        }
        self.sms.find_mut(at)?.next = Some(key);
        Some(key)
    }

    fn unlink_sm(&mut self, chat: Key<Chat>, key: Key<InboundSm>, next: Option<Key<InboundSm>>) {
        let Some(chat) = self.chats.find_mut(chat) else { return };
        if chat.first_sm == Some(key) {
            chat.first_sm = next;
            return;
        }
        let mut at = chat.first_sm;
        while let Some(sm) = at.and_then(|at| self.sms.find_mut(at)) {
            if sm.next == Some(key) {
                sm.next = next;
                return;
            }
            at = sm.next;
        }
    }
}

/// Tells the shard that must acknowledge a short message what became of it.
fn tell<O: Outward>(token: ForwardToken, outcome: SmOutcome, hands: &mut Hands<'_, O>) {
    let desk = &mut *hands.desk;
    if token.shard == desk.me() {
        return hands.diameter.acknowledge(token, outcome, desk, hands.out);
    }
    // When even this finds no room, the backstop over there says "not now", and the repetition finds the outcome here.
    if desk.lanes.push(token.shard, Cargo::SmOutcome { token, outcome }, &[]).is_err() {
        desk.count(Count::ParcelsRefused);
    }
}

/// TP-SCTS in UTC; the time of arrival when the service centre's makes no sense.
fn sent_at(deliver: &SmsDeliver<'_>, desk: &Desk) -> Civil {
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
pub(super) struct Repeats {
    known: HashMap<RepeatKey, Fate, foldhash::fast::FixedState>,
    order: VecDeque<(Instant, RepeatKey)>,
    most: usize,
}

impl Repeats {
    pub(super) fn new(most: usize) -> Self {
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

    pub(super) fn advance(&mut self, now: Instant, most: usize) {
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

//! A chat user is called back into a chat: by a short message for a chat that his client had closed idle, or whose connection was
//! lost, and by policy by a yes that comes too late.
//!
//! The short message waits unacknowledged until he has accepted, is connected and has taken it; the SMS user notices nothing.
//!
//! Refuses: to call whoever is not registered, or may not chat any more. In: short messages without a chat, what became of our
//! INVITE. Out: a chat that goes on; or `false`, and the short message goes the way of all without a chat.

pub(super) mod former;

use interwork::{
    Access, Event, Goodbye, Identity, Lease, Msisdn, Pair, Reply, SmOutcome, Stage, outcome_of_recall,
};
use msrp::Offer;
use sip::StatusCode;
use sms::SmsDeliver;

use super::invitation::succession::Conversation;
use super::short_message::{Arrived, answers_late, is_segment};
use super::{Chat, Hands, InterworkRoom};
use crate::desk::Desk;
use crate::driver::Outward;
use crate::kept::Kept;
use crate::reach::Reach;
use crate::sip_room::Calling;
use crate::table::{Key, Table};
use crate::tally::Count;
use former::{Aside, Former, Why};

impl Chat {
    /// The chat user's side has ended it, not he: it can be gone on with.
    pub(super) fn set_aside(&mut self, desk: &Desk) {
        self.aside = match self.aside {
            // Called back he has not come: it is not remembered any longer for that.
            Some(aside) => aside.after_failure(),
            // Whoever never came will not come when he is called.
            None if self.was_connected => Aside::new(Why::Closed, desk.now(), desk.policy.recall),
            None => None,
        };
    }

    /// We say goodbye: what that means for a chat that could be gone on with.
    pub(super) fn part(&mut self, goodbye: Goodbye, desk: &Desk) {
        match goodbye {
            Goodbye::BearerLost => self.set_aside(desk),
            // Nobody has said anything for a day; or he was called, and has not answered in time.
            Goodbye::Silence => self.aside = self.aside.and_then(Aside::after_failure),
            Goodbye::UserLeft
            | Goodbye::Service
            | Goodbye::Unregistered
            | Goodbye::NotAuthorised
            | Goodbye::Unreachable
            | Goodbye::Operator => {
                self.aside = None;
            }
        }
    }

    /// Will the SMS user not notice that it ends?
    pub(super) fn can_go_on(&self, desk: &Desk) -> bool {
        self.aside.is_some()
            && self.reach.is_some()
            && self.caller.is_some_and(|caller| way_to(caller, desk).is_some())
    }
}

/// The way to a chat user who may chat; `None`: he is not registered, or may not.
fn way_to(caller: Msisdn, desk: &Desk) -> Option<Reach> {
    let now = desk.now();
    let known = desk.directory.subscriber(Identity::Number(caller), now);
    let may = known.map_or(desk.policy.access == Access::Anyone, |subscriber| subscriber.is_authorised);
    desk.directory.reach(caller, now).filter(|_| may)
}

/// BYE: he has left, or only his client has.
pub(super) fn peer_left<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<Chat>,
    is_idle: bool,
    hands: &mut Hands<'_, O>,
) {
    if let Some(chat) = room.chats.find_mut(key) {
        match (chat.session.stage(), is_idle) {
            (Stage::Accepted | Stage::Active, true) => chat.set_aside(hands.desk),
            (_, true) => {}
            (_, false) => chat.aside = None,
        }
    }
    room.drive(key, Event::PeerLeft, None, hands);
}

/// The SMS user has not answered in time. By policy a late yes still counts.
pub(super) fn unanswered(chats: &mut Table<Chat>, key: Key<Chat>, desk: &Desk) {
    let Some(chat) = chats.find_mut(key).filter(|chat| chat.session.is_inviting()) else { return };
    if desk.policy.call_back {
        chat.aside =
            Aside::new(Why::Unanswered, desk.now(), desk.policy.recall.max(desk.policy.answer_timer));
    }
}

/// He is connected: the chat is like any other from here on. `false`: he has not even accepted, as far as we know.
pub(super) fn connected(chats: &mut Table<Chat>, key: Key<Chat>) -> bool {
    let Some(chat) = chats.find_mut(key).filter(|chat| chat.session.stage() != Stage::Recalling) else {
        return false;
    };
    (chat.was_connected, chat.aside) = (true, None);
    true
}

/// A short message for a pair without a chat. `false`: it calls nobody back.
pub(super) fn calls<O: Outward>(
    room: &mut InterworkRoom,
    pair: Pair,
    arrived: &Arrived<'_>,
    deliver: &SmsDeliver<'_>,
    hands: &mut Hands<'_, O>,
) -> bool {
    let desk = &mut *hands.desk;
    let Some(former) = room.formers.find(pair, desk.now()) else { return false };
    if !deliver.user_data.is_human_text() {
        return false;
    }
    let why = former.aside.why;
    match (why, reading(former, deliver, desk)) {
        // TS 23.204 6.17: he leaves a chat that the chat user is not in any more; nobody has to be told.
        (Why::Closed, Reply::Leave) => {
            room.formers.take(pair);
            room.sms.settle_words(Some(arrived), SmOutcome::Taken, hands);
            return true;
        }
        (Why::Closed, _) | (Why::Unanswered, Reply::Accept) => {}
        (Why::Unanswered, _) => return false,
    }
    let found = former.terms.caller.and_then(|caller| way_to(caller, desk));
    let Some(reach) = found.and_then(|found| found.with_identity(former.reach.identity())) else {
        return false;
    };
    let is_open =
        !desk.is_stopping && room.pairs.chats_of(pair.sms_user) < desk.policy.chats_per_sms_user_max;
    let called = if is_open { call(room, pair, &reach, hands) } else { None };
    match (called, why) {
        (None, _) => room.sms.settle_words(Some(arrived), SmOutcome::NotNow, hands),
        // interworking 11 row 28
        (Some(key), Why::Closed) => room.drive(key, Event::Sm(Reply::Text), Some(arrived), hands),
        // interworking 2.9 rule 7: a word for us, acknowledged as any that answers an invitation.
        (Some(key), Why::Unanswered) => {
            room.sms.settle_words(Some(arrived), SmOutcome::Taken, hands);
            room.drive(key, Event::Begin, None, hands);
        }
    }
    true
}

/// Calls the chat user of a former chat back into it. `None`: there is no room for it now; it is kept.
fn call<O: Outward>(
    room: &mut InterworkRoom,
    pair: Pair,
    reach: &Reach,
    hands: &mut Hands<'_, O>,
) -> Option<Key<Chat>> {
    let key = resume(room, pair, hands.desk)?;
    let called = room.chats.find_mut(key).and_then(|chat| invite(key, chat, reach, hands));
    if called.is_none() {
        hands.desk.count(Count::Overloads);
        room.end(key, hands);
    }
    called.map(|()| key)
}

/// He comes back himself into a chat that only his client had closed: nobody is asked again.
pub(super) fn goes_on(
    room: &mut InterworkRoom,
    lease: &Lease,
    conversation: Option<Conversation>,
    desk: &mut Desk,
) -> Option<Key<Chat>> {
    let former = room.formers.find(lease.pair, desk.now())?;
    let is_it = former.aside.why == Why::Closed
        && former.lease.peer == lease.peer
        && conversation.is_some()
        && former.terms.conversation == conversation;
    if is_it { resume(room, lease.pair, desk) } else { None }
}

/// Makes a chat of what is left of one; its INVITE is still to come.
fn resume(room: &mut InterworkRoom, pair: Pair, desk: &mut Desk) -> Option<Key<Chat>> {
    if !room.chats.has_room() {
        desk.count(Count::Overloads);
        return None;
    }
    let mut chat = room.formers.take(pair)?.into_chat();
    chat.references = room.numbering.begin(pair, &mut desk.entropy);
    let key = room.chats.insert(chat).ok()?;
    // interworking 2.9 rule 1
    if room.pairs.bind(pair, key).is_err() {
        desk.count(Count::Overloads);
        if let Some(former) = room.chats.remove(key).and_then(|chat| Former::of(&chat)) {
            room.formers.put(former);
        }
        return None;
    }
    room.endings.link(&mut room.chats, key, desk);
    Some(key)
}

fn invite<O: Outward>(
    key: Key<Chat>,
    chat: &mut Chat,
    reach: &Reach,
    hands: &mut Hands<'_, O>,
) -> Option<()> {
    let Hands { sip, msrp, desk, out, .. } = hands;
    let session = msrp.sessions.propose(key, desk).ok()?;
    chat.msrp = Some(session);
    let me = desk.me();
    let description = Kept::write(|out| msrp.sessions.write_offer(session, me, out))?;
    let calling = Calling {
        reach,
        sms_user: chat.lease.pair.sms_user.digits(),
        conversation: chat.names.as_bytes(),
        description: &description,
        chat: key,
    };
    chat.invite = sip.recalls.call(&calling, &mut sip.invites, desk, *out)?;
    Some(())
}

/// He has accepted.
pub(super) fn accepted<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<Chat>,
    answer: &[u8],
    hands: &mut Hands<'_, O>,
) {
    let Some(session) = room.chats.find(key).and_then(|chat| chat.msrp) else { return };
    let completed =
        Offer::parse(answer).is_ok_and(|answer| hands.msrp.sessions.complete(session, &answer).is_ok());
    if !completed {
        // His client cannot, and could not the next time.
        hands.desk.count(Count::RecallsFailed);
        return failed(room, key, SmOutcome::NoSession, hands);
    }
    room.drive(key, Event::Recalled, None, hands);
    // His connection may be faster than his answer, which goes the longer way.
    if hands.msrp.sessions.link_of(session).is_some() && connected(&mut room.chats, key) {
        room.drive(key, Event::Connected, None, hands);
        room.sms.release_held(&mut room.chats, key, hands);
    }
}

/// He has not.
pub(super) fn refused<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<Chat>,
    status: StatusCode,
    hands: &mut Hands<'_, O>,
) {
    failed(room, key, outcome_of_recall(status), hands);
}

fn failed<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<Chat>,
    outcome: SmOutcome,
    hands: &mut Hands<'_, O>,
) {
    let Some(chat) = room.chats.find_mut(key) else { return };
    let why = chat.aside.map(|aside| aside.why);
    chat.aside = match outcome {
        SmOutcome::NoSession => None,
        _ => chat.aside.and_then(Aside::after_failure),
    };
    let (pair, language, invite) = (chat.lease.pair, chat.language, chat.invite);
    // Of a dialog that was made nothing is left; without one there is nothing to be said.
    hands.sip.invites.bye(invite, Goodbye::BearerLost, hands.desk, hands.out);
    if why == Some(Why::Unanswered) {
        answers_late(room, pair, language, hands);
    }
    room.drive(key, Event::NotRecalled(outcome), None, hands);
}

/// What the SMS user says to a chat that is over.
fn reading(former: &Former, deliver: &SmsDeliver<'_>, desk: &Desk) -> Reply {
    if is_segment(deliver) {
        return Reply::Text;
    }
    let language = former.terms.language;
    match former.aside.why {
        Why::Closed => desk.policy.remark_in(language, deliver.user_data.chars()),
        Why::Unanswered => desk.policy.answer_in(language, deliver.user_data.chars()),
    }
}

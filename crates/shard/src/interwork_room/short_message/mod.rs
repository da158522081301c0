//! Short messages from SMS users (TS 23.204 6.14): whose they are, to which chat they belong, and what they say.

pub(super) mod joining;
pub(super) mod unconfirmed;
pub(super) mod waiting_sms;

use interwork::{Event, LanguageId, Meaning, Msisdn, MtCorrelationId, Pair, Reply, SmOutcome, Variables};
use sms::{MtTpdu, Plan, SmsDeliver, SmsStatusReport};
use tempo::Duration;

use super::paging::arrived_alone;
use super::paging::pager_reports::hand_over;
use super::recall::calls;
use super::submit::{Letterhead, submit_text};
use super::{Chat, Hands, InterworkRoom};
use crate::desk::Desk;
use crate::diameter_room::Purpose;
use crate::driver::Outward;
use crate::lanes::{Cargo, ForwardToken, RepeatKey};
use crate::owner::owner_of_sender;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A short message as it comes to the shard of its SMS user.
#[derive(Clone, Copy)]
pub struct Arrived<'a> {
    /// Whom to tell what became of it.
    pub token: ForwardToken,
    /// The number that it was sent to; `None` when the routing query that could tell has run out.
    pub number: Option<Msisdn>,
    /// What a repetition of it has in common with it.
    pub repeat: RepeatKey,
    /// SMS-DELIVER.
    pub tpdu: &'a [u8],
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
        // TS 23.204 6.14 step 4; interworking 2.9 T-mtcorr
        let number = desk.directory.announced(correlation, desk.now());
        let owner = match MtTpdu::parse(tpdu) {
            Ok(MtTpdu::Deliver(deliver)) => owner_of_sender(&deliver.originating, desk.lanes.shards()),
            // TS 23.204 6.10 item 1: it belongs to the chat with the recipient of what it reports on.
            Ok(MtTpdu::StatusReport(report)) => owner_of_sender(&report.recipient, desk.lanes.shards()),
            Err(_) => return tell(token, SmOutcome::Never, hands),
        };
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
        if self.sms.is_repeated(&arrived, hands) {
            return;
        }
        // An id that has run out, or that we never gave: the SMS centre must ask the way again. Asked only now, because
        // a repetition may come later than its routing query lives, and is still a repetition.
        let Some(number) = arrived.number else { return tell(token, SmOutcome::NotNow, hands) };
        let deliver = match MtTpdu::parse(arrived.tpdu) {
            Ok(MtTpdu::Deliver(deliver)) => deliver,
            Ok(MtTpdu::StatusReport(report)) => return self.reported(&arrived, number, &report, hands),
            Err(_) => return tell(token, SmOutcome::Never, hands),
        };
        // interworking 2.8 item 11, 2.9 rule 3
        let sms_user = deliver.originating.digits().map(Msisdn);
        let pair = sms_user.map(|sms_user| Pair { number, sms_user });
        let meaning = pair.and_then(|pair| self.pairs.meaning(pair, hands.desk.now()));
        // interworking 2.8 item 15, 11 row 28
        if !matches!(meaning, Some(Meaning::Live(_)))
            && pair.is_some_and(|pair| calls(self, pair, &arrived, &deliver, hands))
        {
            return;
        }
        let chat = match meaning {
            Some(Meaning::Live(chat)) if !is_over(&self.chats, chat) => chat,
            Some(Meaning::Resting(rest)) => return self.comes_late(&arrived, pair, rest.language, hands),
            // He will be called back into it as soon as its goodbye is answered, or never will be.
            Some(Meaning::Live(chat)) if self.chats.find(chat).is_some_and(|chat| chat.aside.is_some()) => {
                return tell(token, SmOutcome::NotNow, hands);
            }
            // Of a number on loan that is as good as at rest.
            Some(Meaning::Live(chat)) if hands.desk.policy.pool.contains(number) => {
                let language = self.chats.find(chat).map_or_else(LanguageId::default, |chat| chat.language);
                return self.comes_late(&arrived, pair, language, hands);
            }
            // What comes while a chat is being ended is not for that chat any more (interworking 2.10 item 2; TS 29.311 6.1.4 item 1).
            Some(Meaning::Live(_)) | None => return arrived_alone(self, &arrived, number, &deliver, hands),
        };
        if !deliver.user_data.is_human_text() {
            return tell(token, SmOutcome::Never, hands);
        }
        let reply = self.chats.find(chat).map_or(Reply::Text, |chat| reading(chat, &deliver, hands.desk));
        self.drive(chat, Event::Sm(reply), Some(&arrived), hands);
    }

    /// Words after the end of a chat.
    fn comes_late<O: Outward>(
        &mut self,
        arrived: &Arrived<'_>,
        pair: Option<Pair>,
        language: LanguageId,
        hands: &mut Hands<'_, O>,
    ) {
        let outcome = match pair {
            Some(pair) if answers_late(self, pair, language, hands) => SmOutcome::Taken,
            _ => SmOutcome::NoSession,
        };
        self.sms.settle_words(Some(arrived), outcome, hands);
    }

    /// A status report. It is taken whatever it says: the chat that it is about may be over.
    fn reported<O: Outward>(
        &mut self,
        arrived: &Arrived<'_>,
        number: Msisdn,
        report: &SmsStatusReport<'_>,
        hands: &mut Hands<'_, O>,
    ) {
        let sms_user = report.recipient.digits().map(Msisdn);
        let pair = sms_user.map(|sms_user| Pair { number, sms_user });
        let chat = match pair.and_then(|pair| self.pairs.meaning(pair, hands.desk.now())) {
            Some(Meaning::Live(chat)) => self.chats.find_mut(chat),
            _ => None,
        };
        // Without a connection he is told by MESSAGE, where the operator wants that.
        let mut chat = chat;
        if let Some(chat) = chat.as_deref_mut().filter(|_| hands.desk.policy.late_reports)
            && chat.msrp.is_none_or(|session| hands.msrp.sessions.link_of(session).is_none())
        {
            hand_over(chat, &mut self.reports, &mut self.pager.reports, hands);
        }
        let is_its = chat.as_ref().is_some_and(|chat| self.reports.awaits(chat, report));
        let is_told = !is_its && pair.is_some_and(|pair| self.pager.reports.reported(pair, report, hands));
        if let Some(chat) = chat.filter(|_| !is_told) {
            self.reports.reported(chat, report, hands);
        }
        self.sms.settle_words(Some(arrived), SmOutcome::Taken, hands);
    }
}

/// Words after the end: whoever wrote them is told that nobody will read them. `false`: he knows, or could not be told.
pub(super) fn answers_late<O: Outward>(
    room: &mut InterworkRoom,
    pair: Pair,
    language: LanguageId,
    hands: &mut Hands<'_, O>,
) -> bool {
    // interworking 2.6 item 5, 2.8 item 14, 2.9 rule 5, 11 row 19
    let policy = hands.desk.policy.clone();
    if !policy.tell_late || !room.pairs.may_tell(pair, hands.desk.now(), TOLD_AGAIN) {
        return false;
    }
    let wording = policy.wording_in(language);
    let text = wording.phrase(&wording.no_session, Variables { inviter: None, topic: "" });
    let Ok(plan) = Plan::of(text.clone(), u8::MAX) else { return false };
    let references = room.numbering.take(pair, plan.segments(), &mut hands.desk.entropy);
    let letterhead = Letterhead::new(pair, policy.service_centre, references, policy.message_validity);
    let is_told = submit_text(&letterhead, &plan, text, Purpose::TooLate, hands).is_ok();
    if !is_told {
        room.pairs.not_told(pair);
    }
    is_told
}

fn is_over(chats: &Table<Chat>, key: Key<Chat>) -> bool {
    chats.find(key).is_none_or(|chat| chat.session.is_ending())
}

/// What a short message says at this stage of its chat. One segment of a longer text is never a word of command.
fn reading(chat: &Chat, deliver: &SmsDeliver<'_>, desk: &Desk) -> Reply {
    if is_segment(deliver) {
        return Reply::Text;
    }
    // TS 23.204 6.17 step 1; interworking 2.6 item 12
    match chat.session.awaits_answer() {
        true => desk.policy.answer_in(chat.language, deliver.user_data.chars()),
        false => desk.policy.remark_in(chat.language, deliver.user_data.chars()),
    }
}

/// Is it a part of a longer text?
pub(super) fn is_segment(deliver: &SmsDeliver<'_>) -> bool {
    deliver.user_data.concatenation().is_some_and(|concatenation| concatenation.total > 1)
}

/// Tells the shard that must acknowledge a short message what became of it.
pub(super) fn tell<O: Outward>(token: ForwardToken, outcome: SmOutcome, hands: &mut Hands<'_, O>) {
    let desk = &mut *hands.desk;
    if token.shard == desk.me() {
        return hands.diameter.acknowledge(token, outcome, desk, hands.out);
    }
    // When even this finds no room, the backstop over there says "not now", and the repetition finds the outcome here.
    if desk.lanes.push(token.shard, Cargo::SmOutcome { token, outcome }, &[]).is_err() {
        desk.count(Count::ParcelsRefused);
    }
}

/// An SMS user who goes on writing after the end of a chat is told so once in this time.
const TOLD_AGAIN: Duration = Duration::from_secs(24 * 3600);

//! What a chat decides, done.

use interwork::{Action, Event, Reply, Rest, SmFailure, SmOutcome, Template, Variables, Wording};
use msrp::Offer;
use octets::Writer;
use sip::StatusCode;
use sms::Plan;
use tempo::Duration;

use super::invitation::first_message;
use super::paging::pager_reports::hand_over;
use super::recall::former::Former;
use super::short_message::Arrived;
use super::submit::{Letterhead, submit_text};
use super::{Chat, Hands, InterworkRoom};
use crate::desk::Ringing;
use crate::diameter_room::Purpose;
use crate::driver::Outward;
use crate::sip_room::Refusal;
use crate::table::Key;
use crate::tally::Count;

/// Which of the operator's texts, whatever the language.
type Text = fn(&Wording) -> &Template;

/// Events that follow from an action within the same visit, and actions of one event.
struct Few<T, const N: usize> {
    items: [Option<T>; N],
    count: usize,
}

impl<T: Copy, const N: usize> Few<T, N> {
    fn new() -> Self {
        Few { items: [None; N], count: 0 }
    }

    fn push(&mut self, item: T) {
        assert!(self.count < N, "a chat wants more at once than any row of its machine says");
        self.items[self.count] = Some(item);
        self.count += 1;
    }

    fn iter(&self) -> impl Iterator<Item = T> {
        self.items.into_iter().take(self.count).flatten()
    }
}

impl InterworkRoom {
    /// One event for a chat, and everything that follows from it. `arrived` is the short message that the event is about.
    pub(super) fn drive<O: Outward>(
        &mut self,
        key: Key<Chat>,
        event: Event,
        arrived: Option<&Arrived<'_>>,
        hands: &mut Hands<'_, O>,
    ) {
        let mut events = Few::<Event, 4>::new();
        events.push(event);
        let mut at = 0;
        while let Some(event) = events.items.get(at).copied().flatten() {
            at += 1;
            let Some(chat) = self.chats.find_mut(key) else { return };
            let mut actions = Few::<Action, 8>::new();
            chat.session.step(event, &hands.desk.policy, |action| actions.push(action));
            for action in actions.iter() {
                if let Some(consequence) = self.perform(key, action, arrived, hands) {
                    events.push(consequence);
                }
            }
        }
    }

    /// Does one thing; what it leads to at once is the next event.
    fn perform<O: Outward>(
        &mut self,
        key: Key<Chat>,
        action: Action,
        arrived: Option<&Arrived<'_>>,
        hands: &mut Hands<'_, O>,
    ) -> Option<Event> {
        let chat = self.chats.find_mut(key)?;
        let policy = hands.desk.policy.clone();
        match action {
            // interworking 2.6 item 1; 2.4 TP-VP: no longer than the SMS user may think.
            Action::Invite => {
                let result = self.say(
                    key,
                    |wording| &wording.invite,
                    policy.answer_timer,
                    Purpose::Invitation(key),
                    hands,
                );
                return result.err().map(Event::InvitationRefused);
            }
            // interworking 2.6 item 2.
            Action::Hint => {
                self.say_courtesy(key, |wording| &wording.hint, policy.answer_timer, hands);
            }
            Action::Confirm(reply) => {
                let text: Text = match reply {
                    Reply::Accept => |wording| &wording.accepted_ack,
                    _ => |wording| &wording.rejected_ack,
                };
                self.say_courtesy(key, text, policy.message_validity, hands);
            }
            // interworking 2.6 item 6
            Action::Withdraw => {
                self.say_courtesy(key, |wording| &wording.withdrawn, policy.answer_timer, hands);
            }
            // TS 23.204 6.16.1 steps 2 and 3; TS 29.311 6.1.1 item 4; interworking 2.6 item 4: the notice never delays the end.
            // Not where he need not notice: what he says next calls the chat user back.
            Action::Notice if chat.can_go_on(hands.desk) => {}
            Action::Notice => {
                self.say_courtesy(key, |wording| &wording.ended_by_peer, policy.message_validity, hands);
            }
            Action::Ring => hands.sip.invites.ring(chat.invite, hands.desk, hands.out),
            Action::Accept => return self.accept(key, hands),
            Action::Refuse(status) => {
                hands.desk.count(Count::InvitationsRefused);
                hands.sip.invites.refuse(chat.invite, status, Refusal::default(), hands.desk, hands.out);
            }
            Action::Take => self.sms.settle_words(arrived, SmOutcome::Taken, hands),
            // It is only being closed: when his words come again, they call the chat user back.
            Action::Decline(_) if chat.aside.is_some() => {
                self.sms.settle_words(arrived, SmOutcome::NotNow, hands);
            }
            Action::Decline(outcome) => self.sms.settle_words(arrived, outcome, hands),
            Action::Forward => self.sms.forward(&mut self.chats, key, arrived, hands),
            Action::Hold => {
                self.sms.hold(&mut self.chats, key, arrived, hands);
            }
            Action::GiveBack(outcome) => self.sms.give_back_all(&mut self.chats, key, outcome, hands),
            Action::Bye(goodbye) => {
                chat.part(goodbye, hands.desk);
                let invite = chat.invite;
                let Hands { sip, desk, out, .. } = hands;
                if !sip.invites.bye(invite, goodbye, desk, *out) {
                    sip.recalls.withdraw(invite, goodbye, &mut sip.invites, desk, *out);
                    return Some(Event::Parted);
                }
            }
            Action::Arm(timer, duration) => {
                let deadline = hands.desk.now() + duration;
                hands.desk.arm(chat.alarm(timer), Ringing::Chat(key, timer), deadline);
            }
            Action::Disarm(timer) => hands.desk.disarm(chat.alarm(timer)),
            Action::End => self.end(key, hands),
        }
        None
    }

    /// Says something that nobody waits for.
    fn say_courtesy<O: Outward>(
        &mut self,
        key: Key<Chat>,
        text: Text,
        validity: Duration,
        hands: &mut Hands<'_, O>,
    ) {
        if self.say(key, text, validity, Purpose::Courtesy, hands).is_err() {
            hands.desk.count(Count::CourtesiesLost);
        }
    }

    /// Says one of the operator's texts to the SMS user, in the language of the chat.
    fn say<O: Outward>(
        &mut self,
        key: Key<Chat>,
        text: Text,
        validity: Duration,
        purpose: Purpose,
        hands: &mut Hands<'_, O>,
    ) -> Result<(), SmFailure> {
        let Some(chat) = self.chats.find_mut(key) else { return Ok(()) };
        let policy = hands.desk.policy.clone();
        let topic = core::str::from_utf8(chat.topic.as_bytes()).unwrap_or_default();
        let wording = policy.wording_in(chat.language);
        let phrase = wording.phrase(text(wording), Variables { inviter: chat.inviter, topic });
        // The operator's text is never too long: its length was his to choose, and TP-UD has 255 segments.
        let plan = Plan::of(phrase.clone(), u8::MAX).map_err(|_| SmFailure::System)?;
        if let Purpose::Invitation(_) = purpose {
            chat.invitation_left = plan.segments();
        }
        let letterhead = Letterhead::new(
            chat.lease.pair,
            chat.service_centre,
            chat.references.take(plan.segments()),
            validity,
        );
        submit_text(&letterhead, &plan, phrase, purpose, hands).map_err(|(_, failure)| failure)
    }

    /// TS 23.204 6.15.1 step 8: the session is acknowledged, with an SDP answer that leads to us.
    pub(super) fn accept<O: Outward>(&mut self, key: Key<Chat>, hands: &mut Hands<'_, O>) -> Option<Event> {
        let chat = self.chats.find_mut(key)?;
        let Hands { sip, msrp, desk, out, .. } = hands;
        let opened = sip
            .invites
            .offer(chat.invite)
            .and_then(|offer| Offer::parse(offer).ok())
            .map(|offer| msrp.sessions.open(key, &offer, desk));
        let Some(Ok(session)) = opened else {
            // The offer was good when it was let in, and there are as many sessions as chats: our own fault, so 500.
            sip.invites.refuse(
                chat.invite,
                StatusCode::SERVER_INTERNAL_ERROR,
                Refusal::default(),
                desk,
                *out,
            );
            return Some(Event::PeerLeft);
        };
        chat.msrp = Some(session);
        desk.count(Count::InvitationsAccepted);
        let answer = |offer: &Offer<'_>, out: &mut Writer<'_>| {
            msrp.sessions.write_answer(session, offer, desk.me(), out)
        };
        let description = sip.invites.describe(chat.invite, answer);
        match description {
            Some(description) => {
                sip.invites.answer(chat.invite, description, desk, *out);
                None
            }
            None => {
                sip.invites.refuse(
                    chat.invite,
                    StatusCode::SERVER_INTERNAL_ERROR,
                    Refusal::default(),
                    desk,
                    *out,
                );
                Some(Event::PeerLeft)
            }
        }
    }

    /// Gives back the number and forgets the chat, but for what is needed to go on with it.
    pub(super) fn end<O: Outward>(&mut self, key: Key<Chat>, hands: &mut Hands<'_, O>) {
        self.sms.give_back_all(&mut self.chats, key, SmOutcome::NotNow, hands);
        let Some(mut chat) = self.chats.remove(key) else { return };
        self.endings.unlink(&mut self.chats, key, &chat, hands.desk);
        self.numbering.end(chat.lease.pair, chat.references);
        first_message::give_up(&mut chat, hands);
        hand_over(&mut chat, &mut self.reports, &mut self.pager.reports, hands);
        for alarm in chat.alarms() {
            hands.desk.disarm(alarm);
        }
        for place in 0..chat.joinings.len() {
            chat.close_joining(place, hands.desk);
        }
        // interworking 2.9 T-quarantine, 11 row 20.
        let until = hands.desk.now() + hands.desk.policy.rest;
        let rest = Rest { until, peer: chat.lease.peer, language: chat.language };
        let rest = chat.lease.rests.then_some(rest);
        self.pairs.release(chat.lease.pair, rest);
        if let Some(session) = chat.msrp {
            hands.msrp.close(session, hands.out);
        }
        hands.sip.invites.detach(chat.invite, hands.desk);
        if let Some(former) = Former::of(&chat) {
            self.formers.put(former);
        }
    }
}

/// The chat user has sent something that is no text: by policy the SMS user is told so, once in a chat (interworking 2.6 item 8).
pub(super) fn tell_unsupported<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<Chat>,
    hands: &mut Hands<'_, O>,
) {
    let policy = &hands.desk.policy;
    let (is_wanted, validity) = (policy.tell_unsupported, policy.message_validity);
    let Some(chat) = room.chats.find_mut(key).filter(|_| is_wanted) else { return };
    if !core::mem::replace(&mut chat.was_told_unsupported, true) {
        room.say_courtesy(key, |wording| &wording.unsupported_content, validity, hands);
    }
}

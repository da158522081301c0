//! Requests other than INVITE, ACK and CANCEL: each is answered at once, and again when it comes again.

use sip::{
    MessageView, Method, NonInviteServer, ServerAction, ServerEvent, StatusCode, Token, TransactionKey,
};
use tempo::Alarm;

use super::render::{CAPABILITIES, respond, write_plain};
use super::{SipEvent, SipRoom, Source};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::table::Key;
use crate::tally::Count;

/// A request that was answered: the status and the tag, from which the answer is rendered again.
#[derive(Debug)]
pub struct Answered {
    key: TransactionKey,
    server: NonInviteServer,
    tag: Token,
    alarm: Alarm,
}

impl SipRoom {
    pub(super) fn other(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let key = TransactionKey::of_request(request, self.seed);
        if let Some(answered) = self.requests.get(&key).copied() {
            self.step_answered(answered, ServerEvent::Request, Some((request, source)), desk, out);
            return None;
        }
        let (status, event) = self.judge(request, desk);
        let tag = Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() };
        let server = NonInviteServer::new(self.timers, false);
        match self.answered.insert(Answered { key, server, tag, alarm: Alarm::default() }) {
            Ok(place) => {
                self.requests.insert(key, place);
                let respond = ServerEvent::Respond(status);
                self.step_answered(place, respond, Some((request, source)), desk, out);
            }
            // Without room to remember it the request is still answered; only its repetition is answered anew.
            Err(_) => {
                desk.count(Count::Overloads);
                self.refuse_plainly(request, source, status, desk, out);
            }
        }
        event
    }

    /// The answer to a request that is new, and what it means for a chat.
    fn judge(
        &mut self,
        request: &MessageView<'_>,
        desk: &mut Desk,
    ) -> (StatusCode, Option<SipEvent<'static>>) {
        if let Err(bad) = CAPABILITIES.check(request) {
            return (bad.status, None);
        }
        if request.method() == Method::Options && request.to_tag().is_none() {
            let status = if desk.is_stopping { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
            return (status, None);
        }
        let Some(key) = self.dialog_of(request) else {
            return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
        };
        let Some(invite) = self.invites.find_mut(key) else {
            return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
        };
        if let Err(status) = invite.sequence.receive(request.cseq()) {
            return (status, None);
        }
        match request.method() {
            Method::Bye => {
                let was_dialog = core::mem::replace(&mut invite.is_dialog, false);
                let chat = invite.chat;
                // Crossing goodbyes: theirs is answered, ours runs on by itself.
                if !was_dialog && invite.bye.is_none() {
                    return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
                }
                // Whoever says goodbye has our answer: its repetition would only ring in a room that is left.
                invite.wait = None;
                desk.disarm(invite.ack_alarm());
                self.retire(key, desk);
                (StatusCode::OK, chat.map(SipEvent::PeerLeft))
            }
            // RFC 3311 5.2: an offer that would change the session is refused, and the session stays.
            Method::Update if !request.body().is_empty() => (StatusCode::NOT_ACCEPTABLE_HERE, None),
            _ => (StatusCode::OK, None),
        }
    }

    /// The end of a transaction has come up.
    pub fn ring_answered(&mut self, key: Key<Answered>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(answered) = self.answered.find_mut(key) else { return };
        if desk.is_due(&mut answered.alarm, Ringing::Answered(key)) {
            self.step_answered(key, ServerEvent::Timer(sip::Timer::J), None, desk, out);
        }
    }

    fn step_answered(
        &mut self,
        place: Key<Answered>,
        event: ServerEvent,
        request: Option<(&MessageView<'_>, Source)>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(answered) = self.answered.find_mut(place) else { return };
        let alarm = &mut answered.alarm;
        let mut send = None;
        let mut is_over = false;
        answered.server.step(desk.moment.now, event, |action| match action {
            ServerAction::Send(status) => send = Some(status),
            ServerAction::Arm(_, deadline) => desk.wheel.set(alarm, Ringing::Answered(place), deadline),
            ServerAction::Disarm(_) => desk.wheel.clear(alarm),
            ServerAction::Terminated => is_over = true,
            ServerAction::PassAck | ServerAction::TimedOut => {}
        });
        let tag = answered.tag;
        if let Some((status, (request, source))) = send.zip(request) {
            respond(request, source, desk, out, |out| write_plain(request, source, status, Some(tag), out));
        }
        if is_over && let Some(answered) = self.answered.remove(place) {
            self.requests.remove(&answered.key);
        }
    }
}

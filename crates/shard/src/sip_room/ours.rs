//! Requests of ours inside a dialog: the BYE that ends it, the UPDATE that refreshes its session.
//!
//! There is one at a time. A BYE takes the place of an UPDATE that nobody needs answered any more.

use super::SipEvent;
use super::alarms::TransactionAlarms;
use super::invite::{Invite, InviteTimer, Invites};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::table::Key;
use interwork::Goodbye;
use sip::{
    Answered, ClientAction, ClientEvent, MessageView, Method, NonInviteClient, SessionRefresh,
    SessionTimerEvent, Token, parse_token,
};

/// A request of ours.
#[derive(Debug)]
pub struct Ours {
    client: NonInviteClient,
    pub(super) cseq: u32,
    pub(super) branch: Token,
    pub(super) purpose: Purpose,
}

/// What it is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// BYE.
    Goodbye(Goodbye),
    /// UPDATE.
    Refresh(SessionRefresh),
}

impl Purpose {
    pub(super) fn method(self) -> Method {
        match self {
            Purpose::Goodbye(_) => Method::Bye,
            Purpose::Refresh(_) => Method::Update,
        }
    }
}

impl Invites {
    /// Ends the dialog with BYE, as soon as the 2xx is acknowledged or never will be; `Parted` follows. `false` when there is no dialog to end.
    pub fn bye(
        &mut self,
        key: Key<Invite>,
        goodbye: Goodbye,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> bool {
        let Some(invite) = self.table.find_mut(key).filter(|invite| invite.is_dialog) else { return false };
        if invite.wait.is_some_and(|wait| wait.is_waiting()) {
            invite.goodbye = Some(goodbye);
            return true;
        }
        invite.end_session(desk);
        self.ask(key, Purpose::Goodbye(goodbye), desk, out);
        true
    }

    /// Sends a request inside the dialog of `key`.
    pub(super) fn ask(
        &mut self,
        key: Key<Invite>,
        purpose: Purpose,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let random = desk.entropy.u64();
        let Some(invite) = self.table.find_mut(key) else { return };
        let branch = Token { owner: invite.tag.owner, slot: key.slot, generation: key.generation, random };
        let cseq = invite.sequence.next_local();
        let alarms = &mut invite.alarms.ours;
        // Whatever the request before this one still had to wait for must not ring in its place.
        alarms.disarm_all(desk);
        *alarms = TransactionAlarms::default();
        let client = NonInviteClient::start(desk.moment.now, self.timers, false, |action| {
            if let ClientAction::Arm(timer, deadline) = action {
                let ringing = Ringing::Invite(key, InviteTimer::Ours(timer));
                alarms.arm(timer, ringing, deadline, &mut desk.wheel);
            }
        });
        invite.ours = Some(Ours { client, cseq, branch, purpose });
        self.send_ours(key, desk, out);
    }

    /// The INVITE whose dialog we sent the request in that a response answers.
    pub(super) fn ours_of(&self, response: &MessageView<'_>) -> Option<Key<Invite>> {
        response.validate_response().ok()?;
        let token = parse_token(response.via().branch?)?;
        let key = Key::new(token.slot, token.generation);
        let ours = self.table.find(key)?.ours.as_ref()?;
        (ours.branch == token && response.method() == ours.purpose.method()).then_some(key)
    }

    /// One event for our request, with the response if it is one.
    pub(super) fn step_ours(
        &mut self,
        key: Key<Invite>,
        event: ClientEvent,
        response: Option<&MessageView<'_>>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let invite = self.table.find_mut(key)?;
        let ours = invite.ours.as_mut()?;
        let alarms = &mut invite.alarms.ours;
        let (mut transmit, mut is_answered, mut is_over) = (false, false, false);
        ours.client.step(desk.moment.now, event, |action| match action {
            ClientAction::Transmit => transmit = true,
            ClientAction::Deliver(status) => is_answered |= status.is_final(),
            ClientAction::Arm(timer, deadline) => {
                let ringing = Ringing::Invite(key, InviteTimer::Ours(timer));
                alarms.arm(timer, ringing, deadline, &mut desk.wheel);
            }
            ClientAction::Disarm(timer) => alarms.disarm(timer, &mut desk.wheel),
            // Nobody is there to answer.
            ClientAction::TimedOut | ClientAction::Unreachable => is_answered = true,
            ClientAction::SendAck => {}
            ClientAction::Terminated => is_over = true,
        });
        let purpose = ours.purpose;
        let chat = invite.chat;
        if is_over {
            invite.ours = None;
        }
        if transmit {
            self.send_ours(key, desk, out);
        }
        let event = match purpose {
            Purpose::Goodbye(_) => chat.filter(|_| is_answered).map(SipEvent::Parted),
            Purpose::Refresh(_) if is_answered => {
                let answered =
                    response.map_or_else(Answered::timed_out, |r| Answered::of(r, &self.session_policy));
                let random = desk.entropy.u64() as u32;
                let answered = SessionTimerEvent::RefreshAnswered { answered, random };
                self.step_session(key, answered, desk, out)
            }
            Purpose::Refresh(_) => None,
        };
        self.retire(key, desk);
        event
    }
}

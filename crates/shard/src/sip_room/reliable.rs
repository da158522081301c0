//! 180 Ringing for a client that demands to have it for certain (RFC 3262, `Require: 100rel`): repeated until its PRACK comes.

use sip::{
    HeaderName, MessageView, RAck, ReliableProvisional, ReliableProvisionalAction, ReliableProvisionalEvent,
    ServerEvent, StatusCode, Timers,
};

use super::SipEvent;
use super::invite::{Invite, InviteTimer, Invites};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::table::Key;

/// The provisional answers of an INVITE that must arrive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reliable {
    /// RSeq of the last one.
    pub(super) rseq: u32,
    /// The last one, while it has not arrived.
    last: Option<ReliableProvisional>,
}

impl Reliable {
    /// For an INVITE that demands it.
    pub(super) fn of(request: &MessageView<'_>, desk: &mut Desk) -> Option<Reliable> {
        // RFC 3262 3: the first number is any from 1 to 2^31 - 1; it counts up from there.
        let rseq = desk.entropy.u32() >> 2;
        request.lists(HeaderName::Require, b"100rel").then_some(Reliable { rseq, last: None })
    }
}

/// What a step of it led to.
#[derive(Clone, Copy, Default)]
struct Outcome {
    send: bool,
    is_known: bool,
    is_lost: bool,
}

impl Invite {
    /// May a provisional answer be sent now? One that must arrive waits for the one before it (RFC 3262 3).
    pub(super) fn may_ring(&mut self, key: Key<Invite>, timers: &Timers, desk: &mut Desk) -> bool {
        let Some(reliable) = &mut self.reliable else { return true };
        if reliable.last.is_some_and(|last| last.is_waiting()) {
            return false;
        }
        reliable.rseq += 1;
        let alarm = &mut self.alarms.reliable;
        let now = desk.moment.now;
        let last = ReliableProvisional::start(now, timers, reliable.rseq, self.cseq, |action| {
            if let ReliableProvisionalAction::Arm(at) = action {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Reliable), at);
            }
        });
        reliable.last = Some(last);
        true
    }

    /// The final answer is being sent: nobody waits for a provisional one any more.
    pub(super) fn stop_ringing(&mut self, key: Key<Invite>, desk: &mut Desk) {
        self.step_reliable(key, ReliableProvisionalEvent::Final, desk);
    }

    /// A PRACK; what it hears.
    pub(super) fn prack(
        &mut self,
        key: Key<Invite>,
        request: &MessageView<'_>,
        desk: &mut Desk,
    ) -> StatusCode {
        let Some(rack) = request.header(HeaderName::RAck).and_then(RAck::parse) else {
            return StatusCode::BAD_REQUEST;
        };
        // RFC 3262 3: it may cross the final answer, after which nobody waits for it.
        let is_last = self.reliable.is_some_and(|reliable| reliable.rseq == rack.rseq);
        let is_late = is_last && rack.cseq.number == self.cseq && !self.is_proceeding();
        match self.step_reliable(key, ReliableProvisionalEvent::Prack(rack), desk).is_known || is_late {
            true => StatusCode::OK,
            false => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        }
    }

    fn step_reliable(
        &mut self,
        key: Key<Invite>,
        event: ReliableProvisionalEvent,
        desk: &mut Desk,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(last) = self.reliable.as_mut().and_then(|reliable| reliable.last.as_mut()) else {
            return outcome;
        };
        let alarm = &mut self.alarms.reliable;
        last.step(desk.moment.now, event, |action| match action {
            ReliableProvisionalAction::Send => outcome.send = true,
            ReliableProvisionalAction::Arm(at) => {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Reliable), at);
            }
            ReliableProvisionalAction::Disarm => desk.wheel.clear(alarm),
            ReliableProvisionalAction::Acknowledged => outcome.is_known = true,
            ReliableProvisionalAction::UnknownPrack => {}
            ReliableProvisionalAction::TimedOut => outcome.is_lost = true,
        });
        outcome
    }
}

/// The alarm of a provisional answer that must arrive.
pub(super) fn ring_again(
    key: Key<Invite>,
    invites: &mut Invites,
    desk: &mut Desk,
    out: &mut impl Outward,
) -> Option<SipEvent<'static>> {
    let outcome = invites.table.find_mut(key)?.step_reliable(key, ReliableProvisionalEvent::Timer, desk);
    if outcome.send {
        invites.send_response(key, StatusCode::RINGING, desk, out);
    }
    if !outcome.is_lost {
        return None;
    }
    // RFC 3262 3: an INVITE whose provisional answer never arrives is refused with 5xx.
    let chat = invites.table.find_mut(key)?.chat.take();
    invites.step_server(key, ServerEvent::Respond(StatusCode::SERVER_TIMEOUT), desk, out);
    chat.map(SipEvent::Withdrawn)
}

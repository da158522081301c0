//! All invitations of a run, without a socket and without a clock.
//!
//! The transactions are the product's own machines; what the generator adds is when INVITEs leave, what is counted, and
//! how each is ended: a 2xx by ACK and BYE, a refusal by its ACK, what rings for too long by CANCEL.
//!
//! Refuses: to let a late answer delay an INVITE.
//! In: `start_due`, `receive`, `advance`. Out: datagrams through `send`; a [`Tally`].

mod acts;
mod invitation;
#[cfg(test)]
mod tests;

use core::net::SocketAddr;

use sip::{ClientEvent, Index, MessageView, Method, StatusCode, response_target};
use tempo::{Duration, Instant, TimerWheel};

use crate::caller::Caller;
use crate::command::Order;
use crate::schedule::Schedule;
use crate::tally::Tally;
use acts::write_and_send;
use invitation::{Bell, Invitation, Leg};

/// One look at the world: the time, and the way out.
pub struct Turn<'t> {
    /// The time.
    pub now: Instant,
    /// Sends a datagram.
    pub send: &'t mut dyn FnMut(SocketAddr, &[u8]),
}

/// The run.
pub struct Load {
    order: Order,
    caller: Caller,
    schedule: Schedule,
    start: Instant,
    invitations: Vec<Invitation>,
    /// Those that are still pending.
    pending: usize,
    /// The first whose patience has not been looked at.
    next_to_judge: usize,
    wheel: TimerWheel<u32>,
    due: Vec<u32>,
    tally: Tally,
}

impl Load {
    /// Everything is yet to come; the first INVITE leaves at `start`.
    pub fn new(order: Order, caller: Caller, start: Instant) -> Load {
        let schedule = order.schedule();
        // As many as are set at one time while answers come within some seconds; beyond it the wheel grows.
        let reminders = 4 * schedule.count.min(schedule.rate.saturating_mul(8)) as usize;
        Load {
            schedule,
            caller,
            start,
            invitations: Vec::with_capacity(order.invitations as usize),
            pending: 0,
            next_to_judge: 0,
            wheel: TimerWheel::new(start, reminders),
            due: Vec::with_capacity(BELLS_PER_TURN),
            tally: Tally::default(),
            order,
        }
    }

    /// Sends the INVITEs whose moment has come, a batch at most. Their number.
    pub fn start_due(&mut self, turn: &mut Turn<'_>) -> usize {
        let mut started = 0;
        while started < INVITES_PER_TURN
            && let Some(intended) = self.next_moment().filter(|moment| *moment <= turn.now)
        {
            let n = self.invitations.len() as u32;
            let mut actions = Vec::with_capacity(ACTIONS);
            self.invitations.push(Invitation::start(intended, turn.now, |action| actions.push(action)));
            self.pending += 1;
            self.tally.count(|counts| {
                counts.sent += 1;
                counts.lateness.record(turn.now - intended);
            });
            self.act_all(n, Leg::Invite, actions, None, turn);
            started += 1;
        }
        started
    }

    /// Takes a datagram that came.
    pub fn receive(&mut self, source: SocketAddr, bytes: &[u8], turn: &mut Turn<'_>) {
        let Ok(index) = Index::parse(bytes) else { return self.stray() };
        let view = MessageView::new(bytes, &index);
        if view.is_request() {
            return self.take_request(&view, source, turn);
        }
        let branch = view.via().branch.unwrap_or_default();
        let n = self.caller.invitation_of(branch).filter(|n| (*n as usize) < self.invitations.len());
        match (n, view.status(), view.validate_response()) {
            (Some(n), Some(status), Ok(())) => self.take_response(n, status, &view, turn),
            _ => self.stray(),
        }
    }

    /// Lets the timers ring that are due, and patience end.
    pub fn advance(&mut self, turn: &mut Turn<'_>) {
        let mut due = core::mem::take(&mut self.due);
        self.wheel.advance(turn.now, BELLS_PER_TURN, &mut due);
        for key in due.drain(..) {
            let bell = Bell::of_key(key);
            let (alarm, timer) = self.invitations[bell.n as usize].alarm(bell);
            let timer = *timer;
            if self.wheel.is_due(alarm, key, turn.now) {
                self.step(bell.n, bell.leg, ClientEvent::Timer(timer), None, turn);
            }
        }
        self.due = due;
        while let Some(invitation) = self.invitations.get(self.next_to_judge)
            && invitation.intended + self.order.patience() <= turn.now
        {
            let n = self.next_to_judge as u32;
            self.next_to_judge += 1;
            self.lose_patience(n, turn);
        }
    }

    /// When there is something to do next, if nothing comes.
    pub fn next_deadline(&self) -> Instant {
        let judged = self.invitations.get(self.next_to_judge);
        let patience = judged.map(|invitation| invitation.intended + self.order.patience());
        let moments = [self.next_moment(), self.wheel.next_deadline(), patience];
        moments.into_iter().flatten().fold(self.end(), Instant::min)
    }

    /// Is there nothing more to wait for?
    pub fn is_over(&self, now: Instant) -> bool {
        let all_sent = self.next_moment().is_none();
        (all_sent && self.pending == 0) || now >= self.end()
    }

    /// Nothing more is waited for: what has not been closed never will be.
    pub fn give_up(&mut self) {
        let pending = core::mem::take(&mut self.pending) as u64;
        self.tally.count(|counts| counts.unclosed += pending);
    }

    /// What has been counted.
    pub fn tally(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// How many are still on their way.
    pub fn pending(&self) -> usize {
        self.pending
    }

    fn next_moment(&self) -> Option<Instant> {
        let n = self.invitations.len() as u32;
        (n < self.schedule.count).then(|| self.start + self.schedule.moment(n))
    }

    /// The latest end of the run, whatever anybody does.
    fn end(&self) -> Instant {
        self.start + self.schedule.last_moment() + self.order.patience() + GRACE
    }

    fn stray(&mut self) {
        self.tally.count(|counts| counts.strays += 1);
    }

    fn take_request(&mut self, request: &MessageView<'_>, source: SocketAddr, turn: &mut Turn<'_>) {
        self.tally.count(|counts| counts.requests += 1);
        let to = response_target(&request.via(), source);
        if request.is_answerable() && self.order.allows(to) {
            write_and_send(to, turn, |out| self.caller.write_answer(request, source, out));
        }
    }

    fn take_response(&mut self, n: u32, status: StatusCode, response: &MessageView<'_>, turn: &mut Turn<'_>) {
        let method = response.cseq().method;
        let closing = self.invitations[n as usize].closing.as_ref().map(|(method, _)| *method);
        let leg = match method {
            Method::Invite => Leg::Invite,
            _ if closing == Some(method) => Leg::Closing,
            _ => return self.stray(),
        };
        self.step(n, leg, ClientEvent::Response(status), Some(response), turn);
    }
}

/// INVITEs that leave before the answers are looked at again.
const INVITES_PER_TURN: usize = 32;
const BELLS_PER_TURN: usize = 256;
/// The most that one step asks for.
const ACTIONS: usize = 4;
/// How long the run waits for the ends of what was cancelled.
const GRACE: Duration = Duration::from_secs(5);

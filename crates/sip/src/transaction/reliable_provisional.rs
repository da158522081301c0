//! A provisional response that must arrive: repeated until its PRACK comes (RFC 3262 3).

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use super::Timers;
use crate::wire::{CSeq, Method, RAck};

/// What happens to a reliable provisional response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReliableProvisionalEvent {
    /// The alarm rang.
    Timer,
    /// A PRACK came.
    Prack(RAck),
    /// The final response was sent: nobody waits for the provisional one any more.
    Final,
}

/// What it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReliableProvisionalAction {
    /// Write the response again.
    Send,
    /// Set the alarm; there is one.
    Arm(Instant),
    /// Clear the alarm.
    Disarm,
    /// It arrived: answer the PRACK 200.
    Acknowledged,
    /// The PRACK speaks of something else: answer it 481.
    UnknownPrack,
    /// It never arrived: refuse the INVITE with a 5xx.
    TimedOut,
}

/// One reliable provisional response.
#[derive(Clone, Copy, Debug)]
pub struct ReliableProvisional {
    state: State,
    rseq: u32,
    invite: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting { interval: Duration, until: Instant },
    Over,
}

impl ReliableProvisional {
    /// The response with `rseq` has just been sent for the first time; `invite` is the CSeq number that it answers.
    pub fn start(
        now: Instant,
        timers: &Timers,
        rseq: u32,
        invite: u32,
        mut act: impl FnMut(ReliableProvisionalAction),
    ) -> Self {
        act(ReliableProvisionalAction::Arm(now + timers.t1));
        let state = State::Waiting { interval: timers.t1, until: now + timers.transaction_life() };
        ReliableProvisional { state, rseq, invite }
    }

    /// Takes one event.
    pub fn step(
        &mut self,
        now: Instant,
        event: ReliableProvisionalEvent,
        mut act: impl FnMut(ReliableProvisionalAction),
    ) {
        use ReliableProvisionalEvent::{Final, Prack, Timer};
        VISITS.visit(&self.state, &event);
        self.state = match (self.state, event) {
            (State::Waiting { until, .. }, Timer) if now >= until => {
                act(ReliableProvisionalAction::TimedOut);
                State::Over
            }
            // Doubles without the bound of T2 (RFC 3262 3).
            (State::Waiting { interval, until }, Timer) => {
                let interval = interval * 2;
                act(ReliableProvisionalAction::Send);
                act(ReliableProvisionalAction::Arm((now + interval).min(until)));
                State::Waiting { interval, until }
            }
            (State::Waiting { .. }, Prack(rack)) if self.is_meant(rack) => {
                act(ReliableProvisionalAction::Disarm);
                act(ReliableProvisionalAction::Acknowledged);
                State::Over
            }
            // A second PRACK for the same response has nothing to acknowledge (RFC 3262 3); its own repeats
            // are absorbed by its transaction and do not come here.
            (state, Prack(_)) => {
                act(ReliableProvisionalAction::UnknownPrack);
                state
            }
            (State::Waiting { .. }, Final) => {
                act(ReliableProvisionalAction::Disarm);
                State::Over
            }
            (State::Over, Timer | Final) => State::Over,
        };
    }

    /// The number for the RSeq header.
    pub fn rseq(&self) -> u32 {
        self.rseq
    }

    /// Is the PRACK still out? A 2xx must wait for it when this response carried the offer or the answer.
    pub fn is_waiting(&self) -> bool {
        self.state != State::Over
    }

    fn is_meant(&self, rack: RAck) -> bool {
        rack.rseq == self.rseq && rack.cseq == CSeq { number: self.invite, method: Method::Invite }
    }
}

pub(super) static VISITS: Machine = Machine::of::<State, ReliableProvisionalEvent>("ReliableProvisional");

kinds! { State: Waiting, Over }
kinds! { ReliableProvisionalEvent: Timer, Prack, Final }

#[cfg(test)]
#[path = "reliable_provisional/tests.rs"]
mod tests;

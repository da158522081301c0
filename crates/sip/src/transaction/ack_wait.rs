//! The 2xx of an INVITE, repeated by the user agent until its ACK comes (RFC 3261 13.3.1.4).

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use super::Timers;

/// What happens while a 2xx waits for its ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckWaitEvent {
    /// The alarm rang.
    Timer,
    /// The ACK came.
    Ack,
}

/// What the wait wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AckWaitAction {
    /// Write the 2xx again.
    Send,
    /// Set the alarm; there is one.
    Arm(Instant),
    /// Clear the alarm.
    Disarm,
    /// The ACK came, the first one.
    Acknowledged,
    /// It never came: the session is ended with BYE.
    TimedOut,
}

/// The wait for one ACK. It runs over streams too: a proxy on the way may use datagrams.
#[derive(Clone, Copy, Debug)]
pub struct DialogAckWait {
    state: State,
    timers: Timers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting { interval: Duration, until: Instant },
    Over,
}

impl DialogAckWait {
    /// The 2xx has just been sent for the first time.
    pub fn start(now: Instant, timers: Timers, mut act: impl FnMut(AckWaitAction)) -> Self {
        act(AckWaitAction::Arm(now + timers.t1));
        let state = State::Waiting { interval: timers.t1, until: now + timers.transaction_life() };
        DialogAckWait { state, timers }
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: AckWaitEvent, mut act: impl FnMut(AckWaitAction)) {
        VISITS.visit(&self.state, &event);
        self.state = match (self.state, event) {
            (State::Waiting { until, .. }, AckWaitEvent::Timer) if now >= until => {
                act(AckWaitAction::TimedOut);
                State::Over
            }
            (State::Waiting { interval, until }, AckWaitEvent::Timer) => {
                let interval = (interval * 2).min(self.timers.t2);
                act(AckWaitAction::Send);
                act(AckWaitAction::Arm((now + interval).min(until)));
                State::Waiting { interval, until }
            }
            (State::Waiting { .. }, AckWaitEvent::Ack) => {
                act(AckWaitAction::Disarm);
                act(AckWaitAction::Acknowledged);
                State::Over
            }
            // The ACK of each repeat of the 2xx comes too; one is enough.
            (State::Over, _) => State::Over,
        };
    }

    /// Has neither the ACK come nor the time run out?
    pub fn is_waiting(&self) -> bool {
        self.state != State::Over
    }
}

pub(super) static VISITS: Machine = Machine::of::<State, AckWaitEvent>("DialogAckWait");

kinds! { State: Waiting, Over }
kinds! { AckWaitEvent: Timer, Ack }

#[cfg(test)]
#[path = "ack_wait/tests.rs"]
mod tests;

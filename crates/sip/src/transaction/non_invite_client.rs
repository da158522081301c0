//! The client transaction of every method but INVITE (RFC 3261 17.1.2).

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use super::{ClientAction, ClientEvent, Timer, Timers};

/// Where a non-INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonInviteClientState {
    /// Nothing has come back. Holds the interval of E.
    Trying(Duration),
    /// A provisional response has come.
    Proceeding,
    /// The final response was delivered; its repeats are absorbed.
    Completed,
    /// Over.
    Terminated,
}

/// A request of ours.
#[derive(Clone, Copy, Debug)]
pub struct NonInviteClient {
    state: NonInviteClientState,
    timers: Timers,
    reliable: bool,
}

impl NonInviteClient {
    /// Sends the request. `reliable` is true on a stream.
    pub fn start(now: Instant, timers: Timers, reliable: bool, mut act: impl FnMut(ClientAction)) -> Self {
        act(ClientAction::Transmit);
        if !reliable {
            act(ClientAction::Arm(Timer::E, now + timers.t1));
        }
        act(ClientAction::Arm(Timer::F, now + timers.transaction_life()));
        NonInviteClient { state: NonInviteClientState::Trying(timers.t1), timers, reliable }
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: ClientEvent, mut act: impl FnMut(ClientAction)) {
        use NonInviteClientState::{Completed, Proceeding, Terminated, Trying};
        VISITS.visit(&self.state, &event);
        let timers = self.timers;
        self.state = match (self.state, event) {
            (Trying(interval), ClientEvent::Timer(Timer::E)) => {
                let interval = (interval * 2).min(timers.t2);
                act(ClientAction::Transmit);
                act(ClientAction::Arm(Timer::E, now + interval));
                Trying(interval)
            }
            // The request is repeated even after a 1xx, only more slowly: a non-INVITE server does not repeat its answer.
            (Proceeding, ClientEvent::Timer(Timer::E)) => {
                act(ClientAction::Transmit);
                act(ClientAction::Arm(Timer::E, now + timers.t2));
                Proceeding
            }
            (Trying(_) | Proceeding, ClientEvent::Timer(Timer::F)) => {
                act(ClientAction::Disarm(Timer::E));
                act(ClientAction::TimedOut);
                act(ClientAction::Terminated);
                Terminated
            }
            (Trying(_) | Proceeding, ClientEvent::TransportFailed) => {
                act(ClientAction::Disarm(Timer::E));
                act(ClientAction::Disarm(Timer::F));
                act(ClientAction::Unreachable);
                act(ClientAction::Terminated);
                Terminated
            }
            (Trying(_) | Proceeding, ClientEvent::Response(status)) if status.is_provisional() => {
                act(ClientAction::Deliver(status));
                Proceeding
            }
            (Trying(_) | Proceeding, ClientEvent::Response(status)) => {
                act(ClientAction::Disarm(Timer::E));
                act(ClientAction::Disarm(Timer::F));
                act(ClientAction::Deliver(status));
                // Timer K is zero on a stream.
                if self.reliable {
                    act(ClientAction::Terminated);
                    Terminated
                } else {
                    act(ClientAction::Arm(Timer::K, now + timers.t4));
                    Completed
                }
            }
            (Completed, ClientEvent::Timer(Timer::K)) => {
                act(ClientAction::Terminated);
                Terminated
            }
            // Repeated responses in Completed are absorbed (RFC 3261 17.1.2.2); stale timers mean nothing.
            (state, _) => state,
        };
    }

    /// Where it stands.
    pub fn state(&self) -> NonInviteClientState {
        self.state
    }
}

pub(super) static VISITS: Machine = Machine::of::<NonInviteClientState, ClientEvent>("NonInviteClient");

kinds! { NonInviteClientState: Trying, Proceeding, Completed, Terminated }

#[cfg(test)]
#[path = "non_invite_client/tests.rs"]
mod tests;

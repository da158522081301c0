//! The server transaction of every method but INVITE (RFC 3261 17.2.2, RFC 4320).

use tempo::Instant;
use visits::{Machine, kinds};

use super::{ServerAction, ServerEvent, Timer, Timers};
use crate::wire::StatusCode;

/// Where a non-INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonInviteServerState {
    /// Nothing has been answered.
    Trying,
    /// A provisional response was sent.
    Proceeding(StatusCode),
    /// A final response was sent; it is repeated when the request is.
    Completed(StatusCode),
    /// Over.
    Terminated,
}

/// A request that came to us.
#[derive(Clone, Copy, Debug)]
pub struct NonInviteServer {
    state: NonInviteServerState,
    timers: Timers,
    reliable: bool,
}

impl NonInviteServer {
    /// The request has just come. `reliable` is true on a stream.
    pub fn new(timers: Timers, reliable: bool) -> Self {
        NonInviteServer { state: NonInviteServerState::Trying, timers, reliable }
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: ServerEvent, mut act: impl FnMut(ServerAction)) {
        use NonInviteServerState::{Completed, Proceeding, Terminated, Trying};
        VISITS.visit(&self.state, &event);
        self.state = match (self.state, event) {
            (Proceeding(status), ServerEvent::Request) => {
                act(ServerAction::Send(status));
                Proceeding(status)
            }
            (Completed(status), ServerEvent::Request) => {
                act(ServerAction::Send(status));
                Completed(status)
            }
            // RFC 4320 4.1: the only provisional response is a late 100, and that is for the user to know.
            (Trying | Proceeding(_), ServerEvent::Respond(status)) if status.is_provisional() => {
                act(ServerAction::Send(status));
                Proceeding(status)
            }
            (Trying | Proceeding(_), ServerEvent::Respond(status)) => {
                act(ServerAction::Send(status));
                // Timer J is zero on a stream.
                if self.reliable {
                    act(ServerAction::Terminated);
                    Terminated
                } else {
                    act(ServerAction::Arm(Timer::J, now + self.timers.transaction_life()));
                    Completed(status)
                }
            }
            (Completed(_), ServerEvent::Timer(Timer::J)) => {
                act(ServerAction::Terminated);
                Terminated
            }
            (Proceeding(_) | Completed(_), ServerEvent::TransportFailed) => {
                act(ServerAction::Disarm(Timer::J));
                act(ServerAction::Terminated);
                Terminated
            }
            // A repeated request before the first answer is absorbed; a second final response never reaches the wire
            // (RFC 3261 17.2.2); there is no ACK; stale timers mean nothing.
            (state, _) => state,
        };
    }

    /// Where it stands.
    pub fn state(&self) -> NonInviteServerState {
        self.state
    }
}

pub(super) static VISITS: Machine = Machine::of::<NonInviteServerState, ServerEvent>("NonInviteServer");

kinds! { NonInviteServerState: Trying, Proceeding, Completed, Terminated }

#[cfg(test)]
#[path = "non_invite_server/tests.rs"]
mod tests;

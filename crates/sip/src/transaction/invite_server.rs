//! The INVITE server transaction (RFC 3261 17.2.1, RFC 6026 7.1 and 8.7).
//!
//! The 100 is not sent by itself: the user responds with it at once, well inside the 200 ms that would oblige us.

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use super::{ServerAction, ServerEvent, Timer, Timers};
use crate::wire::StatusCode;

/// Where an INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteServerState {
    /// The user has not decided. Holds the latest provisional response, if any was sent.
    Proceeding(Option<StatusCode>),
    /// Refused; waiting for ACK. `interval` is what G waits for next.
    Completed {
        /// The final response.
        status: StatusCode,
        /// The interval of G.
        interval: Duration,
    },
    /// The ACK is there; absorbing further ones.
    Confirmed,
    /// Answered 2xx; absorbing further INVITEs.
    Accepted,
    /// Over.
    Terminated,
}

/// An INVITE that came to us.
#[derive(Clone, Copy, Debug)]
pub struct InviteServer {
    state: InviteServerState,
    timers: Timers,
    reliable: bool,
}

impl InviteServer {
    /// The INVITE has just come. `reliable` is true on a stream.
    pub fn new(timers: Timers, reliable: bool) -> Self {
        InviteServer { state: InviteServerState::Proceeding(None), timers, reliable }
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: ServerEvent, mut act: impl FnMut(ServerAction)) {
        use InviteServerState::{Accepted, Completed, Confirmed, Proceeding, Terminated};
        VISITS.visit(&self.state, &event);
        let timers = self.timers;
        let life = now + timers.transaction_life();
        self.state = match (self.state, event) {
            (Proceeding(latest), ServerEvent::Request) => {
                if let Some(status) = latest {
                    act(ServerAction::Send(status));
                }
                Proceeding(latest)
            }
            (Proceeding(_), ServerEvent::Respond(status)) if status.is_provisional() => {
                act(ServerAction::Send(status));
                Proceeding(Some(status))
            }
            // RFC 6026 7.1
            // The transaction stays for 64*T1 after a 2xx: a late INVITE must be absorbed here,
            // or it would ring a second time and lease a second number.
            (Proceeding(_), ServerEvent::Respond(status)) if status.is_success() => {
                act(ServerAction::Send(status));
                act(ServerAction::Arm(Timer::L, life));
                Accepted
            }
            (Proceeding(_), ServerEvent::Respond(status)) => {
                act(ServerAction::Send(status));
                if !self.reliable {
                    act(ServerAction::Arm(Timer::G, now + timers.t1));
                }
                act(ServerAction::Arm(Timer::H, life));
                Completed { status, interval: timers.t1 }
            }
            (completed @ Completed { status, .. }, ServerEvent::Request) => {
                act(ServerAction::Send(status));
                completed
            }
            (Completed { status, interval }, ServerEvent::Timer(Timer::G)) => {
                let interval = (interval * 2).min(timers.t2);
                act(ServerAction::Send(status));
                act(ServerAction::Arm(Timer::G, now + interval));
                Completed { status, interval }
            }
            (Completed { .. }, ServerEvent::Timer(Timer::H)) => {
                act(ServerAction::Disarm(Timer::G));
                act(ServerAction::TimedOut);
                act(ServerAction::Terminated);
                Terminated
            }
            (Completed { .. }, ServerEvent::Ack) => {
                act(ServerAction::Disarm(Timer::G));
                act(ServerAction::Disarm(Timer::H));
                // Timer I is zero on a stream: nothing can come twice.
                if self.reliable {
                    act(ServerAction::Terminated);
                    Terminated
                } else {
                    act(ServerAction::Arm(Timer::I, now + timers.t4));
                    Confirmed
                }
            }
            (Confirmed, ServerEvent::Timer(Timer::I)) | (Accepted, ServerEvent::Timer(Timer::L)) => {
                act(ServerAction::Terminated);
                Terminated
            }
            // The user repeats its 2xx until ACK (RFC 3261 13.3.1.4); nothing else can follow a 2xx.
            (Accepted, ServerEvent::Respond(status)) if status.is_success() => {
                act(ServerAction::Send(status));
                Accepted
            }
            (Accepted, ServerEvent::Ack) => {
                act(ServerAction::PassAck);
                Accepted
            }
            // Late ACKs in Confirmed and INVITEs in Accepted are absorbed; a second final response is the user's error
            // and must not reach the wire (RFC 3261 17.2.1); stale timers mean nothing. A transport failure changes
            // nothing (RFC 6026 7.1): the user hears of it from the transport, and G or the client tries again.
            (state, _) => state,
        };
    }

    /// Where it stands.
    pub fn state(&self) -> InviteServerState {
        self.state
    }
}

pub(super) static VISITS: Machine = Machine::of::<InviteServerState, ServerEvent>("InviteServer");

kinds! { InviteServerState: Proceeding, Completed, Confirmed, Accepted, Terminated }

#[cfg(test)]
#[path = "invite_server/tests.rs"]
mod tests;

//! The INVITE client transaction (RFC 3261 17.1.1, RFC 6026 7.2 and 8.4).

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use super::{ClientAction, ClientEvent, Timer, Timers};

/// Where an INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteClientState {
    /// Nothing has come back. Holds the interval of A.
    Calling(Duration),
    /// A provisional response has come: from here on a CANCEL may be sent.
    Proceeding,
    /// Refused; each repeat of the refusal gets an ACK again.
    Completed,
    /// A 2xx has come; further ones of other forks may follow.
    Accepted,
    /// Over.
    Terminated,
}

/// An INVITE of ours.
#[derive(Clone, Copy, Debug)]
pub struct InviteClient {
    state: InviteClientState,
    timers: Timers,
    reliable: bool,
}

impl InviteClient {
    /// Sends the INVITE. `reliable` is true on a stream.
    pub fn start(now: Instant, timers: Timers, reliable: bool, mut act: impl FnMut(ClientAction)) -> Self {
        act(ClientAction::Transmit);
        if !reliable {
            act(ClientAction::Arm(Timer::A, now + timers.t1));
        }
        act(ClientAction::Arm(Timer::B, now + timers.transaction_life()));
        InviteClient { state: InviteClientState::Calling(timers.t1), timers, reliable }
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: ClientEvent, mut act: impl FnMut(ClientAction)) {
        use InviteClientState::{Accepted, Calling, Completed, Proceeding, Terminated};
        VISITS.visit(&self.state, &event);
        let timers = self.timers;
        self.state = match (self.state, event) {
            // Timer A doubles without end: B comes before it matters (RFC 3261 17.1.1.2).
            (Calling(interval), ClientEvent::Timer(Timer::A)) => {
                let interval = interval * 2;
                act(ClientAction::Transmit);
                act(ClientAction::Arm(Timer::A, now + interval));
                Calling(interval)
            }
            (Calling(_), ClientEvent::Timer(Timer::B)) => {
                act(ClientAction::Disarm(Timer::A));
                act(ClientAction::TimedOut);
                act(ClientAction::Terminated);
                Terminated
            }
            (Calling(_), ClientEvent::TransportFailed) => {
                act(ClientAction::Disarm(Timer::A));
                act(ClientAction::Disarm(Timer::B));
                act(ClientAction::Unreachable);
                act(ClientAction::Terminated);
                Terminated
            }
            (Calling(_) | Proceeding, ClientEvent::Response(status)) => {
                // B waits for the first response only; how long a telephone may ring is the user's business.
                if matches!(self.state, Calling(_)) {
                    act(ClientAction::Disarm(Timer::A));
                    act(ClientAction::Disarm(Timer::B));
                }
                if status.is_provisional() {
                    act(ClientAction::Deliver(status));
                    Proceeding
                } else if status.is_success() {
                    act(ClientAction::Deliver(status));
                    act(ClientAction::Arm(Timer::M, now + timers.transaction_life()));
                    Accepted
                } else {
                    act(ClientAction::SendAck);
                    act(ClientAction::Deliver(status));
                    // Timer D is zero on a stream; else longer than the server repeats.
                    if self.reliable {
                        act(ClientAction::Terminated);
                        Terminated
                    } else {
                        act(ClientAction::Arm(Timer::D, now + timers.transaction_life()));
                        Completed
                    }
                }
            }
            (Completed, ClientEvent::Response(status)) if status.code() >= 300 => {
                act(ClientAction::SendAck);
                Completed
            }
            // RFC 6026 7.2: each 2xx goes to the user, who ACKs it again or, from another fork, ACKs and BYEs it.
            (Accepted, ClientEvent::Response(status)) if status.is_success() => {
                act(ClientAction::Deliver(status));
                Accepted
            }
            // The ACK could not be sent (RFC 3261 17.1.1.2).
            (Completed, ClientEvent::TransportFailed) => {
                act(ClientAction::Disarm(Timer::D));
                act(ClientAction::Unreachable);
                act(ClientAction::Terminated);
                Terminated
            }
            (Completed, ClientEvent::Timer(Timer::D)) | (Accepted, ClientEvent::Timer(Timer::M)) => {
                act(ClientAction::Terminated);
                Terminated
            }
            // A response of another class after a final one is dropped; stale timers mean nothing.
            (state, _) => state,
        };
    }

    /// Where it stands.
    pub fn state(&self) -> InviteClientState {
        self.state
    }

    /// May a CANCEL be sent now (RFC 3261 9.1)? Before the first response it would overtake the INVITE.
    pub fn may_cancel(&self) -> bool {
        self.state == InviteClientState::Proceeding
    }
}

pub(super) static VISITS: Machine = Machine::of::<InviteClientState, ClientEvent>("InviteClient");

kinds! { InviteClientState: Calling, Proceeding, Completed, Accepted, Terminated }

#[cfg(test)]
#[path = "invite_client/tests.rs"]
mod tests;

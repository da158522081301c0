//! The four transactions of RFC 3261 17 as corrected by RFC 6026, and what a user agent repeats by itself.
//!
//! Each is a leaf machine: `step(now, event, act)`. It holds no message: `Send` and `Transmit` mean "write it again".
//! At most two timers of a machine run at once, and they never share a `TimerSlot`: two alarms beside it are enough.
//! A timer that rings in a state that does not wait for it falls on deaf ears, so cancelling is only thrift.

mod ack_wait;
mod invite_client;
mod invite_server;
mod key;
mod non_invite_client;
mod non_invite_server;
mod reliable_provisional;
mod siphash;

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use crate::wire::StatusCode;

pub use ack_wait::{AckWaitAction, AckWaitEvent, DialogAckWait};
pub use invite_client::{InviteClient, InviteClientState};
pub use invite_server::{InviteServer, InviteServerState};
pub use key::{KeySeed, TransactionKey};
pub use non_invite_client::{NonInviteClient, NonInviteClientState};
pub use non_invite_server::{NonInviteServer, NonInviteServerState};
pub use reliable_provisional::{ReliableProvisional, ReliableProvisionalAction, ReliableProvisionalEvent};

/// The base values that all timers follow from (RFC 3261 Table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Round-trip time estimate.
    pub t1: Duration,
    /// Longest interval between repeats.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
}

impl Timers {
    /// B, F, H, J, L and M: how long the other side has.
    pub fn transaction_life(&self) -> Duration {
        self.t1 * 64
    }
}

impl Default for Timers {
    fn default() -> Self {
        Timers { t1: Duration::from_millis(500), t2: Duration::from_secs(4), t4: Duration::from_secs(5) }
    }
}

/// The timers by their letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Repeat the INVITE.
    A,
    /// Give up the INVITE.
    B,
    /// Absorb repeated refusals.
    D,
    /// Repeat the request.
    E,
    /// Give up the request.
    F,
    /// Repeat the refusal of an INVITE.
    G,
    /// Give up waiting for ACK.
    H,
    /// Absorb repeated ACKs.
    I,
    /// Absorb repeated requests.
    J,
    /// Absorb repeated responses.
    K,
    /// Absorb repeated INVITEs after a 2xx (RFC 6026).
    L,
    /// Accept further 2xx of a forked INVITE (RFC 6026).
    M,
}

/// Which of a machine's two alarms a timer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerSlot {
    /// A, E and G: send again.
    Repeat,
    /// All others: the state ends.
    Life,
}

impl Timer {
    /// The alarm that this timer uses.
    pub const fn slot(self) -> TimerSlot {
        match self {
            Timer::A | Timer::E | Timer::G => TimerSlot::Repeat,
            _ => TimerSlot::Life,
        }
    }
}

/// What happens to a server transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// The request came again.
    Request,
    /// An ACK for it came; only to INVITE.
    Ack,
    /// The user answers.
    Respond(StatusCode),
    /// An alarm rang.
    Timer(Timer),
    /// A response could not be sent.
    TransportFailed,
}

/// What a server transaction wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAction {
    /// Write the response with this status, again or for the first time.
    Send(StatusCode),
    /// Set the alarm of this timer.
    Arm(Timer, Instant),
    /// Clear the alarm of this timer.
    Disarm(Timer),
    /// An ACK came where only the user can know what it is for (RFC 6026 7.1).
    PassAck,
    /// No ACK came for a refusal. Followed by `Terminated`.
    TimedOut,
    /// It is over; its place is free.
    Terminated,
}

/// What happens to a client transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// A response came.
    Response(StatusCode),
    /// An alarm rang.
    Timer(Timer),
    /// The request could not be sent.
    TransportFailed,
}

/// What a client transaction wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAction {
    /// Write the request, again or for the first time.
    Transmit,
    /// Write the ACK of a refusal (`write_non_2xx_ack`).
    SendAck,
    /// Give this response to the user.
    Deliver(StatusCode),
    /// Set the alarm of this timer.
    Arm(Timer, Instant),
    /// Clear the alarm of this timer.
    Disarm(Timer),
    /// Nobody answered: as if a 408 had come (RFC 3261 8.1.3.1). Followed by `Terminated`.
    TimedOut,
    /// It could not be sent: as if a 503 had come. Followed by `Terminated`.
    Unreachable,
    /// It is over; its place is free.
    Terminated,
}

kinds! { ServerEvent: Request, Ack, TransportFailed;
    Self::Respond(status) if status.is_provisional() => "Respond(1xx)",
    Self::Respond(status) if status.is_success() => "Respond(2xx)",
    Self::Respond(_) => "Respond(refusal)",
    Self::Timer(Timer::G) => "Timer(G)",
    Self::Timer(Timer::H) => "Timer(H)",
    Self::Timer(Timer::I) => "Timer(I)",
    Self::Timer(Timer::J) => "Timer(J)",
    Self::Timer(Timer::L) => "Timer(L)",
    Self::Timer(_) => "Timer(of a client)",
}

kinds! { ClientEvent: TransportFailed;
    Self::Response(status) if status.is_provisional() => "Response(1xx)",
    Self::Response(status) if status.is_success() => "Response(2xx)",
    Self::Response(_) => "Response(refusal)",
    Self::Timer(Timer::A) => "Timer(A)",
    Self::Timer(Timer::B) => "Timer(B)",
    Self::Timer(Timer::D) => "Timer(D)",
    Self::Timer(Timer::E) => "Timer(E)",
    Self::Timer(Timer::F) => "Timer(F)",
    Self::Timer(Timer::K) => "Timer(K)",
    Self::Timer(Timer::M) => "Timer(M)",
    Self::Timer(_) => "Timer(of a server)",
}

/// The machines of this module.
pub static MACHINES: [&Machine; 6] = [
    &invite_server::VISITS,
    &non_invite_server::VISITS,
    &invite_client::VISITS,
    &non_invite_client::VISITS,
    &ack_wait::VISITS,
    &reliable_provisional::VISITS,
];

//! What a peer machine hears and says.

use tempo::Instant;
use visits::kinds;

use crate::base::DisconnectCause;
use crate::result::ResultCode;

/// Which of the two connections: ours to them, or theirs to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We connected.
    Initiator,
    /// They connected.
    Responder,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The peer is wanted: connect, or let it connect.
    Start,
    /// The connection that we asked for is there.
    Connected,
    /// The connection that we asked for will not be there.
    ConnectFailed,
    /// A CER of this peer came on a connection that nobody has yet; the code is our verdict on it.
    Arrived(ResultCode),
    /// A connection was lost.
    Disconnected(Side),
    /// A message of the base protocol.
    Received(Side, Received),
    /// Any other message: a sign of life.
    AnyTraffic,
    /// The moment of the last `Arm` has come.
    TimerFired,
    /// The peer is not wanted any more.
    Stop(DisconnectCause),
}

/// A message of the base protocol, as far as the machine must know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// CER on a connection that is open already, with our verdict.
    Cer(ResultCode),
    /// CEA, with their verdict, or with ours where theirs was good.
    Cea(ResultCode),
    /// DWR.
    Dwr,
    /// DWA.
    Dwa,
    /// DPR.
    Dpr(DisconnectCause),
    /// DPA.
    Dpa,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection.
    Connect,
    /// The connection of `Arrived` is the responder side from now on; its CEA may follow later.
    Accept,
    /// Answer the CER of `Arrived` with this code and close its connection.
    Reject(ResultCode),
    /// Send a CER on the initiator side.
    SendCer,
    /// Send a CEA on the responder side, or on the open side if a CER was repeated there.
    SendCea(ResultCode),
    /// Send a DWR.
    SendDwr(Side),
    /// Answer a DWR.
    SendDwa(Side),
    /// Send a DPR.
    SendDpr(Side, DisconnectCause),
    /// Answer a DPR.
    SendDpa(Side),
    /// Requests may go to this peer from now on.
    Up(Side),
    /// The peer is silent: send what waits for an answer somewhere else, with the T bit (RFC 3539 3.4.1 failover).
    Suspect,
    /// No more requests to this peer; what waits for an answer goes somewhere else.
    Down,
    /// Close a connection.
    Close(Side),
    /// Fire at this moment, and forget the moment before.
    Arm(Instant),
    /// Forget the moment.
    Disarm,
}

kinds! { Event: Start, Connected, ConnectFailed, AnyTraffic, TimerFired, Stop;
    Self::Arrived(verdict) if verdict.is_success() => "Arrived(good)",
    Self::Arrived(_) => "Arrived(bad)",
    Self::Disconnected(Side::Initiator) => "Disconnected(Initiator)",
    Self::Disconnected(Side::Responder) => "Disconnected(Responder)",
    Self::Received(Side::Initiator, Received::Cer(verdict)) if verdict.is_success() => "CER(good)",
    Self::Received(Side::Initiator, Received::Cer(_)) => "CER(bad)",
    Self::Received(Side::Initiator, Received::Cea(verdict)) if verdict.is_success() => "CEA(good)",
    Self::Received(Side::Initiator, Received::Cea(ResultCode::ELECTION_LOST)) => "CEA(election lost)",
    Self::Received(Side::Initiator, Received::Cea(_)) => "CEA(bad)",
    Self::Received(Side::Initiator, Received::Dwr) => "DWR",
    Self::Received(Side::Initiator, Received::Dwa) => "DWA",
    Self::Received(Side::Initiator, Received::Dpr(_)) => "DPR",
    Self::Received(Side::Initiator, Received::Dpa) => "DPA",
    // All peers of the product are called by it: what it hears as the called one is one kind.
    Self::Received(Side::Responder, _) => "Received(Responder)",
}

//! The seam between a shard and everything that is not pure: bytes, sockets, clocks.
//!
//! A driver does I/O for exactly one shard. There are several (io_uring, portable poll, the simulated world)
//! and a shard cannot tell which one it is on.

use core::fmt;
use core::net::SocketAddr;

use octets::Writer;
use tempo::{Instant, WallClock};

/// A place that does I/O for exactly one shard.
pub trait Driver {
    /// The half that sends. It is apart from the half that receives, so that an answer is written into
    /// the send buffer while the request still lies borrowed in the receive buffer.
    type Out: Outward;

    /// What time it is.
    fn moment(&self) -> Moment;

    /// Delivers what has arrived, waiting no later than `until` (`None`: until something arrives or the driver is
    /// woken; a moment that has passed: do not wait). Bytes are borrowed for the visit only. One call visits a bounded batch;
    /// says whether that bound has left something for the next call.
    fn receive(
        &mut self,
        until: Option<Instant>,
        visit: impl FnMut(Moment, Arrival<'_>, &mut Self::Out),
    ) -> bool;

    /// The sending half, for what is said without an arrival: timers, parcels.
    fn out(&mut self) -> &mut Self::Out;

    /// Hands everything that was written since the last call to the network: one send per stream, whatever the
    /// number of messages, and all datagrams.
    fn flush(&mut self);
}

/// What a shard may do to the outside.
pub trait Outward {
    /// Lends at least `room` octets of the place where the message will be sent from; `fill` writes it there.
    ///
    /// For a stream that place is the tail of the connection's own send buffer, so messages of one turn lie side by side
    /// and leave with one send. A stream that is being closed, by either side, takes nothing new. A message that `fill` could
    /// not finish ([`Writer::has_overflowed`]) or left empty is not sent.
    fn transmit(
        &mut self,
        to: Departure,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan>;

    /// Opens and closes connections: rare and by value.
    fn request(&mut self, request: Request);
}

/// The two clocks, read once for a batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moment {
    /// Monotonic; what timers run on.
    pub now: Instant,
    /// Calendar; for time stamps only.
    pub wall: WallClock,
}

/// What crosses the driver inwards.
pub enum Arrival<'a> {
    /// A datagram on one of the ports that the driver was born with.
    Datagram {
        /// The port it arrived on.
        port: PortId,
        /// Who sent it.
        from: SocketAddr,
        /// The whole datagram; never truncated (a truncated one is dropped and counted by the driver).
        bytes: &'a [u8],
    },
    /// A connection is ready to be written.
    Opened {
        /// Its name from now on.
        link: LinkId,
        /// Who asked for it.
        opening: Opening,
        /// The other end.
        peer: SocketAddr,
    },
    /// A connection that was asked for did not come to be.
    NotOpened {
        /// The tag of the [`Request::Connect`].
        tag: u64,
    },
    /// The next octets of a stream, cut anywhere.
    Stream {
        /// The connection.
        link: LinkId,
        /// At least one octet.
        bytes: &'a [u8],
    },
    /// The connection is gone, for whatever reason; nothing more comes from it or goes to it.
    /// Also delivered after [`Request::Close`], when what was written before has left or has had its time.
    Closed {
        /// The connection.
        link: LinkId,
    },
}

/// The octets are somebody's words, so they do not print.
impl fmt::Debug for Arrival<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Arrival::Datagram { port, from, bytes } => {
                write!(f, "Datagram(<{} octets> on {port:?} from {from})", bytes.len())
            }
            Arrival::Opened { link, opening, peer } => write!(f, "Opened({link:?}, {opening:?}, {peer})"),
            Arrival::NotOpened { tag } => write!(f, "NotOpened({tag})"),
            Arrival::Stream { link, bytes } => write!(f, "Stream(<{} octets> on {link:?})", bytes.len()),
            Arrival::Closed { link } => write!(f, "Closed({link:?})"),
        }
    }
}

/// Who asked for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The other side, on this listening port.
    Accepted {
        /// The listener.
        port: PortId,
    },
    /// We did, with this tag.
    Connected {
        /// The tag of the [`Request::Connect`].
        tag: u64,
    },
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// As a datagram.
    Datagram {
        /// The port it leaves from.
        port: PortId,
        /// The receiver.
        to: SocketAddr,
    },
    /// Into a stream, behind what was written before.
    Stream {
        /// The connection.
        link: LinkId,
    },
}

/// What a shard asks of its driver besides sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Open a TCP connection; answered by [`Arrival::Opened`] or [`Arrival::NotOpened`] with the same tag.
    Connect {
        /// Chosen by the asker.
        tag: u64,
        /// Whom to call.
        to: SocketAddr,
    },
    /// Send what is still in the connection's buffer, then close it; answered by [`Arrival::Closed`].
    Close {
        /// The connection.
        link: LinkId,
    },
}

/// Why a message was not taken. Nothing of it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLoan {
    /// The send buffer is full: the other side reads too slowly, or too much was said in one turn. Back-pressure.
    Full,
    /// There is no such connection (any more).
    Gone,
    /// The writer needed more room than it had asked for, or wrote nothing.
    Unfinished,
}

/// A socket that a driver was born with, numbered by whoever gave it to the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortId(pub u16);

/// A TCP connection of one driver. The generation makes the name of a closed connection useless for its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkId {
    /// Place in the driver's table.
    pub index: u32,
    /// How often that place has been used.
    pub generation: u32,
}

/// Rouses a driver that is waiting in [`Driver::receive`], from any thread.
pub trait Wake: Send + Sync {
    /// Makes the wait end now, or the next one not begin.
    fn wake(&self);
}

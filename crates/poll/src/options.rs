//! What a driver is born with.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::{TcpListener, UdpSocket};

use shard::PortId;

/// Sockets bound at boot, so that an address in use is a clean start-up error and not the driver's affair.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Datagram sockets and what a shard calls them.
    pub datagram: Vec<(PortId, UdpSocket)>,
    /// Listening sockets and what a shard calls them.
    pub listeners: Vec<(PortId, TcpListener)>,
}

/// How a driver behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Time zero, shared by all shards.
    pub origin: std::time::Instant,
    /// Local time minus UTC, in quarter hours.
    pub quarter_hours: i8,
    /// Connections at one time. An accepted one beyond is closed at once; one that is asked for is answered
    /// [`shard::Arrival::NotOpened`].
    pub links_max: usize,
    /// How long a closing connection may take to send its rest and to hear the other side's FIN. Then it is cut.
    pub linger: Duration,
    /// How long a connection may take to open.
    pub connect_patience: Duration,
    /// Address that connections are opened from; `None` leaves it to the kernel.
    pub source: Option<SocketAddr>,
    /// Kernel buffer of each datagram socket in each direction, if the kernel allows it.
    pub socket_octets: usize,
}

impl Options {
    /// The usual values.
    pub fn new(origin: std::time::Instant) -> Options {
        Options {
            origin,
            quarter_hours: 0,
            links_max: 4096,
            linger: Duration::from_secs(2),
            connect_patience: Duration::from_secs(5),
            source: None,
            socket_octets: 4 * 1024 * 1024,
        }
    }
}

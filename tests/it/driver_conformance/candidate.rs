//! The drivers that have to conform, behind one face.

use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use shard::{Driver, PortId, Wake};

/// A driver, and how to make one.
pub trait Candidate {
    type Driver: Driver;
    const NAME: &'static str;

    /// `None` when this kernel has nothing to run it on.
    fn driver(sockets: Sockets, setup: Setup) -> Option<Self::Driver>;
    fn waker(driver: &Self::Driver) -> Arc<dyn Wake>;
    fn counts(driver: &Self::Driver) -> Counts;
}

/// What a scenario asks for.
#[derive(Clone, Copy)]
pub struct Setup {
    pub links_max: usize,
    pub linger: Duration,
    pub connect_patience: Duration,
    /// Only a driver with receive buffers of its own can heed it.
    pub datagram_buffers: u16,
}

#[derive(Default)]
pub struct Sockets {
    pub datagram: Vec<(PortId, UdpSocket)>,
    pub listeners: Vec<(PortId, TcpListener)>,
}

/// The counters that mean the same on every driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub datagrams_received: u64,
    pub datagrams_sent: u64,
    pub datagrams_refused: u64,
    pub stream_octets_received: u64,
    pub stream_octets_sent: u64,
    pub sends: u64,
    pub links_opened: u64,
    pub links_open: u64,
    pub links_refused: u64,
    pub links_cut: u64,
}

pub struct Poll;
pub struct Uring;
pub struct UringOfOldKernel;

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            links_max: 512,
            linger: Duration::from_secs(5),
            connect_patience: Duration::from_secs(5),
            datagram_buffers: 64,
        }
    }
}

macro_rules! counts {
    ($counters:expr) => {{
        let counters = $counters;
        Counts {
            datagrams_received: counters.datagrams_received,
            datagrams_sent: counters.datagrams_sent,
            datagrams_refused: counters.datagrams_refused,
            stream_octets_received: counters.stream_octets_received,
            stream_octets_sent: counters.stream_octets_sent,
            sends: counters.sends,
            links_opened: counters.links_opened,
            links_open: counters.links_open,
            links_refused: counters.links_refused,
            links_cut: counters.links_cut,
        }
    }};
}

impl Candidate for Poll {
    type Driver = poll::PollDriver;
    const NAME: &'static str = "poll";

    fn driver(sockets: Sockets, setup: Setup) -> Option<Self::Driver> {
        let options = poll::Options {
            links_max: setup.links_max,
            linger: setup.linger,
            connect_patience: setup.connect_patience,
            ..poll::Options::new(origin())
        };
        let sockets = poll::Sockets { datagram: sockets.datagram, listeners: sockets.listeners };
        Some(poll::PollDriver::new(sockets, options).expect("the portable driver runs everywhere"))
    }

    fn waker(driver: &Self::Driver) -> Arc<dyn Wake> {
        driver.waker()
    }

    fn counts(driver: &Self::Driver) -> Counts {
        counts!(driver.counters())
    }
}

impl Candidate for Uring {
    type Driver = uring::UringDriver;
    const NAME: &'static str = "uring";

    fn driver(sockets: Sockets, setup: Setup) -> Option<Self::Driver> {
        Some(uring_driver(sockets, setup, uring::probe().ok()?))
    }

    fn waker(driver: &Self::Driver) -> Arc<dyn Wake> {
        driver.waker()
    }

    fn counts(driver: &Self::Driver) -> Counts {
        counts!(driver.counters())
    }
}

impl Candidate for UringOfOldKernel {
    type Driver = uring::UringDriver;
    const NAME: &'static str = "uring of an old kernel";

    fn driver(sockets: Sockets, setup: Setup) -> Option<Self::Driver> {
        uring::probe().ok()?;
        let features =
            uring::Features { deferred_taskrun: false, incremental_buffers: false, registered_ring: false };
        Some(uring_driver(sockets, setup, features))
    }

    fn waker(driver: &Self::Driver) -> Arc<dyn Wake> {
        driver.waker()
    }

    fn counts(driver: &Self::Driver) -> Counts {
        counts!(driver.counters())
    }
}

fn uring_driver(sockets: Sockets, setup: Setup, features: uring::Features) -> uring::UringDriver {
    let options = uring::Options {
        links_max: setup.links_max,
        linger: setup.linger,
        connect_patience: setup.connect_patience,
        datagram_buffers: setup.datagram_buffers,
        ..uring::Options::new(origin(), features)
    };
    let sockets = uring::Sockets { datagram: sockets.datagram, listeners: sockets.listeners };
    uring::UringDriver::new(sockets, options).expect("the probe said that it works")
}

/// Time zero of one scenario; from here on only the driver's clock is read.
#[allow(clippy::disallowed_methods)]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

//! Where a scenario is played: one driver, one datagram port, one listener, and a record of what the driver delivers.
//!
//! The record checks on its own what holds in every scenario: no octet of a stream before `Opened` or after `Closed`,
//! `Closed` once, no empty piece, no name used twice.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use shard::{Arrival, Departure, Driver, LinkId, NoLoan, Opening, Outward, PortId, Request};

use super::candidate::{Candidate, Counts, Setup, Sockets};

pub const PORT: PortId = PortId(1);
pub const LISTENER: PortId = PortId(2);

/// What was seen, line by line.
pub type Transcript = Vec<String>;

pub struct Stage<C: Candidate> {
    pub driver: C::Driver,
    pub record: Record,
    /// Answer every datagram and every piece of a stream with itself?
    pub echoes: bool,
    pub lines: Transcript,
    pub port: SocketAddr,
    pub listener: SocketAddr,
}

/// What the driver has delivered.
#[derive(Default)]
pub struct Record {
    pub datagrams: Vec<(SocketAddr, Vec<u8>)>,
    /// In the order in which they opened.
    pub opened: Vec<(LinkId, Opening, SocketAddr)>,
    pub not_opened: Vec<u64>,
    pub streams: HashMap<LinkId, Vec<u8>>,
    pub closed: Vec<LinkId>,
}

impl<C: Candidate> Stage<C> {
    /// `None` when this kernel has nothing to run the candidate on.
    pub fn new(setup: Setup) -> Option<Stage<C>> {
        Self::at(setup, "127.0.0.1:0")
    }

    /// A stage at another address than the usual one.
    pub fn at(setup: Setup, address: &str) -> Option<Stage<C>> {
        let port = UdpSocket::bind(address).expect("a port");
        let listener = TcpListener::bind(address).expect("a listener");
        let (at_port, at_listener) = (port.local_addr().ok()?, listener.local_addr().ok()?);
        let sockets = Sockets { datagram: vec![(PORT, port)], listeners: vec![(LISTENER, listener)] };
        let driver = C::driver(sockets, setup)?;
        Some(Stage {
            driver,
            record: Record::default(),
            echoes: false,
            lines: Transcript::new(),
            port: at_port,
            listener: at_listener,
        })
    }

    /// One turn of a shard: receive a little while, react, flush.
    pub fn turn(&mut self) {
        let until = self.driver.moment().now + STEP;
        let (record, echoes) = (&mut self.record, self.echoes);
        self.driver.receive(Some(until), |_, arrival, out| {
            if echoes {
                echo(&arrival, out);
            }
            record.take(arrival);
        });
        self.driver.flush();
    }

    /// Turns until `is_there` says so.
    pub fn wait_for(&mut self, what: &str, mut is_there: impl FnMut(&mut Stage<C>) -> bool) {
        let deadline = self.driver.moment().now + PATIENCE;
        while !is_there(self) {
            self.turn();
            assert!(self.driver.moment().now < deadline, "{}: waited in vain for {what}", C::NAME);
        }
    }

    /// Waits until `count` links have opened; returns the last one.
    pub fn wait_for_links(&mut self, count: usize) -> LinkId {
        self.wait_for("a link", |stage| stage.record.opened.len() >= count);
        self.record.opened[count - 1].0
    }

    /// Waits until a link is gone.
    pub fn wait_for_closed(&mut self, link: LinkId) {
        self.wait_for("Closed", |stage| stage.record.closed.contains(&link));
    }

    /// Writes a message into a stream; it leaves with the next turn or flush.
    pub fn say(&mut self, link: LinkId, message: &[u8]) -> Result<(), NoLoan> {
        let to = Departure::Stream { link };
        self.driver.out().transmit(to, message.len(), |writer| writer.put(message))
    }

    pub fn close(&mut self, link: LinkId) {
        self.driver.out().request(Request::Close { link });
    }

    pub fn counts(&self) -> Counts {
        C::counts(&self.driver)
    }

    /// Adds a line to what the other drivers have to show too.
    pub fn note(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }
}

impl Record {
    /// What has arrived on a stream so far.
    pub fn heard(&self, link: LinkId) -> &[u8] {
        self.streams.get(&link).map_or(&[], |octets| octets)
    }

    pub fn take(&mut self, arrival: Arrival<'_>) {
        match arrival {
            Arrival::Datagram { port, from, bytes } => {
                assert_eq!(port, PORT);
                self.datagrams.push((from, bytes.to_vec()));
            }
            Arrival::Opened { link, opening, peer } => {
                assert!(self.streams.insert(link, Vec::new()).is_none(), "a name was used twice: {link:?}");
                self.opened.push((link, opening, peer));
            }
            Arrival::NotOpened { tag } => self.not_opened.push(tag),
            Arrival::Stream { link, bytes } => {
                assert!(!bytes.is_empty(), "an empty piece of a stream");
                assert!(!self.closed.contains(&link), "octets of a closed link");
                self.streams.get_mut(&link).expect("Opened comes first").extend_from_slice(bytes);
            }
            Arrival::Closed { link } => {
                assert!(self.streams.contains_key(&link), "Opened comes before Closed");
                assert!(!self.closed.contains(&link), "Closed comes once");
                self.closed.push(link);
            }
        }
    }
}

/// Writes the answer while the request still lies borrowed in the receive buffer.
fn echo(arrival: &Arrival<'_>, out: &mut impl Outward) {
    let (to, bytes) = match *arrival {
        Arrival::Datagram { port, from, bytes } => (Departure::Datagram { port, to: from }, bytes),
        Arrival::Stream { link, bytes } => (Departure::Stream { link }, bytes),
        Arrival::Opened { .. } | Arrival::NotOpened { .. } | Arrival::Closed { .. } => return,
    };
    out.transmit(to, bytes.len(), |writer| writer.put(bytes)).expect("room for an echo");
}

/// Plays a scenario on one candidate; `None` when this kernel has nothing to run it on.
pub fn play<C: Candidate>(scenario: fn(&mut Stage<C>)) -> Option<(&'static str, Transcript)> {
    play_with(Setup::default(), scenario)
}

/// The same, with another set-up.
pub fn play_with<C: Candidate>(
    setup: Setup,
    scenario: impl FnOnce(&mut Stage<C>),
) -> Option<(&'static str, Transcript)> {
    let mut stage = Stage::<C>::new(setup)?;
    scenario(&mut stage);
    Some((C::NAME, stage.lines))
}

/// Every candidate that could play has the transcript of the first, the reference of meaning.
pub fn compare(played: &[Option<(&'static str, Transcript)>]) {
    let mut played = played.iter().flatten();
    let (reference, expected) = played.next().expect("the portable driver runs everywhere");
    assert!(!expected.is_empty(), "a transcript without a line compares nothing");
    for (name, seen) in played {
        assert_eq!(seen, expected, "{name} differs from {reference}");
    }
}

/// How long one turn waits.
const STEP: Duration = Duration::from_millis(5);
/// How long anything may take before the scenario has failed; generous, for a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

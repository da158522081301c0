//! A driver without a kernel: what arrives is queued by the test, what is said is kept until the turn flushes it.
//!
//! It is as strict as the seam allows: it lends exactly the room that was asked for, knows no link that was not opened or is
//! being closed, and shows nothing to the network that was not flushed.

use std::cell::Cell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::rc::Rc;

use octets::Writer;
use shard::{Arrival, Departure, Driver, LinkId, Moment, NoLoan, Opening, Outward, PortId, Request};
use tempo::{Duration, Instant, WallClock};

/// The time of the stage; everybody has the same.
#[derive(Clone, Debug)]
pub struct Clock {
    now: Rc<Cell<Instant>>,
    /// How far the calendar was moved, in seconds.
    leap: Rc<Cell<i64>>,
}

/// How the driver does what is its own and not the shard's: whoever counts what a turn costs leaves that out.
pub trait Aside {
    /// Does it.
    fn aside<T>(work: impl FnOnce() -> T) -> T;
}

/// Nobody counts.
#[derive(Debug)]
pub struct Plainly;

impl Aside for Plainly {
    fn aside<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
}

/// What arrives: an [`Arrival`] that waits.
#[derive(Clone)]
#[allow(missing_docs, reason = "each is told by its namesake")]
pub enum Coming {
    Datagram { port: PortId, from: SocketAddr, bytes: Vec<u8> },
    Opened { link: LinkId, opening: Opening, peer: SocketAddr },
    NotOpened { tag: u64 },
    Stream { link: LinkId, bytes: Vec<u8> },
    Closed { link: LinkId },
}

/// What was said: a [`Departure`] with its octets, or a request.
#[allow(missing_docs, reason = "each is told by its namesake")]
pub enum Going {
    Datagram { port: PortId, to: SocketAddr, bytes: Vec<u8> },
    Stream { link: LinkId, bytes: Vec<u8> },
    Request(Request),
}

/// What work takes: time that passes for the shard while it is at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// For each arrival.
    pub arrival: Duration,
    /// For each datagram that is sent.
    pub datagram: Duration,
    /// For each message that is sent on a stream.
    pub stream: Duration,
}

/// A driver that does its I/O on paper.
pub struct PaperDriver<A = Plainly> {
    clock: Clock,
    coming: VecDeque<Coming>,
    out: PaperOut<A>,
}

/// Its sending half.
pub struct PaperOut<A = Plainly> {
    aside: PhantomData<A>,
    costs: Costs,
    /// The time that this turn has taken so far.
    taken: Duration,
    sheet: Box<[u8]>,
    open: Vec<LinkId>,
    unflushed: Vec<Going>,
    flushed: Vec<Going>,
    /// Lend nothing for datagrams.
    pub lacks_datagrams: bool,
    /// Lend nothing for any connection.
    pub lacks_streams: bool,
    /// Lend nothing for these connections.
    pub full: Vec<LinkId>,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// Some time after the machine was started.
    pub fn new() -> Self {
        Clock { now: Rc::new(Cell::new(BIRTH)), leap: Rc::default() }
    }

    /// Now.
    pub fn now(&self) -> Instant {
        self.now.get()
    }

    /// Moves on; never back.
    pub fn jump_to(&self, instant: Instant) {
        assert!(instant >= self.now(), "time does not run backwards");
        self.now.set(instant);
    }

    /// Somebody sets the calendar, and nothing else.
    pub fn leap(&self, seconds: i64) {
        self.leap.set(self.leap.get() + seconds);
    }

    /// Both clocks.
    pub fn moment(&self) -> Moment {
        let now = self.now();
        let unix_seconds = UNIX_SECONDS_AT_BIRTH + now.since(BIRTH).as_secs() as i64 + self.leap.get();
        Moment { now, wall: WallClock { unix_seconds, quarter_hours: 4 } }
    }
}

impl<A: Aside> PaperDriver<A> {
    /// Nothing has arrived, and nothing is open.
    pub fn new(clock: Clock) -> Self {
        let out = PaperOut {
            aside: PhantomData,
            costs: Costs::default(),
            taken: Duration::ZERO,
            sheet: vec![0; SHEET_OCTETS].into_boxed_slice(),
            open: Vec::new(),
            unflushed: Vec::new(),
            flushed: Vec::new(),
            lacks_datagrams: false,
            lacks_streams: false,
            full: Vec::new(),
        };
        PaperDriver { clock, coming: VecDeque::new(), out }
    }

    /// From now on work takes time.
    pub fn charge(&mut self, costs: Costs) {
        self.out.costs = costs;
    }

    /// How long the turn has taken that is over now.
    pub fn take_taken(&mut self) -> Duration {
        std::mem::take(&mut self.out.taken)
    }

    /// Something arrives; the shard sees it in its next turn.
    pub fn bring(&mut self, coming: Coming) {
        match coming {
            Coming::Opened { link, .. } => self.out.open.push(link),
            Coming::Closed { link } => self.out.open.retain(|open| *open != link),
            _ => {}
        }
        self.coming.push_back(coming);
    }

    /// Is there something that the shard has not seen?
    pub fn has_mail(&self) -> bool {
        !self.coming.is_empty()
    }

    /// How many arrivals the shard has not seen.
    pub fn mail(&self) -> usize {
        self.coming.len()
    }

    /// What was flushed since the last call.
    pub fn take_flushed(&mut self) -> Vec<Going> {
        std::mem::take(&mut self.out.flushed)
    }
}

impl<A: Aside> Driver for PaperDriver<A> {
    type Out = PaperOut<A>;

    fn moment(&self) -> Moment {
        let moment = self.clock.moment();
        Moment { now: moment.now + self.out.taken, ..moment }
    }

    fn receive(
        &mut self,
        _: Option<Instant>,
        mut visit: impl FnMut(Moment, Arrival<'_>, &mut PaperOut<A>),
    ) -> bool {
        let moment = self.clock.moment();
        for _ in 0..BATCH {
            let Some(coming) = self.coming.pop_front() else { return false };
            visit(moment, coming.as_arrival(), &mut self.out);
            self.out.taken += self.out.costs.arrival;
            A::aside(|| drop(coming));
        }
        self.has_mail()
    }

    fn out(&mut self) -> &mut PaperOut<A> {
        &mut self.out
    }

    fn flush(&mut self) {
        A::aside(|| self.out.flushed.append(&mut self.out.unflushed));
    }
}

impl<A: Aside> Outward for PaperOut<A> {
    fn transmit(
        &mut self,
        to: Departure,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan> {
        match to {
            Departure::Datagram { .. } if self.lacks_datagrams => return Err(NoLoan::Full),
            Departure::Stream { link } if !self.open.contains(&link) => return Err(NoLoan::Gone),
            Departure::Stream { .. } if self.lacks_streams => return Err(NoLoan::Full),
            Departure::Stream { link } if self.full.contains(&link) => return Err(NoLoan::Full),
            _ => {}
        }
        let mut out = Writer::new(&mut self.sheet[..room]);
        fill(&mut out);
        if out.has_overflowed() || out.is_empty() {
            return Err(NoLoan::Unfinished);
        }
        self.taken += match to {
            Departure::Datagram { .. } => self.costs.datagram,
            Departure::Stream { .. } => self.costs.stream,
        };
        A::aside(|| {
            let bytes = out.written().to_vec();
            self.unflushed.push(match to {
                Departure::Datagram { port, to } => Going::Datagram { port, to, bytes },
                Departure::Stream { link } => Going::Stream { link, bytes },
            });
        });
        Ok(())
    }

    fn request(&mut self, request: Request) {
        if let Request::Close { link } = request {
            self.open.retain(|open| *open != link);
        }
        // What was written before a close leaves before it.
        A::aside(|| self.unflushed.push(Going::Request(request)));
    }
}

impl Coming {
    /// As the shard sees it.
    pub fn as_arrival(&self) -> Arrival<'_> {
        match self {
            Coming::Datagram { port, from, bytes } => Arrival::Datagram { port: *port, from: *from, bytes },
            Coming::Opened { link, opening, peer } => {
                Arrival::Opened { link: *link, opening: *opening, peer: *peer }
            }
            Coming::NotOpened { tag } => Arrival::NotOpened { tag: *tag },
            Coming::Stream { link, bytes } => Arrival::Stream { link: *link, bytes },
            Coming::Closed { link } => Arrival::Closed { link: *link },
        }
    }
}

/// Larger than anything that a shard asks for.
const SHEET_OCTETS: usize = 65_536;
/// What one call visits, as the real drivers do.
const BATCH: usize = 64;
/// When every world begins.
pub const BIRTH: Instant = Instant::from_nanos(Duration::from_secs(1000).as_nanos() as u64);
/// 2026-01-18T14:30:40Z.
const UNIX_SECONDS_AT_BIRTH: i64 = 1_768_746_640;

//! A driver without a kernel: what arrives is queued by the test, what is said is kept until the turn flushes it.
//!
//! It is as strict as the seam allows: it lends exactly the room that was asked for, knows no link that was not opened,
//! and shows nothing to the network that was not flushed.

use std::cell::Cell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;

use octets::Writer;
use shard::{Arrival, Departure, Driver, LinkId, Moment, NoLoan, Opening, Outward, PortId, Request};
use tempo::{Duration, Instant, WallClock};

use crate::allocation::uncounted;

/// The time of the stage; everybody has the same.
#[derive(Clone)]
pub struct Clock(Rc<Cell<Instant>>);

/// What arrives.
#[derive(Clone)]
pub enum Coming {
    Datagram { port: PortId, from: SocketAddr, bytes: Vec<u8> },
    Opened { link: LinkId, opening: Opening, peer: SocketAddr },
    NotOpened { tag: u64 },
    Stream { link: LinkId, bytes: Vec<u8> },
    Closed { link: LinkId },
}

/// What was said.
pub enum Going {
    Datagram { port: PortId, to: SocketAddr, bytes: Vec<u8> },
    Stream { link: LinkId, bytes: Vec<u8> },
    Request(Request),
}

/// A driver that does its I/O on paper.
pub struct PaperDriver {
    clock: Clock,
    coming: VecDeque<Coming>,
    out: PaperOut,
}

/// Its sending half.
pub struct PaperOut {
    sheet: Box<[u8]>,
    open: Vec<LinkId>,
    unflushed: Vec<Going>,
    flushed: Vec<Going>,
    /// Lend nothing for datagrams.
    pub lacks_datagrams: bool,
    /// Lend nothing for these connections.
    pub full: Vec<LinkId>,
}

impl Clock {
    /// Some time after the machine was started.
    pub fn new() -> Self {
        Clock(Rc::new(Cell::new(BIRTH)))
    }

    pub fn now(&self) -> Instant {
        self.0.get()
    }

    /// Moves on; never back.
    pub fn jump_to(&self, instant: Instant) {
        assert!(instant >= self.now(), "time does not run backwards");
        self.0.set(instant);
    }

    pub fn moment(&self) -> Moment {
        let now = self.now();
        let unix_seconds = UNIX_SECONDS_AT_BIRTH + now.since(BIRTH).as_secs() as i64;
        Moment { now, wall: WallClock { unix_seconds, quarter_hours: 4 } }
    }
}

impl PaperDriver {
    pub fn new(clock: Clock) -> Self {
        let out = PaperOut {
            sheet: vec![0; SHEET_OCTETS].into_boxed_slice(),
            open: Vec::new(),
            unflushed: Vec::new(),
            flushed: Vec::new(),
            lacks_datagrams: false,
            full: Vec::new(),
        };
        PaperDriver { clock, coming: VecDeque::new(), out }
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

    /// What was flushed since the last call.
    pub fn take_flushed(&mut self) -> Vec<Going> {
        std::mem::take(&mut self.out.flushed)
    }
}

impl Driver for PaperDriver {
    type Out = PaperOut;

    fn moment(&self) -> Moment {
        self.clock.moment()
    }

    fn receive(&mut self, _: Option<Instant>, mut visit: impl FnMut(Moment, Arrival<'_>, &mut PaperOut)) {
        let moment = self.clock.moment();
        for _ in 0..BATCH {
            let Some(coming) = self.coming.pop_front() else { return };
            visit(moment, coming.as_arrival(), &mut self.out);
            uncounted(|| drop(coming));
        }
    }

    fn out(&mut self) -> &mut PaperOut {
        &mut self.out
    }

    fn flush(&mut self) {
        uncounted(|| self.out.flushed.append(&mut self.out.unflushed));
    }
}

impl Outward for PaperOut {
    fn transmit(
        &mut self,
        to: Departure,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan> {
        match to {
            Departure::Datagram { .. } if self.lacks_datagrams => return Err(NoLoan::Full),
            Departure::Stream { link } if !self.open.contains(&link) => return Err(NoLoan::Gone),
            Departure::Stream { link } if self.full.contains(&link) => return Err(NoLoan::Full),
            _ => {}
        }
        let mut out = Writer::new(&mut self.sheet[..room]);
        fill(&mut out);
        if out.has_overflowed() || out.is_empty() {
            return Err(NoLoan::Unfinished);
        }
        uncounted(|| {
            let bytes = out.written().to_vec();
            self.unflushed.push(match to {
                Departure::Datagram { port, to } => Going::Datagram { port, to, bytes },
                Departure::Stream { link } => Going::Stream { link, bytes },
            });
        });
        Ok(())
    }

    fn request(&mut self, request: Request) {
        // What was written before a close leaves before it.
        uncounted(|| self.unflushed.push(Going::Request(request)));
    }
}

impl Coming {
    fn as_arrival(&self) -> Arrival<'_> {
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
const BIRTH: Instant = Instant::from_nanos(Duration::from_secs(1000).as_nanos() as u64);
/// 2026-01-18T14:30:40Z.
const UNIX_SECONDS_AT_BIRTH: i64 = 1_768_746_640;

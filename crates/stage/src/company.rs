//! Between actors and driver: names of connections, letters, effects.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::Sender;

use actors::{Effect, Event, Letter, LinkName, Out, Participant, Sighting};
use shard::{Arrival, Departure, LinkId, NoLoan, Opening, Outward, PortId, Request};
use tempo::Instant;

use crate::backlog::Backlog;
use crate::{Cast, Door};

/// Everything of a stage but the cast and the driver.
pub(crate) struct Company {
    doors: Vec<Door>,
    /// Whose connection that is.
    links: HashMap<LinkId, usize>,
    /// Who asked for a connection, and with which tag of his own; by the tag that the driver was given.
    connects: HashMap<u64, (usize, u64)>,
    next_tag: u64,
    letters: VecDeque<Posted>,
    backlog: Backlog,
    sightings: Option<Sender<Sighting>>,
    lost_letters: usize,
}

struct Posted {
    to: usize,
    from: Participant,
    letter: Letter,
}

impl Company {
    pub(crate) fn new(doors: Vec<Door>, sightings: Option<Sender<Sighting>>) -> Self {
        Company {
            doors,
            links: HashMap::new(),
            connects: HashMap::new(),
            next_tag: 0,
            letters: VecDeque::new(),
            backlog: Backlog::default(),
            sightings,
            lost_letters: 0,
        }
    }

    /// Letters to somebody who is not in the cast.
    pub(crate) fn lost_letters(&self) -> usize {
        self.lost_letters
    }

    /// Something came from outside.
    pub(crate) fn arrive(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        cast: &mut impl Cast,
        out: &mut impl Outward,
    ) {
        match *arrival {
            Arrival::Datagram { port, from, bytes } => {
                if let Some(actor) = self.behind(port) {
                    self.tell(now, actor, Event::Datagram { from, bytes }, cast, out);
                }
            }
            Arrival::Opened { link, opening, peer } => {
                let (actor, opening) = match opening {
                    Opening::Accepted { port } => (self.behind(port), actors::Opening::Accepted),
                    Opening::Connected { tag } => match self.connects.remove(&tag) {
                        Some((actor, tag)) => (Some(actor), actors::Opening::Connected { tag }),
                        None => return,
                    },
                };
                let Some(actor) = actor else { return };
                self.links.insert(link, actor);
                self.tell(now, actor, Event::Opened { link: name(link), opening, peer }, cast, out);
            }
            Arrival::NotOpened { tag } => {
                if let Some((actor, tag)) = self.connects.remove(&tag) {
                    self.tell(now, actor, Event::NotOpened { tag }, cast, out);
                }
            }
            Arrival::Stream { link, bytes } => {
                if let Some(actor) = self.links.get(&link).copied() {
                    self.tell(now, actor, Event::Bytes { link: name(link), bytes }, cast, out);
                }
            }
            Arrival::Closed { link } => {
                self.backlog.forget(link);
                if let Some(actor) = self.links.remove(&link) {
                    self.tell(now, actor, Event::Closed { link: name(link) }, cast, out);
                }
            }
        }
    }

    /// Tells one actor something, and carries out everything that follows, letters included.
    pub(crate) fn tell(
        &mut self,
        now: Instant,
        actor: usize,
        event: Event<'_>,
        cast: &mut impl Cast,
        out: &mut impl Outward,
    ) {
        self.tell_one(now, actor, event, cast, out);
        while let Some(Posted { to, from, letter }) = self.letters.pop_front() {
            self.tell_one(now, to, Event::Letter { from, letter: &letter }, cast, out);
        }
    }

    /// Sends what the driver had no room for.
    pub(crate) fn retry(&mut self, out: &mut impl Outward) {
        self.backlog.retry(out);
    }

    /// Does something wait for room?
    pub(crate) fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    fn tell_one(
        &mut self,
        now: Instant,
        actor: usize,
        event: Event<'_>,
        cast: &mut impl Cast,
        out: &mut impl Outward,
    ) {
        let mut wanted = Out::new();
        cast.actor_mut(actor).handle(now, event, &mut wanted);
        for effect in wanted.drain() {
            self.carry_out(actor, effect, cast, out);
        }
    }

    fn carry_out(&mut self, actor: usize, effect: Effect, cast: &impl Cast, out: &mut impl Outward) {
        match effect {
            Effect::Datagram { to, bytes } => {
                let port = self.doors.iter().find_map(|door| match door {
                    Door::Datagram { port, actor: whose } if *whose == actor => Some(*port),
                    _ => None,
                });
                let Some(port) = port else { return };
                // A network may lose a datagram, and so may a full buffer.
                let _: Result<(), NoLoan> =
                    out.transmit(Departure::Datagram { port, to }, bytes.len(), |writer| writer.put(&bytes));
            }
            Effect::Connect { tag, to } => {
                let own = self.next_tag;
                self.next_tag += 1;
                self.connects.insert(own, (actor, tag));
                out.request(Request::Connect { tag: own, to });
            }
            Effect::Bytes { link, bytes } => self.backlog.send(id(link), bytes, out),
            Effect::Close { link } => self.backlog.close(id(link), out),
            Effect::Letter { to, letter } => {
                let from = cast.actor(actor).name();
                match (0..cast.size()).find(|position| cast.actor(*position).name() == to) {
                    Some(to) => self.letters.push_back(Posted { to, from, letter }),
                    None => self.lost_letters += 1,
                }
            }
            Effect::Sighting(sighting) => {
                // An onlooker who has gone home sees nothing more.
                if let Some(onlooker) = &self.sightings
                    && onlooker.send(sighting).is_err()
                {
                    self.sightings = None;
                }
            }
        }
    }

    fn behind(&self, wanted: PortId) -> Option<usize> {
        self.doors.iter().find_map(|door| match door {
            Door::Datagram { port, actor } | Door::Listener { port, actor } if *port == wanted => {
                Some(*actor)
            }
            _ => None,
        })
    }
}

fn name(link: LinkId) -> LinkName {
    LinkName(u64::from(link.index) << 32 | u64::from(link.generation))
}

fn id(link: LinkName) -> LinkId {
    LinkId { index: (link.0 >> 32) as u32, generation: link.0 as u32 }
}

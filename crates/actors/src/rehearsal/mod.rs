//! A network without distance, and a clock that jumps: what actors are tested on.
//!
//! What is sent arrives at once and in order, streams cut in two; datagrams can be lost. Time passes only by `wait`.

mod gateway;
mod invitee;
pub(crate) mod surroundings;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use octets::Digits;
use tempo::{Entropy, Instant, WallClock};

use crate::{Actor, Effect, Event, Letter, LinkName, NodeSetup, Opening, Out, Participant, Sighting};
pub(crate) use gateway::FakeGateway;
pub(crate) use invitee::{Answer, FakeInvitee};

/// Who plays.
pub(crate) trait Players {
    fn all(&mut self) -> Vec<&mut dyn Actor>;
}

/// The network.
pub(crate) struct Rehearsal<P> {
    pub(crate) players: P,
    pub(crate) now: Instant,
    pub(crate) sightings: Vec<Sighting>,
    /// Of the datagrams that begin with one of these, the first is lost.
    pub(crate) to_lose: Vec<&'static str>,
    /// Whose address that is.
    addresses: BTreeMap<SocketAddr, usize>,
    /// The two ends of a connection know each other.
    links: BTreeMap<LinkName, (usize, LinkName)>,
    next_link: u64,
    mail: VecDeque<Mail>,
}

enum Mail {
    Datagram { from: SocketAddr, to: usize, bytes: Vec<u8> },
    Opened { to: usize, link: LinkName, opening: Opening, peer: SocketAddr },
    NotOpened { to: usize, tag: u64 },
    Bytes { to: usize, link: LinkName, bytes: Vec<u8> },
    Closed { to: usize, link: LinkName },
    Letter { from: Participant, to: Participant, letter: Letter },
}

impl<P: Players> Rehearsal<P> {
    /// `addresses` are those of the players, each by its position.
    pub(crate) fn new(players: P, addresses: &[(&str, usize)]) -> Self {
        Rehearsal {
            players,
            now: Instant::ZERO,
            sightings: Vec::new(),
            to_lose: Vec::new(),
            addresses: addresses.iter().map(|(text, position)| (address(text), *position)).collect(),
            links: BTreeMap::new(),
            next_link: 1,
            mail: VecDeque::new(),
        }
    }

    /// The curtain rises.
    pub(crate) fn start(&mut self) {
        for position in 0..self.players.all().len() {
            self.tell(position, Event::Start);
        }
        self.deliver();
    }

    /// A letter, as if `from` had written it.
    pub(crate) fn post(&mut self, from: Participant, to: Participant, letter: Letter) {
        self.mail.push_back(Mail::Letter { from, to, letter });
        self.deliver();
    }

    /// Time passes, and whoever wants to be woken is.
    pub(crate) fn wait(&mut self, pause: Duration) {
        let end = self.now + pause;
        loop {
            let next = self.players.all().iter().filter_map(|player| player.next_deadline()).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            for position in 0..self.players.all().len() {
                if self.players.all()[position].next_deadline().is_some_and(|at| at <= self.now) {
                    self.tell(position, Event::Due);
                }
            }
            self.deliver();
        }
        self.now = end;
    }

    /// All connections of a player break.
    pub(crate) fn cut(&mut self, position: usize) {
        let is_his = |link: &LinkName, to: usize| {
            to == position || self.links.get(link).is_some_and(|(back, _)| *back == position)
        };
        let ends: Vec<_> = self.links.iter().map(|(link, (to, other))| (*link, *to, *other)).collect();
        let ends: Vec<_> = ends.into_iter().filter(|(_, to, other)| is_his(other, *to)).collect();
        for (link, to, other) in ends {
            self.links.remove(&link);
            self.mail.push_back(Mail::Closed { to, link: other });
        }
        self.deliver();
    }

    /// What stood on the arrows between two columns.
    pub(crate) fn arrows(&self, from: Participant, to: Participant) -> Vec<&str> {
        let arrows = self.sightings.iter().filter(|arrow| arrow.from == from && arrow.to == to);
        arrows.map(|arrow| arrow.what.as_str()).collect()
    }

    fn tell(&mut self, position: usize, event: Event<'_>) {
        let mut out = Out::new();
        self.players.all()[position].handle(self.now, event, &mut out);
        for effect in out.drain() {
            self.carry_out(position, effect);
        }
    }

    fn carry_out(&mut self, position: usize, effect: Effect) {
        match effect {
            Effect::Datagram { to, bytes } => {
                if let Some(lost) = self.to_lose.iter().position(|front| bytes.starts_with(front.as_bytes()))
                {
                    self.to_lose.remove(lost);
                    return;
                }
                let from = self.addresses.iter().find(|(_, whose)| **whose == position);
                let (from, to) = (*from.expect("an address of its own").0, self.addresses.get(&to));
                self.mail.extend(to.map(|to| Mail::Datagram { from, to: *to, bytes }));
            }
            Effect::Connect { tag, to } => match self.addresses.get(&to).copied() {
                Some(callee) => {
                    let (near, far) = (LinkName(self.next_link), LinkName(self.next_link + 1));
                    self.next_link += 2;
                    self.links.insert(near, (callee, far));
                    self.links.insert(far, (position, near));
                    self.mail.push_back(Mail::Opened {
                        to: callee,
                        link: far,
                        opening: Opening::Accepted,
                        peer: to,
                    });
                    let opening = Opening::Connected { tag };
                    self.mail.push_back(Mail::Opened { to: position, link: near, opening, peer: to });
                }
                None => self.mail.push_back(Mail::NotOpened { to: position, tag }),
            },
            Effect::Bytes { link, bytes } => {
                if let Some((to, link)) = self.links.get(&link).copied() {
                    let (front, back) = bytes.split_at(bytes.len() / 2);
                    for bytes in [front, back] {
                        self.mail.push_back(Mail::Bytes { to, link, bytes: bytes.to_vec() });
                    }
                }
            }
            Effect::Close { link } => {
                if let Some((to, other)) = self.links.remove(&link) {
                    self.links.remove(&other);
                    self.mail.push_back(Mail::Closed { to, link: other });
                    self.mail.push_back(Mail::Closed { to: position, link });
                }
            }
            Effect::Letter { to, letter } => {
                let from = self.players.all()[position].name();
                self.mail.push_back(Mail::Letter { from, to, letter });
            }
            Effect::Sighting(sighting) => self.sightings.push(sighting),
        }
    }

    fn deliver(&mut self) {
        while let Some(mail) = self.mail.pop_front() {
            match mail {
                Mail::Datagram { from, to, bytes } => self.tell(to, Event::Datagram { from, bytes: &bytes }),
                Mail::Opened { to, link, opening, peer } => {
                    self.tell(to, Event::Opened { link, opening, peer })
                }
                Mail::NotOpened { to, tag } => self.tell(to, Event::NotOpened { tag }),
                Mail::Bytes { to, link, bytes } => self.tell(to, Event::Bytes { link, bytes: &bytes }),
                Mail::Closed { to, link } => self.tell(to, Event::Closed { link }),
                Mail::Letter { from, to, letter } => {
                    let position = self.players.all().iter().position(|player| player.name() == to);
                    self.tell(position.expect("in the cast"), Event::Letter { from, letter: &letter });
                }
            }
        }
    }
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub(crate) fn number(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("digits")
}

/// A node of the home network, with its own chance.
pub(crate) fn node(host: &str, seed: u8) -> NodeSetup {
    NodeSetup {
        host: String::from(host) + ".ims.example",
        realm: "ims.example".into(),
        address: [127, 0, 0, 1].into(),
        wall: WallClock { unix_seconds: 1_768_746_640, quarter_hours: 4 },
        chance: Entropy::from_seed([seed; 32]),
    }
}

pub(crate) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

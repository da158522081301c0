//! What crosses between the gateway and its peers, whole messages in their order: shown to every checker, and kept as a trace.
//!
//! In: datagrams and octets as the world carries them. Out: [`Crossing`]s; the first broken promise; a hash of all of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use msrp::{ChunkView, Frame};
use shard::{Count, PortId};
use sip::{Index, MessageView};
use tempo::Instant;

use crate::check::{Broken, Checker, Scene};
use crate::gateway::Gateway;
use crate::links::LinkNumber;
use crate::places::{PAGER, SCSCF};
use crate::trace::{Hash, Trace};

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// To the gateway.
    In,
    /// From it.
    Out,
}

/// One thing that crosses.
#[derive(Clone, Copy)]
pub struct Crossing<'a> {
    /// When.
    pub at: Instant,
    /// The shard that it goes to or comes from.
    pub shard: u16,
    /// In which direction.
    pub way: Way,
    /// What.
    pub what: What<'a>,
}

/// What crosses.
#[derive(Clone, Copy)]
#[allow(clippy::large_enum_variant, reason = "it is only ever borrowed")]
pub enum What<'a> {
    /// A SIP message.
    Sip {
        /// The port of the gateway.
        port: PortId,
        /// The other side.
        peer: SocketAddr,
        /// The message.
        message: MessageView<'a>,
        /// Is it other than it was sent?
        is_damaged: bool,
    },
    /// An MSRP message.
    Msrp {
        /// The connection.
        link: LinkNumber,
        /// The message.
        chunk: ChunkView<'a>,
    },
    /// A Diameter message.
    Diameter {
        /// The connection.
        link: LinkNumber,
        /// The message.
        message: diameter::MessageView<'a>,
    },
    /// A connection is gone.
    Gone {
        /// The connection.
        link: LinkNumber,
    },
    /// A datagram from where nobody is believed.
    Untrusted,
    /// The shard has lost everything it knew.
    Crash,
}

/// The onlooker.
pub struct Watch {
    checkers: Vec<Box<dyn Checker>>,
    /// Octets of messages that are not whole yet.
    carries: BTreeMap<(LinkNumber, Way), Vec<u8>>,
    /// The first promise that was broken.
    pub broken: Option<Broken>,
    /// Of everything that crossed.
    pub hash: Hash,
    /// What crossed, in words.
    pub trace: Trace,
    /// How much crossed.
    pub crossings: u64,
    scene: Scene,
}

/// What a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// MSRP.
    Msrp,
    /// Diameter.
    Diameter,
}

impl Watch {
    /// Sees nothing yet.
    pub fn new(checkers: Vec<Box<dyn Checker>>, scene: Scene, trace: Trace) -> Self {
        Watch {
            checkers,
            carries: BTreeMap::new(),
            broken: None,
            hash: Hash::default(),
            trace,
            crossings: 0,
            scene,
        }
    }

    /// A datagram.
    pub fn datagram(
        &mut self,
        at: (Instant, u16, Way),
        port: PortId,
        peer: SocketAddr,
        bytes: &[u8],
        is_damaged: bool,
    ) {
        let (now, shard, way) = at;
        self.hash.take(now, shard, way, bytes);
        // Whose route was damaged may speak past his S-CSCF.
        let is_scscf = [SCSCF.ip(), PAGER.ip()].contains(&peer.ip());
        if self.scene.plan.operator.distrusts && !is_scscf && way == Way::In {
            return self.see(Crossing { at: now, shard, way, what: What::Untrusted });
        }
        match Index::parse(bytes) {
            Ok(index) => {
                let message = MessageView::new(bytes, &index);
                self.see(Crossing {
                    at: now,
                    shard,
                    way,
                    what: What::Sip { port, peer, message, is_damaged },
                });
            }
            Err(malformed) if way == Way::Out => self.unreadable(now, &format!("SIP: {malformed:?}")),
            Err(_) => self.trace.note(now, format_args!("{shard} <- {} octets that are no SIP", bytes.len())),
        }
    }

    /// Octets of a connection.
    pub fn octets(&mut self, at: (Instant, u16, Way), link: LinkNumber, speech: Speech, bytes: &[u8]) {
        let (now, shard, way) = at;
        self.hash.take(now, shard, way, bytes);
        let mut carry = self.carries.remove(&(link, way)).unwrap_or_default();
        carry.extend_from_slice(bytes);
        let mut used = 0;
        while used < carry.len() {
            let rest = &carry[used..];
            let length = match speech {
                Speech::Diameter => {
                    diameter::frame(rest).map_err(|malformed| format!("Diameter: {malformed:?}"))
                }
                Speech::Msrp => match msrp::frame(rest, MESSAGE_OCTETS_MAX) {
                    Frame::Complete { length } => Ok(Some(length)),
                    Frame::Incomplete => Ok(None),
                    Frame::Malformed(malformed) => Err(format!("MSRP: {malformed:?}")),
                },
            };
            match length {
                Ok(None) => break,
                Ok(Some(length)) => {
                    self.message(now, shard, way, link, speech, &rest[..length]);
                    used += length;
                }
                Err(why) => {
                    if way == Way::Out {
                        self.unreadable(now, &why);
                    }
                    used = carry.len();
                }
            }
        }
        carry.drain(..used);
        self.carries.insert((link, way), carry);
    }

    fn message(&mut self, at: Instant, shard: u16, way: Way, link: LinkNumber, speech: Speech, bytes: &[u8]) {
        let what = match speech {
            Speech::Msrp => ChunkView::parse(bytes)
                .map(|chunk| What::Msrp { link, chunk })
                .map_err(|it| format!("MSRP: {it:?}")),
            Speech::Diameter => diameter::MessageView::parse(bytes)
                .map(|message| What::Diameter { link, message })
                .map_err(|it| format!("Diameter: {it:?}")),
        };
        match what {
            Ok(what) => self.see(Crossing { at, shard, way, what }),
            Err(why) if way == Way::Out => self.unreadable(at, &why),
            Err(_) => self.trace.note(at, format_args!("{shard} <- {} octets that are nothing", bytes.len())),
        }
    }

    /// A connection is gone.
    pub fn gone(&mut self, at: Instant, shard: u16, link: LinkNumber) {
        self.carries.remove(&(link, Way::In));
        self.carries.remove(&(link, Way::Out));
        self.see(Crossing { at, shard, way: Way::In, what: What::Gone { link } });
    }

    /// A shard has crashed.
    pub fn crash(&mut self, at: Instant, shard: u16) {
        self.see(Crossing { at, shard, way: Way::In, what: What::Crash });
    }

    /// A shard had its turn.
    pub fn turned(&mut self, at: Instant, shard: u16, gateway: &Gateway) {
        for checker in &mut self.checkers {
            if let Err(why) = checker.turned(at, shard, gateway, &self.scene) {
                self.broken.get_or_insert(Broken { promise: checker.promise(), at, why });
            }
        }
    }

    /// Everybody has come to rest.
    pub fn rest(&mut self, at: Instant, gateway: &Gateway) {
        for checker in &mut self.checkers {
            if let Err(why) = checker.rest(at, gateway, &self.scene) {
                self.broken.get_or_insert(Broken { promise: checker.promise(), at, why });
            }
        }
    }

    /// A promise is broken that no checker keeps: by the world itself.
    pub fn break_promise(&mut self, promise: &'static str, at: Instant, why: String) {
        self.broken.get_or_insert(Broken { promise, at, why });
    }

    fn unreadable(&mut self, at: Instant, why: &str) {
        self.break_promise("readable", at, format!("the gateway sent what nobody can read: {why}"));
    }

    fn see(&mut self, crossing: Crossing<'_>) {
        self.crossings += 1;
        self.trace.crossing(&crossing);
        for checker in &mut self.checkers {
            if let Err(why) = checker.see(&crossing, &self.scene) {
                self.broken.get_or_insert(Broken { promise: checker.promise(), at: crossing.at, why });
            }
        }
    }
}

/// Which gauges must be at nothing when everybody has come to rest.
pub const FOR_GOOD: [Count; 11] = [
    Count::Sessions,
    Count::Leases,
    Count::Transactions,
    Count::Dialogs,
    Count::MsrpSessions,
    Count::Timers,
    Count::Submits,
    Count::Forwards,
    Count::ChatMessages,
    Count::DueReports,
    Count::Errands,
];
const MESSAGE_OCTETS_MAX: usize = 200_000;

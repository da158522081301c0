//! The Diameter side of one shard: its connections to the peers, short messages that wait for an acknowledgement in either direction.
//!
//! Refuses: to know what a chat is, to route by anything but the order of the configuration.
//! In: whole messages of Diameter connections. Out: `DiameterEvent`, messages in a lent buffer.

mod forward;
mod peers;
mod receive;
mod routing;
mod submit;

use alloc::vec::Vec;

use diameter::{EndToEnd, HopByHop, Identity, Ids, SessionId};
use interwork::{MtCorrelationId, SmFailure};
use tempo::Entropy;

use crate::desk::Desk;
use crate::driver::LinkId;
use crate::lanes::{ForwardToken, RepeatKey};
use crate::settings::{DiameterSettings, Settings};
use crate::table::Table;

pub use forward::Forward;
pub use peers::PeerLink;
pub use routing::{NoRoute, RoutingQuery};
pub use submit::{Order, Purpose, Submit};

/// The Diameter side of one shard.
pub struct DiameterRoom {
    settings: DiameterSettings,
    peers: Vec<PeerLink>,
    submits: Table<Submit>,
    forwards: Table<Forward>,
    end_to_end: EndToEnd,
    /// Jitter of the peers' timers.
    chance: Entropy,
    /// The halves of our Session-Ids: the start of the gateway, and a counter.
    session_high: u32,
    session_low: u32,
}

/// What a message means for a chat.
#[derive(Debug)]
pub enum DiameterEvent<'a> {
    /// The SMS side has taken or refused a short message of ours.
    Submitted {
        /// What it was.
        purpose: Purpose,
        /// What became of it.
        result: Result<(), SmFailure>,
    },
    /// An SMS-GMSC asks, through the HSS, where a number can be reached (TS 23.204 6.14 step 3).
    Asked(RoutingQuery<'a>),
    /// A short message has come (TS 23.204 6.14 step 4). It is not acknowledged yet.
    Forwarded {
        /// Whom to tell what became of it.
        token: ForwardToken,
        /// Which routing query it follows.
        correlation: MtCorrelationId,
        /// What a repetition of it has in common with it.
        origin: RepeatKey,
        /// The TPDU.
        tpdu: &'a [u8],
    },
}

impl DiameterRoom {
    /// A room with the peers of the configuration, none of them connected.
    pub fn new(settings: &Settings, desk: &mut Desk) -> Self {
        let submits = settings.sessions_max.saturating_mul(SUBMITS_PER_SESSION).min(HopByHopSpace::SLOTS);
        DiameterRoom {
            peers: PeerLink::all(&settings.diameter),
            submits: Table::new(submits),
            forwards: Table::new(settings.sessions_max.saturating_mul(FORWARDS_PER_SESSION)),
            end_to_end: EndToEnd::first(desk.moment.wall, &mut desk.entropy),
            chance: desk.entropy.fork(),
            session_high: settings.diameter.origin_state_id,
            session_low: 0,
            settings: settings.diameter.clone(),
        }
    }

    /// Short messages that wait for the SMS side.
    pub fn submits(&self) -> usize {
        self.submits.len()
    }

    /// Short messages that wait for us.
    pub fn forwards(&self) -> usize {
        self.forwards.len()
    }

    fn identity(&self) -> Identity<'_> {
        Identity { host: &self.settings.origin_host, realm: &self.settings.origin_realm }
    }

    /// A Session-Id that nobody has used before.
    fn next_session(&mut self) -> (u32, u32) {
        self.session_low = self.session_low.wrapping_add(1);
        (self.session_high, self.session_low)
    }

    fn session_id(&self, (high, low): (u32, u32)) -> SessionId<'_> {
        SessionId::new(&self.settings.origin_host, high, low)
    }

    fn next_ids(&mut self, hop_by_hop: HopByHop) -> Ids {
        self.end_to_end = self.end_to_end.next();
        Ids { hop_by_hop, end_to_end: self.end_to_end, retransmitted: false }
    }
}

/// How a Hop-by-Hop identifier leads back to what waits: twenty bits of slot, twelve of generation. The top slots
/// are left to the base protocol.
struct HopByHopSpace;

impl HopByHopSpace {
    const SLOT_BITS: u32 = 20;
    const SLOTS: usize = (1 << Self::SLOT_BITS) - 1;
    /// Base protocol messages have no place in the table: the peer machine knows what it waits for.
    const BASE: u32 = (1 << Self::SLOT_BITS) - 1;

    fn mint(slot: u32, generation: u32) -> HopByHop {
        HopByHop(generation << Self::SLOT_BITS | slot)
    }

    fn base(counter: u32) -> HopByHop {
        HopByHop(counter << Self::SLOT_BITS | Self::BASE)
    }

    /// Slot and the low bits of the generation.
    fn read(id: HopByHop) -> (u32, u32) {
        (id.0 & Self::BASE, id.0 >> Self::SLOT_BITS)
    }

    fn agrees(generation: u32, low_bits: u32) -> bool {
        generation & (u32::MAX >> Self::SLOT_BITS) == low_bits
    }
}

/// The link of a peer, when it has one.
fn same_link(link: Option<LinkId>, other: LinkId) -> bool {
    link == Some(other)
}

/// Segments on their way to the SMS centre, per chat on average; beyond it messages are refused as "not now".
const SUBMITS_PER_SESSION: usize = 8;
/// Short messages waiting for their acknowledgement, per chat on average; beyond it 3004.
const FORWARDS_PER_SESSION: usize = 4;

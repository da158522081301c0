//! The Diameter side of one shard: its connections to the peers, short messages that wait for an acknowledgement in either direction.
//!
//! Refuses: to know what a chat is, to route by anything but the order of the configuration.
//! In: whole messages of Diameter connections. Out: `DiameterEvent`, messages in a lent buffer.

mod forward;
mod peers;
mod receive;
mod routing;
mod submit;
mod subscriptions;

use alloc::vec::Vec;

use diameter::{HopByHop, MessageView};
use interwork::{Identity, MtCorrelationId, SmFailure, SmOutcome, Subscriber};
use tempo::Instant;

use crate::desk::Desk;
use crate::driver::{LinkId, Outward};
use crate::lanes::{ForwardToken, RepeatKey};
use crate::settings::Settings;
use crate::table::{Key, Table};

pub use forward::{Forward, Forwards};
pub use peers::{Peers, Service};
pub use routing::{NoRoute, RoutingQuery};
pub use submit::{Order, Purpose, Submit, Submits};
pub use subscriptions::{Errand, Notice, Registrant, Subscriptions};

/// The Diameter side of one shard.
pub struct DiameterRoom {
    /// Who we speak with.
    pub peers: Peers,
    /// What we have submitted.
    pub submits: Submits,
    /// What we have to acknowledge.
    pub forwards: Forwards,
    /// What we ask the HSS about chat users.
    pub subscriptions: Subscriptions,
}

/// What a message means for a chat. The text of a short message does not print.
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
    /// The HSS has said what it knows of somebody who has registered, or could not.
    Known {
        /// Who.
        identity: Identity,
        /// What; `None` when there was no answer that can be relied on.
        subscriber: Option<Subscriber>,
        /// How long his registration lasts.
        until: Instant,
    },
    /// What the HSS knows of somebody has changed.
    Changed {
        /// Whom to tell that it was heard.
        notice: Notice<'a>,
        /// Who.
        identity: Identity,
        /// What it knows now.
        subscriber: Subscriber,
    },
}

impl DiameterRoom {
    /// A room with the peers of the configuration, none of them connected.
    pub fn new(settings: &Settings, desk: &mut Desk) -> Self {
        DiameterRoom {
            peers: Peers::new(&settings.diameter, desk),
            submits: Submits::new(settings.sessions_max),
            forwards: Forwards::new(settings.sessions_max),
            subscriptions: Subscriptions::new(settings.sessions_max, &mut desk.entropy),
        }
    }

    /// Submits a segment; see [`Submits::submit`].
    pub fn submit<I: Iterator<Item = char> + Clone>(
        &mut self,
        order: &Order<'_>,
        text: &mut I,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<(), SmFailure> {
        self.submits.submit(order, text, &mut self.peers, desk, out)
    }

    /// A connection is gone: what was under way on it.
    pub fn lost(&self, link: LinkId) -> Vec<Lost> {
        let submits = self.submits.on_link(link).map(Lost::Submit);
        submits.chain(self.subscriptions.on_link(link).map(Lost::Errand)).collect()
    }

    /// It goes another way, or has failed.
    pub fn divert(
        &mut self,
        lost: Lost,
        link: LinkId,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        match lost {
            Lost::Submit(key) => self.submits.divert(key, link, &self.peers, desk, out),
            Lost::Errand(key) => self.subscriptions.divert(key, link, &self.peers, desk, out),
        }
    }

    /// Acknowledges a short message, or says why not; see [`Forwards::acknowledge`].
    pub fn acknowledge(
        &mut self,
        token: ForwardToken,
        outcome: SmOutcome,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        self.forwards.acknowledge(token, outcome, &self.peers, desk, out);
    }
}

/// Something that was under way on a connection that is gone.
#[derive(Clone, Copy, Debug)]
pub enum Lost {
    /// A short message.
    Submit(Key<Submit>),
    /// A question to the HSS.
    Errand(Key<Errand>),
}

/// How a Hop-by-Hop identifier leads back to what waits: from the top a bit for the table, two for the attempt, nine of the
/// generation and twenty of the slot, so that no two requests that wait on a connection share one (RFC 6733 3). The top
/// slots are left to the base protocol. Nine bits come round soon: whoever finds something compares its End-to-End Identifier.
struct HopByHopSpace;

impl HopByHopSpace {
    const SUBMIT: u32 = 0;
    const ERRAND: u32 = 1;
    const SLOT_BITS: u32 = 20;
    const GENERATION_BITS: u32 = 9;
    const ATTEMPT_BITS: u32 = 2;
    const SLOTS: usize = (1 << Self::SLOT_BITS) - 1;
    /// Base protocol messages have no place in the table: the peer machine knows what it waits for.
    const BASE: u32 = (1 << Self::SLOT_BITS) - 1;

    fn mint<T>(table: u32, key: Key<T>, attempt: u8) -> HopByHop {
        let attempt = u32::from(attempt) & ((1 << Self::ATTEMPT_BITS) - 1);
        let high = (table << Self::ATTEMPT_BITS | attempt) << Self::GENERATION_BITS;
        HopByHop((high | Self::low_bits(key.generation)) << Self::SLOT_BITS | key.slot)
    }

    fn base(counter: u32) -> HopByHop {
        HopByHop(counter << Self::SLOT_BITS | Self::BASE)
    }

    /// What waits in `table` for `answer`, and which attempt it answers.
    fn find<T>(table: &Table<T>, answer: &MessageView<'_>) -> Option<(Key<T>, u32)> {
        let id = answer.header().hop_by_hop.0;
        let high = id >> Self::SLOT_BITS;
        let key = table.key_at(id & Self::BASE)?;
        let attempt = high >> Self::GENERATION_BITS & ((1 << Self::ATTEMPT_BITS) - 1);
        (Self::low_bits(key.generation) == Self::low_bits(high)).then_some((key, attempt))
    }

    fn low_bits(generation: u32) -> u32 {
        generation & ((1 << Self::GENERATION_BITS) - 1)
    }
}

//! What all rooms of a shard share: time, timers, counters, chance, policy, and the ways to the other shards.

use alloc::sync::Arc;

use interwork::{Policy, Timer};
use tempo::{Alarm, Entropy, Instant, TimerWheel};

use crate::diameter_room::{Errand, Forward, Submit};
use crate::directory::Directory;
use crate::driver::{LinkId, Moment};
use crate::interwork_room::{Chat, InboundSm, Postponed};
use crate::lanes::{Lanes, ShardId};
use crate::load::Load;
use crate::obsolete::Obsolete;
use crate::sip_room::{Answered, Invite, InviteTimer, Page, PagerMessage, Recall, RecallTimer};
use crate::table::Key;
use crate::tally::{Count, Tally};

/// What all rooms of a shard share.
pub struct Desk {
    /// The moment of the visit.
    pub moment: Moment,
    /// All timers.
    pub wheel: TimerWheel<Ringing>,
    /// All counters.
    pub tally: Tally,
    /// Chance.
    pub entropy: Entropy,
    /// What the operator has decided.
    pub policy: Arc<Policy>,
    /// What every shard may ask.
    pub directory: Arc<dyn Directory>,
    /// What of it this shard must take out again.
    pub obsolete: Obsolete,
    /// How busy this shard is.
    pub load: Load,
    /// To the other shards.
    pub lanes: Arc<Lanes>,
    /// No new chats: the gateway is going out of service.
    pub is_stopping: bool,
}

/// Whose alarm it is. A key that outlived its thing leads nowhere, so a late reminder falls on deaf ears.
#[derive(Clone, Copy, Debug)]
pub enum Ringing {
    /// A timer of an INVITE and its dialog.
    Invite(Key<Invite>, InviteTimer),
    /// The end of a non-INVITE server transaction.
    Answered(Key<Answered>),
    /// A MESSAGE of a chat user that was answered.
    PagerMessage(Key<PagerMessage>),
    /// A MESSAGE of ours.
    Page(Key<Page>, sip::Timer),
    /// An INVITE of ours.
    Recall(Key<Recall>, RecallTimer),
    /// A timer of a chat.
    Chat(Key<Chat>, Timer),
    /// The next segment of a long text, in this place of a chat.
    Joining(Key<Chat>, u8),
    /// An INVITE that waits for what is known of its sender.
    Postponed(Key<Postponed>),
    /// The guard of a submitted short message.
    Submit(Key<Submit>),
    /// The guard of a question to the HSS.
    Errand(Key<Errand>),
    /// The guard of a received short message at the shard that must acknowledge it.
    Forward(Key<Forward>),
    /// The guard of a received short message at the shard that owns its chat.
    Sm(Key<InboundSm>),
    /// Watchdog or reconnection of a Diameter peer.
    Peer(u16),
    /// A connection that has not said what it is for.
    Link(LinkId),
}

impl Desk {
    /// Now.
    pub fn now(&self) -> Instant {
        self.moment.now
    }

    /// This shard.
    pub fn me(&self) -> ShardId {
        self.lanes.me()
    }

    /// Sets `alarm`.
    pub fn arm(&mut self, alarm: &mut Alarm, key: Ringing, deadline: Instant) {
        self.wheel.set(alarm, key, deadline);
    }

    /// Clears `alarm`.
    pub fn disarm(&mut self, alarm: &mut Alarm) {
        self.wheel.clear(alarm);
    }

    /// Is `alarm`, whose reminder has just come up, due?
    pub fn is_due(&mut self, alarm: &mut Alarm, key: Ringing) -> bool {
        self.wheel.is_due(alarm, key, self.moment.now)
    }

    /// One more of `count`.
    pub fn count(&mut self, count: Count) {
        self.tally.add(count);
    }
}

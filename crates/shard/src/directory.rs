//! What every shard may ask: the seam to the only state that is shared.

use core::fmt::Debug;

use interwork::{Identity, Msisdn, MtCorrelationId, PeerId, Rate, Subscriber};
use tempo::Instant;

use crate::lanes::ShardId;
use crate::reach::Reach;

/// Something in the directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remembered {
    /// The number behind an MT-Correlation-ID.
    Announcement(MtCorrelationId),
    /// That the HSS is being asked about a chat user.
    Awaited(Identity),
    /// What is known of a chat user.
    Subscriber(Identity),
    /// How a chat user is reached.
    Reach(Msisdn),
    /// What he has left of what he may do in a time.
    Allowance(Identity, Limited),
}

/// What a chat user may do so often in a time, on all shards together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Limited {
    /// Begin a chat.
    Invitation,
    /// Send a message outside of any chat.
    Message,
}

/// May he, once more?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spent {
    /// Yes. Whoever hears when it `ends` has made an entry that is to be taken out then, or later.
    Granted {
        /// When the entry says nothing any more, unless more is spent.
        ends: Option<Instant>,
    },
    /// Not before this moment.
    NotBefore(Instant),
    /// Nobody knows, as too many others are counted.
    NoRoom,
}

/// Shared, read often, written seldom; never on the path of a message inside a chat.
pub trait Directory: Send + Sync + Debug {
    /// Remembers which number a routing query asked for, until `until`. `false` when there is no room.
    fn announce(&self, id: MtCorrelationId, number: Msisdn, until: Instant) -> bool;

    /// The number behind an MT-Correlation-ID that was announced and has not run out at `now`. It stays known: the
    /// SMS centre may send several messages under one answer, and repeat each.
    fn announced(&self, id: MtCorrelationId, now: Instant) -> Option<Msisdn>;

    /// Remembers what is known of a chat user, until `until`. `false` when there is no room.
    fn remember(&self, identity: Identity, subscriber: Subscriber, until: Instant) -> bool;

    /// Something of a chat user who is remembered has changed; how long he is stays.
    fn revise(&self, identity: Identity, subscriber: Subscriber);

    /// The HSS is being asked about somebody of whom nothing is known; until `until` at the latest it will have said something.
    /// `false` when there is no room, or that is known already.
    fn await_data(&self, identity: Identity, until: Instant) -> bool;

    /// It has said all that it will.
    fn has_data(&self, identity: Identity);

    /// Is somebody's data on the way?
    fn awaits(&self, identity: Identity, now: Instant) -> bool;

    /// Is anybody's? Asked for each INVITE.
    fn awaits_any(&self) -> bool;

    /// A chat user has chats on a shard, or none there any more.
    fn has_chats(&self, peer: PeerId, shard: ShardId, has: bool);

    /// Has he chats on this shard?
    fn are_chats_on(&self, peer: PeerId, shard: ShardId) -> bool;

    /// What is known of a chat user at `now`.
    fn subscriber(&self, identity: Identity, now: Instant) -> Option<Subscriber>;

    /// Forgets a chat user.
    fn forget(&self, identity: Identity);

    /// Chat users of whom something is known.
    fn subscribers(&self) -> usize;

    /// Uses up one of what a chat user may do so often.
    fn spend(&self, who: Identity, what: Limited, rate: Rate, now: Instant) -> Spent;

    /// Chat users of whom it is counted what they do.
    fn allowances(&self) -> usize;

    /// Remembers how the chat user with this number is reached, until `until`. `false` when there is no room.
    fn attach(&self, number: Msisdn, reach: Reach, until: Instant) -> bool;

    /// How the chat user with this number is reached at `now`; `None` when he is not registered.
    fn reach(&self, number: Msisdn, now: Instant) -> Option<Reach>;

    /// The chat user with this number is reached no more.
    fn detach(&self, number: Msisdn);

    /// Forgets this, if it has run out at `now`; when it will, if it has not.
    fn expire(&self, what: Remembered, now: Instant) -> Option<Instant>;

    /// Correlation ids that are waiting.
    fn announcements(&self) -> usize;
}

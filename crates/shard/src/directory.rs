//! What every shard may ask: the seam to the only state that is shared.

use core::fmt::Debug;

use interwork::{Identity, Msisdn, MtCorrelationId, Subscriber};
use tempo::Instant;

/// Something in the directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remembered {
    /// The number behind an MT-Correlation-ID.
    Announcement(MtCorrelationId),
    /// What is known of a chat user.
    Subscriber(Identity),
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

    /// What is known of a chat user at `now`.
    fn subscriber(&self, identity: Identity, now: Instant) -> Option<Subscriber>;

    /// Forgets a chat user.
    fn forget(&self, identity: Identity);

    /// Chat users of whom something is known.
    fn subscribers(&self) -> usize;

    /// Forgets this, if it has run out at `now`; when it will, if it has not.
    fn expire(&self, what: Remembered, now: Instant) -> Option<Instant>;

    /// Correlation ids that are waiting.
    fn announcements(&self) -> usize;
}

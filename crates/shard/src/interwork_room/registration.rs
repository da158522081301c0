//! Chat users come and go (TS 23.204 6.1 and 6.2): what is known of them is in the directory, where every shard finds it.

use interwork::{Identity, Subscriber};
use tempo::Duration;

use super::Hands;
use crate::driver::Outward;
use crate::tally::Count;

/// A chat user is there. What is known of him already stays; of somebody new only that the S-CSCF has sent him here, which is what
/// his filter criteria say he may.
pub(super) fn registered<O: Outward>(identity: Identity, life: Duration, hands: &mut Hands<'_, O>) {
    let desk = &mut *hands.desk;
    desk.count(Count::Registrations);
    let now = desk.now();
    let subscriber = desk.directory.subscriber(identity, now).unwrap_or(Subscriber::ANYBODY);
    if !desk.directory.remember(identity, subscriber, now + life) {
        desk.count(Count::Overloads);
    }
}

/// A chat user is gone. A chat that he has goes on: he is still there to say goodbye to.
pub(super) fn deregistered<O: Outward>(identity: Identity, hands: &mut Hands<'_, O>) {
    hands.desk.directory.forget(identity);
}

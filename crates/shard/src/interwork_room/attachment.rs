//! How registered chat users are reached outside of a chat: kept in the directory while they are registered (TS 23.204 6.1, 6.2).
//!
//! Only what a short message can lead to is kept: users with a number, where the operator lets short messages through.

use interwork::{Identity, Msisdn, WithoutChat};
use tempo::Duration;

use super::Hands;
use crate::desk::Desk;
use crate::diameter_room::Registrant;
use crate::directory::Remembered;
use crate::driver::Outward;
use crate::reach::Reach;
use crate::tally::Count;

/// A chat user is there, or still there; the S-CSCF `scscf` has said so from `from`.
pub(super) fn attached<O: Outward>(
    registrant: &Registrant<'_>,
    (scscf, from): (Option<&[u8]>, core::net::SocketAddr),
    life: Duration,
    hands: &mut Hands<'_, O>,
) {
    let desk = &mut *hands.desk;
    let Identity::Number(number) = registrant.identity else { return };
    if desk.policy.without_chat == WithoutChat::Refuse {
        return;
    }
    let until = desk.now() + life;
    let reach = Reach::new(registrant.uri, scscf, from);
    if reach.is_some_and(|reach| desk.directory.attach(number, reach, until)) {
        desk.obsolete.put(Remembered::Reach(number), until);
    } else {
        // Too long an address is one limit more that he meets: he is there, and cannot be reached.
        desk.directory.detach(number);
        desk.count(Count::Overloads);
    }
}

/// A chat user is gone. To be told before what is known of him is forgotten: an S-CSCF need not say his number at the end.
pub(super) fn detached<O: Outward>(registrant: &Registrant<'_>, hands: &mut Hands<'_, O>) {
    let desk = &*hands.desk;
    if let Some(number) = number_of(registrant, desk) {
        desk.directory.detach(number);
    }
}

pub(super) fn number_of(registrant: &Registrant<'_>, desk: &Desk) -> Option<Msisdn> {
    match registrant.identity {
        Identity::Number(number) => Some(number),
        name => desk.directory.subscriber(name, desk.now())?.number,
    }
}

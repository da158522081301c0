//! How registered chat users are reached outside of a chat: kept in the directory while they are registered (TS 23.204 6.1, 6.2).
//!
//! Only what a short message can lead to is kept: users with a number, where the operator lets short messages through or has
//! users called back.

use core::net::SocketAddr;

use interwork::{Identity, Msisdn, WithoutChat};
use tempo::{Duration, Instant};

use crate::desk::Desk;
use crate::diameter_room::Registrant;
use crate::directory::Remembered;
use crate::reach::Reach;
use crate::tally::Count;

/// How an S-CSCF is reached: what it calls itself, and where it has spoken from.
pub(crate) type Way<'a> = (Option<&'a [u8]>, SocketAddr);

/// A chat user is there, or still there, until then.
pub(crate) fn attached(registrant: &Registrant<'_>, (scscf, from): Way<'_>, until: Instant, desk: &mut Desk) {
    let Identity::Number(number) = registrant.identity else { return };
    let is_called = desk.policy.call_back || desk.policy.recall > Duration::ZERO;
    if desk.policy.without_chat == WithoutChat::Refuse && !is_called {
        return;
    }
    let reach = Reach::new(registrant.uri, scscf, from);
    if reach.is_some_and(|reach| desk.directory.attach(number, reach, until)) {
        desk.obsolete.put(Remembered::Reach(number), until);
    } else {
        // Too long an address is one limit more that he meets: he is there, and cannot be reached.
        desk.directory.detach(number);
        desk.count(Count::Overloads);
    }
}

/// The chat user with this number is gone.
pub(crate) fn detached(number: Option<Msisdn>, desk: &Desk) {
    if let Some(number) = number {
        desk.directory.detach(number);
    }
}

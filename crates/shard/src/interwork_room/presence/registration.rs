//! Chat users come and go (TS 23.204 6.1 and 6.2): what is known of them is in the directory, where every shard finds it.

use diameter::{Experimental, Outcome};
use interwork::{Goodbye, Identity, Msisdn, PeerId, Subscriber};
use tempo::{Duration, Instant};

use super::attachment::{self, Way};
use super::endings::send_away;
use crate::desk::Desk;
use crate::diameter_room::{Notice, Registrant, Service};
use crate::directory::Remembered;
use crate::driver::Outward;
use crate::interwork_room::{Hands, InterworkRoom};
use crate::tally::Count;

/// A chat user is there: the HSS is asked about him. Without an HSS what is known of him already stays; of somebody new
/// only that the S-CSCF has sent him here, which is what his filter criteria say he may.
pub(crate) fn registered<O: Outward>(
    room: &mut InterworkRoom,
    registrant: Registrant<'_>,
    way: Way<'_>,
    life: Duration,
    hands: &mut Hands<'_, O>,
) {
    let until = hands.desk.now() + life.min(LIFE_MAX);
    attachment::attached(&registrant, way, until, hands.desk);
    if let Identity::Number(number) = registrant.identity {
        room.presence.arrive(number, PeerId::of(registrant.uri));
    }
    introduce(registrant, until, hands);
    let Hands { diameter, desk, out, .. } = hands;
    desk.count(Count::Registrations);
    let is_asked = diameter.subscriptions.begin(registrant, until, &mut diameter.peers, desk, *out);
    let found = desk.directory.subscriber(registrant.identity, desk.now());
    if is_asked && found.is_none() {
        let latest = desk.now() + AWAITED;
        if desk.directory.await_data(registrant.identity, latest) {
            desk.obsolete.put(Remembered::Awaited(registrant.identity), latest);
        }
    }
    let is_missed = is_asked || Service::Subscribers.is_given(&diameter.peers);
    // What is known holds as long as he is registered, or until the HSS says otherwise: it may take longer for that than
    // what it said at the last registration lasts.
    keep(registrant.identity, found.or((!is_missed).then_some(Subscriber::ANYBODY)), until, hands);
    if !is_asked {
        hands.desk.directory.has_data(registrant.identity);
    }
}

/// He may invite by name only, and is the same as by his number.
fn introduce<O: Outward>(registrant: Registrant<'_>, until: Instant, hands: &mut Hands<'_, O>) {
    if let (Identity::Number(number), Some(name)) = (registrant.identity, registrant.name()) {
        let by_name = Subscriber { number: Some(number), ..Subscriber::ANYBODY };
        keep(Identity::Name(name), Some(by_name), until, hands);
    }
}

/// The HSS has answered, or has not: then what it said the last time holds (the fail-closed policy for everybody else).
pub(crate) fn known<O: Outward>(
    room: &mut InterworkRoom,
    identity: Identity,
    subscriber: Option<Subscriber>,
    until: Instant,
    hands: &mut Hands<'_, O>,
) {
    let now = hands.desk.now();
    // interworking 11 row 36
    let found = subscriber.or_else(|| hands.desk.directory.subscriber(identity, now));
    if subscriber.is_none() {
        hands.desk.count(Count::HssSilent);
    }
    keep(identity, found, until, hands);
    hands.desk.directory.has_data(identity);
    // That he may no longer can be told while nobody hears it, and is then heard when he registers again.
    if subscriber.is_some_and(|subscriber| !subscriber.is_authorised) {
        forbid(room, [identity, identity], hands);
    }
}

/// He may chat no more.
// interworking 2.8 item 19
fn forbid<O: Outward>(room: &mut InterworkRoom, identities: [Identity; 2], hands: &mut Hands<'_, O>) {
    if hands.desk.policy.end_at_deregistration {
        send_away(room, identities, Goodbye::NotAuthorised, hands);
    }
}

// TS 23.204 6.1 item 4.
fn keep<O: Outward>(
    identity: Identity,
    subscriber: Option<Subscriber>,
    until: Instant,
    hands: &mut Hands<'_, O>,
) {
    let Some(subscriber) = subscriber else { return };
    let desk = &mut *hands.desk;
    if desk.directory.remember(identity, subscriber, until) {
        desk.obsolete.put(Remembered::Subscriber(identity), until);
    } else {
        desk.count(Count::Overloads);
    }
}

/// What the HSS knows of a chat user has changed (TS 23.204 6.1 item 5). It says nothing of his service centre, so that stays.
pub(crate) fn changed<O: Outward>(
    room: &mut InterworkRoom,
    notice: &Notice<'_>,
    identity: Identity,
    subscriber: Subscriber,
    hands: &mut Hands<'_, O>,
) {
    let Hands { diameter, desk, out, .. } = hands;
    let now = desk.now();
    // Watched by his name, remembered by his number.
    let number = desk.directory.subscriber(identity, now).and_then(|before| before.number);
    let watched = identity;
    let identity = number.map_or(watched, Identity::Number);
    let Some(before) = desk.directory.subscriber(identity, now) else {
        return diameter.confirm(notice, Experimental::USER_UNKNOWN.into(), desk, *out);
    };
    let service_centre = subscriber.service_centre.or(before.service_centre);
    desk.directory.revise(identity, Subscriber { service_centre, ..subscriber });
    diameter.confirm(notice, Outcome::Success, desk, *out);
    if !subscriber.is_authorised {
        forbid(room, [watched, identity], hands);
    }
}

/// A chat user has left with one of his identities (TS 23.204 6.2 item 1). With the last he is gone, and by the operator's policy
/// his chats end, on whatever shard they are.
pub(crate) fn deregistered<O: Outward>(
    room: &mut InterworkRoom,
    registrant: Registrant<'_>,
    hands: &mut Hands<'_, O>,
) {
    // An S-CSCF need not say his number at the end: he is the one who was known by it.
    let number = number_of(&registrant, hands.desk);
    let identity = number.map_or(registrant.identity, Identity::Number);
    let registrant = Registrant { identity, ..registrant };
    let name = registrant.name();
    if let Some(name) = name {
        hands.desk.directory.forget(Identity::Name(name));
    }
    if number.is_some_and(|number| !room.presence.leave(number, PeerId::of(registrant.uri))) {
        return;
    }
    attachment::detached(number, hands.desk);
    // interworking 2.8 item 19
    if hands.desk.policy.end_at_deregistration {
        let identities = [identity, name.map_or(identity, Identity::Name)];
        send_away(room, identities, Goodbye::Unregistered, hands);
    }
    let Hands { diameter, desk, out, .. } = hands;
    desk.directory.forget(identity);
    desk.directory.has_data(identity);
    diameter.subscriptions.end(registrant, &mut diameter.peers, desk, *out);
}

/// What is known of a registrant's number: what the S-CSCF says, or what his name was known by.
fn number_of(registrant: &Registrant<'_>, desk: &Desk) -> Option<Msisdn> {
    match registrant.identity {
        Identity::Number(number) => Some(number),
        name => desk.directory.subscriber(name, desk.now())?.number,
    }
}

/// The HSS has two questions to answer before it is known who somebody is, and another HSS may have to be asked each.
const AWAITED: Duration = Duration::from_secs(21);
/// No registrar grants more; whoever says so keeps our memory no longer than this.
const LIFE_MAX: Duration = Duration::from_secs(30 * 86_400);

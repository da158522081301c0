//! The network of a world: what becomes of datagrams and streams between those who send and those who receive.

use std::net::SocketAddr;

use actors::{Effect, Event as Cue, Opening as CueOpening, Participant};
use diameter::MessageView;
use shard::{LinkId, MSRP, OWN_SIP, Opening, Request};
use tempo::{Duration, Instant};

use crate::cast::{ACTORS, SMS_GMSC, address_of, listener, receiver};
use crate::chance::Draw;
use crate::lies::LIAR;
use crate::links::{End, Link, LinkNumber, Side, name, named};
use crate::paper::{Coming, Going};
use crate::places::{GATEWAY_SIP, media_shard, own_sip, sip_port};
use crate::proxy;
use crate::queue::Event;
use crate::watch::{Speech, Way};
use crate::world::World;

/// Carries what a shard says.
pub(crate) fn carry(world: &mut World, shard: u16, going: Going) {
    match going {
        Going::Datagram { port, to, bytes } => {
            let at = world.crossing(shard, Way::Out);
            world.watch.datagram(at, port, to, &bytes, false);
            let from = if port == OWN_SIP { own_sip(shard) } else { GATEWAY_SIP };
            world.troubles.overhear(&bytes);
            if proxy::passes_on(world, from, to, &bytes) {
                send(world, from, to, bytes);
            }
        }
        Going::Stream { link, bytes } => {
            let Some((number, side)) = world.links.of_shard(shard, world.gateway.life(shard), link) else {
                return;
            };
            let speech = speech(world, number);
            let at = world.crossing(shard, Way::Out);
            world.watch.octets(at, number, speech, &bytes);
            write(world, number, side, bytes);
        }
        Going::Request(Request::Connect { tag, to }) => {
            let caller = End::Shard { shard, life: world.gateway.life(shard), link: NOT_YET };
            dial(world, caller, tag, to);
        }
        Going::Request(Request::Close { link }) => {
            if let Some((number, side)) = world.links.of_shard(shard, world.gateway.life(shard), link) {
                close(world, number, side);
            }
        }
    }
}

/// Does what an actor wants.
pub(crate) fn carry_out(world: &mut World, actor: usize, effect: Effect) {
    match effect {
        Effect::Datagram { to, bytes } => {
            if !world.troubles.is_silent(actor) {
                send(world, address_of(actor), to, bytes);
            }
        }
        Effect::Connect { tag, to } => dial(world, End::Actor(actor), tag, to),
        Effect::Bytes { link, bytes } => {
            if world.troubles.is_silent(actor) {
                return;
            }
            let (number, side) = named(link);
            if world.troubles.holds(actor, number, side, &bytes) {
                return;
            }
            let again = again(world, actor, &bytes);
            write(world, number, side, bytes);
            if let Some(again) = again {
                write(world, number, side, again);
            }
        }
        Effect::Close { link } => {
            let (number, side) = named(link);
            close(world, number, side);
        }
        Effect::Letter { to, letter } => {
            let from = world.cast.actor(actor).name();
            let reader = (0..ACTORS).find(|place| world.cast.actor(*place).name() == to);
            if let Some(to) = reader {
                world.queue.push(world.now() + LETTER, Event::Letter { to, from, letter });
            }
        }
        Effect::Sighting(sighting) => {
            let is_aside = ![sighting.from, sighting.to].contains(&Participant::Gateway);
            if is_aside && sighting.from != Participant::Scscf && sighting.to != Participant::Scscf {
                let (from, to, what) = (sighting.from, sighting.to, &sighting.what);
                world.watch.trace.note(world.clock.now(), format_args!("          {from} -> {to}: {what}"));
            }
        }
    }
}

/// A request that is sent twice: as it was, and with the T flag.
fn again(world: &World, actor: usize, bytes: &[u8]) -> Option<Vec<u8>> {
    let is_request = MessageView::parse(bytes).is_ok_and(|view| {
        view.header().flags.request && view.header().command == diameter::Command::MT_FORWARD_SHORT_MESSAGE
    });
    (actor == SMS_GMSC && is_request && world.troubles.is_repeating()).then(|| {
        let mut again = bytes.to_vec();
        again[FLAGS] |= RETRANSMITTED;
        again
    })
}

/// A datagram leaves. Between the gateway and its peers it may be lost, doubled, delayed, damaged.
pub(crate) fn send(world: &mut World, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
    let shards = world.gateway.shards();
    if sip_port(from, shards).is_none() && sip_port(to, shards).is_none() {
        let is_damaged = false;
        return world.queue.push(world.now() + HOME, Event::Datagram { from, to, bytes, is_damaged });
    }
    let terms = world.terms;
    if world.troubles.is_partitioned() || world.net.per_mille(terms.loss) {
        return;
    }
    if world.net.per_mille(terms.twice) {
        post(world, from, to, bytes.clone(), false);
    }
    let (mut bytes, mut is_damaged) = (bytes, false);
    if world.net.per_mille(terms.damaged) && !bytes.is_empty() {
        let at = world.net.below(bytes.len() as u64) as usize;
        // Never a digit: a number that becomes another one would be somebody else's chat.
        bytes[at] = *world.net.one_of(&[0, b' ', b'\n', b'x', 0xFF]);
        is_damaged = true;
    }
    if world.net.per_mille(terms.truncated) {
        bytes.truncate(world.net.below(bytes.len() as u64) as usize);
        is_damaged = true;
    }
    post(world, from, to, bytes, is_damaged);
}

fn post(world: &mut World, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>, is_damaged: bool) {
    let mut at = world.now() + delay(world);
    if world.net.per_mille(world.terms.late) {
        at = at + Duration::from_millis(world.net.below(1000));
    }
    world.queue.push(at, Event::Datagram { from, to, bytes, is_damaged });
}

fn delay(world: &mut World) -> Duration {
    Duration::from_micros(world.terms.delay_us + world.net.below(world.terms.jitter_us + 1))
}

pub(crate) fn datagram_arrives(
    world: &mut World,
    from: SocketAddr,
    to: SocketAddr,
    bytes: &[u8],
    is_damaged: bool,
) {
    if let Some(actor) = receiver(to) {
        return world.tell(actor, Cue::Datagram { from, bytes });
    }
    let Some(own) = sip_port(to, world.gateway.shards()) else { return };
    let (shard, port) = world.shard_at(own);
    if !world.gateway.is_there(shard) || bytes.is_empty() {
        return;
    }
    let at = world.crossing(shard, Way::In);
    world.watch.datagram(at, port, from, bytes, is_damaged);
    world.bring(shard, Coming::Datagram { port, from, bytes: bytes.to_vec() });
}

/// Somebody wants a connection.
pub(crate) fn dial(world: &mut World, caller: End, tag: u64, to: SocketAddr) {
    let called = match listener(to) {
        Some(actor) => Some(End::Actor(actor)),
        None => media_shard(to, world.gateway.shards()).map(|shard| End::Shard {
            shard,
            life: world.gateway.life(shard),
            link: NOT_YET,
        }),
    };
    let Some(called) = called else {
        return tell_not_opened(world, caller, tag);
    };
    let port = matches!(called, End::Shard { .. }).then_some(MSRP);
    let number = world.links.add(Link {
        ends: [caller, called],
        tag,
        port,
        open: [false, false],
        is_broken: false,
        is_closing: [false, false],
        front: [Instant::ZERO; 2],
    });
    let at = world.now() + delay(world);
    world.queue.push(at, Event::Dialled { link: number });
}

/// It is there, unless the called one is not.
pub(crate) fn dialled(world: &mut World, number: LinkNumber) {
    let link = world.links.link(number).clone();
    let is_there = |end: End| match end {
        End::Shard { shard, life, .. } => world.gateway.is_there(shard) && world.gateway.life(shard) == life,
        End::Actor(actor) => !world.troubles.is_away(actor),
    };
    let [caller_is_there, called_is_there] = link.ends.map(is_there);
    if !caller_is_there || !called_is_there {
        let broken = world.links.link(number);
        (broken.is_broken, broken.open) = (true, [false, false]);
        world.links.sweep(number);
        if caller_is_there {
            tell_not_opened(world, link.ends[Side::Caller.place()], link.tag);
        }
        return;
    }
    for side in [Side::Called, Side::Caller] {
        open(world, number, side);
    }
}

fn open(world: &mut World, number: LinkNumber, side: Side) {
    let ends = world.links.link(number).ends;
    let (tag, port) = (world.links.link(number).tag, world.links.link(number).port);
    let peer = match ends[side.other().place()] {
        End::Actor(actor) => address_of(actor),
        End::Shard { shard, .. } => own_sip(shard),
    };
    world.links.link(number).open[side.place()] = true;
    match ends[side.place()] {
        End::Shard { shard, life, .. } => {
            let Some(named) = world.gateway.take_place(shard) else { return };
            world.links.link(number).ends[side.place()] = End::Shard { shard, life, link: named };
            let opening = match (side, port) {
                (Side::Called, Some(port)) => Opening::Accepted { port },
                _ => Opening::Connected { tag },
            };
            world.bring(shard, Coming::Opened { link: named, opening, peer });
        }
        End::Actor(actor) => {
            let opening = match side {
                Side::Called => CueOpening::Accepted,
                Side::Caller => CueOpening::Connected { tag },
            };
            if actor == LIAR {
                let said = world.troubles.say_when_open.take().unwrap_or_default();
                return write(world, number, side, said);
            }
            world.tell(actor, Cue::Opened { link: name(number, side), opening, peer });
        }
    }
}

fn tell_not_opened(world: &mut World, caller: End, tag: u64) {
    match caller {
        End::Shard { shard, .. } => world.bring(shard, Coming::NotOpened { tag }),
        End::Actor(actor) => world.tell(actor, Cue::NotOpened { tag }),
    }
}

/// Octets leave one end; the other gets them in their order, in pieces.
pub(crate) fn write(world: &mut World, number: LinkNumber, from: Side, bytes: Vec<u8>) {
    let to = from.other();
    let link = world.links.link(number);
    if link.is_broken || link.is_closing[from.place()] || !link.open[from.place()] {
        return;
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = match world.net.per_mille(world.terms.pieces) {
            true => world.net.between(1, rest.len() as u64) as usize,
            false => rest.len(),
        };
        let piece: Vec<u8> = rest.drain(..length).collect();
        let delay = delay(world);
        let now = world.now();
        let front = &mut world.links.link(number).front[to.place()];
        *front = (*front).max(now + delay);
        world.queue.push(*front, Event::Octets { link: number, at: to, bytes: piece });
    }
}

pub(crate) fn octets_arrive(world: &mut World, number: LinkNumber, at: Side, bytes: Vec<u8>) {
    let link = world.links.link(number);
    if link.is_broken || !link.open[at.place()] || link.is_closing[at.place()] {
        return;
    }
    match link.ends[at.place()] {
        End::Shard { shard, link, .. } => {
            let speech = speech(world, number);
            let crossing = world.crossing(shard, Way::In);
            world.watch.octets(crossing, number, speech, &bytes);
            world.bring(shard, Coming::Stream { link, bytes });
        }
        End::Actor(actor) => world.tell(actor, Cue::Bytes { link: name(number, at), bytes: &bytes }),
    }
}

/// One end has said all.
pub(crate) fn close(world: &mut World, number: LinkNumber, from: Side) {
    let now = world.now();
    let link = world.links.link(number);
    if link.is_broken || std::mem::replace(&mut link.is_closing[from.place()], true) {
        return;
    }
    let behind = link.front[from.other().place()].max(now) + Duration::from_micros(1);
    world.queue.push(behind, Event::Gone { link: number, at: from });
    world.queue.push(behind, Event::Gone { link: number, at: from.other() });
}

/// The connection breaks, with all that is under way.
pub(crate) fn break_link(world: &mut World, number: LinkNumber) {
    world.links.link(number).is_broken = true;
    for side in [Side::Caller, Side::Called] {
        let at = world.now() + delay(world);
        world.queue.push(at, Event::Gone { link: number, at: side });
    }
}

pub(crate) fn gone(world: &mut World, number: LinkNumber, at: Side) {
    let link = world.links.link(number);
    if !std::mem::replace(&mut link.open[at.place()], false) {
        return;
    }
    let end = link.ends[at.place()];
    world.links.sweep(number);
    match end {
        End::Shard { shard, link, .. } => {
            world.gateway.release_place(shard, link);
            world.watch.gone(world.clock.now(), shard, number);
            world.bring(shard, Coming::Closed { link });
        }
        End::Actor(actor) => world.tell(actor, Cue::Closed { link: name(number, at) }),
    }
}

fn speech(world: &mut World, number: LinkNumber) -> Speech {
    match world.links.link(number).port {
        Some(_) => Speech::Msrp,
        None => Speech::Diameter,
    }
}

/// A connection that is only asked for has no name.
const NOT_YET: LinkId = LinkId { index: u32::MAX, generation: 0 };
/// How long a letter takes.
const LETTER: Duration = Duration::from_millis(1);
/// How long a datagram takes that stays among the peers.
const HOME: Duration = Duration::from_micros(300);
/// Where the flags stand in a Diameter header, and which one says "again" (RFC 6733 3).
const FLAGS: usize = 4;
const RETRANSMITTED: u8 = 0x10;

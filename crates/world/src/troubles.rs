//! What goes wrong: the calendar of faults, as it is carried out.

use actors::Manner;
use diameter::base::{Disconnect, DisconnectCause};
use diameter::{EndToEnd, Experimental, HopByHop, Identity, Ids, ResultCode};
use shard::{Cargo, Driver, SHARED_SIP, ShardId};
use tempo::{Duration, Instant};

use crate::cast::{ACTORS, CENTRE, CHAT_USER, SMS_GMSC, SUBSCRIBERS, host_at};
use crate::lies;
use crate::links::{End, LinkNumber, Side};
use crate::network;
use crate::places::{REALM, SCSCF};
use crate::plan::{Fault, Manners, Peer, What, sms_user};
use crate::queue::Event;
use crate::world::World;
use crate::written::written;

/// What is wrong now: how many faults of a kind are under way.
pub struct Troubles {
    silent: [u32; ACTORS],
    away: [u32; ACTORS],
    hung: [u32; ACTORS],
    /// What those say later who hang.
    held: Vec<(usize, LinkNumber, Side, Vec<u8>)>,
    partitions: u32,
    repeating: u32,
    no_datagrams: Vec<u32>,
    no_streams: Vec<u32>,
    stalled_until: Vec<Instant>,
    /// The last datagram of the gateway, for whoever repeats it to it.
    pub overheard: Vec<u8>,
    /// What a liar says as soon as somebody listens.
    pub say_when_open: Option<Vec<u8>>,
}

impl Troubles {
    /// Nothing is wrong.
    pub fn new(shards: u16) -> Self {
        let shards = usize::from(shards);
        Troubles {
            silent: [0; ACTORS],
            away: [0; ACTORS],
            hung: [0; ACTORS],
            held: Vec::new(),
            partitions: 0,
            repeating: 0,
            no_datagrams: vec![0; shards],
            no_streams: vec![0; shards],
            stalled_until: vec![Instant::ZERO; shards],
            overheard: Vec::new(),
            say_when_open: None,
        }
    }

    /// Does an actor say nothing?
    pub fn is_silent(&self, actor: usize) -> bool {
        self.silent[actor] > 0
    }

    /// Does an actor take no connection?
    pub fn is_away(&self, actor: usize) -> bool {
        self.away.get(actor).is_some_and(|away| *away > 0)
    }

    /// Does an actor hang? Then he says this later.
    pub fn holds(&mut self, actor: usize, number: LinkNumber, side: Side, bytes: &[u8]) -> bool {
        let is_hung = self.hung[actor] > 0;
        if is_hung {
            self.held.push((actor, number, side, bytes.to_vec()));
        }
        is_hung
    }

    /// Does no datagram pass?
    pub fn is_partitioned(&self) -> bool {
        self.partitions > 0
    }

    /// Does the SMS-GMSC say everything twice?
    pub fn is_repeating(&self) -> bool {
        self.repeating > 0
    }

    /// Does a shard find no buffers: for datagrams, for streams?
    pub fn starves(&self, shard: u16) -> (bool, bool) {
        let shard = usize::from(shard);
        (self.no_datagrams[shard] > 0, self.no_streams[shard] > 0)
    }

    /// Until when a shard has no turn.
    pub fn stalled_until(&self, shard: u16, now: Instant) -> Option<Instant> {
        Some(self.stalled_until[usize::from(shard)]).filter(|until| *until > now)
    }

    /// Somebody listens.
    pub fn overhear(&mut self, bytes: &[u8]) {
        self.overheard.clear();
        self.overheard.extend_from_slice(bytes);
    }
}

pub(crate) fn begin(world: &mut World, place: usize) {
    let Fault { what, for_ms, .. } = world.plan.faults[place];
    let lasts = Duration::from_millis(for_ms);
    let until = world.now() + lasts;
    world.watch.trace.note(world.clock.now(), format_args!("*** {what:?} for {lasts:?}"));
    world.queue.push(until, Event::Ends { fault: place });
    match what {
        What::GatewayCrash => {
            (0..world.gateway.shards()).for_each(|shard| crash(world, shard));
            world.queue.push(until, Event::Reborn { shard: None });
        }
        What::ShardCrash(shard) => {
            crash(world, shard);
            world.queue.push(until, Event::Reborn { shard: Some(shard) });
        }
        What::Leaving => {
            for shard in 0..world.gateway.shards() {
                // To a full inbox it is not said: that shard dies as it lived.
                let _ = world.gateway.lanes(shard).push(ShardId(shard), Cargo::Stop, &[]);
                world.plan_turn(shard);
            }
        }
        What::Goodbye(peer) => say_goodbye(world, actor_of(peer), true),
        What::Lingering(peer) => say_goodbye(world, actor_of(peer), false),
        What::Reset(peer) => {
            for (number, _) in links_of(world, actor_of(peer)) {
                network::break_link(world, number);
            }
        }
        What::Stall(shard) => world.troubles.stalled_until[usize::from(shard)] = until,
        What::FullInbox(shard) => {
            world.troubles.stalled_until[usize::from(shard)] = until;
            fill_inbox(world, shard);
        }
        What::Leap(seconds) => world.clock.leap(seconds.into()),
        What::Centre(manners) => treat_all(
            world,
            match manners {
                Manners::Slow => Manner::Late(Duration::from_secs(4)),
                Manners::Silent => Manner::Silent,
                Manners::Refusing => Manner::Refuse(Experimental::USER_UNKNOWN),
                Manners::Busy => Manner::Fail(ResultCode::TOO_BUSY),
            },
        ),
        What::HssThinks(thinks_ms) => world.cast.hss.think(Duration::from_millis(thinks_ms)),
        What::SlowReader(peer) => fill_buffers(world, actor_of(peer)),
        What::Lie(lie) => lies::lie(world, lie),
        _ => count(world, what, 1),
    }
}

pub(crate) fn end(world: &mut World, place: usize) {
    match world.plan.faults[place].what {
        What::Centre(_) => treat_all(world, Manner::Prompt),
        What::HssThinks(_) => world.cast.hss.think(Duration::ZERO),
        What::SlowReader(_) => drain_buffers(world),
        What::Leaving => {
            (0..world.gateway.shards()).for_each(|shard| crash(world, shard));
            world.start_shards(None);
        }
        What::Lingering(peer) => {
            for (number, side) in links_of(world, actor_of(peer)) {
                network::close(world, number, side);
            }
        }
        what @ What::Hung(_) => {
            count(world, what, -1);
            say_held(world);
        }
        what => count(world, what, -1),
    }
}

/// Who hangs no more says what he had to say; where his connection is gone, to nobody.
fn say_held(world: &mut World) {
    let Troubles { held, hung, .. } = &mut world.troubles;
    let said: Vec<_> = held.extract_if(.., |(actor, ..)| hung[*actor] == 0).collect();
    for (_, number, side, bytes) in said {
        network::write(world, number, side, bytes);
    }
}

/// One more or one less of a kind of faults.
fn count(world: &mut World, what: What, by: i32) {
    let troubles = &mut world.troubles;
    let (counter, shard) = match what {
        What::Silent(peer) => (&mut troubles.silent[actor_of(peer)], None),
        What::Away(peer) => (&mut troubles.away[actor_of(peer)], None),
        What::Hung(peer) => (&mut troubles.hung[actor_of(peer)], None),
        What::Partition => (&mut troubles.partitions, None),
        What::Repeating => (&mut troubles.repeating, None),
        What::NoDatagrams(shard) => (&mut troubles.no_datagrams[usize::from(shard)], Some(shard)),
        What::NoStreams(shard) => (&mut troubles.no_streams[usize::from(shard)], Some(shard)),
        _ => return,
    };
    *counter = counter.saturating_add_signed(by);
    if let Some(shard) = shard {
        world.starve(shard);
    }
}

fn crash(world: &mut World, shard: u16) {
    if !world.gateway.is_there(shard) {
        return;
    }
    let life = world.gateway.life(shard);
    world.gateway.crash(shard);
    world.watch.crash(world.clock.now(), shard);
    let is_his =
        |end| matches!(end, End::Shard { shard: whose, life: which, .. } if (whose, which) == (shard, life));
    for (number, side) in world.links.open_where(is_his) {
        world.links.link(number).open[side.place()] = false;
        network::break_link(world, number);
    }
}

fn treat_all(world: &mut World, manner: Manner) {
    let plan = world.plan.clone();
    let invited = plan.chats.iter().map(|chat| chat.sms_user);
    for place in invited.chain(plan.pages.iter().map(|page| page.sms_user)) {
        world.cast.sms_centre.treat(sms_user(place), manner);
    }
}

/// The connections between an actor and the gateway, and which side is his.
pub(crate) fn links_of(world: &mut World, actor: usize) -> Vec<(LinkNumber, Side)> {
    let mut his = world.links.open_where(|end| end == End::Actor(actor));
    his.retain(|(number, side)| {
        matches!(world.links.link(*number).ends[side.other().place()], End::Shard { .. })
    });
    his
}

/// The send buffers of an actor's connections are full.
fn fill_buffers(world: &mut World, actor: usize) {
    for (number, side) in links_of(world, actor) {
        if let End::Shard { shard, link, .. } = world.links.link(number).ends[side.other().place()]
            && let Some(driver) = world.gateway.driver(shard)
        {
            driver.out().full.push(link);
        }
    }
}

/// There is room in every send buffer again.
fn drain_buffers(world: &mut World) {
    for shard in 0..world.gateway.shards() {
        if let Some(driver) = world.gateway.driver(shard) {
            driver.out().full.clear();
        }
    }
}

/// RFC 6733 5.4: whoever is about to close says so first.
fn say_goodbye(world: &mut World, actor: usize, hangs_up: bool) {
    let host = host_at(actor);
    let origin = Identity { host: host.as_bytes(), realm: REALM.as_bytes() };
    let ids = Ids { hop_by_hop: HopByHop(1), end_to_end: EndToEnd(1), retransmitted: false };
    let goodbye =
        written(|out| Disconnect { origin, cause: DisconnectCause::Rebooting }.write_request(out, ids));
    for (number, side) in links_of(world, actor) {
        network::write(world, number, side, goodbye.clone());
        if hangs_up {
            network::close(world, number, side);
        }
    }
}

/// Parcels about nothing, until there is room for none.
fn fill_inbox(world: &mut World, shard: u16) {
    let cargo = Cargo::Sip { port: SHARED_SIP, from: SCSCF };
    while world.gateway.lanes(shard).push(ShardId(shard), cargo, &[]).is_ok() {}
    world.plan_turn(shard);
}

fn actor_of(peer: Peer) -> usize {
    match peer {
        Peer::Centre => CENTRE,
        Peer::Gmsc => SMS_GMSC,
        Peer::Hss => SUBSCRIBERS,
        Peer::Ue => CHAT_USER,
    }
}

//! The world: one clock, one queue of what is going to happen, and everybody who takes part.
//!
//! Refuses: to read a clock, to wait, to draw from anything but its seed. In: a plan. Out: an [`Outcome`].

use std::sync::Arc;

use actors::{ChatRecord, Event as Cue};
use shard::{Count, Driver, SHARED_SIP};
use tempo::{Duration, Entropy, Instant};

use crate::cast::{ACTORS, Cast};
use crate::chance::{Chance, Draw};
use crate::check::{self, Broken, Checker, Scene};
use crate::gateway::{Gateway, Shams};
use crate::links::Links;
use crate::network;
use crate::pager::Pager;
use crate::paper::{BIRTH, Clock, Coming, Going};
use crate::plan::{Plan, Terms, canaries, chats_of_canaries};
use crate::queue::{Event, Queue};
use crate::trace::Trace;
use crate::troubles::{self, Troubles};
use crate::watch::{Watch, Way};

/// Everything.
pub struct World {
    pub(crate) plan: Arc<Plan>,
    pub(crate) clock: Clock,
    pub(crate) queue: Queue,
    pub(crate) net: Entropy,
    pub(crate) lies: Entropy,
    schedule: Entropy,
    pub(crate) terms: Terms,
    pub(crate) gateway: Gateway,
    pub(crate) cast: Cast,
    pub(crate) links: Links,
    pub(crate) troubles: Troubles,
    pub(crate) watch: Watch,
    turns: Vec<Awaited>,
    /// When the last turn of each shard is over.
    working_until: Vec<Instant>,
    dues: Vec<Awaited>,
    tampering: Tampering,
}

/// Tests of the checkers make the gateway break its promises here: between the shards and everything else.
#[derive(Default)]
pub struct Tampering {
    /// What a shard says becomes this.
    pub going: Option<Box<dyn FnMut(Going) -> Vec<Going>>>,
    /// What a shard hears becomes this.
    pub coming: Option<Box<dyn FnMut(Coming) -> Vec<Coming>>>,
    /// What all shards are told, and what they may ask.
    pub shams: Shams,
    /// Who judges, instead of all.
    pub checkers: Option<Vec<Box<dyn Checker>>>,
}

/// When somebody has his turn; of several planned ones only the last counts.
#[derive(Clone, Copy, Default)]
struct Awaited {
    ticket: u64,
    at: Option<Instant>,
}

/// What came of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It went as it was scripted, and every text was acknowledged.
    AsScripted,
    /// The invitation was refused with this status.
    Refused(u16),
    /// Neither.
    CutShort,
}

/// What came of a world.
#[derive(Debug)]
pub struct Outcome {
    /// The first promise that was broken.
    pub broken: Option<Broken>,
    /// Of everything that crossed.
    pub hash: u64,
    /// How much that was.
    pub crossings: u64,
    /// How long it lasted.
    pub lasted: Duration,
    /// What came of each chat of the plan.
    pub fates: Vec<Fate>,
    /// What the shards that are left have counted, in the order of [`Count::ALL`].
    pub counted: Vec<u64>,
    /// What crossed, in words, if that was wanted.
    pub trace: Vec<String>,
}

impl World {
    /// The world of a plan, in which nothing has happened.
    pub fn new(plan: &Plan, trace: Trace, tampering: Tampering) -> Self {
        let Chance { net, faults, schedule, mut entropy, .. } = Chance::of(plan.seed);
        let clock = Clock::new();
        let mut staged = plan.clone();
        let first_id = first_free_id(plan);
        staged.chats.extend(chats_of_canaries(first_id, plan.operator.ask_first));
        let scene = Scene { plan: Arc::new(staged) };
        let mut tampering = tampering;
        let checkers = tampering.checkers.take().unwrap_or_else(check::all);
        let gateway = Gateway::new(clock.clone(), plan, entropy.fork(), tampering.shams);
        let mut wall = clock.moment().wall;
        // Actors count from the zero of the clock.
        wall.unix_seconds -= BIRTH.since(Instant::ZERO).as_secs() as i64;
        let mut cast = Cast::new(wall, &mut entropy);
        cast.hand_out(&plan.chats, &plan.pages, &plan.operator);
        cast.enrol(&plan.subscribers);
        cast.agree_on_reports(&plan.reports);
        cast.pager = Pager::new(&plan.pages, &plan.subscribers);
        World {
            plan: Arc::new(plan.clone()),
            clock,
            queue: Queue::default(),
            net,
            lies: faults,
            schedule,
            terms: plan.network,
            gateway,
            cast,
            links: Links::default(),
            troubles: Troubles::new(plan.shards),
            watch: Watch::new(checkers, scene, trace),
            turns: vec![Awaited::default(); usize::from(plan.shards)],
            working_until: vec![Instant::ZERO; usize::from(plan.shards)],
            dues: vec![Awaited::default(); ACTORS],
            tampering,
        }
    }

    /// Plays it to its end, or to the first broken promise.
    pub fn play(mut self) -> Outcome {
        self.raise_the_curtain();
        self.run_until(BIRTH + Duration::from_millis(self.plan.act_one_ms));
        self.terms = Terms { delay_us: self.terms.delay_us, ..Terms::CALM };
        self.watch.trace.note(self.now(), format_args!("--- quiet"));
        self.come_to_rest("faults");
        if self.watch.broken.is_none() {
            // RFC 3539 3.4.1: a connection that was suspect is used again after three answers.
            self.run_until(self.now() + AFTER_SUSPICION);
            self.come_to_rest("suspicion");
            self.watch.trace.note(self.now(), format_args!("--- canaries"));
            self.canaries();
        }
        Outcome {
            hash: self.watch.hash.value(),
            crossings: self.watch.crossings,
            lasted: self.now().since(BIRTH),
            fates: self.cast.chat_user.records().take(self.plan.chats.len()).map(fate).collect(),
            counted: Count::ALL.iter().map(|count| self.gateway.count(*count)).collect(),
            trace: self.watch.trace.lines().to_vec(),
            broken: self.watch.broken,
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    fn raise_the_curtain(&mut self) {
        for (place, fault) in self.plan.clone().faults.iter().enumerate() {
            self.queue.push(BIRTH + Duration::from_millis(fault.at_ms), Event::Begins { fault: place });
        }
        for actor in 0..ACTORS {
            self.tell(actor, Cue::Start);
        }
        self.start_shards(None);
    }

    /// Starts one shard, or all that are not there.
    pub(crate) fn start_shards(&mut self, shard: Option<u16>) {
        match shard {
            Some(shard) if self.gateway.is_there(shard) => return,
            Some(shard) => self.gateway.start_shard(shard),
            None => self.gateway.start(),
        }
        for shard in 0..self.gateway.shards() {
            let said = self.gateway.take_flushed(shard);
            said.into_iter().for_each(|going| network::carry(self, shard, going));
            self.plan_turn(shard);
        }
    }

    /// Once everything is quiet, people who have done nothing yet chat as if nothing had been.
    fn canaries(&mut self) {
        let first_id = first_free_id(&self.plan);
        let operator = self.plan.operator;
        if operator.subscribers_only || operator.asks_hss {
            canaries().for_each(|canary| self.cast.pager.register(self.now(), &canary));
            (0..ACTORS).for_each(|actor| self.plan_due(actor));
            self.run_until(self.now() + Duration::from_secs(5));
        }
        let before = self.cast.chat_user.records().count();
        self.cast.hand_out(&chats_of_canaries(first_id, operator.ask_first), &[], &operator);
        (0..ACTORS).for_each(|actor| self.plan_due(actor));
        self.come_to_rest("canaries");
        let failed = self.cast.chat_user.records().skip(before).find(|record| !record.is_as_scripted());
        let why = failed.map(|record| format!("{record:?}, statuses {:?}", record.statuses));
        // Where limits are tiny, or hints make a text too long, a canary may be refused, but not left hanging.
        if let Some(why) = why.filter(|_| self.are_canaries_free()) {
            self.watch.break_promise("recovered", self.now(), why);
        }
    }

    /// Is there nothing in the plan that refuses a canary?
    fn are_canaries_free(&self) -> bool {
        let (operator, limits) = (&self.plan.operator, &self.plan.limits);
        // An SMS-GMSC that has to try again comes late.
        operator.answer_timer_s >= 15
            && limits.sessions >= 2
            && limits.pairs >= 2
            && limits.announcements >= 16
            && limits.subscribers >= if operator.subscribers_only { 16 } else { 2 }
            && operator.messages_per_minute != 1
    }

    fn come_to_rest(&mut self, after: &str) {
        let last = self.now() + self.patience();
        while self.watch.broken.is_none() {
            if self.is_at_rest() {
                // What is still on its way arrives.
                self.run_until(self.now() + Duration::from_secs(2));
                if self.is_at_rest() {
                    return self.watch.rest(self.now(), &self.gateway);
                }
            }
            if self.now() >= last {
                let what = match check::left(&self.gateway) {
                    Some((what, value)) => format!("{value} {what} are left"),
                    None => format!("the cast is not done: {:?}", self.cast),
                };
                return self.watch.break_promise("bounded", self.now(), format!("after the {after} {what}"));
            }
            self.run_until(self.now() + Duration::from_secs(1));
        }
    }

    fn is_at_rest(&self) -> bool {
        self.cast.is_done() && check::left(&self.gateway).is_none()
    }

    /// How long anything may take to be over once nothing goes wrong any more.
    fn patience(&self) -> Duration {
        let operator = &self.plan.operator;
        let longest = self.plan.chats.iter().map(|chat| {
            let said: u64 = chat.says.iter().map(|say| say.after_ms / 1000 + 40).sum();
            said + 2 * chat.thinks_ms / 1000 + 120
        });
        let allowances = if operator.invitations_per_hour > 0 { 3600 } else { 0 };
        let of_chats =
            operator.answer_timer_s + operator.idle_timer_s + operator.rest_s + 3 * operator.submit_guard_s;
        // Registrations last ten minutes at most, and what comes by them: an SMS-GMSC tries again meanwhile, each time with a routing query.
        let registrations = 700 + 600;
        Duration::from_secs(longest.max().unwrap_or(0) + allowances + of_chats + registrations + 300)
    }

    pub(crate) fn run_until(&mut self, until: Instant) {
        while self.watch.broken.is_none()
            && let Some((at, event)) = self.queue.pop(until)
        {
            self.clock.jump_to(at);
            self.happen(event);
        }
        if self.watch.broken.is_none() {
            self.clock.jump_to(until);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Turn { shard, ticket } if self.turns[usize::from(shard)].ticket == ticket => {
                self.turn(shard)
            }
            Event::Due { actor, ticket } if self.dues[actor].ticket == ticket => {
                self.dues[actor].at = None;
                self.tell(actor, Cue::Due);
            }
            Event::Turn { .. } | Event::Due { .. } => {}
            Event::Said { shard, life, going } if self.gateway.life(shard) == life => {
                network::carry(self, shard, going)
            }
            Event::Said { .. } => {}
            Event::Datagram { from, to, bytes, is_damaged } => {
                network::datagram_arrives(self, from, to, &bytes, is_damaged)
            }
            Event::Dialled { link } => network::dialled(self, link),
            Event::Octets { link, at, bytes } => network::octets_arrive(self, link, at, bytes),
            Event::Gone { link, at } => network::gone(self, link, at),
            Event::Letter { to, from, letter } => self.tell(to, Cue::Letter { from, letter: &letter }),
            Event::Begins { fault } => troubles::begin(self, fault),
            Event::Ends { fault } => troubles::end(self, fault),
            Event::Reborn { shard } => self.start_shards(shard),
        }
    }

    fn turn(&mut self, shard: u16) {
        self.turns[usize::from(shard)].at = None;
        let now = self.now();
        if let Some(until) = self.troubles.stalled_until(shard, now) {
            return self.await_turn(shard, until);
        }
        let (said, took) = self.gateway.turn(shard);
        self.working_until[usize::from(shard)] = now + took;
        for going in said {
            match &mut self.tampering.going {
                None => self.say(shard, going, took),
                Some(tamper) => {
                    let tampered = tamper(going);
                    tampered.into_iter().for_each(|going| self.say(shard, going, took));
                }
            }
        }
        self.watch.turned(now, shard, &self.gateway);
        // Its parcels are in the inboxes of others.
        (0..self.gateway.shards()).for_each(|shard| self.plan_turn(shard));
    }

    /// What a shard says leaves when its turn is over.
    fn say(&mut self, shard: u16, going: Going, took: Duration) {
        if took.is_zero() {
            return network::carry(self, shard, going);
        }
        let life = self.gateway.life(shard);
        self.queue.push(self.now() + took, Event::Said { shard, life, going });
    }

    /// Something for a shard; it sees it in its next turn.
    pub(crate) fn bring(&mut self, shard: u16, coming: Coming) {
        let Some(driver) = self.gateway.driver(shard) else { return };
        // The buffer of a socket holds so many.
        if matches!(coming, Coming::Datagram { .. }) && driver.mail() >= DATAGRAMS_WAITING_MAX {
            return;
        }
        match &mut self.tampering.coming {
            None => driver.bring(coming),
            Some(tamper) => tamper(coming).into_iter().for_each(|coming| driver.bring(coming)),
        }
        self.plan_turn(shard);
    }

    /// Lends nothing, or lends again.
    pub(crate) fn starve(&mut self, shard: u16) {
        let (datagrams, streams) = self.troubles.starves(shard);
        if let Some(driver) = self.gateway.driver(shard) {
            driver.out().lacks_datagrams = datagrams;
            driver.out().lacks_streams = streams;
        }
    }

    pub(crate) fn plan_turn(&mut self, shard: u16) {
        let now = self.now();
        if let Some(at) = self.gateway.wants_turn(shard, now) {
            // A thread is never there at once, and not always after the same time.
            let at = at.max(now).max(self.working_until[usize::from(shard)])
                + Duration::from_micros(self.schedule.between(1, 200));
            self.await_turn(shard, at);
        }
    }

    fn await_turn(&mut self, shard: u16, at: Instant) {
        let awaited = &mut self.turns[usize::from(shard)];
        if awaited.at.is_some_and(|earlier| earlier <= at) {
            return;
        }
        *awaited = Awaited { ticket: awaited.ticket + 1, at: Some(at) };
        self.queue.push(at, Event::Turn { shard, ticket: awaited.ticket });
    }

    /// Tells an actor something, and carries out what he wants.
    pub(crate) fn tell(&mut self, actor: usize, cue: Cue<'_>) {
        if actor >= ACTORS {
            return;
        }
        let mut wanted = actors::Out::new();
        self.cast.actor_mut(actor).handle(self.clock.now(), cue, &mut wanted);
        let effects: Vec<_> = wanted.drain().collect();
        effects.into_iter().for_each(|effect| network::carry_out(self, actor, effect));
        self.plan_due(actor);
    }

    fn plan_due(&mut self, actor: usize) {
        let Some(at) = self.cast.next_deadline(actor) else { return };
        let at = at.max(self.clock.now() + Duration::from_nanos(1));
        let awaited = &mut self.dues[actor];
        if awaited.at.is_some_and(|earlier| earlier <= at) {
            return;
        }
        *awaited = Awaited { ticket: awaited.ticket + 1, at: Some(at) };
        self.queue.push(at, Event::Due { actor, ticket: awaited.ticket });
    }

    /// The port and the shard that a datagram for the gateway comes to: the shared port is served by all.
    pub(crate) fn shard_at(&mut self, own: Option<u16>) -> (u16, shard::PortId) {
        match own {
            Some(shard) => (shard, shard::OWN_SIP),
            None => (self.schedule.below(self.gateway.shards().into()) as u16, SHARED_SIP),
        }
    }

    /// What crosses at this moment.
    pub(crate) fn crossing(&self, shard: u16, way: Way) -> (Instant, u16, Way) {
        (self.now(), shard, way)
    }
}

fn fate(record: &ChatRecord) -> Fate {
    match record.final_status() {
        _ if record.is_as_scripted() => Fate::AsScripted,
        Some(status) if status >= 300 => Fate::Refused(status),
        _ => Fate::CutShort,
    }
}

/// What no token of the plan carries.
fn first_free_id(plan: &Plan) -> u32 {
    let (chats, pages) = (plan.chats.iter().map(|chat| chat.id), plan.pages.iter().map(|page| page.id));
    chats.chain(pages).max().map_or(0, |last| last + 1)
}

/// What 8 MiB hold of datagrams of a SIP message's size, as the kernel counts them.
const DATAGRAMS_WAITING_MAX: usize = 4096;
/// Three watchdogs, and some more.
const AFTER_SUSPICION: Duration = Duration::from_secs(110);

//! The gateway of a world: shards with real lanes and a real directory, each on a driver of paper; they crash and come back.

use std::sync::Arc;

use directory::SharedDirectory;
use interwork::Policy;
use shard::{
    Count, DiameterSettings, Directory, Lanes, LinkId, Settings, Shard, TallyBoard, Wake, start, turn,
};
use sip::SessionPolicy;
use tempo::{Duration, Entropy, Instant};

use crate::cast::peers;
use crate::links::Places;
use crate::paper::{Clock, Going, PaperDriver};
use crate::places::{GATEWAY_SIP, REALM, TRUSTED, media, own_sip};
use crate::plan::{ChatPlan, Plan, policy};

/// All shards.
pub struct Gateway {
    clock: Clock,
    plan: Plan,
    chance: Entropy,
    /// What all shards may ask.
    pub directory: Arc<dyn Directory>,
    shams: Shams,
    lanes: Vec<Lanes>,
    /// The shards; `None` is one that has crashed.
    posts: Vec<Option<Post>>,
    lives: Vec<u32>,
    starts: u32,
    is_orphaned: bool,
}

/// What a directory is seen through.
pub type Wrap = fn(Arc<SharedDirectory>) -> Arc<dyn Directory>;
/// What an operator's decisions become.
pub type Misrule = fn(&mut Policy);

/// In tests of the checkers, what is other than it should be.
#[derive(Clone, Copy, Default)]
pub struct Shams {
    /// What all shards may ask is seen through this.
    pub directory: Option<Wrap>,
    /// What all shards are told becomes this.
    pub policy: Option<Misrule>,
}

/// One shard where it works.
struct Post {
    driver: PaperDriver,
    shard: Shard,
    board: Arc<TallyBoard>,
    places: Places,
}

/// Nobody sleeps here: the world looks into every inbox after each turn.
struct Awake;

impl Wake for Awake {
    fn wake(&self) {}
}

impl Gateway {
    /// A gateway that is switched off.
    pub fn new(clock: Clock, plan: &Plan, chance: Entropy, shams: Shams) -> Self {
        let shards = usize::from(plan.shards);
        let mut gateway = Gateway {
            clock,
            plan: plan.clone(),
            chance,
            directory: Arc::new(SharedDirectory::new(0, 0)),
            shams,
            lanes: Vec::new(),
            posts: (0..shards).map(|_| None).collect(),
            lives: vec![0; shards],
            starts: 0,
            is_orphaned: false,
        };
        gateway.prepare();
        gateway
    }

    /// New memory for all shards together.
    fn prepare(&mut self) {
        self.starts += 1;
        let limits = self.plan.limits;
        let directory = Arc::new(SharedDirectory::new(limits.announcements, limits.subscribers));
        self.directory = match self.shams.directory {
            Some(wrap) => wrap(directory),
            None => directory,
        };
        self.lanes =
            Lanes::connect((0..self.plan.shards).map(|_| Arc::new(Awake) as Arc<dyn Wake>).collect());
    }

    /// Starts every shard that is not there.
    pub fn start(&mut self) {
        let is_anew = self.posts.iter().all(Option::is_none);
        if is_anew && self.lives.iter().any(|life| *life > 0) {
            self.prepare();
        }
        for shard in 0..self.plan.shards {
            if self.posts[usize::from(shard)].is_none() {
                self.start_shard(shard);
            }
        }
        self.is_orphaned &= !is_anew;
    }

    /// Starts one shard.
    pub fn start_shard(&mut self, shard: u16) {
        self.is_orphaned |= self.lives[usize::from(shard)] > 0;
        let board = Arc::new(TallyBoard::new());
        let mut seed = [0; 32];
        self.chance.fill(&mut seed);
        let mut policy = policy(&self.plan.operator, &self.plan.barred);
        if let Some(misrule) = self.shams.policy {
            misrule(&mut policy);
        }
        let settings = Settings {
            moment: self.clock.moment(),
            seed,
            sessions_max: self.plan.limits.sessions,
            pairs_max: self.plan.limits.pairs,
            own_sip: own_sip(shard),
            msrp: media(shard),
            diameter: DiameterSettings {
                origin_host: format!("ipsmgw-{shard}.{REALM}").into_bytes().into(),
                origin_realm: REALM.as_bytes().into(),
                origin_state_id: self.starts,
                host_ip: GATEWAY_SIP.ip(),
                watchdog: Duration::from_secs(30),
                peers: peers(self.plan.operator.asks_hss),
            },
            trusted: self.trusted(),
            session: SessionPolicy { min_se_s: 90, default_s: 90, want: self.plan.operator.session_timer },
            policy: Arc::new(policy),
            directory: self.directory.clone(),
            lanes: self.lanes[usize::from(shard)].clone(),
            board: board.clone(),
        };
        let mut driver = PaperDriver::new(self.clock.clone());
        driver.charge(self.plan.costs.each());
        let mut shard_at_work = Shard::new(settings);
        visits::recorded(|| start(&mut driver, &mut shard_at_work));
        self.lives[usize::from(shard)] += 1;
        self.posts[usize::from(shard)] =
            Some(Post { driver, shard: shard_at_work, board, places: Places::default() });
    }

    /// The network of the S-CSCFs, or nothing: then everybody is believed.
    fn trusted(&self) -> Box<[ipnet::IpNet]> {
        let networks = TRUSTED.iter().filter(|_| self.plan.operator.distrusts);
        networks.filter_map(|network| network.parse().ok()).collect()
    }

    /// One shard loses everything it knows.
    pub fn crash(&mut self, shard: u16) {
        self.posts[usize::from(shard)] = None;
    }

    /// How many shards there are, crashed ones included.
    pub fn shards(&self) -> u16 {
        self.plan.shards
    }

    /// How often a shard was started.
    pub fn life(&self, shard: u16) -> u32 {
        self.lives[usize::from(shard)]
    }

    /// May what it gets be other than what was sent?
    pub fn can_damage(&self) -> bool {
        self.plan.network.can_damage()
    }

    /// May there be texts whose reports never come? The gateway waits for them for days.
    pub fn may_wait_for_reports(&self) -> bool {
        let asks = |chat: &ChatPlan| chat.says.iter().any(|say| say.asks);
        self.plan.chats.iter().any(asks) || self.plan.pages.iter().any(|page| page.asks)
    }

    /// Did a shard die while others lived on?
    pub fn is_orphaned(&self) -> bool {
        self.is_orphaned
    }

    /// Is it there?
    pub fn is_there(&self, shard: u16) -> bool {
        self.posts[usize::from(shard)].is_some()
    }

    /// The lanes, seen from one shard.
    pub fn lanes(&self, shard: u16) -> &Lanes {
        &self.lanes[usize::from(shard)]
    }

    /// The driver of a shard that is there.
    pub fn driver(&mut self, shard: u16) -> Option<&mut PaperDriver> {
        self.posts[usize::from(shard)].as_mut().map(|post| &mut post.driver)
    }

    /// A name for a new connection of a shard.
    pub fn take_place(&mut self, shard: u16) -> Option<LinkId> {
        self.posts[usize::from(shard)].as_mut().map(|post| post.places.take())
    }

    /// A connection of a shard is gone.
    pub fn release_place(&mut self, shard: u16, link: LinkId) {
        if let Some(post) = &mut self.posts[usize::from(shard)] {
            post.places.release(link);
        }
    }

    /// One turn of a shard; what it says, and how long it has taken to say it.
    pub fn turn(&mut self, shard: u16) -> (Vec<Going>, Duration) {
        let Some(post) = &mut self.posts[usize::from(shard)] else { return (Vec::new(), Duration::ZERO) };
        visits::recorded(|| turn(&mut post.driver, &mut post.shard, true));
        (post.driver.take_flushed(), post.driver.take_taken())
    }

    /// What was said outside of a turn: at the start.
    pub fn take_flushed(&mut self, shard: u16) -> Vec<Going> {
        self.posts[usize::from(shard)].as_mut().map(|post| post.driver.take_flushed()).unwrap_or_default()
    }

    /// When a shard wants its next turn: now, at a moment, or when something arrives.
    pub fn wants_turn(&self, shard: u16, now: Instant) -> Option<Instant> {
        let post = self.posts[usize::from(shard)].as_ref()?;
        // Its thread has ended in good order; its connections are closed a moment later.
        if post.shard.is_finished(now) {
            return None;
        }
        let lanes = post.shard.lanes();
        let has_parcels = !lanes.park();
        lanes.unpark();
        if post.driver.has_mail() || has_parcels || post.shard.is_busy() {
            return Some(now);
        }
        post.shard.next_deadline()
    }

    /// A counter of one shard.
    pub fn count_of(&self, shard: u16, count: Count) -> u64 {
        self.posts[usize::from(shard)].as_ref().map_or(0, |post| post.board.read(count))
    }

    /// A counter, over all shards.
    pub fn count(&self, count: Count) -> u64 {
        self.posts.iter().flatten().map(|post| post.board.read(count)).sum()
    }
}

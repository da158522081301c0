//! Shards with real lanes and a real directory, each on a driver of paper, and everybody that they talk to.
//! Time stands still while anybody has something to do, and then jumps to the next deadline.

use std::net::SocketAddr;
use std::sync::Arc;

use directory::SharedDirectory;
use shard::{
    Cargo, Count, DiameterSettings, Lanes, LinkId, MSRP, OWN_SIP, Opening, PortId, Request, SHARED_SIP,
    Settings, Shard, ShardId, TallyBoard, Wake, start, turn,
};
use tempo::{Duration, Instant};

use super::call;
use super::driver::{Clock, Coming, Going, PaperDriver};
use super::plan::Plan;
use super::sms_side::{self, CENTRE, Mailing, REALM, SmsSide, Ticket, Verdict};
use super::texts::SipText;
use super::wire::Wire;
use crate::allocation::counted;

/// The gateway and its neighbours.
pub struct Network {
    pub clock: Clock,
    pub sms: SmsSide,
    /// Datagrams that the gateway has sent.
    pub letters: Vec<Letter>,
    /// MSRP connections of chat users.
    pub wires: Vec<Wire>,
    /// How often the shards have asked for memory in their turns.
    pub allocations: u64,
    /// Are requests of the gateway such as BYE answered with 200 by themselves?
    pub answers_byes: bool,
    /// What its MESSAGEs hear by themselves; `None` is silence.
    pub page_verdict: Option<u16>,
    posts: Vec<Post>,
    places: Places,
    /// Streams reach the gateway in pieces of at most so many octets.
    piece_octets: usize,
    /// What all shards may ask.
    pub directory: Arc<SharedDirectory>,
}

/// A datagram of the gateway.
pub struct Letter {
    /// When it left.
    pub at: Instant,
    pub shard: usize,
    pub port: PortId,
    pub to: SocketAddr,
    pub sip: SipText,
}

/// One shard where it works.
struct Post {
    driver: PaperDriver,
    shard: Shard,
    board: Arc<TallyBoard>,
}

/// Nobody sleeps here: the network looks into every inbox before it lets time pass.
struct Awake;

impl Wake for Awake {
    fn wake(&self) {}
}

impl Network {
    /// A gateway that has just been switched on, its peers connected.
    pub fn new(plan: Plan) -> Self {
        let clock = Clock::new();
        let lanes =
            Lanes::connect((0..plan.layout.shards).map(|_| Arc::new(Awake) as Arc<dyn Wake>).collect());
        let directory = SharedDirectory::new(plan.announcements_max, plan.subscribers_max);
        let directory = Arc::new(directory.with_provisioned(plan.provisioned));
        let policy = Arc::new(plan.policy);
        let posts = lanes.into_iter().map(|lanes| {
            let me = lanes.me().0;
            let board = Arc::new(TallyBoard::new());
            let shard = Shard::new(Settings {
                moment: clock.moment(),
                seed: [0x40 + me as u8; 32],
                sessions_max: plan.sessions_max,
                pairs_max: plan.pairs_max,
                own_sip: own_sip(me),
                msrp: msrp(me),
                diameter: DiameterSettings {
                    origin_host: format!("ipsmgw-{me}.{REALM}").into_bytes().into(),
                    origin_realm: REALM.as_bytes().into(),
                    origin_state_id: 77,
                    host_ip: GATEWAY.into(),
                    watchdog: Duration::from_secs(30),
                    peers: SmsSide::peers(plan.centres, plan.asks_hss),
                },
                trusted: plan.trusted.clone().into(),
                session: plan.session,
                policy: policy.clone(),
                directory: directory.clone(),
                lanes,
                board: board.clone(),
            });
            Post { driver: PaperDriver::new(clock.clone()), shard, board }
        });
        let posts = posts.collect();
        let mut network = Network {
            clock,
            sms: SmsSide::new(),
            letters: Vec::new(),
            wires: Vec::new(),
            allocations: 0,
            answers_byes: true,
            page_verdict: Some(200),
            posts,
            places: Places::default(),
            piece_octets: plan.piece_octets,
            directory,
        };
        network.posts.iter_mut().for_each(|post| start(&mut post.driver, &mut post.shard));
        network.settle();
        network
    }

    /// A datagram for the gateway.
    pub fn send(&mut self, shard: usize, port: PortId, from: SocketAddr, text: impl AsRef<[u8]>) {
        let bytes = text.as_ref().to_vec();
        self.posts[shard].driver.bring(Coming::Datagram { port, from, bytes });
    }

    /// Octets for the gateway, in pieces.
    pub fn stream(&mut self, shard: usize, link: LinkId, bytes: &[u8]) {
        for piece in bytes.chunks(self.piece_octets) {
            self.posts[shard].driver.bring(Coming::Stream { link, bytes: piece.to_vec() });
        }
    }

    /// A connection that a chat user makes to the gateway's media address.
    pub fn connect(&mut self, to: SocketAddr) -> usize {
        let shard = (0..self.posts.len()).find(|shard| msrp(*shard as u16) == to).expect("a media address");
        let link = self.places.take();
        let opening = Opening::Accepted { port: MSRP };
        self.posts[shard].driver.bring(Coming::Opened { link, opening, peer: CHAT_USER });
        self.wires.push(Wire::new(shard, link));
        self.settle();
        self.wires.len() - 1
    }

    /// A connection is lost: the gateway hears so.
    pub fn cut(&mut self, shard: usize, link: LinkId) {
        self.close(shard, link);
        self.settle();
    }

    fn close(&mut self, shard: usize, link: LinkId) {
        if self.places.release(link) {
            self.sms.closed(shard, link);
            self.wires
                .iter_mut()
                .filter(|wire| wire.is_at(shard, link))
                .for_each(|wire| wire.is_open = false);
            self.posts[shard].driver.bring(Coming::Closed { link });
        }
    }

    /// The service centre sends a short message on its connection to this shard.
    pub fn mail(&mut self, shard: usize, mailing: &Mailing<'_>) -> Ticket {
        let link = self.sms.link(shard, CENTRE).expect("the service centre is connected");
        let (ticket, request) = self.sms.mail(mailing, format!("ipsmgw-{shard}").as_bytes());
        self.stream(shard, link, &request);
        self.settle();
        ticket
    }

    /// A connection that a shard has asked for long ago is there.
    pub fn connects_late(&mut self, shard: usize, peer: usize) {
        let link = self.places.take();
        self.sms.opened(shard, peer, link);
        let opening = Opening::Connected { tag: peer as u64 };
        self.posts[shard].driver.bring(Coming::Opened { link, opening, peer: sms_side::address(peer) });
        self.settle();
    }

    /// The SMS side says at last what becomes of a short message that was submitted.
    pub fn take_submitted(&mut self, place: usize, verdict: Verdict) {
        let submitted = &self.sms.submitted[place];
        let (shard, answer) = (submitted.shard, sms_side::answer(&submitted.request, verdict));
        if let Some(link) = self.sms.link(shard, submitted.peer) {
            self.stream(shard, link, &answer);
            self.settle();
        }
    }

    /// Lets everybody finish what can be finished now.
    pub fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            for shard in 0..self.posts.len() {
                while self.has_work(shard) {
                    let post = &mut self.posts[shard];
                    self.allocations += counted(|| turn(&mut post.driver, &mut post.shard, true));
                    moved = true;
                }
                for going in self.posts[shard].driver.take_flushed() {
                    self.carry(shard, going);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
        panic!("the gateway and its neighbours never come to rest");
    }

    /// Lets so much time pass.
    pub fn wait(&mut self, duration: Duration) {
        let until = self.clock.now() + duration;
        self.settle();
        while let Some(next) = self.next_deadline().filter(|next| *next <= until) {
            self.clock.jump_to(next);
            self.settle();
        }
        self.clock.jump_to(until);
        self.settle();
    }

    /// The control plane speaks to every shard.
    pub fn order(&mut self, cargo: Cargo) {
        for shard in 0..self.posts.len() {
            self.post_parcel(shard, cargo).expect("an inbox with room");
        }
        self.settle();
    }

    /// Puts a parcel into an inbox, without letting the shard look into it.
    pub fn post_parcel(&mut self, shard: usize, cargo: Cargo) -> Result<(), shard::InboxFull> {
        self.posts[shard].shard.lanes().push(ShardId(shard as u16), cargo, &[])
    }

    /// One turn of one shard, and nobody else's.
    pub fn turn_alone(&mut self, shard: usize) {
        let post = &mut self.posts[shard];
        turn(&mut post.driver, &mut post.shard, true);
        for going in self.posts[shard].driver.take_flushed() {
            self.carry(shard, going);
        }
    }

    /// Has every shard gone out of service?
    pub fn is_finished(&self) -> bool {
        self.posts.iter().all(|post| post.shard.is_finished(self.clock.now()))
    }

    /// The sum of a counter over all shards.
    pub fn count(&self, count: Count) -> u64 {
        self.posts.iter().map(|post| post.board.read(count)).sum()
    }

    pub fn shards(&self) -> usize {
        self.posts.len()
    }

    /// The driver of a shard, to make it short of something.
    pub fn driver(&mut self, shard: usize) -> &mut PaperDriver {
        &mut self.posts[shard].driver
    }

    fn has_work(&self, shard: usize) -> bool {
        let post = &self.posts[shard];
        let now = self.clock.now();
        if post.shard.is_finished(now) {
            return false;
        }
        let lanes = post.shard.lanes();
        let is_idle = lanes.park();
        lanes.unpark();
        let is_due = post.shard.next_deadline().is_some_and(|deadline| deadline <= now);
        post.driver.has_mail() || !is_idle || post.shard.is_busy() || is_due
    }

    fn next_deadline(&self) -> Option<Instant> {
        let serving = self.posts.iter().filter(|post| !post.shard.is_finished(self.clock.now()));
        serving.filter_map(|post| post.shard.next_deadline()).min()
    }

    fn carry(&mut self, shard: usize, going: Going) {
        match going {
            Going::Datagram { port, to, bytes } => {
                assert!(port == SHARED_SIP || port == OWN_SIP, "datagrams leave from SIP ports");
                let sip = SipText::new(&bytes);
                let verdict = match sip.status() {
                    Some(_) => None,
                    None if sip.method() == "MESSAGE" => self.page_verdict,
                    // An INVITE is a question to somebody, and an ACK none.
                    None if matches!(sip.method(), "INVITE" | "ACK") => None,
                    None => self.answers_byes.then_some(200),
                };
                if let Some(status) = verdict {
                    self.send(shard, OWN_SIP, to, call::answer(&sip, status));
                }
                self.letters.push(Letter { at: self.clock.now(), shard, port, to, sip });
            }
            Going::Stream { link, bytes } => {
                if let Some(said) = self.sms.receive(shard, link, &bytes) {
                    self.stream(shard, link, &said);
                } else if let Some(wire) = self.wires.iter_mut().find(|wire| wire.is_at(shard, link)) {
                    let said = wire.receive(&bytes);
                    self.stream(shard, link, &said);
                }
            }
            Going::Request(Request::Connect { tag, to }) => {
                let peer = SmsSide::peer_at(to);
                if !self.sms.manners.listens {
                    self.sms.missed_calls += 1;
                    self.posts[shard].driver.bring(Coming::NotOpened { tag });
                    return;
                }
                let link = self.places.take();
                self.sms.opened(shard, peer, link);
                let opening = Opening::Connected { tag };
                self.posts[shard].driver.bring(Coming::Opened { link, opening, peer: to });
            }
            Going::Request(Request::Close { link }) => self.close(shard, link),
        }
    }
}

/// Names of connections. The lowest free place is used again, under a new generation, as real drivers do.
#[derive(Default)]
struct Places(Vec<(LinkId, bool)>);

impl Places {
    fn take(&mut self) -> LinkId {
        let index = self.0.iter().position(|(_, is_taken)| !is_taken).unwrap_or(self.0.len());
        if index == self.0.len() {
            self.0.push((LinkId { index: index as u32, generation: 0 }, true));
        }
        let (link, is_taken) = &mut self.0[index];
        link.generation += 1;
        *is_taken = true;
        *link
    }

    /// `false`: it was released already.
    fn release(&mut self, link: LinkId) -> bool {
        let place = self.0.iter_mut().find(|(named, is_taken)| *named == link && *is_taken);
        place.map(|(_, is_taken)| *is_taken = false).is_some()
    }
}

/// The port of a shard alone.
pub fn own_sip(shard: u16) -> SocketAddr {
    SocketAddr::from((GATEWAY, 5070 + shard))
}

/// The media port of a shard.
pub fn msrp(shard: u16) -> SocketAddr {
    SocketAddr::from((GATEWAY, 2855 + shard))
}

const GATEWAY: [u8; 4] = [10, 0, 0, 1];
const CHAT_USER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7)), 40_000);
const ROUNDS_MAX: usize = 10_000;

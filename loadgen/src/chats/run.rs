//! The one thread of a run: sockets, the cast, the clock; then the wait for an empty gateway, and the verdict.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::rc::Rc;

use actors::{Actor, HomedNumbers, Hss, HssAddress, NodeSetup, Persistence, SmsCentre, SmsGmsc};
use anyhow::{Context, Result, bail};
use octets::Digits;
use poll::{Options, PollDriver, Sockets};
use serde_json::Value;
use shard::{Driver, PortId};
use stage::{Cast, Door, Stage};
use tempo::{Duration, Entropy};

use super::chat_users::ChatUsers;
use super::gateway::Status;
use super::ledger::Ledger;
use super::order::ChatsOrder;
use super::report::Summary;
use super::sms_users::SmsUsers;
use super::story::{CHAT_USERS_PREFIX, Stories};
use super::verdict::{Verdict, settle_deliveries};

/// Everybody but the gateway.
struct Sides {
    chat_users: ChatUsers,
    sms_centre: SmsCentre,
    sms_gmsc: SmsGmsc,
    hss: Hss,
    sms_users: SmsUsers,
}

impl Cast for Sides {
    fn size(&self) -> usize {
        5
    }

    fn actor(&self, position: usize) -> &dyn Actor {
        match position {
            CHAT_USERS => &self.chat_users,
            SMS_CENTRE => &self.sms_centre,
            SMS_GMSC => &self.sms_gmsc,
            HSS => &self.hss,
            _ => &self.sms_users,
        }
    }

    fn actor_mut(&mut self, position: usize) -> &mut dyn Actor {
        match position {
            CHAT_USERS => &mut self.chat_users,
            SMS_CENTRE => &mut self.sms_centre,
            SMS_GMSC => &mut self.sms_gmsc,
            HSS => &mut self.hss,
            _ => &mut self.sms_users,
        }
    }
}

impl Sides {
    /// Shards of the gateway that have a connection to everybody.
    fn gateways_up(&self) -> usize {
        let up = [self.sms_centre.neighbours_up(), self.sms_gmsc.gateways_up(), self.hss.gateways_up()];
        if self.sms_gmsc.is_hss_up() { up.into_iter().min().unwrap_or(0) } else { 0 }
    }

    fn are_done(&self) -> bool {
        self.chat_users.are_done() && self.sms_users.are_quiet() && self.sms_gmsc.under_way() == 0
    }
}

/// Runs `order`, prints a line a second and the summary. Is it good?
pub fn run(order: &ChatsOrder) -> Result<bool> {
    let shards = Status::ask(order.admin).map(|status| status.shards()).with_context(|| {
        format!(
            "the gateway tells no status at {}: is it running, and is that its [admin] listen?",
            order.admin
        )
    })?;
    let seed = order.seed.unwrap_or_else(random);
    let ledger = Rc::new(RefCell::new(Ledger::new(Stories::of(order, seed), order.chats)));
    let mut stage = raise(order, seed, &ledger)?;
    stage.run_until(|sides| sides.gateways_up() >= shards, CONNECT_PATIENCE);
    if stage.cast().gateways_up() < shards {
        bail!(
            "{} of the gateway's {shards} shards have a connection to SMS-IWMSC, SMS-GMSC and HSS: does its configuration \
             name them? `--print-config` prints one that fits",
            stage.cast().gateways_up()
        );
    }
    let start = stage.now();
    stage.cast_mut().chat_users.begin(start);
    let mut second = 0;
    while !stage.cast().are_done() {
        stage.run_until(Sides::are_done, SECOND);
        second += 1;
        say(order, &line(second, stage.cast()));
        if stage.now().since(start) > order.longest() {
            say(order, "the time is up: the run is given up");
            break;
        }
    }
    let seconds = stage.now().since(start).as_secs_f64();
    let (left, no_status, totals) = wait_until_empty(order, &mut stage);
    let sides = stage.into_cast();
    settle_deliveries(&mut ledger.borrow_mut(), &sides.sms_users, sides.sms_centre.deliveries());
    let verdict = Verdict::of(&ledger.borrow(), order.name);
    let is_good = verdict.is_good() && left.is_empty() && no_status.is_none();
    let summary = Summary {
        seed: format!("{seed:016x}"),
        chats: sides.chat_users.begun(),
        seconds,
        verdict,
        met: met(&sides),
        left,
        no_status,
        gateway: totals,
        is_good,
    };
    match order.json {
        true => println!("{}", serde_json::to_string(&summary)?),
        false => print!("{summary}"),
    }
    Ok(is_good)
}

/// Binds all sockets and puts everybody in place.
fn raise(order: &ChatsOrder, seed: u64, ledger: &Rc<RefCell<Ledger>>) -> Result<Stage<PollDriver, Sides>> {
    let at = |what: &str, address: SocketAddr| format!("{what} cannot listen at {address}");
    let sip = UdpSocket::bind(order.sip()).with_context(|| at("SIP", order.sip()))?;
    let nodes = order.nodes();
    let [centre, gmsc, hss] = &nodes;
    let mut listeners = Vec::new();
    for ((host, address), position) in nodes.iter().zip([SMS_CENTRE, SMS_GMSC, HSS]) {
        let listener = TcpListener::bind(address).with_context(|| at(host, *address))?;
        listeners.push((PortId(position as u16), listener));
    }
    let port = PortId(CHAT_USERS as u16);
    let sockets = Sockets { datagram: vec![(port, sip)], listeners };
    let driver = PollDriver::new(sockets, Options { links_max: LINKS_MAX, ..Options::new(origin()) })?;
    let wall = driver.moment().wall;
    let mut chance = Stories::of(order, seed).chance(u32::MAX, 0);
    let node = |(host, address): &(String, SocketAddr), chance: Entropy| NodeSetup {
        host: host.clone(),
        realm: order.domain.clone(),
        address: address.ip(),
        wall,
        chance,
    };
    // Short messages that another run has left somewhere must not look like those of this one.
    let nonce = chance.u64();
    let centre_node = node(centre, chance.fork());
    let gmsc_node = node(gmsc, chance.fork());
    let hss_node = node(hss, chance.fork());
    let service_centre = digits(SERVICE_CENTRE);
    let hss_address = HssAddress { host: hss.0.clone(), at: hss.1 };
    let homed = HomedNumbers::new([digits(CHAT_USERS_PREFIX), digits(POOL_PREFIX)]);
    let sides = Sides {
        chat_users: ChatUsers::new(order.clone(), nonce, ledger.clone()),
        sms_centre: SmsCentre::new(centre_node, service_centre),
        sms_gmsc: SmsGmsc::new(gmsc_node, service_centre, &hss_address, PERSISTENCE),
        hss: Hss::new(hss_node, homed, vec![gmsc.0.clone()]),
        sms_users: SmsUsers::new(ledger.clone()),
    };
    let mut doors = vec![Door::Datagram { port, actor: CHAT_USERS }];
    doors.extend(
        [SMS_CENTRE, SMS_GMSC, HSS].map(|actor| Door::Listener { port: PortId(actor as u16), actor }),
    );
    let waker = driver.waker();
    Ok(Stage::new(driver, waker, sides, doors, None))
}

/// Plays on until the gateway has nothing left of the chats, or has had the time for it.
fn wait_until_empty(
    order: &ChatsOrder,
    stage: &mut Stage<PollDriver, Sides>,
) -> (Vec<(String, u64)>, Option<String>, Value) {
    let start = stage.now();
    let mut found = (Vec::new(), Some("it was not asked".to_string()), Value::Null);
    while stage.now().since(start) < EMPTY_PATIENCE {
        stage.run_until(|_| false, SECOND);
        match Status::ask(order.admin) {
            Ok(status) => found = (status.left(), None, status.totals().clone()),
            Err(error) => found.1 = Some(error.to_string()),
        }
        if found.0.is_empty() && found.1.is_none() && stage.cast().are_done() {
            break;
        }
        let left: Vec<_> = found.0.iter().map(|(gauge, count)| format!("{gauge} {count}")).collect();
        say(order, &format!("waiting for the gateway, which has: {}", left.join(", ")));
    }
    found
}

fn line(second: u64, sides: &Sides) -> String {
    let counts = sides.chat_users.counts;
    format!(
        "{second:>5} s {:>8} begun {:>6} going on {:>6} SMS under way {:>6} connections lost {:>6} SIP repeated",
        sides.chat_users.begun(),
        sides.chat_users.active(),
        sides.sms_gmsc.under_way(),
        counts.met.lost,
        counts.sip_repeated,
    )
}

fn met(sides: &Sides) -> BTreeMap<&'static str, u64> {
    let counts = sides.chat_users.counts;
    BTreeMap::from([
        ("SIP requests sent again", counts.sip_repeated),
        ("SIP messages of no chat", counts.strays),
        ("MSRP connections lost", counts.met.lost),
        ("MSRP messages sent again under their Message-ID", counts.met.repeated),
        ("MSRP messages that came again under their Message-ID", counts.met.heard_again),
        (
            "MSRP refusals (506) while the gateway held the lost connection for alive",
            counts.met.bound_elsewhere,
        ),
        ("texts of unknown numbers to SMS users", sides.sms_users.strangers),
        ("texts of which a segment never came", sides.sms_centre.unfinished() as u64),
    ])
}

fn say(order: &ChatsOrder, line: &str) {
    if order.json { eprintln!("{line}") } else { println!("{line}") }
}

/// Digits that are a constant of this file.
fn digits(text: &[u8]) -> Digits {
    Digits::from_ascii(text).unwrap_or_else(|_| unreachable!("digits"))
}

/// Chance enough to tell one run from another; nothing here is a secret.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[allow(clippy::disallowed_methods, reason = "who puts up a stage says when time begins")]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

const CHAT_USERS: usize = 0;
const SMS_CENTRE: usize = 1;
const SMS_GMSC: usize = 2;
const HSS: usize = 3;
const SECOND: Duration = Duration::from_secs(1);
/// A gateway that has lost its peers before waits longer and longer before it calls them again.
const CONNECT_PATIENCE: Duration = Duration::from_secs(75);
/// 64*T1 for the SIP transactions, and the life of a routing query.
const EMPTY_PATIENCE: Duration = Duration::from_secs(90);
/// What the default configuration of the gateway has.
const SERVICE_CENTRE: &[u8] = b"447700900005";
/// What the numbers begin with that the default configuration lends.
const POOL_PREFIX: &[u8] = b"49151990000";
/// A real centre tries for days; the gateway, when it waits for a chat user, says "not now" after 20 s.
const PERSISTENCE: Persistence = Persistence { attempts_max: 12, pause: Duration::from_secs(2) };
const LINKS_MAX: usize = 16_384;

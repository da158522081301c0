//! `ipsmgw demo`: the gateway with its default configuration, the network around it on loopback sockets, and five chats
//! drawn as ladders while they happen (TS 23.204 6.15.1, 6.16.1, 6.17 in the originating network).
//!
//! Nothing is staged on the gateway's side: what is drawn is what the peers sent and received.

mod ladder;
mod plays;

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::time::Duration;

use actors::{Participant, Sighting};
use serde::Serialize;
use stage::{Ending, HomeNetwork, HomeNetworkSetup, Ports, Stage, home_network};

use crate::boot::{Gateway, StartError, origin};
use crate::config::{self, Config, Io, Peer, Seconds, Serves, Shards};

use ladder::Ladder;
use plays::{CALLERS, Play, plays, service_centre};

/// How the demonstration is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many shards; `None`: as the default configuration says.
    pub shards: Option<u16>,
    /// How the dataplane does I/O.
    pub io: Io,
    /// Fixed ports from this one on, for a capture; else ports of the system's choice.
    pub first_port: Option<u16>,
    /// Columns of the terminal.
    pub width: usize,
    /// Draw ladders, or only the summary.
    pub is_drawn: bool,
}

/// What a demonstration has shown.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Chat by chat.
    pub chats: Vec<ChatSummary>,
    /// Was everything seen that had to be seen?
    pub ok: bool,
}

/// What one chat has shown.
#[derive(Clone, Debug, Serialize)]
pub struct ChatSummary {
    /// What it is about.
    pub name: &'static str,
    /// How it ended, or what was missing.
    pub outcome: String,
    /// Texts that arrived, in both directions, invitations and notices included.
    pub messages: usize,
    /// From INVITE to the end.
    pub milliseconds: u64,
    /// Was everything seen that had to be seen?
    pub ok: bool,
}

/// What the thread of the peers tells the one that draws.
enum News {
    Begins {
        title: &'static str,
        story: &'static str,
    },
    Ended(ChatSummary),
    /// The gateway is there; how it was started.
    Raised(String),
}

/// Plays all chats; `print` gets one line after the other.
pub fn run(options: &Options, mut print: impl FnMut(&str)) -> Result<Summary, StartError> {
    let (to_onlooker, sightings) = channel();
    // A rendezvous: the peers go on only when what they told was heard, so no arrow of the next chat can be under way
    // while the end of this one is still to be drawn.
    let (tell, news) = sync_channel(0);
    let of_peers = options.clone();
    // The peers have a thread of their own, and it is theirs from birth: a driver cannot change threads.
    let peers = std::thread::Builder::new()
        .name("peers".into())
        .spawn(move || peers(&of_peers, to_onlooker, &tell))
        .map_err(|error| {
            StartError::new(format!("no thread for the peers: {error}"), "raise the limit of processes")
        })?;
    let summary = watch(options, &sightings, &news, &mut print);
    match peers.join() {
        Ok(ended) => ended.map(|()| summary),
        Err(_) => Err(StartError::new("the peers stopped on a broken promise of theirs", "please report it")),
    }
}

/// The life of the peers' thread: the network first, then the gateway in it, then the chats.
fn peers(
    options: &Options,
    to_onlooker: Sender<Sighting>,
    tell: &SyncSender<News>,
) -> Result<(), StartError> {
    let mut setup =
        HomeNetworkSetup::new(origin(), seed()?, SocketAddr::from(([127, 0, 0, 1], 0)), service_centre());
    if let Some(first) = options.first_port {
        let port = |offset: u16| first.saturating_add(PEERS_OFFSET + offset);
        setup.ports =
            Ports { ue: port(0), scscf: port(1), sms_centre: port(2), sms_gmsc: port(3), hss: port(4) };
    }
    setup.homed = CALLERS.map(plays::number).to_vec();
    let (mut network, addresses) = home_network(&setup, Some(to_onlooker)).map_err(|error| {
        StartError::new(format!("the peers have no sockets: {error}"), "is 127.0.0.1 up?")
    })?;
    let gateway = Gateway::start(&configuration(options, &addresses)?)?;
    network.cast_mut().gateway_is_at(gateway.addresses().sip);
    let shards = gateway.addresses().msrp.len();
    let (name, reason) = (gateway.io().name(), &gateway.io().reason);
    let _ = tell.send(News::Raised(format!(
        "ipsmgw demo: {shards} shard(s) on {name} ({reason}), all peers on 127.0.0.1\n"
    )));
    play_all(&mut network, shards, tell);
    gateway.stop();
    // The goodbyes are part of the show: DPR and DPA with every peer.
    network.run_until(|cast| cast.gateway_connections() == 0, CURTAIN_MAX);
    gateway.wait()
}

/// Draws until the curtain falls.
fn watch(
    options: &Options,
    sightings: &Receiver<Sighting>,
    news: &Receiver<News>,
    print: &mut impl FnMut(&str),
) -> Summary {
    let mut ladder = Ladder::new(options.width);
    let mut chats = Vec::new();
    let draw = |ladder: &mut Ladder, sighting: &Sighting, print: &mut dyn FnMut(&str)| {
        if options.is_drawn {
            print(&ladder.arrow(sighting));
        }
    };
    loop {
        if let Ok(sighting) = sightings.recv_timeout(PICTURE_INTERVAL) {
            draw(&mut ladder, &sighting, print);
        }
        loop {
            let item = match news.try_recv() {
                Ok(item) => item,
                Err(TryRecvError::Empty) => break,
                // The peers have gone: the curtain falls.
                Err(TryRecvError::Disconnected) => {
                    let ok = chats.len() == plays().len() && chats.iter().all(|chat: &ChatSummary| chat.ok);
                    return Summary { chats, ok };
                }
            };
            match item {
                News::Begins { title, story } => {
                    if options.is_drawn {
                        print(&format!("\n{title}: {story}\n"));
                        print(&ladder.heads());
                    }
                }
                News::Ended(chat) => {
                    while let Ok(sighting) = sightings.try_recv() {
                        draw(&mut ladder, &sighting, print);
                    }
                    if options.is_drawn {
                        print(&format!("  {} {}\n", if chat.ok { "✔" } else { "✘" }, chat.outcome));
                    }
                    chats.push(chat);
                }
                News::Raised(headline) if options.is_drawn => print(&headline),
                News::Raised(_) => {}
            }
        }
    }
}

fn play_all(network: &mut Stage<poll::PollDriver, HomeNetwork>, shards: usize, tell: &SyncSender<News>) {
    let connected = network.run_until(|cast| cast.gateway_connections() >= shards, CONNECT_MAX);
    for play in plays() {
        let _ = tell.send(News::Begins { title: play.name, story: play.story });
        let chat = match connected {
            Ending::Done => play_one(network, &play),
            _ => ChatSummary {
                name: play.name,
                outcome: "the gateway did not connect to its Diameter peers".into(),
                messages: 0,
                milliseconds: 0,
                ok: false,
            },
        };
        let _ = tell.send(News::Ended(chat));
    }
}

fn play_one(network: &mut Stage<poll::PollDriver, HomeNetwork>, play: &Play) -> ChatSummary {
    let cast = network.cast_mut();
    cast.sms_user.add(play.sms_user, play.reactions.clone());
    let number = cast.chat_user.add(play.script.clone());
    let start = origin();
    network.run_until(|cast| play.is_over(cast, number), CHAT_MAX);
    let milliseconds = start.elapsed().as_millis() as u64;
    // What is still under way (an ACK, a last answer) belongs to this ladder, not to the next.
    network.run_until(|_| false, ECHO);
    let (outcome, ok) = match play.verdict(network.cast(), number) {
        Ok(()) => (play.outcome.to_string(), true),
        Err(missing) => (missing, false),
    };
    let record = network.cast().chat_user.record(number);
    let texts = record.map_or(0, |record| record.received.len())
        + network.cast().sms_user.heard_by(play.sms_user).count();
    ChatSummary { name: play.name, outcome, messages: texts, milliseconds, ok }
}

/// The embedded default, with the addresses of the peers, and less time to think than people have.
fn configuration(options: &Options, addresses: &stage::Addresses) -> Result<Config, StartError> {
    let mut config = config::parse("the embedded default", config::DEFAULT)
        .map_err(|complaint| StartError::new(complaint.to_string(), "please report it"))?;
    config.gateway.io = options.io;
    if let Some(shards) = options.shards {
        config.gateway.shards = Shards::Exactly(shards);
    }
    // Usually ports of the system's choice: the demonstration must not meet a gateway that runs here.
    let port = |offset| options.first_port.map_or(0, |first| first.saturating_add(offset));
    config.sip.port = port(0);
    config.sip.own_port_first = port(1);
    config.msrp.port_first = port(MSRP_OFFSET);
    config.diameter.origin_realm = addresses.realm.clone();
    *config.diameter.origin_host.get_mut() = format!("ipsmgw-{{shard}}.{}", addresses.realm);
    let peer = |address: &stage::DiameterAddress, serves| Peer {
        host: address.host.clone(),
        realm: addresses.realm.clone(),
        address: address.at,
        serves: vec![serves],
    };
    config.diameter.peer = vec![
        peer(&addresses.sms_centre, Serves::SmsIwmsc),
        peer(&addresses.sms_gmsc, Serves::SmsGmsc),
        peer(&addresses.hss, Serves::Hss),
    ];
    config.chat.answer_timer_s = Seconds(ANSWER_TIMER_S);
    Ok(config)
}

fn seed() -> Result<[u8; 32], StartError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| {
        StartError::new(format!("the system gives no random numbers: {error}"), "see getrandom(2)")
    })?;
    Ok(seed)
}

/// The columns of a ladder that have a peer, or the gateway, in them.
const COLUMNS: [Participant; 7] = Participant::ALL;
/// With fixed ports: SIP of the gateway from the first, its MSRP from here, the peers (UE, S-CSCF, SMS-SC, SMS-GMSC, HSS) from there.
const MSRP_OFFSET: u16 = 10;
const PEERS_OFFSET: u16 = 20;
/// The SMS user's time to think, in a demonstration.
const ANSWER_TIMER_S: u64 = 3;
const PICTURE_INTERVAL: Duration = Duration::from_millis(20);
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Longer than anything takes on loopback once nobody waits for it.
const ECHO: Duration = Duration::from_millis(100);
const CHAT_MAX: Duration = Duration::from_secs(30);
const CURTAIN_MAX: Duration = Duration::from_secs(5);

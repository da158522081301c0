//! Shards on their cores: each thread makes its own driver, is given its lanes, and turns until it has gone.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use shard::{
    DiameterSettings, Driver, Lanes, Moment, Settings, Shard, TallyBoard, Wake, start as start_shard, turn,
};

use super::crew::Crew;
use super::sockets::ShardSockets;
use super::{Addresses, IoChoice, StartError, peers};
use crate::config::Config;

/// What all shards of a gateway have in common.
pub(super) struct Family<'c> {
    pub(super) config: &'c Config,
    pub(super) io: IoChoice,
    pub(super) directory: Arc<directory::SharedDirectory>,
    pub(super) boards: Vec<Arc<TallyBoard>>,
    pub(super) addresses: Addresses,
}

/// What one shard is born with, but for its lanes and the moment.
struct Dowry {
    index: usize,
    cores: usize,
    io: IoChoice,
    sockets: ShardSockets,
    origin: std::time::Instant,
    quarter_hours: i8,
    links_max: usize,
    settings: Box<dyn FnOnce(Moment, Lanes) -> Settings + Send>,
}

/// Starts a thread for each shard; all of them are ready, or none runs.
pub(super) fn start(
    family: Family<'_>,
    sockets: Vec<ShardSockets>,
) -> Result<(Crew, Vec<Lanes>), StartError> {
    let count = sockets.len();
    let origin = origin();
    let quarter_hours = quarter_hours();
    let policy = Arc::new(family.config.policy());
    let state_id = unix_seconds();
    let mut crew = Crew::default();
    let mut newborn = Vec::new();
    for (index, sockets) in sockets.into_iter().enumerate() {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| {
            StartError::new(
                format!("the system gives no random numbers: {error}"),
                "identifiers must not be guessable, so nothing starts without",
            )
        })?;
        let diameter = DiameterSettings {
            origin_host: origin_host(family.config, index).into_bytes().into(),
            origin_realm: family.config.diameter.origin_realm.as_bytes().into(),
            origin_state_id: state_id,
            host_ip: family.config.sip.address,
            watchdog: family.config.diameter.watchdog_s.duration(),
            peers: peers(family.config),
        };
        let (policy, directory, board) =
            (policy.clone(), family.directory.clone(), family.boards[index].clone());
        let (own_sip, msrp) = (family.addresses.own_sip[index], family.addresses.msrp[index]);
        let sessions_max = family.config.gateway.sessions_per_shard.as_usize();
        let pairs_max = family.config.gateway.pairs_per_shard.as_usize();
        let session = family.config.session();
        let trusted = family.config.sip.trusted.iter().map(|network| network.0).collect();
        let settings = Box::new(move |moment, lanes| Settings {
            moment,
            seed,
            sessions_max,
            pairs_max,
            own_sip,
            msrp,
            diameter,
            trusted,
            session,
            policy,
            directory,
            lanes,
            board,
        });
        let dowry = Dowry {
            index,
            cores: count,
            io: family.io.clone(),
            sockets,
            origin,
            quarter_hours,
            // A connection for each chat, and for the peers.
            links_max: sessions_max + family.config.diameter.peer.len() + 16,
            settings,
        };
        let (to_us, from_shard) = channel();
        let (to_shard, from_us) = channel();
        crew.hire(format!("shard {index}"), move || live(dowry, &to_us, &from_us)).map_err(|error| {
            StartError::new(format!("no thread for shard {index}: {error}"), "raise the limit of processes")
        })?;
        newborn.push((from_shard, to_shard));
    }
    let mut wakers = Vec::new();
    for (index, (from_shard, _)) in newborn.iter().enumerate() {
        let lost = || {
            StartError::new(format!("shard {index} died while it was set up"), "the message above says where")
        };
        wakers.push(from_shard.recv().map_err(|_| lost())??);
    }
    let lanes = Lanes::connect(wakers);
    for ((_, to_shard), lanes) in newborn.into_iter().zip(&lanes) {
        // A thread that is gone is found by whoever waits for it.
        let _ = to_shard.send(lanes.clone());
    }
    Ok((crew, lanes))
}

type Ready = Result<Arc<dyn Wake>, StartError>;

/// The life of a shard's thread.
fn live(dowry: Dowry, ready: &Sender<Ready>, lanes: &Receiver<Lanes>) {
    pin(dowry.index, dowry.cores);
    let ShardSockets { datagram, listeners } = dowry.sockets;
    match dowry.io.features {
        Some(features) => {
            let options = uring::Options {
                quarter_hours: dowry.quarter_hours,
                links_max: dowry.links_max,
                ..uring::Options::new(dowry.origin, features)
            };
            match uring::UringDriver::new(uring::Sockets { datagram, listeners }, options) {
                Ok(driver) => {
                    let _ = ready.send(Ok(driver.waker()));
                    serve(driver, lanes, dowry.settings);
                }
                Err(error) => {
                    let _ = ready.send(Err(StartError::new(
                        format!("io_uring: {error}"),
                        "or set gateway.io to \"poll\"",
                    )));
                }
            }
        }
        None => {
            let options = poll::Options {
                quarter_hours: dowry.quarter_hours,
                links_max: dowry.links_max,
                ..poll::Options::new(dowry.origin)
            };
            match poll::PollDriver::new(poll::Sockets { datagram, listeners }, options) {
                Ok(driver) => {
                    let _ = ready.send(Ok(driver.waker()));
                    serve(driver, lanes, dowry.settings);
                }
                Err(error) => {
                    let _ = ready.send(Err(StartError::new(
                        format!("poll: {error}"),
                        "raise the limit of open files",
                    )));
                }
            }
        }
    }
}

/// Turns until the shard has gone.
fn serve<D: Driver>(
    mut driver: D,
    lanes: &Receiver<Lanes>,
    settings: Box<dyn FnOnce(Moment, Lanes) -> Settings + Send>,
) {
    // The others failed to start: nobody will ever send.
    let Ok(lanes) = lanes.recv() else { return };
    let mut shard = Shard::new(settings(driver.moment(), lanes));
    start_shard(&mut driver, &mut shard);
    while !shard.is_finished(driver.moment().now) {
        turn(&mut driver, &mut shard, true);
    }
    // What was said last leaves with the driver.
    driver.flush();
}

/// Puts the calling thread on a core of its own. Where that is not allowed it runs wherever it may.
fn pin(index: usize, count: usize) {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
    if allowed.count() < count as u32 {
        tracing::warn!(
            shards = count,
            cores = allowed.count(),
            "more shards than cores: shard {index} is not pinned"
        );
        return;
    }
    let Some(core) = cores.nth(index) else { return };
    let mut mine = CpuSet::new();
    mine.set(core);
    match sched_setaffinity(None, &mine) {
        Ok(()) => tracing::info!(core, "shard {index} is pinned"),
        Err(error) => tracing::warn!(%error, "shard {index} could not be pinned"),
    }
}

/// The DiameterIdentity of one shard.
pub(crate) fn origin_host(config: &Config, shard: usize) -> String {
    config.diameter.origin_host.get_ref().replace("{shard}", &shard.to_string())
}

#[allow(clippy::disallowed_methods, reason = "the main reads the clock once; drivers count from there")]
pub(crate) fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

#[allow(clippy::disallowed_methods, reason = "RFC 6733 8.16: Origin-State-Id grows with each start")]
fn unix_seconds() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as u32)
}

/// Local time minus UTC in quarter hours. Time stamps of ours go out in UTC until a zone is configured.
fn quarter_hours() -> i8 {
    0
}

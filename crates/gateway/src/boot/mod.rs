//! From a configuration to running shards, and back.
//!
//! Everything that can fail fails here, before the first shard takes a message: a port in use, a kernel that lacks
//! io_uring, a core that cannot be had.

mod crew;
mod io;
mod shards;
mod sockets;

use std::net::SocketAddr;
use std::sync::Arc;

use shard::{Cargo, Lanes, ShardId, TallyBoard};

use crate::config::{Config, Serves};

pub(crate) use crew::Roll;
pub use io::IoChoice;
pub(crate) use shards::origin;

/// A running gateway.
pub struct Gateway {
    crew: crew::Crew,
    lanes: Vec<Lanes>,
    boards: Vec<Arc<TallyBoard>>,
    directory: Arc<directory::SharedDirectory>,
    addresses: Addresses,
    io: IoChoice,
}

/// Where a running gateway can be reached: as configured, or as the system chose for port 0.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The SIP port that all shards share.
    pub sip: SocketAddr,
    /// The SIP port of each shard.
    pub own_sip: Vec<SocketAddr>,
    /// The MSRP port of each shard.
    pub msrp: Vec<SocketAddr>,
}

/// Why a gateway did not start, and what to do about it.
#[derive(Debug)]
pub struct StartError {
    what: String,
    remedy: String,
}

impl StartError {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        StartError { what: what.into(), remedy: remedy.into() }
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

impl std::error::Error for StartError {}

impl Gateway {
    /// Starts all shards.
    pub fn start(config: &Config) -> Result<Gateway, StartError> {
        let count = config.shard_count();
        let io = io::choose(config.gateway.io)?;
        let (sockets, addresses) = sockets::open(config, count)?;
        let directory = directory::SharedDirectory::new(
            config.sms.routing_queries_max.as_usize(),
            config.access.subscribers_max.as_usize(),
        );
        let directory = Arc::new(directory.with_provisioned(config.provisioned.iter().copied()));
        let boards: Vec<_> = (0..count).map(|_| Arc::new(TallyBoard::new())).collect();
        let family = shards::Family {
            config,
            io: io.clone(),
            directory: directory.clone(),
            boards: boards.clone(),
            addresses: addresses.clone(),
        };
        let (crew, lanes) = shards::start(family, sockets)?;
        Ok(Gateway { crew, lanes, boards, directory, addresses, io })
    }

    /// The ways to the shards.
    pub(crate) fn lanes(&self) -> &[Lanes] {
        &self.lanes
    }

    /// Begins to go out of service: chats are ended and both sides told, then Diameter peers. To be said until
    /// [`Gateway::is_finished`]: an inbox may be full.
    pub fn stop(&self) {
        let Some(lanes) = self.lanes.first() else { return };
        for shard in 0..self.lanes.len() {
            let _ = lanes.push(ShardId(shard as u16), Cargo::Stop, &[]);
        }
    }

    /// Have all shards gone?
    pub fn is_finished(&self) -> bool {
        self.crew.is_finished()
    }

    /// Has any shard gone? Unless all were told to, it has broken a promise of its own.
    pub fn any_finished(&self) -> bool {
        self.crew.roll().any_finished()
    }

    /// Waits until all shards have gone. `Err`: one of them broke a promise of its own and stopped.
    pub fn wait(self) -> Result<(), StartError> {
        match self.crew.wait() {
            0 => Ok(()),
            broken => Err(StartError::new(
                format!("{broken} shard(s) stopped on a broken promise of ours"),
                "the message above says where; please report it",
            )),
        }
    }

    /// Which shards are there.
    pub(crate) fn roll(&self) -> &Roll {
        self.crew.roll()
    }

    /// Where it can be reached.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// How it does I/O, and why.
    pub fn io(&self) -> &IoChoice {
        &self.io
    }

    /// The counters of all shards.
    pub fn boards(&self) -> &[Arc<TallyBoard>] {
        &self.boards
    }

    /// What all shards may ask.
    pub fn directory(&self) -> &Arc<directory::SharedDirectory> {
        &self.directory
    }
}

/// The peers of a configuration as a shard knows them.
pub(crate) fn peers(config: &Config) -> Box<[shard::PeerSettings]> {
    let peers = config.diameter.peer.iter().map(|peer| shard::PeerSettings {
        host: peer.host.as_bytes().into(),
        realm: peer.realm.as_bytes().into(),
        address: peer.address,
        serves_submits: peer.serves.contains(&Serves::SmsIwmsc),
        serves_subscribers: peer.serves.contains(&Serves::Sh),
    });
    peers.collect()
}

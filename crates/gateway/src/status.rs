//! What a gateway is doing, as numbers that an operator can read and a test can hold it to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use shard::{Count, Directory, TallyBoard};

use crate::alarms::{Alarms, Raised};
use crate::boot::{Gateway, Roll};

/// What `/status` shows.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The version of the binary.
    pub version: &'static str,
    /// `uring` or `poll`.
    pub io: &'static str,
    /// Why that one.
    pub io_reason: String,
    /// What an operator must do something about.
    pub alarms: Vec<Raised>,
    /// Routing queries that are remembered.
    pub routing_queries: usize,
    /// Chat users of whom something is known.
    pub subscribers: usize,
    /// Chat users, and what they do, that are counted for a limit.
    pub allowances: usize,
    /// Sums over all shards.
    pub total: Map<String, Value>,
    /// Shard by shard.
    pub shards: Vec<Map<String, Value>>,
}

/// What is needed to tell it at any moment.
#[derive(Clone, Debug)]
pub struct Source {
    boards: Vec<Arc<TallyBoard>>,
    roll: Roll,
    directory: Arc<directory::SharedDirectory>,
    alarms: Alarms,
    io: &'static str,
    io_reason: String,
}

impl Source {
    /// From a running gateway.
    pub fn of(gateway: &Gateway) -> Self {
        Source {
            boards: gateway.boards().to_vec(),
            roll: gateway.roll().clone(),
            directory: gateway.directory().clone(),
            alarms: Alarms::default(),
            io: gateway.io().name(),
            io_reason: gateway.io().reason.clone(),
        }
    }

    /// The alarms, to be looked after by [`crate::alarms::watch`].
    pub fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The numbers now.
    pub fn read(&self) -> Status {
        let shard = |board: &Arc<TallyBoard>| {
            Count::ALL.iter().map(|count| (count.name().to_string(), board.read(*count).into())).collect()
        };
        let total =
            Count::ALL.iter().map(|count| (count.name().to_string(), self.sum(*count).into())).collect();
        Status {
            version: env!("CARGO_PKG_VERSION"),
            io: self.io,
            io_reason: self.io_reason.clone(),
            alarms: self.alarms.raised(),
            routing_queries: self.directory.announcements(),
            subscribers: self.directory.subscribers(),
            allowances: self.directory.allowances(),
            total,
            shards: self.boards.iter().map(shard).collect(),
        }
    }

    /// The sum of `count` over all shards.
    pub fn sum(&self, count: Count) -> u64 {
        self.boards.iter().map(|board| board.read(count)).sum()
    }

    /// Can every shard serve? `Err`: why not. What a shard that has gone put up last says nothing about now.
    pub fn health(&self) -> Result<(), &'static str> {
        if self.roll.any_finished() {
            return Err("a shard has stopped");
        }
        match self.boards.iter().all(|board| board.read(Count::PeersUp) > 0) {
            true => Ok(()),
            false => Err("a shard has no Diameter peer"),
        }
    }
}

/// Asks a running gateway for its status.
pub fn ask(admin: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&admin, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /status HTTP/1.0\r\nHost: {admin}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_string());
    body.ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    /// Two shards on ports of the system's choice; nobody listens where their Diameter peers would be.
    const ALONE: &str = "[gateway]\nshards = 2\nio = \"poll\"\nsessions_per_shard = 10\npairs_per_shard = 10\n\
        [sip]\nport = 0\nown_port_first = 0\n[msrp]\nport_first = 0\n\
        [[diameter.peer]]\nhost = \"h\"\nrealm = \"r\"\naddress = \"127.0.0.1:1\"\nserves = [\"sms_iwmsc\"]\n";

    #[test]
    fn health_fails_once_a_shard_has_gone() {
        let config = config::parse("test.toml", ALONE).expect("a configuration");
        let gateway = Gateway::start(&config).expect("a gateway");
        let source = Source::of(&gateway);
        assert_eq!(source.health(), Err("a shard has no Diameter peer"));
        assert!(!gateway.any_finished());
        while !gateway.any_finished() {
            gateway.stop();
            std::thread::yield_now();
        }
        assert_eq!(source.health(), Err("a shard has stopped"));
        gateway.wait().expect("they were told to");
    }
}

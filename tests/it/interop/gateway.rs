//! `ipsmgw run` as a process, with a configuration of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;
use stage::Addresses;

use super::binary;
use super::ports::Ports;
use super::program::Program;
use super::scratch::Scratch;
use super::waiting::wait_for;

/// What a test wants to be different from the default configuration.
#[derive(Clone, Copy)]
pub struct Wish {
    /// `uring`, `poll`.
    pub io: &'static str,
    /// `own`, `pool`.
    pub numbers: &'static str,
    /// The SMS user's time to think.
    pub answer_timer_s: u32,
}

/// Shards of every gateway here.
pub const SHARDS: usize = 2;

/// The process.
pub struct Gateway {
    program: Program,
    admin: SocketAddr,
}

/// Writes the configuration. SIP is on place 0 of the ports, own SIP ports from 1, MSRP from 10, the operators' on 30.
pub fn configuration(wish: Wish, ports: &Ports, network: &Addresses, scratch: &Scratch) -> PathBuf {
    let Wish { io, numbers, answer_timer_s } = wish;
    let realm = &network.realm;
    let peers = [(&network.sms_centre, "sms_iwmsc"), (&network.sms_gmsc, "sms_gmsc"), (&network.hss, "hss")];
    let peers = peers.map(|(peer, serves)| {
        let (host, at) = (&peer.host, peer.at);
        format!("[[diameter.peer]]\nhost = \"{host}\"\nrealm = \"{realm}\"\naddress = \"{at}\"\nserves = [\"{serves}\"]\n")
    });
    let text = format!(
        "[gateway]\nshards = {SHARDS}\nio = \"{io}\"\n\
         [sip]\nport = {}\nown_port_first = {}\n\
         [msrp]\nport_first = {}\n\
         [diameter]\norigin_host = \"ipsmgw-{{shard}}.{realm}\"\norigin_realm = \"{realm}\"\n{}\
         [sms]\ncorrelation_life_s = {CORRELATION_LIFE_S}\n\
         [numbers]\nsource = \"{numbers}\"\npool = [\"{POOL}\"]\n\
         [chat]\nanswer_timer_s = {answer_timer_s}\n\
         [admin]\nlisten = \"{}\"\n",
        ports.port(0),
        ports.port(1),
        ports.port(10),
        peers.concat(),
        ports.address(30),
    );
    scratch.write("ipsmgw.toml", &text)
}

impl Gateway {
    /// Starts it; it may not be ready yet.
    pub fn start(configuration: &PathBuf, ports: &Ports, scratch: &Scratch) -> Self {
        let mut command = binary::command();
        command.arg("run").arg("--config").arg(configuration);
        Gateway { program: Program::start("ipsmgw", &mut command, scratch), admin: ports.address(30) }
    }

    /// What `/status` says.
    pub fn status(&self) -> Value {
        let told = self.ask("/status").unwrap_or_else(|error| panic!("/status: {error}\n{}", self.log()));
        serde_json::from_str(&told.1)
            .unwrap_or_else(|error| panic!("/status is no JSON: {error}\n{}", told.1))
    }

    /// Waits until it says that it is ready.
    pub fn wait_until_ready(&mut self) {
        wait_for("/health says ready", Duration::from_secs(20), || {
            assert!(!self.program.has_ended(), "it has ended\n{}", self.program.log());
            match self.ask("/health") {
                Ok((200, _)) => Ok(()),
                Ok((status, body)) => Err(format!("{status} {body}{}", self.log())),
                Err(error) => Err(format!("{error}\n{}", self.log())),
            }
        });
    }

    /// Sends SIGTERM and waits for the end.
    pub fn terminate(&mut self) -> ExitStatus {
        self.program.signal("TERM");
        self.program.wait(Duration::from_secs(15))
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.program.log()
    }

    /// A GET of the operators, without the help of the product.
    fn ask(&self, path: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect_timeout(&self.admin, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.admin)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.map(|status| (status, body.to_string())).ok_or_else(|| std::io::Error::other(head.to_string()))
    }
}

/// The numbers that stand for chats in `pool` mode.
const POOL: &str = "+4915199000000-4915199000063";
/// What they begin with: the HSS knows that they are at home at the gateway.
pub const POOL_PREFIX: &str = "49151990000";
/// The shortest that is allowed: a test waits for the end of it.
const CORRELATION_LIFE_S: u32 = 30;
const PATIENCE: Duration = Duration::from_secs(5);

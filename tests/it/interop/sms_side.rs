//! The home network around a gateway of its own process: SMS centre, SMS-GMSC, HSS, SMS users, and a UE for who wants one.
//! It lives on a thread, and does what it is asked between two moments of its play.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use octets::Digits;
use stage::{Addresses, HomeNetwork, HomeNetworkSetup, home_network};

use super::ports::Ports;
use super::waiting::wait_for;

type Order = Box<dyn FnOnce(&mut HomeNetwork) + Send>;

/// The network.
pub struct SmsSide {
    addresses: Addresses,
    /// Nobody gives orders any more: the curtain falls.
    orders: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl SmsSide {
    /// Raises the curtain. Its ports are from place 20 on; the gateway's SIP port is the first.
    pub fn start(ports: &Ports, homed: &[&str]) -> Self {
        let mut setup =
            HomeNetworkSetup::new(origin(), seed(ports), ports.address(0), number("447700900005"));
        setup.ports = stage::Ports {
            ue: ports.port(20),
            scscf: ports.port(21),
            sms_centre: ports.port(22),
            sms_gmsc: ports.port(23),
            hss: ports.port(24),
        };
        setup.homed = homed.iter().copied().map(number).collect();
        let (tell, told) = channel();
        let (orders, ordered) = channel();
        let thread = std::thread::Builder::new().name("sms side".into());
        let thread = thread.spawn(move || play(&setup, &tell, &ordered)).expect("a thread");
        let addresses = told.recv().expect("the network has its sockets; is another run on these ports?");
        SmsSide { addresses, orders: Some(orders), thread: Some(thread) }
    }

    /// Where everybody is.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Asks, or has something done, between two moments of the play.
    pub fn ask<T: Send + 'static>(&self, what: impl FnOnce(&mut HomeNetwork) -> T + Send + 'static) -> T {
        let (tell, told) = channel();
        let order: Order = Box::new(move |network| {
            let _ = tell.send(what(network));
        });
        let orders = self.orders.as_ref().expect("the curtain is up");
        orders.send(order).expect("the network is alive");
        told.recv().expect("the network is alive")
    }

    /// Waits until `count` shards have a connection with each of the peers.
    pub fn wait_for_shards(&self, count: usize, log: impl Fn() -> String) {
        wait_for("every shard has its Diameter peers", Duration::from_secs(15), || {
            let up = self.ask(|network| network.gateway_connections());
            if up == count { Ok(()) } else { Err(format!("{up} of {count}\n{}", log())) }
        });
    }
}

impl Drop for SmsSide {
    fn drop(&mut self) {
        self.orders = None;
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, Some(Ok(()))), "the network stopped on a broken promise of its own");
        }
    }
}

/// A driver cannot change threads: the network is born where it lives.
fn play(setup: &HomeNetworkSetup, tell: &Sender<Addresses>, orders: &Receiver<Order>) {
    let (mut network, addresses) = home_network(setup, None).expect("free ports");
    let _ = tell.send(addresses);
    loop {
        match orders.try_recv() {
            Ok(order) => order(network.cast_mut()),
            Err(std::sync::mpsc::TryRecvError::Empty) => {
                network.run_until(|_| false, MOMENT);
            }
            Err(std::sync::mpsc::TryRecvError::Disconnected) => return,
        }
    }
}

/// These digits.
pub fn number(digits: &str) -> Digits {
    Digits::from_ascii(digits.as_bytes()).expect("one to fifteen digits")
}

/// Two runs must not say the same: a late message of one would fit into the other.
fn seed(ports: &Ports) -> [u8; 32] {
    let SocketAddr::V4(address) = ports.address(0) else { unreachable!("loopback is IPv4 here") };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&std::process::id().to_be_bytes());
    seed[4..6].copy_from_slice(&address.port().to_be_bytes());
    seed
}

#[allow(clippy::disallowed_methods, reason = "who puts up a stage says when time begins")]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

const MOMENT: Duration = Duration::from_millis(10);

//! A hundred ports for one test, below the range that outgoing connections take theirs from.
//!
//! Tests run beside each other, and so do test runs on one machine: the last port of a hundred is held as long as the
//! test lives, and who finds it taken goes to the next hundred.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// The ports.
pub struct Ports {
    first: u16,
    _held: TcpListener,
}

impl Ports {
    /// A hundred that nobody has.
    pub fn take() -> Self {
        let start = std::process::id() % HUNDREDS;
        for place in 0..HUNDREDS {
            let first = FIRST + ((start + place) % HUNDREDS) as u16 * 100;
            if let Ok(held) = TcpListener::bind((Ipv4Addr::LOCALHOST, first + 99)) {
                return Ports { first, _held: held };
            }
        }
        panic!("all {HUNDREDS} hundreds of ports from {FIRST} on are taken");
    }

    /// The port at this place, which is below 99.
    pub fn port(&self, place: u16) -> u16 {
        assert!(place < 99, "the last one is held");
        self.first + place
    }

    /// The same on loopback.
    pub fn address(&self, place: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port(place)))
    }

    /// What a capture must look at.
    pub fn filter(&self) -> String {
        format!("portrange {}-{}", self.first, self.first + 98)
    }
}

/// 20000 to 31999.
const FIRST: u16 = 20_000;
const HUNDREDS: u32 = 120;

//! What work takes a shard, so that what comes too fast has to wait.

use serde::{Deserialize, Serialize};
use tempo::Duration;

use crate::paper;

/// What work takes, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// For each arrival: what the kernel does for it, to read it, to follow it.
    pub arrival_us: u64,
    /// For each datagram that is sent.
    pub datagram_us: u64,
    /// For each message that is sent on a stream.
    pub stream_us: u64,
}

impl Costs {
    /// What a machine takes that is so many times slower than the one that was measured: there 3.9 µs of work for an invitation
    /// that is refused with 503, its ACK included, at 60,000 a second, and 0.55 ms of CPU time for a chat with four texts at 400 a
    /// second (io_uring, one shard, loopback).
    pub fn of_a_machine(slower: u64) -> Self {
        Costs { arrival_us: slower * 8 / 10, datagram_us: slower * 23 / 10, stream_us: slower * 27 }
    }

    /// Does everything happen at once?
    pub fn are_nothing(&self) -> bool {
        *self == Costs::default()
    }

    /// As the driver takes them.
    pub fn each(&self) -> paper::Costs {
        paper::Costs {
            arrival: Duration::from_micros(self.arrival_us),
            datagram: Duration::from_micros(self.datagram_us),
            stream: Duration::from_micros(self.stream_us),
        }
    }
}

//! What is wanted of a host, and where the numbers come from.

/// What the stages compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Pinned threads: each wants a processor for itself.
    pub shards: usize,
    /// Descriptors of the whole process.
    pub files: u64,
    /// Octets that the io_uring rings of all shards lock, when nobody lifts the limit.
    pub locked_octets: u64,
    /// Octets of a socket's buffer, in each direction.
    pub socket_octets: u64,
    /// Packets that wait for one processor.
    pub packets: u64,
    /// Connections that wait to be accepted.
    pub waiting_connections: u64,
}

impl Wanted {
    /// What `shards` shards want, each with the links of a driver's usual options.
    pub fn for_shards(shards: usize) -> Wanted {
        let count = shards as u64;
        Wanted {
            shards,
            files: count * LINKS_PER_SHARD + FILES_BESIDE,
            locked_octets: count * LOCKED_OCTETS_PER_SHARD,
            socket_octets: SOCKET_OCTETS,
            packets: PACKETS,
            waiting_connections: WAITING_CONNECTIONS,
        }
    }
}

/// What a driver's usual options allow at one time.
const LINKS_PER_SHARD: u64 = 4096;
/// Listeners, datagram sockets, rings, bells, the control thread, the log.
const FILES_BESIDE: u64 = 256;
/// A ring of 1024 submissions and 8192 completions and its buffer ring were measured at 260 KiB; doubled, since a ring
/// that has been closed gives its memory back late.
const LOCKED_OCTETS_PER_SHARD: u64 = 520 * 1024;
/// What a driver's usual options ask for: a burst of about 2 000 INVITEs.
const SOCKET_OCTETS: u64 = 4 * 1024 * 1024;
/// A burst from several S-CSCFs into one processor, before the softirq comes to it.
const PACKETS: u64 = 5000;
/// All chat users of a shard connect again at once when a link on the way has failed.
const WAITING_CONNECTIONS: u64 = 4096;

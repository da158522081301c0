//! What the kernel must, and what it may, be able to do.

use core::fmt;

/// What this kernel was found to offer beyond what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Completions are worked off only when the shard asks for them (Linux 6.1); else cooperatively (5.19).
    pub deferred_taskrun: bool,
    /// Streams share large receive buffers that are consumed piece by piece (Linux 6.12); else 16 KiB buffers.
    pub incremental_buffers: bool,
    /// The ring is entered without looking up its descriptor (Linux 5.18).
    pub registered_ring: bool,
}

impl Features {
    /// What is in use, by name, for the log line at boot.
    pub fn names(self) -> [&'static str; 6] {
        [
            if self.deferred_taskrun { "single_issuer+defer_taskrun" } else { "coop_taskrun" },
            if self.incremental_buffers { "incremental_buffers" } else { "classic_buffers" },
            if self.registered_ring { "registered_ring" } else { "unregistered_ring" },
            "buffer_rings",
            "multishot",
            "timed_wait",
        ]
    }
}

/// A thing without which the driver cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// io_uring itself: may be switched off by `kernel.io_uring_disabled` or a seccomp profile.
    Ring,
    /// A wait with a timeout, silent successes, completions that are never lost, the operations in use.
    Operations,
    /// Rings of provided buffers; may also fail for want of lockable memory (`ulimit -l`).
    BufferRings,
    /// Memory for buffers.
    Memory,
    /// Sockets known to the ring by number.
    RegisteredSockets,
    /// One operation that delivers datagram after datagram.
    MultishotRecvmsg,
    /// One operation that delivers a stream piece by piece.
    MultishotRecv,
    /// A send with an address.
    SendTo,
    /// The descriptor that other threads ring.
    Bell,
    /// The sockets that the driver was given.
    Sockets,
}

/// The kernel refused something that the driver needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// What was refused.
    pub feature: Feature,
    /// The kernel's reason; 0 when it gave none.
    pub errno: i32,
}

/// The same, as an answer to [`crate::probe`].
pub type Unsupported = SetupError;

impl SetupError {
    pub(crate) fn new(feature: Feature, error: &std::io::Error) -> SetupError {
        SetupError { feature, errno: error.raw_os_error().unwrap_or(0) }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.feature {
            Feature::Ring => "io_uring",
            Feature::Operations => "the io_uring operations in use",
            Feature::BufferRings => "provided buffer rings",
            Feature::Memory => "memory for receive buffers",
            Feature::RegisteredSockets => "registered sockets",
            Feature::MultishotRecvmsg => "multishot recvmsg",
            Feature::MultishotRecv => "multishot recv",
            Feature::SendTo => "send with an address",
            Feature::Bell => "an eventfd",
            Feature::Sockets => "an option of a socket",
        };
        let reason = std::io::Error::from_raw_os_error(self.errno);
        write!(f, "the kernel refused {what} ({reason}); set io = \"poll\", which needs none of it")
    }
}

impl std::error::Error for SetupError {}

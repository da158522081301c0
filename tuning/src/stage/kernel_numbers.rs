//! Numbers of the kernel that are too small by default: the stage that can be applied and undone.

use super::UNREADABLE;
use crate::{Capability, Finding, Host, Remedy, Verdict, Wanted, proc_text};

/// A number under `/proc/sys`, of which more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelNumber {
    /// The largest receive buffer that a socket may ask for.
    ReceiveBuffer,
    /// The largest send buffer that a socket may ask for.
    SendBuffer,
    /// Packets that wait for one processor.
    PacketBacklog,
    /// Connections that wait to be accepted.
    ListenBacklog,
}

impl KernelNumber {
    /// All. `kernel.io_uring_disabled` is not among them: whoever closed that door did so on purpose.
    pub const ALL: [KernelNumber; 4] = [
        KernelNumber::ReceiveBuffer,
        KernelNumber::SendBuffer,
        KernelNumber::PacketBacklog,
        KernelNumber::ListenBacklog,
    ];

    /// The name that `sysctl` knows.
    pub fn name(self) -> &'static str {
        match self {
            KernelNumber::ReceiveBuffer => "net.core.rmem_max",
            KernelNumber::SendBuffer => "net.core.wmem_max",
            KernelNumber::PacketBacklog => "net.core.netdev_max_backlog",
            KernelNumber::ListenBacklog => "net.core.somaxconn",
        }
    }

    /// The number that `sysctl` calls `name`.
    pub fn named(name: &str) -> Option<KernelNumber> {
        KernelNumber::ALL.into_iter().find(|number| number.name() == name)
    }

    /// Where it is, below the root of a host.
    pub fn file(self) -> String {
        format!("proc/sys/{}", self.name().replace('.', "/"))
    }

    /// What it should be at least.
    pub fn least(self, wanted: &Wanted) -> u64 {
        match self {
            KernelNumber::ReceiveBuffer | KernelNumber::SendBuffer => wanted.socket_octets,
            KernelNumber::PacketBacklog => wanted.packets,
            KernelNumber::ListenBacklog => wanted.waiting_connections,
        }
    }

    /// Compares `host` with what is `wanted`.
    pub fn check(self, host: &Host, wanted: &Wanted) -> Finding {
        let least = self.least(wanted);
        let number = host.number(&self.file());
        let is_lifted = self.is_buffer() && host.may(Capability::NetAdmin);
        let mut value = number.map_or(UNREADABLE.into(), |number| self.said(number));
        if is_lifted {
            value.push_str(", lifted by CAP_NET_ADMIN");
        }
        let or = if self.is_buffer() { ", or CAP_NET_ADMIN" } else { "" };
        Finding {
            name: self.name(),
            verdict: match number {
                // A container with a network of its own does not show the host's numbers.
                None if !is_lifted => Verdict::Unseen,
                number => Verdict::of(is_lifted || number.is_some_and(|number| number >= least)),
            },
            value,
            wanted: format!("at least {}{or}", self.said(least)),
            why: self.why(),
            remedy: Remedy::Run(format!("sysctl -w {}={least}", self.name())),
        }
    }

    fn is_buffer(self) -> bool {
        matches!(self, KernelNumber::ReceiveBuffer | KernelNumber::SendBuffer)
    }

    fn said(self, number: u64) -> String {
        if self.is_buffer() { proc_text::octets(number) } else { number.to_string() }
    }

    fn why(self) -> &'static str {
        match self {
            KernelNumber::ReceiveBuffer => "a burst of INVITEs is lost in the socket before a shard sees it",
            KernelNumber::SendBuffer => "a burst of answers is refused by the socket and must be tried again",
            KernelNumber::PacketBacklog => "the kernel drops packets of a burst, on loopback too",
            KernelNumber::ListenBacklog => "chat users who connect again all at once are turned away",
        }
    }
}

//! Connections that the other side asks for.
//!
//! When the process is out of descriptors or memory the kernel would say at once, and for ever, that somebody waits; so a
//! listener is left alone for a pause, and those who call meanwhile wait in the kernel's queue.

use core::net::SocketAddr;
use core::time::Duration;
use std::net::TcpListener;

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use shard::{LinkId, PortId};
use socket2::SockRef;
use tempo::Instant;

use crate::links::Phase;
use crate::transmit::PollOut;
use crate::watch::{Interest, Source};

/// A listening socket, and when it is listened to again.
pub(crate) struct Listener {
    pub(crate) port: PortId,
    pub(crate) socket: TcpListener,
    pub(crate) resume: Option<Instant>,
}

impl PollOut {
    /// A connection was accepted: gives it a name, unless there is no place for it or it has gone already.
    pub(crate) fn accepted(&mut self, socket: OwnedFd) -> Option<(LinkId, SocketAddr)> {
        let peer = SockRef::from(&socket).peer_addr().ok()?.as_socket()?;
        SockRef::from(&socket).set_tcp_nodelay(true).ok()?;
        let Some(link) = self.links.take(Phase::Open, socket, peer) else {
            self.counters.links_refused += 1;
            return None;
        };
        let socket = self.links.at(link.index).socket.as_ref()?;
        if self.watch.add(Source::Link(link.index), socket, Interest::READ).is_err() {
            self.counters.links_refused += 1;
            self.links.free(link);
            return None;
        }
        self.counters.links_opened += 1;
        self.counters.links_open += 1;
        Some((link, peer))
    }
}

/// Is this a shortage, which lasts, and not the fate of one connection?
pub(crate) fn is_shortage(errno: Errno) -> bool {
    matches!(errno, Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
}

/// How long a shortage is waited for.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

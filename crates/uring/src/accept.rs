//! Connections that the other side asks for: one multishot operation for each listening socket.
//!
//! When the process is out of descriptors or memory the kernel ends the operation and would end the next one at once; so it
//! is started again only after a pause, and those who call meanwhile wait in the kernel's queue.
#![allow(unsafe_code)]

use core::net::SocketAddr;
use core::time::Duration;
use std::net::TcpListener;

use io_uring::{opcode, types};
use rustix::fd::{AsRawFd, FromRawFd, OwnedFd};
use shard::{LinkId, PortId};
use socket2::SockRef;
use tempo::Instant;

use crate::links::Phase;
use crate::token::{Kind, Token};
use crate::transmit::UringOut;

/// A listening socket, and when it is listened to again.
pub(crate) struct Listener {
    pub(crate) port: PortId,
    pub(crate) socket: TcpListener,
    pub(crate) resume: Option<Instant>,
}

impl UringOut {
    /// Starts accepting.
    pub(crate) fn listen(&mut self, index: usize, listener: &Listener) {
        let entry = opcode::AcceptMulti::new(types::Fd(listener.socket.as_raw_fd()))
            .flags(libc::SOCK_CLOEXEC)
            .build()
            .user_data(Token::plain(Kind::Accept, index).encode());
        // SAFETY: a multishot accept points to no memory; the peer's address is asked for afterwards.
        unsafe { self.ring.push(entry) };
    }

    /// A connection was accepted: gives it a name, unless there is no place for it or it has gone already.
    pub(crate) fn accepted(&mut self, descriptor: i32) -> Option<(LinkId, SocketAddr)> {
        // SAFETY: the completion hands the descriptor over, and each completion is seen once.
        let socket = unsafe { OwnedFd::from_raw_fd(descriptor) };
        let peer = SockRef::from(&socket).peer_addr().ok()?.as_socket()?;
        SockRef::from(&socket).set_tcp_nodelay(true).ok()?;
        let Some(link) = self.links.take(Phase::Open, socket, peer) else {
            self.counters.links_refused += 1;
            return None;
        };
        self.counters.links_opened += 1;
        self.counters.links_open += 1;
        Some((link, peer))
    }
}

/// Is this errno a shortage, which lasts, and not the fate of one connection?
pub(crate) fn is_shortage(errno: i32) -> bool {
    matches!(errno, libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
}

/// How long a shortage is waited for.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

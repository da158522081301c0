//! Connections that we ask for.

use core::net::SocketAddr;
use std::io;

use rustix::fd::OwnedFd;
use rustix::net::sockopt;
use shard::LinkId;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::keep_alive::keep_alive;
use crate::links::{News, Phase};
use crate::transmit::PollOut;
use crate::watch::{Interest, Source};

impl PollOut {
    /// Calls `to`. The answer comes as an arrival, also when there is no socket to call from.
    pub(crate) fn connect(&mut self, tag: u64, to: SocketAddr) {
        let has_place = self.links.has_place();
        self.counters.links_refused += u64::from(!has_place);
        let called = if has_place { self.call(to).ok() } else { None };
        let called = called.and_then(|socket| self.enter(tag, socket, to));
        if called.is_none() {
            self.links.news.push_back(News::NotOpened { tag });
        }
    }

    /// The kernel has an answer: is the link open now?
    pub(crate) fn connected(&mut self, id: LinkId) -> bool {
        let link = self.links.at(id.index);
        link.deadline = None;
        let is_open = link.socket.as_ref().is_some_and(|socket| {
            matches!(sockopt::socket_error(socket), Ok(Ok(()))) && rustix::net::getpeername(socket).is_ok()
        });
        if is_open {
            link.phase = Phase::Open;
            self.counters.links_opened += 1;
            self.counters.links_open += 1;
            self.watch_for(id, Interest::READ);
        } else {
            self.links.free(id);
        }
        is_open
    }

    fn enter(&mut self, tag: u64, socket: OwnedFd, to: SocketAddr) -> Option<LinkId> {
        let id = self.links.take(Phase::Connecting { tag }, socket, to)?;
        let link = self.links.at(id.index);
        link.interest = Interest::WRITE;
        let socket = link.socket.as_ref()?;
        if self.watch.add(Source::Link(id.index), socket, Interest::WRITE).is_err() {
            self.links.free(id);
            return None;
        }
        self.links.set_deadline(id.index, self.clock.now() + self.options.connect_patience);
        Some(id)
    }

    fn call(&self, to: SocketAddr) -> io::Result<OwnedFd> {
        let domain = if to.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        keep_alive(SockRef::from(&socket))?;
        if let Some(source) = self.options.source.filter(|source| source.is_ipv4() == to.is_ipv4()) {
            socket.bind(&source.into())?;
        }
        match socket.connect(&to.into()) {
            Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => Err(error),
            _ => Ok(socket.into()),
        }
    }
}

/// The answer comes later.
const IN_PROGRESS: i32 = rustix::io::Errno::INPROGRESS.raw_os_error();

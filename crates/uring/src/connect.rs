//! Connections that we ask for.
#![allow(unsafe_code)]

use core::net::SocketAddr;
use std::io;

use io_uring::{opcode, types};
use rustix::fd::{AsRawFd, OwnedFd};
use shard::LinkId;
use socket2::{Protocol, SockRef, Socket, Type};

use crate::address::{self, ADDRESS_OCTETS_MAX};
use crate::keep_alive::keep_alive;
use crate::links::{News, Phase};
use crate::token::{Kind, Token};
use crate::transmit::UringOut;

impl UringOut {
    /// Calls `to`. The answer comes as an arrival, also when there is no socket to call from.
    pub(crate) fn connect(&mut self, tag: u64, to: SocketAddr) {
        let link = self.socket_to(to).ok().and_then(|socket| {
            let link = self.links.take(Phase::Connecting { tag }, socket, to);
            self.counters.links_refused += u64::from(link.is_none());
            link
        });
        match link {
            Some(link) => self.start_connect(link, to),
            None => self.links.news.push_back(News::NotOpened { tag }),
        }
    }

    /// The kernel is done with a connect: is the link open now?
    pub(crate) fn connected(&mut self, id: LinkId, is_open: bool) -> bool {
        let link = self.links.at(id.index);
        link.is_sending = false;
        link.address = None;
        link.deadline = None;
        if is_open {
            link.phase = Phase::Open;
            self.counters.links_opened += 1;
            self.counters.links_open += 1;
        } else {
            self.links.free(id);
        }
        is_open
    }

    fn socket_to(&self, to: SocketAddr) -> io::Result<OwnedFd> {
        let socket = Socket::new(address::domain(to), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_tcp_nodelay(true)?;
        keep_alive(SockRef::from(&socket))?;
        if let Some(source) = self.options.source.filter(|source| source.is_ipv4() == to.is_ipv4()) {
            socket.bind(&source.into())?;
        }
        Ok(socket.into())
    }

    fn start_connect(&mut self, id: LinkId, to: SocketAddr) {
        let deadline = self.clock.now() + self.options.connect_patience;
        self.links.set_deadline(id.index, deadline);
        let link = self.links.at(id.index);
        let Some(socket) = &link.socket else { return };
        let descriptor = types::Fd(socket.as_raw_fd());
        let room = link.address.insert(Box::new([0; ADDRESS_OCTETS_MAX]));
        let octets = address::encode(to, room);
        let entry = opcode::Connect::new(descriptor, room.as_ptr().cast(), octets as u32)
            .build()
            .user_data(Token::link(Kind::Connect, id).encode());
        link.is_sending = true;
        // SAFETY: the address is boxed in the link until the connect has completed.
        unsafe { self.ring.push(entry) };
    }
}

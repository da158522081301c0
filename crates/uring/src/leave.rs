//! How a connection ends: politely, with all its octets delivered, or at once.
//!
//! Every way leads through [`UringOut::die`] and ends in [`UringOut::settle`], which frees the place when the kernel is done
//! with it and says `Closed`, once.
#![allow(unsafe_code)]

use core::time::Duration;
use std::net::Shutdown;

use io_uring::{opcode, squeue};
use shard::LinkId;
use socket2::SockRef;

use crate::links::{News, Phase};
use crate::token::{Kind, Token};
use crate::transmit::UringOut;

impl UringOut {
    /// The shard asked to close: what was written still leaves.
    pub(crate) fn leave(&mut self, id: LinkId) {
        let Some(link) = self.links.named(id).filter(|link| link.phase == Phase::Open) else { return };
        link.phase = Phase::Leaving;
        let is_done = link.outgoing.pending() == 0;
        self.links.set_deadline(id.index, self.clock.now() + self.options.linger);
        if is_done {
            self.finish(id);
        }
    }

    /// The other side says no more (FIN): what was written still leaves, then the link is gone.
    pub(crate) fn peer_finished(&mut self, id: LinkId) {
        let link = self.links.at(id.index);
        link.peer_has_finished = true;
        match link.phase {
            Phase::Open if link.outgoing.pending() > 0 => self.leave(id),
            Phase::Leaving if link.outgoing.pending() > 0 => {}
            _ => self.die(id),
        }
    }

    /// Everything has left: says FIN, and waits for the other side's unless it has come.
    pub(crate) fn finish(&mut self, id: LinkId) {
        let link = self.links.at(id.index);
        let Some(socket) = &link.socket else { return };
        let is_said = SockRef::from(socket).shutdown(Shutdown::Write).is_ok();
        if is_said && !link.peer_has_finished {
            link.phase = Phase::Lingering;
        } else {
            self.die(id);
        }
    }

    /// It has taken too long to leave, or to come.
    pub(crate) fn expire(&mut self, index: u32) {
        let id = self.links.name(index);
        let link = self.links.at(index);
        if link.outgoing.pending() > 0
            && let Some(socket) = &link.socket
        {
            // RST instead of a kernel that goes on trying for minutes. If that can't be had, it goes on trying.
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
            self.counters.links_cut += 1;
        }
        self.die(id);
    }

    /// Nothing more comes or goes: cancels what the kernel still does for this link.
    pub(crate) fn die(&mut self, id: LinkId) {
        let link = self.links.at(id.index);
        let was_connecting = matches!(link.phase, Phase::Connecting { .. });
        if !was_connecting {
            link.phase = Phase::Dying;
        }
        let sending = if was_connecting { Kind::Connect } else { Kind::StreamSent };
        for (kind, is_with_kernel) in [(Kind::Stream, link.is_receiving), (sending, link.is_sending)] {
            if is_with_kernel {
                let entry = opcode::AsyncCancel::new(Token::link(kind, id).encode())
                    .build()
                    .flags(squeue::Flags::SKIP_SUCCESS)
                    .user_data(Token::link(Kind::Cancel, id).encode());
                // SAFETY: a cancellation points to no memory.
                unsafe { self.ring.push(entry) };
            }
        }
        self.settle(id);
    }

    /// Frees a dying link when nothing of it is with the kernel any more.
    pub(crate) fn settle(&mut self, id: LinkId) {
        let link = self.links.at(id.index);
        if link.phase == Phase::Dying && !link.is_receiving && !link.is_sending {
            self.links.free(id);
            self.counters.links_open -= 1;
            self.links.news.push_back(News::Closed { link: id });
        }
    }
}

//! How a connection ends: politely, with all its octets delivered, or at once. Every way leads through [`PollOut::die`],
//! which says `Closed`, once.

use core::time::Duration;
use std::net::Shutdown;

use shard::LinkId;
use socket2::SockRef;

use crate::links::{News, Phase};
use crate::transmit::PollOut;
use crate::watch::Interest;

impl PollOut {
    /// The shard asked to close: what was written still leaves.
    pub(crate) fn leave(&mut self, id: LinkId) {
        let Some(link) = self.links.named(id).filter(|link| link.phase == Phase::Open) else { return };
        link.phase = Phase::Leaving;
        let is_done = link.outgoing.pending().is_empty();
        self.links.set_deadline(id.index, self.clock.now() + self.options.linger);
        if is_done {
            self.finish(id);
        }
    }

    /// The other side says no more (FIN): what was written still leaves, then the link is gone.
    pub(crate) fn peer_finished(&mut self, id: LinkId) {
        let link = self.links.at(id.index);
        link.peer_has_finished = true;
        let (phase, has_rest) = (link.phase, !link.outgoing.pending().is_empty());
        let interest = Interest { to_read: false, ..link.interest };
        match phase {
            Phase::Open if has_rest => self.leave(id),
            Phase::Leaving if has_rest => {}
            _ => return self.die(id),
        }
        // An end stays readable for ever; to be told of it once is enough.
        self.watch_for(id, interest);
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
        if let Phase::Connecting { tag } = link.phase {
            self.links.free(id);
            self.links.news.push_back(News::NotOpened { tag });
            return;
        }
        if !link.outgoing.pending().is_empty()
            && let Some(socket) = &link.socket
        {
            // RST instead of a kernel that goes on trying for minutes. If that can't be had, it goes on trying.
            let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
            self.counters.links_cut += 1;
        }
        self.die(id);
    }

    /// Nothing more comes or goes.
    pub(crate) fn die(&mut self, id: LinkId) {
        self.links.free(id);
        self.counters.links_open -= 1;
        self.links.news.push_back(News::Closed { link: id });
    }
}

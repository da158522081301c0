//! The half that sends: gathers what a turn says, and hands it to the kernel at the flush.

use core::net::SocketAddr;
use std::net::UdpSocket;

use octets::Writer;
use rustix::io::Errno;
use rustix::net::{SendFlags, send, sendto};
use shard::limits::DATAGRAM_OCTETS_MAX;
use shard::{Departure, LinkId, NoLoan, Outward, PortId, Request};

use crate::Counters;
use crate::clock::Clock;
use crate::links::{Links, Phase};
use crate::mail::Mail;
use crate::options::Options;
use crate::watch::{Interest, Source, Watch};

/// The sending half of [`crate::PollDriver`].
pub struct PollOut {
    pub(crate) watch: Watch,
    pub(crate) links: Links,
    pub(crate) mail: Mail,
    pub(crate) ports: Vec<(PortId, UdpSocket)>,
    pub(crate) counters: Counters,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
}

impl PollOut {
    pub(crate) fn new(watch: Watch, ports: Vec<(PortId, UdpSocket)>, options: Options) -> PollOut {
        PollOut {
            watch,
            links: Links::new(options.links_max),
            mail: Mail::new(),
            ports,
            counters: Counters::default(),
            clock: Clock::new(options.origin, options.quarter_hours),
            options,
        }
    }

    /// Hands every datagram to the kernel; it takes or refuses each at once.
    pub(crate) fn send_mail(&mut self) {
        let (ports, counters) = (&self.ports, &mut self.counters);
        self.mail.send(|port, to, octets| {
            let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
            match sendto(&ports[port].1, octets, flags, &to) {
                Ok(_) => counters.datagrams_sent += 1,
                Err(_) => counters.datagrams_refused += 1,
            }
        });
    }

    /// One send for each stream that is due.
    pub(crate) fn send_streams(&mut self) {
        while let Some(index) = self.links.due.pop() {
            self.links.at(index).is_due = false;
            let id = self.links.name(index);
            // While the kernel is watched for room it has none; the rest goes when it says so.
            if !self.links.at(index).interest.to_write {
                self.send_some(id);
            }
        }
    }

    /// One send of all that waits on a link. What the kernel does not take goes when it has room again.
    pub(crate) fn send_some(&mut self, id: LinkId) {
        let Some(link) = self.links.named(id) else { return };
        let Some(socket) = &link.socket else { return };
        if link.outgoing.pending().is_empty() {
            return;
        }
        self.counters.sends += 1;
        match send(socket, link.outgoing.pending(), SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Ok(octets) => {
                link.outgoing.has_sent(octets);
                self.counters.stream_octets_sent += octets as u64;
            }
            Err(Errno::AGAIN | Errno::INTR | Errno::NOBUFS) => {}
            Err(_) => return self.die(id),
        }
        let is_done = link.outgoing.pending().is_empty();
        let interest = Interest { to_write: !is_done, ..link.interest };
        self.watch_for(id, interest);
        if is_done && self.links.at(id.index).phase == Phase::Leaving {
            self.finish(id);
        }
    }

    /// Changes what a link is watched for, if that is a change.
    pub(crate) fn watch_for(&mut self, id: LinkId, interest: Interest) {
        let Some(link) = self.links.named(id) else { return };
        if let Some(socket) = &link.socket
            && link.interest != interest
        {
            self.watch.change(Source::Link(id.index), socket, interest);
            link.interest = interest;
        }
    }

    fn transmit_datagram(
        &mut self,
        port: PortId,
        to: SocketAddr,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan> {
        let index = self.ports.iter().position(|(known, _)| *known == port).ok_or(NoLoan::Gone)?;
        // What is longer than a datagram can be does not fit into the smaller room and is refused as unfinished.
        let room = room.min(DATAGRAM_OCTETS_MAX);
        if !self.mail.has_room(room) {
            self.send_mail();
        }
        if self.mail.write(index, to, room, fill) { Ok(()) } else { Err(NoLoan::Unfinished) }
    }
}

impl Outward for PollOut {
    fn transmit(
        &mut self,
        to: Departure,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan> {
        match to {
            Departure::Datagram { port, to } => self.transmit_datagram(port, to, room, fill),
            Departure::Stream { link: id } => {
                let link = self.links.named(id).filter(|link| link.phase == Phase::Open);
                link.ok_or(NoLoan::Gone)?.outgoing.append(room, fill)?;
                self.links.make_due(id.index);
                Ok(())
            }
        }
    }

    fn request(&mut self, request: Request) {
        match request {
            Request::Connect { tag, to } => self.connect(tag, to),
            Request::Close { link } => self.leave(link),
        }
    }
}

//! The half that sends: datagrams through the arena, stream messages through each link's own buffer.
//!
//! A datagram is queued for the kernel as it is written; a stream is put on the list of what is due, and [`UringOut::launch`]
//! makes one send of everything that lies there. Both leave with the enter of the flush.
#![allow(unsafe_code)]

use std::net::UdpSocket;

use io_uring::{opcode, squeue, types};
use octets::Writer;
use rustix::fd::AsRawFd;
use shard::limits::DATAGRAM_OCTETS_MAX;
use shard::{Departure, LinkId, NoLoan, Outward, PortId, Request};

use crate::arena::{Arena, Packed};
use crate::clock::Clock;
use crate::links::{Links, Phase};
use crate::options::Options;
use crate::ring::{Ring, Wait};
use crate::token::{Kind, Token};
use crate::{Counters, Feature, SetupError};

/// The sending half of [`crate::UringDriver`].
pub struct UringOut {
    pub(crate) ring: Ring,
    pub(crate) links: Links,
    pub(crate) arena: Arena,
    /// The kernel knows each socket by its index here.
    pub(crate) ports: Vec<(PortId, UdpSocket)>,
    pub(crate) counters: Counters,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
}

impl UringOut {
    pub(crate) fn new(
        ring: Ring,
        ports: Vec<(PortId, UdpSocket)>,
        options: Options,
    ) -> Result<UringOut, SetupError> {
        let arena = Arena::new().map_err(|error| SetupError::new(Feature::Memory, &error))?;
        Ok(UringOut {
            ring,
            links: Links::new(options.links_max),
            arena,
            ports,
            counters: Counters::default(),
            clock: Clock::new(options.origin, options.quarter_hours),
            options,
        })
    }

    /// Starts one send for each stream that is due.
    pub(crate) fn launch(&mut self) {
        while let Some(index) = self.links.due.pop() {
            self.links.at(index).is_due = false;
            self.start_send(index);
        }
    }

    /// A send completed; `outcome` is its octets or an errno.
    pub(crate) fn sent(&mut self, id: LinkId, outcome: Result<usize, i32>) {
        let link = self.links.at(id.index);
        link.is_sending = false;
        match outcome {
            Ok(octets) => {
                link.outgoing.has_flown(octets);
                self.counters.stream_octets_sent += octets as u64;
            }
            Err(libc::EAGAIN | libc::EINTR) => {}
            Err(_) => return self.die(id),
        }
        match (link.phase, link.outgoing.pending()) {
            (Phase::Open, 0) => {}
            (Phase::Open | Phase::Leaving, 1..) => self.links.make_due(id.index),
            (Phase::Leaving, 0) => self.finish(id),
            (Phase::Vacant | Phase::Connecting { .. } | Phase::Lingering | Phase::Dying, _) => self.die(id),
        }
    }

    /// A datagram could not be sent.
    pub(crate) fn refused(&mut self) {
        self.counters.datagrams_sent -= 1;
        self.counters.datagrams_refused += 1;
    }

    /// Submits everything, and frees the arena when the kernel has taken it.
    pub(crate) fn submit(&mut self) {
        for _ in 0..SUBMIT_TRIES {
            if self.ring.is_drained() {
                break;
            }
            self.ring.enter(Wait::Not);
        }
        if self.ring.is_drained() {
            self.arena.reset();
        }
    }

    fn start_send(&mut self, index: u32) {
        let id = self.links.name(index);
        let link = self.links.at(index);
        let is_ready = matches!(link.phase, Phase::Open | Phase::Leaving) && !link.is_sending;
        if !is_ready || link.outgoing.pending() == 0 {
            return;
        }
        let Some(socket) = &link.socket else { return };
        let descriptor = types::Fd(socket.as_raw_fd());
        let octets = link.outgoing.take_off();
        let entry = opcode::Send::new(descriptor, octets.as_ptr(), octets.len() as u32)
            .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL)
            .build()
            .user_data(Token::link(Kind::StreamSent, id).encode());
        link.is_sending = true;
        self.counters.sends += 1;
        // SAFETY: the octets are the link's flying buffer, which is neither filled, moved nor freed while `is_sending`.
        unsafe { self.ring.push(entry) };
    }

    fn transmit_datagram(
        &mut self,
        port: PortId,
        to: core::net::SocketAddr,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Result<(), NoLoan> {
        let index = self.ports.iter().position(|(known, _)| *known == port).ok_or(NoLoan::Gone)?;
        // What is longer than a datagram can be does not fit into the smaller room and is refused as unfinished.
        let room = room.min(DATAGRAM_OCTETS_MAX);
        if !self.arena.has_room(room) || self.ring.room() == 0 {
            self.submit();
        }
        if !self.arena.has_room(room) || self.ring.room() == 0 {
            return Err(NoLoan::Full);
        }
        let packed = self.arena.pack(to, room, fill).ok_or(NoLoan::Unfinished)?;
        self.counters.datagrams_sent += 1;
        // SAFETY: the arena is reset only when an enter has left nothing in the queue, and with MSG_DONTWAIT the kernel
        // is done with address and payload when it has taken the entry.
        unsafe { self.ring.push(datagram_entry(index, &packed)) };
        Ok(())
    }
}

impl Outward for UringOut {
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
                let link = link.ok_or(NoLoan::Gone)?;
                link.outgoing.append(room, fill)?;
                if !link.is_sending {
                    self.links.make_due(id.index);
                }
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

/// The operation that sends a packed datagram from port number `index`. Its success is silent.
fn datagram_entry(index: usize, packed: &Packed) -> squeue::Entry {
    opcode::Send::new(types::Fixed(index as u32), packed.payload, packed.payload_octets)
        .dest_addr(packed.address.cast())
        .dest_addr_len(packed.address_octets)
        .flags(libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
        .build()
        .flags(squeue::Flags::SKIP_SUCCESS)
        .user_data(Token::plain(Kind::DatagramSent, index).encode())
}

/// An enter takes everything unless the kernel is out of memory; then the rest goes with a later one.
const SUBMIT_TRIES: usize = 16;

//! Where datagrams are written and sent from: address and payload side by side, one after the other, all free again
//! when the kernel has taken the batch.
//!
//! Every datagram is sent with `MSG_DONTWAIT`: when the enter that submitted it has returned, the kernel has copied or
//! refused it. So there is no table of slots in flight; [`Arena::reset`] after an enter that left nothing unsubmitted.
#![allow(unsafe_code)]

use core::net::SocketAddr;
use std::io;

use octets::Writer;
use shard::limits::DATAGRAM_OCTETS_MAX;

use crate::address::{self, ADDRESS_OCTETS_MAX};
use crate::mapping::Mapping;

#[derive(Debug)]
pub(crate) struct Arena {
    memory: Mapping,
    used: usize,
}

/// A datagram that lies in the arena until the next [`Arena::reset`].
pub(crate) struct Packed {
    pub(crate) address: *const u8,
    pub(crate) address_octets: u32,
    pub(crate) payload: *const u8,
    pub(crate) payload_octets: u32,
}

impl Arena {
    pub(crate) fn new() -> io::Result<Arena> {
        Ok(Arena { memory: Mapping::new(ARENA_OCTETS)?, used: 0 })
    }

    /// Is there room for a payload of `room` octets before the next reset?
    pub(crate) fn has_room(&self, room: usize) -> bool {
        room <= DATAGRAM_OCTETS_MAX && PAYLOAD_AT + room <= ARENA_OCTETS - self.used
    }

    /// Lets `fill` write a datagram for `to`; `None` keeps nothing, because `fill` wrote nothing or too much.
    pub(crate) fn pack(
        &mut self,
        to: SocketAddr,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> Option<Packed> {
        assert!(self.has_room(room), "asked for room that has_room denied");
        let at = self.used;
        // SAFETY: the kernel was given nothing beyond `used`, and this is the only borrow of the memory.
        let lent = unsafe { self.memory.octets_mut(at, PAYLOAD_AT + room) };
        let (head, payload) = lent.split_at_mut(PAYLOAD_AT);
        let mut writer = Writer::new(payload);
        fill(&mut writer);
        let payload_octets = writer.finish().ok().filter(|octets| *octets > 0)?;
        let head: &mut [u8; ADDRESS_OCTETS_MAX] = head.first_chunk_mut().expect("the head holds an address");
        let address_octets = address::encode(to, head);
        self.used = (at + PAYLOAD_AT + payload_octets).next_multiple_of(CACHE_LINE);
        Some(Packed {
            address: self.memory.place(at).as_ptr(),
            address_octets: address_octets as u32,
            payload: self.memory.place(at + PAYLOAD_AT).as_ptr(),
            payload_octets: payload_octets as u32,
        })
    }

    /// Frees all. The caller knows that the kernel has taken or refused everything that lay here.
    pub(crate) fn reset(&mut self) {
        self.used = 0;
    }
}

/// A turn's worth: several hundred SIP messages, and one datagram of the largest size always fits.
const ARENA_OCTETS: usize = 1024 * 1024;
const CACHE_LINE: usize = 64;
/// Behind the address, at a boundary that suits copying.
const PAYLOAD_AT: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_datagram_leaves_no_trace() {
        let mut arena = Arena::new().expect("memory");
        let to = "192.0.2.1:5060".parse().expect("an address");
        assert!(arena.pack(to, 4, |writer| writer.text("too long")).is_none());
        assert!(arena.pack(to, 4, |_| ()).is_none());
        let first = arena.pack(to, 4, |writer| writer.text("fits")).expect("it fits");
        assert_eq!(first.address, arena.memory.place(0).as_ptr(), "the refused ones took no room");
        assert_eq!((first.address_octets, first.payload_octets), (16, 4));
    }

    #[test]
    fn a_full_arena_says_so_and_a_reset_frees_it() {
        let mut arena = Arena::new().expect("memory");
        let to = "[2001:db8::1]:5060".parse().expect("an address");
        let mut packed = 0;
        while arena.has_room(DATAGRAM_OCTETS_MAX) {
            arena.pack(to, DATAGRAM_OCTETS_MAX, |writer| {
                writer.claim(DATAGRAM_OCTETS_MAX);
            });
            packed += 1;
        }
        assert_eq!(packed, 15);
        arena.reset();
        assert!(arena.has_room(DATAGRAM_OCTETS_MAX));
        assert!(!arena.has_room(DATAGRAM_OCTETS_MAX + 1));
    }
}

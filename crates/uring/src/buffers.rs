//! Rings of provided buffers: the kernel picks one when something arrives, we give it back when the visit is over.
//!
//! *Classic*: a buffer is used once, then given back. *Incremental* (Linux 6.12): a large buffer is used piece by piece by
//! whoever receives next, so that few buffers serve thousands of streams and a long message is not cut into small ones; the
//! completion says only how much was used, and where a piece begins follows from the order of completions.
//!
//! The tail is published once per batch ([`BufferRing::commit`]), not once per buffer.
#![allow(unsafe_code)]

use core::sync::atomic::{AtomicU16, Ordering};
use std::io;

use io_uring::Submitter;
use io_uring::types::{BufRingEntry, IOU_PBUF_RING_INC};

use crate::mapping::Mapping;

pub(crate) struct BufferRing {
    /// The entries that the kernel reads; its own mapping, because it must begin on a page.
    table: Mapping,
    memory: Mapping,
    entries: u16,
    octets_each: usize,
    is_incremental: bool,
    /// Entries ever given; wraps.
    tail: u16,
    committed: u16,
    /// Per buffer: how much of it has been used.
    used: Box<[u32]>,
}

/// A piece of a buffer that the kernel has filled, and that nobody fills again until it is given back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    buffer: u16,
    at: usize,
    octets: usize,
    is_last: bool,
}

impl BufferRing {
    /// Registers `entries` (a power of two) buffers as `group` and gives all of them to the kernel.
    pub(crate) fn new(
        submitter: &Submitter<'_>,
        group: u16,
        entries: u16,
        octets_each: usize,
        is_incremental: bool,
    ) -> io::Result<BufferRing> {
        assert!(entries.is_power_of_two() && entries <= ENTRIES_MAX, "entries of a buffer ring");
        let table = Mapping::new(usize::from(entries) * size_of::<BufRingEntry>())?;
        let memory = Mapping::new(usize::from(entries) * octets_each)?;
        let flags = if is_incremental { IOU_PBUF_RING_INC as u16 } else { 0 };
        let address = table.place(0).as_ptr() as u64;
        // SAFETY: the table lives as long as this value, whose owner ends all operations before it drops it.
        unsafe { submitter.register_buf_ring_with_flags(address, entries, group, flags) }?;
        let used = vec![0; usize::from(entries)].into_boxed_slice();
        let mut ring =
            BufferRing { table, memory, entries, octets_each, is_incremental, tail: 0, committed: 0, used };
        for buffer in 0..entries {
            ring.give_back(buffer);
        }
        ring.commit();
        Ok(ring)
    }

    /// What a completion says that the kernel has filled: `octets` of `buffer`, which it goes on using or not.
    pub(crate) fn piece(&mut self, buffer: u16, octets: usize, goes_on: bool) -> Piece {
        let used = &mut self.used[usize::from(buffer)];
        let at = if self.is_incremental { *used as usize } else { 0 };
        assert!(octets <= self.octets_each - at, "a completion beyond its buffer");
        *used = (at + octets) as u32;
        Piece { buffer, at, octets, is_last: !(self.is_incremental && goes_on) }
    }

    /// The octets of `piece`.
    pub(crate) fn octets(&self, piece: Piece) -> &[u8] {
        let at = usize::from(piece.buffer) * self.octets_each + piece.at;
        // SAFETY: the kernel has filled the piece and writes to it again only after `release`, which takes `&mut self`.
        unsafe { self.memory.octets(at, piece.octets) }
    }

    /// The visit is over: the buffer goes back with the next commit, unless the kernel is still filling its rest.
    pub(crate) fn release(&mut self, piece: Piece) {
        if piece.is_last {
            self.give_back(piece.buffer);
        }
    }

    /// Publishes what was given back.
    pub(crate) fn commit(&mut self) {
        if self.tail == self.committed {
            return;
        }
        self.committed = self.tail;
        let base = self.table.place(0).as_ptr().cast::<BufRingEntry>();
        // SAFETY: `base` is the start of the table that was registered.
        let tail = unsafe { BufRingEntry::tail(base) };
        // SAFETY: the tail is two aligned octets of the table, written by us alone and read by the kernel.
        let tail = unsafe { AtomicU16::from_ptr(tail.cast_mut()) };
        tail.store(self.committed, Ordering::Release);
    }

    fn give_back(&mut self, buffer: u16) {
        self.used[usize::from(buffer)] = 0;
        let memory = self.memory.place(usize::from(buffer) * self.octets_each).as_ptr() as u64;
        let slot = usize::from(self.tail & (self.entries - 1));
        let entry = self.table.place(slot * size_of::<BufRingEntry>()).as_ptr().cast::<BufRingEntry>();
        // SAFETY: the slot is inside of the table and aligned; the kernel reads it only after the next commit, because
        // there are never more buffers given than entries.
        let entry = unsafe { &mut *entry };
        // Field by field: the fourth field of the first entry is the tail.
        entry.set_addr(memory);
        entry.set_len(self.octets_each as u32);
        entry.set_bid(buffer);
        self.tail = self.tail.wrapping_add(1);
    }
}

/// The kernel's limit.
pub(crate) const ENTRIES_MAX: u16 = 32_768;

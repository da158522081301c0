//! Chunks back into messages, by session and Message-ID, RFC 4975 5.1 and 7.3.1.
//!
//! Refuses: to grow after birth, to hold more than a session's share, to keep what nobody finishes.
//! In: chunks that are not whole by themselves ([`ChunkView::is_whole`]), in any order. Out: [`Joined`].
//!
//! Rate: rare, a chat text comes in one chunk. Octets touched: each once, and one look at every slot, so slots are
//! counted in hundreds. Copies: one, into the slot.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;

use crate::Status;
use crate::limits::{MESSAGE_ID_OCTETS_MAX, PIECES_MAX, UNFINISHED_PER_SESSION_MAX};
use crate::wire::{ByteRange, ChunkView, Continuation};

/// A fixed number of slots, each for one message up to a fixed size.
pub struct Reassembly {
    unfinished: Box<[Unfinished]>,
    octets: Box<[u8]>,
    message_octets_max: usize,
}

/// What a chunk made of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is whole: read it with [`Reassembly::bytes`], then [`Reassembly::release`] the slot.
    Whole(Slot),
    /// More chunks are needed.
    Partial,
    /// The message is forgotten and the sender is to stop it, with this status.
    Refused(Status),
    /// The sender gave it up.
    Abandoned,
}

/// The place of a whole message. It goes stale when released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    index: usize,
    generation: u32,
}

impl Reassembly {
    /// All the memory there will be: `slots` messages of up to `message_octets_max` octets.
    pub fn new(slots: usize, message_octets_max: usize) -> Self {
        assert!(message_octets_max <= u32::MAX as usize, "pieces are counted in 32 bits");
        Reassembly {
            unfinished: vec![Unfinished::FREE; slots].into_boxed_slice(),
            octets: vec![0; slots * message_octets_max].into_boxed_slice(),
            message_octets_max,
        }
    }

    /// Takes a chunk of a SEND. The session key is the caller's, unique among the sessions that share this memory.
    pub fn accept(&mut self, session: u64, chunk: &ChunkView<'_>) -> Joined {
        let Some(message_id) = chunk.message_id() else { return Joined::Refused(Status::BAD_REQUEST) };
        let Survey { known, free, held } = self.survey(session, message_id);
        if chunk.continuation() == Continuation::Abandoned {
            known.into_iter().for_each(|index| self.unfinished[index].free());
            return Joined::Abandoned;
        }
        let has_share = held < UNFINISHED_PER_SESSION_MAX;
        let Some(index) = known.or(free.filter(|_| has_share)) else {
            return Joined::Refused(Status::STOP_SENDING);
        };
        if known.is_none() && !self.unfinished[index].take(session, message_id) {
            return Joined::Refused(Status::BAD_REQUEST);
        }
        self.join(index, chunk).unwrap_or_else(|status| {
            self.unfinished[index].free();
            Joined::Refused(status)
        })
    }

    /// The octets of a whole message; empty when the slot is stale.
    pub fn bytes(&self, slot: Slot) -> &[u8] {
        match self
            .unfinished
            .get(slot.index)
            .filter(|held| held.is_whole && held.generation == slot.generation)
        {
            Some(held) => {
                let start = slot.index * self.message_octets_max;
                &self.octets[start..start + held.pieces[0].end as usize]
            }
            None => &[],
        }
    }

    /// Frees the slot of a whole message; a stale slot frees nothing.
    pub fn release(&mut self, slot: Slot) {
        if let Some(held) = self.unfinished.get_mut(slot.index)
            && held.is_whole
            && held.generation == slot.generation
        {
            held.free();
        }
    }

    /// Forgets everything of a session that has ended.
    pub fn discard(&mut self, session: u64) {
        self.unfinished
            .iter_mut()
            .filter(|slot| slot.is_taken && slot.session == session)
            .for_each(Unfinished::free);
    }

    /// Forgets what no chunk has come for since the last sweep; returns how many messages those were. Called
    /// periodically, it lets an unfinished message wait for one to two periods.
    pub fn sweep(&mut self) -> usize {
        let mut forgotten = 0;
        for slot in self.unfinished.iter_mut().filter(|slot| slot.is_taken && !slot.is_whole) {
            if !core::mem::replace(&mut slot.is_fresh, false) {
                slot.free();
                forgotten += 1;
            }
        }
        forgotten
    }

    /// Slots that hold something.
    pub fn len(&self) -> usize {
        self.unfinished.iter().filter(|slot| slot.is_taken).count()
    }

    /// Is nothing held?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One look at every slot.
    fn survey(&self, session: u64, message_id: &[u8]) -> Survey {
        let mut survey = Survey { known: None, free: None, held: 0 };
        for (index, slot) in self.unfinished.iter().enumerate() {
            if !slot.is_taken {
                survey.free = survey.free.or(Some(index));
            } else if slot.session == session {
                survey.held += 1;
                survey.known = survey.known.or_else(|| slot.is_of(message_id).then_some(index));
            }
        }
        survey
    }

    fn join(&mut self, index: usize, chunk: &ChunkView<'_>) -> Result<Joined, Status> {
        let range = chunk.byte_range().unwrap_or(ByteRange::OPEN);
        let body = chunk.body().unwrap_or_default();
        // What came counts, not what was announced: a sender may interrupt a chunk, RFC 4975 7.1.1.
        let end = (range.start - 1).checked_add(body.len() as u64).ok_or(Status::STOP_SENDING)?;
        let furthest = end.max(range.total.unwrap_or(0));
        if furthest > self.message_octets_max as u64 {
            return Err(Status::STOP_SENDING);
        }
        let piece = Piece { start: (range.start - 1) as u32, end: end as u32 };
        let held = &mut self.unfinished[index];
        held.is_fresh = true;
        held.learn_total(range.total)?;
        if chunk.continuation() == Continuation::Last {
            held.learn_total(Some(end))?;
        }
        held.add(piece)?;
        let from = index * self.message_octets_max + piece.start as usize;
        self.octets[from..from + body.len()].copy_from_slice(body);
        if held.has_everything() {
            held.is_whole = true;
            return Ok(Joined::Whole(Slot { index, generation: held.generation }));
        }
        Ok(Joined::Partial)
    }
}

/// Texts do not print.
impl fmt::Debug for Reassembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reassembly({} of {})", self.len(), self.unfinished.len())
    }
}

/// What a chunk finds.
struct Survey {
    /// The slot of its message.
    known: Option<usize>,
    /// A slot that nobody has.
    free: Option<usize>,
    /// Slots of its session.
    held: usize,
}

/// Octets that are there, from `start` up to and not including `end`, counted from 0.
#[derive(Clone, Copy, Default)]
struct Piece {
    start: u32,
    end: u32,
}

/// A message of which some octets are there.
#[derive(Clone, Copy)]
struct Unfinished {
    session: u64,
    message_id: [u8; MESSAGE_ID_OCTETS_MAX],
    message_id_octets: usize,
    generation: u32,
    is_taken: bool,
    is_whole: bool,
    /// Has a chunk come since the last sweep?
    is_fresh: bool,
    total: Option<u32>,
    /// Disjoint, not touching, in order.
    pieces: [Piece; PIECES_MAX],
    count: usize,
}

impl Unfinished {
    const FREE: Unfinished = Unfinished {
        session: 0,
        message_id: [0; MESSAGE_ID_OCTETS_MAX],
        message_id_octets: 0,
        generation: 0,
        is_taken: false,
        is_whole: false,
        is_fresh: false,
        total: None,
        pieces: [Piece { start: 0, end: 0 }; PIECES_MAX],
        count: 0,
    };

    /// A whole message is its reader's: no chunk of the same name joins it any more.
    fn is_of(&self, message_id: &[u8]) -> bool {
        !self.is_whole && self.message_id[..self.message_id_octets] == *message_id
    }

    /// `false`: the Message-ID is longer than any that the parser lets through.
    fn take(&mut self, session: u64, message_id: &[u8]) -> bool {
        let mut own = Unfinished { session, generation: self.generation, is_taken: true, ..Unfinished::FREE };
        let Some(room) = own.message_id.get_mut(..message_id.len()) else { return false };
        room.copy_from_slice(message_id);
        own.message_id_octets = message_id.len();
        *self = own;
        true
    }

    fn free(&mut self) {
        *self = Unfinished { generation: self.generation.wrapping_add(1), ..Unfinished::FREE };
    }

    /// Two totals that differ are no message.
    fn learn_total(&mut self, total: Option<u64>) -> Result<(), Status> {
        let Some(total) = total.map(|total| total as u32) else { return Ok(()) };
        match self.total {
            Some(known) if known != total => Err(Status::BAD_REQUEST),
            _ => {
                self.total = Some(total);
                Ok(())
            }
        }
    }

    /// Adds a piece and melts it with those that it overlaps or touches.
    fn add(&mut self, piece: Piece) -> Result<(), Status> {
        let furthest = piece.end.max(self.pieces[..self.count].last().map_or(0, |last| last.end));
        if self.total.is_some_and(|total| furthest > total) {
            return Err(Status::BAD_REQUEST);
        }
        let mut melted = piece;
        let mut kept = [Piece::default(); PIECES_MAX];
        let mut count = 0;
        let mut keep = |piece: Piece| {
            *kept.get_mut(count).ok_or(Status::STOP_SENDING)? = piece;
            count += 1;
            Ok(())
        };
        let mut behind = false;
        for old in &self.pieces[..self.count] {
            if old.end < melted.start {
                keep(*old)?;
            } else if old.start > melted.end {
                if !core::mem::replace(&mut behind, true) {
                    keep(melted)?;
                }
                keep(*old)?;
            } else {
                melted = Piece { start: melted.start.min(old.start), end: melted.end.max(old.end) };
            }
        }
        if !behind {
            keep(melted)?;
        }
        self.pieces = kept;
        self.count = count;
        Ok(())
    }

    fn has_everything(&self) -> bool {
        self.total
            .is_some_and(|total| self.count == 1 && self.pieces[0].start == 0 && self.pieces[0].end == total)
    }
}

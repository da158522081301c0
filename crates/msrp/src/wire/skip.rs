//! Passing over a frame that is longer than the limit, so that one message too long does not cost the session.
//!
//! In: the front of the frame, then whatever arrives. Out: how many octets to drop, and whether the end was among them.

use super::frame::{END_LINE_OCTETS_MAX, EndLine, keep_alives};
use super::start_line::StartLine;

/// Looks for the end of a frame that nobody keeps.
#[derive(Clone, Copy)]
pub struct Skip {
    end_line: EndLine,
}

/// What to do with the octets at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The frame ends behind `length` octets: drop them and go on with the next frame.
    Done {
        /// Octets to drop.
        length: usize,
    },
    /// Drop `length` octets, keep the rest in front of what arrives next, and ask again.
    More {
        /// Octets to drop.
        length: usize,
    },
}

impl Skip {
    /// Passes over the frame at the front of `bytes`; `None` when its start line cannot be read.
    pub fn over(bytes: &[u8]) -> Option<Skip> {
        let start = StartLine::parse(&bytes[keep_alives(bytes)..]).ok()??;
        Some(Skip { end_line: EndLine::of(start.transaction_id) })
    }

    /// Looks through `bytes`, which begin where the octets dropped before ended.
    pub fn through(&self, bytes: &[u8]) -> Skipped {
        match self.end_line.find(bytes) {
            Some(length) => Skipped::Done { length },
            // The end-line may have begun: what could be its front is kept.
            None => Skipped::More { length: bytes.len().saturating_sub(END_LINE_OCTETS_MAX - 1) },
        }
    }
}

impl core::fmt::Debug for Skip {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Skip")
    }
}

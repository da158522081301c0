//! The references of texts between two, whether in a chat or outside of any: a service centre takes a repetition (TP-RD) for one
//! that it holds when originator, recipient and TP-MR are the same (TS 23.040 9.2.3.25), so the same TP-MR must not come round
//! between the same two before it has to.
//!
//! In: a pair. Out: its next references.

use alloc::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use interwork::Pair;
use tempo::Entropy;

use super::chat::References;

/// The next references of the pairs that wrote last.
pub(super) struct Numbering {
    next: HashMap<Pair, References, FixedState>,
    order: VecDeque<Pair>,
    most: usize,
}

impl Numbering {
    pub(super) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let most = sessions_max.saturating_mul(PAIRS_PER_SESSION);
        Numbering {
            // Twice the room: a map that is half empty never asks for more.
            next: HashMap::with_capacity_and_hasher(
                most.saturating_mul(2),
                FixedState::with_seed(entropy.u64()),
            ),
            order: VecDeque::with_capacity(most),
            most,
        }
    }

    /// Where a chat of this pair begins to count.
    pub(super) fn begin(&self, pair: Pair, entropy: &mut Entropy) -> References {
        // Anywhere: what was written before it is forgotten may still be held, or reported on.
        self.next.get(&pair).copied().unwrap_or_else(|| References::of_nothing(entropy))
    }

    /// A chat of this pair has come so far.
    pub(super) fn end(&mut self, pair: Pair, references: References) {
        if self.next.insert(pair, references).is_some() {
            return;
        }
        self.order.push_back(pair);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.next.remove(&oldest);
        }
    }

    /// The references of a text outside of a chat.
    pub(super) fn take(&mut self, pair: Pair, segments: u8, entropy: &mut Entropy) -> References {
        let mut references = self.begin(pair, entropy);
        let taken = references.take(segments);
        self.end(pair, references);
        taken
    }
}

/// Pairs that are remembered, per chat on average; the one that is longest here is forgotten for a new one.
const PAIRS_PER_SESSION: usize = 4;

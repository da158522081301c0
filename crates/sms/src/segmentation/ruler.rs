//! Where segments end: laid along the text once to count them, and along one segment to cut it.
//!
//! Both walks use the same `push`, so a segment ends where the plan said that it would.

use super::cluster::Clusters;
use crate::Alphabet;

/// Counts units, character by character, and starts a new segment where one is full.
pub(super) struct Ruler {
    alphabet: Alphabet,
    capacity: usize,
    clusters: Clusters,
    segments: usize,
    /// Units in the open segment.
    used: usize,
    /// Units of the open cluster; never more than `used`.
    cluster: usize,
    /// Characters so far, and before the open cluster.
    characters: usize,
    before_cluster: usize,
}

impl Ruler {
    pub(super) fn new(alphabet: Alphabet, capacity: usize) -> Self {
        Ruler {
            alphabet,
            capacity,
            clusters: Clusters::default(),
            segments: 1,
            used: 0,
            cluster: 0,
            characters: 0,
            before_cluster: 0,
        }
    }

    /// Adds a character. When that ends a segment: how many characters, since `new`, lie before the cut.
    #[inline]
    pub(super) fn push(&mut self, character: char) -> Option<usize> {
        let units = self.alphabet.units(character).unwrap_or(0);
        let before = self.characters;
        self.characters += 1;
        // GSM-7 has nothing that continues anything.
        if self.alphabet == Alphabet::Gsm7 || !self.clusters.continues(character) {
            self.before_cluster = before;
            self.cluster = 0;
        }
        self.cluster += units;
        self.used += units;
        if self.used <= self.capacity {
            return None;
        }
        self.segments += 1;
        if self.cluster < self.used && self.cluster <= self.capacity {
            // The cluster moves whole to the next segment.
            self.used = self.cluster;
            return Some(self.before_cluster);
        }
        // It begins this segment, or would not fit any: it is cut before this character.
        self.used = units;
        self.cluster = units;
        Some(before)
    }

    pub(super) fn segments(&self) -> usize {
        self.segments
    }

    /// Units that the open segment still has room for.
    pub(super) fn room(&self) -> usize {
        self.capacity - self.used
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn cuts(alphabet: Alphabet, capacity: usize, text: &str) -> Vec<usize> {
        let mut ruler = Ruler::new(alphabet, capacity);
        text.chars().filter_map(|character| ruler.push(character)).collect()
    }

    #[test]
    fn a_pair_is_not_cut() {
        assert_eq!(cuts(Alphabet::Gsm7, 4, "abc€def"), [3, 6], "an escape and its extension");
        assert_eq!(cuts(Alphabet::Ucs2, 4, "жжж\u{1F600}ж"), [3], "a surrogate pair");
    }

    #[test]
    fn a_character_keeps_its_accents() {
        assert_eq!(cuts(Alphabet::Ucs2, 4, "жжжe\u{301}ж"), [3], "e with an acute accent moves whole");
        assert_eq!(cuts(Alphabet::Ucs2, 4, "жжe\u{301}ж"), [4]);
    }

    #[test]
    fn a_cluster_longer_than_a_segment_is_cut_where_it_must() {
        let text = "e\u{301}\u{301}\u{301}\u{301}\u{301}ж";
        assert_eq!(cuts(Alphabet::Ucs2, 4, text), [4]);
        let text = "же\u{301}\u{301}\u{301}\u{301}ж";
        assert_eq!(cuts(Alphabet::Ucs2, 4, text), [1, 5], "moved first, in the hope that it fits, then cut");
    }
}

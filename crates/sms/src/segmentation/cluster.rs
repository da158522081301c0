//! What a reader takes for one character: a base with its accents, a flag, a family of emoji.
//!
//! Refuses: to be all of UAX 29. The rules here join whatever it joins in texts that people write, at one look back.

use super::continuing::CONTINUING;

/// Remembers just enough of the character before.
#[derive(Default)]
pub(super) struct Clusters {
    before: Before,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    #[default]
    Other,
    /// A zero width joiner: whatever comes next belongs to it.
    Joiner,
    /// The first letter of a flag.
    HalfFlag,
}

impl Clusters {
    /// Does `character` belong to the one before it?
    #[inline]
    pub(super) fn continues(&mut self, character: char) -> bool {
        if u32::from(character) < FIRST && self.before == Before::Other {
            return false;
        }
        self.looked_up(character)
    }

    fn looked_up(&mut self, character: char) -> bool {
        let is_letter_of_flag = matches!(character, '\u{1F1E6}'..='\u{1F1FF}');
        let continues = match self.before {
            Before::Joiner => true,
            Before::HalfFlag if is_letter_of_flag => true,
            _ => is_continuing(character),
        };
        self.before = match character {
            JOINER => Before::Joiner,
            _ if is_letter_of_flag && !continues => Before::HalfFlag,
            _ => Before::Other,
        };
        continues
    }
}

fn is_continuing(character: char) -> bool {
    let point = u32::from(character);
    let run = CONTINUING.partition_point(|(_, last)| *last < point);
    CONTINUING.get(run).is_some_and(|(first, _)| *first <= point)
}

const JOINER: char = '\u{200D}';

/// Nothing below continues anything.
const FIRST: u32 = CONTINUING[0].0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_of_all_kinds_hang_together() {
        for (cluster, what) in [
            ("e\u{301}\u{323}", "two accents"),
            ("\u{1F1E9}\u{1F1EA}", "a flag"),
            ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "a family"),
            ("\u{1F44D}\u{1F3FD}", "a skin tone"),
            ("\u{2764}\u{FE0F}", "a variation selector"),
            ("1\u{FE0F}\u{20E3}", "a keycap"),
            ("\u{928}\u{93F}", "a vowel sign"),
            ("\u{1112}\u{1161}\u{11AB}", "a syllable of jamo"),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}", "a flag of tags"),
        ] {
            let mut clusters = Clusters::default();
            assert!(!clusters.continues('a'));
            let joined = cluster.chars().filter(|character| clusters.continues(*character)).count();
            assert_eq!(joined + 1, cluster.chars().count(), "{what}");
            assert!(!clusters.continues('a'), "{what}: it ends");
        }
    }

    #[test]
    fn the_next_flag_is_another_one() {
        let mut clusters = Clusters::default();
        let joined = "\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}".chars().map(|c| clusters.continues(c));
        assert!(joined.eq([false, true, false, true]));
    }

    #[test]
    fn the_runs_are_sorted_and_apart() {
        assert!(CONTINUING.iter().all(|(first, last)| first <= last));
        assert!(CONTINUING.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }
}

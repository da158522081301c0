//! Segments back into a text (TS 23.040 9.2.3.24.1).

use alloc::collections::BTreeMap;
use alloc::string::String;

use octets::Digits;
use sms::Concatenation;

/// Texts of which some segments are missing.
#[derive(Default)]
pub(super) struct Joining {
    unfinished: BTreeMap<Key, BTreeMap<u8, String>>,
}

/// The same reference from another number, to another number or of another length is another text.
type Key = (Digits, Digits, u16, bool, u8);

impl Joining {
    /// Takes a segment; gives the text when it was the last one that was missing. One that came already changes nothing.
    pub(super) fn take(
        &mut self,
        from: Digits,
        to: Digits,
        place: Option<Concatenation>,
        text: String,
    ) -> Option<String> {
        let Some(Concatenation { reference, wide, total, sequence }) = place else { return Some(text) };
        let key = (from, to, reference, wide, total);
        let segments = self.unfinished.entry(key).or_default();
        segments.entry(sequence).or_insert(text);
        if segments.len() < usize::from(total) {
            return None;
        }
        self.unfinished.remove(&key).map(|segments| segments.into_values().collect())
    }

    /// Texts that still wait for a segment.
    pub(super) fn len(&self) -> usize {
        self.unfinished.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Digits {
        Digits::from_ascii(text.as_bytes()).expect("digits")
    }

    fn place(reference: u16, sequence: u8) -> Option<Concatenation> {
        Some(Concatenation { reference, wide: false, total: 2, sequence })
    }

    #[test]
    fn segments_come_in_any_order_and_do_not_mix() {
        let (alice, bob, carol) = (number("1"), number("2"), number("3"));
        let mut joining = Joining::default();
        assert_eq!(joining.take(alice, bob, place(7, 2), "world".into()), None);
        assert_eq!(joining.take(carol, bob, place(7, 1), "other ".into()), None, "another sender");
        assert_eq!(joining.take(alice, bob, place(8, 1), "later ".into()), None, "another reference");
        assert_eq!(joining.take(alice, bob, place(7, 2), "twice".into()), None, "a repeat");
        assert_eq!(joining.take(alice, bob, None, "short".into()).as_deref(), Some("short"));
        assert_eq!(joining.take(alice, bob, place(7, 1), "hello ".into()).as_deref(), Some("hello world"));
        assert_eq!(joining.len(), 2);
    }
}

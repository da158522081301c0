//! What the sender of a message wants to be told of it, RFC 5438 6.3.

use octets::Writer;

/// A set of notification requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Disposition(u8);

impl Disposition {
    /// Nothing.
    pub const NONE: Disposition = Disposition(0);
    /// That it was delivered.
    pub const POSITIVE_DELIVERY: Disposition = Disposition(1);
    /// That it was not delivered.
    pub const NEGATIVE_DELIVERY: Disposition = Disposition(2);
    /// That it was processed on the way.
    pub const PROCESSING: Disposition = Disposition(4);
    /// That it was shown to the user; an SMS user cannot tell.
    pub const DISPLAY: Disposition = Disposition(8);

    /// Both sets together.
    pub const fn with(self, other: Disposition) -> Disposition {
        Disposition(self.0 | other.0)
    }

    /// Is all of `other` wanted?
    pub fn wants(self, other: Disposition) -> bool {
        self.0 & other.0 == other.0
    }

    /// Is nothing wanted?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reads a comma list; words that it does not know ask for nothing.
    pub(super) fn parse(value: &[u8]) -> Disposition {
        value.split(|octet| *octet == b',').fold(Disposition::NONE, |wanted, word| {
            // Parameters may follow a word, RFC 5438 6.3.
            let word = word.split(|octet| *octet == b';').next().unwrap_or_default().trim_ascii();
            let known = WORDS.iter().find(|(_, text)| word.eq_ignore_ascii_case(text.as_bytes()));
            known.map_or(wanted, |(disposition, _)| wanted.with(*disposition))
        })
    }

    /// Appends the comma list.
    pub(super) fn write(self, out: &mut Writer<'_>) {
        let mut separator = "";
        for (_, text) in WORDS.iter().filter(|(disposition, _)| self.wants(*disposition)) {
            out.text(separator);
            out.text(text);
            separator = ", ";
        }
    }
}

const WORDS: [(Disposition, &str); 4] = [
    (Disposition::POSITIVE_DELIVERY, "positive-delivery"),
    (Disposition::NEGATIVE_DELIVERY, "negative-delivery"),
    (Disposition::PROCESSING, "processing"),
    (Disposition::DISPLAY, "display"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_a_set() {
        let wanted = Disposition::parse(b"display,positive-delivery ,  x-other, display;p=1");
        assert_eq!(wanted, Disposition::POSITIVE_DELIVERY.with(Disposition::DISPLAY));
        assert!(!wanted.wants(Disposition::NEGATIVE_DELIVERY));
        assert!(Disposition::parse(b"").is_empty());
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        wanted.write(&mut out);
        assert_eq!(out.written(), b"positive-delivery, display");
    }
}

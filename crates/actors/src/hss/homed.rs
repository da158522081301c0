//! The numbers that the HSS knows to be at home at the IP-SM-GW (TS 23.204 6.14 step 3a).

use alloc::vec::Vec;

use octets::Digits;

/// Number ranges, each by the digits that its numbers begin with.
#[derive(Clone, Debug, Default)]
pub struct HomedNumbers {
    prefixes: Vec<Digits>,
}

impl HomedNumbers {
    /// All numbers that begin with one of these; a whole number is a range of one.
    pub fn new(prefixes: impl IntoIterator<Item = Digits>) -> Self {
        HomedNumbers { prefixes: prefixes.into_iter().collect() }
    }

    /// Is this one of them?
    pub fn contains(&self, number: Digits) -> bool {
        self.prefixes.iter().any(|prefix| {
            prefix.len() <= number.len() && prefix.iter().zip(number.iter()).all(|(one, other)| one == other)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_begins_alike() {
        let number = |text: &str| Digits::from_ascii(text.as_bytes()).expect("digits");
        let homed = HomedNumbers::new([number("46700"), number("491")]);
        assert!(homed.contains(number("467001")) && homed.contains(number("46700")));
        assert!(!homed.contains(number("4670")) && !homed.contains(number("46710")));
    }
}

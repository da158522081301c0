//! Phone numbers in a configuration.
//!
//! Refuses: to repeat a number that is wrong. A complaint ends up in a log, and even half a number is somebody's;
//! it says what is wrong with the number and where, and the reader has the file.

use std::fmt;

use interwork::{Identity, Msisdn, PeerId, Prefix};
use octets::Digits;
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// One to fifteen digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub Digits);

impl Number {
    /// As a number of a person or a network entity.
    pub fn msisdn(self) -> Msisdn {
        Msisdn(self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| digits(text).map(Number);
        deserializer.deserialize_any(Reader {
            read,
            expected: "an E.164 number of 1 to 15 digits, such as \"+447700900005\"",
        })
    }
}

/// The beginning of numbers, in international form; `"+"` alone is the beginning of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberPrefix(pub Prefix);

impl<'de> Deserialize<'de> for NumberPrefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| match text.trim() {
            "+" => Ok(NumberPrefix(Prefix::EVERYWHERE)),
            _ => digits(text).map(|digits| NumberPrefix(Prefix::of(digits))),
        };
        let expected =
            "how numbers begin, in international form: \"+\" and none to 15 digits, such as \"+4490\"";
        deserializer.deserialize_any(Reader { read, expected })
    }
}

/// A chat user: a number, or a SIP URI as P-Asserted-Identity has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatUser(pub Identity);

impl<'de> Deserialize<'de> for ChatUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| match text.trim() {
            uri if uri.starts_with("sip:") || uri.starts_with("sips:") => {
                Ok(ChatUser(Identity::Name(PeerId::of(uri.as_bytes()))))
            }
            _ => digits(text).map(|digits| ChatUser(Identity::Number(Msisdn(digits)))),
        };
        let expected = "a number such as \"+15550100\", or a SIP URI such as \"sip:alice@ims.example\"";
        deserializer.deserialize_any(Reader { read, expected })
    }
}

/// A number, or a range of numbers of the same length.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NumberRange {
    first: u64,
    last: u64,
    length: usize,
}

impl NumberRange {
    /// The numbers in it.
    pub fn numbers(self) -> impl Iterator<Item = Msisdn> {
        (self.first..=self.last)
            .filter_map(move |value| Digits::from_number(value, self.length).ok().map(Msisdn))
    }

    /// How many there are.
    pub fn count(self) -> u64 {
        self.last - self.first + 1
    }
}

impl fmt::Debug for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumberRange(<{} of {} digits>)", self.count(), self.length)
    }
}

impl<'de> Deserialize<'de> for NumberRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a number, or \"first-last\" with two numbers of the same length, first one lower, at most 100000 in all";
        deserializer.deserialize_any(Reader { read: range, expected })
    }
}

/// What is wrong with a number, without the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    Empty,
    /// The character at this place, from 1, is no digit.
    NoDigit(usize),
    TooLong(usize),
    Lengths(usize, usize),
    Backwards,
    TooMany(u64),
    /// It is no text.
    Kind(&'static str),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wrong::Empty => f.write_str("there is no digit in it"),
            Wrong::NoDigit(place) => write!(f, "character {place} is not a digit"),
            Wrong::TooLong(digits) => write!(f, "it has {digits} digits"),
            Wrong::Lengths(first, last) => write!(f, "the first has {first} digits and the last {last}"),
            Wrong::Backwards => f.write_str("the first is above the last"),
            Wrong::TooMany(count) => write!(f, "it has {count} numbers"),
            Wrong::Kind(kind) => write!(f, "it is {kind} and not text in quotes"),
        }
    }
}

/// Reads a text by `read`; whatever else stands there is refused without being repeated.
struct Reader<F> {
    read: F,
    expected: &'static str,
}

impl<T, F: Fn(&str) -> Result<T, Wrong>> Reader<F> {
    fn refuse<E: de::Error>(&self, wrong: Wrong) -> E {
        E::custom(format_args!("this is not a number: {wrong}; expected {}", self.expected))
    }
}

impl<'de, T, F: Fn(&str) -> Result<T, Wrong>> Visitor<'de> for Reader<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(|wrong| self.refuse(wrong))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<T, E> {
        Err(self.refuse(Wrong::Kind("an integer")))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<T, E> {
        Err(self.refuse(Wrong::Kind("an integer")))
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<T, E> {
        Err(self.refuse(Wrong::Kind("an integer")))
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<T, E> {
        Err(self.refuse(Wrong::Kind("an integer")))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<T, E> {
        Err(self.refuse(Wrong::Kind("a decimal fraction")))
    }
}

fn range(text: &str) -> Result<NumberRange, Wrong> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let behind = text.len() - last.len();
    let first = digits(first)?;
    let last = digits(last).map_err(|wrong| match wrong {
        // Counted from the beginning of the whole text, which is ASCII up to the hyphen: the first number was read.
        Wrong::NoDigit(place) => Wrong::NoDigit(behind + place),
        other => other,
    })?;
    let value = |digits: Digits| digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit));
    let range = NumberRange { first: value(first), last: value(last), length: first.len() };
    if first.len() != last.len() {
        return Err(Wrong::Lengths(first.len(), last.len()));
    }
    if range.first > range.last {
        return Err(Wrong::Backwards);
    }
    match range.count() {
        0..=NUMBERS_MAX => Ok(range),
        count => Err(Wrong::TooMany(count)),
    }
}

/// Digits, with "+" or without; white space around them does not count.
fn digits(text: &str) -> Result<Digits, Wrong> {
    let number = text.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    let digit = |character: char| character.is_ascii_digit();
    if number.is_empty() {
        return Err(Wrong::Empty);
    }
    if let Some(at) = number.find(|character| !digit(character)) {
        let before = text.find(number).unwrap_or(0);
        return Err(Wrong::NoDigit(1 + text[..before + at].chars().count()));
    }
    Digits::from_ascii(number.as_bytes()).map_err(|_| Wrong::TooLong(number.len()))
}

/// Numbers in one range at most: each shard holds the whole pool.
const NUMBERS_MAX: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_plus_or_without() {
        let number = Digits::from_ascii(b"447700900005");
        assert!(digits("+447700900005").ok() == number.ok() && digits("447700900005").is_ok());
        assert!(digits("123456789012345").is_ok(), "fifteen digits");
        assert_eq!(range("+4915199000000-4915199000063").map(NumberRange::count), Ok(64));
        assert_eq!(range("+4915199000000 - +4915199000000").map(NumberRange::count), Ok(1));
    }

    #[test]
    fn what_is_wrong_with_a_number_is_said_without_it() {
        for (text, wrong) in [
            ("", Wrong::Empty),
            ("+", Wrong::Empty),
            ("+44abc", Wrong::NoDigit(4)),
            ("+4477 0090", Wrong::NoDigit(6)),
            ("1234567890123456", Wrong::TooLong(16)),
        ] {
            assert_eq!(digits(text), Err(wrong), "{text}");
        }
        for (text, wrong) in [
            ("4915-491x", Wrong::NoDigit(9)),
            ("4915-49150", Wrong::Lengths(4, 5)),
            ("4916-4915", Wrong::Backwards),
            ("4900000-5000000", Wrong::TooMany(100_001)),
        ] {
            assert_eq!(range(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn a_range_does_not_print_its_numbers() {
        let printed = format!("{:?}", range("+4915199000000-4915199000063"));
        assert_eq!(printed, "Ok(NumberRange(<64 of 13 digits>))");
    }
}

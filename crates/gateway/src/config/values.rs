//! Values that are more than a string or a number: each says what was expected when it is not.

use std::fmt;

use interwork::{Access, Anonymity, LeaveHint, Msisdn, NumberSource, Template, TemplateError, UnknownReply};
use octets::Digits;
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use sip::StatusCode;

/// Whole seconds between `MIN` and `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds<const MIN: u64, const MAX: u64>(pub u64);

impl<const MIN: u64, const MAX: u64> Seconds<MIN, MAX> {
    /// As a duration.
    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Seconds<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounds(u64, u64);
        impl de::Expected for Bounds {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "whole seconds, {} to {}", self.0, self.1)
            }
        }
        let value = i64::deserialize(deserializer)?;
        match u64::try_from(value) {
            Ok(seconds) if (MIN..=MAX).contains(&seconds) => Ok(Seconds(seconds)),
            _ => Err(de::Error::invalid_value(Unexpected::Signed(value), &Bounds(MIN, MAX))),
        }
    }
}

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
        let text = String::deserialize(deserializer)?;
        digits(&text).map(Number).ok_or_else(|| {
            de::Error::invalid_value(
                Unexpected::Str(&text),
                &"an E.164 number of 1 to 15 digits, such as \"+447700900005\"",
            )
        })
    }
}

/// A number, or a range of numbers of the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl<'de> Deserialize<'de> for NumberRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        range(&text).ok_or_else(|| {
            let expected = "a number, or \"first-last\" with two numbers of the same length, first one lower, at most 100000 in all";
            de::Error::invalid_value(Unexpected::Str(&text), &expected)
        })
    }
}

fn range(text: &str) -> Option<NumberRange> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (digits(first.trim())?, digits(last.trim())?);
    let value = |digits: Digits| digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit));
    let range = NumberRange { first: value(first), last: value(last), length: first.len() };
    (first.len() == last.len() && range.first <= range.last && range.count() <= NUMBERS_MAX).then_some(range)
}

fn digits(text: &str) -> Option<Digits> {
    Digits::from_ascii(text.strip_prefix('+').unwrap_or(text).as_bytes()).ok()
}

/// A final status that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalStatus(pub u16);

impl RefusalStatus {
    /// As SIP knows it.
    pub fn status(self) -> StatusCode {
        StatusCode::new(self.0).unwrap_or(StatusCode::TEMPORARILY_UNAVAILABLE)
    }
}

impl<'de> Deserialize<'de> for RefusalStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(deserializer)?;
        match u16::try_from(value) {
            Ok(status @ 400..=699) => Ok(RefusalStatus(status)),
            _ => Err(de::Error::invalid_value(Unexpected::Signed(value), &"a SIP status, 400 to 699")),
        }
    }
}

/// A text with variables.
#[derive(Clone, Debug)]
pub struct Text {
    /// As it stands in the file.
    pub source: String,
    /// As it is spoken.
    pub template: Template,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        match Template::parse(&source) {
            Ok(template) => Ok(Text { source, template }),
            Err(error) => Err(de::Error::custom(match error {
                TemplateError::Empty => "the text is empty; expected something to say".to_string(),
                TemplateError::Unclosed(at) => format!("the \"{{\" at octet {at} of the text has no \"}}\""),
                TemplateError::UnknownVariable(at) => format!(
                    "there is no variable such as the one at octet {at} of the text; expected {{inviter}}, {{topic}}, {{accept}}, {{reject}} or {{leave}}"
                ),
            })),
        }
    }
}

/// Words that are not none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        match words.iter().find(|word| !word.chars().any(char::is_alphanumeric)) {
            Some(word) => {
                Err(de::Error::invalid_value(Unexpected::Str(word), &"a word with letters or digits"))
            }
            None if words.is_empty() => Err(de::Error::invalid_length(0, &"at least one word")),
            None => Ok(Words(words)),
        }
    }
}

/// How many shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shards {
    /// One per available core, at most two.
    Auto,
    /// That many.
    Exactly(u16),
}

impl<'de> Deserialize<'de> for Shards {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Shards;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"auto\" or a number from 1 to 64")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Shards, E> {
                if text == "auto" {
                    Ok(Shards::Auto)
                } else {
                    Err(E::invalid_value(Unexpected::Str(text), &self))
                }
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Shards, E> {
                match u16::try_from(value) {
                    Ok(count @ 1..=64) => Ok(Shards::Exactly(count)),
                    _ => Err(E::invalid_value(Unexpected::Signed(value), &self)),
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// Reads a value of a fixed set by its name.
macro_rules! named {
    ($(#[doc = $doc:literal])+ $reader:ident -> $type:ty { $($name:literal => $value:expr,)+ }) => {
        $(#[doc = $doc])+
        pub fn $reader<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
            let text = String::deserialize(deserializer)?;
            match text.as_str() {
                $($name => Ok($value),)+
                other => Err(de::Error::unknown_variant(other, &[$($name),+])),
            }
        }
    };
}

named! {
    /// Reads `numbers.source`.
    number_source -> NumberSource { "own" => NumberSource::Own, "pool" => NumberSource::Pool, }
}
named! {
    /// Reads `access.authorisation`.
    authorisation -> Access { "anyone" => Access::Anyone, "subscribers" => Access::Subscribers, }
}
named! {
    /// Reads `chat.anonymity`.
    anonymity -> Anonymity { "allowed" => Anonymity::Allowed, "prohibited" => Anonymity::Prohibited, }
}
named! {
    /// Reads `chat.unknown_reply`.
    unknown_reply -> UnknownReply { "hint" => UnknownReply::Hint, "reject" => UnknownReply::Reject, }
}
named! {
    /// Reads `chat.leave_hint`.
    leave_hint -> LeaveHint { "never" => LeaveHint::Never, "first" => LeaveHint::First, "every" => LeaveHint::Every, }
}

/// Numbers in one range at most: each shard holds the whole pool.
const NUMBERS_MAX: u64 = 100_000;

//! Values that are more than a string or a number: each says what was expected when it is not.

use std::fmt;
use std::net::IpAddr;

use interwork::{
    Access, Anonymity, LeaveHint, NumberSource, Template, TemplateError, UnknownReply, WithoutChat,
};
use ipnet::IpNet;
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
        within(deserializer, "whole seconds", MIN, MAX).map(Seconds)
    }
}

/// How many of something, between `MIN` and `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Amount<MIN, MAX> {
    /// As what memory is counted in.
    pub fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Amount<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = within(deserializer, "a whole number", MIN.into(), MAX.into())?;
        Ok(Amount(value as u32))
    }
}

/// Reads an integer between `min` and `max`; else says `what` was expected, and the range.
fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    what: &'static str,
    min: u64,
    max: u64,
) -> Result<u64, D::Error> {
    struct Bounds(&'static str, u64, u64);
    impl de::Expected for Bounds {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}, {} to {}", self.0, self.1, self.2)
        }
    }
    let value = i64::deserialize(deserializer)?;
    match u64::try_from(value) {
        Ok(amount) if (min..=max).contains(&amount) => Ok(amount),
        _ => Err(de::Error::invalid_value(Unexpected::Signed(value), &Bounds(what, min, max))),
    }
}

/// Reads an address that we are known by: it goes into Contact, SDP and Host-IP-Address, so "any" is not one.
pub fn own_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IpAddr, D::Error> {
    let address = IpAddr::deserialize(deserializer)?;
    match address.to_canonical().is_unspecified() {
        false => Ok(address),
        true => Err(de::Error::custom(format_args!(
            "{address} listens everywhere and can be reached nowhere, and this address is told to others (Contact, SDP, Host-IP-Address); name the address that others reach"
        ))),
    }
}

/// Addresses that share a prefix; one address alone is a network of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(pub IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| alone()).map(Network).map_err(|_| {
            let expected = "an address or a network, such as \"192.0.2.10\" or \"192.0.2.0/24\"";
            de::Error::invalid_value(Unexpected::Str(&text), &expected)
        })
    }
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

impl Shards {
    /// How many that is on a machine with so many cores.
    pub fn on(self, cores: usize) -> u16 {
        match self {
            Shards::Auto => cores.clamp(1, SHARDS_AUTO_MAX) as u16,
            Shards::Exactly(count) => count,
        }
    }
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
    /// Reads `sms.without_chat`.
    without_chat -> WithoutChat { "message" => WithoutChat::Message, "refuse" => WithoutChat::Refuse, }
}
named! {
    /// Reads `chat.leave_hint`.
    leave_hint -> LeaveHint { "never" => LeaveHint::Never, "first" => LeaveHint::First, "every" => LeaveHint::Every, }
}

/// With `shards = "auto"`: the rest of a larger machine is for its owner to give.
const SHARDS_AUTO_MAX: usize = 2;

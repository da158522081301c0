//! Event and Subscription-State: what is subscribed to, and for how much longer (RFC 6665 8.2).

use core::fmt;

use octets::Writer;

use super::grammar::{is_token, trim};
use super::{HeaderName, MessageView, Params, put_value};

/// The value of Event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The package, such as `conference`.
    pub package: &'a [u8],
    /// Which of several subscriptions in one dialog.
    pub id: Option<&'a [u8]>,
}

impl<'a> Event<'a> {
    /// Reads the value; `None` outside the grammar.
    pub fn parse(value: &'a [u8]) -> Option<Event<'a>> {
        let (package, params) = word_and_params(value)?;
        let id = params.value(b"id");
        (id != Some(b"")).then_some(Event { package, id })
    }

    /// Reads the header.
    pub fn of(message: &MessageView<'a>) -> Option<Event<'a>> {
        message.header(HeaderName::Event).and_then(Event::parse)
    }

    /// Is it `package`? Packages are compared octet by octet (RFC 6665 8.2.1), and a template is another package.
    pub fn is(&self, package: &[u8]) -> bool {
        self.package == package
    }

    /// Writes the value.
    pub fn write(&self, out: &mut Writer<'_>) {
        put_value(out, self.package);
        if let Some(id) = self.id {
            out.text(";id=");
            put_value(out, id);
        }
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<event of {} octets>", self.package.len())
    }
}

/// The value of Subscription-State.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Accepted and authorised.
    Active {
        /// Until when it lives, from now on.
        expires_s: Option<u32>,
    },
    /// Accepted, not yet authorised.
    Pending {
        /// Until when it lives, from now on.
        expires_s: Option<u32>,
    },
    /// Over.
    Terminated {
        /// Why.
        reason: TerminationReason,
        /// Not again before.
        retry_after_s: Option<u32>,
    },
}

/// Why a subscription ended, and with it what its subscriber may do (RFC 6665 4.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TerminationReason {
    /// Subscribe again, at once.
    Deactivated,
    /// Subscribe again, later.
    Probation,
    /// Not again: the policy has changed.
    Rejected,
    /// It was not refreshed: subscribe again.
    Timeout,
    /// Nobody could decide: later.
    Giveup,
    /// What was watched is no more.
    NoResource,
    /// What was watched changes no more.
    Invariant,
    /// None of these, or none at all: subscribe again.
    Other,
}

impl TerminationReason {
    /// Is a new subscription of any use?
    pub fn invites_again(self) -> bool {
        !matches!(self, Self::Rejected | Self::NoResource | Self::Invariant)
    }
}

impl SubscriptionState {
    /// Reads the value. A state that nobody defined is an active one (RFC 6665 4.1.3: substate extensions); `None`
    /// outside the grammar.
    pub fn parse(value: &[u8]) -> Option<SubscriptionState> {
        let (state, params) = word_and_params(value)?;
        let seconds = |name: &[u8]| match params.value(name) {
            None => Some(None),
            // Longer than anybody waits: a number that does not fit means the same.
            Some(digits) if is_number(digits) => {
                let seconds = octets::decimal(digits).and_then(|seconds| u32::try_from(seconds).ok());
                Some(Some(seconds.unwrap_or(u32::MAX)))
            }
            Some(_) => None,
        };
        let expires_s = seconds(b"expires")?;
        if state.eq_ignore_ascii_case(b"terminated") {
            let reason = params.value(b"reason").unwrap_or_default();
            let known = REASONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(reason));
            let reason = known.map_or(TerminationReason::Other, |(_, reason)| *reason);
            Some(SubscriptionState::Terminated { reason, retry_after_s: seconds(b"retry-after")? })
        } else if state.eq_ignore_ascii_case(b"pending") {
            Some(SubscriptionState::Pending { expires_s })
        } else {
            Some(SubscriptionState::Active { expires_s })
        }
    }

    /// Reads the header, which every NOTIFY has.
    pub fn of(message: &MessageView<'_>) -> Option<SubscriptionState> {
        message.header(HeaderName::SubscriptionState).and_then(SubscriptionState::parse)
    }

    /// Writes the value.
    pub fn write(self, out: &mut Writer<'_>) {
        let mut put = |name: &str, value: Option<u32>| {
            if let Some(value) = value {
                out.text(name);
                out.decimal(u64::from(value));
            }
        };
        match self {
            SubscriptionState::Active { expires_s } => {
                put("active;expires=", expires_s);
                if expires_s.is_none() {
                    out.text("active");
                }
            }
            SubscriptionState::Pending { expires_s } => {
                put("pending;expires=", expires_s);
                if expires_s.is_none() {
                    out.text("pending");
                }
            }
            SubscriptionState::Terminated { reason, retry_after_s } => {
                out.text("terminated");
                if let Some((name, _)) = REASONS.iter().find(|(_, known)| *known == reason) {
                    out.text(";reason=");
                    out.put(name);
                }
                if let Some(seconds) = retry_after_s {
                    out.text(";retry-after=");
                    out.decimal(u64::from(seconds));
                }
            }
        }
    }
}

/// A word and what stands behind it.
fn word_and_params(value: &[u8]) -> Option<(&[u8], Params<'_>)> {
    let value = trim(value);
    let (word, params) = value.split_at(memchr::memchr(b';', value).unwrap_or(value.len()));
    let (word, params) = (trim(word), Params::parse(params)?);
    (is_token(word) && params.is_well_formed()).then_some((word, params))
}

fn is_number(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

const REASONS: [(&[u8], TerminationReason); 7] = [
    (b"deactivated", TerminationReason::Deactivated),
    (b"probation", TerminationReason::Probation),
    (b"rejected", TerminationReason::Rejected),
    (b"timeout", TerminationReason::Timeout),
    (b"giveup", TerminationReason::Giveup),
    (b"noresource", TerminationReason::NoResource),
    (b"invariant", TerminationReason::Invariant),
];

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> String {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        write(&mut out);
        String::from_utf8_lossy(out.written()).into_owned()
    }

    #[test]
    fn states_are_read_as_they_are_written() {
        for (text, state) in [
            ("active;expires=3600", SubscriptionState::Active { expires_s: Some(3600) }),
            ("active", SubscriptionState::Active { expires_s: None }),
            ("pending;expires=0", SubscriptionState::Pending { expires_s: Some(0) }),
            ("pending", SubscriptionState::Pending { expires_s: None }),
            (
                "terminated;reason=noresource",
                SubscriptionState::Terminated { reason: TerminationReason::NoResource, retry_after_s: None },
            ),
            (
                "terminated;reason=probation;retry-after=30",
                SubscriptionState::Terminated {
                    reason: TerminationReason::Probation,
                    retry_after_s: Some(30),
                },
            ),
            (
                "terminated",
                SubscriptionState::Terminated { reason: TerminationReason::Other, retry_after_s: None },
            ),
        ] {
            assert_eq!(SubscriptionState::parse(text.as_bytes()), Some(state));
            assert_eq!(written(|out| state.write(out)), text);
        }
    }

    #[test]
    fn words_have_no_case_and_later_ones_are_no_end() {
        let read = |text: &str| SubscriptionState::parse(text.as_bytes());
        assert_eq!(
            read(" Terminated ; REASON=\"Timeout\""),
            Some(SubscriptionState::Terminated { reason: TerminationReason::Timeout, retry_after_s: None })
        );
        assert_eq!(read("resting;expires=1"), Some(SubscriptionState::Active { expires_s: Some(1) }));
        let long = "active;expires=99999999999999999999999";
        assert_eq!(read(long), Some(SubscriptionState::Active { expires_s: Some(u32::MAX) }));
        for bad in ["", ";expires=1", "active;expires=soon", "active;expires", "two words", "active;;", "a=b"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
        let again = REASONS.map(|(_, reason)| reason.invites_again());
        assert_eq!(again, [true, true, false, true, true, false, false]);
        assert!(TerminationReason::Other.invites_again());
    }

    #[test]
    fn a_package_is_its_whole_name() {
        let event = Event::parse(b" conference ; id = 7 ").expect("good");
        assert!(event.is(b"conference") && event.id == Some(b"7"));
        assert_eq!(written(|out| event.write(out)), "conference;id=7");
        for other in [&b"Conference"[..], b"conference.winfo", b"conference-2"] {
            assert!(!Event::parse(other).expect("good").is(b"conference"));
        }
        for bad in [&b""[..], b";id=1", b"a b", b"conference;id=", b"conference;id"] {
            assert_eq!(Event::parse(bad), None);
        }
        assert_eq!(std::format!("{event:?}"), "<event of 10 octets>");
    }
}

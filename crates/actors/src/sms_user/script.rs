//! How an SMS user behaves, as data.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

/// What somebody does with the texts that he gets. For each text the first rule that fits answers, and the others
/// keep still; in one conversation a rule has one turn, [`When::Always`] has any number. What is said about the same texts
/// twice is one rule with two replies.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub(super) rules: Vec<Rule>,
}

/// When to say what.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which text it is about.
    pub when: When,
    /// What to answer; nothing is a silence that later rules do not break.
    pub replies: Vec<Reply>,
}

/// Which text a rule is about.
#[derive(Clone, PartialEq, Eq)]
pub enum When {
    /// The nth from this partner, counted from 1. The first one is the invitation.
    Nth(usize),
    /// One that contains these words.
    Contains(String),
    /// Any.
    Always,
}

/// One answer.
#[derive(Clone)]
pub struct Reply {
    /// How long after the text.
    pub after: Duration,
    /// The words.
    pub text: String,
}

impl Script {
    /// Never says a word.
    pub fn silent() -> Self {
        Script::default()
    }

    /// With one more rule, that answers with `text` after a while.
    #[must_use]
    pub fn on(self, when: When, after: Duration, text: &str) -> Self {
        self.rule(Rule { when, replies: alloc::vec![Reply { after, text: text.into() }] })
    }

    /// With one more rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        match self.rules.iter_mut().find(|known| known.when == rule.when) {
            Some(known) => known.replies.extend(rule.replies),
            None => self.rules.push(rule),
        }
        self
    }
}

impl When {
    /// Is this a text that it is about, the `nth` of its conversation?
    pub(super) fn matches(&self, nth: usize, text: &str) -> bool {
        match self {
            When::Nth(wanted) => nth == *wanted,
            When::Contains(words) => text.contains(words.as_str()),
            When::Always => true,
        }
    }
}

/// Texts do not print.
impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Nth(nth) => write!(f, "Nth({nth})"),
            When::Contains(words) => write!(f, "Contains({} octets)", words.len()),
            When::Always => f.write_str("Always"),
        }
    }
}

/// Texts do not print.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} octets after {:?})", self.text.len(), self.after)
    }
}

//! Those who have nothing but SMS: each number reads what comes and answers as its script says.
//!
//! In: texts from the SMS centre, as letters. Out: replies to the SMS centre, as letters; what was heard, for tests.

mod script;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use octets::Digits;
use tempo::Instant;

use crate::{Actor, Event, Letter, Out, Participant, ShortText, shown};
pub use script::{Reply, Rule, Script, When};

/// All SMS users of a stage.
#[derive(Default)]
pub struct SmsUser {
    scripts: BTreeMap<Digits, Script>,
    /// By own number and partner: what has been read of whom.
    conversations: BTreeMap<(Digits, Digits), Conversation>,
    unsaid: Vec<Unsaid>,
    heard: Vec<ShortText>,
}

/// One SMS user with one number that writes to him: to him a chat *is* the number it comes from.
#[derive(Default)]
struct Conversation {
    texts: usize,
    /// Rules that have had their turn.
    spent: Vec<usize>,
}

struct Unsaid {
    at: Instant,
    reply: ShortText,
}

impl SmsUser {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more number.
    #[must_use]
    pub fn with(mut self, number: Digits, script: Script) -> Self {
        self.add(number, script);
        self
    }

    /// One more number, or another script for one.
    pub fn add(&mut self, number: Digits, script: Script) {
        self.scripts.insert(number, script);
    }

    /// All texts that arrived, in their order.
    pub fn heard(&self) -> &[ShortText] {
        &self.heard
    }

    /// The texts that `number` got, in their order.
    pub fn heard_by(&self, number: Digits) -> impl Iterator<Item = &ShortText> {
        self.heard.iter().filter(move |text| text.to == number)
    }

    /// Does nobody still mean to say something?
    pub fn is_quiet(&self) -> bool {
        self.unsaid.is_empty()
    }

    fn read(&mut self, now: Instant, text: &ShortText) {
        self.heard.push(text.clone());
        let Some(script) = self.scripts.get(&text.to) else { return };
        let conversation = self.conversations.entry((text.to, text.from)).or_default();
        conversation.texts += 1;
        let matching = script.rules.iter().enumerate().find(|(index, rule)| {
            rule.when.matches(conversation.texts, &text.text)
                && (rule.when == When::Always || !conversation.spent.contains(index))
        });
        let Some((index, rule)) = matching else { return };
        conversation.spent.push(index);
        self.unsaid.extend(rule.replies.iter().map(|reply| Unsaid {
            at: now + reply.after,
            reply: ShortText { from: text.to, to: text.from, text: reply.text.clone() },
        }));
    }

    fn say(&mut self, now: Instant, out: &mut Out) {
        // Stable: what is due at one moment is said in the order of the script.
        self.unsaid.sort_by_key(|unsaid| unsaid.at);
        let due = self.unsaid.iter().take_while(|unsaid| unsaid.at <= now).count();
        for Unsaid { reply, .. } in self.unsaid.drain(..due) {
            let what = String::from("SMS ") + &shown(&reply.text);
            out.sight(now, Participant::SmsUser, Participant::SmsCentre, what);
            out.letter(Participant::SmsCentre, Letter::Text(reply));
        }
    }
}

impl Actor for SmsUser {
    fn name(&self) -> Participant {
        Participant::SmsUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        if let Event::Letter { letter: Letter::Text(text), .. } = event {
            self.read(now, text);
        }
        self.say(now, out);
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.unsaid.iter().map(|unsaid| unsaid.at).min()
    }
}

/// Texts do not print.
impl fmt::Debug for SmsUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsUser({} numbers, {} texts heard)", self.scripts.len(), self.heard.len())
    }
}

#[cfg(test)]
mod tests;

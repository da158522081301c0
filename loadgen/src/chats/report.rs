//! The summary of a run, for people and as JSON.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::verdict::{Texts, Verdict};

/// Everything that a run has shown.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Plays the same chats again.
    pub seed: String,
    /// Chats that began.
    pub chats: u32,
    /// Seconds that the chats took, the wait for an empty gateway not counted.
    pub seconds: f64,
    /// Both halves compared.
    pub verdict: Verdict,
    /// What the peers met on the way.
    pub met: BTreeMap<&'static str, u64>,
    /// Gauges of the gateway that are not back at zero.
    pub left: Vec<(String, u64)>,
    /// Why the gateway's status could not be read in the end.
    pub no_status: Option<String>,
    /// What the gateway has counted.
    pub gateway: Value,
    /// Is nothing wrong?
    pub is_good: bool,
}

/// A name, and what of the texts of one direction it counts.
type Row = (&'static str, fn(&Texts) -> u64);

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} chats in {:.1} s, seed {}", self.chats, self.seconds, self.seed)?;
        for (end, count) in &self.verdict.ends {
            writeln!(f, "  {count:>9}  {end}")?;
        }
        writeln!(f, "  {:<44} {:>14} {:>14}", "texts", "to SMS users", "to chat users")?;
        let (sms, chat) = (&self.verdict.to_sms_users, &self.verdict.to_chat_users);
        let rows: [Row; 8] = [
            ("said", |texts| texts.said),
            ("acknowledged, and heard once by the right one", |texts| texts.taken_and_heard),
            ("refused", |texts| texts.refused.values().sum()),
            ("never answered, the chat was over", |texts| texts.unanswered),
            ("  of these two: heard all the same", |texts| texts.heard_unacknowledged),
            ("too late, and their writer was told so", |texts| texts.told_late),
            ("LOST: acknowledged and not heard", |texts| texts.lost),
            ("DOUBLED: heard twice", |texts| texts.doubled),
        ];
        for (name, count) in rows {
            writeln!(f, "  {name:<44} {:>14} {:>14}", count(sms), count(chat))?;
        }
        for (side, texts) in [("MSRP status", sms), ("TFA result", chat)] {
            for (code, count) in &texts.refused {
                writeln!(f, "  {count:>9}  refused with {side} {code}")?;
            }
        }
        for (what, count) in self.met.iter().filter(|(_, count)| **count > 0) {
            writeln!(f, "  {count:>9}  {what}")?;
        }
        let verdict = &self.verdict;
        if verdict.stalled > 0 {
            writeln!(f, "  {:>9}  chats that stood still until somebody lost his patience", verdict.stalled)?;
        }
        let faults = [
            (verdict.misdelivered, "MISDELIVERED"),
            (verdict.garbled, "GARBLED"),
            (verdict.invited_twice, "INVITED TWICE"),
        ];
        for (count, what) in faults.iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "  {count:>9}  {what}")?;
        }
        for (what, count) in &verdict.disagreements {
            writeln!(f, "  {count:>9}  DISAGREE: {what}")?;
        }
        for (gauge, count) in &self.left {
            writeln!(f, "  {count:>9}  LEFT in the gateway: {gauge}")?;
        }
        if let Some(why) = &self.no_status {
            writeln!(f, "  the gateway's status could not be read: {why}")?;
        }
        verdict.named.iter().try_for_each(|name| writeln!(f, "    {name}"))?;
        match self.is_good {
            true => writeln!(
                f,
                "good: no text lost, doubled or misdelivered, both sides of each chat agree, nothing is left"
            ),
            false => writeln!(f, "BROKEN"),
        }
    }
}

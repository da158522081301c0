//! pair_unique: at most one live chat per (number, SMS user). rested: no number leaves its rest early for a stranger.
//!
//! Seen on the wire: the topic in an invitation tells whose chat a number stands for; INVITE, its final answer and BYE tell
//! how long.

use std::collections::BTreeMap;

use sip::Method;
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene, invited, is_about_invitation};
use crate::plan::What as Fault;
use crate::token::{Side, Token};
use crate::trace::text_of;
use crate::watch::{Crossing, Way, What};

/// Whose chats are on which numbers.
#[derive(Default)]
pub(super) struct Numbers {
    /// Chat by Call-ID.
    calls: BTreeMap<Vec<u8>, u32>,
    /// When a chat was over; `None` while it goes on.
    over: BTreeMap<u32, Option<Instant>>,
    /// The last chat of a pair, and the shard that it is on.
    pairs: BTreeMap<(String, String), (u32, u16)>,
}

impl Numbers {
    /// Was a chat over for at least so long? Also where nobody could see that it was.
    pub(super) fn has_rested(&self, chat: u32, at: Instant, rest: Duration) -> bool {
        match self.over.get(&chat) {
            None => true,
            Some(over) => over.is_some_and(|since| at >= since + rest),
        }
    }
}

/// A chat is invited on a pair that another one had.
pub(super) struct Taken {
    before: u32,
    over_since: Option<Instant>,
    now: u32,
}

impl Numbers {
    pub(super) fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Option<Taken> {
        // A shard that finds no buffer cannot show that a chat is over.
        if scene.plan.faults.iter().any(|fault| matches!(fault.what, Fault::NoDatagrams(_))) {
            return None;
        }
        match &crossing.what {
            What::Sip { message, .. } => {
                let call = message.call_id();
                if let Some(chat) = invited(message).filter(|_| crossing.way == Way::In) {
                    self.calls.entry(call.to_vec()).or_insert(chat);
                    self.over.entry(chat).or_insert(None);
                }
                let is_end = match (message.status(), message.method()) {
                    (None, Method::Bye) => true,
                    (Some(status), _) => status.code() >= 300 && is_about_invitation(message),
                    _ => false,
                };
                if let Some(chat) = self.calls.get(call).filter(|_| is_end) {
                    self.over.entry(*chat).or_insert(None).get_or_insert(crossing.at);
                }
                None
            }
            What::Diameter { message, .. } if crossing.way == Way::Out => {
                let carried = text_of(message).filter(|carried| carried.is_submitted)?;
                let token = Token::first_in(carried.text.as_bytes())?;
                if token.side != Side::Invitation {
                    return None;
                }
                let holder = (token.chat, crossing.shard);
                let before = self.pairs.insert((carried.from, carried.to), holder);
                let (before, _) = before.filter(|(before, _)| *before != token.chat)?;
                Some(Taken { before, over_since: self.over.get(&before).copied().flatten(), now: token.chat })
            }
            What::Crash => {
                // What it had is over. What rests, rests in the memory of nobody.
                for (chat, shard) in self.pairs.values() {
                    if *shard == crossing.shard {
                        self.over.entry(*chat).or_insert(None).get_or_insert(crossing.at);
                    }
                }
                self.pairs.retain(|_, (_, shard)| *shard != crossing.shard);
                None
            }
            _ => None,
        }
    }
}

/// At most one live chat per pair.
#[derive(Default)]
pub struct PairUnique(Numbers);

impl Checker for PairUnique {
    fn promise(&self) -> &'static str {
        "pair_unique"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        let Some(Taken { before, over_since: None, now }) = self.0.see(crossing, scene) else {
            return Ok(());
        };
        Err(format!("chat {now} is invited on the number and SMS user of chat {before}, which goes on"))
    }
}

/// No number leaves its rest early.
#[derive(Default)]
pub struct Rested(Numbers);

impl Checker for Rested {
    fn promise(&self) -> &'static str {
        "rested"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        let Some(Taken { before, over_since: Some(since), now }) = self.0.see(crossing, scene) else {
            return Ok(());
        };
        let rest = Duration::from_secs(scene.plan.operator.rest_s);
        let caller = |id| scene.chat(id).map(|chat| chat.chat_user);
        if scene.plan.operator.own_numbers || caller(before) == caller(now) || crossing.at >= since + rest {
            return Ok(());
        }
        Err(format!(
            "chat {now} is invited on the number of chat {before}, which has been over for less than {rest:?}"
        ))
    }
}

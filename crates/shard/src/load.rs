//! How busy a shard is, and what it can take on besides.
//!
//! An invitation costs little when it is let in, and much in the chat that it becomes. So a shard lets in as many a second as it can
//! carry by what they have cost of late with all that came of them, and none while it does not keep up with what arrives: who chats
//! already is served first. Evenly, as a crowd that comes in at once wants everything at once ever after.
//!
//! Refuses: to read a clock, to know what a request is. In: how long each turn has worked. Out: may this be let in?

use alloc::boxed::Box;
use alloc::vec;

use sip::TransactionKey;
use tempo::{Duration, Instant};

/// How busy a shard is.
#[derive(Debug)]
pub struct Load {
    /// Since when each turn has left something for the next.
    behind_since: Option<Instant>,
    last_turn_ended: Instant,
    /// When the span began that is being looked at.
    span_began: Instant,
    /// How long it has worked since.
    worked: Duration,
    /// What it has let in since, by what that brings with it.
    let_in: u64,
    /// Has it refused anything since?
    has_refused: bool,
    /// Work of the last minute in which there was much, in nanoseconds, what is older counting less.
    past_work: u64,
    /// What was let in meanwhile, likewise, in parts of [`WHOLE`].
    past_let_in: u64,
    /// Work that may be taken on now.
    credit: Duration,
    credited: Instant,
    refused: Box<[Option<TransactionKey>]>,
}

impl Load {
    /// A shard that has done nothing yet.
    pub fn new(now: Instant) -> Self {
        Load {
            behind_since: None,
            last_turn_ended: now,
            span_began: now,
            worked: Duration::ZERO,
            let_in: 0,
            has_refused: false,
            past_work: PRIOR_INVITATIONS * PRIOR_PRICE.as_nanos() as u64,
            past_let_in: PRIOR_INVITATIONS * INVITATION * WHOLE,
            credit: CREDIT_MAX,
            credited: now,
            refused: vec![None; REFUSED_REMEMBERED].into_boxed_slice(),
        }
    }

    /// A turn is over that had something to do since `woke`. Says how long it worked.
    pub fn worked(&mut self, woke: Instant, ended: Instant, is_something_left: bool) -> Duration {
        // What lies between two turns is work, too, when the first has left something.
        let began = if self.behind_since.is_some() { self.last_turn_ended } else { woke };
        let worked = ended.since(began);
        self.worked += worked;
        self.last_turn_ended = ended;
        self.behind_since = is_something_left.then(|| self.behind_since.unwrap_or(began));
        if ended.since(self.span_began) >= SPAN {
            self.close_span(ended);
        }
        worked
    }

    fn close_span(&mut self, now: Instant) {
        let worked = core::mem::take(&mut self.worked);
        let lasted = now.since(core::mem::replace(&mut self.span_began, now));
        let let_in = core::mem::take(&mut self.let_in);
        let has_refused = core::mem::take(&mut self.has_refused);
        // What a shard does that has little to do is mostly not for invitations, and done less well, as few messages share a
        // turn: a night would teach it that they are dear.
        if worked < lasted / 4 && !has_refused {
            return;
        }
        let fade = |past: u64| past - (past >> FADES);
        self.past_work = fade(self.past_work) + worked.as_nanos() as u64;
        self.past_let_in = fade(self.past_let_in) + let_in * WHOLE;
        // Whoever has refused something and had time left has thought it dearer than it is: other work counts as if invitations had
        // brought it.
        if has_refused && worked < lasted * WORK_PERCENT / 100 {
            self.past_work -= self.past_work >> DOUBTS;
        }
    }

    /// May a new invitation be let in? If so, it is counted. One that was refused is refused as often as it comes: who invited
    /// may have heard of it, and somebody would be asked into a chat that nobody is in.
    pub fn lets_in(&mut self, now: Instant, key: TransactionKey) -> bool {
        let slot = key.slot(self.refused.len());
        let price = self.price();
        self.earn(now);
        if self.credit < price || self.behind_for(now) >= BEHIND_MAX || self.refused[slot] == Some(key) {
            self.refused[slot] = Some(key);
            self.has_refused = true;
            return false;
        }
        self.credit -= price;
        self.let_in += INVITATION;
        true
    }

    /// May a message outside of a chat be let in? It brings little with it, so it is refused later than an invitation.
    pub fn lets_in_message(&mut self, now: Instant) -> bool {
        let is_possible = self.behind_for(now) < BEHIND_MAX * 4;
        self.let_in += u64::from(is_possible);
        is_possible
    }

    /// For how long each turn has left something for the next.
    fn behind_for(&self, now: Instant) -> Duration {
        self.behind_since.map_or(Duration::ZERO, |since| now.since(since))
    }

    /// What an invitation has cost so far with all that came of it.
    fn price(&self) -> Duration {
        let work = u128::from(self.past_work) * u128::from(INVITATION * WHOLE);
        let price = work / u128::from(self.past_let_in.max(1));
        Duration::from_nanos(price.min(PRICE_MAX.as_nanos()) as u64)
    }

    fn earn(&mut self, now: Instant) {
        let earned = now.since(self.credited).min(CREDIT_MAX) * WORK_PERCENT / 100;
        self.credit = (self.credit + earned).min(CREDIT_MAX);
        self.credited = now;
    }
}

#[cfg(test)]
mod tests;

/// A fifth of SIP's T1: what is let in is answered before it is repeated.
const BEHIND_MAX: Duration = Duration::from_millis(100);
/// How long a shard is looked at before it is said how busy it was.
const SPAN: Duration = Duration::from_millis(250);
/// The past fades by a part of two to this power in each span: it is a minute long.
const FADES: u32 = 8;
/// And so much of it is doubted in each span. Slowly: chats bring their work later than they are let in.
const DOUBTS: u32 = 10;
/// How much of its time a shard sells.
const WORK_PERCENT: u32 = 97;
/// So much of it at once: invitations do not come evenly.
const CREDIT_MAX: Duration = Duration::from_millis(500);
/// A message outside of a chat, as `past_let_in` counts it.
const WHOLE: u64 = 1 << 16;
/// An invitation brings as much with it as so many of them.
const INVITATION: u64 = 8;
/// What a shard that knows nothing takes an invitation to cost, and for how many it keeps to that belief.
const PRIOR_PRICE: Duration = Duration::from_micros(400);
const PRIOR_INVITATIONS: u64 = 200;
/// No invitation is dearer.
const PRICE_MAX: Duration = Duration::from_millis(50);
/// Refused invitations that are known again: what comes twice comes within moments.
const REFUSED_REMEMBERED: usize = 4096;

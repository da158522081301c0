//! The watchdog of RFC 3539 3.4.1: OKAY, SUSPECT, REOPEN. DOWN is the connection machine's own Closed.
//!
//! Rate: every message is a sign of life, so hearing one in OKAY stores one instant; the timer finds it when it fires.

use tempo::{Duration, Entropy, Instant};
use visits::{Machine, kinds};

/// What the algorithm thinks of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Okay,
    Suspect,
    Reopen,
}

/// What it wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    SendDwr,
    Failback,
    Failover,
    Close,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Watchdog {
    health: Health,
    /// A DWR has no DWA yet.
    is_pending: bool,
    /// DWAs since the connection was opened again; -1 after one was late.
    answers: i8,
    heard: Instant,
    interval: Duration,
}

impl Watchdog {
    /// For a new connection; one that follows a failure must first earn its trust.
    pub fn new(now: Instant, is_distrusted: bool, interval: Duration) -> Self {
        let health = if is_distrusted { Health::Reopen } else { Health::Okay };
        Watchdog { health, is_pending: is_distrusted, answers: 0, heard: now, interval }
    }

    pub fn health(&self) -> Health {
        self.health
    }

    /// When silence will have lasted too long.
    pub fn deadline(&self) -> Instant {
        self.heard + self.interval
    }

    /// A message that is not a DWA.
    pub fn hear(&mut self, now: Instant) -> Option<Verdict> {
        VISITS.visit(self, &Sign::Message);
        self.revive(now)
    }

    fn revive(&mut self, now: Instant) -> Option<Verdict> {
        match self.health {
            Health::Okay => {
                self.heard = now;
                None
            }
            Health::Suspect => {
                self.heard = now;
                self.health = Health::Okay;
                Some(Verdict::Failback)
            }
            // Nothing but DWAs counts here.
            Health::Reopen => None,
        }
    }

    /// A DWA.
    pub fn hear_answer(&mut self, now: Instant) -> Option<Verdict> {
        VISITS.visit(self, &Sign::Answer);
        self.is_pending = false;
        match self.health {
            Health::Okay | Health::Suspect => self.revive(now),
            Health::Reopen if self.answers < ANSWERS_TO_TRUST - 1 => {
                self.answers += 1;
                None
            }
            Health::Reopen => {
                self.answers += 1;
                self.heard = now;
                self.health = Health::Okay;
                Some(Verdict::Failback)
            }
        }
    }

    /// The timer; `None` when a sign of life moved the deadline meanwhile. `interval` is the next one.
    pub fn expire(&mut self, now: Instant, interval: Duration) -> Option<Verdict> {
        if now < self.deadline() {
            return None;
        }
        VISITS.visit(self, &Sign::Silence);
        // SetWatchdog: count from now, not from the last sign of life.
        self.heard = now;
        self.interval = interval;
        match (self.health, self.is_pending) {
            (Health::Okay | Health::Reopen, false) => {
                self.is_pending = true;
                Some(Verdict::SendDwr)
            }
            (Health::Okay, true) => {
                self.health = Health::Suspect;
                Some(Verdict::Failover)
            }
            (Health::Suspect, _) => Some(Verdict::Close),
            (Health::Reopen, true) if self.answers < 0 => Some(Verdict::Close),
            (Health::Reopen, true) => {
                self.answers = -1;
                None
            }
        }
    }
}

/// Tw with its jitter: two seconds to either side, so that watchdogs do not march in step, and never below six seconds.
pub(super) fn interval(tw: Duration, chance: &mut Entropy) -> Duration {
    let jitter = Duration::from_nanos(chance.below(2 * JITTER.as_nanos() as u64 + 1));
    (tw.saturating_sub(JITTER) + jitter).max(INTERVAL_MIN)
}

/// NumDWA of RFC 3539: three in a row.
const ANSWERS_TO_TRUST: i8 = 3;
const JITTER: Duration = Duration::from_secs(2);
const INTERVAL_MIN: Duration = Duration::from_secs(6);

pub(crate) static VISITS: Machine = Machine::of::<Watchdog, Sign>("Watchdog");

/// What a watchdog hears.
#[derive(Clone, Copy, Debug)]
enum Sign {
    Message,
    Answer,
    Silence,
}

kinds! { Sign: Message, Answer, Silence }
kinds! { Watchdog: ;
    Self { health: Health::Okay, is_pending: false, .. } => "Okay",
    Self { health: Health::Okay, is_pending: true, .. } => "Okay(asked)",
    Self { health: Health::Suspect, .. } => "Suspect",
    Self { health: Health::Reopen, is_pending: false, .. } => "Reopen",
    Self { health: Health::Reopen, is_pending: true, answers: 0.., .. } => "Reopen(asked)",
    Self { health: Health::Reopen, is_pending: true, .. } => "Reopen(late)",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_stays_within_its_jitter_and_never_below_six_seconds() {
        let mut chance = Entropy::from_seed([1; 32]);
        for _ in 0..1000 {
            let drawn = interval(Duration::from_secs(30), &mut chance);
            assert!((Duration::from_secs(28)..=Duration::from_secs(32)).contains(&drawn));
            assert!(interval(Duration::from_secs(1), &mut chance) >= INTERVAL_MIN);
        }
    }
}

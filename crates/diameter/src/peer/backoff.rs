//! How long to wait before the next attempt: quickly at first, then every Tc, never in step with other nodes.

use tempo::{Duration, Entropy};

use super::Timing;

/// Attempts since things last went well.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause before the next attempt: doubled each time, lengthened by up to a quarter.
    pub fn pause(&mut self, timing: &Timing, chance: &mut Entropy) -> Duration {
        let doubled = timing.reconnect_first.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        lengthened(doubled.min(timing.reconnect_max), chance)
    }

    /// A connection that has held for at least so long was good: for longer than it was waited for. So who is lost at once is called
    /// less and less often, and who was lost after minutes, or twice in one, is soon called again.
    pub fn trial(&self, timing: &Timing) -> Duration {
        let doubled = timing.reconnect_first.saturating_mul(1 << self.failures.saturating_sub(1).min(16));
        doubled.min(timing.reconnect_max)
    }

    /// The connection was good: start over.
    pub fn forget(&mut self) {
        self.failures = 0;
    }

    /// Quick attempts will not help.
    pub fn exhaust(&mut self) {
        self.failures = self.failures.max(16);
    }
}

/// A restarted site must not be called by all of its neighbours in the same second.
pub(super) fn lengthened(pause: Duration, chance: &mut Entropy) -> Duration {
    let quarter = u64::try_from(pause.as_nanos() / 4).unwrap_or(u64::MAX);
    pause.saturating_add(Duration::from_nanos(chance.below(quarter)))
}

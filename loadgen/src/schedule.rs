//! When each invitation is to leave: a constant rate, decided before the run.

use tempo::Duration;

/// `count` moments, `rate` a second.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Invitations a second, at least one.
    pub rate: u32,
    /// How many in all.
    pub count: u32,
}

impl Schedule {
    /// When invitation `n`, counted from zero, is to leave, seen from the start. Not a sum of rounded intervals: the
    /// thousandth of a thousand a second is as exact as the first.
    pub fn moment(&self, n: u32) -> Duration {
        Duration::from_nanos(u64::from(n) * NANOS / u64::from(self.rate))
    }

    /// When the last one is to leave.
    pub fn last_moment(&self) -> Duration {
        self.moment(self.count.saturating_sub(1))
    }
}

const NANOS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact_at_any_rate() {
        for rate in [1, 3, 200, 7919, 100_000] {
            let schedule = Schedule { rate, count: 1_000_000 };
            assert_eq!(schedule.moment(0), Duration::ZERO);
            assert_eq!(schedule.moment(rate), Duration::from_secs(1), "{rate} a second");
            assert_eq!(schedule.moment(9 * rate), Duration::from_secs(9));
        }
        let schedule = Schedule { rate: 200, count: 1000 };
        assert_eq!(schedule.last_moment(), Duration::from_millis(4995));
    }
}

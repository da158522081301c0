//! How often somebody may do something: a token bucket, of which one moment is all that must be kept (the virtual scheduling of
//! ITU-T I.371).
//!
//! Touched: eight octets. In: `spend`. Out: leave, or the moment from which there is leave again.

use tempo::{Duration, Instant};

/// So many within a time: all of them at once after a rest, and one more each time a part of it has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// The time that one takes to come back.
    each: Duration,
    /// The time that all take.
    all: Duration,
}

/// What of a rate somebody has left. The default is all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Allowance {
    full_at: Instant,
}

impl Rate {
    /// `most` within `time`; `None` when there is no limit, which is what none at all means.
    pub fn new(most: u32, time: Duration) -> Option<Rate> {
        let each = time.checked_div(most).filter(|each| !each.is_zero())?;
        Some(Rate { each, all: each * most })
    }
}

impl Allowance {
    /// Uses one up. `Err` is when the next one is there, to the nanosecond.
    pub fn spend(&mut self, rate: Rate, now: Instant) -> Result<(), Instant> {
        let full_at = self.full_at.max(now) + rate.each;
        // Whatever was spent before `all` ago is back: what is missing never takes longer than that.
        let missing = full_at.since(now);
        if missing > rate.all {
            return Err(now + (missing - rate.all));
        }
        self.full_at = full_at;
        Ok(())
    }

    /// When it is as if nothing had been spent.
    pub fn full_at(self) -> Instant {
        self.full_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn all_may_be_spent_at_once_and_then_one_at_a_time() {
        let rate = Rate::new(10, Duration::from_secs(3600)).expect("a limit");
        let mut allowance = Allowance::default();
        for _ in 0..10 {
            assert_eq!(allowance.spend(rate, at(1000)), Ok(()));
        }
        assert_eq!(allowance.spend(rate, at(1000)), Err(at(1360)));
        // Asking costs nothing, and the moment that was named is the right one.
        assert_eq!(allowance.spend(rate, at(1359)), Err(at(1360)));
        assert_eq!(allowance.spend(rate, at(1360)), Ok(()));
        assert_eq!(allowance.spend(rate, at(1360)), Err(at(1720)));
        assert_eq!(allowance.full_at(), at(1360 + 3600));
        for _ in 0..10 {
            assert_eq!(allowance.spend(rate, at(1360 + 3600)), Ok(()), "after a rest all are back");
        }
        assert!(allowance.spend(rate, at(1360 + 3600)).is_err());
    }

    #[test]
    fn whoever_keeps_to_the_rate_never_meets_it() {
        let rate = Rate::new(7, Duration::from_secs(60)).expect("a limit");
        let mut allowance = Allowance::default();
        for n in 0..10_000_u32 {
            assert_eq!(allowance.spend(rate, Instant::ZERO + rate.each * n), Ok(()));
        }
    }

    #[test]
    fn an_uneven_rate_gives_no_more_and_no_less() {
        for most in [1, 3, 7, 30, 1_000_000] {
            let rate = Rate::new(most, Duration::from_secs(60)).expect("a limit");
            let mut allowance = Allowance::default();
            let spent = (0..most + 10).filter(|_| allowance.spend(rate, at(5)).is_ok()).count();
            assert_eq!(spent, most as usize);
        }
    }

    #[test]
    fn none_is_no_limit() {
        assert_eq!(Rate::new(0, Duration::from_secs(60)), None);
    }
}

//! The calendar of a stage: actors are told monotonic moments only, and some of their messages carry a date.

use tempo::{Instant, WallClock};

/// What the wall clock said at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Calendar {
    moment: Instant,
    wall: WallClock,
}

impl Calendar {
    /// At `moment` the wall clock said `wall`.
    pub fn new(moment: Instant, wall: WallClock) -> Self {
        Calendar { moment, wall }
    }

    /// What the wall clock says at `now`; before the first moment it stands still.
    pub fn at(&self, now: Instant) -> WallClock {
        let passed = now.since(self.moment).as_secs();
        let unix_seconds = self.wall.unix_seconds.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX));
        WallClock { unix_seconds, ..self.wall }
    }
}

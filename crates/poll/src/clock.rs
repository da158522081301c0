//! The two clocks: the only place of this crate that reads them.

use core::time::Duration;

use shard::Moment;
use tempo::{Instant, WallClock};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: std::time::Instant,
    quarter_hours: i8,
}

impl Clock {
    pub(crate) fn new(origin: std::time::Instant, quarter_hours: i8) -> Clock {
        Clock { origin, quarter_hours }
    }

    #[allow(clippy::disallowed_methods)]
    pub(crate) fn now(self) -> Instant {
        Instant::ZERO + std::time::Instant::now().saturating_duration_since(self.origin)
    }

    #[allow(clippy::disallowed_methods)]
    pub(crate) fn moment(self) -> Moment {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let unix_seconds = since_1970.unwrap_or(Duration::ZERO).as_secs() as i64;
        Moment { now: self.now(), wall: WallClock { unix_seconds, quarter_hours: self.quarter_hours } }
    }
}

//! The calendar, for TP-SCTS and for records only. No timer ever reads it.

/// Seconds since 1970-01-01 UTC, and how far local time is from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct WallClock {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_seconds: i64,
    /// Local time minus UTC, in quarter hours: what TP-SCTS can say.
    pub quarter_hours: i8,
}

/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year of the Gregorian calendar.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl WallClock {
    /// Date and time of day in UTC.
    pub fn utc(self) -> Civil {
        civil(self.unix_seconds)
    }

    /// Date and time of day in local time.
    pub fn local(self) -> Civil {
        civil(self.unix_seconds.saturating_add(i64::from(self.quarter_hours) * 900))
    }
}

impl Civil {
    /// Seconds since 1970-01-01 of this date and time taken as UTC; `None` when there is no such date.
    pub fn unix_seconds(self) -> Option<i64> {
        let in_range = (1..=12).contains(&self.month)
            && (1..=days_of_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60;
        if !in_range {
            return None;
        }
        // Days from a year that starts in March, so that the leap day is the last of its year.
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * DAYS_OF_ERA + day_of_era - DAYS_TO_1970;
        let of_day = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(days * 86_400 + of_day)
    }
}

fn civil(unix_seconds: i64) -> Civil {
    let days = unix_seconds.div_euclid(86_400) + DAYS_TO_1970;
    let of_day = unix_seconds.rem_euclid(86_400);
    let era = days.div_euclid(DAYS_OF_ERA);
    let day_of_era = days.rem_euclid(DAYS_OF_ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    Civil {
        year: (year_of_era + era * 400 + i64::from(month <= 2)) as i32,
        month: month as u8,
        day: (day_of_year - (153 * shifted + 2) / 5 + 1) as u8,
        hour: (of_day / 3600) as u8,
        minute: (of_day / 60 % 60) as u8,
        second: (of_day % 60) as u8,
    }
}

fn days_of_month(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The Gregorian calendar repeats after this many days.
const DAYS_OF_ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_read_right() {
        let clock = WallClock { unix_seconds: 1_768_746_640, quarter_hours: 4 };
        assert_eq!(clock.utc(), Civil { year: 2026, month: 1, day: 18, hour: 14, minute: 30, second: 40 });
        assert_eq!(clock.local().hour, 15);
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..DAYS_OF_ERA {
            let seconds = day * 86_400 + 4711;
            assert_eq!(civil(seconds).unix_seconds(), Some(seconds));
        }
    }

    #[test]
    fn a_date_that_does_not_exist_has_no_second() {
        let day = |month, day| Civil { year: 2026, month, day, hour: 0, minute: 0, second: 0 };
        assert_eq!(day(2, 29).unix_seconds(), None);
        assert_eq!(day(0, 1).unix_seconds(), None);
        assert_eq!(day(13, 1).unix_seconds(), None);
    }
}

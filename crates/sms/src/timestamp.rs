//! TP-SCTS and its kin (TS 23.040 9.2.3.11): a date, a time of day and a time zone in seven octets.
//!
//! Refuses: to fail. Senders write impossible dates; who shows one asks `is_valid` first.

use octets::{Reader, Truncated, Writer};

/// A date and time of day where the sender is, and how far that is from Greenwich.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScTimestamp {
    /// 1990 to 2089: the wire has two digits.
    pub year: u16,
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
    /// Local time minus Greenwich, in quarter hours: -79 to 79.
    pub quarter_hours: i8,
}

impl ScTimestamp {
    /// Reads seven octets. Any seven octets: nibbles above nine make fields that are not [`ScTimestamp::is_valid`].
    pub fn parse(reader: &mut Reader<'_>) -> Result<Self, Truncated> {
        let [year, month, day, hour, minute, second, zone] = reader.array()?;
        let year = u16::from(swapped(year));
        let quarters = swapped(zone & !SIGN) as i8;
        Ok(ScTimestamp {
            year: if year < PIVOT { 2000 + year } else { 1900 + year },
            month: swapped(month),
            day: swapped(day),
            hour: swapped(hour),
            minute: swapped(minute),
            second: swapped(second),
            quarter_hours: if zone & SIGN == 0 { quarters } else { -quarters },
        })
    }

    /// Writes seven octets.
    pub fn write(&self, out: &mut Writer<'_>) {
        let zone = to_swapped(self.quarter_hours.unsigned_abs().min(79));
        let sign = if self.quarter_hours < 0 { SIGN } else { 0 };
        out.put(&[
            to_swapped((self.year % 100) as u8),
            to_swapped(self.month),
            to_swapped(self.day),
            to_swapped(self.hour),
            to_swapped(self.minute),
            to_swapped(self.second),
            zone | sign,
        ]);
    }

    /// Is there such a moment?
    pub fn is_valid(&self) -> bool {
        (1990..2090).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_of_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.quarter_hours.unsigned_abs() <= 79
    }

    /// Seconds since 1970-01-01T00:00:00Z; `None` when there is no such moment.
    pub fn unix_seconds(&self) -> Option<i64> {
        if !self.is_valid() {
            return None;
        }
        let days = days_before_year(self.year)
            + (1..self.month).map(|month| i64::from(days_of_month(self.year, month))).sum::<i64>()
            + i64::from(self.day - 1);
        let of_day = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Some(days * DAY_S + of_day - i64::from(self.quarter_hours) * 900)
    }

    /// What a clock on the wall shows at `unix_seconds`, so many quarter hours from Greenwich.
    /// Moments that two digits cannot say become the nearest year's first or last second.
    pub fn from_unix(unix_seconds: i64, quarter_hours: i8) -> Self {
        let quarter_hours = quarter_hours.clamp(-79, 79);
        let first = days_before_year(1990) * DAY_S;
        let last = days_before_year(2090) * DAY_S - 1;
        let local = unix_seconds.saturating_add(i64::from(quarter_hours) * 900).clamp(first, last);
        let (mut days, of_day) = (local / DAY_S, local % DAY_S);
        // At most one step too early, since no year is longer than 366 days.
        let mut year = 1970 + (days / 366) as u16;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        days -= days_before_year(year);
        let mut month = 1;
        while days >= i64::from(days_of_month(year, month)) {
            days -= i64::from(days_of_month(year, month));
            month += 1;
        }
        ScTimestamp {
            year,
            month,
            day: days as u8 + 1,
            hour: (of_day / 3600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
            quarter_hours,
        }
    }
}

/// The value of a swapped pair of digits, at most 165 when they are none.
fn swapped(octet: u8) -> u8 {
    (octet & 0xF) * 10 + (octet >> 4)
}

fn to_swapped(value: u8) -> u8 {
    let (tens, ones) = (value / 10 % 10, value % 10);
    (ones << 4) | tens
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of `year`, which is 1970 or later.
fn days_before_year(year: u16) -> i64 {
    let before = i64::from(year) - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    before * 365 + leap_days - DAYS_BEFORE_1970
}

const DAYS_BEFORE_1970: i64 = 719_162;
const DAY_S: i64 = 86_400;

/// Bit 3 of the first digit of the zone, as received.
const SIGN: u8 = 0x08;

/// Two digits below this are of this century. SMS is younger than 1990.
const PIVOT: u16 = 90;

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: ScTimestamp =
        ScTimestamp { year: 2026, month: 1, day: 18, hour: 15, minute: 30, second: 40, quarter_hours: 4 };

    fn read(octets: [u8; 7]) -> ScTimestamp {
        ScTimestamp::parse(&mut Reader::new(&octets)).expect("seven octets")
    }

    fn wire(stamp: ScTimestamp) -> [u8; 7] {
        let mut octets = [0; 7];
        stamp.write(&mut Writer::new(&mut octets));
        octets
    }

    #[test]
    fn the_vector_reads_and_writes() {
        let octets = [0x62, 0x10, 0x81, 0x51, 0x03, 0x04, 0x40];
        assert_eq!(read(octets), MOMENT);
        assert_eq!(wire(MOMENT), octets);
        assert_eq!(MOMENT.unix_seconds(), Some(1_768_746_640), "2026-01-18T14:30:40Z");
    }

    #[test]
    fn west_of_greenwich_is_negative() {
        let stamp = ScTimestamp { quarter_hours: -28, ..MOMENT };
        assert_eq!(wire(stamp)[6], 0x8A, "28 swapped is 82, and the sign is mask 08");
        assert_eq!(read(wire(stamp)), stamp);
    }

    #[test]
    fn any_seven_octets_are_read_and_only_true_dates_are_valid() {
        for octet in 0..=255 {
            let stamp = read([octet; 7]);
            assert_eq!(stamp.is_valid(), stamp.unix_seconds().is_some());
        }
        for stamp in [
            ScTimestamp { month: 0, ..MOMENT },
            ScTimestamp { month: 2, day: 29, ..MOMENT },
            ScTimestamp { hour: 24, ..MOMENT },
            ScTimestamp { quarter_hours: 80, ..MOMENT },
        ] {
            assert!(!stamp.is_valid());
        }
        assert!(ScTimestamp { year: 2028, month: 2, day: 29, ..MOMENT }.is_valid());
    }

    #[test]
    fn moments_come_back_until_the_two_digits_end() {
        let first = days_before_year(1990) * DAY_S;
        let last = days_before_year(2090) * DAY_S - 1;
        for unix_seconds in (first..=last).step_by(7_654_321).chain([last]) {
            let stamp = ScTimestamp::from_unix(unix_seconds, 0);
            assert_eq!(stamp.unix_seconds(), Some(unix_seconds));
            assert_eq!(read(wire(stamp)), stamp);
        }
        assert_eq!(ScTimestamp::from_unix(last + 1, 0), ScTimestamp::from_unix(last, 0));
        assert_eq!(ScTimestamp::from_unix(i64::MAX, 127).year, 2089);
        assert_eq!(ScTimestamp::from_unix(i64::MIN, -128).year, 1990);
    }
}

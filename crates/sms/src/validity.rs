//! TP-VP (TS 23.040 9.2.3.12): how long the SMS centre tries.

use core::time::Duration;

use octets::{Reader, Writer};

use crate::{Malformed, ScTimestamp};

/// A relative validity period: one octet on a grid of 5 minutes, then half hours, days, weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Validity(pub u8);

impl Validity {
    /// Twenty-four hours.
    pub const DAY: Self = Self(0xA7);
    /// Sixty-three weeks: the longest that can be said.
    pub const MAX: Self = Self(0xFF);

    /// The shortest period on the grid that is not shorter than `duration`; [`Validity::MAX`] beyond the grid.
    pub fn of(duration: Duration) -> Self {
        let s = duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0));
        let value = match s {
            0..=43_200 => s.div_ceil(300).saturating_sub(1),
            43_201..=86_400 => 143 + (s - 43_200).div_ceil(1800),
            86_401..=2_592_000 => 166 + s.div_ceil(86_400),
            // The grid goes from 30 days to 5 weeks in one step.
            _ => (192 + s.div_ceil(604_800)).clamp(197, 255),
        };
        Self(value as u8)
    }

    /// How long that is.
    pub fn duration(self) -> Duration {
        let v = u64::from(self.0);
        Duration::from_secs(match v {
            0..=143 => (v + 1) * 300,
            144..=167 => 43_200 + (v - 143) * 1800,
            168..=196 => (v - 166) * 86_400,
            _ => (v - 192) * 604_800,
        })
    }
}

/// TP-VP in any of the formats of TP-VPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidityPeriod {
    /// The SMS centre's own.
    Unsaid,
    /// So long from the submission on.
    Relative(Validity),
    /// Until then.
    Absolute(ScTimestamp),
    /// Format 010 or 011 of the enhanced form: so many seconds from the submission on.
    Seconds(u32),
}

impl ValidityPeriod {
    /// Reads what bits 4 and 3 of the first octet announce.
    pub(crate) fn parse(format: u8, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match format & 3 {
            0 => Self::Unsaid,
            2 => Self::Relative(Validity(reader.u8()?)),
            1 => Self::enhanced(reader.array()?),
            _ => Self::Absolute(ScTimestamp::parse(reader)?),
        })
    }

    /// The seven octets of TS 23.040 9.2.3.12.3. Reserved formats say nothing that we could keep to.
    fn enhanced(octets: [u8; 7]) -> Self {
        let [indicator, rest @ ..] = octets;
        if indicator & 0x80 != 0 {
            // Another indicator octet follows: nobody has defined one.
            return Self::Unsaid;
        }
        let digits = |octet: u8| u32::from(octet & 0xF) * 10 + u32::from(octet >> 4);
        match indicator & 7 {
            1 => Self::Relative(Validity(rest[0])),
            2 => Self::Seconds(u32::from(rest[0])),
            3 => Self::Seconds(digits(rest[0]) * 3600 + digits(rest[1]) * 60 + digits(rest[2])),
            _ => Self::Unsaid,
        }
    }

    /// How long it is for a message that is submitted at `unix_seconds`; `None` when it does not say.
    /// An absolute one in the past is zero, one that is no date says nothing.
    pub fn duration_from(self, unix_seconds: i64) -> Option<Duration> {
        match self {
            Self::Unsaid => None,
            Self::Relative(validity) => Some(validity.duration()),
            Self::Seconds(s) => Some(Duration::from_secs(u64::from(s))),
            Self::Absolute(until) => {
                let left = until.unix_seconds()?.saturating_sub(unix_seconds);
                Some(Duration::from_secs(u64::try_from(left).unwrap_or(0)))
            }
        }
    }
}

impl Validity {
    pub(crate) fn write(self, out: &mut Writer<'_>) {
        out.u8(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;

    #[test]
    fn the_grid_is_the_standards() {
        for (value, s) in [
            (0, 5 * MINUTE),
            (143, 12 * HOUR),
            (144, 12 * HOUR + 30 * MINUTE),
            (167, DAY),
            (168, 2 * DAY),
            (196, 30 * DAY),
            (197, 35 * DAY),
            (255, 63 * 7 * DAY),
        ] {
            assert_eq!(Validity(value).duration(), Duration::from_secs(s), "{value}");
        }
        assert_eq!(Validity::of(Duration::from_secs(DAY)), Validity::DAY);
    }

    #[test]
    fn a_wait_is_rounded_up_to_the_next_step_and_never_down() {
        for value in 0..=255 {
            let exact = Validity(value).duration();
            assert_eq!(Validity::of(exact), Validity(value));
            assert_eq!(Validity::of(exact + Duration::from_nanos(1)), Validity(value.saturating_add(1)));
        }
        assert_eq!(Validity::of(Duration::ZERO), Validity(0));
        assert_eq!(Validity::of(Duration::MAX), Validity::MAX);
    }

    #[test]
    fn enhanced_formats_say_seconds() {
        let parse = |octets: [u8; 7]| ValidityPeriod::parse(1, &mut Reader::new(&octets));
        assert_eq!(parse([0x02, 30, 0, 0, 0, 0, 0]), Ok(ValidityPeriod::Seconds(30)));
        assert_eq!(parse([0x03, 0x10, 0x20, 0x30, 0, 0, 0]), Ok(ValidityPeriod::Seconds(3723)));
        assert_eq!(parse([0x41, 0xA7, 0, 0, 0, 0, 0]), Ok(ValidityPeriod::Relative(Validity::DAY)));
        assert_eq!(parse([0x07; 7]), Ok(ValidityPeriod::Unsaid), "a reserved format");
    }
}

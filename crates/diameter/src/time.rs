//! Time AVPs: seconds of NTP, which begin again in 2036 (RFC 6733 4.3.1).

use tempo::WallClock;

/// A moment as a Time AVP says it.
///
/// Moments before 1968 or after 2104 have no such form; they come out as another one.
pub fn ntp_seconds(clock: WallClock) -> u32 {
    clock.unix_seconds.wrapping_add(UNIX_EPOCH_NTP_S) as u32
}

/// The moment that a Time AVP means, in seconds since 1970: 1968 to 2104.
pub fn unix_seconds(ntp_s: u32) -> i64 {
    // RFC 5905 6, RFC 6733 4.3.1: with the highest bit clear it is after 2036-02-07T06:28:16Z.
    let era = if ntp_s & 1 << 31 == 0 { 1_i64 << 32 } else { 0 };
    era + i64::from(ntp_s) - UNIX_EPOCH_NTP_S
}

/// From 1900 to 1970.
const UNIX_EPOCH_NTP_S: i64 = 2_208_988_800;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(unix_seconds: i64) -> WallClock {
        WallClock { unix_seconds, quarter_hours: 4 }
    }

    #[test]
    fn moments_come_back_also_behind_the_turn_of_2036() {
        // 2026-01-18T14:30:40Z, whatever the local time is.
        assert_eq!(ntp_seconds(at(1_768_746_640)), 3_977_735_440);
        for moment in [0, 1_768_746_640, 2_085_978_495, 2_085_978_496, 2_085_978_497, 4_233_462_143] {
            assert_eq!(unix_seconds(ntp_seconds(at(moment))), moment);
        }
        assert_eq!(ntp_seconds(at(2_085_978_496)), 0, "2036-02-07T06:28:16Z");
        assert_eq!(unix_seconds(u32::MAX), 2_085_978_495);
    }
}

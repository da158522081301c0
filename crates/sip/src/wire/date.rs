//! Date (RFC 3261 20.17): the one form of RFC 1123 that SIP writes, always in GMT.

use octets::Writer;
use tempo::WallClock;

/// Writes the value, such as `Sat, 13 Nov 2010 23:29:00 GMT`.
pub(crate) fn put_date(out: &mut Writer<'_>, clock: WallClock) {
    let civil = clock.utc();
    // 1970-01-01 was a Thursday.
    let weekday = (clock.unix_seconds.div_euclid(SECONDS_OF_DAY).rem_euclid(7) + 4) % 7;
    out.text(WEEKDAYS[weekday as usize]);
    out.text(", ");
    out.decimal_padded(u64::from(civil.day), 2);
    out.u8(b' ');
    out.text(MONTHS[usize::from(civil.month.clamp(1, 12) - 1)]);
    out.u8(b' ');
    out.decimal_padded(u64::try_from(civil.year).unwrap_or_default(), 4);
    for (separator, value) in [(b' ', civil.hour), (b':', civil.minute), (b':', civil.second)] {
        out.u8(separator);
        out.decimal_padded(u64::from(value), 2);
    }
    out.text(" GMT");
}

const SECONDS_OF_DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::String;

    fn date(unix_seconds: i64) -> String {
        let mut buffer = [0; 40];
        let mut out = Writer::new(&mut buffer);
        put_date(&mut out, WallClock { unix_seconds, quarter_hours: 8 });
        String::from_utf8_lossy(out.written()).into_owned()
    }

    #[test]
    fn known_days_have_their_names() {
        // The example of RFC 3261 20.17.
        assert_eq!(date(1_289_690_940), "Sat, 13 Nov 2010 23:29:00 GMT");
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
        assert_eq!(date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
    }
}

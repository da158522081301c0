//! Retry-After: when it may be tried again (RFC 3261 20.33).

use octets::Writer;

use super::grammar::{trim, trim_front};
use super::{HeaderName, MessageView, Params};

/// The value of Retry-After.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Seconds to wait.
    pub seconds: u32,
    /// How long the sender expects to be available from then on.
    pub duration_s: Option<u32>,
}

impl RetryAfter {
    /// Reads `18000;duration=3600` or `120 (I am in a meeting)`; `None` outside the grammar.
    pub fn parse(value: &[u8]) -> Option<RetryAfter> {
        let value = trim(value);
        let digits = value.iter().take_while(|octet| octet.is_ascii_digit()).count();
        let seconds = clamped(&value[..digits])?;
        let rest = behind_comment(trim_front(&value[digits..]))?;
        let params = Params::parse(rest)?;
        let duration_s = match params.value(b"duration") {
            Some(duration) => Some(clamped(duration)?),
            None => None,
        };
        Some(RetryAfter { seconds, duration_s })
    }

    /// Reads the header of a response.
    pub fn of(message: &MessageView<'_>) -> Option<RetryAfter> {
        message.header(HeaderName::RetryAfter).and_then(RetryAfter::parse)
    }
}

/// Writes the value.
pub fn write_retry_after(out: &mut Writer<'_>, seconds: u32) {
    out.decimal(u64::from(seconds));
}

/// Longer than anybody waits: a number that does not fit means the same.
fn clamped(digits: &[u8]) -> Option<u32> {
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all_digits
        .then(|| octets::decimal(digits).and_then(|number| u32::try_from(number).ok()).unwrap_or(u32::MAX))
}

/// What follows a comment, which may hold comments (RFC 3261 25.1); all of `text` when there is none.
fn behind_comment(text: &[u8]) -> Option<&[u8]> {
    if text.first() != Some(&b'(') {
        return Some(text);
    }
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return text.get(at..);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_parameters_do_not_disturb_the_seconds() {
        let read = |text: &'static [u8]| RetryAfter::parse(text).map(|read| (read.seconds, read.duration_s));
        // The examples of RFC 3261 20.33.
        assert_eq!(read(b"18000;duration=3600"), Some((18_000, Some(3600))));
        assert_eq!(read(b"120 (I'm in a meeting)"), Some((120, None)));
        assert_eq!(read(b"5 (a (b\\)) c);duration=9"), Some((5, Some(9))));
        assert_eq!(read(b"99999999999999999999999"), Some((u32::MAX, None)));
        for bad in [&b""[..], b"soon", b"-1", b"5 (open", b"5 seconds", b"5;duration=x", b"5)"] {
            assert_eq!(read(bad), None, "{:?}", core::str::from_utf8(bad));
        }
    }
}

//! Telephone numbers as people and clients write them (RFC 3966 3).

use octets::Digits;

/// The digits of a global number (`+` first) or of one that is digits only, escapes and visual separators removed.
///
/// A number with `*`, `#` or a letter is a short code or a name: it cannot be a TP-DA, so it is none here.
/// Where nothing but its looks says that `text` is a number (`is_declared` false), separators need a `+` in front:
/// the user part `10.0.0.1` is not a number.
pub(crate) fn digits(text: &[u8], is_declared: bool) -> Option<Digits> {
    let mut plain = [0; Digits::LENGTH_MAX];
    let mut length = 0;
    let mut rest = text;
    let mut is_first = true;
    let mut may_separate = is_declared;
    while let [octet, behind @ ..] = rest {
        rest = behind;
        let octet = match octet {
            b'%' => {
                let [high, low, behind @ ..] = rest else { return None };
                rest = behind;
                hex(*high)? << 4 | hex(*low)?
            }
            octet => *octet,
        };
        match octet {
            b'+' if is_first => may_separate = true,
            b'-' | b'.' | b'(' | b')' if may_separate => {}
            b'0'..=b'9' => {
                *plain.get_mut(length)? = octet;
                length += 1;
            }
            _ => return None,
        }
        is_first = false;
    }
    Digits::from_ascii(&plain[..length]).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

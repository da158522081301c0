//! Escapes of CPIM header values, RFC 3862 2.3: `\\`, `\"`, `\'`, `\b`, `\t`, `\n`, `\r`, `\uXXXX`.

use octets::Writer;

/// Appends `value` with its escapes undone. An escape that means nothing stays as it is.
pub fn unescape(value: &[u8], out: &mut Writer<'_>) {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.put(&rest[..at]);
        let (character, length) = escaped(&rest[at..]).unwrap_or(('\\', 1));
        out.text(character.encode_utf8(&mut [0; 4]));
        rest = &rest[at + length..];
    }
    out.put(rest);
}

/// The character that the escape at the front of `text` means, and the octets it takes.
fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let character = match text.get(1)? {
        b'\\' => '\\',
        b'"' => '"',
        b'\'' => '\'',
        b'b' => '\u{8}',
        b't' => '\t',
        b'n' => '\n',
        b'r' => '\r',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((character, 2))
}

/// One `\uXXXX`, or the two of a surrogate pair.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let first = code_unit(text)?;
    match char::from_u32(first) {
        Some(character) => Some((character, 6)),
        None => {
            let second = code_unit(text.get(6..)?)?;
            let pair = [first as u16, second as u16];
            let character = char::decode_utf16(pair).next()?.ok()?;
            Some((character, 12))
        }
    }
}

fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}

/// Appends `value` so that it is one line and comes back by [`unescape`].
pub fn escape(value: &[u8], out: &mut Writer<'_>) {
    for octet in value {
        match octet {
            b'\\' => out.put(b"\\\\"),
            b'"' => out.put(b"\\\""),
            b'\n' => out.put(b"\\n"),
            b'\r' => out.put(b"\\r"),
            b'\t' => out.put(b"\\t"),
            control @ (0..=0x1F | 0x7F) => {
                out.put(b"\\u00");
                out.hex(&[*control]);
            }
            plain => out.u8(*plain),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn written(run: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut buffer = [0; 2048];
        let mut out = Writer::new(&mut buffer);
        run(&mut out);
        out.written().to_vec()
    }

    #[test]
    fn every_escape_is_undone() {
        let value = br#"a\\b\"c\'d\te\nf\u00e9\uD83D\uDE00"#;
        assert_eq!(written(|out| unescape(value, out)), "a\\b\"c'd\te\nfé😀".as_bytes());
    }

    #[test]
    fn half_an_escape_stays_as_it_is() {
        for value in
            [&br"\"[..], br"x\", br"\q", br"\u12", br"\u12G4", br"\uD83D", br"\uD83D\n", br"\uDE00\uD83D"]
        {
            assert!(written(|out| unescape(value, out)).starts_with(&value[..1]), "{}", value.escape_ascii());
        }
        assert_eq!(written(|out| unescape(br"\uD83D\n", out)), b"\\uD83D\n");
    }

    #[test]
    fn what_is_escaped_is_one_line_and_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let line = written(|out| escape(&all, out));
        assert!(!line.iter().any(u8::is_ascii_control));
        assert_eq!(written(|out| unescape(&line, out)), all);
    }
}

//! Lines of a text protocol, ended by CRLF, or by LF where the protocol forgives.

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// CR LF.
    CrLf,
    /// A lone LF.
    Lf,
    /// The message ended first.
    Missing,
}

/// Cuts a message into lines; each comes with the offset where it starts, and how it ended.
#[derive(Clone)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What is read may be somebody's words or number, so it does not print.
impl core::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<lines, {} of {} octets read>", self.at, self.bytes.len())
    }
}

impl<'a> Lines<'a> {
    /// The lines of `bytes` from the front.
    pub fn new(bytes: &'a [u8]) -> Self {
        Lines { bytes, at: 0 }
    }

    /// Offset of the next line: behind the blank line it is where the body starts.
    pub fn offset(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8], LineEnd);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let Some(feed) = memchr::memchr(b'\n', rest) else {
            self.at = self.bytes.len();
            return Some((start, rest, LineEnd::Missing));
        };
        self.at = start + feed + 1;
        match rest[..feed].strip_suffix(b"\r") {
            Some(line) => Some((start, line, LineEnd::CrLf)),
            None => Some((start, &rest[..feed], LineEnd::Lf)),
        }
    }
}

/// Offset of the first `needle` in `haystack`.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_end_is_told_apart() {
        let mut lines = Lines::new(b"one\r\ntwo\n\r\nrest");
        assert_eq!(lines.next(), Some((0, &b"one"[..], LineEnd::CrLf)));
        assert_eq!(lines.next(), Some((5, &b"two"[..], LineEnd::Lf)));
        assert_eq!(lines.next(), Some((9, &b""[..], LineEnd::CrLf)));
        assert_eq!(lines.offset(), 11);
        assert_eq!(lines.next(), Some((11, &b"rest"[..], LineEnd::Missing)));
        assert_eq!(lines.next(), None);
    }
}

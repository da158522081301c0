//! Byte-Range, RFC 4975 9: which octets of the message a chunk carries. The first octet is number 1.

use octets::{Writer, decimal};

/// `start-end/total`, where end and total may be unknown (`*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// Number of the first octet, from 1.
    pub start: u64,
    /// Number of the last octet; `start - 1` when there is none.
    pub end: Option<u64>,
    /// Octets of the whole message.
    pub total: Option<u64>,
}

impl ByteRange {
    /// What a request without the header means: everything from the first octet on.
    pub const OPEN: ByteRange = ByteRange { start: 1, end: None, total: None };

    /// The range of a message of `total` octets in one chunk.
    pub fn whole(total: u64) -> Self {
        ByteRange { start: 1, end: Some(total), total: Some(total) }
    }

    /// Reads `1-20/50`, `1-*/50`, `1-*/*`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let dash = memchr::memchr(b'-', text)?;
        let slash = memchr::memchr(b'/', text).filter(|slash| *slash > dash)?;
        let start = decimal(&text[..dash]).filter(|start| *start > 0)?;
        let end = bound(&text[dash + 1..slash])?;
        let total = bound(&text[slash + 1..])?;
        let ordered = end.is_none_or(|end| end >= start - 1);
        let inside = total.is_none_or(|total| end.unwrap_or(start - 1) <= total);
        (ordered && inside).then_some(ByteRange { start, end, total })
    }

    /// Writes the header's value.
    pub fn write(&self, out: &mut Writer<'_>) {
        out.decimal(self.start);
        out.u8(b'-');
        write_bound(out, self.end);
        out.u8(b'/');
        write_bound(out, self.total);
    }
}

/// `*` is a bound too: an unknown one.
fn bound(text: &[u8]) -> Option<Option<u64>> {
    if text == b"*" { Some(None) } else { decimal(text).map(Some) }
}

fn write_bound(out: &mut Writer<'_>, bound: Option<u64>) {
    match bound {
        Some(value) => out.decimal(value),
        None => out.u8(b'*'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_bounds_come_back_as_they_went() {
        for text in [&b"1-20/50"[..], b"1-*/50", b"21-*/*", b"1-0/0", b"51-50/50", b"1-5/*"] {
            let range = ByteRange::parse(text).expect("a legal range");
            let mut buffer = [0; 80];
            let mut out = Writer::new(&mut buffer);
            range.write(&mut out);
            assert_eq!(out.written(), text);
        }
        assert_eq!(
            ByteRange::parse(b"001-0012/0012"),
            Some(ByteRange::whole(12)),
            "zeros in front mean nothing"
        );
    }

    #[test]
    fn a_range_that_cannot_be_is_refused() {
        for bad in [
            &b""[..],
            b"1",
            b"1-2",
            b"1/2",
            b"1-2/",
            b"-2/2",
            b"1-/2",
            b"0-2/2",  // octets are numbered from 1
            b"*-2/2",  // the start is always known
            b"5-2/9",  // runs backwards
            b"1-9/5",  // ends behind the whole
            b"9-*/5",  // starts behind the whole
            b"1-2/5 ", // something behind
            b"1-2/5/6",
            b"1-x/5",
            b"1-2/99999999999999999999",
        ] {
            assert_eq!(ByteRange::parse(bad), None, "{}", bad.escape_ascii());
        }
    }
}

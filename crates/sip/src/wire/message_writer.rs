//! The part that requests and responses have in common: headers, then a body or none.

use octets::{Overflow, Writer};

use super::grammar::trim_front;

/// A message that is being written: its first headers are there, more may follow, `body` or `finish_without_body`
/// ends it. `K` says whether it is a request or a response.
pub struct MessageWriter<'w, 'b, K> {
    pub(crate) out: &'w mut Writer<'b>,
    pub(crate) start: usize,
    pub(crate) kind: K,
}

impl<'b, K> MessageWriter<'_, 'b, K> {
    /// One header. Line ends in `value` are written as spaces, so nothing that was copied can start a header of its own.
    pub fn header(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Self {
        self.header_with(name, |out| put_value(out, value.as_ref()))
    }

    /// One header whose value `fill` writes. Text of somebody else goes through `put_value` there.
    pub fn header_with(&mut self, name: impl AsRef<[u8]>, fill: impl FnOnce(&mut Writer<'b>)) -> &mut Self {
        self.out.put(name.as_ref());
        self.out.text(": ");
        fill(self.out);
        self.out.text("\r\n");
        self
    }

    /// Ends the message with the body that `fill` writes; returns the length of the whole message.
    pub fn body(
        &mut self,
        content_type: impl AsRef<[u8]>,
        fill: impl FnOnce(&mut Writer<'b>),
    ) -> Result<usize, Overflow> {
        self.header("Content-Type", content_type);
        self.out.text("Content-Length: ");
        let hole = self.out.len();
        self.out.text(LENGTH_HOLE);
        self.out.text("\r\n\r\n");
        let body = self.out.len();
        fill(self.out);
        let mut rest = self.out.len() - body;
        let mut digits = [b' '; LENGTH_HOLE.len()];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if rest > 0 {
            return Err(Overflow);
        }
        self.out.overwrite(hole, &digits);
        self.length()
    }

    /// Ends the message without a body; returns its length.
    pub fn finish_without_body(&mut self) -> Result<usize, Overflow> {
        self.out.text("Content-Length: 0\r\n\r\n");
        self.length()
    }

    fn length(&self) -> Result<usize, Overflow> {
        if self.out.has_overflowed() { Err(Overflow) } else { Ok(self.out.len() - self.start) }
    }
}

/// Writes a header value that came from somebody else: each fold or stray line end becomes one space.
pub fn put_value(out: &mut Writer<'_>, value: &[u8]) {
    let mut rest = value;
    while let Some(at) = memchr::memchr2(b'\r', b'\n', rest) {
        out.put(&rest[..at]);
        out.u8(b' ');
        rest = trim_front(&rest[at..]);
    }
    out.put(rest);
}

/// Writes text between quotes (RFC 3261 25.1 quoted-string): what would end it early is escaped, and no line ends in it.
pub(crate) fn put_quoted(out: &mut Writer<'_>, text: &[u8]) {
    out.u8(b'"');
    for octet in text {
        match octet {
            b'"' | b'\\' => out.put(&[b'\\', *octet]),
            0..=0x1F | 0x7F => out.u8(b' '),
            octet => out.u8(*octet),
        }
    }
    out.u8(b'"');
}

/// One header with a value that came from somebody else.
pub(crate) fn put_header(out: &mut Writer<'_>, name: &str, value: &[u8]) {
    out.text(name);
    out.text(": ");
    put_value(out, value);
    out.text("\r\n");
}

/// Room for 65 535: the length is known when the body is written; the spaces in front of it are white space (RFC 3261 7.3.1).
const LENGTH_HOLE: &str = "     ";

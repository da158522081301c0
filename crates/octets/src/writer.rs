//! A cursor over a lent buffer. Overflow is remembered, not returned, so that a message is written
//! as one straight run of lines and refused once, at its end.

use crate::Digits;

/// The lent buffer was too small for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// A place that is filled in later, such as a length; made by [`Writer::hole`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a hole that is never filled leaves zeros on the wire"]
pub struct Mark {
    at: usize,
    width: usize,
}

/// Writes big-endian fields and text from front to back.
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    at: usize,
    overflowed: bool,
}

/// What is written may be somebody's words or number, so it does not print.
impl core::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} of {} octets written>", self.at, self.buffer.len())
    }
}

impl<'a> Writer<'a> {
    /// A cursor at the front of `buffer`.
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Writer { buffer, at: 0, overflowed: false }
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(room) = self.claim(bytes.len()) {
            room.copy_from_slice(bytes);
        }
    }

    /// Appends text.
    pub fn text(&mut self, text: &str) {
        self.put(text.as_bytes());
    }

    /// Appends one octet.
    pub fn u8(&mut self, value: u8) {
        self.put(&[value]);
    }

    /// Appends two octets.
    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Appends the low three octets of `value`.
    pub fn u24(&mut self, value: u32) {
        self.put(&value.to_be_bytes()[1..]);
    }

    /// Appends four octets.
    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Appends `value` in decimal digits.
    pub fn decimal(&mut self, value: u64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.put(&digits[at..]);
    }

    /// Appends `value` in decimal digits, at least `width` of them.
    pub fn decimal_padded(&mut self, value: u64, width: usize) {
        let mut limit = 10_u64;
        for _ in 1..width {
            if value < limit {
                self.u8(b'0');
            }
            limit = limit.saturating_mul(10);
        }
        self.decimal(value);
    }

    /// Appends `bytes` as lower-case hexadecimal digits.
    pub fn hex(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.put(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }

    /// Appends `digits` as text.
    pub fn digits(&mut self, digits: Digits) {
        for digit in digits.iter() {
            self.u8(b'0' + digit);
        }
    }

    /// Appends `digits` as TBCD: two a octet, low nibble first, an odd one filled with 1111.
    pub fn tbcd(&mut self, digits: Digits) {
        let mut digits = digits.iter();
        while let Some(low) = digits.next() {
            let high = digits.next().unwrap_or(0xF);
            self.u8(high << 4 | low);
        }
    }

    /// Appends zeros until the length is a multiple of `alignment`.
    pub fn pad_to(&mut self, alignment: usize) {
        while !self.at.is_multiple_of(alignment) && !self.overflowed {
            self.u8(0);
        }
    }

    /// Leaves `width` octets (1 to 4) to be filled in by [`Writer::fill`].
    pub fn hole(&mut self, width: usize) -> Mark {
        let mark = Mark { at: self.at, width };
        if let Some(room) = self.claim(width) {
            room.fill(0);
        }
        mark
    }

    /// Writes the low octets of `value` where `mark` left room.
    pub fn fill(&mut self, mark: Mark, value: u32) {
        let bytes = value.to_be_bytes();
        let width = mark.width.min(bytes.len());
        if let Some(room) = self.buffer.get_mut(mark.at..mark.at + width) {
            room.copy_from_slice(&bytes[bytes.len() - width..]);
        }
    }

    /// Writes over octets that are already there; past the written end it does nothing.
    pub fn overwrite(&mut self, at: usize, bytes: &[u8]) {
        if at + bytes.len() <= self.at {
            self.buffer[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    /// The next `length` octets of the buffer, to be written in place; `None` past the end.
    pub fn claim(&mut self, length: usize) -> Option<&mut [u8]> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.buffer.len() && !self.overflowed);
        let Some(end) = end else {
            self.overflowed = true;
            return None;
        };
        let start = core::mem::replace(&mut self.at, end);
        Some(&mut self.buffer[start..end])
    }

    /// Octets written so far.
    pub fn len(&self) -> usize {
        self.at
    }

    /// Has nothing been written?
    pub fn is_empty(&self) -> bool {
        self.at == 0
    }

    /// Octets that still fit.
    pub fn remaining(&self) -> usize {
        self.buffer.len() - self.at
    }

    /// Declares the message unfit to be sent, as if it had not fitted.
    pub fn spoil(&mut self) {
        self.overflowed = true;
    }

    /// Did something not fit? What was written since is then incomplete.
    pub fn has_overflowed(&self) -> bool {
        self.overflowed
    }

    /// What has been written so far.
    pub fn written(&self) -> &[u8] {
        &self.buffer[..self.at]
    }

    /// The length of a complete message.
    pub fn finish(self) -> Result<usize, Overflow> {
        if self.overflowed { Err(Overflow) } else { Ok(self.at) }
    }
}

impl core::fmt::Write for Writer<'_> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.text(text);
        Ok(())
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_filled_in_behind_the_message() {
        let mut buffer = [0xAA; 16];
        let mut writer = Writer::new(&mut buffer);
        writer.u8(1);
        let length = writer.hole(3);
        writer.decimal(4096);
        writer.pad_to(4);
        let written = writer.len() as u32;
        writer.fill(length, written);
        assert_eq!(writer.written(), &[1, 0, 0, 8, b'4', b'0', b'9', b'6']);
        assert_eq!(writer.finish(), Ok(8));
    }

    #[test]
    fn overflow_is_remembered_and_writes_nothing_more() {
        let mut buffer = [0; 4];
        let mut writer = Writer::new(&mut buffer);
        writer.put(b"abc");
        writer.put(b"de");
        writer.put(b"f");
        assert_eq!(writer.written(), b"abc", "a later, shorter write must not close the gap");
        assert_eq!(writer.finish(), Err(Overflow));
    }

    #[test]
    fn digits_go_out_as_text_and_as_tbcd() {
        let mut buffer = [0; 32];
        let mut writer = Writer::new(&mut buffer);
        let number = Digits::from_ascii(b"447700900456").expect("twelve digits");
        writer.digits(number);
        writer.tbcd(Digits::from_ascii(b"123").expect("three digits"));
        writer.decimal_padded(7, 3);
        writer.hex(&[0xAF, 0x01]);
        assert_eq!(writer.written(), b"447700900456\x21\xF3007af01");
    }
}

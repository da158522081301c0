//! A cursor over borrowed bytes that cannot run past the end.

/// The message ended before the field did; `at` is the offset where more was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncated {
    /// Offset in the whole message.
    pub at: usize,
}

/// Reads big-endian fields from front to back.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What is read may be somebody's words or number, so it does not print.
impl core::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} of {} octets read>", self.at, self.bytes.len())
    }
}

impl<'a> Reader<'a> {
    /// A cursor at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// The next `length` octets.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Truncated> {
        let end = self.at.checked_add(length).ok_or(Truncated { at: self.at })?;
        let taken = self.bytes.get(self.at..end).ok_or(Truncated { at: self.bytes.len() })?;
        self.at = end;
        Ok(taken)
    }

    /// The next `N` octets by value.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Truncated> {
        let taken = self.take(N)?;
        let mut array = [0; N];
        array.copy_from_slice(taken);
        Ok(array)
    }

    /// One octet.
    pub fn u8(&mut self) -> Result<u8, Truncated> {
        Ok(self.array::<1>()?[0])
    }

    /// Two octets.
    pub fn u16(&mut self) -> Result<u16, Truncated> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three octets, as Diameter's lengths and command codes are.
    pub fn u24(&mut self) -> Result<u32, Truncated> {
        let [a, b, c] = self.array()?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    /// Four octets.
    pub fn u32(&mut self) -> Result<u32, Truncated> {
        self.array().map(u32::from_be_bytes)
    }

    /// Everything that is left; the cursor moves to the end.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        self.at = self.bytes.len();
        rest
    }

    /// The octet that `u8` would read.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Octets read so far.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Octets left.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Is nothing left?
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_message_says_where_it_ended() {
        let mut reader = Reader::new(&[1, 2, 3]);
        assert_eq!(reader.u16(), Ok(0x0102));
        assert_eq!(reader.u16(), Err(Truncated { at: 3 }));
        assert_eq!(reader.u8(), Ok(3), "a refused read moves nothing");
        assert!(reader.is_empty());
        assert_eq!(reader.take(usize::MAX), Err(Truncated { at: 3 }));
    }

    #[test]
    fn integers_are_big_endian() {
        let mut reader = Reader::new(&[0, 1, 2, 0, 0, 1, 2]);
        assert_eq!(reader.u24(), Ok(0x000102));
        assert_eq!(reader.u32(), Ok(0x0000_0102));
    }
}

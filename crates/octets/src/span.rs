//! A place inside a message: it stays true when the message is copied.

use core::fmt;

/// Offset and end of a part of a message of at most 65 535 octets.
///
/// Four octets instead of a slice's sixteen, and no lifetime: an index made of spans
/// survives the copy of the message that it describes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: u16,
    end: u16,
}

impl Span {
    /// The empty span at offset 0.
    pub const EMPTY: Span = Span { start: 0, end: 0 };

    /// A span from `start` up to and not including `end`; `None` when it does not fit 16 bits or runs backwards.
    pub fn new(start: usize, end: usize) -> Option<Span> {
        if start > end {
            return None;
        }
        Some(Span { start: u16::try_from(start).ok()?, end: u16::try_from(end).ok()? })
    }

    /// The octets that this span names in `message`; empty when the message is shorter than the span believes.
    pub fn of<'a>(&self, message: &'a [u8]) -> &'a [u8] {
        message.get(usize::from(self.start)..usize::from(self.end)).unwrap_or(&[])
    }

    /// Offset of the first octet.
    pub fn start(&self) -> usize {
        usize::from(self.start)
    }

    /// Offset behind the last octet.
    pub fn end(&self) -> usize {
        usize::from(self.end)
    }

    /// Number of octets.
    pub fn len(&self) -> usize {
        usize::from(self.end - self.start)
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

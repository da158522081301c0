//! Text out of a document, its references kept until somebody asks what it says.

use core::fmt;

use octets::Digits;
use octets::xml::{Unescaped, says, unescaped};

use crate::limits::URI_OCTETS_MAX;
use crate::wire::{Uri, trim};

/// An attribute's value, or what stands between two tags.
#[derive(Clone, Copy, Default)]
pub struct Escaped<'a>(&'a [u8]);

impl<'a> Escaped<'a> {
    /// White space around it is not its own.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Escaped(trim(text))
    }

    /// The octets that it says.
    pub fn octets(self) -> Unescaped<'a> {
        unescaped(self.0)
    }

    /// Does it say nothing?
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Does it say `plain`?
    pub fn says(self, plain: &[u8]) -> bool {
        says(self.0, plain)
    }

    /// The number that it is; `None` for anything else.
    pub(super) fn number(self) -> Option<u32> {
        octets::decimal(self.0).and_then(|number| u32::try_from(number).ok())
    }

    /// The telephone number that it names as a URI; `None` too when it is longer than `URI_OCTETS_MAX`.
    pub fn digits(self) -> Option<Digits> {
        let mut room = [0; URI_OCTETS_MAX];
        let mut length = 0;
        for octet in self.octets() {
            *room.get_mut(length)? = octet;
            length += 1;
        }
        Uri::parse(&room[..length])?.digits()
    }
}

/// Both say the same, however they are written.
impl PartialEq for Escaped<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.octets().eq(other.octets())
    }
}

impl Eq for Escaped<'_> {}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} octets of text>", self.0.len())
    }
}

//! Why an XML document is not read, and what its sender is told.

use crate::result::{Experimental, Outcome};

/// This document is not one that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Longer than [`crate::limits::SH_DATA_OCTETS_MAX`].
    TooLong,
    /// Not UTF-8, which TS 29.328 annex D demands.
    Encoding,
    /// It has a document type, and with it entities that may grow without end.
    DocumentType,
    /// More elements or attributes than the limits allow.
    TooMany,
    /// Elements inside each other beyond [`crate::limits::XML_DEPTH_MAX`].
    TooDeep,
    /// Not well-formed.
    Syntax,
    /// Well-formed, but no Sh-Data.
    NotShData,
    /// An element that we know is missing, or says what it cannot say.
    Value,
}

impl Unreadable {
    /// What an answer says to the one who sent it (TS 29.329 6.2).
    pub fn experimental(self) -> Experimental {
        match self {
            Unreadable::TooLong => Experimental::TOO_MUCH_DATA,
            _ => Experimental::USER_DATA_NOT_RECOGNIZED,
        }
    }
}

impl From<Unreadable> for Outcome {
    fn from(unreadable: Unreadable) -> Self {
        unreadable.experimental().into()
    }
}

//! Group chats: the INVITE of a focus, whom it says it invites, and what it tells about the group (RFC 4579, 5366, 4575).
//!
//! Rate: one INVITE and some NOTIFYs for each group and SMS user. Touched: a document once to check, once to read. Copies:
//! none; what has references is resolved when somebody asks.
//!
//! Refuses: to remember a roster, to subscribe, to decide what an SMS user is told.
//! In: a request that `validate_request` has passed, or a body. Out: borrowed views and events, or `BadDocument` with its answer.

mod events;
mod focus;
mod info;
mod recipients;
mod text;
mod version;
mod write;

pub use events::{ConferenceEvent, ConferenceUser, Departure, Presence};
pub use focus::{FocusInvite, focus};
pub use info::{ConferenceInfo, DocumentState};
pub use recipients::{CopyControl, Recipient, Recipients};
pub use text::Escaped;
pub use version::{Coherence, VersionTracker};
pub use write::{Participant, Roster, write_recipients};

use crate::wire::{BadMultipart, StatusCode};

/// A body that says nothing we can act upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDocument {
    /// Not XML, not balanced, too deep, too many tags, or not the document that it should be.
    Xml,
    /// Longer than `DOCUMENT_OCTETS_MAX`.
    TooLong,
    /// More recipients than `RECIPIENTS_MAX`.
    TooManyRecipients,
    /// The multipart body around it cannot be cut.
    Body(BadMultipart),
}

impl BadDocument {
    /// The answer to the request that carried it.
    pub fn status(self) -> StatusCode {
        match self {
            BadDocument::Xml => StatusCode::BAD_REQUEST,
            BadDocument::TooLong | BadDocument::TooManyRecipients => StatusCode::REQUEST_ENTITY_TOO_LARGE,
            BadDocument::Body(bad) => bad.status(),
        }
    }
}

impl From<octets::xml::NotXml> for BadDocument {
    fn from(_: octets::xml::NotXml) -> Self {
        BadDocument::Xml
    }
}

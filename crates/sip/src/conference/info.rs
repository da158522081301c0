//! `application/conference-info+xml`: what a focus tells about its group (RFC 4575 4, 5).

use core::fmt;

use octets::xml::{Token, Tokens};

use super::events::Events;
use super::{BadDocument, ConferenceEvent, Escaped};
use crate::limits::{DOCUMENT_OCTETS_MAX, DOCUMENT_TAGS_MAX};

/// Does a document, or an element of one, say all that there is, or what has changed (RFC 4575 4.4)?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DocumentState {
    /// Everything; what it does not say is no more.
    #[default]
    Full,
    /// What has changed.
    Partial,
    /// It is gone.
    Deleted,
}

impl DocumentState {
    pub(super) fn of(value: Option<&[u8]>) -> Option<DocumentState> {
        // RFC 4575 5.1: full unless it says something else.
        match value.map(<[u8]>::trim_ascii) {
            None | Some(b"full") => Some(DocumentState::Full),
            Some(b"partial") => Some(DocumentState::Partial),
            Some(b"deleted") => Some(DocumentState::Deleted),
            Some(_) => None,
        }
    }
}

/// A document that has been checked: all of it can be read.
#[derive(Clone, Copy)]
pub struct ConferenceInfo<'a> {
    /// The URI of the conference.
    pub entity: Escaped<'a>,
    /// Of the whole document; a deleted conference has ended.
    pub state: DocumentState,
    /// One more for each document of a subscription (RFC 4575 4.3).
    pub version: Option<u32>,
    document: &'a [u8],
}

impl<'a> ConferenceInfo<'a> {
    /// Checks a document.
    pub fn parse(document: &'a [u8]) -> Result<ConferenceInfo<'a>, BadDocument> {
        if document.len() > DOCUMENT_OCTETS_MAX {
            return Err(BadDocument::TooLong);
        }
        let info = Self::read_root(document)?;
        let mut events = Events::new(document);
        while events.step()?.is_some() {}
        Ok(info)
    }

    /// What it says, in its order.
    pub fn events(&self) -> impl Iterator<Item = ConferenceEvent<'a>> + use<'a> {
        let mut events = Events::new(self.document);
        // `parse` has walked this way and met no fault.
        core::iter::from_fn(move || events.step().ok().flatten())
    }

    fn read_root(document: &'a [u8]) -> Result<ConferenceInfo<'a>, BadDocument> {
        let mut tokens = Tokens::new(document, DOCUMENT_TAGS_MAX);
        while let Some(token) = tokens.next() {
            match token? {
                Token::Text(_) => {}
                Token::Open(b"conference-info") | Token::Empty(b"conference-info") => {
                    let version = match tokens.attribute(b"version").map(<[u8]>::trim_ascii) {
                        None => None,
                        Some(digits) => {
                            let version =
                                octets::decimal(digits).and_then(|number| u32::try_from(number).ok());
                            Some(version.ok_or(BadDocument::Xml)?)
                        }
                    };
                    let state = DocumentState::of(tokens.attribute(b"state")).ok_or(BadDocument::Xml)?;
                    let entity = Escaped::new(tokens.attribute(b"entity").ok_or(BadDocument::Xml)?);
                    return Ok(ConferenceInfo { entity, state, version, document });
                }
                _ => break,
            }
        }
        Err(BadDocument::Xml)
    }
}

impl fmt::Debug for ConferenceInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<conference, {:?}, version {:?}>", self.state, self.version)
    }
}

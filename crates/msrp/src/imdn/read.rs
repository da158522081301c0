//! Reading an IMDN document.

use core::fmt;

use octets::xml::{Nest, NotXml, Token, Tokens, says};

use super::{Fate, Notification};
use crate::limits::XML_TAGS_MAX;

/// What a notification says.
#[derive(Clone, Copy)]
pub struct Imdn<'a> {
    /// The IMDN Message-ID as written; [`Imdn::names`] compares.
    pub message_id: &'a [u8],
    /// What it is about.
    pub notification: Notification,
    /// What became of the message.
    pub fate: Fate,
}

/// No notification: not XML, not balanced, or without Message-ID or status. It is swallowed, nobody hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotImdn;

impl From<NotXml> for NotImdn {
    fn from(_: NotXml) -> Self {
        NotImdn
    }
}

impl<'a> Imdn<'a> {
    /// Reads a `message/imdn+xml` document.
    pub fn parse(document: &'a [u8]) -> Result<Self, NotImdn> {
        let mut open = Nest::<DEPTH_MAX>::default();
        let mut message_id = None;
        let mut outcome = None;
        let mut roots = 0;
        for token in Tokens::new(document, XML_TAGS_MAX) {
            match token? {
                Token::Open(name) => {
                    roots += usize::from(open.path().is_empty());
                    outcome = outcome.or_else(|| outcome_at(open.path(), name));
                    open.push(name)?;
                }
                Token::Empty(name) => {
                    roots += usize::from(open.path().is_empty());
                    outcome = outcome.or_else(|| outcome_at(open.path(), name));
                }
                Token::Close(name) => open.pop(name)?,
                Token::Text(text) if open.is_at(&[b"imdn", b"message-id"]) => {
                    message_id = message_id.or(Some(text.trim_ascii()).filter(|text| !text.is_empty()));
                }
                Token::Text(text) if open.path().is_empty() && !text.trim_ascii().is_empty() => {
                    return Err(NotImdn);
                }
                Token::Text(_) => {}
            }
        }
        let (notification, fate) = outcome.ok_or(NotImdn)?;
        let message_id = message_id.ok_or(NotImdn)?;
        if open.path().is_empty() && roots == 1 {
            Ok(Imdn { message_id, notification, fate })
        } else {
            Err(NotImdn)
        }
    }

    /// Is this the notification of that message?
    pub fn names(&self, message_id: &[u8]) -> bool {
        says(self.message_id, message_id)
    }
}

/// `name` is the outcome when it stands in the status of a notification.
fn outcome_at(path: &[&[u8]], name: &[u8]) -> Option<(Notification, Fate)> {
    match path {
        [b"imdn", element, b"status"] => Some((Notification::of(element)?, Fate::of(name))),
        _ => None,
    }
}

/// The deepest document of the standard is four deep.
const DEPTH_MAX: usize = 8;

impl fmt::Debug for Imdn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imdn")
            .field("notification", &self.notification)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

//! Whom a group invites: `application/resource-lists+xml` (RFC 4826 3, RFC 5364, RFC 5366).

use core::fmt;

use octets::xml::{Nest, NotXml, Token, Tokens};

use super::{BadDocument, Escaped};
use crate::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_OCTETS_MAX, DOCUMENT_TAGS_MAX, RECIPIENTS_MAX};
use crate::wire::{MessageView, Multipart};

/// In which role somebody is invited (RFC 5364 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CopyControl {
    /// To all eyes, and what is not said.
    #[default]
    To,
    /// To all eyes, by the way.
    Cc,
    /// Nobody but himself may learn of him.
    Bcc,
}

/// One of those whom a group invites.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recipient<'a> {
    /// His URI.
    pub uri: Escaped<'a>,
    /// His name, if the list has one.
    pub display: Option<Escaped<'a>>,
    /// In which role.
    pub copy: CopyControl,
    /// He wants his URI hidden (RFC 5364 5); in a list that was passed on, it already is.
    pub is_anonymous: bool,
}

impl fmt::Debug for Recipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<recipient, {:?}>", self.copy)
    }
}

/// A list that has been checked: all of it can be read.
#[derive(Clone, Copy)]
pub struct Recipients<'a>(&'a [u8]);

impl<'a> Recipients<'a> {
    /// Checks a document.
    pub fn parse(document: &'a [u8]) -> Result<Recipients<'a>, BadDocument> {
        if document.len() > DOCUMENT_OCTETS_MAX {
            return Err(BadDocument::TooLong);
        }
        let mut entries = Entries::new(document);
        let mut count = 0;
        while entries.step()?.is_some() {
            count += 1;
            if count > RECIPIENTS_MAX {
                return Err(BadDocument::TooManyRecipients);
            }
        }
        if entries.has_root { Ok(Recipients(document)) } else { Err(BadDocument::Xml) }
    }

    /// The list of a request: its body, or a part of it, whether it is an order to a list server or the history that
    /// one has added (RFC 5366 5, 7). `None` without a list.
    pub fn of(message: &MessageView<'a>) -> Option<Result<Recipients<'a>, BadDocument>> {
        if message.media_type().is_some_and(|kind| kind.is(MEDIA_TYPE)) {
            return Some(Recipients::parse(message.body()));
        }
        match Multipart::of(message)? {
            Ok(multipart) => multipart.find(MEDIA_TYPE).map(|part| Recipients::parse(part.body)),
            Err(bad) => Some(Err(BadDocument::Body(bad))),
        }
    }

    /// Everybody on it, in order. Lists in lists are one; references to other documents are passed over (RFC 5363 5.1).
    pub fn iter(self) -> impl Iterator<Item = Recipient<'a>> + use<'a> {
        let mut entries = Entries::new(self.0);
        // `parse` has walked this way and met no fault.
        core::iter::from_fn(move || entries.step().ok().flatten())
    }
}

impl fmt::Debug for Recipients<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} recipients>", self.iter().count())
    }
}

/// Walks through a document, entry by entry.
struct Entries<'a> {
    tokens: Tokens<'a>,
    open: Nest<'a, DOCUMENT_DEPTH_MAX>,
    entry: Option<Recipient<'a>>,
    has_root: bool,
}

impl<'a> Entries<'a> {
    fn new(document: &'a [u8]) -> Self {
        let tokens = Tokens::new(document, DOCUMENT_TAGS_MAX);
        Entries { tokens, open: Nest::default(), entry: None, has_root: false }
    }

    /// Up to the end of the next entry.
    fn step(&mut self) -> Result<Option<Recipient<'a>>, NotXml> {
        while let Some(token) = self.tokens.next() {
            match token? {
                Token::Open(name) => {
                    self.begin(name)?;
                    self.open.push(name)?;
                }
                Token::Empty(name) => {
                    self.begin(name)?;
                    if let Some(entry) = self.ended(name) {
                        return Ok(Some(entry));
                    }
                }
                Token::Close(name) => {
                    self.open.pop(name)?;
                    if let Some(entry) = self.ended(name) {
                        return Ok(Some(entry));
                    }
                }
                Token::Text(text) if self.open.path().is_empty() => {
                    if !text.trim_ascii().is_empty() {
                        return Err(NotXml);
                    }
                }
                Token::Text(text) => {
                    if let ([.., b"list", b"entry", b"display-name"], Some(entry)) =
                        (self.open.path(), &mut self.entry)
                    {
                        entry.display =
                            entry.display.or(Some(Escaped::new(text)).filter(|text| !text.is_empty()));
                    }
                }
            }
        }
        if self.open.path().is_empty() { Ok(None) } else { Err(NotXml) }
    }

    fn begin(&mut self, name: &[u8]) -> Result<(), NotXml> {
        if self.open.path().is_empty() {
            // One root, and that of a resource list.
            if self.has_root || name != b"resource-lists" {
                return Err(NotXml);
            }
            self.has_root = true;
        } else if name == b"entry" && self.is_in_a_list() {
            let attribute = |name: &[u8]| self.tokens.attribute(name).map(trim_value);
            let copy = match attribute(b"copyControl") {
                Some(b"cc") => CopyControl::Cc,
                Some(b"bcc") => CopyControl::Bcc,
                _ => CopyControl::To,
            };
            // RFC 4826 3.3: an entry is its URI.
            let uri = Escaped::new(attribute(b"uri").ok_or(NotXml)?);
            let is_anonymous = matches!(attribute(b"anonymize"), Some(b"true" | b"1"));
            self.entry = Some(Recipient { uri, display: None, copy, is_anonymous });
        }
        Ok(())
    }

    /// The entry that the end of the element `name` completes.
    fn ended(&mut self, name: &[u8]) -> Option<Recipient<'a>> {
        if name == b"entry" && self.is_in_a_list() { self.entry.take() } else { None }
    }

    fn is_in_a_list(&self) -> bool {
        matches!(self.open.path(), [b"resource-lists", .., b"list"])
    }
}

fn trim_value(value: &[u8]) -> &[u8] {
    value.trim_ascii()
}

/// What Content-Type says of a list.
pub(super) const MEDIA_TYPE: &[u8] = b"application/resource-lists+xml";

//! What happens in a group, read out of a document: subject, count, and who is in or out (RFC 4575 5.3 to 5.7).

use core::fmt;

use octets::xml::{Nest, NotXml, Token, Tokens};

use super::{DocumentState, Escaped};
use crate::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_TAGS_MAX};

/// One thing that a document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConferenceEvent<'a> {
    /// What the group talks about; empty when it is about nothing any more.
    Subject(Escaped<'a>),
    /// How the group is called.
    DisplayText(Escaped<'a>),
    /// How many are in it, also those whom the document does not name.
    UserCount(u32),
    /// The users that follow are all: whoever is not among them has left.
    WholeRoster,
    /// Somebody.
    User(ConferenceUser<'a>),
}

/// What a document says about somebody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ConferenceUser<'a> {
    /// His URI.
    pub entity: Escaped<'a>,
    /// His name.
    pub display: Option<Escaped<'a>>,
    /// In or out; `None` when nothing is said about that.
    pub presence: Option<Presence>,
}

/// Whether somebody takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// He does.
    Present,
    /// He is asked, or asks: nothing has been decided.
    Pending,
    /// Not any more, and how that came, if it is said.
    Absent(Option<Departure>),
}

/// How somebody went (RFC 4575 5.7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// By his own wish.
    Departed,
    /// He was sent away.
    Booted,
    /// He could not be reached any more.
    Failed,
    /// He was busy.
    Busy,
}

impl fmt::Debug for ConferenceUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<user, {:?}>", self.presence)
    }
}

/// Walks through a document, event by event.
pub(super) struct Events<'a> {
    tokens: Tokens<'a>,
    open: Nest<'a, DOCUMENT_DEPTH_MAX>,
    has_root: bool,
    is_partial: bool,
    user: Option<User<'a>>,
    /// The text of the element that is being read, whatever comments cut it into.
    text: Option<Escaped<'a>>,
}

/// Somebody whose element is still open.
struct User<'a> {
    entity: Escaped<'a>,
    state: DocumentState,
    display: Option<Escaped<'a>>,
    endpoints: Endpoints,
    departure: Option<Departure>,
}

/// What is known of somebody's devices: he takes part while one of them does.
#[derive(Default)]
struct Endpoints {
    is_one_present: bool,
    is_one_pending: bool,
    is_one_absent: bool,
}

impl<'a> Events<'a> {
    pub(super) fn new(document: &'a [u8]) -> Self {
        let tokens = Tokens::new(document, DOCUMENT_TAGS_MAX);
        Events { tokens, open: Nest::default(), has_root: false, is_partial: false, user: None, text: None }
    }

    /// Up to the next event.
    pub(super) fn step(&mut self) -> Result<Option<ConferenceEvent<'a>>, NotXml> {
        while let Some(token) = self.tokens.next() {
            let event = match token? {
                Token::Open(name) => {
                    let event = self.begin(name)?;
                    self.open.push(name)?;
                    event
                }
                Token::Empty(name) => {
                    let event = self.begin(name)?;
                    self.open.push(name)?;
                    event.or(self.end(name)?)
                }
                Token::Close(name) => self.end(name)?,
                Token::Text(text) => {
                    let text = Escaped::new(text);
                    if self.open.path().is_empty() && !text.is_empty() {
                        return Err(NotXml);
                    }
                    self.text = self.text.or(Some(text).filter(|text| !text.is_empty()));
                    None
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
        if self.open.path().is_empty() && self.has_root { Ok(None) } else { Err(NotXml) }
    }

    fn begin(&mut self, name: &[u8]) -> Result<Option<ConferenceEvent<'a>>, NotXml> {
        self.text = None;
        match (self.open.path(), name) {
            ([], b"conference-info") if !self.has_root => {
                self.has_root = true;
                let state = DocumentState::of(self.tokens.attribute(b"state")).ok_or(NotXml)?;
                self.is_partial = state == DocumentState::Partial;
            }
            ([], _) => return Err(NotXml),
            ([b"conference-info"], b"users") => {
                let value = self.tokens.attribute(b"state");
                let state = DocumentState::of(value).ok_or(NotXml)?;
                // RFC 4575 5.5 reads a list without a state as a whole one, also among changes. Who forgets the word there
                // means the changes, and taken at his silence, everybody else would have left.
                let is_whole = state == DocumentState::Full && (value.is_some() || !self.is_partial);
                return Ok(is_whole.then_some(ConferenceEvent::WholeRoster));
            }
            ([b"conference-info", b"users"], b"user") => {
                self.user = Some(User {
                    entity: Escaped::new(self.tokens.attribute(b"entity").ok_or(NotXml)?),
                    state: DocumentState::of(self.tokens.attribute(b"state")).ok_or(NotXml)?,
                    display: None,
                    endpoints: Endpoints::default(),
                    departure: None,
                });
            }
            ([b"conference-info", b"users", b"user"], b"endpoint") => {
                let state = DocumentState::of(self.tokens.attribute(b"state")).ok_or(NotXml)?;
                if let (Some(user), DocumentState::Deleted) = (&mut self.user, state) {
                    user.endpoints.is_one_absent = true;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn end(&mut self, name: &[u8]) -> Result<Option<ConferenceEvent<'a>>, NotXml> {
        let text = self.text.take().unwrap_or_default();
        let event = match self.open.path() {
            [b"conference-info", b"conference-description", b"subject"] => {
                Some(ConferenceEvent::Subject(text))
            }
            [b"conference-info", b"conference-description", b"display-text"] => {
                Some(ConferenceEvent::DisplayText(text))
            }
            [b"conference-info", b"conference-state", b"user-count"] => {
                text.number().map(ConferenceEvent::UserCount)
            }
            [b"conference-info", b"users", b"user", inside @ ..] => match inside {
                [] => self.user.take().map(|user| ConferenceEvent::User(user.told())),
                _ => {
                    if let Some(user) = &mut self.user {
                        user.note(inside, text);
                    }
                    None
                }
            },
            _ => None,
        };
        self.open.pop(name)?;
        Ok(event)
    }
}

impl<'a> User<'a> {
    /// An element within his has ended.
    fn note(&mut self, path: &[&[u8]], text: Escaped<'a>) {
        match path {
            [b"display-text"] => self.display = Some(text).filter(|text| !text.is_empty()),
            [b"endpoint", b"status"] => self.endpoints.note(text),
            [b"endpoint", b"disconnection-method"] => {
                let known = DEPARTURES.iter().find(|(name, _)| text.says(name));
                self.departure = known.map(|(_, departure)| *departure).or(self.departure);
            }
            _ => {}
        }
    }

    fn told(self) -> ConferenceUser<'a> {
        let Endpoints { is_one_present, is_one_pending, is_one_absent } = self.endpoints;
        let presence = if self.state == DocumentState::Deleted {
            Some(Presence::Absent(self.departure))
        } else if is_one_present {
            Some(Presence::Present)
        } else if is_one_pending {
            Some(Presence::Pending)
        } else if is_one_absent {
            Some(Presence::Absent(self.departure))
        } else {
            None
        };
        ConferenceUser { entity: self.entity, display: self.display, presence }
    }
}

impl Endpoints {
    // RFC 4575 5.7.2
    fn note(&mut self, status: Escaped<'_>) {
        let is = |names: &[&[u8]]| names.iter().any(|name| status.says(name));
        if is(&[b"connected", b"on-hold", b"muted-via-focus"]) {
            self.is_one_present = true;
        } else if is(&[b"disconnected", b"disconnecting"]) {
            self.is_one_absent = true;
        } else if is(&[b"pending", b"dialing-in", b"dialing-out", b"alerting"]) {
            self.is_one_pending = true;
        }
    }
}

const DEPARTURES: [(&[u8], Departure); 4] = [
    (b"departed", Departure::Departed),
    (b"booted", Departure::Booted),
    (b"failed", Departure::Failed),
    (b"busy", Departure::Busy),
];

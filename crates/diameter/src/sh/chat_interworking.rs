//! Our own service data: what a chat user may do, and how he likes it (TS 23.204 6.1, authorisation and preferences).
//!
//! ```xml
//! <ChatInterworking>
//!   <Authorised>yes</Authorised>                 may he use the interworking at all? Demanded.
//!   <AutoAccept>no</AutoAccept>                  are his invitations accepted without asking the SMS user?
//!   <AnonymityAllowed>yes</AnonymityAllowed>     may he hide his number from the SMS user?
//!   <Language>de</Language>                      of the texts that the gateway writes for him (RFC 5646)
//!   <Preferred>chat</Preferred>                  how he likes to get an SMS: chat, sms
//! </ChatInterworking>
//! ```
//!
//! Whatever is absent but `Authorised` is as the operator's policy has it.
//!
//! Refuses: to guess. A yes that is misspelt is neither yes nor no.

use alloc::string::String;
use core::fmt;

use octets::Writer;
use roxmltree::Node;

use super::Unreadable;
use super::xml::{self, Elements};
use crate::limits::LANGUAGE_OCTETS_MAX;

/// How a user likes to get a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// In a chat.
    Chat,
    /// As the short message that it is.
    ShortMessage,
}

/// A language tag as RFC 5646 has them: letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(String);

impl Language {
    /// The language that `tag` names.
    pub fn new(tag: &str) -> Result<Self, Unreadable> {
        let is_tag = tag.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
        let has_length = (1..=LANGUAGE_OCTETS_MAX).contains(&tag.len());
        if is_tag && has_length { Ok(Language(tag.into())) } else { Err(Unreadable::Value) }
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.0
    }
}

/// The settings of one user.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatInterworking {
    /// May he use the interworking at all?
    pub is_authorised: bool,
    /// Are his invitations accepted without asking the SMS user first?
    pub auto_accept: Option<bool>,
    /// May he hide?
    pub may_hide: Option<bool>,
    /// The language of texts.
    pub language: Option<Language>,
    /// How he likes to get a short message.
    pub preferred: Option<Preference>,
}

impl fmt::Debug for ChatInterworking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChatInterworking(authorised: {})", self.is_authorised)
    }
}

impl ChatInterworking {
    /// The name under which an HSS keeps the settings: our Service-Indication, unless an operator has another.
    pub const SERVICE_INDICATION: &str = "ChatInterworking";

    pub(super) fn read(element: Node<'_, '_>) -> Result<Self, Unreadable> {
        let mut is_authorised = None;
        let (mut auto_accept, mut may_hide, mut language, mut preferred) = (None, None, None, None);
        for child in xml::elements(element) {
            match xml::key(child).as_str() {
                "authorised" => is_authorised = yes_or_no(child)?,
                "autoaccept" => auto_accept = yes_or_no(child)?,
                "anonymityallowed" => may_hide = yes_or_no(child)?,
                "language" => language = xml::text(child).map(|tag| Language::new(&tag)).transpose()?,
                "preferred" => preferred = preference(child)?,
                _ => {}
            }
        }
        let is_authorised = is_authorised.ok_or(Unreadable::Value)?;
        Ok(ChatInterworking { is_authorised, auto_accept, may_hide, language, preferred })
    }

    pub(super) fn to_xml(&self) -> String {
        let mut buffer = [0; OCTETS_MAX];
        let mut out = Writer::new(&mut buffer);
        Elements::new(&mut out).element("ChatInterworking", |inside| {
            inside.text("Authorised", word(self.is_authorised));
            if let Some(auto_accept) = self.auto_accept {
                inside.text("AutoAccept", word(auto_accept));
            }
            if let Some(may_hide) = self.may_hide {
                inside.text("AnonymityAllowed", word(may_hide));
            }
            if let Some(language) = &self.language {
                inside.text("Language", language.tag());
            }
            match self.preferred {
                Some(Preference::Chat) => inside.text("Preferred", "chat"),
                Some(Preference::ShortMessage) => inside.text("Preferred", "sms"),
                None => {}
            }
        });
        String::from_utf8_lossy(out.written()).into_owned()
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn yes_or_no(element: Node<'_, '_>) -> Result<Option<bool>, Unreadable> {
    match xml::text(element).as_deref() {
        None => Ok(None),
        Some("yes" | "true" | "1") => Ok(Some(true)),
        Some("no" | "false" | "0") => Ok(Some(false)),
        Some(_) => Err(Unreadable::Value),
    }
}

fn preference(element: Node<'_, '_>) -> Result<Option<Preference>, Unreadable> {
    match xml::text(element).as_deref() {
        None => Ok(None),
        Some("chat") => Ok(Some(Preference::Chat)),
        Some("sms") => Ok(Some(Preference::ShortMessage)),
        Some(_) => Err(Unreadable::Value),
    }
}

/// All elements with their longest values.
const OCTETS_MAX: usize = 512;

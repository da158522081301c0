//! The INVITE of a focus: a group wants somebody in (RFC 4579 5.2, OMA CPM, TS 23.204 Annex B).

use core::fmt;

use super::{BadDocument, Recipients};
use crate::wire::{
    Asserted, BadReplaces, HeaderName, MessageView, NameAddr, Replaces, features, is_set, session_replaces,
};

/// The URI of the focus behind `message`: that of a Contact with the feature `isfocus` (RFC 3840, RFC 4579 4.2).
pub fn focus<'a>(message: &MessageView<'a>) -> Option<&'a [u8]> {
    message.elements(HeaderName::Contact).find_map(|element| {
        let is_focus = features(element)?.value(b"isfocus").is_some_and(is_set);
        if is_focus { NameAddr::parse(element).map(|contact| contact.uri) } else { None }
    })
}

/// What an INVITE of a focus says beyond any other.
#[derive(Clone, Copy)]
pub struct FocusInvite<'a> {
    /// The URI of the group: where to subscribe to what happens in it.
    pub focus: &'a [u8],
    /// Who invites, if the focus says so: Referred-By (RFC 3892), as trustworthy as the focus.
    pub referrer: Option<NameAddr<'a>>,
    /// The Contribution-ID of the one-to-one chat that the group takes the place of.
    pub replaced_contribution: Option<&'a [u8]>,
    /// The dialog that the group takes the place of; an unreadable one is 400.
    pub replaced_dialog: Option<Result<Replaces<'a>, BadReplaces>>,
    /// Who else is invited; a list that cannot be read has its own answer.
    pub recipients: Option<Result<Recipients<'a>, BadDocument>>,
}

impl<'a> FocusInvite<'a> {
    /// Reads an INVITE; `None` when no focus sent it.
    pub fn of(invite: &MessageView<'a>) -> Option<FocusInvite<'a>> {
        Some(FocusInvite {
            focus: focus(invite)?,
            referrer: invite.header(HeaderName::ReferredBy).and_then(NameAddr::parse),
            replaced_contribution: session_replaces(invite),
            replaced_dialog: Replaces::of(invite),
            recipients: Recipients::of(invite),
        })
    }

    /// Who invites, as an identity.
    pub fn inviter(&self) -> Option<Asserted<'a>> {
        self.referrer.and_then(Asserted::of_address)
    }
}

impl fmt::Debug for FocusInvite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<invitation to a group, {:?}>", self.recipients)
    }
}

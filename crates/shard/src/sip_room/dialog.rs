//! Which dialog a request belongs to.

use sip::{Dialog, Index, MessageView, StatusCode, parse_token};

use super::{Invite, SipRoom};
use crate::table::Key;

impl SipRoom {
    /// The INVITE whose dialog `request` belongs to: our tag says where to look, and what is found there must agree.
    pub(super) fn dialog_of(&self, request: &MessageView<'_>) -> Option<Key<Invite>> {
        let token = parse_token(request.to_tag()?)?;
        let key = Key::new(token.slot, token.generation);
        let invite = self.invites.find(key)?;
        let head = invite.head.as_bytes();
        let index = Index::parse(head).ok()?;
        let tag = invite.tag.to_tag();
        Dialog::as_uas(MessageView::new(head, &index), &tag).owns(request).then_some(key)
    }

    /// Why an INVITE inside a dialog is refused. The session stays as it was agreed first: a re-INVITE changes
    /// nothing of it and costs it nothing (RFC 3261 14.2).
    pub(super) fn refusal_in_dialog(&mut self, request: &MessageView<'_>) -> Option<StatusCode> {
        let dialog = self
            .dialog_of(request)
            .and_then(|key| self.invites.find_mut(key))
            .filter(|invite| invite.is_dialog);
        let Some(dialog) = dialog else { return Some(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST) };
        match dialog.sequence.receive(request.cseq()) {
            Err(status) => Some(status),
            Ok(()) => Some(StatusCode::NOT_ACCEPTABLE_HERE),
        }
    }
}

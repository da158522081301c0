//! Which dialog a message belongs to, and how one begins.

use sip::{
    Dialog, Index, InviteServer, MessageView, Multipart, Sequence, StatusCode, Token, TransactionKey,
    keep_head, parse_token,
};

use super::invite::{Alarms, Transaction};
use super::reliable::Reliable;
use super::session::Session;
use super::{Invite, Invites, Refusal, Source};
use crate::desk::Desk;
use crate::kept::Kept;
use crate::table::Key;

impl Invites {
    /// The INVITE whose dialog `request` belongs to: our tag says where to look, and what is found there must agree.
    pub(super) fn dialog_of(&self, request: &MessageView<'_>) -> Option<Key<Invite>> {
        let token = parse_token(request.to_tag()?)?;
        let key = Key::new(token.slot, token.generation);
        let invite = self.table.find(key)?;
        let head = invite.head.as_bytes();
        let index = Index::parse(head).ok()?;
        let tag = invite.tag.to_tag();
        dialog_in(invite, MessageView::new(head, &index), &tag).owns(request).then_some(key)
    }

    /// Keeps of an INVITE what its answers and its dialog will need.
    pub(super) fn keep(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        key: TransactionKey,
        origin: TransactionKey,
        desk: &mut Desk,
    ) -> Result<Key<Invite>, StatusCode> {
        let head = Kept::write(|out| keep_head(request, out)).ok_or(StatusCode::MESSAGE_TOO_LARGE)?;
        let described = description_of(request)?;
        let session = Session::new(request, described, &self.session_policy);
        let description = Kept::copy(described).ok_or(StatusCode::MESSAGE_TOO_LARGE)?;
        let tag = Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() };
        let invite = Invite {
            source,
            transaction: Transaction::Server { key, origin, server: InviteServer::new(self.timers, false) },
            head,
            description,
            tag,
            sequence: Sequence::new(0, Some(request.cseq().number)),
            refusal: Refusal::default(),
            wait: None,
            reliable: Reliable::of(request, desk),
            goodbye: None,
            ours: None,
            session,
            cseq: request.cseq().number,
            inside: None,
            chat: None,
            is_dialog: false,
            is_settled: false,
            alarms: Alarms::default(),
        };
        let place = self.table.insert(invite).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        if let Some(invite) = self.table.find_mut(place) {
            invite.tag = Token { slot: place.slot, generation: place.generation, ..invite.tag };
        }
        self.transactions.insert(key, place);
        // The first to come keeps the name: whatever comes along another way is merged with it.
        self.origins.entry(origin).or_insert(place);
        Ok(place)
    }
}

/// The dialog of an INVITE, read from the head that is kept of it.
pub(super) fn dialog_in<'a>(invite: &Invite, head: MessageView<'a>, tag: &'a [u8]) -> Dialog<'a> {
    match invite.transaction {
        Transaction::Server { .. } => Dialog::as_uas(head, tag),
        Transaction::Client(_) => Dialog::as_uac(head),
    }
}

/// The session description of an INVITE, or of the 2xx to ours: its body, or the part of it that is one (a first message or a list of recipients may
/// ride beside it).
pub(super) fn description_of<'a>(request: &MessageView<'a>) -> Result<&'a [u8], StatusCode> {
    match Multipart::of(request) {
        None => Ok(request.body()),
        Some(Err(bad)) => Err(bad.status()),
        Some(Ok(parts)) => match parts.find(b"application/sdp") {
            Some(part) if !part.is_encoded() => Ok(part.body),
            _ => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        },
    }
}

//! Messages that belong to this shard: which transaction, which dialog, or a new one.

use sip::transaction::{AckWaitEvent, InviteServerState};
use sip::{
    ClientEvent, Index, Malformed, MessageView, Method, ServerEvent, StatusCode, TransactionKey, parse_token,
};

use super::invite::{Invite, Transaction};
use super::render::{CAPABILITIES, refuse_plainly, respond, write_plain};
use super::session::{acknowledged, judge_reinvite, negotiate};
use super::{SipEvent, SipRoom, Source};
use crate::desk::Desk;
use crate::driver::Outward;
use crate::kept::Kept;
use crate::table::Key;
use crate::tally::Count;

impl SipRoom {
    /// Takes a request that can be read and belongs here.
    pub fn request<'a>(
        &mut self,
        request: MessageView<'a>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        desk.count(Count::SipRequestsIn);
        // What is to be refused for want of time must cost none: before anything is read that need not be.
        if acknowledges_plain_refusal(&request) {
            return None;
        }
        if let Some(count) = self.is_too_much(&request, desk) {
            desk.count(count);
            refuse_plainly(&request, source, StatusCode::SERVICE_UNAVAILABLE, desk, out);
            return None;
        }
        if let Err(bad) = request.validate_request() {
            desk.count(Count::SipMalformed);
            refuse_plainly(&request, source, bad.status, desk, out);
            return None;
        }
        match request.method() {
            Method::Ack => self.ack(&request, desk, out),
            Method::Cancel => self.cancel(&request, source, desk, out),
            Method::Invite => self.invite(request, source, desk, out),
            Method::Message if request.to_tag().is_none() => self.pager.receive(request, source, desk, out),
            _ => self.requests.answer(&request, source, &mut self.invites, desk, out),
        }
    }

    /// Takes a response to a request of ours.
    pub fn response<'a>(
        &mut self,
        response: MessageView<'a>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        desk.count(Count::SipResponsesIn);
        if let Some(recall) = self.recalls.of(&response) {
            return self.recalls.receive(recall, &response, &mut self.invites, desk, out);
        }
        let waiting = self.invites.ours_of(&response);
        if let (None, Some(status)) = (waiting, response.status())
            && let Some(page) = self.pages.of(&response)
        {
            return self.pages.step(page, ClientEvent::Response(status), desk, out);
        }
        let (Some(key), Some(status)) = (waiting, response.status()) else {
            desk.count(Count::SipStrayResponses);
            return None;
        };
        self.invites.step_ours(key, ClientEvent::Response(status), Some(&response), desk, out)
    }

    /// Is it an invitation, new to this shard, for which there is no time, or no place? Says what is counted then.
    fn is_too_much(&self, request: &MessageView<'_>, desk: &mut Desk) -> Option<Count> {
        if request.method() != Method::Invite || request.to_tag().is_some() {
            return None;
        }
        let key = TransactionKey::of_request(request, self.invites.seed);
        if self.invites.transactions.contains_key(&key) {
            return None;
        }
        match self.invites.table.has_room() {
            true => (!desk.load.lets_in(desk.moment.now, key)).then_some(Count::Shed),
            false => Some(Count::Overloads),
        }
    }

    fn ack(
        &mut self,
        request: &MessageView<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        // An ACK of a refusal belongs to the INVITE's transaction; that of a 2xx has a branch of its own.
        if let Some(key) =
            self.invites.transactions.get(&TransactionKey::of_request(request, self.invites.seed)).copied()
        {
            self.invites.step_server(key, ServerEvent::Ack, desk, out);
        }
        let key = acknowledged(request, &self.invites)?;
        self.invites.step_wait(key, AckWaitEvent::Ack, desk, out)
    }

    fn cancel(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let known =
            self.invites.transactions.get(&TransactionKey::of_request(request, self.invites.seed)).copied();
        // interworking 2.3 row 17
        let status = match known {
            Some(_) => StatusCode::OK,
            None => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        // RFC 3261 9.2: the same To tag as in the responses to the INVITE.
        let tag = known.and_then(|key| self.invites.table.find(key)).map(|invite| invite.tag);
        respond(request, source, desk, out, |out| write_plain(request, source, status, tag, out));
        let key = known?;
        let invite = self.invites.table.find_mut(key)?;
        if !invite.is_proceeding() {
            return None;
        }
        let chat = invite.chat.take();
        self.invites.step_server(key, ServerEvent::Respond(StatusCode::REQUEST_TERMINATED), desk, out);
        desk.count(Count::InvitationsWithdrawn);
        chat.map(SipEvent::Withdrawn)
    }

    fn invite<'a>(
        &mut self,
        request: MessageView<'a>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let key = TransactionKey::of_request(&request, self.invites.seed);
        if let Some(invite) = self.invites.transactions.get(&key).copied() {
            // 100 again while nothing else was said: the client repeats until it hears something.
            match self.invites.table.find(invite).is_some_and(has_spoken) {
                true => self.invites.step_server(invite, ServerEvent::Request, desk, out),
                false => self.invites.send_response(invite, StatusCode::TRYING, desk, out),
            }
            return None;
        }
        let origin = TransactionKey::of_origin(&request, self.invites.seed);
        let (refusal, dialog) = match request.to_tag() {
            Some(_) => match judge_reinvite(&request, &mut self.invites) {
                Ok(dialog) => (None, Some(dialog)),
                Err(status) => (Some(status), None),
            },
            // RFC 3261 8.2.2.2: the same request along a second way.
            None if self.invites.origins.contains_key(&origin) => (Some(StatusCode::LOOP_DETECTED), None),
            // RFC 3261 16.3: an INVITE of ours that filter criteria have led back to us.
            None if self.invites.contact.has_sent(&request) => (Some(StatusCode::LOOP_DETECTED), None),
            None => (self.refusal(&request), None),
        };
        let kept = self.invites.keep(&request, source, key, origin, desk);
        let invite = match kept {
            Ok(invite) => invite,
            Err(status) => {
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    desk.count(Count::Overloads);
                }
                refuse_plainly(&request, source, status, desk, out);
                return None;
            }
        };
        if let Some(status) = refusal {
            self.note_unsupported(invite, &request);
            self.invites.step_server(invite, ServerEvent::Respond(status), desk, out);
            return None;
        }
        if let Some(dialog) = dialog {
            return self.invites.answer_again(invite, dialog, &request, desk, out);
        }
        // interworking 2.3 row 2
        self.invites.send_response(invite, StatusCode::TRYING, desk, out);
        Some(SipEvent::Invitation { invite, request, from: source.from })
    }

    /// Why an INVITE that would make a dialog is refused.
    fn refusal(&self, request: &MessageView<'_>) -> Option<StatusCode> {
        // interworking 2.3 rows 0 and 10
        let bad = CAPABILITIES.check(request).err().map(|bad| bad.status);
        bad.or_else(|| negotiate(request, &self.invites.session_policy).status())
    }

    /// The offer of an INVITE that is refused is of no more use; what its refusal names takes its place.
    fn note_unsupported(&mut self, invite: Key<Invite>, request: &MessageView<'_>) {
        let names = Kept::write(|out| CAPABILITIES.write_unsupported(request, out));
        if let Some((invite, names)) = self.invites.table.find_mut(invite).zip(names) {
            invite.description = names;
        }
    }

    /// Refuses octets that are no SIP message, as far as somebody can be answered.
    pub fn refuse_malformed(
        &mut self,
        malformed: Malformed,
        bytes: &[u8],
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let salvaged = malformed.status().zip(Index::salvage(bytes));
        let Some((status, index)) = salvaged else {
            desk.count(Count::SipDropped);
            return;
        };
        desk.count(Count::SipMalformed);
        refuse_plainly(&MessageView::new(bytes, &index), source, status, desk, out);
    }

    /// Refuses a request because its owner has too much to do; a response is dropped, and comes again.
    pub fn refuse_overloaded(
        &mut self,
        message: &MessageView<'_>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        desk.count(Count::Overloads);
        refuse_plainly(message, source, StatusCode::SERVICE_UNAVAILABLE, desk, out);
    }
}

/// Does it acknowledge a refusal of ours that left nothing behind? What is in a table has a generation.
fn acknowledges_plain_refusal(request: &MessageView<'_>) -> bool {
    let token = || request.to_tag().and_then(parse_token);
    request.method() == Method::Ack && token().is_some_and(|token| token.generation == 0)
}

/// Has anything been said in an INVITE transaction beyond 100?
fn has_spoken(invite: &Invite) -> bool {
    match &invite.transaction {
        Transaction::Server { server, .. } => server.state() != InviteServerState::Proceeding(None),
        Transaction::Client(_) => false,
    }
}

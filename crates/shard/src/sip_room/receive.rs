//! Messages that belong to this shard: which transaction, which dialog, or a new one.

use sip::transaction::AckWaitEvent;
use sip::{
    ClientEvent, Index, InviteServer, Malformed, MessageView, Method, Sequence, ServerEvent, StatusCode,
    Token, TransactionKey, keep_head, parse_token,
};

use super::invite::{Alarms, Invite, Refusal};
use super::render::{CAPABILITIES, respond, write_plain};
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
        if let Err(bad) = request.validate_request() {
            desk.count(Count::SipMalformed);
            self.refuse_plainly(&request, source, bad.status, desk, out);
            return None;
        }
        match request.method() {
            Method::Ack => self.ack(&request, desk, out),
            Method::Cancel => self.cancel(&request, source, desk, out),
            Method::Invite => self.invite(request, source, desk, out),
            _ => self.other(&request, source, desk, out),
        }
    }

    /// Takes a response. Only our BYEs have any.
    pub fn response(
        &mut self,
        response: MessageView<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        desk.count(Count::SipResponsesIn);
        let waiting = self.bye_of(&response);
        let (Some(key), Some(status)) = (waiting, response.status()) else {
            desk.count(Count::SipStrayResponses);
            return None;
        };
        self.step_bye(key, ClientEvent::Response(status), desk, out)
    }

    fn bye_of(&self, response: &MessageView<'_>) -> Option<Key<Invite>> {
        response.validate_response().ok()?;
        let token = parse_token(response.via().branch?)?;
        let key = Key::new(token.slot, token.generation);
        let bye = self.invites.find(key)?.bye.as_ref()?;
        (bye.branch == token && response.method() == Method::Bye).then_some(key)
    }

    fn ack(
        &mut self,
        request: &MessageView<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        // An ACK of a refusal belongs to the INVITE's transaction; that of a 2xx has a branch of its own.
        if let Some(key) = self.transactions.get(&TransactionKey::of_request(request, self.seed)).copied() {
            self.step_server(key, ServerEvent::Ack, desk, out);
        }
        let key = self.dialog_of(request)?;
        self.step_wait(key, AckWaitEvent::Ack, desk, out)
    }

    fn cancel(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let known = self.transactions.get(&TransactionKey::of_request(request, self.seed)).copied();
        let status = match known {
            Some(_) => StatusCode::OK,
            None => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        // RFC 3261 9.2: the same To tag as in the responses to the INVITE.
        let tag = known.and_then(|key| self.invites.find(key)).map(|invite| invite.tag);
        respond(request, source, desk, out, |out| write_plain(request, source, status, tag, out));
        let key = known?;
        let invite = self.invites.find_mut(key)?;
        if !matches!(invite.server.state(), sip::transaction::InviteServerState::Proceeding(_)) {
            return None;
        }
        let chat = invite.chat.take();
        self.step_server(key, ServerEvent::Respond(StatusCode::REQUEST_TERMINATED), desk, out);
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
        let key = TransactionKey::of_request(&request, self.seed);
        if let Some(invite) = self.transactions.get(&key).copied() {
            // 100 again while nothing else was said: the client repeats until it hears something.
            match self.invites.find(invite).is_some_and(Self::has_spoken) {
                true => self.step_server(invite, ServerEvent::Request, desk, out),
                false => self.send_response(invite, StatusCode::TRYING, desk, out),
            }
            return None;
        }
        let origin = TransactionKey::of_origin(&request, self.seed);
        let refusal = match request.to_tag() {
            Some(_) => self.refusal_in_dialog(&request),
            // RFC 3261 8.2.2.2: the same request along a second way.
            None if self.origins.contains_key(&origin) => Some(StatusCode::LOOP_DETECTED),
            None => CAPABILITIES.check(&request).err().map(|bad| bad.status),
        };
        let kept = self.keep(&request, source, key, origin, desk);
        let invite = match kept {
            Ok(invite) => invite,
            Err(status) => {
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    desk.count(Count::Overloads);
                }
                self.refuse_plainly(&request, source, status, desk, out);
                return None;
            }
        };
        if let Some(status) = refusal {
            self.note_unsupported(invite, &request);
            self.step_server(invite, ServerEvent::Respond(status), desk, out);
            return None;
        }
        self.send_response(invite, StatusCode::TRYING, desk, out);
        Some(SipEvent::Invitation { invite, request })
    }

    /// The offer of an INVITE that is refused is of no more use; what its refusal names takes its place.
    fn note_unsupported(&mut self, invite: Key<Invite>, request: &MessageView<'_>) {
        let names = Kept::write(|out| CAPABILITIES.write_unsupported(request, out));
        if let Some((invite, names)) = self.invites.find_mut(invite).zip(names) {
            invite.description = names;
        }
    }

    /// Keeps of an INVITE what its answers and its dialog will need.
    fn keep(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        key: TransactionKey,
        origin: TransactionKey,
        desk: &mut Desk,
    ) -> Result<Key<Invite>, StatusCode> {
        let head = Kept::write(|out| keep_head(request, out)).ok_or(StatusCode::MESSAGE_TOO_LARGE)?;
        let description = Kept::copy(request.body()).ok_or(StatusCode::MESSAGE_TOO_LARGE)?;
        let tag = Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() };
        let invite = Invite {
            source,
            key,
            origin,
            server: InviteServer::new(self.timers, false),
            head,
            description,
            tag,
            sequence: Sequence::new(0, Some(request.cseq().number)),
            refusal: Refusal::default(),
            wait: None,
            bye: None,
            chat: None,
            is_dialog: false,
            is_settled: false,
            alarms: Alarms::default(),
        };
        let place = self.invites.insert(invite).map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        if let Some(invite) = self.invites.find_mut(place) {
            invite.tag = Token { slot: place.slot, generation: place.generation, ..invite.tag };
        }
        self.transactions.insert(key, place);
        self.origins.insert(origin, place);
        Ok(place)
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
        self.refuse_plainly(&MessageView::new(bytes, &index), source, status, desk, out);
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
        self.refuse_plainly(message, source, StatusCode::SERVICE_UNAVAILABLE, desk, out);
    }

    /// Refuses a request without keeping anything of it.
    pub(super) fn refuse_plainly(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        status: StatusCode,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        if !request.is_answerable() {
            desk.count(Count::SipDropped);
            return;
        }
        let tag = Some(Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() });
        respond(request, source, desk, out, |out| write_plain(request, source, status, tag, out));
    }
}

//! MESSAGEs of chat users outside of any dialog (pager mode, RFC 3428): each is answered once the SMS side has spoken, and again
//! when it comes again.
//!
//! Refuses: to answer provisionally (RFC 4320 4.1 allows a 100 only late, and it helps nobody), to keep a text.
//! In: MESSAGEs that belong here, what becomes of them. Out: `SipEvent::Paged`, the answer.

use core::net::SocketAddr;

use octets::Writer;
use sip::{
    Index, KeySeed, MessageView, NonInviteServer, ServerAction, ServerEvent, StatusCode, Timer, Timers,
    Token, TransactionKey, keep_head, write_retry_after,
};
use tempo::Alarm;

use super::invite::{HEAD_OCTETS_MAX, Refusal};
use super::render::{Contact, capabilities_of, refuse_plainly, respond, write_status};
use super::{Map, SipEvent, Source, map};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::kept::Kept;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A MESSAGE that came to us.
#[derive(Debug)]
pub struct PagerMessage {
    source: Source,
    key: TransactionKey,
    origin: TransactionKey,
    server: NonInviteServer,
    /// Our tag.
    tag: Token,
    refusal: Refusal,
    /// What its answer is written from; its repetitions bring their own.
    head: Option<Key<Head>>,
    alarm: Alarm,
}

/// What is kept of a MESSAGE until it is answered.
type Head = Kept<HEAD_OCTETS_MAX>;

/// The MESSAGEs that came a moment ago.
pub struct PagerMessages {
    table: Table<PagerMessage>,
    /// Of those that are not answered.
    heads: Table<Head>,
    /// By the key of their transaction.
    by_key: Map<Key<PagerMessage>>,
    /// By what merged requests have in common (RFC 3261 8.2.2.2).
    origins: Map<Key<PagerMessage>>,
    seed: KeySeed,
    timers: Timers,
    contact: Contact,
}

impl PagerMessages {
    pub(super) fn new(sessions_max: usize, seed: KeySeed, own_sip: SocketAddr) -> Self {
        let most = sessions_max.saturating_mul(ANSWERED_PER_SESSION);
        PagerMessages {
            table: Table::new(most),
            heads: Table::new(sessions_max),
            by_key: map(most),
            origins: map(most),
            seed,
            timers: Timers::default(),
            contact: Contact::new(own_sip),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    pub(super) fn receive<'a>(
        &mut self,
        request: MessageView<'a>,
        source: Source,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let key = TransactionKey::of_request(&request, self.seed);
        if let Some(known) = self.by_key.get(&key).copied() {
            self.step(known, ServerEvent::Request, Some(&request), desk, out);
            return None;
        }
        desk.count(Count::PagerIn);
        if !desk.load.lets_in_message(desk.moment.now) {
            desk.count(Count::PagerRefused);
            desk.count(Count::Shed);
            refuse_plainly(&request, source, StatusCode::SERVICE_UNAVAILABLE, desk, out);
            return None;
        }
        let origin = TransactionKey::of_origin(&request, self.seed);
        // RFC 3261 8.2.2.2: the same request along a second way. Or one of ours, that comes back by filter criteria which send us what
        // we have sent: as a short message to the chat user it would come back without end.
        let refused = match self.origins.contains_key(&origin) || self.contact.has_sent(&request) {
            true => Some(StatusCode::LOOP_DETECTED),
            false => capabilities_of(request.method()).check(&request).err().map(|bad| bad.status),
        };
        let message = match self.keep(&request, source, key, origin, desk) {
            Ok(message) => message,
            Err(status) => {
                desk.count(Count::PagerRefused);
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    desk.count(Count::Overloads);
                }
                refuse_plainly(&request, source, status, desk, out);
                return None;
            }
        };
        if let Some(status) = refused {
            desk.count(Count::PagerRefused);
            // From the request itself: the kept head does not say what was required.
            self.step(message, ServerEvent::Respond(status), Some(&request), desk, out);
            return None;
        }
        Some(SipEvent::Paged { message, request, from: source.from })
    }

    /// The final answer. Without it the client's timer F would give one.
    pub fn answer(
        &mut self,
        message: Key<PagerMessage>,
        status: StatusCode,
        refusal: Refusal,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        if let Some(message) = self.table.find_mut(message) {
            message.refusal = refusal;
            if !status.is_success() {
                desk.count(Count::PagerRefused);
            }
        }
        self.step(message, ServerEvent::Respond(status), None, desk, out);
    }

    /// The end of a transaction has come up.
    pub fn ring(&mut self, key: Key<PagerMessage>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(message) = self.table.find_mut(key) else { return };
        if desk.is_due(&mut message.alarm, Ringing::PagerMessage(key)) {
            self.step(key, ServerEvent::Timer(Timer::J), None, desk, out);
        }
    }

    fn keep(
        &mut self,
        request: &MessageView<'_>,
        source: Source,
        key: TransactionKey,
        origin: TransactionKey,
        desk: &mut Desk,
    ) -> Result<Key<PagerMessage>, StatusCode> {
        let overload = StatusCode::SERVICE_UNAVAILABLE;
        let head = Kept::write(|out| keep_head(request, out)).ok_or(StatusCode::MESSAGE_TOO_LARGE)?;
        if !self.table.has_room() {
            return Err(overload);
        }
        let head = self.heads.insert(head).map_err(|_| overload)?;
        let message = PagerMessage {
            source,
            key,
            origin,
            server: NonInviteServer::new(self.timers, false),
            tag: Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() },
            refusal: Refusal::default(),
            head: Some(head),
            alarm: Alarm::default(),
        };
        let place = self.table.insert(message).map_err(|_| overload)?;
        self.by_key.insert(key, place);
        self.origins.entry(origin).or_insert(place);
        Ok(place)
    }

    fn step(
        &mut self,
        place: Key<PagerMessage>,
        event: ServerEvent,
        request: Option<&MessageView<'_>>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(message) = self.table.find_mut(place) else { return };
        let alarm = &mut message.alarm;
        let mut send = None;
        let mut is_over = false;
        message.server.step(desk.moment.now, event, |action| match action {
            ServerAction::Send(status) => send = Some(status),
            ServerAction::Arm(_, deadline) => desk.wheel.set(alarm, Ringing::PagerMessage(place), deadline),
            ServerAction::Disarm(_) => desk.wheel.clear(alarm),
            ServerAction::Terminated => is_over = true,
            ServerAction::PassAck | ServerAction::TimedOut => {}
        });
        if let Some(status) = send {
            let head = message.head.take().and_then(|head| self.heads.remove(head));
            let (source, tag, refusal) = (message.source, message.tag, message.refusal);
            let answer = |request: &MessageView<'_>, out: &mut Writer<'_>| {
                write_status(request, source, status, Some(tag), out, |response| {
                    if let Some(seconds) = refusal.retry_after_s {
                        response.header_with("Retry-After", |out| write_retry_after(out, seconds));
                    }
                    self.contact.write_warning(response, refusal);
                });
            };
            let index = head.as_ref().and_then(|head| Index::parse(head.as_bytes()).ok());
            let kept = head
                .as_ref()
                .zip(index.as_ref())
                .map(|(head, index)| MessageView::new(head.as_bytes(), index));
            if let Some(request) = request.or(kept.as_ref()) {
                respond(request, source, desk, out, |out| answer(request, out));
            }
        }
        if is_over && let Some(message) = self.table.remove(place) {
            self.by_key.remove(&message.key);
            // A merged request has no entry of its own.
            if self.origins.get(&message.origin) == Some(&place) {
                self.origins.remove(&message.origin);
            }
        }
    }
}

/// MESSAGEs of the last half minute, answered ones included, per chat on average; beyond it 503. A quarter of them may wait for
/// the SMS side.
const ANSWERED_PER_SESSION: usize = 4;

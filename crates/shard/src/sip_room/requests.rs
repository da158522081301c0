//! Requests other than INVITE, ACK and CANCEL: each is answered at once, and again when it comes again.

use core::net::SocketAddr;

use interwork::{Identity, Msisdn, PeerId};
use octets::{Digits, Writer};
use sip::transaction::AckWaitEvent;
use sip::{
    Asserted, KeySeed, MessageView, Method, Negotiated, NonInviteServer, Reason, ReasonProtocol,
    Registration, ServerAction, ServerEvent, SessionTimerEvent, StatusCode, Timers, Token, TransactionKey,
    write_registered,
};
use tempo::{Alarm, Duration, WallClock};

use super::render::{capabilities_of, refuse_plainly, respond, write_plain, write_update_answer};
use super::session::{is_same_offer, negotiate};
use super::{Invites, Map, SipEvent, Source, map};
use crate::desk::{Desk, Ringing};
use crate::diameter_room::Registrant;
use crate::driver::Outward;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A request that was answered: the status and the tag, from which the answer is rendered again.
#[derive(Debug)]
pub struct Answered {
    key: TransactionKey,
    server: NonInviteServer,
    tag: Token,
    alarm: Alarm,
    /// Of a REGISTER: what it has in common with others about the same identity.
    registration: Option<TransactionKey>,
}

/// The requests that were answered a moment ago.
pub struct Requests {
    table: Table<Answered>,
    by_key: Map<Key<Answered>>,
    /// The latest REGISTER about an identity, with its CSeq.
    registrations: Map<(Key<Answered>, u32)>,
    seed: KeySeed,
    timers: Timers,
}

impl Requests {
    pub(super) fn new(most: usize, seed: KeySeed) -> Self {
        let timers = Timers::default();
        Requests { table: Table::new(most), by_key: map(most), registrations: map(most), seed, timers }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    pub(super) fn answer<'a>(
        &mut self,
        request: &MessageView<'a>,
        source: Source,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let key = TransactionKey::of_request(request, self.seed);
        if let Some(answered) = self.by_key.get(&key).copied() {
            self.step(answered, ServerEvent::Request, Some((request, source, invites)), desk, out);
            return None;
        }
        let registration = (request.method() == Method::Register)
            .then(|| TransactionKey::of_registration(request, self.seed));
        let cseq = request.cseq().number;
        let latest = registration.and_then(|registration| self.registrations.get(&registration));
        let (status, event) = match latest {
            // RFC 3261 10.3 step 7: one that a later one has overtaken says what is true no more.
            Some((_, latest)) if cseq < *latest => (StatusCode::SERVER_INTERNAL_ERROR, None),
            _ => judge(request, source, invites, desk, out),
        };
        let is_latest = registration.is_some() && status == StatusCode::OK;
        let tag = Token { owner: desk.me().0, slot: 0, generation: 0, random: desk.entropy.u64() };
        let server = NonInviteServer::new(self.timers, false);
        match self.table.insert(Answered { key, server, tag, alarm: Alarm::default(), registration }) {
            Ok(place) => {
                self.by_key.insert(key, place);
                if let Some(registration) = registration.filter(|_| is_latest) {
                    self.registrations.insert(registration, (place, cseq));
                }
                let respond = ServerEvent::Respond(status);
                self.step(place, respond, Some((request, source, invites)), desk, out);
            }
            // Without room to remember it the request is still answered; only its repetition is answered anew.
            Err(_) => {
                desk.count(Count::Overloads);
                refuse_plainly(request, source, status, desk, out);
            }
        }
        event
    }

    /// The end of a transaction has come up.
    pub fn ring(&mut self, key: Key<Answered>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(answered) = self.table.find_mut(key) else { return };
        if desk.is_due(&mut answered.alarm, Ringing::Answered(key)) {
            self.step(key, ServerEvent::Timer(sip::Timer::J), None, desk, out);
        }
    }

    fn step(
        &mut self,
        place: Key<Answered>,
        event: ServerEvent,
        request: Option<(&MessageView<'_>, Source, &Invites)>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(answered) = self.table.find_mut(place) else { return };
        let alarm = &mut answered.alarm;
        let mut send = None;
        let mut is_over = false;
        answered.server.step(desk.moment.now, event, |action| match action {
            ServerAction::Send(status) => send = Some(status),
            ServerAction::Arm(_, deadline) => desk.wheel.set(alarm, Ringing::Answered(place), deadline),
            ServerAction::Disarm(_) => desk.wheel.clear(alarm),
            ServerAction::Terminated => is_over = true,
            ServerAction::PassAck | ServerAction::TimedOut => {}
        });
        let tag = answered.tag;
        if let Some((status, (request, source, invites))) = send.zip(request) {
            let wall = desk.moment.wall;
            respond(request, source, desk, out, |out| match request.method() {
                Method::Update => write_update_answer(request, source, status, tag, invites, out),
                _ => write_answer(request, source, status, tag, wall, out),
            });
        }
        if is_over && let Some(answered) = self.table.remove(place) {
            self.by_key.remove(&answered.key);
            if let Some(registration) = answered.registration
                && self.registrations.get(&registration).is_some_and(|(latest, _)| *latest == place)
            {
                self.registrations.remove(&registration);
            }
        }
    }
}

/// An answer, rendered from the request that it answers.
fn write_answer(
    request: &MessageView<'_>,
    source: Source,
    status: StatusCode,
    tag: Token,
    wall: WallClock,
    out: &mut Writer<'_>,
) {
    if request.method() == Method::Register
        && status == StatusCode::OK
        && let Ok(registration) = Registration::of(request)
    {
        // The writer remembers an overflow.
        let _ = write_registered(out, request, source.from, &tag.to_tag(), &registration, wall);
        return;
    }
    write_plain(request, source, status, Some(tag), out);
}

/// A third-party REGISTER (TS 23.204 6.1 item 1, 6.2 item 1; TS 24.341 5.3.3 item 1; TS 29.311 6.1.2): what the S-CSCF says of a chat user.
fn register<'a>(request: &MessageView<'a>, from: SocketAddr) -> (StatusCode, Option<SipEvent<'a>>) {
    let registrant = |asserted: Asserted<'a>, msisdn: Option<Digits>| {
        let identity = match msisdn.or(asserted.tel) {
            Some(number) => Identity::Number(Msisdn(number)),
            None => Identity::Name(PeerId::of(asserted.uri)),
        };
        Registrant { identity, uri: asserted.uri }
    };
    match Registration::of(request) {
        Err(bad) => (bad.status(), None),
        Ok(Registration::Deregistered { identity: asserted, msisdn }) => {
            (StatusCode::OK, Some(SipEvent::Deregistered(registrant(asserted, msisdn))))
        }
        Ok(Registration::Registered(binding)) => {
            let life = Duration::from_secs(binding.expires_s.into());
            let registrant = registrant(binding.identity, binding.msisdn);
            let scscf = binding.scscf;
            (StatusCode::OK, Some(SipEvent::Registered { registrant, life, scscf, from }))
        }
    }
}

/// Has a client closed the session because nobody used it, or could (OMA CPM)? A user who leaves says 200.
fn is_idle(bye: &MessageView<'_>) -> bool {
    // interworking 11 row 28
    let reason = Reason::of(bye, ReasonProtocol::Sip);
    reason.is_some_and(|reason| reason.cause == Some(StatusCode::TEMPORARILY_UNAVAILABLE.code()))
}

/// The answer to a request that is new, and what it means for a chat.
fn judge<'a>(
    request: &MessageView<'a>,
    source: Source,
    invites: &mut Invites,
    desk: &mut Desk,
    out: &mut impl Outward,
) -> (StatusCode, Option<SipEvent<'a>>) {
    if let Err(bad) = capabilities_of(request.method()).check(request) {
        return (bad.status, None);
    }
    if request.method() == Method::Register {
        return register(request, source.from);
    }
    if request.method() == Method::Options && request.to_tag().is_none() {
        let status = if desk.is_stopping { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
        return (status, None);
    }
    let Some(key) = invites.dialog_of(request) else {
        return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
    };
    let Some(invite) = invites.table.find_mut(key) else {
        return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
    };
    if let Err(status) = invite.sequence.receive(request.cseq()) {
        return (status, None);
    }
    match request.method() {
        Method::Prack => (invite.prack(key, request, desk), None),
        // RFC 3261 15.1.2: in the early dialog it withdraws the INVITE.
        Method::Bye if invite.is_proceeding() => {
            let chat = invite.chat.take();
            let terminated = ServerEvent::Respond(StatusCode::REQUEST_TERMINATED);
            invites.step_server(key, terminated, desk, out);
            desk.count(Count::InvitationsWithdrawn);
            (StatusCode::OK, chat.map(SipEvent::Withdrawn))
        }
        Method::Bye => {
            let chat = invite.chat;
            // Crossing goodbyes: theirs is answered, ours runs on by itself.
            if !invite.is_dialog && invite.ours.is_none() {
                return (StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, None);
            }
            // Whoever says goodbye has our answer: its repetition would only ring in a room that is left.
            invite.wait = None;
            invite.goodbye = None;
            desk.disarm(invite.ack_alarm());
            invite.end_session(desk);
            if let Some(again) = invite.session.again {
                invites.step_wait(again, AckWaitEvent::Ack, desk, out);
            }
            invites.retire(key, desk);
            let is_idle = is_idle(request);
            (StatusCode::OK, chat.map(|chat| SipEvent::PeerLeft { chat, is_idle }))
        }
        // RFC 3311 5.2: an offer that would change the session is refused, and the session stays.
        Method::Update => match is_same_offer(invite, request) {
            Err(status) => (status, None),
            Ok(false) => (StatusCode::NOT_ACCEPTABLE_HERE, None),
            Ok(true) => match negotiate(request, &invites.session_policy) {
                Negotiated::TooSmall { .. } => (StatusCode::SESSION_INTERVAL_TOO_SMALL, None),
                negotiated => {
                    invite.follow(request);
                    let refreshed = SessionTimerEvent::Refreshed(negotiated.terms());
                    (StatusCode::OK, invites.step_session(key, refreshed, desk, out))
                }
            },
        },
        // Inside a chat texts go over its media.
        Method::Message => (StatusCode::NOT_ACCEPTABLE_HERE, None),
        _ => (StatusCode::OK, None),
    }
}

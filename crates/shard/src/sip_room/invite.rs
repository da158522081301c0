//! An INVITE that came to us and the dialog that it makes.
//!
//! It lives until its transaction, its wait for ACK, its dialog and the last request of ours in it are all over.

use core::net::SocketAddr;

use interwork::Goodbye;
use msrp::Offer;
use octets::Writer;
use sip::transaction::InviteServerState;
use sip::transaction::{AckWaitAction, AckWaitEvent};
use sip::{
    ClientEvent, DialogAckWait, InviteServer, KeySeed, Sequence, ServerAction, ServerEvent, SessionPolicy,
    SessionTimerEvent, StatusCode, Timer, Timers, Token, TransactionKey,
};
use tempo::Alarm;

use super::alarms::TransactionAlarms;
use super::ours::Ours;
use super::recall::Recall;
use super::reliable::{Reliable, ring_again};
use super::render::Contact;
use super::session::Session;
use super::{Map, SipEvent, Source, map};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::interwork_room::Chat;
use crate::kept::Kept;
use crate::table::{Key, Table};

/// One INVITE and what follows from it.
#[derive(Debug)]
pub struct Invite {
    /// Where it came from; where ours went to.
    pub(super) source: Source,
    pub(super) transaction: Transaction,
    /// Of theirs the INVITE, of ours the 2xx: what the dialog is read from.
    pub(super) head: Kept<HEAD_OCTETS_MAX>,
    /// The SDP offer; the answer, once it is given; the names in Unsupported, when it is refused for them.
    pub(super) description: Description,
    /// Our tag.
    pub(super) tag: Token,
    pub(super) sequence: Sequence,
    pub(super) refusal: Refusal,
    pub(super) wait: Option<DialogAckWait>,
    /// `Require: 100rel`.
    pub(super) reliable: Option<Reliable>,
    /// Said to us before the 2xx was acknowledged: RFC 3261 15 wants it to wait.
    pub(super) goodbye: Option<Goodbye>,
    /// What we ask inside the dialog.
    pub(super) ours: Option<Ours>,
    pub(super) session: Session,
    /// Its own number; an ACK has the same.
    pub(super) cseq: u32,
    /// A re-INVITE: the INVITE that made its dialog.
    pub(super) inside: Option<Key<Invite>>,
    /// The chat that hears of it.
    pub(super) chat: Option<Key<Chat>>,
    /// Has the 2xx made a dialog that nobody has ended?
    pub(super) is_dialog: bool,
    /// Is its transaction over?
    pub(super) is_settled: bool,
    pub(super) alarms: Alarms,
}

/// The transaction of an INVITE.
#[derive(Debug)]
pub(super) enum Transaction {
    /// Theirs, by its key and by what merged requests have in common with it.
    Server { key: TransactionKey, origin: TransactionKey, server: InviteServer },
    /// Ours.
    Client(Key<Recall>),
}

/// The words of a final refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Code and text of a Warning header.
    pub warning: Option<(u16, &'static str)>,
    /// Retry-After.
    pub retry_after_s: Option<u32>,
}

/// A session description that is kept.
pub type Description = Kept<DESCRIPTION_OCTETS_MAX>;

/// Which timer of an INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InviteTimer {
    /// One of the INVITE server transaction.
    Server(Timer),
    /// The wait for the ACK of the 2xx.
    Ack,
    /// One of the client transaction of our request.
    Ours(Timer),
    /// The session timer.
    Session,
    /// A provisional answer that must arrive.
    Reliable,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alarms {
    /// Of the INVITE server transaction.
    pub(super) server: TransactionAlarms,
    /// Of our request.
    pub(super) ours: TransactionAlarms,
    pub(super) ack: Alarm,
    pub(super) session: Alarm,
    pub(super) reliable: Alarm,
}

impl Alarms {
    /// The timer that is due, if the alarm is that a reminder for `timer` leads to.
    fn due(&mut self, timer: InviteTimer, key: Key<Invite>, desk: &mut Desk) -> Option<InviteTimer> {
        let ringing = Ringing::Invite(key, timer);
        let alarm = match timer {
            InviteTimer::Server(timer) => {
                return self.server.due(timer, ringing, desk).map(InviteTimer::Server);
            }
            InviteTimer::Ours(timer) => return self.ours.due(timer, ringing, desk).map(InviteTimer::Ours),
            InviteTimer::Ack => &mut self.ack,
            InviteTimer::Session => &mut self.session,
            InviteTimer::Reliable => &mut self.reliable,
        };
        desk.is_due(alarm, ringing).then_some(timer)
    }
}

impl Invite {
    pub(super) fn ack_alarm(&mut self) -> &mut Alarm {
        &mut self.alarms.ack
    }

    /// Do they wait for our final answer?
    pub(super) fn is_proceeding(&self) -> bool {
        match &self.transaction {
            Transaction::Server { server, .. } => matches!(server.state(), InviteServerState::Proceeding(_)),
            Transaction::Client(_) => false,
        }
    }
}

/// Does `key` still wait for its final answer?
pub fn is_unanswered(invites: &Invites, key: Key<Invite>) -> bool {
    invites.table.find(key).is_some_and(Invite::is_proceeding)
}

/// INVITEs, the dialogs that they make, and our requests in these.
pub struct Invites {
    pub(super) table: Table<Invite>,
    /// By the key of their transaction.
    pub(super) transactions: Map<Key<Invite>>,
    /// By what merged requests have in common (RFC 3261 8.2.2.2).
    pub(super) origins: Map<Key<Invite>>,
    pub(super) seed: KeySeed,
    pub(super) timers: Timers,
    pub(super) contact: Contact,
    pub(super) session_policy: SessionPolicy,
}

impl Invites {
    pub(super) fn new(
        most: usize,
        seed: KeySeed,
        own_sip: SocketAddr,
        session_policy: SessionPolicy,
    ) -> Self {
        Invites {
            table: Table::new(most),
            transactions: map(most),
            origins: map(most),
            seed,
            timers: Timers::default(),
            contact: Contact::new(own_sip),
            session_policy,
        }
    }

    /// Transactions that exist.
    pub fn transactions(&self) -> usize {
        self.transactions.len()
    }

    /// INVITEs that something is left of: a transaction, a dialog, a request of ours.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// `chat` hears of `invite` from now on.
    pub fn attach(&mut self, invite: Key<Invite>, chat: Key<Chat>) {
        if let Some(invite) = self.table.find_mut(invite) {
            invite.chat = Some(chat);
        }
    }

    /// The SDP offer of `invite`, to be answered.
    pub fn offer(&self, invite: Key<Invite>) -> Option<&[u8]> {
        Some(self.table.find(invite)?.description.as_bytes())
    }

    /// 180 Ringing, for the first time or again.
    pub fn ring(&mut self, key: Key<Invite>, desk: &mut Desk, out: &mut impl Outward) {
        let timers = self.timers;
        if self.table.find_mut(key).is_some_and(|invite| invite.may_ring(key, &timers, desk)) {
            self.step_server(key, ServerEvent::Respond(StatusCode::RINGING), desk, out);
        }
    }

    /// The SDP answer to the offer of `invite`; `None` when it is too long to be kept for its repetition.
    pub fn describe(
        &self,
        key: Key<Invite>,
        answer: impl FnOnce(&Offer<'_>, &mut Writer<'_>),
    ) -> Option<Description> {
        let offer = Offer::parse(self.offer(key)?).ok()?;
        Kept::write(|out| answer(&offer, out))
    }

    /// 200 OK with this SDP answer.
    pub fn answer(
        &mut self,
        key: Key<Invite>,
        description: Description,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(invite) = self.table.find_mut(key) else { return };
        invite.description = description;
        invite.await_ack(key, self.timers, desk);
        invite.start_session(key, desk);
        self.step_server(key, ServerEvent::Respond(StatusCode::OK), desk, out);
    }

    /// A final refusal; the chat hears no more of this INVITE.
    pub fn refuse(
        &mut self,
        key: Key<Invite>,
        status: StatusCode,
        refusal: Refusal,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(invite) = self.table.find_mut(key) else { return };
        invite.refusal = refusal;
        invite.chat = None;
        self.step_server(key, ServerEvent::Respond(status), desk, out);
    }

    /// The chat is over, and hears no more; a dialog without a goodbye is not left behind by any caller.
    pub fn detach(&mut self, key: Key<Invite>, desk: &mut Desk) {
        if let Some(invite) = self.table.find_mut(key) {
            invite.chat = None;
            self.retire(key, desk);
        }
    }

    /// A timer of an INVITE has come up.
    pub fn ring_timer(
        &mut self,
        key: Key<Invite>,
        timer: InviteTimer,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let invite = self.table.find_mut(key)?;
        match invite.alarms.due(timer, key, desk)? {
            InviteTimer::Server(timer) => {
                self.step_server(key, ServerEvent::Timer(timer), desk, out);
                None
            }
            InviteTimer::Ack => self.step_wait(key, AckWaitEvent::Timer, desk, out),
            InviteTimer::Ours(timer) => self.step_ours(key, ClientEvent::Timer(timer), None, desk, out),
            InviteTimer::Session => self.step_session(key, SessionTimerEvent::Timer, desk, out),
            InviteTimer::Reliable => ring_again(key, self, desk, out),
        }
    }

    /// One event for the server transaction.
    pub(super) fn step_server(
        &mut self,
        key: Key<Invite>,
        event: ServerEvent,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(invite) = self.table.find_mut(key) else { return };
        if matches!(event, ServerEvent::Respond(status) if status.is_final()) {
            invite.stop_ringing(key, desk);
        }
        let alarms = &mut invite.alarms.server;
        let Transaction::Server { server, .. } = &mut invite.transaction else { return };
        let mut send = None;
        let mut is_over = false;
        server.step(desk.moment.now, event, |action| match action {
            ServerAction::Send(status) => send = Some(status),
            ServerAction::Arm(timer, deadline) => {
                let ringing = Ringing::Invite(key, InviteTimer::Server(timer));
                alarms.arm(timer, ringing, deadline, &mut desk.wheel);
            }
            ServerAction::Disarm(timer) => alarms.disarm(timer, &mut desk.wheel),
            ServerAction::Terminated => is_over = true,
            // An ACK of a 2xx is found by its dialog; a refusal that nobody acknowledged needs nothing more.
            ServerAction::PassAck | ServerAction::TimedOut => {}
        });
        if let Some(status) = send {
            self.send_response(key, status, desk, out);
        }
        if is_over {
            self.settle(key);
            self.retire(key, desk);
        }
    }

    /// One event for the wait for the ACK of the 2xx.
    pub(super) fn step_wait(
        &mut self,
        key: Key<Invite>,
        event: AckWaitEvent,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let invite = self.table.find_mut(key)?;
        let wait = invite.wait.as_mut()?;
        let alarm = &mut invite.alarms.ack;
        let mut send = false;
        let mut is_lost = false;
        let mut is_over = false;
        wait.step(desk.moment.now, event, |action| match action {
            AckWaitAction::Send => send = true,
            AckWaitAction::Arm(deadline) => {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Ack), deadline)
            }
            AckWaitAction::Disarm => desk.wheel.clear(alarm),
            AckWaitAction::Acknowledged => is_over = true,
            AckWaitAction::TimedOut => (is_lost, is_over) = (true, true),
        });
        let chat = invite.chat;
        let inside = invite.inside;
        let goodbye = invite.goodbye.take_if(|_| is_over);
        if send {
            // Not by the transaction: it may be over (RFC 6026), and a 2xx is the user's to repeat.
            self.send_response(key, StatusCode::OK, desk, out);
        }
        if let Some(goodbye) = goodbye {
            self.bye(key, goodbye, desk, out);
        }
        self.retire(key, desk);
        let chat = chat.or_else(|| self.table.find(inside?)?.chat);
        chat.filter(|_| is_lost).map(SipEvent::Unconfirmed)
    }

    /// The server transaction is over: its keys lead nowhere any more.
    fn settle(&mut self, key: Key<Invite>) {
        let Some(invite) = self.table.find_mut(key) else { return };
        invite.is_settled = true;
        let Transaction::Server { key: name, origin, .. } = invite.transaction else { return };
        // A merged request may have taken over the second key; only our own entries go.
        if self.transactions.get(&name) == Some(&key) {
            self.transactions.remove(&name);
        }
        if self.origins.get(&origin) == Some(&key) {
            self.origins.remove(&origin);
        }
    }

    /// Forgets an INVITE of which nothing is left.
    pub(super) fn retire(&mut self, key: Key<Invite>, desk: &mut Desk) {
        let Some(invite) = self.table.find(key) else { return };
        let waits = invite.wait.is_some_and(|wait| wait.is_waiting());
        if !invite.is_settled || waits || invite.is_dialog || invite.ours.is_some() || invite.chat.is_some() {
            return;
        }
        if let Some(mut invite) = self.table.remove(key) {
            let Alarms { server, ours, ack, session, reliable } = &mut invite.alarms;
            [server, ours].into_iter().for_each(|alarms| alarms.disarm_all(desk));
            [ack, session, reliable].into_iter().for_each(|alarm| desk.disarm(alarm));
        }
    }
}

/// Via, Record-Route, From, To, Call-ID, CSeq, Contact: some 600 octets from an IMS; beyond it 513.
pub(super) const HEAD_OCTETS_MAX: usize = 2048;
/// A chat's SDP is some 500 octets; beyond it 513.
pub const DESCRIPTION_OCTETS_MAX: usize = 1024;

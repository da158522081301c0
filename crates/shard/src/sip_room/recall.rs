//! INVITEs of ours, which call a chat user back into a chat (RFC 3261 13.2, 17.1.1; RFC 6026).
//!
//! The dialog that a 2xx makes is an [`Invite`] like any other: its BYE, its session timer, its re-INVITEs are those of all.
//! It is there from the start, so that our tag leads to it. What is here is the transaction, the CANCEL, and the ACK of each 2xx.
//!
//! Refuses: to know what a chat is, to follow a redirection, to acknowledge provisional answers (it offers no `100rel`).
//! In: whom to call, responses, that nobody waits any more. Out: `SipEvent::Recalled`, or `NotRecalled`, once.

use core::hash::BuildHasher;
use core::net::SocketAddr;

use interwork::Goodbye;
use sip::transaction::{InviteClientState, NonInviteClientState};
use sip::{
    ClientAction, ClientEvent, InviteClient, MessageView, Method, NonInviteClient, Sequence, StatusCode,
    Timer, TimerSlot, Timers, Token, keep_head, parse_token,
};
use tempo::Alarm;

use super::dialog::description_of;
use super::invite::{Alarms, HEAD_OCTETS_MAX, Transaction};
use super::recall_render::{Calling, Names, acknowledge, acknowledge_refusal, cancel, part_unkept, write};
use super::render::note;
use super::session::Session;
use super::{Invite, Invites, Refusal, SipEvent, Source};
use crate::desk::{Desk, Ringing};
use crate::driver::{Departure, Outward};
use crate::kept::Kept;
use crate::settings::OWN_SIP;
use crate::table::{Key, Table};
use crate::tally::Count;

/// An INVITE of ours, until no response to it can come any more.
#[derive(Debug)]
pub struct Recall {
    /// Its dialog, or what will be one.
    invite: Key<Invite>,
    client: InviteClient,
    cancel: Option<NonInviteClient>,
    pub(super) branch: Token,
    pub(super) to: SocketAddr,
    /// All of it, as it left: it may have to leave again, and CANCEL and ACK repeat parts of it.
    pub(super) octets: Kept<INVITE_OCTETS_MAX>,
    /// Nobody waits for the answer: said to whoever accepts all the same.
    goodbye: Option<Goodbye>,
    /// The tags of those who have accepted: the first one's dialog is the chat's.
    accepted: [Option<u64>; ACCEPTED_MAX],
    alarms: RecallAlarms,
}

/// Which alarm of an INVITE of ours. Not which timer: B may give way to M or D, which are later, and the reminder that is in the wheel
/// by then must still lead to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecallTimer {
    /// One of its client transaction.
    Invite(TimerSlot),
    /// One of that of its CANCEL.
    Cancel(TimerSlot),
    /// The patience with the final answer after the CANCEL.
    GiveUp,
}

#[derive(Clone, Copy, Debug, Default)]
struct RecallAlarms {
    repeat: Alarm,
    life: Alarm,
    cancel_repeat: Alarm,
    cancel_life: Alarm,
    give_up: Alarm,
}

impl RecallAlarms {
    fn of(&mut self, timer: RecallTimer) -> &mut Alarm {
        match timer {
            RecallTimer::Invite(TimerSlot::Repeat) => &mut self.repeat,
            RecallTimer::Invite(TimerSlot::Life) => &mut self.life,
            RecallTimer::Cancel(TimerSlot::Repeat) => &mut self.cancel_repeat,
            RecallTimer::Cancel(TimerSlot::Life) => &mut self.cancel_life,
            RecallTimer::GiveUp => &mut self.give_up,
        }
    }
}

/// The INVITEs of ours.
pub struct Recalls {
    table: Table<Recall>,
    timers: Timers,
}

impl Recalls {
    pub(super) fn new(most: usize) -> Self {
        Recalls { table: Table::new(most), timers: Timers::default() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// Calls a chat user back. `None`: there are as many INVITEs as may be, or it is longer than any that we send.
    pub fn call(
        &mut self,
        calling: &Calling<'_>,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<Key<Invite>> {
        if !self.table.has_room() {
            return None;
        }
        let mut arms = [None; 2];
        let client = InviteClient::start(desk.now(), self.timers, false, |action| {
            if let ClientAction::Arm(timer, deadline) = action {
                arms[usize::from(timer.slot() == TimerSlot::Life)] = Some((timer, deadline));
            }
        });
        let blank = Token { owner: desk.me().0, slot: 0, generation: 0, random: 0 };
        let to = calling.reach.hop();
        let recall = Recall {
            invite: Key::new(0, 0),
            client,
            cancel: None,
            branch: blank,
            to,
            octets: Kept::EMPTY,
            goodbye: None,
            accepted: [None; ACCEPTED_MAX],
            alarms: RecallAlarms::default(),
        };
        let key = self.table.insert(recall).ok()?;
        let Ok(invite) = invites.table.insert(unanswered(key, blank, to)) else {
            self.table.remove(key);
            return None;
        };
        let (Some(recall), Some(made)) = (self.table.find_mut(key), invites.table.find_mut(invite)) else {
            return None;
        };
        let branch =
            Token { slot: key.slot, generation: key.generation, random: desk.entropy.u64(), ..blank };
        // Our tag is that of the dialog: it leads to the dialog, as the branch leads here.
        let tag =
            Token { slot: invite.slot, generation: invite.generation, random: desk.entropy.u64(), ..blank };
        let names = Names { branch, tag, dialog: desk.entropy.u64(), contribution: desk.entropy.u64() };
        let Some(octets) = Kept::write(|out| write(calling, &names, &invites.contact, out)) else {
            self.table.remove(key);
            invites.table.remove(invite);
            return None;
        };
        (recall.invite, recall.branch, recall.octets) = (invite, branch, octets);
        (made.tag, made.chat, made.description) = (tag, Some(calling.chat), calling.description.clone());
        for (timer, deadline) in arms.into_iter().flatten() {
            let timer = RecallTimer::Invite(timer.slot());
            desk.arm(recall.alarms.of(timer), Ringing::Recall(key, timer), deadline);
        }
        desk.count(Count::Recalls);
        transmit(recall, desk, out);
        Some(invite)
    }

    /// Nobody waits for the answer to `invite` any more: it is withdrawn, and who accepts all the same is told goodbye.
    pub fn withdraw(
        &mut self,
        invite: Key<Invite>,
        goodbye: Goodbye,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(called) = invites.table.find_mut(invite) else { return };
        let Transaction::Client(key) = called.transaction else { return };
        let Some(recall) = self.table.find_mut(key).filter(|recall| recall.accepted[0].is_none()) else {
            return;
        };
        if called.chat.take().is_some() {
            desk.count(Count::RecallsFailed);
        }
        recall.goodbye = Some(goodbye);
        self.cancel(key, desk, out);
    }

    /// The INVITE of ours that a response answers, or whose CANCEL.
    pub(super) fn of(&self, response: &MessageView<'_>) -> Option<Key<Recall>> {
        response.validate_response().ok()?;
        let token = parse_token(response.via().branch?)?;
        let key = Key::new(token.slot, token.generation);
        let recall = self.table.find(key)?;
        let is_ours = matches!(response.method(), Method::Invite | Method::Cancel);
        (recall.branch == token && is_ours).then_some(key)
    }

    /// A response to an INVITE of ours, or to its CANCEL.
    pub(super) fn receive<'a>(
        &mut self,
        key: Key<Recall>,
        response: &MessageView<'a>,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let event = ClientEvent::Response(response.status()?);
        if response.method() == Method::Cancel {
            self.step_cancel(key, event, desk, out);
            self.retire(key, invites, desk);
            return None;
        }
        self.step(key, event, Some(response), invites, desk, out)
    }

    /// A timer of an INVITE of ours has come up.
    pub fn ring(
        &mut self,
        key: Key<Recall>,
        timer: RecallTimer,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let recall = self.table.find_mut(key)?;
        if !desk.is_due(recall.alarms.of(timer), Ringing::Recall(key, timer)) {
            return None;
        }
        match timer {
            RecallTimer::Invite(slot) => {
                let timer = match (slot, recall.client.state()) {
                    (TimerSlot::Repeat, _) => Timer::A,
                    (_, InviteClientState::Completed) => Timer::D,
                    (_, InviteClientState::Accepted) => Timer::M,
                    (_, _) => Timer::B,
                };
                return self.step(key, ClientEvent::Timer(timer), None, invites, desk, out);
            }
            RecallTimer::Cancel(slot) => {
                let is_answered = |client: NonInviteClient| client.state() == NonInviteClientState::Completed;
                let timer = match slot {
                    TimerSlot::Repeat => Timer::E,
                    TimerSlot::Life if recall.cancel.is_some_and(is_answered) => Timer::K,
                    TimerSlot::Life => Timer::F,
                };
                self.step_cancel(key, ClientEvent::Timer(timer), desk, out);
            }
            // RFC 3261 9.1: no answer to the INVITE will come.
            RecallTimer::GiveUp if recall.client.may_cancel() => {
                self.remove(key, invites, desk);
                return None;
            }
            RecallTimer::GiveUp => {}
        }
        self.retire(key, invites, desk);
        None
    }

    /// One event for the transaction, with the response if it is one.
    fn step<'a>(
        &mut self,
        key: Key<Recall>,
        event: ClientEvent,
        response: Option<&MessageView<'a>>,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let recall = self.table.find_mut(key)?;
        let (mut is_sent, mut is_acknowledged, mut answer) = (false, false, None);
        let mut client = recall.client;
        client.step(desk.moment.now, event, |action| match action {
            ClientAction::Transmit => is_sent = true,
            ClientAction::SendAck => is_acknowledged = true,
            ClientAction::Deliver(status) => answer = Some(status),
            ClientAction::Arm(timer, deadline) => {
                let timer = RecallTimer::Invite(timer.slot());
                desk.wheel.set(recall.alarms.of(timer), Ringing::Recall(key, timer), deadline);
            }
            ClientAction::Disarm(timer) => {
                desk.wheel.clear(recall.alarms.of(RecallTimer::Invite(timer.slot())));
            }
            // RFC 3261 8.1.3.1: as if these had come.
            ClientAction::TimedOut => answer = Some(StatusCode::REQUEST_TIMEOUT),
            ClientAction::Unreachable => answer = Some(StatusCode::SERVICE_UNAVAILABLE),
            ClientAction::Terminated => {}
        });
        recall.client = client;
        if is_sent {
            transmit(recall, desk, out);
        }
        if let Some(response) = response.filter(|_| is_acknowledged) {
            acknowledge_refusal(recall, response, desk, out);
        }
        let is_withdrawn = recall.goodbye.is_some();
        let invite = recall.invite;
        let event = match answer {
            Some(status) if !status.is_final() => {
                // RFC 3261 9.1: what was to be withdrawn before anything had come back.
                if is_withdrawn {
                    self.cancel(key, desk, out);
                }
                None
            }
            Some(status) if status.is_success() => {
                response.and_then(|response| self.accepted(key, response, invites, desk, out))
            }
            Some(status) => {
                let chat = invites.table.find_mut(invite).and_then(|invite| invite.chat.take());
                if chat.is_some() {
                    desk.count(Count::RecallsFailed);
                }
                chat.map(|chat| SipEvent::NotRecalled { chat, status })
            }
            None => None,
        };
        self.retire(key, invites, desk);
        event
    }

    /// A 2xx: the chat's dialog, the same once more, or somebody else's (RFC 3261 13.2.2.4).
    fn accepted<'a>(
        &mut self,
        key: Key<Recall>,
        response: &MessageView<'a>,
        invites: &mut Invites,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'a>> {
        let recall = self.table.find_mut(key)?;
        acknowledge(recall, response, &invites.contact, desk, out);
        let whose = foldhash::fast::FixedState::default().hash_one(response.to_tag().unwrap_or_default());
        if recall.accepted.contains(&Some(whose)) {
            return None;
        }
        let is_first = recall.accepted[0].is_none();
        if let Some(free) = recall.accepted.iter_mut().find(|tag| tag.is_none()) {
            *free = Some(whose);
        }
        let head = Kept::<HEAD_OCTETS_MAX>::write(|out| keep_head(response, out));
        let (goodbye, to, invite) = (recall.goodbye, recall.to, recall.invite);
        let Some(head) = head else {
            part_unkept(recall, response, &invites.contact, desk, out);
            let chat = invites.table.find_mut(invite).filter(|_| is_first)?.chat.take()?;
            desk.count(Count::RecallsFailed);
            return Some(SipEvent::NotRecalled { chat, status: StatusCode::MESSAGE_TOO_LARGE });
        };
        if !is_first {
            // Another of his devices: the chat has its dialog, this one is ended. Without room for it, it must end by itself.
            let tag = invites.table.find(invite)?.tag;
            let other = Invite { head, tag, is_dialog: true, is_settled: true, ..unanswered(key, tag, to) };
            match invites.table.insert(other) {
                Ok(other) => drop(invites.bye(other, Goodbye::UserLeft, desk, out)),
                Err(_) => desk.count(Count::Overloads),
            }
            return None;
        }
        let policy = invites.session_policy;
        let made = invites.table.find_mut(invite)?;
        let answer = description_of(response).unwrap_or_default();
        made.head = head;
        made.session = Session::answered(response, answer, &policy);
        made.start_session(invite, desk);
        match (goodbye, made.chat) {
            (None, Some(chat)) => Some(SipEvent::Recalled { chat, answer }),
            (goodbye, _) => {
                invites.bye(invite, goodbye.unwrap_or(Goodbye::UserLeft), desk, out);
                None
            }
        }
    }

    /// Withdraws an INVITE, once something has come back (RFC 3261 9.1).
    fn cancel(&mut self, key: Key<Recall>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(recall) = self.table.find_mut(key) else { return };
        if !recall.client.may_cancel() || recall.cancel.is_some() {
            return;
        }
        let alarms = &mut recall.alarms;
        let client = NonInviteClient::start(desk.moment.now, self.timers, false, |action| {
            if let ClientAction::Arm(timer, deadline) = action {
                let timer = RecallTimer::Cancel(timer.slot());
                desk.wheel.set(alarms.of(timer), Ringing::Recall(key, timer), deadline);
            }
        });
        recall.cancel = Some(client);
        let patience = desk.now() + self.timers.transaction_life();
        desk.arm(recall.alarms.of(RecallTimer::GiveUp), Ringing::Recall(key, RecallTimer::GiveUp), patience);
        cancel(recall, desk, out);
    }

    /// One event for the transaction of the CANCEL. What it hears says nothing that the INVITE will not.
    fn step_cancel(&mut self, key: Key<Recall>, event: ClientEvent, desk: &mut Desk, out: &mut impl Outward) {
        let Some(recall) = self.table.find_mut(key) else { return };
        let Some(client) = recall.cancel.as_mut() else { return };
        let alarms = &mut recall.alarms;
        let (mut is_sent, mut is_over) = (false, false);
        client.step(desk.moment.now, event, |action| match action {
            ClientAction::Transmit => is_sent = true,
            ClientAction::Arm(timer, deadline) => {
                let timer = RecallTimer::Cancel(timer.slot());
                desk.wheel.set(alarms.of(timer), Ringing::Recall(key, timer), deadline);
            }
            ClientAction::Disarm(timer) => desk.wheel.clear(alarms.of(RecallTimer::Cancel(timer.slot()))),
            ClientAction::Terminated => is_over = true,
            ClientAction::Deliver(_)
            | ClientAction::SendAck
            | ClientAction::TimedOut
            | ClientAction::Unreachable => {}
        });
        if is_sent {
            cancel(recall, desk, out);
        }
        if is_over {
            recall.cancel = None;
        }
    }

    /// Forgets an INVITE whose transactions are over.
    fn retire(&mut self, key: Key<Recall>, invites: &mut Invites, desk: &mut Desk) {
        let is_over = |recall: &Recall| {
            recall.cancel.is_none() && recall.client.state() == InviteClientState::Terminated
        };
        if self.table.find(key).is_some_and(is_over) {
            self.remove(key, invites, desk);
        }
    }

    fn remove(&mut self, key: Key<Recall>, invites: &mut Invites, desk: &mut Desk) {
        let Some(mut recall) = self.table.remove(key) else { return };
        let RecallAlarms { repeat, life, cancel_repeat, cancel_life, give_up } = &mut recall.alarms;
        for alarm in [repeat, life, cancel_repeat, cancel_life, give_up] {
            desk.disarm(alarm);
        }
        if let Some(invite) = invites.table.find_mut(recall.invite) {
            invite.is_settled = true;
            invites.retire(recall.invite, desk);
        }
    }
}

/// What an INVITE of ours is before it is answered.
fn unanswered(recall: Key<Recall>, tag: Token, to: SocketAddr) -> Invite {
    Invite {
        source: Source { port: OWN_SIP, from: to },
        transaction: Transaction::Client(recall),
        head: Kept::EMPTY,
        description: Kept::EMPTY,
        tag,
        sequence: Sequence::new(FIRST_CSEQ, None),
        refusal: Refusal::default(),
        wait: None,
        reliable: None,
        goodbye: None,
        ours: None,
        session: Session::unanswered(),
        cseq: FIRST_CSEQ,
        inside: None,
        chat: None,
        is_dialog: false,
        is_settled: false,
        alarms: Alarms::default(),
    }
}

fn transmit(recall: &Recall, desk: &mut Desk, out: &mut impl Outward) {
    let departure = Departure::Datagram { port: OWN_SIP, to: recall.to };
    let octets = recall.octets.as_bytes();
    let loan = out.transmit(departure, INVITE_OCTETS_MAX, |out| out.put(octets));
    note(loan.is_ok(), desk);
}

/// CSeq of an INVITE of ours.
pub(super) const FIRST_CSEQ: u32 = 1;
/// Some 1,600 from a usual network: addresses, names, and an SDP offer of 500.
pub(super) const INVITE_OCTETS_MAX: usize = 2560;
/// Devices of one user that may accept at the same time and be told apart from their repetitions; each further 2xx is ended anew.
const ACCEPTED_MAX: usize = 4;

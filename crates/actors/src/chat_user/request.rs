//! A SIP request of ours: its transaction, its alarms, its octets.

use alloc::string::String;
use alloc::vec::Vec;

use sip::transaction::TimerSlot;
use sip::{ClientAction, ClientEvent, InviteClient, NonInviteClient, StatusCode, Timer, Timers};
use tempo::Instant;

use super::turn::Turn;

pub(super) struct Request {
    machine: Machine,
    what: String,
    bytes: Vec<u8>,
    repeat: Option<(Timer, Instant)>,
    life: Option<(Timer, Instant)>,
}

enum Machine {
    Invite(InviteClient),
    Other(NonInviteClient),
}

/// What the user of a transaction hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A response.
    Status(StatusCode),
    /// The INVITE was refused: its ACK is due, again or for the first time.
    AckIsDue,
    /// Nobody answered.
    Nothing,
}

impl Request {
    /// Sends an INVITE.
    pub(super) fn invite(bytes: Vec<u8>, turn: &mut Turn<'_>) -> Self {
        let mut actions = Vec::new();
        let machine = InviteClient::start(turn.now, Timers::default(), false, |action| actions.push(action));
        Self::start(Machine::Invite(machine), "INVITE", bytes, actions, turn)
    }

    /// Sends a CANCEL or a BYE.
    pub(super) fn other(what: &str, bytes: Vec<u8>, turn: &mut Turn<'_>) -> Self {
        let mut actions = Vec::new();
        let machine =
            NonInviteClient::start(turn.now, Timers::default(), false, |action| actions.push(action));
        Self::start(Machine::Other(machine), what, bytes, actions, turn)
    }

    fn start(
        machine: Machine,
        what: &str,
        bytes: Vec<u8>,
        actions: Vec<ClientAction>,
        turn: &mut Turn<'_>,
    ) -> Self {
        let mut request = Request { machine, what: what.into(), bytes, repeat: None, life: None };
        request.carry_out(actions, turn);
        request
    }

    /// A response came.
    pub(super) fn respond(&mut self, status: StatusCode, turn: &mut Turn<'_>) -> Vec<Heard> {
        self.step(ClientEvent::Response(status), turn)
    }

    /// An alarm may have rung.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_>) -> Vec<Heard> {
        let mut heard = Vec::new();
        let now = turn.now;
        for (timer, _) in [self.repeat, self.life].into_iter().flatten().filter(|(_, at)| *at <= now) {
            *self.alarm(timer) = None;
            heard.append(&mut self.step(ClientEvent::Timer(timer), turn));
        }
        heard
    }

    /// The next alarm.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        [self.repeat, self.life].into_iter().flatten().map(|(_, at)| at).min()
    }

    /// May it be cancelled now?
    pub(super) fn may_cancel(&self) -> bool {
        matches!(&self.machine, Machine::Invite(machine) if machine.may_cancel())
    }

    /// What was sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn step(&mut self, event: ClientEvent, turn: &mut Turn<'_>) -> Vec<Heard> {
        let mut actions = Vec::new();
        match &mut self.machine {
            Machine::Invite(machine) => machine.step(turn.now, event, |action| actions.push(action)),
            Machine::Other(machine) => machine.step(turn.now, event, |action| actions.push(action)),
        }
        self.carry_out(actions, turn)
    }

    fn carry_out(&mut self, actions: Vec<ClientAction>, turn: &mut Turn<'_>) -> Vec<Heard> {
        let mut heard = Vec::new();
        for action in actions {
            match action {
                ClientAction::Transmit => turn.say_sip(&self.what, self.bytes.clone()),
                ClientAction::SendAck => heard.push(Heard::AckIsDue),
                ClientAction::Deliver(status) => heard.push(Heard::Status(status)),
                ClientAction::Arm(timer, at) => *self.alarm(timer) = Some((timer, at)),
                ClientAction::Disarm(timer) => *self.alarm(timer) = None,
                ClientAction::TimedOut | ClientAction::Unreachable => heard.push(Heard::Nothing),
                ClientAction::Terminated => (self.repeat, self.life) = (None, None),
            }
        }
        heard
    }

    fn alarm(&mut self, timer: Timer) -> &mut Option<(Timer, Instant)> {
        match timer.slot() {
            TimerSlot::Repeat => &mut self.repeat,
            TimerSlot::Life => &mut self.life,
        }
    }
}

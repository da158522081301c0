//! One SIP request of a chat user and its transaction: the product's own machine with its two alarms.

use sip::{ClientAction, ClientEvent, InviteClient, NonInviteClient, StatusCode, Timer, TimerSlot, Timers};
use tempo::Instant;

/// The request.
pub struct Leg {
    machine: Machine,
    /// Its octets, to be repeated.
    pub bytes: Vec<u8>,
    bells: [Option<(Timer, Instant)>; 2],
    is_terminated: bool,
}

enum Machine {
    Invite(InviteClient),
    Other(NonInviteClient),
}

/// What the transaction wants, besides its alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Send the request, again or for the first time.
    Transmit,
    /// The refusal is to be acknowledged, again or for the first time.
    Ack,
    /// A response for the user.
    Hear(StatusCode),
    /// Nobody answered.
    GiveUp,
}

impl Leg {
    /// An INVITE.
    pub fn invite(bytes: Vec<u8>, now: Instant) -> (Leg, Vec<Wanted>) {
        let mut actions = Vec::new();
        let machine = InviteClient::start(now, Timers::default(), false, |action| actions.push(action));
        Self::start(Machine::Invite(machine), bytes, actions)
    }

    /// A CANCEL or a BYE.
    pub fn other(bytes: Vec<u8>, now: Instant) -> (Leg, Vec<Wanted>) {
        let mut actions = Vec::new();
        let machine = NonInviteClient::start(now, Timers::default(), false, |action| actions.push(action));
        Self::start(Machine::Other(machine), bytes, actions)
    }

    fn start(machine: Machine, bytes: Vec<u8>, actions: Vec<ClientAction>) -> (Leg, Vec<Wanted>) {
        let mut leg = Leg { machine, bytes, bells: [None; 2], is_terminated: false };
        let wanted = leg.carry_out(actions);
        (leg, wanted)
    }

    /// A response came.
    pub fn respond(&mut self, now: Instant, status: StatusCode) -> Vec<Wanted> {
        self.step(now, ClientEvent::Response(status))
    }

    /// Alarms may have rung.
    pub fn advance(&mut self, now: Instant) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for slot in 0..self.bells.len() {
            if let Some((timer, _)) = self.bells[slot].take_if(|(_, at)| *at <= now) {
                wanted.extend(self.step(now, ClientEvent::Timer(timer)));
            }
        }
        wanted
    }

    /// When an alarm rings next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.bells.iter().flatten().map(|(_, at)| *at).min()
    }

    /// Is nothing more to come of it?
    pub fn is_terminated(&self) -> bool {
        self.is_terminated
    }

    /// May it be cancelled now?
    pub fn may_cancel(&self) -> bool {
        matches!(&self.machine, Machine::Invite(machine) if machine.may_cancel())
    }

    fn step(&mut self, now: Instant, event: ClientEvent) -> Vec<Wanted> {
        let mut actions = Vec::new();
        match &mut self.machine {
            Machine::Invite(machine) => machine.step(now, event, |action| actions.push(action)),
            Machine::Other(machine) => machine.step(now, event, |action| actions.push(action)),
        }
        self.carry_out(actions)
    }

    fn carry_out(&mut self, actions: Vec<ClientAction>) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for action in actions {
            match action {
                ClientAction::Transmit => wanted.push(Wanted::Transmit),
                ClientAction::SendAck => wanted.push(Wanted::Ack),
                ClientAction::Deliver(status) => wanted.push(Wanted::Hear(status)),
                ClientAction::TimedOut | ClientAction::Unreachable => wanted.push(Wanted::GiveUp),
                ClientAction::Arm(timer, at) => self.bells[slot(timer)] = Some((timer, at)),
                ClientAction::Disarm(timer) => self.bells[slot(timer)] = None,
                ClientAction::Terminated => {
                    self.bells = [None; 2];
                    self.is_terminated = true;
                }
            }
        }
        wanted
    }
}

fn slot(timer: Timer) -> usize {
    usize::from(timer.slot() == TimerSlot::Life)
}

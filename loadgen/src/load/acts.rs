//! What the machines ask for, and what it means for the run.

use core::net::SocketAddr;

use octets::{Overflow, Writer};
use sip::{
    ClientAction, ClientEvent, Dialog, Index, MessageView, Method, NonInviteClient, StatusCode, Timer,
    TimerSlot, Timers, next_hop,
};

use super::invitation::{Bell, Leg};
use super::{ACTIONS, Load, Turn};
use crate::caller::MESSAGE_OCTETS_MAX;
use crate::tally::Outcome;

impl Load {
    pub(super) fn step(
        &mut self,
        n: u32,
        leg: Leg,
        event: ClientEvent,
        response: Option<&MessageView<'_>>,
        turn: &mut Turn<'_>,
    ) {
        let mut actions = Vec::with_capacity(ACTIONS);
        let invitation = &mut self.invitations[n as usize];
        match (leg, &mut invitation.closing) {
            (Leg::Invite, _) => invitation.invite.step(turn.now, event, |action| actions.push(action)),
            (Leg::Closing, Some((_, closing))) => {
                closing.step(turn.now, event, |action| actions.push(action))
            }
            (Leg::Closing, None) => {}
        }
        let is_repeat = matches!(event, ClientEvent::Timer(Timer::A | Timer::E));
        if is_repeat && actions.contains(&ClientAction::Transmit) {
            self.tally.count(|counts| counts.repeated += 1);
        }
        self.act_all(n, leg, actions, response, turn);
    }

    pub(super) fn act_all(
        &mut self,
        n: u32,
        leg: Leg,
        actions: Vec<ClientAction>,
        response: Option<&MessageView<'_>>,
        turn: &mut Turn<'_>,
    ) {
        for action in actions {
            match (leg, action) {
                (_, ClientAction::Arm(timer, at)) => {
                    let bell = Bell { n, leg, slot: timer.slot() };
                    let (alarm, armed) = self.invitations[n as usize].alarm(bell);
                    *armed = timer;
                    self.wheel.set(alarm, bell.key(), at);
                }
                (_, ClientAction::Disarm(timer)) => {
                    let (alarm, _) = self.invitations[n as usize].alarm(Bell { n, leg, slot: timer.slot() });
                    self.wheel.clear(alarm);
                }
                (_, ClientAction::Transmit) => self.transmit(n, leg, turn),
                (Leg::Invite, ClientAction::SendAck) => {
                    if let Some(refusal) = response {
                        let target = self.order.target;
                        write_and_send(target, turn, |out| self.caller.write_ack_of_refusal(n, refusal, out));
                    }
                }
                (Leg::Invite, ClientAction::Deliver(status)) => self.hear(n, status, response, turn),
                (Leg::Invite, ClientAction::TimedOut) => {
                    self.settle(n, Outcome::Silent);
                    self.let_go(n);
                }
                // A CANCEL is done when the INVITE is, by its 487 or by a final answer that it crossed.
                (Leg::Closing, ClientAction::Deliver(status)) if status.is_final() && self.is_bye(n) => {
                    self.let_go(n);
                }
                (Leg::Closing, ClientAction::TimedOut) => {
                    self.tally.count(|counts| counts.unclosed += 1);
                    self.let_go(n);
                }
                // Datagrams that the kernel does not take are repeated like those that are lost.
                (_, ClientAction::Unreachable | ClientAction::Terminated)
                | (Leg::Closing, ClientAction::SendAck | ClientAction::Deliver(_)) => {}
            }
        }
    }

    fn transmit(&mut self, n: u32, leg: Leg, turn: &mut Turn<'_>) {
        let invitation = &self.invitations[n as usize];
        match (leg, &invitation.success) {
            (Leg::Invite, _) => {
                write_and_send(self.order.target, turn, |out| self.caller.write_invite(n, out))
            }
            (Leg::Closing, None) => {
                write_and_send(self.order.target, turn, |out| self.caller.write_cancel(n, out));
            }
            (Leg::Closing, Some(success)) => {
                let Ok(index) = Index::parse(success) else { return };
                let dialog = Dialog::as_uac(MessageView::new(success, &index));
                write_and_send(self.hop(&dialog), turn, |out| self.caller.write_bye(n, &dialog, out));
            }
        }
    }

    /// An answer to INVITE `n`.
    fn hear(&mut self, n: u32, status: StatusCode, response: Option<&MessageView<'_>>, turn: &mut Turn<'_>) {
        let invitation = &mut self.invitations[n as usize];
        let latency = turn.now - invitation.intended;
        let is_first = !core::mem::replace(&mut invitation.was_heard, true);
        if status.is_provisional() {
            // After the patience is over it is too late to count.
            if is_first && invitation.outcome.is_none() {
                self.tally.count(|counts| counts.to_provisional.record(latency));
            }
            return;
        }
        if invitation.outcome.is_none() {
            self.tally.count(|counts| counts.to_final.record(latency));
            self.settle(n, Outcome::Answered(status.code()));
        }
        match response {
            Some(success) if status.is_success() => self.take_success(n, success, turn),
            _ => self.let_go(n),
        }
    }

    /// Each 2xx is acknowledged; the first is followed by BYE.
    fn take_success(&mut self, n: u32, success: &MessageView<'_>, turn: &mut Turn<'_>) {
        let dialog = Dialog::as_uac(*success);
        write_and_send(self.hop(&dialog), turn, |out| self.caller.write_ack(n, &dialog, out));
        if self.invitations[n as usize].success.is_some() {
            return;
        }
        let mut room = [0; HEAD_OCTETS_MAX];
        let mut out = Writer::new(&mut room);
        sip::keep_head(success, &mut out);
        match out.finish() {
            Ok(length) => {
                self.invitations[n as usize].success = Some(room[..length].into());
                self.close(n, Method::Bye, turn);
            }
            // Nobody needs so long a head: it stays open, and is reported so.
            Err(Overflow) => {
                self.tally.count(|counts| counts.unclosed += 1);
                self.let_go(n);
            }
        }
    }

    pub(super) fn lose_patience(&mut self, n: u32, turn: &mut Turn<'_>) {
        let invitation = &self.invitations[n as usize];
        if invitation.outcome.is_some() {
            return;
        }
        if invitation.invite.may_cancel() {
            self.settle(n, Outcome::Impatient);
            self.close(n, Method::Cancel, turn);
        } else {
            let (alarm, _) =
                self.invitations[n as usize].alarm(Bell { n, leg: Leg::Invite, slot: TimerSlot::Repeat });
            self.wheel.clear(alarm);
            self.settle(n, Outcome::Silent);
            self.let_go(n);
        }
    }

    fn close(&mut self, n: u32, method: Method, turn: &mut Turn<'_>) {
        let mut actions = Vec::with_capacity(ACTIONS);
        let machine =
            NonInviteClient::start(turn.now, Timers::default(), false, |action| actions.push(action));
        self.invitations[n as usize].closing = Some((method, machine));
        self.act_all(n, Leg::Closing, actions, None, turn);
    }

    fn settle(&mut self, n: u32, outcome: Outcome) {
        let settled = &mut self.invitations[n as usize].outcome;
        if settled.is_none() {
            *settled = Some(outcome);
            self.tally.settle(outcome);
        }
    }

    fn let_go(&mut self, n: u32) {
        let invitation = &mut self.invitations[n as usize];
        self.pending -= usize::from(core::mem::replace(&mut invitation.is_pending, false));
    }

    fn is_bye(&self, n: u32) -> bool {
        matches!(self.invitations[n as usize].closing, Some((Method::Bye, _)))
    }

    /// Where the dialog says; to the target when it names no address, or one that we may not load.
    fn hop(&self, dialog: &Dialog<'_>) -> SocketAddr {
        let address = next_hop(dialog).and_then(|hop| hop.address());
        address.filter(|address| self.order.allows(*address)).unwrap_or(self.order.target)
    }
}

/// A message that does not fit was asked for with identities of impossible length; it is not sent, and shows as silence.
pub(super) fn write_and_send(
    to: SocketAddr,
    turn: &mut Turn<'_>,
    write: impl FnOnce(&mut Writer<'_>) -> Result<usize, Overflow>,
) {
    let mut room = [0; MESSAGE_OCTETS_MAX];
    if let Ok(length) = write(&mut Writer::new(&mut room)) {
        (turn.send)(to, &room[..length]);
    }
}

/// Octets of a 2xx without its body.
const HEAD_OCTETS_MAX: usize = 8192;

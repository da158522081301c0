//! RFC 3261 17.1.1 and RFC 6026 7.2, clause by clause.

extern crate std;
use std::vec::Vec;

use super::*;
use crate::wire::StatusCode;
use ClientAction::{Arm, Deliver, Disarm, SendAck, Terminated, TimedOut, Transmit, Unreachable};

const BUSY: StatusCode = StatusCode::BUSY_HERE;

struct Rig {
    machine: InviteClient,
    now: Instant,
}

impl Rig {
    fn started(reliable: bool) -> (Self, Vec<ClientAction>) {
        let mut actions = Vec::new();
        let machine =
            InviteClient::start(Instant::ZERO, Timers::default(), reliable, |action| actions.push(action));
        (Rig { machine, now: Instant::ZERO }, actions)
    }

    fn sees(&mut self, event: ClientEvent) -> Vec<ClientAction> {
        let mut actions = Vec::new();
        self.machine.step(self.now, event, |action| actions.push(action));
        actions
    }

    fn hears(&mut self, status: StatusCode) -> Vec<ClientAction> {
        self.sees(ClientEvent::Response(status))
    }
}

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

#[test]
fn a_doubles_until_b_gives_up() {
    let (mut rig, started) = Rig::started(false);
    assert_eq!(started, [Transmit, Arm(Timer::A, at(500)), Arm(Timer::B, at(32_000))]);
    let mut sent_at = Vec::new();
    let mut due = at(500);
    while due < at(32_000) {
        rig.now = due;
        sent_at.push(due.as_nanos() / 1_000_000);
        match rig.sees(ClientEvent::Timer(Timer::A))[..] {
            [Transmit, Arm(Timer::A, next)] => due = next,
            ref other => panic!("{other:?}"),
        }
    }
    // RFC 3261 17.1.1.2: seven transmissions in 64*T1, the first one included.
    assert_eq!(sent_at, [500, 1500, 3500, 7500, 15_500, 31_500]);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::B)), [Disarm(Timer::A), TimedOut, Terminated]);
}

#[test]
fn the_first_response_stops_the_repeats_and_permits_cancel() {
    let (mut rig, _) = Rig::started(false);
    assert!(!rig.machine.may_cancel());
    let first = [Disarm(Timer::A), Disarm(Timer::B), Deliver(StatusCode::TRYING)];
    assert_eq!(rig.hears(StatusCode::TRYING), first);
    assert!(rig.machine.may_cancel());
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::A)), []);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::B)), [], "a telephone may ring for longer than 64*T1");
    assert_eq!(rig.hears(StatusCode::RINGING), [Deliver(StatusCode::RINGING)]);
}

#[test]
fn each_repeat_of_a_refusal_is_acknowledged_but_only_one_delivered() {
    let (mut rig, _) = Rig::started(false);
    rig.hears(StatusCode::RINGING);
    assert_eq!(rig.hears(BUSY), [SendAck, Deliver(BUSY), Arm(Timer::D, at(32_000))]);
    assert_eq!(rig.hears(BUSY), [SendAck]);
    assert_eq!(rig.hears(StatusCode::RINGING), []);
    assert_eq!(rig.hears(StatusCode::OK), [], "a refused INVITE is not accepted later");
    assert!(!rig.machine.may_cancel());
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::D)), [Terminated]);
}

#[test]
fn a_refusal_without_a_provisional_response_stops_a_and_b() {
    let (mut rig, _) = Rig::started(true);
    assert_eq!(rig.hears(BUSY), [Disarm(Timer::A), Disarm(Timer::B), SendAck, Deliver(BUSY), Terminated]);
}

#[test]
fn every_2xx_is_delivered_until_m() {
    let (mut rig, _) = Rig::started(false);
    rig.hears(StatusCode::RINGING);
    assert_eq!(rig.hears(StatusCode::OK), [Deliver(StatusCode::OK), Arm(Timer::M, at(32_000))]);
    assert_eq!(rig.hears(StatusCode::OK), [Deliver(StatusCode::OK)], "a repeat, or another fork");
    assert_eq!(rig.hears(BUSY), []);
    assert_eq!(rig.hears(StatusCode::RINGING), []);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::M)), [Terminated]);
}

#[test]
fn what_cannot_be_sent_is_unreachable() {
    let (mut calling, _) = Rig::started(false);
    let failed = [Disarm(Timer::A), Disarm(Timer::B), Unreachable, Terminated];
    assert_eq!(calling.sees(ClientEvent::TransportFailed), failed);
    let (mut refused, _) = Rig::started(false);
    refused.hears(BUSY);
    assert_eq!(refused.sees(ClientEvent::TransportFailed), [Disarm(Timer::D), Unreachable, Terminated]);
}

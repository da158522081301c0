//! RFC 3261 17.1.2, clause by clause.

extern crate std;
use std::vec::Vec;

use super::*;
use crate::wire::StatusCode;
use ClientAction::{Arm, Deliver, Disarm, Terminated, TimedOut, Transmit, Unreachable};

struct Rig {
    machine: NonInviteClient,
    now: Instant,
}

impl Rig {
    fn started(reliable: bool) -> (Self, Vec<ClientAction>) {
        let mut actions = Vec::new();
        let machine =
            NonInviteClient::start(Instant::ZERO, Timers::default(), reliable, |action| actions.push(action));
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
fn e_doubles_to_t2_until_f_gives_up() {
    let (mut rig, started) = Rig::started(false);
    assert_eq!(started, [Transmit, Arm(Timer::E, at(500)), Arm(Timer::F, at(32_000))]);
    let mut sent_at = Vec::new();
    let mut due = at(500);
    while due < at(32_000) {
        rig.now = due;
        sent_at.push(due.as_nanos() / 1_000_000);
        match rig.sees(ClientEvent::Timer(Timer::E))[..] {
            [Transmit, Arm(Timer::E, next)] => due = next,
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent_at, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::F)), [Disarm(Timer::E), TimedOut, Terminated]);
    assert_eq!(rig.hears(StatusCode::OK), [], "too late");
}

#[test]
fn after_a_provisional_response_it_repeats_every_t2() {
    let (mut rig, _) = Rig::started(false);
    assert_eq!(rig.hears(StatusCode::TRYING), [Deliver(StatusCode::TRYING)]);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::E)), [Transmit, Arm(Timer::E, at(4000))]);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::F)), [Disarm(Timer::E), TimedOut, Terminated]);
}

#[test]
fn the_final_response_is_delivered_once() {
    let (mut rig, _) = Rig::started(false);
    let done = [Disarm(Timer::E), Disarm(Timer::F), Deliver(StatusCode::OK), Arm(Timer::K, at(5000))];
    assert_eq!(rig.hears(StatusCode::OK), done);
    assert_eq!(rig.hears(StatusCode::OK), []);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::E)), []);
    assert_eq!(rig.sees(ClientEvent::Timer(Timer::K)), [Terminated]);
}

#[test]
fn on_a_stream_nothing_is_repeated_or_absorbed() {
    let (mut rig, started) = Rig::started(true);
    assert_eq!(started, [Transmit, Arm(Timer::F, at(32_000))]);
    let done = [Disarm(Timer::E), Disarm(Timer::F), Deliver(StatusCode::NOT_FOUND), Terminated];
    assert_eq!(rig.hears(StatusCode::NOT_FOUND), done);
}

#[test]
fn what_cannot_be_sent_is_unreachable() {
    let (mut rig, _) = Rig::started(false);
    let failed = [Disarm(Timer::E), Disarm(Timer::F), Unreachable, Terminated];
    assert_eq!(rig.sees(ClientEvent::TransportFailed), failed);
    assert_eq!(rig.sees(ClientEvent::TransportFailed), []);
}

//! RFC 3261 17.2.1 and RFC 6026 7.1, clause by clause.

extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use ServerAction::{Arm, Disarm, PassAck, Send, Terminated, TimedOut};

const BUSY: StatusCode = StatusCode::BUSY_HERE;

struct Rig {
    machine: InviteServer,
    now: Instant,
}

impl Rig {
    fn over_datagrams() -> Self {
        Rig { machine: InviteServer::new(Timers::default(), false), now: Instant::ZERO }
    }

    fn over_a_stream() -> Self {
        Rig { machine: InviteServer::new(Timers::default(), true), now: Instant::ZERO }
    }

    fn sees(&mut self, event: ServerEvent) -> Vec<ServerAction> {
        let mut actions = Vec::new();
        self.machine.step(self.now, event, |action| actions.push(action));
        actions
    }

    fn answers(&mut self, status: StatusCode) -> Vec<ServerAction> {
        self.sees(ServerEvent::Respond(status))
    }
}

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

#[test]
fn a_repeated_invite_gets_the_latest_provisional_response() {
    let mut rig = Rig::over_datagrams();
    assert_eq!(rig.sees(ServerEvent::Request), [], "nothing was answered yet");
    assert_eq!(rig.answers(StatusCode::TRYING), [Send(StatusCode::TRYING)]);
    assert_eq!(rig.answers(StatusCode::RINGING), [Send(StatusCode::RINGING)]);
    assert_eq!(rig.sees(ServerEvent::Request), [Send(StatusCode::RINGING)]);
}

#[test]
fn a_refusal_is_repeated_by_g_up_to_t2_until_h() {
    let mut rig = Rig::over_datagrams();
    assert_eq!(rig.answers(BUSY), [Send(BUSY), Arm(Timer::G, at(500)), Arm(Timer::H, at(32_000))]);
    let mut sent_at = vec![];
    let mut due = at(500);
    while due < at(32_000) {
        rig.now = due;
        sent_at.push(due.as_nanos() / 1_000_000);
        match rig.sees(ServerEvent::Timer(Timer::G))[..] {
            [Send(BUSY), Arm(Timer::G, next)] => due = next,
            ref other => panic!("{other:?}"),
        }
    }
    // RFC 3261 17.2.1: T1, 2*T1, 4*T1, then every T2.
    assert_eq!(sent_at, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    rig.now = at(32_000);
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::H)), [Disarm(Timer::G), TimedOut, Terminated]);
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::G)), [], "a stale G falls on deaf ears");
}

#[test]
fn a_refusal_on_a_stream_waits_for_ack_without_repeating() {
    let mut rig = Rig::over_a_stream();
    assert_eq!(rig.answers(BUSY), [Send(BUSY), Arm(Timer::H, at(32_000))]);
    assert_eq!(rig.sees(ServerEvent::Ack), [Disarm(Timer::G), Disarm(Timer::H), Terminated]);
    assert_eq!(rig.machine.state(), InviteServerState::Terminated);
}

#[test]
fn ack_stops_the_repeats_and_late_ones_are_absorbed_for_t4() {
    let mut rig = Rig::over_datagrams();
    rig.answers(BUSY);
    rig.now = at(600);
    assert_eq!(rig.sees(ServerEvent::Ack), [Disarm(Timer::G), Disarm(Timer::H), Arm(Timer::I, at(5600))]);
    assert_eq!(rig.sees(ServerEvent::Ack), []);
    assert_eq!(rig.sees(ServerEvent::Request), [], "an INVITE that was overtaken by its ACK");
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::G)), []);
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::H)), []);
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::I)), [Terminated]);
}

#[test]
fn a_repeated_invite_after_a_refusal_gets_the_refusal_again() {
    let mut rig = Rig::over_datagrams();
    rig.answers(BUSY);
    assert_eq!(rig.sees(ServerEvent::Request), [Send(BUSY)]);
}

#[test]
fn only_the_first_final_response_reaches_the_wire() {
    let mut refused = Rig::over_datagrams();
    refused.answers(BUSY);
    assert_eq!(refused.answers(StatusCode::OK), []);
    assert_eq!(refused.answers(StatusCode::DECLINE), []);
    assert_eq!(refused.answers(StatusCode::RINGING), []);
    let mut accepted = Rig::over_datagrams();
    accepted.answers(StatusCode::OK);
    assert_eq!(accepted.answers(StatusCode::REQUEST_TERMINATED), []);
    assert_eq!(accepted.answers(StatusCode::RINGING), []);
}

#[test]
fn an_invite_after_a_2xx_is_absorbed_until_l() {
    let mut rig = Rig::over_datagrams();
    assert_eq!(rig.answers(StatusCode::OK), [Send(StatusCode::OK), Arm(Timer::L, at(32_000))]);
    rig.now = at(20_000);
    assert_eq!(rig.sees(ServerEvent::Request), [], "it must not ring a second time");
    assert_eq!(rig.sees(ServerEvent::Ack), [PassAck]);
    assert_eq!(rig.answers(StatusCode::OK), [Send(StatusCode::OK)], "the user repeats its 2xx");
    rig.now = at(32_000);
    assert_eq!(rig.sees(ServerEvent::Timer(Timer::L)), [Terminated]);
}

#[test]
fn a_2xx_on_a_stream_is_kept_for_l_too() {
    let mut rig = Rig::over_a_stream();
    assert_eq!(rig.answers(StatusCode::OK), [Send(StatusCode::OK), Arm(Timer::L, at(32_000))]);
}

#[test]
fn a_transport_failure_ends_nothing() {
    let mut rig = Rig::over_datagrams();
    rig.answers(StatusCode::RINGING);
    assert_eq!(rig.sees(ServerEvent::TransportFailed), []);
    assert_eq!(rig.answers(BUSY).first(), Some(&Send(BUSY)));
    assert_eq!(rig.sees(ServerEvent::TransportFailed), []);
    assert_eq!(rig.sees(ServerEvent::Request), [Send(BUSY)]);
}

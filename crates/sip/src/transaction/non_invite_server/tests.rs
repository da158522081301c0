//! RFC 3261 17.2.2, clause by clause.

extern crate std;
use core::time::Duration;
use std::vec::Vec;

use super::*;
use ServerAction::{Arm, Disarm, Send, Terminated};

fn sees(machine: &mut NonInviteServer, event: ServerEvent) -> Vec<ServerAction> {
    let mut actions = Vec::new();
    machine.step(Instant::ZERO, event, |action| actions.push(action));
    actions
}

fn over_datagrams() -> NonInviteServer {
    NonInviteServer::new(Timers::default(), false)
}

#[test]
fn a_request_that_is_repeated_before_its_answer_is_absorbed() {
    let mut machine = over_datagrams();
    assert_eq!(sees(&mut machine, ServerEvent::Request), []);
    assert_eq!(machine.state(), NonInviteServerState::Trying);
}

#[test]
fn the_answer_is_repeated_with_the_request_for_64_t1() {
    let mut machine = over_datagrams();
    let life = Instant::ZERO + Duration::from_secs(32);
    let actions = sees(&mut machine, ServerEvent::Respond(StatusCode::OK));
    assert_eq!(actions, [Send(StatusCode::OK), Arm(Timer::J, life)]);
    assert_eq!(sees(&mut machine, ServerEvent::Request), [Send(StatusCode::OK)]);
    assert_eq!(sees(&mut machine, ServerEvent::Respond(StatusCode::BAD_REQUEST)), [], "one final response");
    assert_eq!(sees(&mut machine, ServerEvent::Timer(Timer::J)), [Terminated]);
    assert_eq!(sees(&mut machine, ServerEvent::Request), []);
}

#[test]
fn a_late_trying_is_repeated_until_the_final_answer() {
    let mut machine = over_datagrams();
    assert_eq!(sees(&mut machine, ServerEvent::Respond(StatusCode::TRYING)), [Send(StatusCode::TRYING)]);
    assert_eq!(sees(&mut machine, ServerEvent::Request), [Send(StatusCode::TRYING)]);
    assert_eq!(sees(&mut machine, ServerEvent::Respond(StatusCode::OK)).first(), Some(&Send(StatusCode::OK)));
}

#[test]
fn on_a_stream_the_answer_is_the_end() {
    let mut machine = NonInviteServer::new(Timers::default(), true);
    let actions = sees(&mut machine, ServerEvent::Respond(StatusCode::OK));
    assert_eq!(actions, [Send(StatusCode::OK), Terminated]);
}

#[test]
fn a_transport_failure_ends_it_once_something_was_sent() {
    let mut machine = over_datagrams();
    assert_eq!(sees(&mut machine, ServerEvent::TransportFailed), []);
    sees(&mut machine, ServerEvent::Respond(StatusCode::OK));
    assert_eq!(sees(&mut machine, ServerEvent::TransportFailed), [Disarm(Timer::J), Terminated]);
}

#[test]
fn acks_and_foreign_timers_mean_nothing() {
    let mut machine = over_datagrams();
    for event in [ServerEvent::Ack, ServerEvent::Timer(Timer::J), ServerEvent::Timer(Timer::H)] {
        assert_eq!(sees(&mut machine, event), []);
    }
}

//! RFC 3262 3, clause by clause.

extern crate std;
use std::vec::Vec;

use super::*;
use ReliableProvisionalAction::{Acknowledged, Arm, Disarm, Send, TimedOut, UnknownPrack};

fn started() -> ReliableProvisional {
    ReliableProvisional::start(Instant::ZERO, &Timers::default(), 42, 7, |action| {
        assert_eq!(action, Arm(at(500)))
    })
}

fn sees(
    response: &mut ReliableProvisional,
    now: Instant,
    event: ReliableProvisionalEvent,
) -> Vec<ReliableProvisionalAction> {
    let mut actions = Vec::new();
    response.step(now, event, |action| actions.push(action));
    actions
}

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn prack(text: &[u8]) -> ReliableProvisionalEvent {
    ReliableProvisionalEvent::Prack(RAck::parse(text).expect("a good RAck"))
}

#[test]
fn it_is_repeated_at_doubling_intervals_for_64_t1() {
    let mut response = started();
    let mut due = at(500);
    let mut sent_at = Vec::new();
    loop {
        match sees(&mut response, due, ReliableProvisionalEvent::Timer)[..] {
            [Send, Arm(next)] => {
                sent_at.push(due.as_nanos() / 1_000_000);
                due = next;
            }
            [TimedOut] => break,
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent_at, [500, 1500, 3500, 7500, 15_500, 31_500]);
    assert_eq!(due, at(32_000));
}

#[test]
fn only_the_prack_that_names_it_acknowledges_it() {
    let mut response = started();
    for other in [&b"41 7 INVITE"[..], b"42 8 INVITE", b"42 7 UPDATE"] {
        assert_eq!(sees(&mut response, at(1), prack(other)), [UnknownPrack]);
    }
    assert!(response.is_waiting());
    assert_eq!(sees(&mut response, at(2), prack(b"42 7 INVITE")), [Disarm, Acknowledged]);
    assert_eq!(sees(&mut response, at(3), prack(b"42 7 INVITE")), [UnknownPrack], "there is nothing left");
    assert_eq!(sees(&mut response, at(500), ReliableProvisionalEvent::Timer), []);
}

#[test]
fn the_final_response_ends_the_repeats() {
    let mut response = started();
    assert_eq!(sees(&mut response, at(400), ReliableProvisionalEvent::Final), [Disarm]);
    assert_eq!(sees(&mut response, at(500), ReliableProvisionalEvent::Timer), []);
}

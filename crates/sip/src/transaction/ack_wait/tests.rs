//! RFC 3261 13.3.1.4, clause by clause.

extern crate std;
use std::vec::Vec;

use super::*;
use AckWaitAction::{Acknowledged, Arm, Disarm, Send, TimedOut};

fn started() -> (DialogAckWait, Vec<AckWaitAction>) {
    let mut actions = Vec::new();
    let wait = DialogAckWait::start(Instant::ZERO, Timers::default(), |action| actions.push(action));
    (wait, actions)
}

fn sees(wait: &mut DialogAckWait, now: Instant, event: AckWaitEvent) -> Vec<AckWaitAction> {
    let mut actions = Vec::new();
    wait.step(now, event, |action| actions.push(action));
    actions
}

fn at(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

#[test]
fn the_2xx_is_repeated_at_t1_to_t2_and_given_up_after_64_t1() {
    let (mut wait, actions) = started();
    assert_eq!(actions, [Arm(at(500))]);
    let mut due = at(500);
    let mut sent_at = Vec::new();
    loop {
        match sees(&mut wait, due, AckWaitEvent::Timer)[..] {
            [Send, Arm(next)] => {
                sent_at.push(due.as_nanos() / 1_000_000);
                due = next;
            }
            [TimedOut] => break,
            ref other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent_at, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(due, at(32_000), "64*T1, not one interval later");
    assert!(!wait.is_waiting());
}

#[test]
fn the_first_ack_ends_the_wait_and_the_others_are_silent() {
    let (mut wait, _) = started();
    sees(&mut wait, at(500), AckWaitEvent::Timer);
    assert_eq!(sees(&mut wait, at(600), AckWaitEvent::Ack), [Disarm, Acknowledged]);
    assert_eq!(sees(&mut wait, at(700), AckWaitEvent::Ack), []);
    assert_eq!(sees(&mut wait, at(1500), AckWaitEvent::Timer), [], "a stale alarm sends nothing");
}

#[test]
fn an_ack_after_giving_up_revives_nothing() {
    let (mut wait, _) = started();
    assert_eq!(sees(&mut wait, at(32_000), AckWaitEvent::Timer), [TimedOut]);
    assert_eq!(sees(&mut wait, at(32_001), AckWaitEvent::Ack), []);
}

use alloc::format;

use sip::{Index, KeySeed, MessageView};

use super::*;

const ZERO: Instant = Instant::ZERO;

/// An invitation like no other.
fn key(number: u64) -> TransactionKey {
    let text = format!(
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK{number}\r\nFrom: <sip:d@e>;tag=1\r\n\
         To: <sip:a@b>\r\nCall-ID: {number}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
    );
    let index = Index::parse(text.as_bytes()).expect("an INVITE");
    TransactionKey::of_request(&MessageView::new(text.as_bytes(), &index), KeySeed([1, 2]))
}

fn at(millis: u64) -> Instant {
    ZERO + Duration::from_millis(millis)
}

#[test]
fn who_does_not_keep_up_refuses_invitations_first_and_then_messages() {
    let mut load = Load::new(ZERO);
    assert!(load.lets_in(ZERO, key(0)));
    for end in 1..=100 {
        load.worked(at(end - 1), at(end), true);
    }
    assert!(!load.lets_in(at(100), key(1)), "a tenth of a second behind");
    assert!(load.lets_in_message(at(100)));
    assert!(!load.lets_in_message(at(400)));

    load.worked(at(400), at(401), false);
    assert!(load.lets_in(at(401), key(2)));
    assert!(!load.lets_in(at(401), key(1)), "who was refused stays refused");
    assert!(load.lets_in_message(at(401)));
}

#[test]
fn time_between_two_turns_is_work_when_the_first_has_left_something() {
    let mut load = Load::new(ZERO);
    assert_eq!(load.worked(at(10), at(12), true), Duration::from_millis(2));
    assert_eq!(load.worked(at(15), at(16), false), Duration::from_millis(4));
    assert_eq!(load.worked(at(30), at(31), false), Duration::from_millis(1));
}

#[test]
fn as_many_are_let_in_as_can_be_carried_by_what_they_cost() {
    // Each costs 5 ms when it is let in, and as much again a second later.
    let mut load = Load::new(ZERO);
    let (mut number, mut let_in, mut to_do) = (0, 0_u64, 0);
    let mut owed = [0_u64; 101];
    for tick in 0..12_000_usize {
        let now = at(10 * tick as u64);
        to_do += core::mem::take(&mut owed[tick % 101]);
        for _ in 0..10 {
            number += 1;
            if load.lets_in(now, key(number)) {
                to_do += 5;
                owed[(tick + 100) % 101] += 5;
                let_in += u64::from(tick >= 6000);
            }
        }
        let done = to_do.min(10);
        to_do -= done;
        load.worked(now, now + Duration::from_millis(done), to_do > 0);
    }
    assert!((5700..=6100).contains(&let_in), "{let_in} in a minute, each for 10 ms");
}

#[test]
fn a_quiet_night_does_not_make_invitations_dear() {
    let mut load = Load::new(ZERO);
    for second in 0..36_000 {
        load.worked(at(1000 * second), at(1000 * second + 20), false);
    }
    let morning = at(36_000_000);
    let let_in = (0..1000).filter(|number| load.lets_in(morning, key(*number))).count();
    assert!(let_in > 900, "{let_in} of a thousand");
}

//! RFC 4028 10, and what a refresh may be answered.

extern crate std;
use std::vec;
use std::vec::Vec;

use super::SessionTimerAction::{Arm, DialogDead, Disarm, Expired, SendRefresh};
use super::SessionTimerEvent::{RefreshAnswered, Refreshed, Timer};
use super::*;

const PEER: DialogPeer = DialogPeer { allows_update: true, call_id_is_ours: false };

fn terms(interval_s: u32, refresher: RefreshedBy) -> Option<Terms> {
    Some(Terms { interval_s, refresher, require_in_answer: false })
}

fn started(
    interval_s: u32,
    refresher: RefreshedBy,
    peer: DialogPeer,
) -> (SessionTimer, Vec<SessionTimerAction>) {
    let mut actions = Vec::new();
    let timer = SessionTimer::start(Instant::ZERO, terms(interval_s, refresher), peer, |action| {
        actions.push(action);
    });
    (timer, actions)
}

/// One whose refresh is out since half of the interval.
fn asking(interval_s: u32, peer: DialogPeer) -> SessionTimer {
    let (mut timer, _) = started(interval_s, RefreshedBy::Us, peer);
    let half = s(u64::from(interval_s) / 2);
    assert!(matches!(sees(&mut timer, half, Timer)[..], [SendRefresh(_), Arm(_)]));
    timer
}

fn sees(timer: &mut SessionTimer, now: Instant, event: SessionTimerEvent) -> Vec<SessionTimerAction> {
    let mut actions = Vec::new();
    timer.step(now, event, |action| actions.push(action));
    actions
}

fn ms(ms: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(ms)
}

fn s(seconds: u64) -> Instant {
    ms(seconds * 1000)
}

fn refused(code: u16) -> SessionTimerEvent {
    refused_with(code, None, None, 0)
}

fn refused_with(
    code: u16,
    min_se_s: Option<u32>,
    retry_after_s: Option<u32>,
    random: u32,
) -> SessionTimerEvent {
    let status = StatusCode::new(code).expect("a status code");
    let refusal = RefreshRefusal { status, min_se_s, retry_after_s };
    RefreshAnswered { answered: Answered::Refused(refusal), random }
}

fn agreed(interval_s: u32, refresher: RefreshedBy) -> SessionTimerEvent {
    RefreshAnswered { answered: Answered::Agreed(terms(interval_s, refresher)), random: 0 }
}

fn refresh(method: RefreshMethod, seconds: u32, min_se_s: u32) -> SessionTimerAction {
    let session_expires = SessionExpires { seconds, refresher: Some(Refresher::Uac) };
    SendRefresh(SessionRefresh { method, session_expires, min_se_s })
}

#[test]
fn their_silence_ends_the_session_shortly_before_its_interval() {
    // RFC 4028 10: the smaller of 32 s and a third of the interval earlier.
    for (interval_s, patience_s) in [(1800, 1768), (96, 64), (90, 60)] {
        let (mut timer, actions) = started(interval_s, RefreshedBy::Them, PEER);
        assert_eq!(actions, [Arm(s(patience_s))]);
        assert_eq!(sees(&mut timer, ms(patience_s * 1000 - 1), Timer), [], "a stale alarm ends nothing");
        assert!(timer.is_running());
        assert_eq!(sees(&mut timer, s(patience_s), Timer), [Expired]);
        assert_eq!(sees(&mut timer, s(patience_s), Timer), [], "it ends once");
        assert!(!timer.is_running());
    }
}

#[test]
fn their_refresh_gives_the_session_another_interval() {
    let (mut timer, _) = started(1800, RefreshedBy::Them, PEER);
    assert_eq!(sees(&mut timer, s(900), Refreshed(terms(1800, RefreshedBy::Them))), [Arm(s(900 + 1768))]);
    assert_eq!(sees(&mut timer, s(1768), Timer), [], "the alarm of the first interval");
    assert_eq!(sees(&mut timer, s(2668), Timer), [Expired]);
}

#[test]
fn we_refresh_at_half_the_interval_and_again_at_half_of_the_next() {
    let (mut timer, actions) = started(1800, RefreshedBy::Us, PEER);
    assert_eq!(actions, [Arm(s(900))]);
    assert_eq!(sees(&mut timer, s(900), Timer), [refresh(RefreshMethod::Update, 1800, 90), Arm(s(1768))]);
    assert_eq!(sees(&mut timer, s(901), agreed(600, RefreshedBy::Us)), [Arm(s(901 + 300))]);
    assert_eq!(
        sees(&mut timer, s(1201), Timer),
        [refresh(RefreshMethod::Update, 600, 90), Arm(s(901 + 568))],
        "what they granted last is asked for"
    );
}

#[test]
fn the_answer_may_hand_the_work_over_or_end_the_timer() {
    let mut timer = asking(1800, PEER);
    assert_eq!(sees(&mut timer, s(901), agreed(1800, RefreshedBy::Them)), [Arm(s(901 + 1768))]);
    let off = RefreshAnswered { answered: Answered::Agreed(None), random: 0 };
    assert_eq!(sees(&mut timer, s(902), off), [Disarm]);
    assert!(!timer.is_running());
    assert_eq!(sees(&mut timer, s(2669), Timer), [], "no timer, no end");
    assert_eq!(sees(&mut timer, s(3000), Refreshed(terms(90, RefreshedBy::Them))), [Arm(s(3060))]);
}

#[test]
fn a_refresh_that_nobody_answers_ends_the_session() {
    for (event, end) in [
        (refused(408), DialogDead),
        (refused(481), DialogDead),
        (RefreshAnswered { answered: Answered::timed_out(), random: 0 }, DialogDead),
    ] {
        let mut timer = asking(1800, PEER);
        assert_eq!(sees(&mut timer, s(932), event), [Disarm, end]);
        assert!(!timer.is_running());
    }
    // 90 s: refreshed at 45, given up at 60, before timer F of the request at 77.
    let mut timer = asking(90, PEER);
    assert_eq!(sees(&mut timer, s(60), Timer), [Expired]);
    assert_eq!(sees(&mut timer, s(77), refused(408)), [], "it has ended already");
}

#[test]
fn a_larger_minimum_is_granted_at_once_and_remembered() {
    let mut timer = asking(90, PEER);
    assert_eq!(
        sees(&mut timer, s(46), refused_with(422, Some(600), None, 0)),
        [refresh(RefreshMethod::Update, 600, 600)]
    );
    assert_eq!(sees(&mut timer, s(47), agreed(600, RefreshedBy::Us)), [Arm(s(47 + 300))]);
    assert_eq!(
        sees(&mut timer, s(347), Timer),
        [refresh(RefreshMethod::Update, 600, 600), Arm(s(47 + 568))],
        "RFC 4028 7.4: Min-SE stays in later refreshes"
    );
}

#[test]
fn a_422_that_asks_for_nothing_new_is_no_endless_loop() {
    for min_se_s in [None, Some(90), Some(60), Some(limits::SESSION_INTERVAL_S_MAX + 1)] {
        let mut timer = asking(90, PEER);
        assert_eq!(sees(&mut timer, s(46), refused_with(422, min_se_s, None, 0)), [Arm(s(51))]);
    }
    let mut timer = asking(90, PEER);
    for round in 0..3 {
        let actions = sees(&mut timer, s(46), refused_with(422, Some(100 + round), None, 0));
        assert_eq!(actions, [refresh(RefreshMethod::Update, 100 + round, 100 + round)]);
    }
    assert_eq!(sees(&mut timer, s(46), refused_with(422, Some(200), None, 0)), [Arm(s(51))]);
}

#[test]
fn glare_waits_as_long_as_the_owner_of_the_call_id_must() {
    // RFC 3261 14.1
    for (call_id_is_ours, least, most) in [(true, 2100, 4000), (false, 0, 2000)] {
        let mut waits = vec![];
        for random in 0..1000 {
            let mut timer = asking(1800, DialogPeer { call_id_is_ours, ..PEER });
            let [Arm(due)] = sees(&mut timer, s(901), refused_with(491, None, None, random))[..] else {
                panic!("one alarm")
            };
            waits.push((due - s(901)).as_millis() as u64);
        }
        assert_eq!((waits.iter().min(), waits.iter().max()), (Some(&least), Some(&most)));
        assert!(waits.iter().all(|wait| wait % 10 == 0));
    }
}

#[test]
fn after_glare_the_refresh_is_sent_again() {
    let mut timer = asking(1800, PEER);
    assert_eq!(sees(&mut timer, s(901), refused_with(491, None, None, 7)), [Arm(ms(901_070))]);
    assert_eq!(
        sees(&mut timer, ms(901_070), Timer),
        [refresh(RefreshMethod::Update, 1800, 90), Arm(s(1768))]
    );
    // Their own refresh may also win the race.
    assert_eq!(sees(&mut timer, s(902), Refreshed(terms(1800, RefreshedBy::Them))), [Arm(s(902 + 1768))]);
    assert_eq!(sees(&mut timer, s(903), refused(491)), [], "the session is refreshed; nothing to try again");
    assert_eq!(sees(&mut timer, s(903), refused(481)), [Disarm, DialogDead], "that is true all the same");
}

#[test]
fn other_refusals_are_tried_again_as_long_as_the_session_lasts() {
    let mut timer = asking(1800, PEER);
    assert_eq!(sees(&mut timer, s(901), refused_with(500, None, Some(20), 0)), [Arm(s(921))]);
    assert!(
        matches!(sees(&mut timer, s(921), Timer)[..], [SendRefresh(_), Arm(deadline)] if deadline == s(1768))
    );
    assert_eq!(sees(&mut timer, s(922), refused_with(500, None, Some(0), 0)), [Arm(s(927))], "not in a loop");
    assert!(matches!(sees(&mut timer, s(927), Timer)[..], [SendRefresh(_), Arm(_)]));
    assert_eq!(sees(&mut timer, s(928), refused_with(503, None, Some(3600), 0)), [], "too late to ask again");
    assert_eq!(sees(&mut timer, s(1768), Timer), [Expired]);
}

#[test]
fn a_peer_without_update_is_refreshed_by_invite() {
    let (mut timer, _) = started(1800, RefreshedBy::Us, DialogPeer { allows_update: false, ..PEER });
    assert_eq!(sees(&mut timer, s(900), Timer)[0], refresh(RefreshMethod::ReInvite, 1800, 90));
    for code in [405, 501] {
        let mut timer = asking(1800, PEER);
        assert_eq!(
            sees(&mut timer, s(901), refused(code)),
            [refresh(RefreshMethod::ReInvite, 1800, 90)],
            "Allow said otherwise"
        );
        assert_eq!(sees(&mut timer, s(902), refused(code)), [Arm(s(907))], "and neither does it take this");
    }
}

#[test]
fn a_session_that_is_over_hears_nothing() {
    let (mut timer, _) = started(1800, RefreshedBy::Them, PEER);
    assert_eq!(sees(&mut timer, s(1768), Timer), [Expired]);
    for event in [Timer, agreed(90, RefreshedBy::Us), Refreshed(terms(90, RefreshedBy::Us))] {
        assert_eq!(sees(&mut timer, s(4000), event), []);
    }
}

proptest::proptest! {
    #[test]
    fn whatever_happens_a_running_timer_has_an_alarm_and_ends_in_time(
        events in proptest::collection::vec((0_u8..9, proptest::prelude::any::<u32>(), 1_u64..400), 1..60),
    ) {
        let (mut timer, first) = started(1800, RefreshedBy::Us, PEER);
        let mut alarm = None;
        let note = |actions: &[SessionTimerAction], alarm: &mut Option<Instant>| {
            for action in actions {
                match action {
                    Arm(at) => *alarm = Some(*at),
                    Disarm | Expired | DialogDead => *alarm = None,
                    SendRefresh(_) => {}
                }
            }
        };
        note(&first, &mut alarm);
        let mut now = Instant::ZERO;
        for (kind, random, passed) in events {
            now = now + Duration::from_secs(passed);
            let event = match kind {
                0 => agreed(90 + random % 4000, RefreshedBy::Us),
                1 => agreed(90 + random % 4000, RefreshedBy::Them),
                2 => Refreshed(terms(90 + random % 4000, RefreshedBy::Them)),
                3 => refused_with(422, Some(random % 5000), None, random),
                4 => refused_with(491, None, None, random),
                5 => refused_with(500, None, Some(random % 100), random),
                6 => refused(405),
                7 => Refreshed(None),
                _ => Timer,
            };
            note(&sees(&mut timer, now, event), &mut alarm);
            proptest::prop_assert_eq!(timer.is_running(), alarm.is_some(), "after {:?}", event);
        }
        // Nobody says anything any more: it ends within two alarms.
        for _ in 0..2 {
            let Some(at) = alarm else { break };
            note(&sees(&mut timer, at.max(now), Timer), &mut alarm);
        }
        proptest::prop_assert_eq!(alarm, None);
    }
}

//! The peer machine, clause by clause (RFC 6733 5.6, RFC 3539 3.4.1).

use diameter::ResultCode;
use diameter::base::DisconnectCause;
use diameter::peer::{Action, Event, Peer, Received, Role, Side, Timing, wins_election};
use proptest::prelude::*;
use tempo::{Duration, Entropy, Instant};

use Action::*;
use Side::*;

/// A peer, a clock, and all that was done.
struct Neighbour {
    peer: Peer,
    now: Instant,
    chance: Entropy,
    timer: Option<Instant>,
}

impl Neighbour {
    fn new(role: Role, wins: bool) -> Self {
        let peer = Peer::new(role, wins, Timing::default());
        Neighbour { peer, now: Instant::ZERO, chance: Entropy::from_seed([5; 32]), timer: None }
    }

    /// One event; what was done but for the timer.
    fn hears(&mut self, event: Event) -> Vec<Action> {
        let mut done = Vec::new();
        let timer = &mut self.timer;
        self.peer.step(self.now, event, &mut self.chance, |action| match action {
            Arm(deadline) => *timer = Some(deadline),
            Disarm => *timer = None,
            other => done.push(other),
        });
        done
    }

    /// Waits for the timer; how long it took and what was done.
    fn waits(&mut self) -> (Duration, Vec<Action>) {
        let deadline = self.timer.take().expect("a timer");
        let waited = deadline.since(self.now);
        self.now = deadline;
        (waited, self.hears(Event::TimerFired))
    }

    fn passes(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// An open connection that we started.
    fn connected() -> Self {
        let mut peer = Self::new(Role::Both, false);
        assert_eq!(peer.hears(Event::Start), [Connect]);
        assert_eq!(peer.hears(Event::Connected), [SendCer]);
        let up = peer.hears(Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS)));
        assert_eq!(up, [Up(Initiator)]);
        peer
    }

    /// A second connection after the first was lost: it is not trusted yet.
    fn reopened() -> Self {
        let mut peer = Self::connected();
        peer.passes(Duration::from_secs(100));
        assert_eq!(peer.hears(Event::Disconnected(Initiator)), [Down]);
        assert_eq!(peer.waits().1, [Connect]);
        peer.hears(Event::Connected);
        let answer = peer.hears(Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS)));
        assert_eq!(answer, [SendDwr(Initiator)]);
        assert!(!peer.peer.is_up() && peer.peer.open_side() == Some(Initiator));
        peer
    }
}

const DWA: Event = Event::Received(Initiator, Received::Dwa);
const ADMITTED: Event = Event::Arrived(ResultCode::SUCCESS);
const WATCHDOG: std::ops::RangeInclusive<Duration> = Duration::from_secs(28)..=Duration::from_secs(32);

#[test]
fn the_initiator_says_cer_and_is_up_with_the_cea() {
    let peer = Neighbour::connected();
    assert!(peer.peer.is_up());
}

#[test]
fn the_responder_answers_the_cer_and_is_up() {
    let mut peer = Neighbour::new(Role::Responder, false);
    assert_eq!(peer.hears(Event::Start), [], "a responder does not call");
    assert_eq!(peer.hears(ADMITTED), [Accept, SendCea(ResultCode::SUCCESS), Up(Responder)]);
    assert_eq!(peer.peer.open_side(), Some(Responder));
}

#[test]
fn one_who_may_not_come_in_hears_why() {
    for verdict in [ResultCode::UNKNOWN_PEER, ResultCode::NO_COMMON_APPLICATION] {
        let mut peer = Neighbour::new(Role::Both, false);
        assert_eq!(peer.hears(Event::Arrived(verdict)), [Reject(verdict)]);
        assert!(peer.peer.is_closed());
    }
}

#[test]
fn one_who_is_not_wanted_does_not_come_in() {
    let mut peer = Neighbour::new(Role::Both, false);
    assert_eq!(peer.hears(ADMITTED), [Reject(ResultCode::UNABLE_TO_COMPLY)]);
    let mut open = Neighbour::connected();
    assert_eq!(open.hears(ADMITTED), [Reject(ResultCode::UNABLE_TO_COMPLY)], "one connection is enough");
    assert!(open.peer.is_up());
}

#[test]
fn a_cea_that_refuses_closes_and_waits_the_long_pause() {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    peer.hears(Event::Connected);
    let refused = Event::Received(Initiator, Received::Cea(ResultCode::NO_COMMON_APPLICATION));
    assert_eq!(peer.hears(refused), [Close(Initiator)]);
    let (waited, done) = peer.waits();
    assert!(waited >= Duration::from_secs(30), "{waited:?}");
    assert_eq!(done, [Connect]);
}

#[test]
fn anything_before_the_cea_closes() {
    for early in [Event::AnyTraffic, Event::Received(Initiator, Received::Dwr)] {
        let mut peer = Neighbour::new(Role::Both, false);
        peer.hears(Event::Start);
        peer.hears(Event::Connected);
        assert_eq!(peer.hears(early), [Close(Initiator)]);
    }
}

#[test]
fn a_connection_or_a_cea_that_does_not_come_is_given_up() {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    assert_eq!(peer.waits().1, [Close(Initiator)]);
    assert_eq!(peer.waits().1, [Connect]);
    peer.hears(Event::Connected);
    assert_eq!(peer.waits().1, [Close(Initiator)]);
}

#[test]
fn the_greater_host_wins_whatever_its_case() {
    assert!(wins_election(b"b.example", b"a.example"));
    assert!(!wins_election(b"a.example", b"B.example"));
    assert!(wins_election(b"b.example.org", b"B.EXAMPLE"));
    assert!(!wins_election(b"a.example", b"A.EXAMPLE"), "nobody wins against oneself");
}

#[test]
fn the_winner_of_an_election_keeps_their_connection() {
    let won = [Accept, Close(Initiator), SendCea(ResultCode::SUCCESS), Up(Responder)];
    let mut peer = Neighbour::new(Role::Both, true);
    peer.hears(Event::Start);
    peer.hears(Event::Connected);
    assert_eq!(peer.hears(ADMITTED), won);
    // Their CER was here before our connection.
    let mut peer = Neighbour::new(Role::Both, true);
    peer.hears(Event::Start);
    assert_eq!(peer.hears(ADMITTED), [Accept]);
    assert_eq!(
        peer.hears(Event::Connected),
        [SendCer, Close(Initiator), SendCea(ResultCode::SUCCESS), Up(Responder)]
    );
    assert_eq!(peer.hears(Event::Disconnected(Initiator)), [], "an echo of our own close");
    assert!(peer.peer.is_up());
}

fn loser() -> Neighbour {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    peer.hears(Event::Connected);
    assert_eq!(peer.hears(ADMITTED), [Accept], "their CER waits for an answer");
    peer
}

#[test]
fn the_loser_of_an_election_waits_for_what_returns() {
    let cea = |result| Event::Received(Initiator, Received::Cea(result));
    assert_eq!(loser().hears(cea(ResultCode::SUCCESS)), [Close(Responder), Up(Initiator)]);
    assert_eq!(
        loser().hears(cea(ResultCode::ELECTION_LOST)),
        [Close(Initiator), SendCea(ResultCode::SUCCESS), Up(Responder)]
    );
    assert_eq!(loser().hears(Event::Disconnected(Initiator)), [SendCea(ResultCode::SUCCESS), Up(Responder)]);
    let mut peer = loser();
    assert_eq!(peer.hears(Event::Disconnected(Responder)), []);
    assert_eq!(peer.hears(cea(ResultCode::SUCCESS)), [Up(Initiator)]);
    assert_eq!(loser().waits().1, [Close(Responder), Close(Initiator)]);
}

#[test]
fn a_call_of_ours_that_fails_does_not_hang_up_on_theirs() {
    let both = || {
        let mut peer = Neighbour::new(Role::Both, false);
        peer.hears(Event::Start);
        peer.hears(ADMITTED);
        peer
    };
    assert_eq!(both().hears(Event::ConnectFailed), [SendCea(ResultCode::SUCCESS), Up(Responder)]);
    assert_eq!(both().waits().1, [Close(Initiator), SendCea(ResultCode::SUCCESS), Up(Responder)]);
    let mut peer = both();
    assert_eq!(peer.hears(Event::Disconnected(Responder)), []);
    assert_eq!(peer.hears(Event::Connected), [SendCer]);
}

#[test]
fn silence_is_asked_then_suspected_then_closed() {
    let mut peer = Neighbour::connected();
    let (waited, done) = peer.waits();
    assert_eq!(done, [SendDwr(Initiator)]);
    assert!(WATCHDOG.contains(&waited), "{waited:?}");
    assert_eq!(peer.waits().1, [Suspect]);
    assert!(!peer.peer.is_up());
    let (waited, done) = peer.waits();
    assert_eq!(done, [Close(Initiator), Down]);
    assert!(WATCHDOG.contains(&waited));
    assert_eq!(peer.waits().1, [Connect]);
}

#[test]
fn a_suspect_who_speaks_is_trusted_again() {
    for sign in [DWA, Event::AnyTraffic] {
        let mut peer = Neighbour::connected();
        peer.waits();
        assert_eq!(peer.waits().1, [Suspect]);
        assert_eq!(peer.hears(sign), [Up(Initiator)]);
        assert!(peer.peer.is_up());
    }
    let mut peer = Neighbour::connected();
    peer.waits();
    peer.waits();
    let dwr = Event::Received(Initiator, Received::Dwr);
    assert_eq!(peer.hears(dwr), [SendDwa(Initiator), Up(Initiator)]);
    let mut peer = Neighbour::connected();
    peer.waits();
    peer.waits();
    let dpr = Event::Received(Initiator, Received::Dpr(DisconnectCause::Rebooting));
    assert_eq!(peer.hears(dpr), [SendDpa(Initiator), Down], "a farewell is no return");
}

#[test]
fn any_traffic_puts_the_watchdog_off() {
    let mut peer = Neighbour::connected();
    for _ in 0..100 {
        peer.passes(Duration::from_secs(5));
        assert_eq!(peer.hears(Event::AnyTraffic), []);
        if peer.timer.is_some_and(|deadline| deadline <= peer.now) {
            assert_eq!(peer.hears(Event::TimerFired), [], "somebody spoke meanwhile");
        }
    }
    let spoke = peer.now;
    let done = loop {
        let (_, done) = peer.waits();
        if !done.is_empty() {
            break done;
        }
    };
    assert_eq!(done, [SendDwr(Initiator)]);
    assert!(WATCHDOG.contains(&peer.now.since(spoke)), "Tw after the last word");
}

#[test]
fn a_watchdog_that_is_answered_asks_for_ever() {
    let mut peer = Neighbour::connected();
    for _ in 0..50 {
        let done = peer.waits().1;
        assert!(done == [SendDwr(Initiator)] || done.is_empty(), "{done:?}");
        if !done.is_empty() {
            peer.passes(Duration::from_millis(20));
            assert_eq!(peer.hears(DWA), []);
        }
        assert!(peer.peer.is_up());
    }
}

#[test]
fn after_a_failure_three_answers_come_before_traffic() {
    let mut peer = Neighbour::reopened();
    assert_eq!(peer.hears(DWA), []);
    assert_eq!(peer.hears(Event::AnyTraffic), [], "other messages prove nothing");
    assert_eq!(peer.waits().1, [SendDwr(Initiator)]);
    assert_eq!(peer.hears(DWA), []);
    assert!(!peer.peer.is_up());
    assert_eq!(peer.waits().1, [SendDwr(Initiator)]);
    assert_eq!(peer.hears(DWA), [Up(Initiator)]);
    assert!(peer.peer.is_up());
}

#[test]
fn a_late_answer_starts_the_count_again_and_none_closes() {
    let mut peer = Neighbour::reopened();
    peer.hears(DWA);
    assert_eq!(peer.waits().1, [SendDwr(Initiator)]);
    assert_eq!(peer.waits().1, [], "late: the count is back below zero");
    for _ in 0..3 {
        assert_eq!(peer.hears(DWA), []);
        assert_eq!(peer.waits().1, [SendDwr(Initiator)]);
    }
    assert_eq!(peer.hears(DWA), [Up(Initiator)]);

    let mut silent = Neighbour::reopened();
    assert_eq!(silent.waits().1, []);
    assert_eq!(silent.waits().1, [Close(Initiator)], "nobody was told Up, so nobody is told Down");
    assert_eq!(silent.waits().1, [Connect]);
}

#[test]
fn we_leave_with_dpr_and_close_on_dpa() {
    let mut peer = Neighbour::connected();
    let stop = Event::Stop(DisconnectCause::Rebooting);
    assert_eq!(peer.hears(stop), [SendDpr(Initiator, DisconnectCause::Rebooting), Down]);
    assert_eq!(peer.hears(Event::Received(Initiator, Received::Dwr)), [SendDwa(Initiator)]);
    assert_eq!(peer.hears(Event::Received(Initiator, Received::Dpa)), [Close(Initiator)]);
    assert!(peer.peer.is_closed() && peer.timer.is_none(), "and we do not come back by ourselves");
    assert_eq!(peer.hears(ADMITTED), [Reject(ResultCode::UNABLE_TO_COMPLY)]);

    let mut unanswered = Neighbour::connected();
    unanswered.hears(stop);
    assert_eq!(unanswered.waits().1, [Close(Initiator)]);
    let mut crossed = Neighbour::connected();
    crossed.hears(stop);
    let dpr = Event::Received(Initiator, Received::Dpr(DisconnectCause::Busy));
    assert_eq!(crossed.hears(dpr), [SendDpa(Initiator)]);
    assert!(crossed.peer.is_closing() && crossed.peer.open_side().is_none(), "answers still come");
}

#[test]
fn they_leave_and_a_reboot_is_called_again_soon() {
    let mut peer = Neighbour::connected();
    let dpr = |cause| Event::Received(Initiator, Received::Dpr(cause));
    assert_eq!(peer.hears(dpr(DisconnectCause::Rebooting)), [SendDpa(Initiator), Down]);
    assert_eq!(peer.hears(Event::Disconnected(Initiator)), []);
    let (waited, done) = peer.waits();
    assert!(waited < Duration::from_secs(2), "{waited:?}");
    assert_eq!(done, [Connect]);
    peer.hears(Event::Connected);
    let cea = Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS));
    assert_eq!(peer.hears(cea), [Up(Initiator)], "a polite farewell costs no trust");

    for cause in [DisconnectCause::Busy, DisconnectCause::DoNotWantToTalkToYou] {
        let mut peer = Neighbour::connected();
        assert_eq!(peer.hears(dpr(cause)), [SendDpa(Initiator), Down]);
        assert_eq!(peer.waits().1, [Close(Initiator)], "they forgot to close");
        let (waited, done) = peer.waits();
        assert!(waited >= Duration::from_secs(300));
        assert_eq!(done, [Connect]);
    }
}

#[test]
fn pauses_double_up_to_tc_and_differ() {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        assert_eq!(peer.hears(Event::ConnectFailed), []);
        let (waited, done) = peer.waits();
        assert_eq!(done, [Connect]);
        pauses.push(waited);
    }
    for (pause, at_least) in pauses.iter().zip([1, 2, 4, 8, 16, 30, 30, 30]) {
        let range = Duration::from_secs(at_least)..Duration::from_secs(at_least) * 5 / 4;
        assert!(range.contains(pause), "{pause:?} in {range:?}");
    }
    assert_ne!(pauses[6], pauses[7], "jitter");
}

#[test]
fn a_connection_that_is_lost_at_once_does_not_reset_the_pause() {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    let mut longest = Duration::ZERO;
    for _ in 0..8 {
        peer.hears(Event::Connected);
        peer.hears(Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS)));
        peer.hears(Event::Disconnected(Initiator));
        longest = peer.waits().0;
    }
    assert!(longest >= Duration::from_secs(30));
    // One that held is a new beginning.
    peer.hears(Event::Connected);
    peer.hears(Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS)));
    peer.passes(Duration::from_secs(31));
    peer.hears(Event::Disconnected(Initiator));
    assert!(peer.waits().0 < Duration::from_secs(2));
}

#[test]
fn a_connection_that_held_longer_than_it_was_waited_for_is_soon_called_again() {
    let mut peer = Neighbour::new(Role::Both, false);
    peer.hears(Event::Start);
    for _ in 0..8 {
        peer.hears(Event::Connected);
        peer.hears(Event::Received(Initiator, Received::Cea(ResultCode::SUCCESS)));
        peer.passes(Duration::from_secs(10));
        peer.hears(Event::Disconnected(Initiator));
        let (waited, _) = peer.waits();
        assert!(waited < Duration::from_secs(2), "a reset now and then is no failed attempt: {waited:?}");
    }
}

#[test]
fn a_repeated_cer_is_answered_and_one_that_fails_now_closes() {
    let mut peer = Neighbour::connected();
    let cer = |result| Event::Received(Initiator, Received::Cer(result));
    assert_eq!(peer.hears(cer(ResultCode::SUCCESS)), [SendCea(ResultCode::SUCCESS)]);
    let gone = ResultCode::NO_COMMON_APPLICATION;
    assert_eq!(peer.hears(cer(gone)), [SendCea(gone), Close(Initiator), Down]);
}

#[test]
fn a_timer_that_was_moved_does_nothing() {
    let mut peer = Neighbour::connected();
    let deadline = peer.timer;
    assert_eq!(peer.hears(Event::TimerFired), []);
    assert_eq!(peer.timer, deadline, "and is armed again");
}

fn any_event() -> impl Strategy<Value = Event> {
    let side = || prop_oneof![Just(Initiator), Just(Responder)];
    let result = || prop_oneof![3 => Just(ResultCode::SUCCESS), 1 => Just(ResultCode::NO_COMMON_APPLICATION)];
    let received = prop_oneof![
        result().prop_map(Received::Cer),
        result().prop_map(Received::Cea),
        Just(Received::Dwr),
        Just(Received::Dwa),
        Just(Received::Dpr(DisconnectCause::Rebooting)),
        Just(Received::Dpa),
    ];
    prop_oneof![
        2 => Just(Event::Start),
        2 => Just(Event::Connected),
        1 => Just(Event::ConnectFailed),
        2 => result().prop_map(Event::Arrived),
        1 => side().prop_map(Event::Disconnected),
        4 => (side(), received).prop_map(|(side, received)| Event::Received(side, received)),
        1 => Just(Event::AnyTraffic),
        4 => Just(Event::TimerFired),
        1 => Just(Event::Stop(DisconnectCause::Rebooting)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: `Up` and `Down` alternate, `is_up` tells the same story, a wanted
    /// peer that we call always has a timer, and an unwanted closed one has none.
    #[test]
    fn the_story_that_is_told_is_consistent(
        wins in any::<bool>(),
        events in proptest::collection::vec(any_event(), 0..200),
    ) {
        let mut peer = Neighbour::new(Role::Both, wins);
        let mut told = false;
        let mut is_wanted = false;
        for event in events {
            if event == Event::TimerFired {
                match peer.timer {
                    Some(deadline) => peer.now = deadline.max(peer.now),
                    None => continue,
                }
            }
            match event {
                Event::Start => is_wanted = true,
                Event::Stop(_) => is_wanted = false,
                _ => {}
            }
            let mut is_suspect = false;
            for action in peer.hears(event) {
                match action {
                    Up(side) => {
                        prop_assert_eq!(peer.peer.open_side(), Some(side));
                        told = true;
                    }
                    Down => {
                        prop_assert!(told, "Down without Up");
                        told = false;
                    }
                    Suspect => is_suspect = true,
                    _ => {}
                }
            }
            if peer.peer.is_up() {
                prop_assert!(told);
            }
            if is_suspect {
                prop_assert!(told && !peer.peer.is_up());
            }
            prop_assert!(!told || peer.peer.open_side().is_some(), "told up, but closed");
            prop_assert_eq!(peer.timer.is_none(), peer.peer.is_closed() && !is_wanted);
        }
    }
}

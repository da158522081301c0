//! The wait: ended by arrivals, by the clock, by a ring, and by nothing else.

use std::sync::mpsc::channel;
use std::time::Duration;

use shard::Driver;
use tempo::Instant;

use super::candidate::{Candidate, Setup};
use super::peer::{Peer, datagram_peer, next_datagram};
use super::stage::Stage;

on_every_driver! {
    a_wait_ends_not_before_its_time: timeout;
    a_moment_that_has_passed_is_not_waited_for: no_wait;
    an_arrival_ends_a_wait_without_end: arrival;
    another_thread_ends_a_wait_without_end: rung;
    a_ring_before_the_wait_is_not_lost: rung_before;
    work_of_the_driver_alone_does_not_end_a_wait: only_own_work;
    a_driver_that_goes_takes_its_sockets_with_it: gone;
    the_clock_of_a_driver_goes_forward: clock;
}

fn timeout<C: Candidate>(stage: &mut Stage<C>) {
    for millis in [0, 1, 7, 30] {
        let until = stage.driver.moment().now + Duration::from_millis(millis);
        stage.driver.receive(Some(until), |_, _, _| panic!("nothing arrives"));
        assert!(stage.driver.moment().now >= until, "{}: {millis} ms were not waited for", C::NAME);
        stage.note(format!("{millis} ms"));
    }
}

fn no_wait<C: Candidate>(stage: &mut Stage<C>) {
    for _ in 0..100 {
        // Would never return if it waited: nothing arrives.
        stage.driver.receive(Some(Instant::ZERO), |_, _, _| panic!("nothing arrives"));
    }
    let peer = datagram_peer(stage.port);
    peer.send(b"there").expect("sent");
    let mut arrived = 0;
    let mut calls = 0;
    while arrived == 0 {
        stage.driver.receive(Some(Instant::ZERO), |_, _, _| arrived += 1);
        calls += 1;
        assert!(calls < 1000, "{}: what is there is delivered without a wait", C::NAME);
    }
    stage.note(format!("{arrived} arrived"));
}

fn arrival<C: Candidate>(stage: &mut Stage<C>) {
    let peer = datagram_peer(stage.port);
    let (start, started) = channel();
    let to = stage.port;
    let sender = std::thread::spawn(move || {
        let late = datagram_peer(to);
        started.recv().expect("the stage goes on");
        late.send(b"late").expect("sent");
    });
    peer.send(b"early").expect("sent");
    let mut heard = Vec::new();
    stage.driver.receive(None, |_, arrival, _| heard.push(format!("{:?}", kind(&arrival))));
    start.send(()).expect("the sender waits");
    stage.driver.receive(None, |_, arrival, _| heard.push(format!("{:?}", kind(&arrival))));
    sender.join().expect("the sender is done");
    stage.note(heard.join(", "));
}

fn kind<'a>(arrival: &shard::Arrival<'a>) -> Option<&'a [u8]> {
    match arrival {
        shard::Arrival::Datagram { bytes, .. } => Some(bytes),
        _ => None,
    }
}

/// Again and again, so that the ring comes before, while and after the driver falls asleep.
fn rung<C: Candidate>(stage: &mut Stage<C>) {
    let bell = C::waker(&stage.driver);
    let (ask, asked) = channel::<()>();
    let ringer = std::thread::spawn(move || {
        while asked.recv().is_ok() {
            bell.wake();
        }
    });
    for round in 0..500 {
        // First with an end, for a message instead of a hang when the bell is broken; then without.
        let until = stage.driver.moment().now + Duration::from_secs(30);
        ask.send(()).expect("the ringer waits");
        stage.driver.receive((round < 300).then_some(until), |_, _, _| panic!("nothing arrives"));
        assert!(stage.driver.moment().now < until, "{}: the ring was not heard", C::NAME);
    }
    drop(ask);
    ringer.join().expect("the ringer is done");
    stage.note("500 waits were ended");
    // Rings do not pile up: after the last one a wait lasts its time.
    stage.driver.receive(Some(Instant::ZERO), |_, _, _| panic!("nothing arrives"));
    timeout(stage);
}

fn rung_before<C: Candidate>(stage: &mut Stage<C>) {
    let bell = C::waker(&stage.driver);
    for _ in 0..3 {
        bell.wake();
        bell.wake();
        stage.driver.receive(None, |_, _, _| panic!("nothing arrives"));
    }
    stage.note("no wait began");
    // A ring also ends a call that would not have waited, and is spent by it.
    bell.wake();
    stage.driver.receive(Some(Instant::ZERO), |_, _, _| panic!("nothing arrives"));
    timeout(stage);
}

/// A send that completes, a bell that was rung for an earlier wait: the shard is not bothered with either.
fn only_own_work<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    stage.say(link, b"out it goes").expect("room");
    stage.driver.flush();
    let until = stage.driver.moment().now + Duration::from_millis(20);
    stage.driver.receive(Some(until), |_, _, _| panic!("nothing arrives"));
    assert!(stage.driver.moment().now >= until);
    assert_eq!(peer.listen(), 11);
    stage.note("out it went");
}

fn gone<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    stage.say(link, b"unsent").expect("room");
    let other = Stage::<C>::new(Setup::default()).expect("as before");
    let (port, listener) = (stage.port, stage.listener);
    drop(core::mem::replace(&mut stage.driver, other.driver));
    let mut tries = 0;
    while !peer.has_ended() || std::net::UdpSocket::bind(port).is_err() {
        tries += 1;
        assert!(tries < 1_000_000, "{}: the sockets outlive the driver", C::NAME);
        std::thread::yield_now();
    }
    std::net::TcpStream::connect(listener).expect_err("nobody listens any more");
    let peer = datagram_peer(other.port);
    stage.echoes = true;
    peer.send(b"the next driver").expect("sent");
    stage.wait_for("its echo", |_| next_datagram(&peer).is_some());
    stage.note("the next driver works");
}

fn clock<C: Candidate>(stage: &mut Stage<C>) {
    let first = stage.driver.moment();
    let peer = datagram_peer(stage.port);
    peer.send(b"tick").expect("sent");
    let mut told = None;
    stage.driver.receive(None, |moment, _, _| told = Some(moment));
    let (told, last) = (told.expect("an arrival"), stage.driver.moment());
    assert!(first.now <= told.now && told.now <= last.now);
    assert!(first.wall.unix_seconds <= told.wall.unix_seconds);
    assert!(last.wall.utc().year >= 2026, "a calendar of this century");
    stage.note("forward");
}

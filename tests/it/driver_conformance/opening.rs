//! How connections come to be: called for, refused, too many, and after one another.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};

use shard::{Driver, NoLoan, Opening, Outward, Request};

use super::candidate::{Candidate, Poll, Setup, Uring, UringOfOldKernel};
use super::peer::Peer;
use super::stage::{LISTENER, Stage, compare, play_with};

on_every_driver! {
    a_connection_that_was_asked_for_opens_with_its_tag: connected;
    a_refused_connection_is_not_opened: refused;
    what_is_said_while_opened_is_told_is_sent: said_at_once;
    three_hundred_connections_come_and_go: many;
    the_name_of_a_closed_link_is_useless_for_its_successor: generations;
}

fn ask<C: Candidate>(stage: &mut Stage<C>, tag: u64, to: SocketAddr) {
    stage.driver.out().request(Request::Connect { tag, to });
    stage.driver.flush();
}

fn connected<C: Candidate>(stage: &mut Stage<C>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let to = listener.local_addr().expect("an address");
    ask(stage, 4711, to);
    let link = stage.wait_for_links(1);
    let (_, opening, peer) = stage.record.opened[0];
    assert_eq!(peer, to);
    stage.note(format!("{opening:?}"));
    let mut peer = Peer::of(listener.accept().expect("the driver's call").0);
    stage.say(link, b"CER").expect("room");
    stage.wait_for("what we said", |_| peer.listen() == 3);
    peer.say(b"CEA");
    stage.wait_for("the answer", |stage| stage.record.heard(link) == b"CEA");
    stage.note(format!("{:?} {:?}", peer.heard, stage.record.heard(link)));
}

fn refused<C: Candidate>(stage: &mut Stage<C>) {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a listener").local_addr().expect("an address");
    // The second can't even be tried: there is no such address of a host.
    let nowhere: SocketAddr = "255.255.255.255:9".parse().expect("an address");
    for (tag, to) in [(1, nobody), (2, nowhere), (3, nobody)] {
        ask(stage, tag, to);
        stage.wait_for("NotOpened", |stage| stage.record.not_opened.last() == Some(&tag));
    }
    assert!(stage.record.opened.is_empty());
    let counts = stage.counts();
    stage.note(format!("{:?}, {} open", stage.record.not_opened, counts.links_open));
}

/// Both ends are the same driver: it calls its own listener, and both sides greet while they hear that they are open.
fn said_at_once<C: Candidate>(stage: &mut Stage<C>) {
    let to = stage.listener;
    ask(stage, 9, to);
    let mut turns = 0;
    while stage.record.streams.values().filter(|heard| *heard == b"hello").count() < 2 {
        let until = stage.driver.moment().now + std::time::Duration::from_millis(5);
        let record = &mut stage.record;
        stage.driver.receive(Some(until), |_, arrival, out| {
            if let shard::Arrival::Opened { link, .. } = arrival {
                let to = shard::Departure::Stream { link };
                out.transmit(to, 5, |writer| writer.text("hello")).expect("an open link takes a message");
            }
            record.take(arrival);
        });
        stage.driver.flush();
        turns += 1;
        assert!(turns < 10_000, "{}: both ends greet", C::NAME);
    }
    let openings: HashSet<String> =
        stage.record.opened.iter().map(|(_, opening, _)| format!("{opening:?}")).collect();
    let mut openings: Vec<String> = openings.into_iter().collect();
    openings.sort();
    stage.note(openings.join(", "));
}

fn many<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    for round in 0..3 {
        let mut peers = Vec::new();
        for number in 0..100_u32 {
            let mut peer = Peer::call(stage.listener);
            peer.say(&number.to_be_bytes());
            peers.push(peer);
            // The kernel's queue of callers holds 128.
            if number % 50 == 49 {
                stage.turn();
            }
        }
        stage.wait_for("every echo", |_| peers.iter_mut().all(|peer| peer.listen() == 4));
        for (number, peer) in peers.iter().enumerate() {
            assert_eq!(peer.heard, (number as u32).to_be_bytes());
        }
        drop(peers);
        let closed = 100 * (round + 1);
        stage.wait_for("every Closed", |stage| stage.record.closed.len() == closed);
    }
    let counts = stage.counts();
    stage.note(format!("{} opened, {} open", counts.links_opened, counts.links_open));
}

fn generations<C: Candidate>(stage: &mut Stage<C>) {
    let mut names = HashSet::new();
    let mut places = HashSet::new();
    for round in 1..=10 {
        let peer = Peer::call(stage.listener);
        let link = stage.wait_for_links(round);
        assert!(names.insert(link), "a name was given twice");
        places.insert(link.index);
        for (old, _, _) in &stage.record.opened.clone()[..round - 1] {
            assert_eq!(stage.say(*old, b"for a stranger"), Err(NoLoan::Gone));
            stage.close(*old);
        }
        stage.say(link, b"for you").expect("the new link is untouched by what was said to the old ones");
        drop(peer);
        stage.wait_for_closed(link);
    }
    stage.note(format!("{} names for {} place", names.len(), places.len()));
}

/// The table has two places.
#[test]
fn a_connection_beyond_the_limit_is_closed_at_once_and_the_others_stay() {
    let setup = Setup { links_max: 2, ..Setup::default() };
    compare(&[
        play_with::<Poll>(setup, beyond_the_limit),
        play_with::<Uring>(setup, beyond_the_limit),
        play_with::<UringOfOldKernel>(setup, beyond_the_limit),
    ]);
}

fn beyond_the_limit<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let mut first = Peer::call(stage.listener);
    let second = Peer::call(stage.listener);
    stage.wait_for_links(2);
    let mut third = Peer::call(stage.listener);
    stage.wait_for("the refusal", |_| third.has_ended());
    let to = stage.listener;
    ask(stage, 5, to);
    stage.wait_for("NotOpened", |stage| stage.record.not_opened == [5]);
    first.say(b"still here");
    stage.wait_for("the echo", |_| first.listen() == 10);
    // Our own call reached the kernel's queue in no case: the table was full before it was made.
    let counts = stage.counts();
    stage.note(format!("{} opened, {} refused", counts.links_opened, counts.links_refused));
    drop(second);
    stage.wait_for("a free place", |stage| stage.record.closed.len() == 1);
    let fourth = Peer::call(stage.listener);
    stage.wait_for_links(3);
    let (_, opening, peer) = stage.record.opened[2];
    assert_eq!((opening, peer), (Opening::Accepted { port: LISTENER }, fourth.address()));
    stage.note("a place that was left is taken again");
}

//! Datagrams: whole, in any size, in any number; refused ones are counted and harm no other.

use shard::limits::DATAGRAM_OCTETS_MAX;
use shard::{Departure, Driver, NoLoan, Outward, PortId};

use super::candidate::{Candidate, Setup, Uring};
use super::peer::{datagram_peer, next_datagram, pattern};
use super::stage::{LISTENER, PORT, Stage, play_with};

on_every_driver! {
    a_datagram_is_answered_from_the_port_that_it_came_to: echoed;
    the_largest_datagram_arrives_whole_and_so_does_its_answer: largest;
    an_empty_datagram_is_a_datagram: empty;
    a_burst_beyond_the_buffers_loses_nothing: burst;
    an_answer_to_nowhere_is_counted_and_harms_no_other: to_nowhere;
    a_message_that_was_not_finished_is_not_sent: unfinished;
    a_port_that_does_not_exist_is_gone: unknown_port;
    more_is_said_in_one_turn_than_the_driver_holds: much_at_once;
}

fn echoed<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let peer = datagram_peer(stage.port);
    for text in ["INVITE", "ACK", "BYE"] {
        peer.send(text.as_bytes()).expect("sent");
        let mut answer = None;
        stage.wait_for("the echo", |_| {
            answer = next_datagram(&peer);
            answer.is_some()
        });
        stage.note(format!("{text} -> {:?}", answer.map(String::from_utf8)));
    }
    let from = peer.local_addr().expect("an address");
    assert!(stage.record.datagrams.iter().all(|(seen, _)| *seen == from), "the sender's address");
    let counts = stage.counts();
    stage.note(format!("{} received, {} sent", counts.datagrams_received, counts.datagrams_sent));
}

fn largest<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let peer = datagram_peer(stage.port);
    for octets in [2048, 16_384, DATAGRAM_OCTETS_MAX - 1, DATAGRAM_OCTETS_MAX] {
        let message = pattern(octets);
        peer.send(&message).expect("sent");
        let mut answer = None;
        stage.wait_for("the echo", |_| {
            answer = next_datagram(&peer);
            answer.is_some()
        });
        assert_eq!(stage.record.datagrams.pop().map(|(_, bytes)| bytes).as_ref(), Some(&message));
        assert_eq!(answer.as_ref(), Some(&message));
        stage.note(format!("{octets} there and back"));
    }
}

fn empty<C: Candidate>(stage: &mut Stage<C>) {
    let peer = datagram_peer(stage.port);
    for message in [&b""[..], b"after"] {
        peer.send(message).expect("sent");
    }
    stage.wait_for("both", |stage| stage.record.datagrams.len() == 2);
    let lengths: Vec<usize> = stage.record.datagrams.iter().map(|(_, bytes)| bytes.len()).collect();
    stage.note(format!("{lengths:?}"));
}

/// 200 datagrams wait in the socket before the driver looks; it has 64 buffers.
fn burst<C: Candidate>(stage: &mut Stage<C>) {
    let peer = datagram_peer(stage.port);
    for number in 0..200_u32 {
        peer.send(&number.to_be_bytes()).expect("sent");
    }
    stage.wait_for("the burst", |stage| stage.record.datagrams.len() >= 200);
    stage.turn();
    let numbers = stage.record.datagrams.iter().map(|(_, bytes)| bytes.clone());
    let expected = (0..200_u32).map(|number| number.to_be_bytes().to_vec());
    assert!(numbers.eq(expected), "all of them, in order");
    // The buffers went round: the port is as good as before.
    stage.echoes = true;
    peer.send(b"still there?").expect("sent");
    stage.wait_for("the echo", |_| next_datagram(&peer).is_some());
    stage.note(format!("{} received", stage.counts().datagrams_received));
}

fn to_nowhere<C: Candidate>(stage: &mut Stage<C>) {
    let peer = datagram_peer(stage.port);
    let here = peer.local_addr().expect("an address");
    // Broadcast is refused to a socket that has not asked for it (EACCES).
    let nowhere = "255.255.255.255:9".parse().expect("an address");
    for to in [here, nowhere, here] {
        let to = Departure::Datagram { port: PORT, to };
        let out = stage.driver.out();
        out.transmit(to, 5, |writer| writer.text("hello")).expect("a loan; the refusal comes later");
    }
    stage.driver.flush();
    let mut heard = 0;
    stage.wait_for("the other two", |_| {
        heard += usize::from(next_datagram(&peer).is_some());
        heard == 2
    });
    stage.wait_for("the refusal", |stage| stage.counts().datagrams_refused == 1);
    let counts = stage.counts();
    stage.note(format!("{} sent, {} refused", counts.datagrams_sent, counts.datagrams_refused));
}

fn unfinished<C: Candidate>(stage: &mut Stage<C>) {
    let peer = datagram_peer(stage.port);
    let to = Departure::Datagram { port: PORT, to: peer.local_addr().expect("an address") };
    let out = stage.driver.out();
    let outcomes = [
        out.transmit(to, 4, |writer| writer.text("too long for its room")),
        out.transmit(to, 4, |_| ()),
        out.transmit(to, DATAGRAM_OCTETS_MAX + 1, |writer| {
            writer.claim(DATAGRAM_OCTETS_MAX + 1);
        }),
        out.transmit(to, 4, |writer| writer.text("good")),
    ];
    stage.note(format!("{outcomes:?}"));
    stage.driver.flush();
    let mut heard = None;
    stage.wait_for("the good one", |_| {
        heard = next_datagram(&peer);
        heard.is_some()
    });
    assert_eq!(heard.as_deref(), Some(&b"good"[..]), "nothing of the others was sent");
    stage.note(format!("{} sent", stage.counts().datagrams_sent));
}

fn unknown_port<C: Candidate>(stage: &mut Stage<C>) {
    let to = "127.0.0.1:9".parse().expect("an address");
    for port in [PortId(77), LISTENER] {
        let outcome = stage.driver.out().transmit(Departure::Datagram { port, to }, 1, |writer| writer.u8(0));
        assert_eq!(outcome, Err(NoLoan::Gone));
        stage.note(format!("{port:?}: {outcome:?}"));
    }
}

/// 3 MB in one turn, three times what lies ready for a turn, and more messages than the ring has room for.
fn much_at_once<C: Candidate>(stage: &mut Stage<C>) {
    // To ourselves: the port's own receive buffer holds what the peer of the standard library would lose.
    let to = Departure::Datagram { port: PORT, to: stage.port };
    let mut taken = 0;
    for _ in 0..1500 {
        let message = [0x55; 2000];
        taken += u32::from(stage.driver.out().transmit(to, 2000, |writer| writer.put(&message)).is_ok());
    }
    stage.driver.flush();
    stage.turn();
    let counts = stage.counts();
    assert_eq!(counts.datagrams_sent + counts.datagrams_refused, u64::from(taken));
    assert_eq!(counts.datagrams_refused, 0, "every datagram was offered when the kernel had room");
    stage.note(format!("{taken} taken"));
}

/// Only io_uring can run out of receive buffers; the burst shows that it did, and went on.
#[test]
fn a_receive_operation_that_found_no_buffer_is_started_again() {
    let played = play_with::<Uring>(Setup { datagram_buffers: 8, ..Setup::default() }, |stage| {
        burst(stage);
        let counters = stage.driver.counters();
        assert!(counters.enobufs > 0, "200 datagrams met 8 buffers");
        assert!(counters.rearms >= counters.enobufs);
        assert_eq!(counters.datagrams_truncated, 0);
    });
    assert!(played.is_none_or(|(_, lines)| lines == ["201 received"]));
}

//! Streams: octets in order, cut anywhere on the way in, side by side on the way out.

use shard::{Departure, Driver, NoLoan, Outward};

use super::candidate::Candidate;
use super::peer::{Peer, pattern};
use super::stage::Stage;

on_every_driver! {
    a_stream_that_comes_octet_by_octet_is_the_same_stream: octet_by_octet;
    a_long_stream_comes_whole_in_both_directions: long;
    all_messages_of_a_turn_leave_with_one_send: coalesced;
    messages_of_later_turns_follow_in_order: in_turns;
    a_message_that_was_not_finished_leaves_no_octet: unfinished;
    streams_do_not_mix: unmixed;
}

fn octet_by_octet<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let mut peer = Peer::call(stage.listener);
    let message = b"MSRP d93kswow SEND\r\n";
    for (index, octet) in message.iter().enumerate() {
        peer.say(&[*octet]);
        stage.wait_for("the octet's echo", |_| peer.listen() == index + 1);
    }
    let link = stage.record.opened[0].0;
    assert_eq!(stage.record.heard(link), message);
    assert_eq!(peer.heard, message);
    stage.note(format!("{} octets, {} sends", message.len(), stage.counts().sends));
}

fn long<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    // More than all receive buffers of any driver together, so that they have to go round.
    let message = pattern(9 * 1024 * 1024 + 13);
    let mut said = 0;
    stage.wait_for("9 MB in", |stage| {
        while said < message.len() {
            match peer.say_some(&message[said..]) {
                0 => break,
                octets => said += octets,
            }
        }
        stage.record.heard(link).len() == message.len()
    });
    assert!(stage.record.heard(link) == message, "the same octets in the same order");
    let mut written = 0;
    stage.wait_for("9 MB out", |stage| {
        while written < message.len() {
            let piece = &message[written..message.len().min(written + 50_000)];
            match stage.say(link, piece) {
                Ok(()) => written += piece.len(),
                Err(NoLoan::Full) => break,
                Err(other) => panic!("{other:?}"),
            }
        }
        peer.listen() == message.len()
    });
    assert!(peer.heard == message, "the same octets in the same order");
    stage.note(format!("{} in, {} out", stage.record.heard(link).len(), peer.heard.len()));
}

fn coalesced<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    for number in 0..50_u8 {
        stage.say(link, &[number; 20]).expect("room");
    }
    stage.driver.flush();
    stage.wait_for("all of them", |_| peer.listen() == 1000);
    assert!(peer.heard.chunks(20).enumerate().all(|(number, chunk)| chunk == [number as u8; 20]));
    stage.wait_for("the send's end", |stage| stage.counts().stream_octets_sent == 1000);
    let counts = stage.counts();
    stage.note(format!("{} octets with {} send", counts.stream_octets_sent, counts.sends));
}

fn in_turns<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let mut expected = Vec::new();
    for number in 0..200_u32 {
        let message = number.to_be_bytes();
        stage.say(link, &message).expect("room");
        expected.extend_from_slice(&message);
        stage.driver.flush();
    }
    stage.wait_for("all of them", |_| peer.listen() == expected.len());
    assert_eq!(peer.heard, expected);
    stage.note(format!("{} octets", peer.heard.len()));
}

fn unfinished<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let to = Departure::Stream { link };
    let out = stage.driver.out();
    let outcomes = [
        out.transmit(to, 6, |writer| writer.text("first;")),
        out.transmit(to, 4, |writer| writer.text("too long for its room")),
        out.transmit(to, 100, |_| ()),
        out.transmit(to, 100, |writer| writer.text("shorter than its room;")),
        out.transmit(to, 5, |writer| writer.text("last;")),
    ];
    stage.note(format!("{outcomes:?}"));
    stage.wait_for("the good ones", |_| peer.listen() >= 33);
    stage.note(String::from_utf8_lossy(&peer.heard));
}

fn unmixed<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let mut peers: Vec<Peer> = (0..20).map(|_| Peer::call(stage.listener)).collect();
    for round in 0..10_u8 {
        for (number, peer) in peers.iter_mut().enumerate() {
            peer.say(&[number as u8; 100]);
        }
        stage.wait_for("all echoes", |_| {
            peers.iter_mut().all(|peer| peer.listen() == 100 * (usize::from(round) + 1))
        });
    }
    for (number, peer) in peers.iter().enumerate() {
        assert_eq!(peer.heard, [number as u8; 1000]);
    }
    let addresses = peers.iter().map(Peer::address);
    let known = addresses.filter(|address| stage.record.opened.iter().any(|(_, _, peer)| peer == address));
    stage.note(format!("{} peers by their addresses", known.count()));
}

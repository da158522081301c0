//! A queue that is full says so, loses nothing, and recovers.

use shard::limits::STREAM_BUFFER_OCTETS_MAX;
use shard::{Departure, Driver, NoLoan, Outward};

use super::candidate::Candidate;
use super::closing::fill;
use super::peer::Peer;
use super::stage::Stage;

on_every_driver! {
    a_full_queue_refuses_and_recovers_when_the_peer_reads: recovers;
    a_message_beyond_the_queue_is_refused_however_empty_it_is: too_long;
    a_full_queue_stops_nobody_else: others_go_on;
}

fn recovers<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let mut message = fill(stage, link);
    stage.note("Full");
    stage.wait_for("all that was taken", |_| peer.listen() == message.len());
    assert!(peer.heard == message, "nothing lost, nothing doubled");
    stage.wait_for("an empty queue", |stage| stage.counts().stream_octets_sent == message.len() as u64);
    stage.say(link, b"and on").expect("room again");
    message.extend_from_slice(b"and on");
    stage.wait_for("the next message", |_| peer.listen() == message.len());
    assert!(peer.heard == message);
    stage.note("and on");
}

fn too_long<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let to = Departure::Stream { link };
    let out = stage.driver.out();
    let outcome = out.transmit(to, STREAM_BUFFER_OCTETS_MAX + 1, |_| panic!("no loan, no writing"));
    assert_eq!(outcome, Err(NoLoan::Full));
    let whole = out.transmit(to, STREAM_BUFFER_OCTETS_MAX, |writer| {
        writer.claim(STREAM_BUFFER_OCTETS_MAX).expect("as much as was asked for").fill(7);
    });
    let more = out.transmit(to, 1, |writer| writer.u8(0));
    stage.note(format!("{outcome:?} {whole:?} {more:?}"));
    stage.driver.flush();
    stage.wait_for("the largest message", |_| peer.listen() == STREAM_BUFFER_OCTETS_MAX);
    assert!(peer.heard.iter().all(|octet| *octet == 7));
}

fn others_go_on<C: Candidate>(stage: &mut Stage<C>) {
    let _silent = Peer::call(stage.listener);
    let stuck = stage.wait_for_links(1);
    fill(stage, stuck);
    stage.echoes = true;
    let mut lively = Peer::call(stage.listener);
    for round in 1..=20 {
        lively.say(b"0123456789");
        stage.wait_for("the echo", |_| lively.listen() == 10 * round);
    }
    let outcome = stage.say(stuck, &[0; 60_000]);
    stage.note(format!("{outcome:?}, {} heard", lively.heard.len()));
}

//! How connections end: by us, by them, in order or not; what was written before still arrives.

use shard::{Driver, LinkId, NoLoan};

use super::candidate::{Candidate, Poll, Setup, Uring, UringOfOldKernel};
use super::peer::{End, Peer, pattern, pattern_from};
use super::stage::{Stage, compare, play_with};

on_every_driver! {
    what_was_written_before_a_close_arrives_first: close_after_transmit;
    a_close_loses_nothing_although_the_peer_goes_on_talking: close_while_spoken_to;
    a_closed_link_takes_nothing_and_tells_nothing: after_close;
    a_peer_that_has_finished_still_gets_its_answer: half_close;
    a_peer_that_finishes_with_a_full_queue_gets_all_of_it: half_close_with_backlog;
    a_reset_closes_once: reset;
    a_reset_with_a_full_queue_closes_once: reset_with_backlog;
    both_sides_close_at_one_time: crossing;
}

fn close_after_transmit<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let message = pattern(200 * 1024);
    for piece in message.chunks(1000) {
        stage.say(link, piece).expect("room");
    }
    stage.close(link);
    stage.wait_for("the end", |_| peer.has_ended());
    assert!(peer.heard == message, "all octets come before the end");
    stage.note(format!("{} octets, {:?}", peer.heard.len(), peer.end));
    drop(peer);
    stage.wait_for_closed(link);
    stage.note(format!("{} open, {} cut", stage.counts().links_open, stage.counts().links_cut));
}

/// Closing a socket with unread octets would send RST and might destroy ours in the peer's queue.
fn close_while_spoken_to<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    peer.say(b"before");
    stage.wait_for("the first word", |stage| stage.record.heard(link) == b"before");
    let message = pattern(100 * 1024);
    for piece in message.chunks(1000) {
        stage.say(link, piece).expect("room");
    }
    peer.say(b"unheard");
    stage.close(link);
    stage.driver.flush();
    // It has heard nothing yet and talks on, also after our FIN.
    for _ in 0..10 {
        peer.say(b"and more");
        stage.turn();
    }
    stage.wait_for("the end", |_| peer.has_ended());
    assert!(peer.heard == message, "all octets come before the end");
    stage.note(format!("{:?} after {} octets", peer.end, peer.heard.len()));
    drop(peer);
    stage.wait_for_closed(link);
    stage.note(format!("heard {:?}", String::from_utf8_lossy(stage.record.heard(link))));
}

fn after_close<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    stage.say(link, b"last").expect("room");
    stage.close(link);
    let late = stage.say(link, b"too late");
    stage.note(format!("{late:?}"));
    stage.close(link);
    peer.say(b"never told");
    stage.wait_for("the end", |_| peer.has_ended());
    stage.note(format!("{:?}", String::from_utf8_lossy(&peer.heard)));
    drop(peer);
    stage.wait_for_closed(link);
    let late = stage.say(link, b"too late");
    stage.note(format!("{late:?}"));
    stage.close(link);
    for _ in 0..3 {
        stage.turn();
    }
    assert!(stage.record.heard(link).is_empty(), "what comes after a close is not told");
    stage.note(format!("{} closed", stage.record.closed.len()));
}

fn half_close<C: Candidate>(stage: &mut Stage<C>) {
    stage.echoes = true;
    let mut peer = Peer::call(stage.listener);
    peer.say(b"one question");
    peer.finish();
    stage.wait_for("answer and end", |_| peer.has_ended());
    stage.note(format!("{:?} {:?}", String::from_utf8_lossy(&peer.heard), peer.end));
    let link = stage.record.opened[0].0;
    stage.wait_for_closed(link);
    let late = stage.say(link, b"too late");
    stage.note(format!("{late:?}"));
}

/// Writes until the driver takes no more; returns all that was taken.
pub fn fill<C: Candidate>(stage: &mut Stage<C>, link: LinkId) -> Vec<u8> {
    let mut taken = Vec::new();
    loop {
        let piece = pattern_from(taken.len(), 60_000);
        match stage.say(link, &piece) {
            Ok(()) => taken.extend_from_slice(&piece),
            Err(NoLoan::Full) => {
                // Full for good only when the kernel takes nothing any more either.
                let before = stage.counts().stream_octets_sent;
                for _ in 0..3 {
                    stage.turn();
                }
                if stage.counts().stream_octets_sent == before {
                    return taken;
                }
            }
            Err(other) => panic!("{}: {other:?} instead of Full", C::NAME),
        }
        stage.driver.flush();
        assert!(taken.len() < 60 * 1024 * 1024, "{}: a queue without end", C::NAME);
    }
}

fn half_close_with_backlog<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let message = fill(stage, link);
    peer.finish();
    stage.wait_for("everything and the end", |_| peer.has_ended());
    assert!(peer.heard == message, "everything that was taken was delivered");
    stage.wait_for_closed(link);
    stage.note(format!("{:?}, {} cut", peer.end, stage.counts().links_cut));
}

fn reset<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    peer.say(b"last words");
    stage.wait_for("the last words", |stage| stage.record.heard(link) == b"last words");
    stage.say(link, b"never read").expect("room");
    stage.wait_for("the answer's arrival", |_| peer.has_unread());
    peer.reset();
    stage.wait_for_closed(link);
    let late = stage.say(link, b"too late");
    stage.note(format!("{late:?}, {} open", stage.counts().links_open));
}

fn reset_with_backlog<C: Candidate>(stage: &mut Stage<C>) {
    let peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    fill(stage, link);
    peer.reset();
    stage.wait_for_closed(link);
    let mut next = Peer::call(stage.listener);
    stage.echoes = true;
    next.say(b"next");
    stage.wait_for("the echo", |_| next.listen() == 4);
    let late = stage.say(link, b"too late");
    stage.note(format!("{late:?}, {} open", stage.counts().links_open));
}

fn crossing<C: Candidate>(stage: &mut Stage<C>) {
    for round in 1..=20 {
        let peer = Peer::call(stage.listener);
        let link = stage.wait_for_links(round);
        stage.say(link, b"bye").expect("room");
        drop(peer);
        stage.close(link);
        stage.wait_for_closed(link);
    }
    stage.note(format!("{} closed, {} open", stage.record.closed.len(), stage.counts().links_open));
}

/// A peer that does not read may hold a closing link for the linger time and no longer.
#[test]
fn a_peer_that_never_reads_is_cut() {
    let setup = Setup { linger: std::time::Duration::from_millis(50), ..Setup::default() };
    compare(&[
        play_with::<Poll>(setup, cut),
        play_with::<Uring>(setup, cut),
        play_with::<UringOfOldKernel>(setup, cut),
    ]);
}

fn cut<C: Candidate>(stage: &mut Stage<C>) {
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(1);
    let message = fill(stage, link);
    stage.close(link);
    stage.wait_for_closed(link);
    stage.wait_for("the end", |_| peer.has_ended());
    assert!(peer.heard.len() < message.len(), "what was cut is not complete");
    assert_eq!(peer.end, Some(End::Reset));
    stage.note(format!("{:?}, {} cut", peer.end, stage.counts().links_cut));
    // A peer that reads but never closes holds it for the linger time too; nothing of it is lost.
    let mut peer = Peer::call(stage.listener);
    let link = stage.wait_for_links(2);
    stage.say(link, b"whole").expect("room");
    stage.close(link);
    stage.wait_for_closed(link);
    stage.wait_for("the end", |_| peer.has_ended());
    stage.note(format!("{:?} {:?}", String::from_utf8_lossy(&peer.heard), peer.end));
    stage.note(format!("{} cut", stage.counts().links_cut));
}

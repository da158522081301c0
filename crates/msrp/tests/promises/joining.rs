//! Chunks become messages in whatever order they come, and nothing holds more memory than it may.

use msrp::limits::{PIECES_MAX, UNFINISHED_PER_SESSION_MAX};
use msrp::reassembly::Slot;
use msrp::{ChunkView, Joined, Reassembly, Status};
use proptest::prelude::*;

use crate::stream::chunk;

const SESSION: u64 = 7;

fn take(reassembly: &mut Reassembly, session: u64, frame: &[u8]) -> Joined {
    reassembly.accept(session, &ChunkView::parse(frame).expect("a sound chunk"))
}

fn whole(joined: Joined) -> Slot {
    match joined {
        Joined::Whole(slot) => slot,
        other => panic!("{other:?}"),
    }
}

#[test]
fn chunks_in_order_become_the_message() {
    let mut reassembly = Reassembly::new(2, 100);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"Hello, ", '+')), Joined::Partial);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 8, "*", b"wor", '+')), Joined::Partial);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 11, "*", b"ld", '$')));
    assert_eq!(reassembly.bytes(slot), b"Hello, world");
    reassembly.release(slot);
    assert!(reassembly.is_empty());
    assert_eq!(reassembly.bytes(slot), b"", "a released slot is stale");
}

#[test]
fn the_last_chunk_may_come_first_and_octets_twice() {
    let mut reassembly = Reassembly::new(1, 100);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 8, "*", b"world", '$')), Joined::Partial);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 8, "12", b"world", '$')), Joined::Partial);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 3, "12", b"llo", '+')), Joined::Partial);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"Hello, w", '+')));
    assert_eq!(reassembly.bytes(slot), b"Hello, world");
}

#[test]
fn an_empty_last_chunk_ends_the_message() {
    let mut reassembly = Reassembly::new(1, 100);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"Hi", '+')), Joined::Partial);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 3, "*", b"", '$')));
    assert_eq!(reassembly.bytes(slot), b"Hi");
}

#[test]
fn messages_and_sessions_do_not_mix() {
    let mut reassembly = Reassembly::new(4, 100);
    for (session, id, text) in [(1, "a", "1a"), (1, "b", "1b"), (2, "a", "2a")] {
        assert_eq!(take(&mut reassembly, session, &chunk(id, 1, "*", text.as_bytes(), '+')), Joined::Partial);
    }
    for (session, id, text) in [(2, "a", "2a!"), (1, "b", "1b!"), (1, "a", "1a!")] {
        let slot = whole(take(&mut reassembly, session, &chunk(id, 3, "*", b"!", '$')));
        assert_eq!(reassembly.bytes(slot), text.as_bytes());
        reassembly.release(slot);
    }
}

#[test]
fn a_whole_message_waits_untouched_for_its_reader() {
    let mut reassembly = Reassembly::new(2, 100);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"first", '$')));
    // The same Message-ID again is another message: the first one is not written over.
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"second", '+')), Joined::Partial);
    reassembly.sweep();
    assert_eq!(reassembly.bytes(slot), b"first");
    reassembly.release(slot);
    reassembly.release(slot);
    assert_eq!(reassembly.len(), 1, "a stale slot frees nothing");
}

#[test]
fn a_stale_slot_neither_reads_nor_frees_the_next_message() {
    let mut reassembly = Reassembly::new(1, 100);
    let stale = whole(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"first", '$')));
    reassembly.discard(SESSION);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"second", '$')));
    assert_eq!(reassembly.bytes(stale), b"", "one chat's text must not be read for another");
    reassembly.release(stale);
    assert_eq!(reassembly.bytes(slot), b"second");
}

#[test]
fn a_message_given_up_leaves_nothing() {
    let mut reassembly = Reassembly::new(1, 100);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"Hel", '+')), Joined::Partial);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 4, "*", b"lo", '#')), Joined::Abandoned);
    assert!(reassembly.is_empty());
    assert_eq!(
        take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"", '#')),
        Joined::Abandoned,
        "one never seen"
    );
}

#[test]
fn one_octet_too_many_is_refused_with_413() {
    let stop = Joined::Refused(Status::STOP_SENDING);
    let mut reassembly = Reassembly::new(1, 10);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "11", b"a", '+')), stop, "announced");
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 11, "*", b"a", '+')), stop, "sent");
    let far = chunk("m", usize::MAX, "*", b"a", '+');
    assert_eq!(take(&mut reassembly, SESSION, &far), stop, "far beyond any memory");
    let slot = whole(take(&mut reassembly, SESSION, &chunk("m", 1, "10", b"0123456789", '+')));
    assert_eq!(reassembly.bytes(slot), b"0123456789", "and exactly as many fit");
}

#[test]
fn a_refused_message_is_forgotten() {
    let mut reassembly = Reassembly::new(1, 10);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "*", b"0123", '+')), Joined::Partial);
    assert_eq!(
        take(&mut reassembly, SESSION, &chunk("m", 5, "*", b"4567890", '+')),
        Joined::Refused(Status::STOP_SENDING)
    );
    assert!(reassembly.is_empty());
}

#[test]
fn totals_that_differ_are_no_message() {
    for (start, total, flag) in [(3, "9", '+'), (3, "*", '$'), (5, "8", '$'), (9, "*", '+')] {
        let mut reassembly = Reassembly::new(1, 100);
        assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 1, "8", b"ab", '+')), Joined::Partial);
        let joined = take(&mut reassembly, SESSION, &chunk("m", start, total, b"cd", flag));
        assert_eq!(joined, Joined::Refused(Status::BAD_REQUEST), "{start} {total} {flag}");
        assert!(reassembly.is_empty());
    }
    // The end comes to light behind octets that are already beyond it.
    let mut reassembly = Reassembly::new(1, 100);
    assert_eq!(take(&mut reassembly, SESSION, &chunk("m", 7, "*", b"gh", '+')), Joined::Partial);
    let joined = take(&mut reassembly, SESSION, &chunk("m", 3, "*", b"cd", '$'));
    assert_eq!(joined, Joined::Refused(Status::BAD_REQUEST));
}

#[test]
fn one_session_cannot_take_the_slots_of_all() {
    let mut reassembly = Reassembly::new(UNFINISHED_PER_SESSION_MAX + 1, 10);
    for id in 0..UNFINISHED_PER_SESSION_MAX {
        assert_eq!(
            take(&mut reassembly, SESSION, &chunk(&format!("m{id}"), 1, "*", b"a", '+')),
            Joined::Partial
        );
    }
    let one_more = chunk("more", 1, "*", b"a", '+');
    assert_eq!(take(&mut reassembly, SESSION, &one_more), Joined::Refused(Status::STOP_SENDING));
    assert_eq!(take(&mut reassembly, SESSION + 1, &one_more), Joined::Partial, "others still have room");
    assert_eq!(
        take(&mut reassembly, SESSION + 2, &one_more),
        Joined::Refused(Status::STOP_SENDING),
        "until it is full"
    );
    reassembly.discard(SESSION);
    assert_eq!(reassembly.len(), 1);
}

#[test]
fn crumbs_are_refused() {
    let mut reassembly = Reassembly::new(1, 1000);
    for piece in 0..PIECES_MAX {
        assert_eq!(
            take(&mut reassembly, SESSION, &chunk("m", 2 * piece + 1, "*", b"x", '+')),
            Joined::Partial
        );
    }
    let crumb = chunk("m", 2 * PIECES_MAX + 1, "*", b"x", '+');
    assert_eq!(take(&mut reassembly, SESSION, &crumb), Joined::Refused(Status::STOP_SENDING));
    assert!(reassembly.is_empty());
}

#[test]
fn what_nobody_finishes_is_swept() {
    let mut reassembly = Reassembly::new(2, 100);
    take(&mut reassembly, SESSION, &chunk("old", 1, "*", b"a", '+'));
    assert_eq!(reassembly.sweep(), 0, "it came since the last sweep");
    take(&mut reassembly, SESSION, &chunk("new", 1, "*", b"a", '+'));
    assert_eq!(reassembly.sweep(), 1);
    let slot = whole(take(&mut reassembly, SESSION, &chunk("new", 2, "*", b"b", '$')));
    assert_eq!(reassembly.bytes(slot), b"ab");
    assert_eq!(reassembly.sweep(), 0, "a whole message is its reader's");
}

#[test]
fn a_chunk_of_no_message_is_refused() {
    let mut reassembly = Reassembly::new(1, 10);
    let nameless =
        b"MSRP abcd SEND\r\nTo-Path: msrp://a:1/b;tcp\r\nFrom-Path: msrp://c:1/d;tcp\r\n-------abcd+\r\n";
    assert_eq!(take(&mut reassembly, SESSION, nameless), Joined::Refused(Status::BAD_REQUEST));
    assert_eq!(
        take(&mut Reassembly::new(0, 10), SESSION, &chunk("m", 1, "*", b"a", '+')),
        Joined::Refused(Status::STOP_SENDING),
        "no slots at all"
    );
}

proptest! {
    /// Cut anywhere, shuffled, some of it twice: the message is whole exactly when every octet has come.
    #[test]
    fn any_order_gives_the_message(
        message in prop::collection::vec(any::<u8>(), 1..400),
        cuts in prop::collection::btree_set(1_usize..400, 0..14),
        order in prop::collection::vec(any::<prop::sample::Index>(), 30),
        overlap in 0_usize..5,
        knows_total in any::<bool>(),
    ) {
        let edges: Vec<usize> =
            [0].into_iter().chain(cuts.into_iter().filter(|cut| *cut < message.len())).chain([message.len()]).collect();
        let total = if knows_total { message.len().to_string() } else { "*".into() };
        let mut chunks: Vec<_> = edges
            .windows(2)
            .map(|pair| {
                let start = pair[0].saturating_sub(overlap);
                let flag = if pair[1] == message.len() { '$' } else { '+' };
                (start..pair[1], chunk("m", start + 1, &total, &message[start..pair[1]], flag))
            })
            .collect();
        for (at, index) in order.iter().enumerate() {
            let other = index.index(chunks.len());
            let at = at % chunks.len();
            chunks.swap(at, other);
        }
        let mut reassembly = Reassembly::new(1, 400);
        let mut here = vec![false; message.len()];
        let mut ended = knows_total;
        let last = chunks.len() - 1;
        for (at, (range, frame)) in chunks.iter().enumerate() {
            ended |= range.end == message.len();
            here[range.clone()].fill(true);
            let joined = take(&mut reassembly, SESSION, frame);
            if ended && here.iter().all(|here| *here) {
                prop_assert_eq!(reassembly.bytes(whole(joined)), &message[..]);
                break;
            }
            prop_assert_eq!(joined, Joined::Partial);
            prop_assert!(at < last, "every octet has come by now");
        }
    }
}

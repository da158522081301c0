//! Frames are found in a stream whatever the network does to it, and whatever their bodies hold.

use msrp::{ChunkView, Frame, Malformed, Part, Skip, Skipped, frame, frame_from, keep_alives};
use proptest::prelude::*;

use crate::stream::{GATEWAY, SEND, UE, chunk, length, view};

#[test]
fn a_frame_cut_anywhere_waits_and_then_is_the_same() {
    let bodyless = format!(
        "MSRP 66fd4301 REPORT\r\nTo-Path: {GATEWAY}\r\nFrom-Path: {UE}\r\nMessage-ID: 1\r\n\
         Byte-Range: 1-5/5\r\nStatus: 000 200 OK\r\n-------66fd4301$\r\n"
    );
    let response = format!("MSRP abcd 200 OK\r\nTo-Path: {GATEWAY}\r\nFrom-Path: {UE}\r\n-------abcd$\r\n");
    for whole in [SEND, &bodyless, &response] {
        for cut in 0..whole.len() {
            let front = &whole.as_bytes()[..cut];
            assert_eq!(frame(front, 4096), Frame::Incomplete, "cut at {cut}");
            assert_eq!(
                frame_from(whole.as_bytes(), cut, 4096),
                Frame::Complete { length: whole.len() },
                "resumed at {cut}"
            );
        }
        assert_eq!(frame(whole.as_bytes(), 4096), Frame::Complete { length: whole.len() });
    }
}

#[test]
fn the_next_frame_is_left_alone() {
    let two = [SEND, SEND].concat();
    assert_eq!(length(two.as_bytes()), SEND.len());
    assert_eq!(length(&two.as_bytes()[SEND.len()..]), SEND.len());
}

#[test]
fn a_body_may_hold_every_end_line_but_its_own() {
    for body in [
        "-------otherid1$\r\n",
        "x\r\n-------otherid1$\r\n",
        "x\r\n-------a786hjs$\r\n",   // shorter than ours
        "x\r\n-------a786hjs2x$\r\n", // ours is the front of it
        "x\r\n-------a786hjs2$ ",     // no CRLF behind
        "x\r\n-------a786hjs2$\n",    // a lone LF behind
        "x\r\n-------a786hjs2*\r\n",  // no flag
        "x\r\n------a786hjs2$\r\n",   // six dashes
        "x-------a786hjs2$\r\n",      // not at the front of a line
        "x\n-------a786hjs2$\r\n",    // behind a lone LF
        "x\r\n--------a786hjs2$\r\n", // eight dashes
        "x\r\n-------A786HJS2$\r\n",  // in capitals
        "\r\n\r\n",
        "",
        "MSRP a786hjs2 SEND\r\nTo-Path: x\r\n",
        "\0\u{1}\u{7f}\r\r\n\n",
    ] {
        let frame = chunk("m1", 1, "*", body.as_bytes(), '$');
        assert_eq!(length(&frame), frame.len(), "{}", body.escape_debug());
        let seen = ChunkView::parse(&frame).expect("a sound frame");
        assert_eq!(seen.body(), Some(body.as_bytes()), "{}", body.escape_debug());
    }
}

#[test]
fn a_frame_without_headers_ends_all_the_same() {
    // It is malformed, but its end is plain, and what follows need not be lost with it.
    let bare = "MSRP abcd SEND\r\n-------abcd$\r\n";
    assert_eq!(frame([bare, SEND].concat().as_bytes(), 4096), Frame::Complete { length: bare.len() });
    assert_eq!(ChunkView::parse(bare.as_bytes()).map(|_| ()).map_err(|bad| bad.part), Err(Part::ToPath));
}

#[test]
fn keep_alives_before_a_frame_do_not_count() {
    let kept = ["\r\n\r\n", SEND].concat();
    assert_eq!(frame(kept.as_bytes(), SEND.len()), Frame::Complete { length: kept.len() });
    assert_eq!(view(&kept).message_id(), Some(&b"12339sdqwer"[..]));
    for alone in ["", "\r", "\r\n", "\r\n\r"] {
        assert_eq!(frame(alone.as_bytes(), 4096), Frame::Incomplete);
    }
    assert_eq!(keep_alives(b"\r\n\r\n\r"), 4);
    assert_eq!(keep_alives(SEND.as_bytes()), 0);
    let shifted = ChunkView::parse(b"\r\nMSRP abcd SEND\r\nX: y\r\n").map(|_| ());
    assert_eq!(shifted, Err(Malformed { part: Part::ToPath, at: 18 }), "offsets are those of what was given");
}

#[test]
fn what_is_no_msrp_is_known_by_its_first_octets() {
    for bad in
        ["GET / HTTP/1.1\r\n", "msrp abcd SEND\r\n", "M\r\n", "MSRPX", "\rM", "\n", "\r\n\n", "\u{16}\u{3}"]
    {
        let seen = frame(bad.as_bytes(), 4096);
        assert!(
            matches!(seen, Frame::Malformed(bad) if bad.part == Part::StartLine && bad.status().is_none()),
            "{} {seen:?}",
            bad.escape_debug()
        );
    }
}

#[test]
fn a_start_line_that_breaks_the_grammar_closes_the_connection() {
    for (line, part) in [
        ("MSRP \r\n", Part::StartLine),
        ("MSRP abcd\r\n", Part::StartLine),
        ("MSRP abcd \r\n", Part::StartLine),
        ("MSRP abcd send\r\n", Part::StartLine),
        ("MSRP abcd SEND \r\n", Part::StartLine),
        ("MSRP abcd 20\r\n", Part::StartLine),
        ("MSRP abcd 2000\r\n", Part::StartLine),
        ("MSRP abcd 200OK\r\n", Part::StartLine),
        ("MSRP abcd 2x0 OK\r\n", Part::StartLine),
        ("MSRP abcd 200 O\u{0}K\r\n", Part::StartLine),
        ("MSRP  abcd SEND\r\n", Part::TransactionId),
        ("MSRP abc SEND\r\n", Part::TransactionId),  // three octets
        ("MSRP -bcd SEND\r\n", Part::TransactionId), // begins with no letter or digit
        ("MSRP ab_d SEND\r\n", Part::TransactionId),
        ("MSRP 123456789012345678901234567890123 SEND\r\n", Part::TransactionId), // 33 octets
    ] {
        let seen = frame(line.as_bytes(), 4096);
        assert!(
            matches!(seen, Frame::Malformed(bad) if bad.part == part),
            "{} {seen:?}",
            line.escape_debug()
        );
    }
    for line in
        ["MSRP 12345678901234567890123456789012 SEND\r\n", "MSRP a.-+%= NICKNAME\r\n", "MSRP abcd 200\r\n"]
    {
        assert_eq!(frame(line.as_bytes(), 4096), Frame::Incomplete, "{}", line.escape_debug());
    }
}

#[test]
fn a_start_line_without_end_is_not_waited_for() {
    let mut line = b"MSRP abcd 200 ".to_vec();
    line.resize(msrp::limits::START_LINE_OCTETS_MAX - 1, b'x');
    assert_eq!(frame(&line, 4096), Frame::Incomplete);
    line.push(b'x');
    assert!(matches!(frame(&line, 4096), Frame::Malformed(bad) if bad.part == Part::StartLine));
}

#[test]
fn one_octet_over_the_limit_is_refused_with_413() {
    assert_eq!(frame(SEND.as_bytes(), SEND.len()), Frame::Complete { length: SEND.len() });
    let oversize = Frame::Malformed(Malformed { part: Part::Oversize, at: SEND.len() - 1 });
    assert_eq!(frame(SEND.as_bytes(), SEND.len() - 1), oversize);
    assert_eq!(frame(&SEND.as_bytes()[..100], 101), Frame::Incomplete);
    let Frame::Malformed(bad) = frame(&SEND.as_bytes()[..101], 101) else { panic!("it can only grow") };
    assert_eq!(bad.status(), Some(msrp::Status::STOP_SENDING));
}

#[test]
fn the_frame_behind_one_that_is_too_long_is_found() {
    let long = chunk("m1", 1, "*", &[b'x'; 3000], '$');
    let stream = [&long[..], SEND.as_bytes()].concat();
    for step in [1, 7, 64, 5000] {
        let skip = Skip::over(&stream[..200]).expect("a start line");
        let mut at = 0;
        let mut seen = 200;
        loop {
            match skip.through(&stream[at..seen]) {
                Skipped::Done { length } => break at += length,
                Skipped::More { length } => {
                    at += length;
                    assert!(seen < stream.len(), "the end-line was missed");
                    seen = (seen + step).min(stream.len());
                }
            }
        }
        assert_eq!(&stream[at..], SEND.as_bytes());
    }
    assert!(Skip::over(b"MSRP ab").is_none());
    assert!(Skip::over(b"GET / HTTP/1.1\r\n").is_none());
}

proptest! {
    /// Any body, any arrival: the stream falls into the same frames.
    #[test]
    fn any_split_gives_the_same_frames(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..5),
        cuts in prop::collection::vec(1_usize..90, 1..40),
    ) {
        let frames: Vec<_> = bodies.iter().map(|body| chunk("m1", 1, "*", body, '$')).collect();
        let stream = frames.concat();
        let mut found = Vec::new();
        let (mut start, mut scanned, mut seen) = (0, 0, 0);
        let mut cuts = cuts.iter().cycle();
        while start < stream.len() {
            match frame_from(&stream[start..seen], scanned, 4096) {
                Frame::Complete { length } => {
                    found.push(&stream[start..start + length]);
                    start += length;
                    scanned = 0;
                }
                Frame::Incomplete => {
                    prop_assert!(seen < stream.len(), "a frame was missed");
                    scanned = seen - start;
                    seen = (seen + cuts.next().expect("a cycle")).min(stream.len());
                }
                Frame::Malformed(bad) => prop_assert!(false, "{:?}", bad),
            }
        }
        prop_assert_eq!(&found, &frames);
        for (frame, body) in found.iter().zip(&bodies) {
            prop_assert_eq!(ChunkView::parse(frame).expect("a sound frame").body(), Some(&body[..]));
        }
    }
}

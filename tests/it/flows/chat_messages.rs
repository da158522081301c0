//! What the chat user says becomes short messages, and is acknowledged when the SMS side has all of it.

use tempo::Duration;

use crate::paper::call::UE_PATH;
use crate::paper::network::msrp;
use crate::paper::{Layout, Plan, Stage, Verdict, on_every_layout};

/// The statuses and reports on the connection of call 0, without the answer to the SEND that bound it.
fn said_by_the_gateway(stage: &Stage) -> Vec<String> {
    let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
    wire.heard[1..]
        .iter()
        .map(|message| message.text().lines().next().unwrap_or_default().to_string())
        .collect()
}

fn bye(mut stage: Stage) -> Stage {
    stage.network.sms.manners.verdict = Verdict::Taken;
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

// TS 23.204 6.15.1 step 9; TS 29.311 6.1.1 item 1; interworking 2.8 item 1
#[test]
fn a_text_is_acknowledged_when_the_sms_side_has_it_and_not_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, "Grüße, 5 € für dich", "");
        assert_eq!(stage.sms_user_heard(), ["Grüße, 5 € für dich"]);
        assert_eq!(stage.network.wires[0].response(&transaction), None);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        // RFC 4975 7.2: one hop back, from the URI that was asked.
        let response = stage.network.wires[0].heard.last().expect("a response");
        assert_eq!(response.header("To-Path"), Some(UE_PATH));
        assert_eq!(response.header("From-Path"), Some(&stage.calls[0].media().1[..]));
        bye(stage)
    });
}

// interworking 2.4 SM-RP-OA
#[test]
fn a_text_arrives_from_the_number_of_the_chat() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let number = stage.session_number();
        stage.chat_user_says("one");
        stage.chat_user_says("two");
        let submitted = &stage.network.sms.submitted;
        assert!(submitted.iter().all(|submitted| submitted.number == number));
        // TP-MR counts, so that the service centre does not take the second for a repetition of the first.
        assert_eq!(submitted[1].reference, submitted[0].reference + 1);
        // TP-VP 0xA7: a day.
        assert_eq!(submitted[0].validity, sms::ValidityPeriod::Relative(sms::Validity(0xA7)));
        bye(stage)
    });
}

// interworking 2.8 item 2
#[test]
fn a_bare_text_is_a_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let transaction = stage.send_body(0, "text/plain", "no envelope", "");
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        assert_eq!(stage.sms_user_heard(), ["no envelope"]);
        bye(stage)
    });
}

#[test]
fn what_the_sms_side_says_about_a_text_is_said_in_msrp() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let table = [
            (Verdict::Refused(5001, None), 403),
            (Verdict::Refused(5550, None), 408),
            (Verdict::Refused(5555, Some(0)), 408),
            (Verdict::Refused(5555, Some(4)), 408),
            (Verdict::Refused(5555, Some(5)), 403),
            (Verdict::Refused(5556, None), 403),
            (Verdict::Refused(5557, None), 403),
            (Verdict::Error(3002), 408),
            (Verdict::Error(5003), 403),
            (Verdict::Error(5012), 408),
        ];
        for (verdict, status) in table {
            stage.network.sms.manners.verdict = verdict;
            let transaction = stage.send_text(0, "hello", "");
            // What has failed only on this way, or only now, is tried again: see sms_links and sms_retries.
            stage.network.wait(Duration::from_secs(12));
            assert_eq!(stage.network.wires[0].response(&transaction), Some(status), "{verdict:?}");
        }
        bye(stage)
    });
}

#[test]
fn a_text_that_the_sms_side_does_not_answer_has_timed_out_before_msrp_gives_up() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, "hello?", "");
        stage.network.wait(Duration::from_secs(24));
        assert_eq!(stage.network.wires[0].response(&transaction), None);
        // RFC 4975 7.1.1: the client waits for thirty seconds.
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(stage.network.wires[0].response(&transaction), Some(408));
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(
            stage.network.wires[0].response(&transaction),
            Some(408),
            "a late acknowledgement is nobody's"
        );
        bye(stage)
    });
}

#[test]
fn who_wants_no_response_hears_none_and_who_wants_failures_hears_those() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let mut answer = |verdict, headers: &str| {
            stage.network.sms.manners.verdict = verdict;
            let before = said_by_the_gateway(&stage).len();
            let transaction = stage.send_text(0, "hello", headers);
            assert_eq!(stage.sms_user_heard().last(), Some(&"hello"));
            let said = said_by_the_gateway(&stage).split_off(before);
            said.into_iter().map(|line| line.replace(&transaction, "-")).collect::<Vec<_>>()
        };
        let refused = Verdict::Refused(5557, None);
        // RFC 4975 7.2
        assert_eq!(answer(Verdict::Taken, "Failure-Report: no\r\n"), [""; 0]);
        assert_eq!(answer(refused, "Failure-Report: no\r\n"), [""; 0]);
        assert_eq!(answer(Verdict::Taken, "Failure-Report: partial\r\n"), [""; 0]);
        assert_eq!(answer(refused, "Failure-Report: partial\r\n"), ["MSRP - 403 Forbidden"]);
        assert_eq!(answer(Verdict::Taken, "Failure-Report: yes\r\n"), ["MSRP - 200 OK"]);
        bye(stage)
    });
}

// interworking 2.8 item 3
#[test]
fn receipts_and_signs_of_typing_are_taken_and_bother_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let composing = "<?xml version=\"1.0\"?><isComposing><state>active</state></isComposing>";
        let imdn = "<?xml version=\"1.0\"?><imdn><message-id>x</message-id></imdn>";
        let wrapped = |kind: &str, body: &str| {
            format!("From: <sip:a@b>\r\nTo: <sip:c@d>\r\n\r\nContent-Type: {kind}\r\n\r\n{body}")
        };
        for (kind, body) in [
            ("application/im-iscomposing+xml", composing.to_string()),
            ("message/imdn+xml", imdn.to_string()),
            ("message/cpim", wrapped("application/im-iscomposing+xml", composing)),
            ("message/cpim", wrapped("message/imdn+xml", imdn)),
        ] {
            let transaction = stage.send_body(0, kind, &body, "");
            assert_eq!(stage.network.wires[0].response(&transaction), Some(200), "{kind}");
        }
        assert!(stage.sms_user_heard().is_empty());
        bye(stage)
    });
}

// interworking 2.8 item 4, 11 row 26
#[test]
fn what_an_sms_user_cannot_be_told_is_refused() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let wrapped = |kind: &str, body: &str| {
            format!("From: <sip:a@b>\r\nTo: <sip:c@d>\r\n\r\nContent-Type: {kind}\r\n\r\n{body}")
        };
        for (kind, body, status) in [
            ("image/png", "png".to_string(), 415),
            ("text/html", "<b>hello</b>".to_string(), 415),
            ("message/cpim", wrapped("image/png", "png"), 415),
            ("message/cpim", wrapped("text/plain;charset=ISO-8859-1", "x"), 415),
            ("message/cpim", "no headers at all".to_string(), 400),
        ] {
            let transaction = stage.send_body(0, kind, &body, "");
            assert_eq!(stage.network.wires[0].response(&transaction), Some(status), "{kind}");
        }
        assert!(stage.sms_user_heard().is_empty());
        assert_eq!(stage.chat_user_says("and in words"), Some(200), "the chat goes on");
        bye(stage)
    });
}

// interworking 2.8 item 6
#[test]
fn an_empty_send_keeps_the_connection_alive_and_says_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let transaction = stage.next_transaction();
        let path = stage.calls[0].media().1;
        let send = format!(
            "MSRP {transaction} SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: alive\r\n\
             Byte-Range: 1-0/0\r\n-------{transaction}$\r\n"
        );
        stage.speak(0, &send);
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        let transaction = stage.send_text(0, "", "");
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200), "a text of no characters");
        assert!(stage.sms_user_heard().is_empty());
        bye(stage)
    });
}

#[test]
fn an_unknown_method_is_refused_and_a_stray_response_is_nobodys() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let path = stage.calls[0].media().1;
        stage.speak(
            0,
            &format!("MSRP ueodd NICKNAME\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\n-------ueodd$\r\n"),
        );
        assert_eq!(stage.network.wires[0].response("ueodd"), Some(501));
        let before = stage.network.wires[0].heard.len();
        stage.speak(
            0,
            &format!("MSRP stray1 200 OK\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\n-------stray1$\r\n"),
        );
        stage.speak(
            0,
            &format!(
                "MSRP ueroport REPORT\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: x\r\n\
                 Byte-Range: 1-5/5\r\nStatus: 000 200 OK\r\n-------ueroport$\r\n"
            ),
        );
        assert_eq!(stage.network.wires[0].heard.len(), before, "responses and REPORTs are never answered");
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        bye(stage)
    });
}

// interworking 11 row 33
#[test]
fn a_session_that_is_not_ours_is_unknown() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let path = stage.calls[0].media().1;
        let digit = path.find(";tcp").expect("a path") - 1;
        let guessed = format!(
            "{}{}{}",
            &path[..digit],
            if &path[digit..=digit] == "0" { "1" } else { "0" },
            &path[digit + 1..]
        );
        for wrong in [guessed, format!("msrp://{}/hello;tcp", msrp(0))] {
            let transaction = stage.next_transaction();
            let send = format!(
                "MSRP {transaction} SEND\r\nTo-Path: {wrong}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: m\r\n\
                 Byte-Range: 1-2/2\r\nContent-Type: text/plain\r\n\r\nhi\r\n-------{transaction}$\r\n"
            );
            stage.speak(0, &send);
            assert_eq!(stage.network.wires[0].response(&transaction), Some(481));
        }
        assert!(stage.sms_user_heard().is_empty());
        bye(stage)
    });
}

#[test]
fn a_session_is_unknown_on_another_shard() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let home = stage.calls[0].wire;
        let owner = stage.network.wires[0].shard as u16;
        for shard in (0..layout.shards).filter(|shard| *shard != owner) {
            let astray = stage.network.connect(msrp(shard));
            stage.calls[0].wire = Some(astray);
            let transaction = stage.send_text(0, "hi", "");
            assert_eq!(stage.network.wires[astray].response(&transaction), Some(481));
        }
        assert!(stage.sms_user_heard().is_empty());
        stage.calls[0].wire = home;
        assert_eq!(stage.chat_user_says("hi"), Some(200));
        bye(stage)
    });
}

// interworking 11 row 33
#[test]
fn a_session_has_one_connection() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let first = stage.calls[0].wire;
        let (shard, path) = (stage.network.wires[0].shard, stage.calls[0].media().1);
        let second = stage.network.connect(msrp(shard as u16));
        stage.calls[0].wire = Some(second);
        let transaction = stage.send_text(0, "hi", "");
        // RFC 4975 7.3.1
        assert_eq!(stage.network.wires[second].response(&transaction), Some(506));
        assert!(stage.sms_user_heard().is_empty());
        stage.calls[0].wire = first;
        assert_eq!(stage.chat_user_says("hi"), Some(200), "{path} is where it was");
        let gone = stage.network.wires[second].link;
        stage.network.wait(Duration::from_secs(31));
        assert!(
            !stage.network.wires[second].is_open,
            "a connection that carries no session is closed: {gone:?}"
        );
        bye(stage)
    });
}

#[test]
fn a_connection_that_says_nothing_is_closed() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let wire = stage.network.connect(msrp(0));
        stage.network.wait(Duration::from_secs(29));
        assert!(stage.network.wires[wire].is_open);
        stage.network.wait(Duration::from_millis(1100));
        assert!(!stage.network.wires[wire].is_open);
        stage
    });
}

#[test]
fn an_unreadable_frame_is_answered_and_ends_its_connection() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let path = stage.calls[0].media().1;
        // A body without its type.
        stage.speak(
            0,
            &format!(
                "MSRP uebad SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: m\r\n\
                 Byte-Range: 1-2/2\r\n\r\nhi\r\n-------uebad$\r\n"
            ),
        );
        assert_eq!(stage.network.wires[0].response("uebad"), Some(400));
        assert!(!stage.network.wires[0].is_open);
        // The session is still there for a better connection.
        stage.connect(0);
        assert_eq!(stage.chat_user_says("sorry"), Some(200));
        bye(stage)
    });
}

#[test]
fn rubbish_ends_its_connection_without_a_word() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for rubbish in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\x02\x00", b"MSRP \0\0\0\r\n"] {
            let wire = stage.network.connect(msrp(0));
            let (shard, link) = (stage.network.wires[wire].shard, stage.network.wires[wire].link);
            stage.network.stream(shard, link, rubbish);
            stage.network.settle();
            assert!(!stage.network.wires[wire].is_open);
            assert!(stage.network.wires[wire].heard.is_empty());
        }
        stage
    });
}

#[test]
fn a_stream_may_be_cut_anywhere() {
    on_every_layout(|layout| {
        for piece_octets in [1, 2, 7, 100] {
            let stage = chat_in_pieces(layout, piece_octets);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

/// A chat whose streams, Diameter's too, arrive in pieces of so many octets.
fn chat_in_pieces(layout: Layout, piece_octets: usize) -> Stage {
    let mut plan = Plan::new(layout);
    plan.piece_octets = piece_octets;
    let mut stage = Stage::chatting(plan);
    assert_eq!(stage.chat_user_says("in pieces"), Some(200));
    stage.sms_user_says("so am I");
    assert_eq!(stage.chat_user_heard(), ["so am I"]);
    assert_eq!(stage.sms_user_heard(), ["in pieces"]);
    bye(stage)
}

//! Texts that are longer than a short message, or than anybody wants.

use interwork::LeaveHint;

use crate::paper::call::UE_PATH;
use crate::paper::{Plan, Stage, Verdict, on_every_layout};

fn bye(mut stage: Stage) -> Stage {
    stage.network.sms.manners.verdict = Verdict::Taken;
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

fn response(stage: &Stage, transaction: &str) -> Option<u16> {
    stage.network.wires[stage.calls[0].wire.expect("a connection")].response(transaction)
}

// interworking 2.4 TP-UD and TP-UDHI, 2.8 item 1
#[test]
fn a_long_text_is_several_short_messages_and_one_acknowledgement() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let text: String = ('a'..='z').cycle().take(400).collect();
        let transaction = stage.send_text(0, &text, "");
        let submitted = &stage.network.sms.submitted;
        assert_eq!(stage.sms_user_heard().concat(), text);
        let parts: Vec<_> =
            submitted.iter().map(|submitted| submitted.part.expect("one of several")).collect();
        let reference = parts[0].0;
        assert_eq!(parts, [(reference, 3, 1), (reference, 3, 2), (reference, 3, 3)]);
        let references: Vec<u8> = submitted.iter().map(|submitted| submitted.reference).collect();
        assert_eq!(references, [references[0], references[0] + 1, references[0] + 2]);
        for part in [2, 0] {
            stage.network.take_submitted(part, Verdict::Taken);
            assert_eq!(response(&stage, &transaction), None);
        }
        stage.network.take_submitted(1, Verdict::Taken);
        assert_eq!(response(&stage, &transaction), Some(200));
        // The next long text has a reference of its own.
        stage.send_text(0, &text, "");
        let next = stage.network.sms.submitted[3].part.expect("one of several");
        assert_ne!(next.0, reference);
        for part in 3..6 {
            stage.network.take_submitted(part, Verdict::Taken);
        }
        bye(stage)
    });
}

#[test]
fn one_segment_that_fails_fails_the_text_when_all_have_spoken() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, &"long ".repeat(80), "Success-Report: yes\r\n");
        stage.network.take_submitted(0, Verdict::Taken);
        stage.network.take_submitted(1, Verdict::Refused(5557, None));
        stage.network.take_submitted(2, Verdict::Taken);
        assert_eq!(response(&stage, &transaction), Some(403));
        let reports =
            stage.network.wires[0].heard.iter().filter(|message| message.method() == Some("REPORT"));
        assert_eq!(reports.count(), 0, "no report of a success that was none");
        bye(stage)
    });
}

// interworking 2.4 TP-DCS, 11 row 25
#[test]
fn a_text_in_another_alphabet_is_cut_between_its_characters() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let text = "\u{1F600}Привет".repeat(20);
        let transaction = stage.send_text(0, &text, "");
        assert_eq!(response(&stage, &transaction), Some(200));
        assert_eq!(stage.sms_user_heard().concat(), text);
        assert!(stage.sms_user_heard().len() > 1);
        bye(stage)
    });
}

// interworking 2.8 item 5, 11 row 24
#[test]
fn a_text_of_too_many_segments_is_refused_and_nothing_of_it_is_sent() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.segments_max = 2));
        assert_eq!(stage.chat_user_says(&"x".repeat(306)), Some(200));
        assert_eq!(stage.sms_user_heard().len(), 2);
        assert_eq!(stage.chat_user_says(&"x".repeat(307)), Some(413));
        assert_eq!(stage.sms_user_heard().len(), 2);
        bye(stage)
    });
}

// interworking 2.8 item 5
#[test]
fn a_message_above_the_announced_size_is_stopped() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.message_octets_max = 500));
        assert!(stage.answer(0).body().contains("a=max-size:500\r\n"));
        let transaction = stage.send_body(0, "text/plain", &"x".repeat(500), "");
        assert_eq!(response(&stage, &transaction), Some(200));
        let transaction = stage.send_body(0, "text/plain", &"x".repeat(501), "");
        assert_eq!(response(&stage, &transaction), Some(413));
        // Announced in its first chunk.
        let transaction = chunk(&mut stage, "big", "1-10/501", &"x".repeat(10), '+');
        assert_eq!(response(&stage, &transaction), Some(413));
        bye(stage)
    });
}

/// One chunk of a bare text.
fn chunk(stage: &mut Stage, message_id: &str, range: &str, body: &str, flag: char) -> String {
    let path = stage.calls[0].media().1;
    let transaction = stage.next_transaction();
    let chunk = format!(
        "MSRP {transaction} SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: {message_id}\r\n\
         Byte-Range: {range}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n-------{transaction}{flag}\r\n"
    );
    stage.speak(0, &chunk);
    transaction
}

// interworking 2.8 item 1
#[test]
fn chunks_are_joined_and_the_last_one_answers_for_the_message() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let first = chunk(&mut stage, "m1", "1-*/11", "Hello ", '+');
        assert_eq!(response(&stage, &first), Some(200));
        assert!(stage.sms_user_heard().is_empty(), "half a text is none");
        let last = chunk(&mut stage, "m1", "7-11/11", "world", '$');
        assert_eq!(stage.sms_user_heard(), ["Hello world"]);
        assert_eq!(response(&stage, &last), None);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(response(&stage, &last), Some(200));
        // Between two chunks another message may pass, RFC 4975 5.1.
        stage.network.sms.manners.verdict = Verdict::Taken;
        chunk(&mut stage, "m2", "1-3/6", "abc", '+');
        chunk(&mut stage, "m3", "1-2/2", "xy", '$');
        chunk(&mut stage, "m2", "4-6/6", "def", '$');
        assert_eq!(stage.sms_user_heard()[1..], ["xy", "abcdef"]);
        bye(stage)
    });
}

#[test]
fn a_message_whose_last_chunk_is_empty_is_whole() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        chunk(&mut stage, "m1", "1-*/*", "Hello", '+');
        let last = chunk(&mut stage, "m1", "6-5/5", "", '$');
        assert_eq!(stage.sms_user_heard(), ["Hello"]);
        assert_eq!(response(&stage, &last), Some(200));
        bye(stage)
    });
}

#[test]
fn a_message_that_its_sender_gives_up_is_forgotten() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        chunk(&mut stage, "m1", "1-5/11", "Hello", '+');
        chunk(&mut stage, "m1", "6-6/11", " ", '#');
        let rest = chunk(&mut stage, "m1", "7-11/11", "world", '$');
        assert!(stage.sms_user_heard().is_empty());
        // The rest of it waits for a beginning that will not come.
        assert_eq!(response(&stage, &rest), Some(200));
        bye(stage)
    });
}

// TS 23.204 6.15.1 step 9; interworking 2.6 item 3, 11 row 10
#[test]
fn the_word_how_to_leave_costs_no_segment_and_is_said_as_often_as_the_operator_wants() {
    on_every_layout(|layout| {
        for (hint, expected) in [
            (LeaveHint::Never, ["one", "two"]),
            (LeaveHint::First, ["one (STOP ends)", "two"]),
            (LeaveHint::Every, ["one (STOP ends)", "two (STOP ends)"]),
        ] {
            let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.leave_hint = hint));
            stage.chat_user_says("one");
            stage.chat_user_says("two");
            assert_eq!(stage.sms_user_heard(), expected);
            bye(stage).expect_nothing_left();
        }
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.leave_hint = LeaveHint::First));
        let full = "x".repeat(150);
        stage.chat_user_says(&full);
        stage.chat_user_says("short");
        assert_eq!(stage.sms_user_heard(), [&full[..], "short (STOP ends)"], "no room, so with the next one");
        bye(stage)
    });
}

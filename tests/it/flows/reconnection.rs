//! An MSRP connection that is lost with answers on their way: what was sent without one is sent again on the next connection,
//! under the same Message-ID, and nobody reads it twice (RFC 4975 7.1).

use shard::Count;
use tempo::Duration;

use crate::paper::call::UE_PATH;
use crate::paper::{Layout, Plan, Stage, Verdict, on_every_layout};

fn bye(mut stage: Stage) -> Stage {
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

/// The chat user's connection is lost, and he connects again.
fn cut(stage: &mut Stage) {
    let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
    let (shard, link) = (wire.shard, wire.link);
    stage.network.cut(shard, link);
}

/// A text under this Message-ID; the transaction.
fn say(stage: &mut Stage, message_id: &str, text: &str) -> String {
    let (_, path) = stage.calls[0].media();
    let transaction = stage.next_transaction();
    let length = text.len();
    let send = format!(
        "MSRP {transaction} SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: {message_id}\r\n\
         Byte-Range: 1-{length}/{length}\r\nContent-Type: text/plain\r\n\r\n{text}\r\n-------{transaction}$\r\n"
    );
    stage.speak(0, &send);
    transaction
}

fn response(stage: &Stage, transaction: &str) -> Option<u16> {
    stage.network.wires[stage.calls[0].wire.expect("a connection")].response(transaction)
}

#[test]
fn a_message_that_comes_again_under_its_message_id_is_answered_and_not_submitted_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let transaction = say(&mut stage, "once", "hello");
        assert_eq!(response(&stage, &transaction), Some(200));
        // The 200 is lost with the connection, as far as the client can know.
        cut(&mut stage);
        stage.connect(0);
        let transaction = say(&mut stage, "once", "hello");
        assert_eq!(response(&stage, &transaction), Some(200));
        let transaction = say(&mut stage, "twice", "hello");
        assert_eq!(response(&stage, &transaction), Some(200), "another message with the same words");
        assert_eq!(stage.network.count(Count::ChatRepeated), 1);
        let heard = stage.sms_user_heard().iter().filter(|text| text.starts_with("hello")).count();
        assert_eq!(heard, 2);
        bye(stage)
    });
}

/// A message that comes again while the SMS side has it: its chat, and the second transaction.
fn again_while_pending(layout: Layout) -> (Stage, String) {
    let mut stage = Stage::chatting(Plan::new(layout));
    stage.network.sms.manners.verdict = Verdict::Silence;
    say(&mut stage, "pending", "hello");
    cut(&mut stage);
    stage.connect(0);
    let transaction = say(&mut stage, "pending", "hello");
    assert_eq!(response(&stage, &transaction), None, "nobody has taken it yet");
    (stage, transaction)
}

#[test]
fn a_message_that_comes_again_while_the_sms_side_has_it_is_answered_when_that_takes_it() {
    on_every_layout(|layout| {
        let (mut stage, transaction) = again_while_pending(layout);
        let last = stage.network.sms.submitted.len() - 1;
        stage.network.take_submitted(last, Verdict::Taken);
        assert_eq!(response(&stage, &transaction), Some(200));
        stage.network.sms.manners.verdict = Verdict::Taken;
        bye(stage)
    });
}

#[test]
fn a_message_that_comes_again_while_the_sms_side_is_silent_times_out_with_the_first() {
    on_every_layout(|layout| {
        let (mut stage, transaction) = again_while_pending(layout);
        stage.network.wait(Duration::from_secs(26));
        assert_eq!(response(&stage, &transaction), Some(408));
        bye(stage)
    });
}

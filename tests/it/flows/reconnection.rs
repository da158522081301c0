//! An MSRP connection that is lost with answers on their way: what was sent without one is sent again on the next connection,
//! under the same Message-ID, and nobody reads it twice (RFC 4975 7.1).

use shard::Count;
use tempo::Duration;

use crate::paper::call::UE_PATH;
use crate::paper::network::msrp;
use crate::paper::sms_side::{Mailing, Ticket};
use crate::paper::stage::{BOB, deliver};
use crate::paper::{Delivery, Layout, Plan, Stage, Verdict, on_every_layout};

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

fn mail(stage: &mut Stage, tpdu: &[u8]) -> Ticket {
    let number = stage.session_number();
    let correlation = stage.route(BOB, &number);
    let end_to_end = stage.network.sms.next_end_to_end();
    stage.network.mail(0, &Mailing { correlation: &correlation, tpdu, end_to_end, repeated: false })
}

/// The Message-IDs of all SENDs to the chat user, on whichever connection.
fn message_ids(stage: &Stage) -> Vec<String> {
    let sends = stage.network.wires.iter().flat_map(|wire| wire.sends());
    sends.map(|send| send.header("Message-ID").expect("a Message-ID").to_string()).collect()
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

#[test]
fn a_message_that_heard_408_and_is_sent_again_under_its_message_id_is_tried_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        for (verdict, first, second) in
            [(Verdict::Refused(5552, None), 408, 200), (Verdict::Refused(5557, None), 403, 403)]
        {
            let name = format!("m{first}");
            stage.network.sms.manners.verdict = verdict;
            let transaction = say(&mut stage, &name, "hello");
            assert_eq!(response(&stage, &transaction), Some(first));
            stage.network.sms.manners.verdict = Verdict::Taken;
            let transaction = say(&mut stage, &name, "hello");
            assert_eq!(response(&stage, &transaction), Some(second), "{verdict:?}");
        }
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

#[test]
fn a_text_without_an_answer_goes_again_under_its_message_id_on_the_next_connection() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let ticket = mail(&mut stage, &deliver(BOB, "hello"));
        cut(&mut stage);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting, "its way is not over");
        stage.connect(0);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        let ids = message_ids(&stage);
        assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "the client knows it by its name");
        assert_eq!(stage.chat_user_heard(), ["hello"]);
        bye(stage)
    });
}

#[test]
fn a_text_that_the_service_centre_brings_again_has_the_message_id_that_it_had() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let tpdu = deliver(BOB, "hello");
        let ticket = mail(&mut stage, &tpdu);
        cut(&mut stage);
        stage.network.wait(Duration::from_millis(20_100));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow, "nobody came back in time");
        stage.connect(0);
        for _ in 0..2 {
            let ticket = mail(&mut stage, &tpdu);
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        }
        let ids = message_ids(&stage);
        assert_eq!(ids.len(), 3);
        assert_eq!(ids[0], ids[1], "the repetition");
        assert_ne!(ids[1], ids[2], "the same words once more in the same second are another text");
        bye(stage)
    });
}

#[test]
fn a_client_that_comes_back_before_its_loss_is_known_makes_it_known() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let first = stage.calls[0].wire.expect("a connection");
        let shard = stage.network.wires[first].shard;
        stage.calls[0].wire = Some(stage.network.connect(msrp(shard as u16)));
        let transaction = say(&mut stage, "here-again", "hello");
        // RFC 4975 7.3.1, as long as nobody knows better.
        assert_eq!(response(&stage, &transaction), Some(506));
        let probe = stage.network.wires[first].sends().last().expect("a SEND on the former connection");
        assert_eq!((probe.header("Failure-Report"), probe.body()), (Some("no"), ""), "that says nothing");
        // That it said shows that nobody is there.
        let link = stage.network.wires[first].link;
        stage.network.cut(shard, link);
        let transaction = say(&mut stage, "here-again", "hello");
        assert_eq!(response(&stage, &transaction), Some(200));
        assert_eq!(stage.network.wires[first].sends().count(), 1, "once");
        bye(stage)
    });
}

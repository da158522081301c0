//! A long text of the SMS user: several short messages that become one chat message, chunk by chunk, each acknowledged when the
//! chat user's side has it.

use sms::{Address, DeliverHead, Plan as Cut};
use tempo::Duration;

use crate::paper::sms_side::{Mailing, Ticket, digits, written};
use crate::paper::stage::{BOB, SCTS};
use crate::paper::texts::MsrpText;
use crate::paper::{Delivery, Plan, Stage, on_every_layout, wire};

/// The segments of a text, each an SMS-DELIVER.
pub(super) fn segments(text: &str, reference: u8) -> Vec<Vec<u8>> {
    let cut = Cut::of(text.chars(), 9).expect("at most nine segments");
    let mut rest = text.chars();
    let segment = |index| {
        let head = DeliverHead::new(Address::international(digits(BOB)), SCTS);
        let tpdu = written(|out| head.write(&cut, index, reference, &mut rest.clone(), out));
        cut.skip(&mut rest);
        tpdu
    };
    (0..cut.segments()).map(segment).collect()
}

pub(super) fn mail(stage: &mut Stage, tpdu: &[u8]) -> Ticket {
    let number = stage.session_number();
    let correlation = stage.route(BOB, &number);
    let end_to_end = stage.network.sms.next_end_to_end();
    stage.network.mail(0, &Mailing { correlation: &correlation, tpdu, end_to_end, repeated: false })
}

fn delivery(stage: &Stage, ticket: Ticket) -> Delivery {
    stage.network.sms.delivery(ticket)
}

/// What a receiver of MSRP makes of the chunks on all connections: whole messages, joined by Message-ID and range.
pub(super) fn joined(stage: &Stage) -> Vec<String> {
    let mut open: Vec<(String, String)> = Vec::new();
    let mut whole = Vec::new();
    for send in stage.network.wires.iter().flat_map(|wire| wire.sends()) {
        let id = send.header("Message-ID").expect("a Message-ID").to_string();
        let start: usize = send
            .header("Byte-Range")
            .and_then(|range| range.split('-').next()?.parse().ok())
            .expect("a range");
        let at = open.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            open.push((id, String::new()));
            open.len() - 1
        });
        assert!(start <= open[at].1.len() + 1, "a chunk begins where the last one ended, or comes again");
        open[at].1.truncate(start - 1);
        open[at].1.push_str(send.body());
        match flag(send) {
            '$' => whole.push(open.remove(at).1),
            flag => assert_eq!(flag, '+'),
        }
    }
    let text = |message: String| {
        message
            .split_once("\r\n\r\n")
            .and_then(|(_, rest)| rest.split_once("\r\n\r\n"))
            .expect("CPIM")
            .1
            .to_string()
    };
    whole.into_iter().map(text).collect()
}

/// The flag of the end-line.
fn flag(message: &MsrpText) -> char {
    message.text().trim_end().chars().last().expect("an end-line")
}

fn bye(mut stage: Stage) -> Stage {
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

#[test]
fn segments_become_one_message_and_the_last_word_is_no_command() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        // 153 septets fit a segment: the last one is the word to leave, and nothing else.
        let text = format!("{}STOP", &"Long, longer. ".repeat(22)[..306]);
        let segments = segments(&text, 9);
        assert_eq!(segments.len(), 3);
        for segment in &segments {
            let ticket = mail(&mut stage, segment);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage), [text]);
        assert!(stage.byes(0).is_empty());
        bye(stage)
    });
}

// interworking 2.9 rule 6
#[test]
fn segments_in_any_order_become_the_same_message_and_early_ones_wait() {
    on_every_layout(|layout| {
        for order in [[2, 0, 1], [1, 2, 0], [2, 1, 0]] {
            let mut stage = Stage::chatting(Plan::new(layout));
            let text = "In which order? ".repeat(25);
            let segments = segments(&text, 9);
            let tickets = order.map(|index: usize| (index, mail(&mut stage, &segments[index])));
            assert!(tickets.iter().all(|(_, ticket)| delivery(&stage, *ticket) == Delivery::Taken));
            assert_eq!(joined(&stage), [text]);
            bye(stage).expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn an_early_segment_is_not_acknowledged_before_those_before_it_have_left() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let segments = segments(&"x".repeat(200), 9);
        let early = mail(&mut stage, &segments[1]);
        assert_eq!(delivery(&stage, early), Delivery::Waiting);
        stage.network.wait(Duration::from_millis(20_100));
        // It stays with the service centre, which brings it again.
        assert_eq!(delivery(&stage, early), Delivery::NotNow);
        assert_eq!(stage.network.wires[0].sends().count(), 0);
        for segment in [&segments[0], &segments[1]] {
            let ticket = mail(&mut stage, segment);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage), ["x".repeat(200)]);
        bye(stage)
    });
}

#[test]
fn each_segment_is_acknowledged_by_the_answer_to_its_chunk() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let segments = segments(&"x".repeat(200), 9);
        let tickets = [0, 1].map(|index: usize| mail(&mut stage, &segments[index]));
        assert_eq!(tickets.map(|ticket| delivery(&stage, ticket)), [Delivery::Waiting; 2]);
        for (at, so_far) in [(1, [Delivery::Waiting, Delivery::Taken]), (0, [Delivery::Taken; 2])] {
            let answer = wire::response(stage.network.wires[0].sends().nth(at).expect("a chunk"), 200);
            stage.speak(0, std::str::from_utf8(&answer).expect("text"));
            assert_eq!(tickets.map(|ticket| delivery(&stage, ticket)), so_far);
        }
        bye(stage)
    });
}

// interworking 2.9 rule 6
#[test]
fn a_segment_that_comes_twice_is_shown_once() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let text = "twice? ".repeat(50);
        let segments = segments(&text, 9);
        for index in [0, 0, 1, 0, 1, 2] {
            let ticket = mail(&mut stage, &segments[index]);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage), [text]);
        bye(stage)
    });
}

// interworking 2.9 rule 6
#[test]
fn two_long_texts_at_once_stay_two() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let (one, other) = ("one ".repeat(60), "other ".repeat(50));
        let (first, second) = (segments(&one, 1), segments(&other, 2));
        for segment in [&first[0], &second[0], &second[1], &first[1]] {
            let ticket = mail(&mut stage, segment);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage), [other, one]);
        bye(stage)
    });
}

#[test]
fn a_text_whose_end_never_comes_is_ended_for_the_reader() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let segments = segments(&"x".repeat(400), 9);
        mail(&mut stage, &segments[0]);
        stage.network.wait(Duration::from_secs(119));
        assert!(joined(&stage).is_empty());
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(joined(&stage), [format!("{}[…]", "x".repeat(153))]);
        bye(stage)
    });
}

#[test]
fn segments_before_the_chat_user_is_connected_are_held_like_any_word() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        stage.ack(0);
        let text = "waiting ".repeat(30);
        let segments = segments(&text, 9);
        let tickets = [1, 0].map(|index: usize| mail(&mut stage, &segments[index]));
        assert_eq!(tickets.map(|ticket| delivery(&stage, ticket)), [Delivery::Waiting; 2]);
        stage.connect(0);
        assert_eq!(tickets.map(|ticket| delivery(&stage, ticket)), [Delivery::Taken; 2]);
        assert_eq!(joined(&stage), [text]);
        bye(stage)
    });
}

#[test]
fn a_segment_that_was_lost_with_its_connection_is_sent_again_on_the_next_one() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let text = "not lost ".repeat(25);
        let segments = segments(&text, 9);
        let ticket = mail(&mut stage, &segments[0]);
        let (shard, link) = (stage.network.wires[0].shard, stage.network.wires[0].link);
        stage.network.cut(shard, link);
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting);
        stage.connect(0);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        for segment in &segments[1..] {
            let ticket = mail(&mut stage, segment);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage).concat(), text, "in pieces, but all of it");
        bye(stage)
    });
}

#[test]
fn what_comes_behind_a_lost_connection_is_no_part_of_what_went_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let segments = segments(&"x".repeat(200), 9);
        let ticket = mail(&mut stage, &segments[0]);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        let (shard, link) = (stage.network.wires[0].shard, stage.network.wires[0].link);
        stage.network.cut(shard, link);
        stage.connect(0);
        let ticket = mail(&mut stage, &segments[1]);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        let begun = "x".repeat(153) + "[…]";
        assert_eq!(joined(&stage), [begun, "x".repeat(47)], "messages that can be read by themselves");
        bye(stage)
    });
}

#[test]
fn a_segment_that_nobody_answered_is_shown_when_it_comes_again() {
    on_every_layout(|layout| {
        for (verdict, first) in
            [(None, Delivery::NotNow), (Some(481), Delivery::NotNow), (Some(413), Delivery::Never)]
        {
            let mut stage = Stage::chatting(Plan::new(layout));
            stage.network.wires[0].verdict = verdict;
            let segments = segments(&"again ".repeat(40), 9);
            let ticket = mail(&mut stage, &segments[0]);
            stage.network.wait(Duration::from_millis(20_100));
            assert_eq!(delivery(&stage, ticket), first);
            stage.network.wires[0].verdict = Some(200);
            for segment in &segments {
                let ticket = mail(&mut stage, segment);
                assert_eq!(delivery(&stage, ticket), Delivery::Taken);
            }
            let shown = joined(&stage);
            assert_eq!(shown[0], format!("{}[…]", &"again ".repeat(40)[..153]), "what has left is ended");
            assert_eq!(shown[1..].concat(), "again ".repeat(40));
            bye(stage).expect_nothing_left();
        }
        Stage::new(layout)
    });
}

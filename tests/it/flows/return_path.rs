//! The way of a short message to the chat user (TS 23.204 6.14 steps 2 to 4 and 10 to 13): whose it is, and when it is acknowledged.

use shard::{Count, Driver};
use sms::SmsDeliver;
use tempo::Duration;

use crate::paper::call::offer;
use crate::paper::plan::OVER;
use crate::paper::sms_side::{CENTRE, Mailing, Ticket};
use crate::paper::stage::{BOB, SIXTY_FOUR_T1, deliver, said};
use crate::paper::{Delivery, Invitation, Plan, Stage, on_every_layout, wire};

fn bye(mut stage: Stage) -> Stage {
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

/// Bob's short message to the number of the chat, without a look at what becomes of it.
fn text(stage: &mut Stage, text: &str) -> Ticket {
    let number = stage.session_number();
    stage.text(BOB, &number, text)
}

/// The chat user's side answers the last SEND of the gateway at last.
fn answer_last(stage: &mut Stage, status: u16) {
    let answer = wire::response(stage.network.wires[0].sends().last().expect("a SEND"), status);
    stage.speak(0, std::str::from_utf8(&answer).expect("MSRP is text"));
}

/// An SMS-DELIVER of this TPDU to the number of the chat, on the connection of the layout.
fn mail(stage: &mut Stage, tpdu: &[u8]) -> Delivery {
    let number = stage.session_number();
    let correlation = stage.route(BOB, &number);
    let end_to_end = stage.network.sms.next_end_to_end();
    let ticket =
        stage.network.mail(0, &Mailing { correlation: &correlation, tpdu, end_to_end, repeated: false });
    stage.network.sms.delivery(ticket)
}

// TS 23.204 6.14 steps 3a, 3c, 4, 6, 9 and 10, 6.15.1 steps 7 and 10; TS 29.311 6.1.3.1, 6.1.10; interworking 2.8 items 11 and 13, 11 rows 15 and 18
// TS 29.311 6.1.4 item 3
#[test]
fn a_short_message_is_acknowledged_when_the_chat_user_has_it_and_not_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let ticket = text(&mut stage, "Grüße @ 100 €");
        assert_eq!(stage.chat_user_heard(), ["Grüße @ 100 €"]);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        answer_last(&mut stage, 200);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        bye(stage)
    });
}

// interworking 2.8 item 12
#[test]
fn a_text_says_who_wrote_it_and_when() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        text(&mut stage, "hello");
        let send = stage.network.wires[0].sends().next().expect("a SEND");
        let body = send.body();
        assert!(body.contains(&format!("From: <tel:{BOB}>\r\n")), "{body}");
        // TP-SCTS, an hour ahead of Greenwich.
        assert!(body.contains("DateTime: 2026-01-18T14:30:00Z\r\n"), "{body}");
        assert!(body.contains("imdn.Message-ID: "), "{body}");
        assert!(send.header("Success-Report").is_none_or(|wanted| wanted == "no"));
        assert!(send.header("Failure-Report").is_none_or(|wanted| wanted == "yes"));
        let length = body.len() as u64;
        let range = send.header("Byte-Range").expect("a range");
        let numbers: Vec<u64> = range.split(['-', '/']).filter_map(|number| number.parse().ok()).collect();
        assert_eq!(numbers, [1, length, length]);
        assert_eq!(send.header("To-Path"), Some(crate::paper::call::UE_PATH));
        assert_eq!(send.header("From-Path"), Some(&stage.calls[0].media().1[..]));
        bye(stage)
    });
}

#[test]
fn a_client_that_takes_bare_text_only_gets_bare_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let bare = offer("active").replace("message/cpim ", "").replace("a=accept-wrapped-types", "a=x");
        stage.invite(Invitation::to(BOB).offering(bare));
        stage.sms_user_says("YES");
        stage.ack(0);
        assert!(stage.answer(0).body().contains("a=accept-types:text/plain\r\n"));
        stage.connect(0);
        text(&mut stage, "hello");
        let send = stage.network.wires[0].sends().next().expect("a SEND");
        assert_eq!((send.header("Content-Type"), send.body()), (Some("text/plain;charset=UTF-8"), "hello"));
        bye(stage)
    });
}

// TS 23.204 6.14 step 11
#[test]
fn what_the_chat_user_s_side_says_is_said_to_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let table = [
            (200, Delivery::Taken),
            (400, Delivery::Never),
            (403, Delivery::Never),
            (408, Delivery::NotNow),
            (413, Delivery::Never),
            (415, Delivery::Never),
            (481, Delivery::NotNow),
            (506, Delivery::NotNow),
        ];
        for (status, delivery) in table {
            stage.network.wires[0].verdict = Some(status);
            assert_eq!(stage.sms_user_says("hello"), delivery, "{status}");
        }
        bye(stage)
    });
}

#[test]
fn a_chat_user_s_side_that_does_not_answer_leaves_the_message_with_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let ticket = text(&mut stage, "hello");
        stage.network.wait(Duration::from_secs(19));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        answer_last(&mut stage, 200);
        assert_eq!(
            stage.network.sms.delivery(ticket),
            Delivery::NotNow,
            "an answer that comes too late is nobody's"
        );
        bye(stage)
    });
}

// interworking 2.8 item 15
#[test]
fn words_before_the_chat_user_is_connected_are_held_and_come_in_order() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        let tickets = ["one", "two", "three"].map(|word| text(&mut stage, word));
        assert_eq!(tickets.map(|ticket| stage.network.sms.delivery(ticket)), [Delivery::Waiting; 3]);
        stage.ack(0);
        stage.connect(0);
        assert_eq!(stage.chat_user_heard(), ["one", "two", "three"]);
        assert_eq!(tickets.map(|ticket| stage.network.sms.delivery(ticket)), [Delivery::Taken; 3]);
        bye(stage)
    });
}

#[test]
fn a_word_that_was_held_for_too_long_stays_with_the_service_centre_and_is_not_shown() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        let ticket = text(&mut stage, "hello?");
        stage.ack(0);
        stage.network.wait(Duration::from_millis(20_100));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        stage.connect(0);
        assert!(stage.chat_user_heard().is_empty(), "the service centre will bring it again");
        assert_eq!(stage.sms_user_says("hello?"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["hello?"]);
        bye(stage)
    });
}

#[test]
fn the_word_to_leave_is_obeyed_before_the_chat_user_is_connected_too() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        stage.ack(0);
        let waiting = text(&mut stage, "well");
        assert_eq!(stage.sms_user_says("stop"), Delivery::Taken);
        assert_eq!(stage.byes(0).len(), 1);
        assert_eq!(stage.network.sms.delivery(waiting), Delivery::NotNow);
        stage
    });
}

#[test]
fn an_id_that_was_never_given_or_has_run_out_leads_nowhere() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let tpdu = deliver(BOB, "hello");
        let send = |stage: &mut Stage, correlation: &str| {
            let end_to_end = stage.network.sms.next_end_to_end();
            let ticket =
                stage.network.mail(0, &Mailing { correlation, tpdu: &tpdu, end_to_end, repeated: false });
            stage.network.sms.delivery(ticket)
        };
        assert_eq!(send(&mut stage, "262990000000000"), Delivery::NotNow);
        let number = stage.session_number();
        let correlation = stage.route(BOB, &number);
        assert!(correlation.starts_with("26299") && correlation.len() == 15, "{correlation}");
        stage.network.wait(Duration::from_secs(59));
        assert_eq!(send(&mut stage, &correlation), Delivery::Taken);
        assert_eq!(send(&mut stage, &correlation), Delivery::Taken, "several messages may follow one query");
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(send(&mut stage, &correlation), Delivery::NotNow);
        assert_eq!(send(&mut stage, "not digits"), Delivery::Error(5004));
        assert_eq!(stage.chat_user_heard().len(), 2);
        bye(stage)
    });
}

/// Sends the same request on each connection of the service centre, one after the other, `wait` apart.
fn repeat(stage: &mut Stage, wait: Duration) -> Vec<Ticket> {
    let number = stage.session_number();
    let correlation = stage.route(BOB, &number);
    let tpdu = deliver(BOB, "only once");
    let end_to_end = stage.network.sms.next_end_to_end();
    let mut tickets = Vec::new();
    for shard in (0..stage.network.shards()).chain([0]) {
        let mailing =
            Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: !tickets.is_empty() };
        tickets.push(stage.network.mail(shard, &mailing));
        stage.network.wait(wait);
    }
    tickets
}

#[test]
fn a_repeated_message_is_answered_as_before_and_shown_once_on_whichever_shard_it_comes() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let tickets = repeat(&mut stage, Duration::from_secs(1));
        assert!(tickets.iter().all(|ticket| stage.network.sms.delivery(*ticket) == Delivery::Taken));
        assert_eq!(stage.chat_user_heard(), ["only once"]);
        assert_eq!(stage.network.count(Count::SmRepeated), tickets.len() as u64 - 1);
        bye(stage)
    });
}

#[test]
fn a_repetition_after_its_routing_query_has_run_out_is_still_a_repetition() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        // RFC 6733 3: the End-to-End identifier stays unique for four minutes, an MT-Correlation-ID lives for one.
        let tickets = repeat(&mut stage, Duration::from_secs(47));
        assert!(tickets.iter().all(|ticket| stage.network.sms.delivery(*ticket) == Delivery::Taken));
        assert_eq!(stage.chat_user_heard(), ["only once"]);
        bye(stage)
    });
}

#[test]
fn a_repetition_of_what_was_refused_is_refused_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = Some(415);
        let tickets = repeat(&mut stage, Duration::ZERO);
        assert!(tickets.iter().all(|ticket| stage.network.sms.delivery(*ticket) == Delivery::Never));
        assert_eq!(stage.network.wires[0].sends().count(), 1);
        bye(stage)
    });
}

#[test]
fn a_repetition_while_the_first_still_waits_is_answered_with_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let number = stage.session_number();
        let correlation = stage.route(BOB, &number);
        let tpdu = deliver(BOB, "only once");
        let end_to_end = stage.network.sms.next_end_to_end();
        let tickets = [false, true].map(|repeated| {
            let shard = usize::from(repeated) % stage.network.shards();
            stage
                .network
                .mail(shard, &Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated })
        });
        assert_eq!(tickets.map(|ticket| stage.network.sms.delivery(ticket)), [Delivery::Waiting; 2]);
        answer_last(&mut stage, 200);
        assert_eq!(tickets.map(|ticket| stage.network.sms.delivery(ticket)), [Delivery::Taken; 2]);
        assert_eq!(stage.chat_user_heard(), ["only once"]);
        bye(stage)
    });
}

#[test]
fn the_same_answer_repeated_answers_the_invitation_once() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        let number = stage.session_number();
        let correlation = stage.route(BOB, &number);
        let tpdu = deliver(BOB, "YES");
        let end_to_end = stage.network.sms.next_end_to_end();
        for repeated in [false, true] {
            let ticket = stage
                .network
                .mail(0, &Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated });
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        }
        stage.ack(0);
        stage.connect(0);
        assert!(stage.chat_user_heard().is_empty(), "the second YES is no word of the chat");
        bye(stage)
    });
}

#[test]
fn a_stranger_on_the_number_of_a_chat_is_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let number = stage.session_number();
        for stranger in ["+4915550002", "+15550100", "+49155500011"] {
            let ticket = stage.text(stranger, &number, "psst");
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::NoSession);
        }
        // Of a number that the HSS leads here and that is not one of the pool only its user may be missing.
        let ticket = stage.text(BOB, "491519900099", "is anybody there?");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        assert!(stage.chat_user_heard().is_empty());
        bye(stage)
    });
}

#[test]
fn a_sender_without_a_number_is_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        // TP-OA 11 semi-octets, alphanumeric, "Banner"; then PID, DCS, SCTS, "hi".
        let tpdu = b"\x04\x0B\xD0\xC2\xB0\xBB\x5D\x96\x03\x00\x00\x62\x10\x81\x51\x03\x00\x40\x02\xE8\x34";
        assert!(SmsDeliver::parse(tpdu).is_ok_and(|deliver| deliver.originating.digits().is_none()));
        assert_eq!(mail(&mut stage, tpdu), Delivery::NoSession);
        bye(stage)
    });
}

#[test]
fn what_is_no_text_for_people_is_refused_for_good() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(mail(&mut stage, b"\x04\x0B"), Delivery::Never, "cut off in the address");
        assert_eq!(mail(&mut stage, b"\x03\x00"), Delivery::Never, "no SMS-DELIVER");
        let mut ported = deliver(BOB, "x");
        // TP-UDHI, and a header with application ports of 16 bits: nothing that a person would read.
        ported[0] |= 0x40;
        let at = ported.len() - 2;
        ported.truncate(at);
        ported.extend_from_slice(b"\x09\x06\x05\x04\x0B\x84\x23\xF0\xE1");
        assert!(SmsDeliver::parse(&ported).is_ok_and(|deliver| !deliver.user_data.is_human_text()));
        assert_eq!(mail(&mut stage, &ported), Delivery::Never);
        assert!(stage.chat_user_heard().is_empty());
        assert_eq!(stage.sms_user_says("and now in words"), Delivery::Taken);
        bye(stage)
    });
}

#[test]
fn a_text_in_another_alphabet_arrives_as_it_was_written() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        for written in ["Привет \u{1F600}", "line one\nline two", "-------x$\r\n"] {
            assert_eq!(stage.sms_user_says(written), Delivery::Taken);
            assert_eq!(stage.network.wires[0].sends().last().map(said).as_deref(), Some(written));
        }
        bye(stage)
    });
}

#[test]
fn words_after_the_end_are_not_acknowledged_while_nobody_can_be_told_so() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.tell_late = true));
        let number = stage.session_number();
        assert_eq!(stage.request(0, "BYE"), Some(200));
        let heard = stage.sms_user_heard().len();
        for shard in 0..stage.network.shards() {
            let link = stage.network.sms.link(shard, CENTRE).expect("connected");
            stage.network.driver(shard).out().full.push(link);
        }
        let ticket = stage.text(BOB, &number, "one more thing");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting, "its answer has no way, either");
        for shard in 0..stage.network.shards() {
            stage.network.driver(shard).out().full.clear();
        }
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(
            stage.sms_user_heard().len(),
            heard,
            "it was not acknowledged, so there is nothing to tell"
        );
        let ticket = stage.text(BOB, &number, "one more thing");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        assert_eq!(stage.sms_user_heard()[heard..], [OVER]);
        stage
    });
}

// interworking 2.6 item 5, 2.8 item 14, 11 row 19
// interworking 2.9 rule 5
#[test]
fn words_after_the_end_are_answered_once_a_day() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.tell_late = true));
        let number = stage.session_number();
        assert_eq!(stage.request(0, "BYE"), Some(200));
        let heard = stage.sms_user_heard().len();
        let say = |stage: &mut Stage, text: &str| {
            let ticket = stage.text(BOB, &number, text);
            stage.network.sms.delivery(ticket)
        };
        assert_eq!(say(&mut stage, "one more thing"), Delivery::Taken);
        assert_eq!(stage.sms_user_heard()[heard..], [OVER]);
        assert_eq!(stage.session_number(), number, "from the number that he wrote to");
        assert_eq!(say(&mut stage, "hello?"), Delivery::NoSession);
        stage.network.wait(Duration::from_secs(24 * 3600));
        assert_eq!(say(&mut stage, "hello?"), Delivery::Taken);
        assert_eq!(stage.sms_user_heard()[heard..], [OVER, OVER]);
        // A stranger on that number is told nothing.
        let ticket = stage.text("+4915550099", &number, "hello?");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NoSession);
        stage
    });
}

//! What became of a text outside of a chat, for those who want to know (TS 23.204 6.10).

use interwork::NumberSource;
use shard::Count;
use sms::{Address, SmsStatusReport, Status};
use tempo::Duration;

use super::registration::register;
use crate::paper::call::SCSCF;
use crate::paper::page::{Page, content, pages, statuses};
use crate::paper::sms_side::{Mailing, digits, written};
use crate::paper::stage::{BOB, SCTS, SIXTY_FOUR_T1};
use crate::paper::texts::{SipText, between};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

/// The service centre reports on the short message in `place`; it is always taken.
pub fn report(stage: &mut Stage, place: usize, status: Status) {
    let submitted = &stage.network.sms.submitted[place];
    let (reference, number) = (submitted.reference, submitted.number.clone());
    let recipient = Address::international(digits(BOB));
    let tpdu = written(|out| SmsStatusReport::new(reference, recipient, SCTS, SCTS, status).write(out));
    let correlation = stage.route(BOB, &number);
    let end_to_end = stage.network.sms.next_end_to_end();
    let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
    let shard = stage.layout.shard_at(BOB, stage.layout.mail);
    let ticket = stage.network.mail(shard, &mailing);
    assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
}

/// The IMDN in a MESSAGE: which message, about whom, and what became of it.
fn notification(page: &SipText) -> [String; 3] {
    let (_, head, document) = content(page);
    assert!(
        head.contains("Content-Type: message/imdn+xml") && head.contains("Content-Disposition: notification")
    );
    [
        between(document, "<message-id>", "</message-id>").to_string(),
        between(document, "<recipient-uri>", "</recipient-uri>").to_string(),
        between(document, "<delivery-notification><status><", "/>").to_string(),
    ]
}

fn told(stage: &Stage) -> Vec<[String; 3]> {
    pages(stage).into_iter().map(notification).collect()
}

fn about(fate: &str) -> [String; 3] {
    ["imdn77".to_string(), format!("tel:{BOB}"), fate.to_string()]
}

#[test]
fn a_sender_who_wants_to_know_is_told_in_a_message_when_the_sms_user_has_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        register(&mut stage, 0, 600);
        assert_eq!(Page::asking(BOB, "hello", "positive-delivery").ask(&mut stage).status(), Some(202));
        assert!(stage.network.sms.submitted[0].wants_report);
        report(&mut stage, 0, Status(0x30));
        assert!(pages(&stage).is_empty(), "the service centre still tries");
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(told(&stage), [about("delivered")]);
        let page = pages(&stage)[0];
        assert_eq!(page.request_uri(), "sip:alice@ims.example");
        assert_eq!(page.need("Route"), "<sip:scscf.ims.example;lr>");
        assert_eq!(page.need("P-Asserted-Identity"), format!("<tel:{BOB}>"));
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(pages(&stage).len(), 1, "told once");
        stage
    });
}

#[test]
fn who_is_not_registered_here_is_told_by_the_s_cscf_that_brought_his_message() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        Page::asking(BOB, "hello", "positive-delivery, negative-delivery").ask(&mut stage);
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(told(&stage), [about("delivered")]);
        assert_eq!(
            (pages(&stage)[0].header("Route"), stage.network.letters.last().map(|letter| letter.to)),
            (None, Some(SCSCF))
        );
        stage
    });
}

#[test]
fn a_text_that_never_arrives_is_told_to_whom_that_matters() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for (place, disposition) in
            ["negative-delivery", "positive-delivery", "negative-delivery"].into_iter().enumerate()
        {
            Page::asking(BOB, "hello", disposition).ask(&mut stage);
            // TS 23.040 9.2.3.15: validity period expired; and, for the last, the recipient refused it.
            report(&mut stage, place, Status(if place == 2 { 0x42 } else { 0x46 }));
        }
        let told = told(&stage);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], about("failed"));
        stage
    });
}

#[test]
fn a_long_text_is_delivered_when_each_of_its_segments_is() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        Page::asking(BOB, &"many words ".repeat(30), "positive-delivery").ask(&mut stage);
        assert!(stage.network.sms.submitted.iter().all(|submitted| submitted.wants_report));
        for segment in [2, 0, 0] {
            report(&mut stage, segment, Status::DELIVERED);
            assert!(pages(&stage).is_empty());
        }
        report(&mut stage, 1, Status::DELIVERED);
        assert_eq!(told(&stage), [about("delivered")]);
        stage
    });
}

#[test]
fn who_wants_to_know_nothing_or_only_that_it_was_read_is_told_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        Page::asking(BOB, "hello", "display").ask(&mut stage);
        Page::wrapped(BOB, "hello", "").ask(&mut stage);
        assert!(stage.network.sms.submitted.iter().all(|submitted| !submitted.wants_report));
        report(&mut stage, 0, Status::DELIVERED);
        assert!(pages(&stage).is_empty());
        stage
    });
}

#[test]
fn where_the_operator_asks_for_no_reports_what_the_service_centre_has_is_delivered() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.status_reports = false));
        let place = Page::asking(BOB, "hello", "positive-delivery").send(&mut stage);
        assert!(!stage.network.sms.submitted[0].wants_report);
        assert_eq!((statuses(&stage, place), told(&stage)), (vec![202], vec![about("delivered")]));
        stage
    });
}

#[test]
fn a_text_that_the_sms_side_refuses_is_told_by_the_answer_alone() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Refused(5557, None);
        let asking = Page::asking(BOB, "hello", "positive-delivery, negative-delivery");
        assert_eq!(asking.ask(&mut stage).status(), Some(403));
        assert!(pages(&stage).is_empty());
        stage
    });
}

#[test]
fn a_report_that_is_faster_than_the_acknowledgement_is_not_lost() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Silence;
        let place = Page::asking(BOB, "hello", "positive-delivery").send(&mut stage);
        report(&mut stage, 0, Status::DELIVERED);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!((statuses(&stage, place), told(&stage)), (vec![202], vec![about("delivered")]));
        stage
    });
}

#[test]
fn beside_a_chat_each_report_finds_its_own_text() {
    on_every_layout(|layout| {
        let own = NumberSource::Own;
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.number_source = own));
        let transaction = stage.send_text(0, "in the chat", "Success-Report: yes\r\n");
        Page::asking(BOB, "beside it", "positive-delivery").ask(&mut stage);
        let reports = |stage: &Stage| {
            stage.network.wires[0].heard.iter().filter(|said| said.method() == Some("REPORT")).count()
        };
        report(&mut stage, 1, Status::DELIVERED);
        assert_eq!((pages(&stage).len(), reports(&stage)), (1, 0));
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!((pages(&stage).len(), reports(&stage)), (1, 1));
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

/// A text inside the chat that asks for these notifications; what it heard.
fn say(stage: &mut Stage, call: usize, text: &str, disposition: &str) -> Option<u16> {
    let page = Page::asking(BOB, text, disposition);
    let body = String::from_utf8(page.body).expect("text");
    let transaction = stage.send_body(call, "message/cpim", &body, "");
    stage.network.wires[stage.calls[call].wire.expect("a connection")].response(&transaction)
}

fn with_late_reports(layout: Layout) -> Plan {
    Plan::with(layout, |policy| policy.late_reports = true)
}

// interworking 2.8 item 10
#[test]
fn a_report_that_comes_after_the_chat_is_told_outside_of_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(with_late_reports(layout));
        assert_eq!(say(&mut stage, 0, &"many words ".repeat(30), "positive-delivery"), Some(200));
        report(&mut stage, 1, Status::DELIVERED);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        report(&mut stage, 0, Status::DELIVERED);
        assert!(pages(&stage).is_empty(), "one segment is missing");
        stage.network.wait(Duration::from_secs(3600));
        register(&mut stage, 0, 600);
        report(&mut stage, 2, Status::DELIVERED);
        assert_eq!(told(&stage), [about("delivered")]);
        assert_eq!(pages(&stage)[0].request_uri(), "sip:alice@ims.example");
        assert_eq!(pages(&stage)[0].need("Route"), "<sip:scscf.ims.example;lr>", "where he is now");
        assert_eq!(stage.network.count(Count::ReportsDropped), 0);
        stage
    });
}

#[test]
fn who_has_hidden_in_his_chat_is_told_all_the_same() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(with_late_reports(layout));
        let call = stage.invite(Invitation::to(BOB).with("Privacy: id"));
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(call);
        stage.connect(call);
        let place = stage.network.sms.submitted.len();
        assert_eq!(say(&mut stage, call, "hello", "negative-delivery"), Some(200));
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        report(&mut stage, place, Status(0x46));
        assert_eq!(told(&stage), [about("failed")]);
        assert_eq!(pages(&stage)[0].request_uri(), "sip:alice@ims.example");
        stage
    });
}

#[test]
fn where_the_operator_wants_no_late_reports_they_are_dropped_and_counted() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        say(&mut stage, 0, "hello", "positive-delivery");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(stage.network.count(Count::ReportsDropped), 1);
        report(&mut stage, 0, Status::DELIVERED);
        assert!(pages(&stage).is_empty());

        // And a REPORT of MSRP has no counterpart outside of its session.
        let mut other = Stage::chatting(with_late_reports(layout));
        other.send_text(0, "hello", "Success-Report: yes\r\n");
        assert_eq!(other.request(0, "BYE"), Some(200));
        assert_eq!(other.network.count(Count::ReportsDropped), 1);
        other.expect_nothing_left();
        stage
    });
}

#[test]
fn a_chat_that_ends_before_its_last_message_is_taken_has_nobody_left_to_be_told() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(with_late_reports(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        assert_eq!(say(&mut stage, 0, "hello", "positive-delivery"), None);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        for place in 0..stage.network.sms.submitted.len() {
            stage.network.take_submitted(place, Verdict::Taken);
        }
        assert_eq!(stage.network.count(Count::ReportsDropped), 1);
        report(&mut stage, 0, Status::DELIVERED);
        assert!(pages(&stage).is_empty());
        stage
    });
}

#[test]
fn in_the_next_chat_of_the_two_each_report_finds_its_own_message() {
    on_every_layout(|layout| {
        let mut plan = with_late_reports(layout);
        plan.policy.number_source = NumberSource::Own;
        plan.policy.tell_at_bye = false;
        let mut stage = Stage::chatting(plan);
        say(&mut stage, 0, "in the first", "positive-delivery");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(call);
        stage.connect(call);
        let place = stage.network.sms.submitted.len();
        say(&mut stage, call, "in the second", "positive-delivery");
        report(&mut stage, place, Status::DELIVERED);
        let wire = stage.calls[call].wire.expect("a connection");
        let sends = |stage: &Stage| stage.network.wires[wire].sends().count();
        assert_eq!((sends(&stage), pages(&stage).len()), (1, 0));
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!((sends(&stage), told(&stage)), (1, vec![about("delivered")]));
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_report_that_nobody_gives_is_waited_for_as_long_as_one_may_come() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        Page::asking(BOB, "hello", "positive-delivery").ask(&mut stage);
        stage.network.wait(Duration::from_secs(72 * 3600) - SIXTY_FOUR_T1);
        assert_eq!(stage.network.count(Count::DueReports), 1);
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(stage.network.count(Count::DueReports), 0);
        report(&mut stage, 0, Status::DELIVERED);
        assert!(pages(&stage).is_empty());
        stage
    });
}

#[test]
fn of_more_texts_than_there_is_room_for_the_oldest_are_reported_on_no_more() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.sessions_max = 1;
        let mut stage = Stage::of(plan);
        for place in 0..4 {
            assert_eq!(Page::asking(BOB, "hello", "positive-delivery").ask(&mut stage).status(), Some(202));
            assert!(stage.network.sms.submitted[place].wants_report);
        }
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert_eq!(Page::asking(BOB, "hello", "positive-delivery").ask(&mut stage).status(), Some(202));
        assert_eq!(stage.network.count(Count::ReportsForgone), 1);
        for place in 0..5 {
            report(&mut stage, place, Status::DELIVERED);
            stage.network.wait(SIXTY_FOUR_T1);
        }
        assert_eq!(told(&stage).len(), 4);
        stage
    });
}

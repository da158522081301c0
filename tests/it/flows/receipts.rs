//! What became of a chat message, for those who want to know (TS 23.204 6.18).

use shard::Count;
use sms::{Address, SmsStatusReport, Status};
use tempo::Duration;

use crate::paper::call::UE_PATH;
use crate::paper::sms_side::{Mailing, digits, written};
use crate::paper::stage::{BOB, SCTS};
use crate::paper::texts::{MsrpText, between};
use crate::paper::{Delivery, Plan, Stage, Verdict, on_every_layout};

fn bye(mut stage: Stage) -> Stage {
    stage.network.sms.manners.verdict = Verdict::Taken;
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

/// The service centre reports on the short message in `place`; it is always taken.
pub(super) fn report(stage: &mut Stage, place: usize, status: Status) {
    let reference = stage.network.sms.submitted[place].reference;
    report_on(stage, BOB, reference, status);
}

fn report_on(stage: &mut Stage, recipient: &str, reference: u8, status: Status) {
    let recipient = Address::international(digits(recipient));
    let tpdu = written(|out| SmsStatusReport::new(reference, recipient, SCTS, SCTS, status).write(out));
    let number = stage.session_number();
    let correlation = stage.route(BOB, &number);
    let end_to_end = stage.network.sms.next_end_to_end();
    let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
    let ticket = stage.network.mail(0, &mailing);
    assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
}

/// Requests of the gateway on the connection: REPORTs, and SENDs.
pub(super) fn told(stage: &Stage) -> Vec<&MsrpText> {
    stage.network.wires[0].heard.iter().filter(|message| message.method().is_some()).collect()
}

/// A text in CPIM that asks for these notifications; the transaction.
pub(super) fn send(stage: &mut Stage, text: &str, disposition: &str) -> String {
    let body = format!(
        "From: <sip:alice@ims.example>\r\nTo: <tel:{BOB}>\r\nNS: imdn <urn:ietf:params:imdn>\r\n\
         imdn.Message-ID: imdn77\r\nimdn.Disposition-Notification: {disposition}\r\n\r\n\
         Content-Type: text/plain;charset=UTF-8\r\n\r\n{text}"
    );
    stage.send_body(0, "message/cpim", &body, "")
}

/// The IMDN in a SEND: which message, about whom, and what became of it.
pub(super) fn notification(send: &MsrpText) -> (String, String, String) {
    assert_eq!(send.method(), Some("SEND"));
    assert_eq!(send.header("Content-Type"), Some("message/cpim"));
    let body = send.body();
    assert!(body.contains("Content-Type: message/imdn+xml"), "{body}");
    let part = |open: &str, close: &str| between(body, open, close).to_string();
    let fate = part("<delivery-notification><status><", "/>");
    (part("<message-id>", "</message-id>"), part("<recipient-uri>", "</recipient-uri>"), fate)
}

// TS 23.204 6.10 item 1, 6.18 items 1 and 3; interworking 2.4 TP-SRR, 2.8 item 7, 11 row 17
#[test]
fn a_report_of_success_comes_when_the_service_centre_says_that_the_text_was_delivered() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let transaction = stage.send_text(0, "hello", "Success-Report: yes\r\n");
        assert!(stage.network.sms.submitted[0].wants_report);
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200), "the service centre has it");
        assert!(told(&stage).is_empty(), "but nobody knows whether Bob has");
        report(&mut stage, 0, Status::DELIVERED);
        let [report] = told(&stage)[..] else { panic!("one report") };
        assert_eq!(report.method(), Some("REPORT"));
        assert_eq!(report.header("Message-ID"), Some(&format!("m{transaction}")[..]));
        assert_eq!(report.header("Status"), Some("000 200 OK"));
        assert_eq!(
            (report.header("To-Path"), report.header("From-Path")),
            (Some(UE_PATH), Some(&stage.calls[0].media().1[..]))
        );
        let body = format!(
            "From: <sip:alice@ims.example>\r\nTo: <tel:{BOB}>\r\n\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\nhello"
        );
        assert_eq!(
            report.header("Byte-Range"),
            Some(&format!("1-{length}/{length}", length = body.len())[..])
        );
        bye(stage)
    });
}

// interworking 2.4 TP-SRR, 11 row 16
#[test]
fn a_text_whose_sender_wants_to_know_nothing_asks_for_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.chat_user_says("hello");
        // A display notification has no counterpart in SMS.
        send(&mut stage, "hello", "display");
        assert!(stage.network.sms.submitted.iter().all(|submitted| !submitted.wants_report));
        report(&mut stage, 0, Status::DELIVERED);
        assert!(told(&stage).is_empty());
        bye(stage)
    });
}

// interworking 2.7 row 1 chat, 11 row 17
#[test]
fn where_the_operator_asks_for_no_reports_what_the_service_centre_has_is_delivered() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.status_reports = false));
        stage.send_text(0, "hello", "Success-Report: yes\r\n");
        assert!(!stage.network.sms.submitted[0].wants_report);
        assert_eq!(told(&stage)[0].header("Status"), Some("000 200 OK"));
        // Without a response, too: a report is asked for by itself.
        stage.send_text(0, "hello", "Success-Report: yes\r\nFailure-Report: no\r\n");
        assert_eq!(told(&stage).len(), 2);
        send(&mut stage, "hello", "positive-delivery");
        assert_eq!(notification(told(&stage)[2]).2, "delivered");
        // Failure is said by the response.
        stage.network.sms.manners.verdict = Verdict::Refused(5557, None);
        let transaction = stage.send_text(0, "hello", "Success-Report: yes\r\n");
        assert_eq!(stage.network.wires[0].response(&transaction), Some(403));
        assert_eq!(told(&stage).len(), 3);
        bye(stage)
    });
}

// TS 23.204 6.10 items 2, 3 and 4; interworking 2.8 item 9
#[test]
fn a_delivery_is_notified_to_who_asked_for_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, "hello", "positive-delivery, display");
        report(&mut stage, 0, Status::DELIVERED);
        let [notified] = told(&stage)[..] else { panic!("one notification") };
        assert_eq!(notification(notified), ("imdn77".into(), format!("tel:{BOB}"), "delivered".into()));
        bye(stage)
    });
}

// TS 23.204 6.18 item 3; interworking 2.8 items 8 and 9
#[test]
fn a_failure_after_the_service_centre_had_the_text_is_told() {
    on_every_layout(|layout| {
        for (status, fate, code) in [
            (Status::VALIDITY_EXPIRED, "failed", "000 408"),
            (Status::STOPPED_REJECTED, "forbidden", "000 403"),
        ] {
            let mut stage = Stage::chatting(Plan::new(layout));
            send(&mut stage, "hello", "positive-delivery, negative-delivery");
            report(&mut stage, 0, status);
            let told = told(&stage);
            assert_eq!(
                told.len(),
                2,
                "IMDN, and REPORT because failures are reported unless that is unwanted"
            );
            let imdn = told.iter().find(|message| message.method() == Some("SEND")).expect("IMDN");
            assert_eq!(notification(imdn).2, fate);
            let report = told.iter().find(|message| message.method() == Some("REPORT")).expect("REPORT");
            assert!(report.header("Status").is_some_and(|status| status.starts_with(code)));
            bye(stage).expect_nothing_left();
        }
        Stage::new(layout)
    });
}

#[test]
fn a_failure_at_once_is_notified_beside_the_response() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Refused(5557, None);
        let transaction = send(&mut stage, "hello", "negative-delivery");
        assert_eq!(stage.network.wires[0].response(&transaction), Some(403));
        assert_eq!(told(&stage).len(), 1);
        assert_eq!(notification(told(&stage)[0]).2, "failed");
        bye(stage)
    });
}

// interworking 2.8 items 4 and 5, 11 rows 24 and 26
#[test]
fn what_could_not_even_be_tried_has_failed() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.segments_max = 2));
        let head = format!(
            "From: <sip:alice@ims.example>\r\nTo: <tel:{BOB}>\r\nNS: imdn <urn:ietf:params:imdn>\r\n\
             imdn.Message-ID: imdn77\r\nimdn.Disposition-Notification: negative-delivery\r\n\r\n"
        );
        let bodies = [
            (format!("{head}Content-Type: image/png\r\n\r\npng"), 415),
            (format!("{head}Content-Type: text/plain;charset=UTF-8\r\n\r\n{}", "long ".repeat(80)), 413),
        ];
        for (place, (body, status)) in bodies.iter().enumerate() {
            let transaction = stage.send_body(0, "message/cpim", body, "");
            assert_eq!(stage.network.wires[0].response(&transaction), Some(*status));
            let told = notification(told(&stage)[place]);
            assert_eq!(told, ("imdn77".into(), format!("tel:{BOB}"), "failed".into()), "{status}");
        }
        let body = bodies[0].0.replace("negative-", "positive-");
        stage.send_body(0, "message/cpim", &body, "");
        assert_eq!(told(&stage).len(), 2, "who did not ask is not told");
        assert!(stage.network.sms.submitted.is_empty());
        bye(stage)
    });
}

#[test]
fn what_is_still_tried_is_no_news() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, "hello", "positive-delivery, negative-delivery");
        report(&mut stage, 0, Status::TRYING_NO_RESPONSE);
        assert!(told(&stage).is_empty());
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(told(&stage).len(), 1);
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(told(&stage).len(), 1, "told once");
        bye(stage)
    });
}

#[test]
fn a_long_text_is_delivered_when_all_of_it_is() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, &"long ".repeat(80), "positive-delivery");
        assert!(stage.network.sms.submitted.iter().all(|submitted| submitted.wants_report));
        for place in [1, 1, 2] {
            report(&mut stage, place, Status::DELIVERED);
            assert!(told(&stage).is_empty());
        }
        report(&mut stage, 0, Status::DELIVERED);
        assert_eq!(told(&stage).len(), 1);
        bye(stage)
    });
}

#[test]
fn a_report_that_overtakes_the_acknowledgements_counts() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        send(&mut stage, &"long ".repeat(80), "positive-delivery");
        stage.network.take_submitted(0, Verdict::Taken);
        for place in [0, 1, 1, 2] {
            report(&mut stage, place, Status::DELIVERED);
        }
        stage.network.take_submitted(1, Verdict::Taken);
        assert!(told(&stage).is_empty(), "the service centre has not taken all of it");
        stage.network.take_submitted(2, Verdict::Taken);
        assert_eq!(told(&stage).len(), 1);
        // A report that comes again speaks of no later text.
        report(&mut stage, 0, Status::DELIVERED);
        stage.network.sms.manners.verdict = Verdict::Taken;
        for _ in 0..86 {
            send(&mut stage, &"long ".repeat(80), "none");
        }
        let place = stage.network.sms.submitted.len();
        let reused = stage.network.sms.submitted[2].reference;
        send(&mut stage, "short", "positive-delivery");
        assert_eq!(stage.network.sms.submitted[place].reference, reused.wrapping_add(3));
        assert_eq!(told(&stage).len(), 1);
        report(&mut stage, place, Status::DELIVERED);
        assert_eq!(told(&stage).len(), 2);
        bye(stage)
    });
}

#[test]
fn one_segment_that_fails_is_the_fate_of_the_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, &"long ".repeat(80), "positive-delivery, negative-delivery");
        report(&mut stage, 0, Status::DELIVERED);
        report(&mut stage, 1, Status::DOES_NOT_EXIST);
        report(&mut stage, 2, Status::DELIVERED);
        let imdns: Vec<_> =
            told(&stage).into_iter().filter(|message| message.method() == Some("SEND")).collect();
        assert_eq!(imdns.len(), 1);
        assert_eq!(notification(imdns[0]).2, "failed");
        bye(stage)
    });
}

// TS 23.204 6.18 item 2
#[test]
fn reports_find_their_text_among_others() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let transactions =
            ["one", "two", "three"].map(|text| stage.send_text(0, text, "Success-Report: yes\r\n"));
        for (place, told_so_far) in [(1, 1), (2, 2), (0, 3)] {
            report(&mut stage, place, Status::DELIVERED);
            let told = told(&stage);
            assert_eq!(told.len(), told_so_far);
            let about = told.last().and_then(|report| report.header("Message-ID"));
            assert_eq!(about, Some(&format!("m{}", transactions[place])[..]));
        }
        bye(stage)
    });
}

#[test]
fn a_report_on_somebody_else_or_on_nothing_is_taken_and_told_to_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, "hello", "positive-delivery");
        let reference = stage.network.sms.submitted[0].reference;
        report_on(&mut stage, "+4915550002", reference, Status::DELIVERED);
        report_on(&mut stage, BOB, reference.wrapping_add(100), Status::DELIVERED);
        assert!(told(&stage).is_empty());
        bye(stage)
    });
}

// interworking 2.8 item 10
#[test]
fn a_report_that_comes_after_the_chat_is_taken_and_told_to_nobody() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        send(&mut stage, "hello", "positive-delivery");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage.network.wait(Duration::from_secs(40));
        report(&mut stage, 0, Status::DELIVERED);
        assert!(told(&stage).is_empty());
        stage
    });
}

#[test]
fn one_chat_waits_for_no_more_reports_than_its_share() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        // So that there is room for more than one chat's share.
        plan.sessions_max = 32;
        let mut stage = Stage::chatting(plan);
        for _ in 0..70 {
            let transaction = stage.send_text(0, "hello", "Success-Report: yes\r\n");
            assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        }
        let counts = [Count::DueReports, Count::ReportsForgone].map(|count| stage.network.count(count));
        assert_eq!(counts, [64, 6]);
        // The oldest have given way, the latest have not.
        report(&mut stage, 5, Status::DELIVERED);
        assert!(told(&stage).is_empty());
        report(&mut stage, 69, Status::DELIVERED);
        report(&mut stage, 6, Status::DELIVERED);
        assert_eq!(told(&stage).len(), 2);
        bye(stage)
    });
}

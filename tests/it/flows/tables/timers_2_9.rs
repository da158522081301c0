//! Table 2.9: each timer, a moment before it and a moment after it.

use interwork::MsisdnPool;
use sms::Status;
use tempo::Duration;

use crate::flows::joining::{joined, mail, segments};
use crate::flows::receipts::{report, told};
use crate::paper::plan::ENDED;
use crate::paper::sms_side::{Mailing, Ticket, digits};
use crate::paper::stage::{BOB, deliver};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

/// One timer.
struct Row {
    name: &'static str,
    seconds: u64,
    /// Plays until the timer runs.
    arrange: fn(Layout) -> (Stage, Question),
    /// Ends what is left, whether the timer has ended or not.
    leave: fn(&mut Stage),
}

/// Has the timer ended? Asked once, of what the peers see.
type Question = Box<dyn FnOnce(&mut Stage) -> bool>;

/// A chat that is not ended by its session timer or its silence.
fn lasting(layout: Layout) -> Plan {
    let mut plan = Plan::new(layout);
    plan.session.want = false;
    plan.policy.idle_timer = Duration::from_secs(7 * 86_400);
    plan
}

/// Has the gateway said goodbye to both?
fn is_parted(stage: &mut Stage) -> bool {
    let has_ended = !stage.byes(0).is_empty();
    assert_eq!(stage.sms_user_heard().last() == Some(&ENDED), has_ended, "both are told, or neither");
    has_ended
}

/// Does the SMS centre keep a short message, which would else have heard this?
fn is_kept(stage: &mut Stage, ticket: Ticket, otherwise: Delivery) -> bool {
    let heard = stage.network.sms.delivery(ticket);
    assert!(heard == Delivery::NotNow || heard == otherwise, "{heard:?}");
    heard == Delivery::NotNow
}

/// Ends call 0, if nobody has.
fn bye(stage: &mut Stage) {
    if stage.byes(0).is_empty() {
        assert_eq!(stage.request(0, "BYE"), Some(200));
    }
}

/// Ends an invitation, if nobody has.
fn cancel(stage: &mut Stage) {
    for call in 0..stage.calls.len() {
        if stage.statuses(call).iter().all(|status| *status < 200) {
            let cancel = stage.calls[call].cancel();
            stage.send(call, cancel);
        }
        if stage.calls[call].answer.is_none() {
            stage.ack(call);
        }
    }
}

#[test]
fn each_timer_ends_when_it_should_and_not_before() {
    on_every_layout(|layout| {
        let rows = [
            // interworking 2.9 T-answer
            Row {
                name: "T-answer",
                seconds: 600,
                arrange: |layout| {
                    let stage = Stage::inviting(Plan::new(layout));
                    (stage, Box::new(|stage| stage.statuses(0).contains(&480)))
                },
                leave: cancel,
            },
            // interworking 2.9 T-refresh
            Row {
                name: "T-refresh",
                seconds: 60,
                arrange: |layout| {
                    let stage = Stage::inviting(Plan::new(layout));
                    (stage, Box::new(|stage| stage.statuses(0) == [100, 180, 180]))
                },
                leave: cancel,
            },
            // interworking 2.9 T-idle
            Row {
                name: "T-idle",
                seconds: 86_400,
                arrange: |layout| {
                    let mut plan = Plan::new(layout);
                    plan.session.want = false;
                    (Stage::chatting(plan), Box::new(is_parted))
                },
                leave: bye,
            },
            // interworking 2.9 T-concat
            Row {
                name: "T-concat",
                seconds: 120,
                arrange: |layout| {
                    let mut stage = Stage::chatting(Plan::new(layout));
                    mail(&mut stage, &segments(&"x".repeat(400), 9)[0]);
                    let cut_short = format!("{}[…]", "x".repeat(153));
                    (stage, Box::new(move |stage| joined(stage) == [cut_short]))
                },
                leave: bye,
            },
            // interworking 2.9 T-mtcorr, 11 row 39
            Row {
                name: "T-mtcorr",
                seconds: 60,
                arrange: |layout| {
                    let mut stage = Stage::chatting(Plan::new(layout));
                    let number = stage.session_number();
                    let correlation = stage.route(BOB, &number);
                    assert!(
                        correlation.starts_with("26299") && correlation.len() == 15,
                        "MCC, MNC, nine digits"
                    );
                    let leads_nowhere = move |stage: &mut Stage| {
                        let tpdu = deliver(BOB, "hello");
                        let end_to_end = stage.network.sms.next_end_to_end();
                        let mailing =
                            Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
                        let ticket = stage.network.mail(0, &mailing);
                        is_kept(stage, ticket, Delivery::Taken)
                    };
                    (stage, Box::new(leads_nowhere))
                },
                leave: bye,
            },
            // interworking 2.9 T-quarantine, 11 row 20
            Row {
                name: "T-quarantine",
                seconds: 86_400,
                arrange: |layout| {
                    let mut stage = Stage::inviting(Plan::with(layout, |policy| {
                        policy.pool = MsisdnPool::new([interwork::Msisdn(digits("491519900009"))]);
                        // Seven days would show no more, and take longer.
                        policy.rest = Duration::from_secs(86_400);
                    }));
                    assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
                    stage.ack(0);
                    let serves_a_stranger = |stage: &mut Stage| {
                        let carol = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
                        match &stage.statuses(carol)[..] {
                            [100, 180] => true,
                            [100, 480] => false,
                            other => panic!("{other:?}"),
                        }
                    };
                    (stage, Box::new(serves_a_stranger))
                },
                leave: cancel,
            },
            // interworking 2.9 T-msrp-connect
            Row {
                name: "T-msrp-connect",
                seconds: 30,
                arrange: |layout| {
                    let mut stage = Stage::inviting(Plan::new(layout));
                    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
                    stage.ack(0);
                    (stage, Box::new(is_parted))
                },
                leave: bye,
            },
            // interworking 2.9 T-msrp-resp: the SMS centre hears of it while it still waits.
            Row {
                name: "T-msrp-resp",
                seconds: 20,
                arrange: |layout| {
                    let mut stage = Stage::chatting(Plan::new(layout));
                    stage.network.wires[0].verdict = None;
                    let number = stage.session_number();
                    let ticket = stage.text(BOB, &number, "hello");
                    (stage, Box::new(move |stage| is_kept(stage, ticket, Delivery::Waiting)))
                },
                leave: bye,
            },
            // interworking 2.9 T-status-report. TS 23.204 6.10 item 5: nobody is told anything then.
            Row {
                name: "T-status-report",
                seconds: 72 * 3600,
                arrange: |layout| {
                    let mut stage = Stage::chatting(lasting(layout));
                    stage.send_text(0, "hello", "Success-Report: yes\r\n");
                    let is_nobodys = |stage: &mut Stage| {
                        report(stage, 0, Status::DELIVERED);
                        told(stage).is_empty()
                    };
                    (stage, Box::new(is_nobodys))
                },
                leave: bye,
            },
        ];
        for row in &rows {
            for is_late in [false, true] {
                let (mut stage, has_ended) = (row.arrange)(layout);
                let whole = Duration::from_secs(row.seconds);
                let margin = Duration::from_secs(1);
                stage.network.wait(if is_late { whole + margin } else { whole - margin });
                assert_eq!(has_ended(&mut stage), is_late, "{}", row.name);
                (row.leave)(&mut stage);
                stage.expect_nothing_left();
            }
        }
        Stage::new(layout)
    });
}

//! Table 2.7: what the SMS side says of a short message, and what the chat user hears of it.

use tempo::Duration;

use crate::flows::receipts::{notification, send, told};
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::{Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

/// One cause, or one kind of it.
struct Row {
    name: &'static str,
    /// What each attempt hears, in order; there is none behind the last.
    answers: &'static [Verdict],
    /// What the INVITE hears at the end.
    invitation: u16,
    /// What the SEND hears.
    chat: u16,
}

const fn row(name: &'static str, answers: &'static [Verdict], invitation: u16, chat: u16) -> Row {
    Row { name, answers, invitation, chat }
}

const fn refused(code: u32) -> Verdict {
    Verdict::Refused(code, None)
}

const fn failed(cause: u32) -> Verdict {
    Verdict::Refused(5555, Some(cause))
}

use Verdict::{Error, Report, Silence, Taken};

const ROWS: [Row; 32] = [
    row("1 success", &[Taken], 180, 200),
    row("2 unknown subscriber", &[refused(5001)], 404, 403),
    row("3 service barred", &[refused(5557)], 403, 403),
    row("3 not subscribed", &[refused(5556)], 403, 403),
    row("4 facility not supported", &[refused(5552)], 480, 408),
    row("4 illegal subscriber", &[refused(5553)], 480, 408),
    row("4 illegal equipment", &[refused(5554)], 480, 408),
    row("5 absent, then not", &[refused(5550), Taken], 180, 200),
    row("6 busy, then not", &[refused(5551), Taken], 180, 200),
    row("7 memory full, then not", &[failed(0), Taken], 180, 200),
    row("8 equipment protocol error", &[failed(1)], 480, 408),
    row("8 not equipped", &[failed(2)], 480, 408),
    row("8 invalid SME address", &[failed(5)], 404, 403),
    row("8 no subscriber of the service centre", &[failed(6)], 480, 408),
    row("9 unknown service centre, another can", &[failed(3), Taken], 180, 200),
    row("9 congestion, another can", &[failed(4), Taken], 180, 200),
    row("9 none can", &[failed(3), failed(4)], 480, 408),
    row("10 no way there, then one", &[Error(3002), Taken], 180, 200),
    row("10 too busy, then not", &[Error(3004), Error(3004), Taken], 180, 200),
    row("10 unable to comply, then able", &[Error(5012), Taken], 180, 200),
    row("10 no way there", &[Error(3002), Error(3002), Error(3002)], 480, 408),
    row("10 too busy", &[Error(3004), Error(3004), Error(3004)], 480, 408),
    row("10 unable to comply", &[Error(5012), Error(5012), Error(5012)], 480, 408),
    row("10 no answer, then one", &[Silence, Taken], 180, 200),
    row("10 no answer", &[Silence, Silence, Silence], 480, 408),
    row("11 TP-FCS C0, then not", &[Report(0xC0), Taken], 180, 200),
    row("12 TP-FCS C1", &[Report(0xC1)], 403, 403),
    row("12 TP-FCS C3", &[Report(0xC3)], 404, 403),
    row("12 TP-FCS C4", &[Report(0xC4)], 403, 403),
    row("13 TP-FCS C5", &[Report(0xC5)], 180, 200),
    row("13 TP-FCS C5 after no answer", &[Silence, Report(0xC5)], 180, 200),
    row("13 TP-FCS C5 after a failure", &[Error(3002), Report(0xC5)], 180, 200),
];

/// Two service centres, by number; the short messages wait for what the row says.
fn plan(layout: Layout) -> Plan {
    Plan::with(layout, |policy| policy.other_service_centres = [digits("447700900015")].into())
}

/// The SMS side says what the row has for each attempt; afterwards there is no more of them.
fn answer(stage: &mut Stage, row: &Row) {
    for (place, verdict) in row.answers.iter().enumerate() {
        assert_eq!(stage.network.sms.submitted.len(), place + 1, "{}: attempt {place}", row.name);
        stage.network.take_submitted(place, *verdict);
        let is_last = place + 1 == row.answers.len();
        let until_the_next = match verdict {
            Silence => 11_100,
            // Of the moment: see sms_retries for what never passes.
            Report(0xC0) | Verdict::Refused(5550 | 5551, _) | Verdict::Refused(_, Some(0)) => 10_100,
            _ => 1_100,
        };
        if !is_last {
            let has_come = stage.network.sms.submitted.len() > place + 1;
            stage.network.wait(Duration::from_millis(if has_come { 0 } else { until_the_next }));
        }
    }
    // The rest of the guard, should nobody have answered at all.
    stage.network.wait(Duration::from_secs(26));
    assert_eq!(stage.network.sms.submitted.len(), row.answers.len(), "{}: and no more", row.name);
}

// interworking 2.7 rows 1 to 13 invitation
#[test]
fn an_invitation_is_answered_as_the_sms_side_says() {
    on_every_layout(|layout| {
        for row in &ROWS {
            let mut stage = Stage::of(plan(layout));
            stage.network.sms.manners.verdict = Silence;
            let call = stage.invite(Invitation::to(BOB));
            answer(&mut stage, row);
            // A refusal is repeated until its ACK (RFC 3261 17.2.1).
            let mut statuses = stage.statuses(call);
            statuses.dedup();
            assert_eq!(statuses, [100, row.invitation], "{}", row.name);
            if row.invitation == 180 {
                let cancel = stage.calls[call].cancel();
                stage.send(call, cancel);
            }
            stage.ack(call);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

// interworking 2.7 rows 1 to 13 chat
#[test]
fn a_chat_message_is_answered_as_the_sms_side_says() {
    on_every_layout(|layout| {
        for row in &ROWS {
            let mut stage = Stage::chatting(plan(layout));
            stage.network.sms.manners.verdict = Silence;
            let transaction = send(&mut stage, "hello", "positive-delivery, negative-delivery");
            answer(&mut stage, row);
            assert_eq!(stage.network.wires[0].response(&transaction), Some(row.chat), "{}", row.name);
            let fates: Vec<String> = told(&stage).into_iter().map(|send| notification(send).2).collect();
            match row.chat {
                // Whether Bob has it is the status report's to say.
                200 => assert!(fates.is_empty(), "{}", row.name),
                _ => assert_eq!(fates, ["failed"], "{}", row.name),
            }
            stage.network.sms.manners.verdict = Taken;
            assert_eq!(stage.request(0, "BYE"), Some(200));
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

//! Table 2.3: an invitation, check by check.

use interwork::{Access, Anonymity, MsisdnPool, NumberSource};
use sip::StatusCode;
use tempo::Duration;

use crate::paper::call::{ALICE, offer};
use crate::paper::plan::WITHDRAWN;
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

/// One row, or one case of it.
struct Row {
    name: &'static str,
    plan: fn(&mut Plan),
    /// Plays until the INVITE has its final answer; which call it is.
    play: fn(&mut Stage) -> usize,
    /// What the INVITE hears.
    statuses: &'static [u16],
    /// Headers of the final answer, and what stands in them.
    says: &'static [(&'static str, &'static str)],
    /// Short messages that Bob gets.
    texts: usize,
}

fn plain(_: &mut Plan) {}

/// The call is refused before anybody is asked.
fn row(
    name: &'static str,
    plan: fn(&mut Plan),
    play: fn(&mut Stage) -> usize,
    statuses: &'static [u16],
    says: &'static [(&'static str, &'static str)],
) -> Row {
    Row { name, plan, play, statuses, says, texts: 0 }
}

fn invite(stage: &mut Stage) -> usize {
    stage.invite(Invitation::to(BOB))
}

/// An INVITE with one more header line.
fn with(stage: &mut Stage, header: &str) -> usize {
    stage.invite(Invitation::to(BOB).with(header))
}

/// An INVITE for this Request-URI.
fn for_uri(stage: &mut Stage, uri: &str) -> usize {
    let mut invitation = Invitation::to(BOB);
    invitation.uri = uri.into();
    stage.invite(invitation)
}

/// An INVITE that says something else.
fn altered(stage: &mut Stage, what: &str, into: &str) -> usize {
    let call = crate::paper::call::Call::new(Invitation::to(BOB), stage.calls.len());
    let text = call.invite();
    assert!(text.contains(what));
    stage.calls.push(call);
    stage.send(stage.calls.len() - 1, text.replace(what, into));
    stage.calls.len() - 1
}

fn answered(stage: &mut Stage, word: &str) -> usize {
    let call = invite(stage);
    assert_eq!(stage.sms_user_says(word), Delivery::Taken);
    call
}

fn withdrawn(stage: &mut Stage) -> usize {
    let call = invite(stage);
    let cancel = stage.calls[call].cancel();
    stage.send(call, cancel);
    call
}

/// Nobody says anything until the answer timer has run out.
fn silent(stage: &mut Stage) -> usize {
    let call = invite(stage);
    stage.network.wait(Duration::from_millis(600_100));
    call
}

fn refusing_with(plan: &mut Plan, no: StatusCode, silence: StatusCode) {
    plan.policy.reject_status = no;
    plan.policy.no_answer_status = silence;
    plan.policy.refresh_timer = Duration::from_secs(700);
}

fn one_number(plan: &mut Plan) {
    plan.policy.pool = MsisdnPool::new([interwork::Msisdn(digits("491519900009"))]);
}

/// Plays a row, and what it leaves behind.
fn play(row: &Row, layout: crate::paper::Layout) {
    let mut plan = Plan::new(layout);
    (row.plan)(&mut plan);
    let mut stage = Stage::of(plan);
    let call = (row.play)(&mut stage);
    assert_eq!(stage.statuses(call), row.statuses, "{}", row.name);
    let answer = stage.answer(call).clone();
    for (header, value) in row.says {
        assert!(answer.need(header).contains(value), "{}: {}", row.name, answer.text());
    }
    assert_eq!(stage.sms_user_heard().len(), row.texts, "{}", row.name);
    for call in 0..stage.calls.len() {
        let is_pending = stage.statuses(call).iter().all(|status| *status < 200);
        if is_pending {
            let cancel = stage.calls[call].cancel();
            stage.send(call, cancel);
        }
        stage.ack(call);
        if stage.answer(call).status() == Some(200) {
            assert_eq!(stage.request(call, "BYE"), Some(200));
        }
    }
    stage.expect_nothing_left();
}

fn play_all(rows: &[Row], layout: crate::paper::Layout) -> Stage {
    rows.iter().for_each(|row| play(row, layout));
    Stage::new(layout)
}

#[test]
fn who_and_what_is_let_in() {
    on_every_layout(|layout| {
        let rows = [
            // interworking 2.3 row 0
            row("0 syntax", plain, |stage| altered(stage, "Forwards: 68", "Forwards: many"), &[400], &[]),
            row(
                "0 an extension",
                plain,
                |stage| with(stage, "Require: precondition"),
                &[420],
                &[("Unsupported", "precondition")],
            ),
            // interworking 2.3 row 1
            row(
                "1 overload",
                |plan| plan.sessions_max = 1,
                |stage| {
                    invite(stage);
                    let second = invite(stage);
                    stage.network.sms.submitted.clear();
                    second
                },
                &[100, 503],
                &[("Retry-After", "")],
            ),
            // interworking 2.3 row 3, 2.3 row 6
            row(
                "3, 6 nobody",
                plain,
                |stage| stage.invite(Invitation::to(BOB).without_identity()),
                &[100, 403],
                &[],
            ),
            row(
                "3 served as the one who is called",
                plain,
                |stage| {
                    let invitation = Invitation::to(BOB).without_identity();
                    stage.invite(invitation.with(&format!("P-Served-User: <tel:{ALICE}>;sescase=term")))
                },
                &[100, 403],
                &[],
            ),
            // interworking 2.3 row 4, 11 row 7
            row(
                "4 no authorisation",
                |plan| plan.policy.access = Access::Subscribers,
                invite,
                &[100, 403],
                &[("Warning", "127 Service not authorised")],
            ),
            // interworking 2.3 row 5, 11 row 5
            row(
                "5 hidden",
                |plan| plan.policy.anonymity = Anonymity::Prohibited,
                |stage| with(stage, "Privacy: id"),
                &[100, 433],
                &[],
            ),
            row(
                "5 hidden, as older networks say it",
                |plan| {
                    plan.policy.anonymity = Anonymity::Prohibited;
                    plan.policy.anonymity_status = StatusCode::FORBIDDEN;
                },
                |stage| with(stage, "Privacy: id"),
                &[100, 403],
                &[("Warning", "119 Anonymity not allowed")],
            ),
            // interworking 2.3 row 7
            row("7 no number", plain, |stage| for_uri(stage, "sip:bob@ims.example"), &[100, 404], &[]),
            row("7 no country", plain, |stage| for_uri(stage, "tel:015550001"), &[100, 484], &[]),
            row(
                "7 a number of some place",
                plain,
                |stage| for_uri(stage, "tel:5550001;phone-context=+49155"),
                &[100, 484],
                &[],
            ),
            row(
                "7 the same in a SIP URI",
                plain,
                |stage| for_uri(stage, "sip:5550001;phone-context=+49155@ims.example;user=phone"),
                &[100, 484],
                &[],
            ),
            row("7 no subscriber", plain, |stage| for_uri(stage, "tel:+49155"), &[100, 484], &[]),
            // interworking 2.3 row 9
            row(
                "9 no MSRP",
                plain,
                |stage| {
                    let audio = "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n\
                                 m=audio 4000 RTP/AVP 0\r\n";
                    stage.invite(Invitation::to(BOB).offering(audio.into()))
                },
                &[100, 488],
                &[("Warning", "304 ")],
            ),
            row(
                "9 no port",
                plain,
                |stage| {
                    let refused = offer("actpass").replace("message 2855", "message 0");
                    stage.invite(Invitation::to(BOB).offering(refused))
                },
                &[100, 488],
                &[("Warning", "30")],
            ),
            row(
                "9 no text",
                plain,
                |stage| {
                    let images = offer("actpass").replace("message/cpim text/plain", "image/png");
                    stage.invite(Invitation::to(BOB).offering(images))
                },
                &[100, 488],
                &[("Warning", "305 ")],
            ),
            // interworking 2.3 row 10
            row(
                "10 too short a session",
                plain,
                |stage| {
                    let timer = Invitation::to(BOB).with("Supported: timer").with("Session-Expires: 60");
                    stage.invite(timer)
                },
                &[422],
                &[("Min-SE", "90")],
            ),
            // interworking 2.3 row 11
            row(
                "11 the same two",
                |plan| plan.policy.number_source = NumberSource::Own,
                |stage| {
                    invite(stage);
                    stage.network.sms.submitted.clear();
                    invite(stage)
                },
                &[100, 486],
                &[],
            ),
            // interworking 11 row 21
            row(
                "11 as many chats as an SMS user may have",
                |plan| plan.policy.chats_per_sms_user_max = 2,
                |stage| {
                    invite(stage);
                    stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
                    stage.network.sms.submitted.clear();
                    stage.invite(Invitation::to(BOB).from("dave", "+491517654322"))
                },
                &[100, 486],
                &[],
            ),
            // interworking 2.3 row 12
            row(
                "12 no number free",
                one_number,
                |stage| {
                    invite(stage);
                    stage.network.sms.submitted.clear();
                    stage.invite(Invitation::to(BOB).from("carol", "+491517654321"))
                },
                &[100, 480],
                &[("Retry-After", "")],
            ),
        ];
        play_all(&rows, layout)
    });
}

#[test]
fn what_the_sms_user_and_his_side_say() {
    on_every_layout(|layout| {
        let asked =
            |name, plan, play, statuses, says| Row { texts: 1, ..row(name, plan, play, statuses, says) };
        let rows = [
            // interworking 2.3 row 0
            asked(
                "0 no more hops: it is where it should be",
                plain,
                |stage| {
                    let call = altered(stage, "Forwards: 68", "Forwards: 0");
                    assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
                    call
                },
                &[100, 180, 603],
                &[],
            ),
            // interworking 2.3 row 13
            asked(
                "13 unknown subscriber",
                plain,
                |stage| {
                    stage.network.sms.manners.verdict = Verdict::Refused(5001, None);
                    invite(stage)
                },
                &[100, 404],
                &[],
            ),
            // interworking 2.3 row 14, 11 row 3
            asked(
                "14 silence",
                |plan| refusing_with(plan, StatusCode::DECLINE, StatusCode::TEMPORARILY_UNAVAILABLE),
                silent,
                &[100, 180, 480],
                &[],
            ),
            asked(
                "14 silence is 408",
                |plan| refusing_with(plan, StatusCode::DECLINE, StatusCode::REQUEST_TIMEOUT),
                silent,
                &[100, 180, 408],
                &[],
            ),
            asked(
                "14 silence is 486",
                |plan| refusing_with(plan, StatusCode::DECLINE, StatusCode::BUSY_HERE),
                silent,
                &[100, 180, 486],
                &[],
            ),
            asked(
                "14 silence is 603",
                |plan| refusing_with(plan, StatusCode::DECLINE, StatusCode::DECLINE),
                silent,
                &[100, 180, 603],
                &[],
            ),
            // interworking 2.3 row 15, 11 row 4
            asked("15 no", plain, |stage| answered(stage, "NO"), &[100, 180, 603], &[]),
            asked(
                "15 no is 486",
                |plan| refusing_with(plan, StatusCode::BUSY_HERE, StatusCode::REQUEST_TIMEOUT),
                |stage| answered(stage, "NO"),
                &[100, 180, 486],
                &[],
            ),
            // interworking 2.3 row 16
            asked(
                "16 yes",
                plain,
                |stage| answered(stage, "YES"),
                &[100, 180, 200],
                &[("Content-Type", "application/sdp"), ("Contact", "<sip:chat@10.0.0.1:507")],
            ),
            asked(
                "16 yes to who is named as served only",
                plain,
                |stage| {
                    let invitation = Invitation::to(BOB).without_identity();
                    stage.invite(invitation.with(&format!("P-Served-User: <tel:{ALICE}>;sescase=orig")));
                    assert!(stage.sms_user_heard()[0].starts_with(ALICE));
                    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
                    0
                },
                &[100, 180, 200],
                &[],
            ),
            // interworking 2.3 row 17, 11 row 12
            asked("17 CANCEL", plain, withdrawn, &[100, 180, 487], &[]),
            Row {
                texts: 2,
                ..asked(
                    "17 CANCEL, and the SMS user is told",
                    |plan| plan.policy.tell_at_cancel = true,
                    |stage| {
                        let call = withdrawn(stage);
                        // interworking 2.6 item 6
                        assert_eq!(stage.sms_user_heard().last(), Some(&WITHDRAWN));
                        assert_eq!(stage.sms_user_says("YES"), Delivery::NoSession);
                        call
                    },
                    &[100, 180, 487],
                    &[],
                )
            },
            asked(
                "17 CANCEL before the SMS side has taken the invitation: nobody knows of it",
                |plan| plan.policy.tell_at_cancel = true,
                |stage| {
                    stage.network.sms.manners.verdict = Verdict::Silence;
                    let call = withdrawn(stage);
                    stage.network.take_submitted(0, Verdict::Taken);
                    call
                },
                &[100, 487],
                &[],
            ),
        ];
        play_all(&rows, layout)
    });
}

#[test]
fn what_is_said_before_the_answer_and_with_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Silence;
        let asked_at = stage.network.clock.now();
        let vector = "icid-value=1234bc9876e;icid-generated-at=192.0.2.6;orig-ioi=home.example";
        let cema = offer("actpass") + "a=msrp-cema\r\n";
        let invitation = Invitation::to(BOB).with(&format!("P-Charging-Vector: {vector}")).offering(cema);
        let call = stage.invite(invitation.with("Subject: \u{202E}Ski\u{7}"));
        // interworking 2.3 row 2
        assert_eq!(stage.statuses(call), [100]);
        assert_eq!(stage.network.letters.last().map(|letter| letter.at), Some(asked_at), "at once");
        // interworking 2.3 item 14, 2.6 item 14
        assert!(stage.sms_user_heard()[0].contains(" chat: Ski. Reply"), "nothing turns or rings");
        // interworking 2.3 item 1, 11 row 30
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.statuses(call), [100, 180]);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        let answer = stage.answer(call).clone();
        // interworking 2.3 item 13
        assert_eq!(answer.need("P-Charging-Vector"), vector);
        // interworking 2.3 item 8
        assert!(answer.body().contains("a=msrp-cema\r\n"));
        stage.network.sms.manners.verdict = Verdict::Taken;
        stage.ack(call);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

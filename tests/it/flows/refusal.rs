//! An invitation that does not become a chat: who says so, and with which words (interworking page, tables 2.3 and 2.7).

use interwork::{Anonymity, MsisdnPool, NumberSource};
use shard::Count;
use sip::StatusCode;
use tempo::Duration;

use crate::paper::call::{ALICE, offer};
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::texts::SipText;
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

/// Invites, expects a refusal at once and nothing for the SMS user, and acknowledges it.
fn refused(plan: Plan, invitation: Invitation, status: u16) -> (Stage, SipText) {
    let mut stage = Stage::of(plan);
    let call = stage.invite(invitation);
    assert_eq!(stage.statuses(call).last(), Some(&status));
    assert!(stage.network.sms.submitted.is_empty(), "the SMS user is not bothered");
    let refusal = stage.answer(call).clone();
    assert!(refusal.to_tag().is_some());
    stage.ack(call);
    (stage, refusal)
}

#[test]
fn no_is_a_decline() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        assert_eq!(stage.sms_user_says("No"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 603]);
        stage.ack(0);
        assert_eq!(stage.sms_user_says("wait, yes"), Delivery::NoSession);
        stage
    });
}

// interworking 11 row 4
#[test]
fn the_word_to_leave_declines_an_invitation_too() {
    on_every_layout(|layout| {
        let mut stage =
            Stage::inviting(Plan::with(layout, |policy| policy.reject_status = StatusCode::BUSY_HERE));
        assert_eq!(stage.sms_user_says("stop"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 486], "with the operator's own status");
        stage.ack(0);
        stage
    });
}

#[test]
fn silence_is_unavailable_when_the_timer_ends_and_not_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.network.wait(Duration::from_secs(599));
        assert!(!stage.statuses(0).contains(&480));
        stage.network.wait(Duration::from_millis(1010));
        assert_eq!(stage.statuses(0).last(), Some(&480));
        stage.ack(0);
        assert_eq!(stage.sms_user_says("YES"), Delivery::NoSession, "too late");
        stage
    });
}

#[test]
fn a_refusal_is_repeated_until_its_ack() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("NO");
        // RFC 3261 17.2.1: timer G at 0.5, 1.5 and 3.5 s, then every 4 s.
        let refusals = |stage: &Stage| stage.statuses(0).iter().filter(|status| **status == 603).count();
        for (wait, so_far) in [(400, 1), (200, 2), (1000, 3), (2000, 4), (4000, 5)] {
            stage.network.wait(Duration::from_millis(wait));
            assert_eq!(refusals(&stage), so_far);
        }
        stage.ack(0);
        stage.network.wait(SIXTY_FOUR_T1);
        assert_eq!(refusals(&stage), 5);
        stage
    });
}

#[test]
fn a_refusal_that_nobody_acknowledges_is_given_up() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("NO");
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(60));
        // At 0, 0.5, 1.5, 3.5, then every 4 s until timer H at 32 s.
        assert_eq!(stage.statuses(0).iter().filter(|status| **status == 603).count(), 11);
        stage
    });
}

#[test]
fn a_withdrawn_invitation_is_terminated_and_its_number_is_free() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        let number = stage.session_number();
        let cancel = stage.calls[0].cancel();
        stage.send(0, cancel.clone());
        let answers: Vec<_> = stage.heard(0).filter(|sip| sip.need("CSeq") == "1 CANCEL").collect();
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].status(), Some(200));
        assert_eq!(stage.statuses(0), [100, 180, 487]);
        // RFC 3261 9.2: the To tags of both answers are the same.
        assert_eq!(answers[0].to_tag(), stage.answer(0).to_tag());
        stage.send(0, cancel);
        assert_eq!(
            stage.heard(0).filter(|sip| sip.need("CSeq") == "1 CANCEL").count(),
            2,
            "a repetition is answered"
        );
        stage.ack(0);
        let ticket = stage.text(BOB, &number, "YES");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NoSession);
        assert_eq!(stage.statuses(0), [100, 180, 487], "a late yes changes nothing");
        stage
    });
}

#[test]
fn a_bye_while_it_rings_withdraws_the_invitation() {
    on_every_layout(|layout| {
        // RFC 3261 15: the caller may end an early dialog so.
        let mut stage = Stage::inviting(Plan::new(layout));
        let ringing = stage.heard(0).find(|sip| sip.status() == Some(180)).expect("180").clone();
        stage.calls[0].answer = Some(ringing);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(stage.statuses(0), [100, 180, 487]);
        stage.ack(0);
        assert_eq!(stage.sms_user_says("YES"), Delivery::NoSession);
        stage
    });
}

#[test]
fn a_cancel_that_comes_too_late_or_for_nobody_ends_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        let cancel = stage.calls[0].cancel();
        stage.send(0, cancel.clone());
        assert_eq!(stage.statuses(0), [100, 180, 200]);
        stage.send(0, cancel.replace("z9hG4bK-cscf-0", "z9hG4bK-nobody"));
        let answers = stage.heard(0).filter(|sip| sip.need("CSeq") == "1 CANCEL");
        assert_eq!(answers.filter_map(SipText::status).collect::<Vec<_>>(), [200, 481]);
        stage.ack(0);
        stage.connect(0);
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn what_the_sms_side_says_about_the_invitation_is_said_in_sip() {
    on_every_layout(|layout| {
        let table = [
            (Verdict::Refused(5001, None), 404),
            (Verdict::Refused(5552, None), 480),
            (Verdict::Refused(5553, None), 480),
            (Verdict::Refused(5554, None), 480),
            // SM_DELIVERY_FAILURE and its causes.
            (Verdict::Refused(5555, Some(1)), 480),
            (Verdict::Refused(5555, Some(3)), 480),
            (Verdict::Refused(5555, Some(4)), 480),
            (Verdict::Refused(5555, Some(5)), 404),
            (Verdict::Refused(5555, Some(6)), 480),
            (Verdict::Refused(5556, None), 403),
            (Verdict::Refused(5557, None), 403),
            (Verdict::Error(3002), 480),
            (Verdict::Error(3004), 480),
            (Verdict::Error(5003), 403),
            (Verdict::Error(5012), 480),
        ];
        let mut stage = Stage::new(layout);
        for (verdict, status) in table {
            stage.network.sms.manners.verdict = verdict;
            let call = stage.invite(Invitation::to(BOB));
            // Where only the way has failed it is tried again, see sms_links; what may pass, see sms_retries.
            stage.network.wait(Duration::from_secs(3));
            assert_eq!(stage.statuses(call).first(), Some(&100));
            assert_eq!(stage.answer(call).status(), Some(status), "{verdict:?}");
            stage.ack(call);
        }
        stage
    });
}

#[test]
fn one_refused_segment_refuses_the_invitation() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.policy.wording.invite =
            interwork::Template::parse(&format!("{{inviter}}{}", "x".repeat(400))).expect("a template");
        let mut stage = Stage::of(plan);
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.invite(Invitation::to(BOB));
        stage.network.take_submitted(0, Verdict::Taken);
        stage.network.take_submitted(1, Verdict::Refused(5557, None));
        assert_eq!(stage.statuses(0), [100, 403]);
        stage.network.take_submitted(2, Verdict::Taken);
        assert_eq!(stage.statuses(0), [100, 403]);
        stage.ack(0);
        stage
    });
}

#[test]
fn an_invitation_that_the_sms_side_does_not_answer_is_unavailable_after_its_guard() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.invite(Invitation::to(BOB));
        stage.network.wait(Duration::from_secs(24));
        assert_eq!(stage.statuses(0), [100]);
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(stage.statuses(0), [100, 480]);
        stage.ack(0);
        stage
    });
}

#[test]
fn an_extension_that_is_required_and_unknown_is_named() {
    on_every_layout(|layout| {
        let invitation = Invitation::to(BOB).with("Require: 100rel, precondition");
        let (stage, refusal) = refused(Plan::new(layout), invitation, 420);
        // RFC 3261 8.2.2.3
        assert_eq!(refusal.need("Unsupported"), "precondition");
        stage
    });
}

#[test]
fn a_body_that_is_no_session_description_is_refused_with_what_would_be_one() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.invite(Invitation::to(BOB));
        stage.sms_user_says("NO");
        stage.ack(0);
        let call = stage.invite(Invitation::to(BOB));
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        stage.ack(call);
        let call = stage.calls.len();
        let odd = crate::paper::call::Call::new(Invitation::to(BOB), call);
        let text = odd.invite().replace("application/sdp", "text/html");
        stage.calls.push(odd);
        stage.send(call, text);
        assert_eq!(stage.statuses(call).last(), Some(&415));
        // RFC 3261 8.2.3
        assert!(stage.answer(call).need("Accept").starts_with("application/sdp"));
        stage.ack(call);
        stage
    });
}

#[test]
fn an_offer_that_cannot_be_answered_is_refused_before_anybody_is_asked() {
    on_every_layout(|layout| {
        let audio = "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n\
                     m=audio 4000 RTP/AVP 0\r\n";
        let cases = [
            ("no MSRP", audio.to_string()),
            ("no session", String::new()),
            ("over TLS", offer("actpass").replace("TCP/MSRP", "TCP/TLS/MSRP")),
            ("the other side waits", offer("passive")),
            ("nobody connects", offer("holdconn")),
            ("port zero", offer("actpass").replace("message 2855", "message 0")),
            ("no path", offer("actpass").replace("a=path", "a=way")),
            ("a file", offer("actpass") + "a=file-selector:name:\"x.jpg\"\r\n"),
            ("no text", offer("actpass").replace("text/plain", "image/png").replace("message/cpim ", "")),
        ];
        let mut last = None;
        for (what, offered) in cases {
            let (stage, refusal) = refused(Plan::new(layout), Invitation::to(BOB).offering(offered), 488);
            let warning = refusal.need("Warning");
            assert!(warning.starts_with("30") || warning.starts_with("399"), "{what}: {warning}");
            last = Some(stage);
        }
        last.expect("a stage")
    });
}

#[test]
fn a_caller_whom_the_network_does_not_name_is_forbidden() {
    on_every_layout(|layout| refused(Plan::new(layout), Invitation::to(BOB).without_identity(), 403).0);
}

#[test]
fn what_is_no_chat_between_two_is_refused_before_anybody_is_asked() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for service in ["oma.cpm.session.group", "oma.cpm.filetransfer", "oma.cpm.largemsg"] {
            let call = stage.invite(
                Invitation::to(BOB)
                    .with(&format!("P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.{service}")),
            );
            assert_eq!(stage.statuses(call), [100, 488], "{service}");
            assert!(stage.answer(call).need("Warning").starts_with("304 "));
            stage.ack(call);
        }
        assert!(stage.network.sms.submitted.is_empty());
        stage
    });
}

#[test]
fn somebody_without_a_number_is_not_found() {
    on_every_layout(|layout| {
        let mut invitation = Invitation::to(BOB);
        invitation.uri = "sip:bob@ims.example".into();
        refused(Plan::new(layout), invitation, 404).0
    });
}

fn hidden() -> Invitation {
    Invitation::to(BOB).with("Privacy: id; critical")
}

// TS 23.204 6.15.1 step 4
#[test]
fn a_hidden_caller_is_refused_where_hiding_is_prohibited() {
    on_every_layout(|layout| {
        let plan = Plan::with(layout, |policy| policy.anonymity = Anonymity::Prohibited);
        let (mut stage, _) = refused(plan, hidden(), 433);
        // Asking not to hide is no wish to hide.
        let open = stage.invite(Invitation::to(BOB).with("Privacy: none"));
        assert_eq!(stage.statuses(open), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(open);
        stage
    });
}

#[test]
fn a_hidden_caller_is_refused_where_only_the_own_number_could_stand_for_the_chat() {
    on_every_layout(|layout| {
        let plan = Plan::with(layout, |policy| {
            policy.number_source = NumberSource::Own;
            policy.pool = MsisdnPool::default();
        });
        refused(plan, hidden(), 433).0
    });
}

// TS 23.204 6.15.1 step 4, 6.16.1 NOTE 1; interworking 11 row 5
#[test]
fn nothing_of_a_hidden_caller_reaches_the_sms_user() {
    on_every_layout(|layout| {
        for source in [NumberSource::Own, NumberSource::Pool] {
            let stage = hidden_chat(layout, source);
            stage.expect_nothing_left();
        }
        Stage::new(layout)
    });
}

/// A whole chat of a hidden caller; everything that the SMS side sees of it is searched.
fn hidden_chat(layout: Layout, source: NumberSource) -> Stage {
    let mut stage = Stage::of(Plan::with(layout, |policy| policy.number_source = source));
    stage.invite(hidden());
    assert!(stage.sms_user_heard()[0].starts_with("Somebody invites you"));
    assert!(crate::paper::plan::POOL.contains(&&stage.session_number()[..]), "a number of the pool");
    stage.sms_user_says("hm?");
    stage.sms_user_says("YES");
    stage.ack(0);
    stage.connect(0);
    stage.chat_user_says("guess who");
    assert_eq!(stage.request(0, "BYE"), Some(200));
    assert_eq!(stage.network.sms.submitted.len(), 4, "invitation, hint, text, notice");
    let number = ALICE.trim_start_matches('+');
    let tbcd = crate::paper::sms_side::written(|out| out.tbcd(crate::paper::sms_side::digits(ALICE)));
    for submitted in &stage.network.sms.submitted {
        assert!(!submitted.text.contains(number) && !submitted.text.contains("alice"));
        let holds = |what: &[u8]| submitted.request.windows(what.len()).any(|window| window == what);
        assert!(!holds(number.as_bytes()) && !holds(&tbcd) && !holds(b"alice"));
    }
    stage
}

// TS 23.204 6.16.1 NOTE 1; interworking 2.9 rule 1, 11 row 2
#[test]
fn with_the_own_number_a_second_chat_of_the_same_two_is_busy() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.number_source = NumberSource::Own));
        let first = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.session_number(), ALICE.trim_start_matches('+'));
        let second = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(second), [100, 486]);
        stage.ack(second);
        let carol = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(carol), [100, 180], "somebody else has another number");
        let answer = |stage: &mut Stage, number: &str| {
            let ticket = stage.text(BOB, number, "NO");
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        };
        answer(&mut stage, "491517654321");
        assert_eq!(stage.statuses(first), [100, 180], "the answer is for the other chat");
        answer(&mut stage, ALICE);
        assert_eq!(stage.statuses(first), [100, 180, 603]);
        stage.ack(first);
        stage.ack(carol);
        // The number is the caller's own, so it needs no rest.
        let again = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(again), [100, 180]);
        answer(&mut stage, ALICE);
        stage.ack(again);
        stage
    });
}

#[test]
fn when_all_numbers_are_in_use_with_this_sms_user_the_caller_is_asked_to_wait() {
    on_every_layout(|layout| {
        let one = MsisdnPool::new([interwork::Msisdn(crate::paper::sms_side::digits("491519900009"))]);
        let mut stage = Stage::inviting(Plan::with(layout, |policy| policy.pool = one));
        let second = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(second), [100, 480], "not 503: the node itself is well");
        assert!(stage.answer(second).need("Retry-After").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        stage.ack(second);
        stage.sms_user_says("NO");
        stage.ack(0);
        // The number rests: Bob may still answer the first chat on it.
        let stranger = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(stranger), [100, 480]);
        stage.ack(stranger);
        assert_eq!(stage.network.count(Count::PoolExhausted), 2, "which the operator is told");
        let same = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(same), [100, 180], "the same two may meet again at once");
        stage.sms_user_says("NO");
        stage.ack(same);
        stage
    });
}

#[test]
fn a_number_rests_for_its_time_and_may_then_serve_anybody() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::with(layout, |policy| {
            policy.pool =
                MsisdnPool::new([interwork::Msisdn(crate::paper::sms_side::digits("491519900009"))]);
            policy.rest = Duration::from_secs(900);
        }));
        stage.sms_user_says("NO");
        stage.ack(0);
        let carol = || Invitation::to(BOB).from("carol", "+491517654321");
        stage.network.wait(Duration::from_secs(899));
        let early = stage.invite(carol());
        assert_eq!(stage.statuses(early), [100, 480]);
        stage.ack(early);
        stage.network.wait(Duration::from_secs(2));
        let rested = stage.invite(carol());
        assert_eq!(stage.statuses(rested), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(rested);
        stage
    });
}

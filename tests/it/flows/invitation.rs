//! A chat user invites, and the SMS user is asked (TS 23.204 6.15.1 steps 2 to 8).

use interwork::{Msisdn, UnknownReply};
use shard::owner_of;
use tempo::Duration;

use crate::paper::call::{ALICE, SCSCF};
use crate::paper::network::{msrp, own_sip};
use crate::paper::plan::HINT;
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

// TS 23.204 6.15.1 steps 5, 7 and 8; TS 29.311 6.1.1 item 7, 6.1.8; interworking 2.6 item 1
#[test]
fn the_sms_user_is_asked_and_yes_makes_a_chat() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        assert_eq!(stage.statuses(0), [100, 180]);
        let asked = format!("{ALICE} invites you to chat. Reply YES or NO; STOP ends it.");
        assert_eq!(stage.sms_user_heard(), [asked]);
        assert_eq!(stage.sms_user_says("yes!"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 200]);
        stage.ack(0);
        stage.connect(0);
        assert_eq!(stage.chat_user_says("Hello Bob"), Some(200));
        assert_eq!(stage.sms_user_says("Hello Alice"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["Hello Alice"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// interworking 2.3 items 5, 6, 7, 10 and 12
#[test]
fn the_200_leads_to_the_shard_that_owns_the_chat_and_says_who_answers() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("YES");
        let owner = owner_of(Msisdn(digits(BOB)), layout.shards).0;
        let answer = stage.answer(0).clone();
        // RFC 3261 12.1.1: Record-Route comes back, Contact is where the dialog goes on.
        assert_eq!(answer.need("Record-Route"), format!("<sip:mo@{SCSCF};lr>"));
        assert!(answer.contact().ends_with(&own_sip(owner).to_string()), "{}", answer.contact());
        assert!(answer.need("Contact").contains("urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session"));
        assert_eq!(answer.need("P-Asserted-Identity"), format!("<tel:{BOB}>"));
        assert!(answer.need("Allow").contains("BYE"));
        assert!(answer.to_tag().is_some());
        let ringing = stage.heard(0).find(|sip| sip.status() == Some(180)).expect("180");
        assert_eq!(ringing.to_tag(), answer.to_tag(), "one dialog, early and confirmed");
        let sdp = answer.body();
        let media = msrp(owner);
        for line in [
            format!("c=IN IP4 {}\r\n", media.ip()),
            format!("m=message {} TCP/MSRP *\r\n", media.port()),
            format!("a=path:msrp://{media}/"),
            "a=accept-types:message/cpim\r\n".into(),
            "a=setup:passive\r\n".into(),
            "a=max-size:10000\r\n".into(),
        ] {
            assert!(sdp.contains(&line), "{line:?} is not in\n{sdp}");
        }
        stage.ack(0);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// interworking 2.3 item 14, 2.6 item 1
#[test]
fn what_the_chat_is_about_stands_in_the_invitation() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.invite(Invitation::to(BOB).with("Subject: Ski holidays"));
        let asked = format!("{ALICE} invites you to chat: Ski holidays. Reply YES or NO; STOP ends it.");
        assert_eq!(stage.sms_user_heard(), [asked]);
        stage.sms_user_says("NO");
        stage.ack(0);
        stage
    });
}

#[test]
fn a_sip_uri_with_a_number_is_a_number() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let mut invitation = Invitation::to(BOB);
        invitation.uri = format!("sip:{BOB}@ims.example;user=phone");
        stage.invite(invitation);
        assert_eq!(stage.statuses(0), [100, 180]);
        assert_eq!(stage.sms_user_heard().len(), 1);
        stage.sms_user_says("NO");
        stage.ack(0);
        stage
    });
}

#[test]
fn a_yes_that_overtakes_the_service_centre_counts() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(0), [100], "nobody has taken the invitation");
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 200]);
        stage.ack(0);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.statuses(0), [100, 200], "the late acknowledgement rings nobody");
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_long_invitation_rings_when_every_segment_is_taken() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.policy.wording.invite =
            interwork::Template::parse(&format!("{{inviter}}{} {{accept}}?", "x".repeat(200)))
                .expect("a template");
        let mut stage = Stage::of(plan);
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.invite(Invitation::to(BOB));
        assert_eq!(stage.network.sms.submitted.len(), 2);
        stage.network.take_submitted(1, Verdict::Taken);
        assert_eq!(stage.statuses(0), [100]);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.statuses(0), [100, 180]);
        stage.network.sms.manners.verdict = Verdict::Taken;
        stage.sms_user_says("NO");
        stage.ack(0);
        stage
    });
}

// interworking 2.3 item 2, 11 row 30
#[test]
fn ringing_is_repeated_every_minute_until_the_answer() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.network.wait(Duration::from_secs(59));
        assert_eq!(stage.statuses(0), [100, 180]);
        // RFC 3261 13.3.1.1
        stage.network.wait(Duration::from_secs(122));
        assert_eq!(stage.statuses(0), [100, 180, 180, 180, 180]);
        stage.sms_user_says("NO");
        stage.ack(0);
        stage.network.wait(Duration::from_secs(300));
        assert_eq!(stage.statuses(0), [100, 180, 180, 180, 180, 603]);
        stage
    });
}

// interworking 2.6 items 2, 10 and 11, 11 row 8
#[test]
fn an_answer_that_is_none_is_hinted_at_once_and_waited_for() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        assert_eq!(stage.sms_user_says("who is this?"), Delivery::Taken);
        assert_eq!(stage.sms_user_heard()[1..], [HINT]);
        assert_eq!(stage.sms_user_says("really, who?"), Delivery::Taken);
        assert_eq!(stage.sms_user_heard()[1..], [HINT], "once is enough");
        assert_eq!(stage.statuses(0), [100, 180]);
        assert_eq!(stage.sms_user_says("Ok."), Delivery::Taken);
        assert_eq!(stage.answer(0).status(), Some(200));
        stage.ack(0);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

// TS 23.204 6.15.1 step 8; interworking 2.6 item 11, 11 row 8
#[test]
fn in_strict_mode_what_is_not_yes_rejects() {
    on_every_layout(|layout| {
        // TS 23.204 6.15.1 step 8 to the letter.
        let mut stage =
            Stage::inviting(Plan::with(layout, |policy| policy.unknown_reply = UnknownReply::Reject));
        assert_eq!(stage.sms_user_says("who is this?"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 603]);
        assert_eq!(stage.sms_user_heard().len(), 1, "no hint");
        stage.ack(0);
        stage
    });
}

// interworking 2.3 item 4
#[test]
fn without_asking_first_a_chat_begins_only_with_somebody_whom_the_sms_side_knows() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.ask_first = false));
        stage.network.sms.manners.verdict = Verdict::Refused(5001, None);
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 404]);
        stage.ack(call);
        // What the SMS user says before the service centre has answered is for the chat.
        stage.network.sms.manners.verdict = Verdict::Silence;
        let call = stage.invite(Invitation::to(BOB));
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "no idea who you are");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        stage.network.take_submitted(1, Verdict::Taken);
        assert_eq!(stage.statuses(call), [100, 200]);
        stage.ack(call);
        stage.connect(call);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

// TS 23.204 6.15.1 NOTE 2; interworking 2.3 item 4, 11 row 1
#[test]
fn without_asking_first_the_chat_begins_at_once() {
    on_every_layout(|layout| {
        // TS 23.204 6.15.1 NOTE 2
        let mut stage = Stage::inviting(Plan::with(layout, |policy| policy.ask_first = false));
        assert_eq!(stage.statuses(0), [100, 200]);
        assert_eq!(stage.sms_user_heard().len(), 1, "the SMS user is told");
        stage.ack(0);
        stage.connect(0);
        assert_eq!(stage.chat_user_says("Hello"), Some(200));
        assert_eq!(stage.sms_user_says("yes"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["yes"], "a word like any other");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_repeated_invite_is_answered_again_and_asks_nobody_twice() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.invite(Invitation::to(BOB));
        let invite = stage.calls[0].invite();
        stage.send(0, invite.clone());
        assert_eq!(stage.statuses(0), [100, 100]);
        stage.network.take_submitted(0, Verdict::Taken);
        stage.send(0, invite.clone());
        assert_eq!(stage.statuses(0), [100, 100, 180, 180]);
        stage.sms_user_says("YES");
        // RFC 6026: the 2xx is repeated by its own timer, and a late INVITE is absorbed.
        stage.send(0, invite.clone());
        assert_eq!(stage.statuses(0), [100, 100, 180, 180, 200]);
        stage.ack(0);
        stage.send(0, invite);
        assert_eq!(stage.statuses(0), [100, 100, 180, 180, 200]);
        assert_eq!(stage.network.sms.submitted.len(), 1, "one invitation");
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_repeated_invite_hears_its_refusal_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        stage.sms_user_says("NO");
        let invite = stage.calls[0].invite();
        stage.send(0, invite.clone());
        assert_eq!(stage.statuses(0), [100, 180, 603, 603]);
        stage.ack(0);
        stage.send(0, invite);
        assert_eq!(stage.statuses(0), [100, 180, 603, 603], "after its ACK it is absorbed");
        assert_eq!(stage.network.sms.submitted.len(), 1, "one invitation");
        stage
    });
}

#[test]
fn the_same_invite_along_a_second_way_is_a_loop() {
    on_every_layout(|layout| {
        let mut stage = Stage::inviting(Plan::new(layout));
        // RFC 3261 8.2.2.2: same From tag, Call-ID and CSeq, another branch.
        let merged = stage.calls[0].invite().replace("z9hG4bK-cscf-0;", "z9hG4bK-other-way;").replacen(
            "branch=z9hG4bK-cscf-0\r\n",
            "branch=z9hG4bK-other-way\r\n",
            1,
        );
        stage.send(0, merged.clone());
        assert_eq!(stage.statuses(0), [100, 180, 482]);
        let refusal = stage.answer(0).clone();
        assert!(refusal.need("Via").contains("other-way"));
        let ack = stage.calls[0].ack_of_refusal(&refusal).replace("z9hG4bK-cscf-0", "z9hG4bK-other-way");
        stage.send(0, ack);
        stage.network.wait(Duration::from_secs(5));
        assert_eq!(stage.statuses(0), [100, 180, 482], "the ACK ends the repetition");
        assert_eq!(stage.network.sms.submitted.len(), 1, "one invitation");
        assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
        assert_eq!(stage.statuses(0), [100, 180, 482, 603], "the first way is still answered");
        let refusal = stage.heard(0).find(|sip| sip.status() == Some(603)).expect("603").clone();
        let ack = stage.calls[0].ack_of_refusal(&refusal);
        stage.send(0, ack);
        stage
    });
}

// interworking 2.9 rule 3
#[test]
fn a_second_sms_user_meets_the_same_number() {
    on_every_layout(|layout| {
        // A number serves as many chats as there are distinct SMS users.
        let one_number = interwork::MsisdnPool::new([Msisdn(digits("491519900009"))]);
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.pool = one_number));
        let carol = "+4915550002";
        let (to_bob, to_carol) = (stage.invite(Invitation::to(BOB)), stage.invite(Invitation::to(carol)));
        let number = stage.session_number();
        let answers = [(BOB, "YES"), (carol, "NO")].map(|(who, word)| stage.text(who, &number, word));
        assert_eq!(answers.map(|ticket| stage.network.sms.delivery(ticket)), [Delivery::Taken; 2]);
        assert_eq!(stage.statuses(to_bob), [100, 180, 200]);
        assert_eq!(stage.statuses(to_carol), [100, 180, 603]);
        stage.ack(to_bob);
        stage.ack(to_carol);
        assert_eq!(stage.request(to_bob, "BYE"), Some(200));
        stage
    });
}

/// A PRACK of the chat user for the provisional answer with this RSeq; what it hears.
fn prack(stage: &mut Stage, rseq: u32) -> Option<u16> {
    stage.calls[0].cseq += 1;
    let ringing = stage.heard(0).find(|sip| sip.status() == Some(180)).expect("180").clone();
    stage.calls[0].answer = Some(ringing);
    let bare = stage.calls[0].in_dialog("PRACK");
    let text = bare.replace("Content-Length", &format!("RAck: {rseq} 1 INVITE\r\nContent-Length"));
    stage.send(0, text);
    let cseq = format!("{} PRACK", stage.calls[0].cseq);
    stage.heard(0).find(|sip| sip.header("CSeq") == Some(&cseq))?.status()
}

/// RSeq of each 180 so far.
fn rseqs(stage: &Stage) -> Vec<u32> {
    let ringing = stage.heard(0).filter(|sip| sip.status() == Some(180));
    ringing.map(|sip| sip.need("RSeq").parse().expect("a number")).collect()
}

// interworking 2.3 item 3, 11 row 30
#[test]
fn who_demands_it_gets_the_ringing_for_certain() {
    on_every_layout(|layout| {
        // RFC 3262
        let mut stage = Stage::new(layout);
        stage.invite(Invitation::to(BOB).with("Require: 100rel"));
        let first = rseqs(&stage)[0];
        assert_eq!(stage.heard(0).last().expect("180").need("Require"), "100rel");
        stage.network.wait(Duration::from_millis(3600));
        assert_eq!(rseqs(&stage), [first; 4], "0.5, 1.5 and 3.5 s later again");
        assert_eq!(prack(&mut stage, first + 7), Some(481));
        assert_eq!(prack(&mut stage, first), Some(200));
        stage.network.wait(Duration::from_secs(55));
        assert_eq!(rseqs(&stage).len(), 4, "it has arrived");
        stage.network.wait(Duration::from_secs(3));
        assert_eq!(rseqs(&stage)[4], first + 1, "the next minute's is another one");
        let rung = rseqs(&stage).len();
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        assert_eq!(stage.statuses(0).last(), Some(&200));
        stage.ack(0);
        stage.network.wait(Duration::from_secs(10));
        assert_eq!(rseqs(&stage).len(), rung, "after the 200 nobody waits for a ringing");
        assert_eq!(prack(&mut stage, first + 1), Some(200), "it has crossed the 200");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_ringing_that_never_arrives_ends_the_invitation() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.invite(Invitation::to(BOB).with("Require: 100rel"));
        stage.network.wait(Duration::from_secs(33));
        assert_eq!(stage.statuses(0).last(), Some(&504));
        stage.ack(0);
        assert_eq!(stage.sms_user_says("YES"), Delivery::NoSession);
        stage
    });
}

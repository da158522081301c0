//! Things that happen a moment too early or too late: before the HSS has spoken, after somebody has gone, all at once.

use interwork::{Access, Goodbye, NumberSource, PeerId};
use shard::{Cargo, Count, Ending, SHARED_SIP, Whose};
use sms::Status;
use tempo::Duration;

use super::registration::register;
use super::subscribers::{YES, asking, notify};
use crate::paper::call::{ALICE, SCSCF};
use crate::paper::hss::{Answer, document};
use crate::paper::page::Page;
use crate::paper::sms_side::{HSS, Mailing, digits};
use crate::paper::stage::{BOB, deliver};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

#[test]
fn a_short_message_that_overtakes_what_the_hss_says_is_kept_by_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.keeps = true;
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        register(&mut stage, 0, 600);
        let ticket = stage.text(BOB, &ALICE[1..], "your code is 1234");
        let heard = stage.network.sms.delivery(ticket);
        stage.network.wait(Duration::from_secs(60));
        assert_eq!(heard, Delivery::NotNow, "5001 makes a service centre throw it away");
        stage
    });
}

#[test]
fn a_silent_hss_makes_no_short_message_fail_for_good() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.says = None;
        register(&mut stage, 0, 600);
        stage.network.wait(Duration::from_secs(30));
        let ticket = stage.text(BOB, &ALICE[1..], "your code is 1234");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow, "interworking 11 row 36");
        stage
    });
}

#[test]
fn who_leaves_between_the_routing_query_and_the_short_message_is_absent_not_unknown() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        register(&mut stage, 0, 600);
        let correlation = stage.route(BOB, &ALICE[1..]);
        register(&mut stage, 0, 0);
        let tpdu = deliver(BOB, "your code is 1234");
        let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end: 4711, repeated: false };
        let shard = stage.layout.shard_at(BOB, stage.layout.mail);
        let ticket = stage.network.mail(shard, &mailing);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        stage
    });
}

/// The chat of a registered chat user who invites by his name.
fn by_name(layout: Layout) -> (Stage, usize) {
    let mut stage = Stage::of(asking(layout));
    stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
    register(&mut stage, 0, 600);
    let invitation =
        Invitation::to(BOB).without_identity().with("P-Asserted-Identity: <sip:alice@ims.example>");
    let call = stage.invite(invitation);
    stage.sms_user_says("YES");
    stage.ack(call);
    (stage, call)
}

#[test]
fn the_chat_of_one_who_invites_by_name_ends_when_the_hss_names_him_by_number() {
    on_every_layout(|layout| {
        let (mut stage, call) = by_name(layout);
        notify(&mut stage, &document("<Authorised>no</Authorised>", None));
        assert_eq!(stage.byes(call).len(), 1, "he may chat no more");
        stage
    });
}

#[test]
fn the_operator_ends_by_number_the_chat_of_one_who_invites_by_name() {
    on_every_layout(|layout| {
        let (mut stage, call) = by_name(layout);
        let alice = Whose::ChatUsers(PeerId::of(digits(ALICE).packed()));
        stage.network.order(Cargo::EndChats(Ending { whose: alice, goodbye: Goodbye::Operator }));
        assert_eq!(stage.byes(call).len(), 1);
        stage
    });
}

#[test]
fn all_who_leave_at_once_lose_their_chats() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        let users = 700;
        (plan.sessions_max, plan.pairs_max, plan.announcements_max, plan.subscribers_max) =
            (2 * users + 8, 4 * users + 16, 2 * users + 8, 2 * users);
        let mut stage = Stage::of(plan);
        for user in 0..users {
            let number = format!("+4915560{user:05}");
            let own: &'static str = format!("+4917760{user:05}").leak();
            let name: &'static str = format!("user{user}").leak();
            let call = stage.invite(Invitation::to(&number).from(name, own));
            assert_eq!(stage.statuses(call).last(), Some(&180));
        }
        // An S-CSCF fails: all of them leave in one moment.
        for user in 0..users {
            let request = format!(
                "REGISTER sip:ipsmgw.ims.example SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-gone{user}\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:scscf.ims.example>;tag=g{user}\r\nTo: <tel:+4917760{user:05}>\r\n\
                 Call-ID: gone{user}@{SCSCF}\r\nCSeq: 1 REGISTER\r\nContact: <sip:scscf.ims.example>\r\nExpires: 0\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            stage.network.send(user % stage.network.shards(), SHARED_SIP, SCSCF, request);
        }
        stage.network.settle();
        let ended = stage.network.count(Count::ChatsCutShort);
        let overloads = stage.network.count(Count::Overloads);
        assert_eq!((ended, overloads), (users as u64, 0));
        for call in 0..users {
            stage.ack(call);
        }
        stage
    });
}

#[test]
fn a_message_that_overtakes_what_the_hss_says_about_its_sender_waits_for_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.keeps = true;
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        register(&mut stage, 0, 600);
        Page::to(BOB, "hello").send(&mut stage);
        let first = stage.network.letters.last().expect("a letter").sip.status();
        for _ in 0..2 {
            let (shard, answer) = stage.network.sms.hss.late.pop().expect("a question");
            let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
            stage.network.stream(shard, link, &answer);
            stage.network.settle();
        }
        stage.network.wait(Duration::from_millis(100));
        let last = stage.network.letters.last().expect("a letter").sip.status();
        stage.network.wait(Duration::from_secs(60));
        assert_eq!(
            (first, last),
            (Some(200), Some(202)),
            "it is let in as his INVITE is (REGISTER's 200 came before)"
        );
        stage
    });
}

#[test]
fn what_became_of_a_message_is_told_to_the_new_client_of_the_same_chat() {
    on_every_layout(|layout| {
        let invitation = || Invitation::to(BOB).with("Conversation-ID: f81d4fae");
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.number_source = NumberSource::Own));
        stage.invite(invitation());
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(0);
        stage.connect(0);
        stage.network.sms.submitted.clear();
        super::receipts::send(&mut stage, "hello", "positive-delivery");
        let again = stage.invite(invitation());
        stage.ack(again);
        stage.connect(again);
        super::receipts::report(&mut stage, 0, Status::DELIVERED);
        let wire = stage.calls[again].wire.expect("a connection");
        let told = stage.network.wires[wire].sends().count();
        assert_eq!(stage.request(again, "BYE"), Some(200));
        assert_eq!(told, 1, "the IMDN");
        stage
    });
}

#[test]
fn going_out_of_service_ends_chats_whatever_was_to_end_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.access = Access::Anyone));
        let nobody = |n: u32| Whose::SmsUsers(interwork::Msisdn(digits(&format!("4915570{n:05}"))));
        for shard in 0..stage.network.shards() {
            for n in 0..256 {
                let ending = Ending { whose: nobody(n), goodbye: Goodbye::Operator };
                stage.network.post_parcel(shard, Cargo::EndChats(ending)).expect("room");
            }
            stage.network.turn_alone(shard);
        }
        for shard in 0..stage.network.shards() {
            for n in 0..255 {
                let ending = Ending { whose: nobody(n), goodbye: Goodbye::Operator };
                let _ = stage.network.post_parcel(shard, Cargo::EndChats(ending));
            }
            stage.network.post_parcel(shard, Cargo::Stop).expect("room");
            stage.network.turn_alone(shard);
        }
        stage.network.settle();
        stage.network.wait(Duration::from_secs(10));
        assert_eq!(stage.byes(0).len(), 1, "both sides are told");
        stage
    });
}

#[test]
fn a_storm_of_those_who_leave_without_chats_takes_no_parcels_from_others() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for user in 0..3000 {
            let request = format!(
                "REGISTER sip:ipsmgw.ims.example SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-gone{user}\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:scscf.ims.example>;tag=g{user}\r\nTo: <sip:user{user}@ims.example>\r\n\
                 Call-ID: gone{user}@{SCSCF}\r\nCSeq: 1 REGISTER\r\nContact: <sip:scscf.ims.example>\r\nExpires: 0\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            let shard = user % stage.network.shards();
            stage.network.send(shard, SHARED_SIP, SCSCF, request);
        }
        stage.network.settle();
        assert_eq!(stage.network.count(Count::ParcelsRefused), 0);
        stage.network.wait(Duration::from_secs(60));
        stage
    });
}

#[test]
fn a_text_is_not_taken_for_the_one_that_the_service_centre_still_holds_for_the_same_user() {
    let mut plan = Plan::new(crate::paper::plan::ONE);
    plan.sessions_max = 200;
    let mut stage = Stage::of(plan);
    Page::to(BOB, "first: the service centre holds it, Bob's phone is off").send(&mut stage);
    for other in 0..255 {
        Page::to(&format!("+4915570{other:05}"), "somebody else's").send(&mut stage);
    }
    stage.network.sms.manners.verdict = crate::paper::Verdict::Silence;
    let second = Page::to(BOB, "second").send(&mut stage);
    stage.network.wait(Duration::from_secs(11));
    let of_bob: Vec<_> = stage.network.sms.submitted.iter().filter(|sm| sm.sms_user == BOB[1..]).collect();
    let (first, again) = (of_bob[0], of_bob[of_bob.len() - 1]);
    eprintln!(
        "references {} {}, attempts of the second {}",
        first.reference,
        again.reference,
        of_bob.len() - 1
    );
    let is_same = first.reference == again.reference && first.number == again.number;
    let place = stage.network.sms.submitted.len() - 1;
    // TS 23.040 9.2.3.25: TP-RD, the same TP-MR, TP-DA and originator as a message that is held: refused as a duplicate.
    if is_same {
        stage.network.take_submitted(place, crate::paper::Verdict::Duplicate);
    }
    assert_ne!(crate::paper::page::statuses(&stage, second).last(), Some(&202), "nobody has it");
}

#[test]
fn the_sender_of_a_first_message_that_is_never_said_hears_that_it_failed() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.late_reports = true));
        let call = super::first_message::invite(
            &mut stage,
            "message/cpim",
            &super::first_message::wrapped("Are you there?"),
        );
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(call);
        stage.network.wait(Duration::from_secs(35));
        assert_eq!(stage.byes(call).len(), 1, "he has never connected");
        let told = crate::paper::page::pages(&stage).len();
        stage.network.wait(Duration::from_secs(60));
        assert_eq!(told, 1, "an IMDN: failed");
        stage
    });
}

fn say_registered(stage: &mut Stage, to: &str, expires_s: u32) {
    let place = stage.network.letters.len();
    let body = format!("<ims-3gpp version=\"1\"><service-info>{}</service-info></ims-3gpp>", &ALICE[1..]);
    let request = format!(
        "REGISTER sip:ipsmgw.ims.example SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-impu{place}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:scscf.ims.example>;tag=i{place}\r\nTo: <{to}>\r\n\
         Call-ID: impu{place}@{SCSCF}\r\nCSeq: 1 REGISTER\r\nContact: <sip:scscf.ims.example>\r\nExpires: {expires_s}\r\n\
         Content-Type: application/3gpp-ims+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stage.network.send(0, SHARED_SIP, SCSCF, request);
    stage.network.settle();
}

#[test]
fn who_leaves_with_one_of_two_identities_is_still_there_with_the_other() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        say_registered(&mut stage, "sip:alice@ims.example", 600);
        say_registered(&mut stage, "sip:alice.work@ims.example", 600);
        say_registered(&mut stage, "sip:alice.work@ims.example", 0);
        let ticket = stage.text(BOB, &ALICE[1..], "hello");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        stage
    });
}

#[test]
fn a_late_answer_of_the_hss_on_another_shard_does_not_bring_back_who_has_gone() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.keeps = true;
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        for n in 0..8 {
            say_registered(&mut stage, &format!("sip:alice{n}@ims.example"), 600);
        }
        for n in 0..8 {
            say_registered(&mut stage, &format!("sip:alice{n}@ims.example"), 0);
        }
        for _ in 0..60 {
            let Some((shard, answer)) =
                (!stage.network.sms.hss.late.is_empty()).then(|| stage.network.sms.hss.late.remove(0))
            else {
                break;
            };
            let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
            stage.network.stream(shard, link, &answer);
            stage.network.settle();
        }
        let status = super::registration::invited(&mut stage);
        stage.network.wait(Duration::from_secs(60));
        assert_eq!(status, 403);
        stage
    });
}

#[test]
fn words_to_a_number_on_loan_while_its_chat_is_being_ended_are_not_refused_for_good() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.tell_late = true));
        stage.network.answers_byes = false;
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        let during = stage.sms_user_says("wait, one more thing");
        stage.network.wait(Duration::from_secs(40));
        assert_eq!(during, Delivery::Taken, "he is told that it is over");
        assert_eq!(stage.sms_user_says("hello?"), Delivery::NoSession, "which he knows now");
        stage
    });
}

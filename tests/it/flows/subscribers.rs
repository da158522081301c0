//! What the HSS knows of chat users (TS 23.204 6.1; Sh): asked for at each registration, watched, and taken back.

use diameter::{MessageView, Outcome};
use interwork::Access;
use shard::Count;
use tempo::Duration;

use super::registration::{invited, register};
use crate::paper::call::ALICE;
use crate::paper::hss::{Answer, document};
use crate::paper::sms_side::{CENTRE_NUMBER, HSS, Ticket, digits};
use crate::paper::stage::BOB;
use crate::paper::{Invitation, Layout, Plan, Stage, on_every_layout};

// TS 23.204 6.1 items 2 and 3, 6.2 item 1; TS 24.341 5.3.3 items 4 and 5; interworking 11 row 35
#[test]
fn a_registration_asks_watches_and_announces_and_its_end_takes_that_back() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        assert_eq!(register(&mut stage, 0, 600).status(), Some(200));
        register(&mut stage, 0, 0);
        assert_eq!(
            stage.network.sms.hss.heard,
            [
                "SNR on for 491511234567",
                "UDR [0, 10, 17, 24, 32] for 491511234567",
                "PUR 447700900006 for 491511234567",
                "SNR off for 491511234567",
                "PUR nowhere for 491511234567",
            ]
        );
        assert_eq!(stage.network.count(Count::Errands), 0);
        stage
    });
}

// TS 23.204 6.15.1 step 4
#[test]
fn the_hss_says_who_may() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        let says = [
            (Answer::Document(document(YES, None)), 180),
            (Answer::Document(document("<Authorised>no</Authorised>", None)), 403),
            (Answer::Nothing, 403),
            (Answer::Document(document(YES, None)), 180),
            (Answer::Refused(5001), 403),
        ];
        for (answer, status) in says {
            stage.network.sms.hss.says = Some(answer);
            register(&mut stage, 0, 600);
            assert_eq!(invited(&mut stage), status);
        }
        stage
    });
}

#[test]
fn where_anyone_may_the_hss_need_not_say_so_but_may_say_no() {
    on_every_layout(|layout| {
        let mut plan = asking(layout);
        plan.policy.access = Access::Anyone;
        let mut stage = Stage::of(plan);
        register(&mut stage, 0, 600);
        assert_eq!(invited(&mut stage), 180);
        stage.network.sms.hss.says = Some(Answer::Document(document("<Authorised>no</Authorised>", None)));
        register(&mut stage, 0, 600);
        assert_eq!(invited(&mut stage), 403);
        stage
    });
}

// TS 23.204 6.1 item 2; interworking 2.4 SM-RP-DA, 11 row 13
#[test]
fn preferences_and_the_service_centre_of_the_hss_count() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        let settings = format!("{YES}<AutoAccept>yes</AutoAccept>");
        stage.network.sms.hss.says = Some(Answer::Document(document(&settings, Some("447700900099"))));
        register(&mut stage, 0, 600);
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 200], "accepted without asking");
        stage.ack(call);
        stage.connect(call);
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        let through = |stage: &Stage| {
            stage.network.sms.submitted.last().map(|submitted| submitted.service_centre.clone())
        };
        assert_eq!(through(&stage).as_deref(), Some("447700900099"));
        // Somebody of whom the HSS says nothing has the operator's.
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        register(&mut stage, 0, 600);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        let again = stage.invite(Invitation::to(BOB));
        assert_eq!(through(&stage).as_deref(), Some(CENTRE_NUMBER));
        let cancel = stage.calls[again].cancel();
        stage.send(again, cancel);
        stage.ack(again);
        stage
    });
}

// interworking 11 row 36
#[test]
fn an_hss_that_says_nothing_leaves_what_it_said_before() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.says = None;
        assert_eq!(register(&mut stage, 0, 600).status(), Some(200), "nobody waits for the HSS");
        stage.network.wait(Duration::from_secs(11));
        assert_eq!(invited(&mut stage), 403, "of somebody new nothing is known");
        assert_eq!((stage.network.count(Count::HssSilent), stage.network.count(Count::Errands)), (1, 0));
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        register(&mut stage, 0, 600);
        for says in [None, Some(Answer::Refused(5012)), Some(Answer::Document("<Sh-Data".to_string()))] {
            stage.network.sms.hss.says = says;
            stage.network.wait(Duration::from_secs(500));
            register(&mut stage, 0, 600);
            stage.network.wait(Duration::from_secs(11));
            assert_eq!(invited(&mut stage), 180);
        }
        stage
    });
}

#[test]
fn a_lost_connection_to_the_hss_ends_its_errands() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.says = None;
        register(&mut stage, 0, 600);
        assert_eq!(stage.network.count(Count::Errands), 1);
        for shard in 0..stage.network.shards() {
            let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
            stage.network.cut(shard, link);
        }
        assert_eq!((stage.network.count(Count::HssSilent), stage.network.count(Count::Errands)), (1, 0));
        // Without a connection nobody is asked, and nothing is known.
        register(&mut stage, 0, 600);
        assert_eq!(invited(&mut stage), 403);
        stage.network.wait(Duration::from_secs(120));
        stage
    });
}

// TS 23.204 6.1 item 5
#[test]
fn who_has_gone_is_gone_whatever_the_hss_says_late() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        let late = |stage: &mut Stage| {
            let (shard, answer) = stage.network.sms.hss.late.pop().expect("a question without an answer");
            let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
            stage.network.stream(shard, link, &answer);
            stage.network.settle();
        };
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        stage.network.sms.hss.keeps = true;
        // Whatever he was asked about, and on whatever shard the S-CSCF says that he has gone.
        for answered in 0..2 {
            register(&mut stage, 0, 600);
            for _ in 0..answered {
                late(&mut stage);
            }
            let far = stage.network.shards() - 1;
            register(&mut stage, far, 0);
            assert_eq!(stage.network.count(Count::Errands), 1, "one errand for each");
            let last = stage.network.sms.hss.late.pop().expect("SNR off");
            late(&mut stage);
            stage.network.sms.hss.late.push(last);
            late(&mut stage);
            late(&mut stage);
            assert_eq!(stage.network.sms.hss.heard.last().map(|heard| &heard[..11]), Some("PUR nowhere"));
            assert_eq!(invited(&mut stage), 403);
            assert_eq!(stage.network.count(Count::Errands), 0);
        }
        stage
    });
}

#[test]
fn an_invite_that_overtakes_what_the_hss_says_about_its_sender_waits_for_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        stage.network.sms.hss.keeps = true;
        let says = |stage: &mut Stage| {
            let (shard, answer) = stage.network.sms.hss.late.pop().expect("a question");
            let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
            stage.network.stream(shard, link, &answer);
            stage.network.settle();
        };
        // (settings, what the INVITE hears)
        for (settings, status) in [(YES, 180), ("<Authorised>no</Authorised>", 403)] {
            stage.network.sms.hss.says = Some(Answer::Document(document(settings, None)));
            register(&mut stage, 0, 600);
            let call = stage.invite(Invitation::to(BOB));
            let withdrawn = stage.invite(Invitation::to("+4915550009"));
            stage.network.wait(Duration::from_secs(1));
            assert_eq!(stage.statuses(call), [100]);
            let cancel = stage.calls[withdrawn].cancel();
            stage.send(withdrawn, cancel);
            assert_eq!(stage.answer(withdrawn).status(), Some(487));
            stage.ack(withdrawn);
            says(&mut stage);
            says(&mut stage);
            stage.network.wait(Duration::from_millis(50));
            assert_eq!(stage.statuses(call).last(), Some(&status));
            if status == 180 {
                let cancel = stage.calls[call].cancel();
                stage.send(call, cancel);
            }
            stage.ack(call);
            assert_eq!(stage.statuses(withdrawn).last(), Some(&487), "and nothing after that");
            stage.network.sms.hss.keeps = false;
            says(&mut stage);
            register(&mut stage, 0, 0);
            stage.network.sms.hss.keeps = true;
        }
        // An HSS that never says anything: then nothing is known.
        stage.network.sms.hss.says = None;
        register(&mut stage, 0, 600);
        let call = stage.invite(Invitation::to(BOB));
        stage.network.wait(Duration::from_secs(9));
        assert_eq!(stage.statuses(call), [100]);
        stage.network.wait(Duration::from_secs(2));
        assert_eq!(stage.answer(call).status(), Some(403));
        stage.ack(call);
        stage
    });
}

#[test]
fn a_change_counts_from_then_on_for_those_who_are_there() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(asking(layout));
        let no = document("<Authorised>no</Authorised>", None);
        let unknown = notify(&mut stage, &no);
        assert_eq!(outcome(&stage, unknown), Outcome::Experimental { vendor: 10_415, code: 5001 });
        stage.network.sms.hss.says = Some(Answer::Document(document(YES, None)));
        register(&mut stage, 0, 600);
        assert_eq!(invited(&mut stage), 180);
        let changed = notify(&mut stage, &no);
        assert_eq!(outcome(&stage, changed), Outcome::Success);
        assert_eq!(invited(&mut stage), 403);
        let broken = notify(&mut stage, "<Sh-Data>");
        assert_eq!(outcome(&stage, broken), Outcome::Experimental { vendor: 10_415, code: 5100 });
        let back = notify(&mut stage, &document(YES, None));
        assert_eq!(outcome(&stage, back), Outcome::Success);
        assert_eq!(invited(&mut stage), 180);
        stage
    });
}

/// The HSS is asked, and who may is what it says.
pub fn asking(layout: Layout) -> Plan {
    let mut plan = Plan::with(layout, |policy| policy.access = Access::Subscribers);
    plan.asks_hss = true;
    plan
}

/// The HSS says to the last shard that Alice's data are these now.
pub fn notify(stage: &mut Stage, document: &str) -> Ticket {
    let shard = stage.network.shards() - 1;
    let link = stage.network.sms.link(shard, HSS).expect("the HSS is connected");
    let (ticket, request) =
        stage.network.sms.notify(digits(ALICE), document, format!("ipsmgw-{shard}.home.example").as_bytes());
    stage.network.stream(shard, link, &request);
    stage.network.settle();
    ticket
}

fn outcome(stage: &Stage, ticket: Ticket) -> Outcome {
    let bytes = stage.network.sms.answer(ticket).expect("an answer");
    Outcome::read(&MessageView::parse(bytes).expect("sound")).expect("an outcome")
}

pub const YES: &str = "<Authorised>yes</Authorised>";

//! Chat users come and go (TS 23.204 6.1, 6.2), and may or may not use the interworking (6.15.1 step 4).

use interwork::{Access, Identity, Msisdn, Subscriber};
use shard::{Count, SHARED_SIP};
use tempo::Duration;

use crate::paper::call::{ALICE, SCSCF};
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::texts::SipText;
use crate::paper::{Invitation, Layout, Plan, Stage, on_every_layout};

/// The S-CSCF says on this shard that Alice is registered for so long; what it hears.
pub fn register(stage: &mut Stage, shard: usize, expires_s: u32) -> SipText {
    let place = stage.network.letters.len();
    let body = format!(
        "<ims-3gpp version=\"1\"><service-info>{}</service-info></ims-3gpp>",
        ALICE.trim_start_matches('+')
    );
    let request = format!(
        "REGISTER sip:ipsmgw.ims.example SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-reg{place}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:scscf.ims.example>;tag=r{place}\r\nTo: <sip:alice@ims.example>\r\n\
         Call-ID: reg{place}@{SCSCF}\r\nCSeq: 1 REGISTER\r\nContact: <sip:scscf.ims.example>\r\nExpires: {expires_s}\r\n\
         Content-Type: application/3gpp-ims+xml\r\nContent-Length: {length}\r\n\r\n{body}",
        length = body.len(),
    );
    stage.network.send(shard, SHARED_SIP, SCSCF, request);
    stage.network.settle();
    let mut letters = stage.network.letters[place..].iter();
    let answer = letters.find(|letter| letter.sip.header("CSeq") == Some("1 REGISTER"));
    answer.expect("an answer").sip.clone()
}

fn for_subscribers(layout: Layout) -> Plan {
    Plan::with(layout, |policy| policy.access = Access::Subscribers)
}

fn alice() -> Identity {
    Identity::Number(Msisdn(digits(ALICE)))
}

/// What an invitation of Alice to Bob hears first, beyond 100; it is ended.
pub fn invited(stage: &mut Stage) -> u16 {
    let call = stage.invite(Invitation::to(BOB));
    let status = *stage.statuses(call).last().expect("an answer");
    if status == 180 {
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
    }
    stage.ack(call);
    status
}

// TS 23.204 6.1 items 1 and 4, 6.15.1 step 4; TS 24.341 5.3.3 item 1; TS 29.311 6.1.2
#[test]
fn who_is_registered_may_chat_on_every_shard_until_the_time_is_over() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(for_subscribers(layout));
        assert_eq!(invited(&mut stage), 403);
        assert!(stage.answer(0).need("Warning").contains("127 Service not authorised"));
        let far = stage.network.shards() - 1;
        let answer = register(&mut stage, far, 600);
        assert_eq!(answer.status(), Some(200));
        assert!(answer.need("Contact").contains("expires=600"), "{}", answer.need("Contact"));
        assert!(answer.header("Date").is_some());
        assert_eq!(invited(&mut stage), 180);
        stage.network.wait(Duration::from_secs(599));
        assert_eq!(invited(&mut stage), 180);
        stage.network.wait(Duration::from_secs(2));
        assert_eq!(invited(&mut stage), 403);
        assert_eq!(stage.network.count(Count::Registrations), 1);
        stage
    });
}

// TS 24.341 5.3.3 item 2
#[test]
fn who_is_registered_with_a_number_may_invite_by_name() {
    on_every_layout(|layout| {
        let mut plan = for_subscribers(layout);
        plan.policy.number_source = interwork::NumberSource::Own;
        let mut stage = Stage::of(plan);
        let by_name =
            || Invitation::to(BOB).without_identity().with("P-Asserted-Identity: <sip:alice@ims.example>");
        let call = stage.invite(by_name());
        assert_eq!(stage.statuses(call), [100, 403]);
        stage.ack(call);
        register(&mut stage, 0, 600);
        let call = stage.invite(by_name());
        assert_eq!(stage.statuses(call), [100, 180]);
        assert_eq!(stage.session_number(), ALICE.trim_start_matches('+'), "the number of the registration");
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        stage.ack(call);
        register(&mut stage, 0, 0);
        let call = stage.invite(by_name());
        assert_eq!(stage.statuses(call), [100, 403]);
        stage.ack(call);
        stage
    });
}

#[test]
fn a_refreshed_registration_lasts_from_then_on() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(for_subscribers(layout));
        register(&mut stage, 0, 600);
        stage.network.wait(Duration::from_secs(500));
        register(&mut stage, 0, 600);
        stage.network.wait(Duration::from_secs(500));
        assert_eq!(invited(&mut stage), 180);
        stage
    });
}

// TS 23.204 6.2 item 1
// TS 23.204 6.14 step 5
#[test]
fn who_has_gone_may_not_begin_a_chat_and_by_policy_ends_the_one_there_is() {
    on_every_layout(|layout| {
        let mut plan = for_subscribers(layout);
        plan.policy.end_at_deregistration = false;
        let mut stage = Stage::of(plan);
        register(&mut stage, 0, 600);
        let call = stage.invite(Invitation::to(BOB));
        stage.sms_user_says("YES");
        stage.ack(call);
        stage.connect(call);
        assert_eq!(register(&mut stage, 0, 0).status(), Some(200));
        let again = stage.invite(Invitation::to("+4915550002"));
        assert_eq!(stage.statuses(again), [100, 403]);
        stage.ack(again);
        assert_eq!(stage.chat_user_says("goodbye"), Some(200));
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn what_the_operator_knows_comes_before_what_a_registration_says() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.provisioned = vec![(alice(), Subscriber { is_authorised: false, ..Subscriber::ANYBODY })];
        let mut stage = Stage::of(plan);
        assert_eq!(invited(&mut stage), 403);
        for expires_s in [600, 0, 600] {
            register(&mut stage, 0, expires_s);
            assert_eq!(invited(&mut stage), 403, "a registration gives no right that was taken");
        }
        stage
    });
}

#[test]
fn a_chat_user_may_be_accepted_without_asking_and_hide_although_others_may_not() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, |policy| policy.anonymity = interwork::Anonymity::Prohibited);
        let special = Subscriber { auto_accept: Some(true), may_hide: Some(true), ..Subscriber::ANYBODY };
        plan.provisioned = vec![(alice(), special)];
        let mut stage = Stage::of(plan);
        let call = stage.invite(Invitation::to(BOB).with("Privacy: id"));
        assert_eq!(stage.statuses(call), [100, 200]);
        stage.ack(call);
        let other = Invitation::to("+4915550002").from("carol", "+491517654321").with("Privacy: id");
        let other = stage.invite(other);
        assert_eq!(stage.statuses(other), [100, 433]);
        stage.ack(other);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_registration_that_finds_no_room_is_answered_and_gives_nothing() {
    on_every_layout(|layout| {
        let mut plan = for_subscribers(layout);
        plan.subscribers_max = 0;
        let mut stage = Stage::of(plan);
        register(&mut stage, 0, 600);
        assert_eq!(invited(&mut stage), 403);
        assert!(stage.network.count(Count::Overloads) > 0);
        stage
    });
}

//! Everything has a limit, and each limit its answer: nothing is dropped in silence, and afterwards all is well again.

use shard::{Cargo, Count, Driver, SHARED_SIP, owner_of};
use tempo::Duration;

use crate::paper::call::{Call, SCSCF};
use crate::paper::sms_side::{CENTRE, HSS, Mailing, digits};
use crate::paper::stage::{BOB, PATIENCE, SIXTY_FOUR_T1, deliver};
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

/// A plan for a gateway of one chat.
fn tiny(layout: crate::paper::Layout) -> Plan {
    let mut plan = Plan::new(layout);
    plan.sessions_max = 1;
    plan
}

fn expect_wait(stage: &Stage, call: usize, status: u16) {
    let answer = stage.answer(call);
    assert_eq!(answer.status(), Some(status));
    assert!(answer.need("Retry-After").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

#[test]
fn a_chat_too_many_is_asked_to_wait_and_is_welcome_later() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(tiny(layout));
        let second = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        expect_wait(&stage, second, 503);
        stage.ack(second);
        assert!(stage.network.count(Count::Overloads) > 0);
        assert_eq!(stage.chat_user_says("we talk on"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        let third = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(third), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(third);
        stage
    });
}

#[test]
fn a_transaction_too_many_is_refused_without_being_kept() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(tiny(layout));
        for _ in 0..2 {
            let refused = stage.invite(Invitation::to(BOB).without_identity());
            assert_eq!(stage.answer(refused).status(), Some(403));
        }
        let third = stage.invite(Invitation::to(BOB));
        expect_wait(&stage, third, 503);
        assert_eq!(stage.statuses(third), [503]);
        stage.ack(0);
        stage.ack(1);
        stage.network.wait(Duration::from_secs(6));
        let fourth = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(fourth), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(fourth);
        stage
    });
}

#[test]
fn a_request_too_many_is_still_answered() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(tiny(layout));
        for _ in 0..5 {
            assert_eq!(stage.request(0, "OPTIONS"), Some(200));
        }
        assert_eq!(stage.request(0, "BYE"), Some(200), "a goodbye finds always room");
        stage
    });
}

#[test]
fn a_pair_too_many_is_asked_to_wait() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.pairs_max = 1;
        let mut stage = Stage::inviting(plan);
        let second = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        expect_wait(&stage, second, 480);
        stage.ack(second);
        stage.sms_user_says("NO");
        stage.ack(0);
        stage
    });
}

#[test]
fn a_request_that_is_longer_than_what_can_be_kept_is_too_large() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let mut long = Invitation::to(BOB);
        for hop in 0..60 {
            long.headers.push(format!("Record-Route: <sip:hop{hop}.a-long-name.of-a-proxy.example;lr>"));
        }
        let call = stage.invite(long);
        assert_eq!(stage.statuses(call), [513]);
        let long = Invitation::to(BOB);
        let offer = format!("{}a=x:{}\r\n", long.offer, "y".repeat(1024));
        let call = stage.invite(long.offering(offer));
        assert_eq!(stage.statuses(call), [513]);
        stage
    });
}

/// Fills the inbox of the shard that owns Bob with parcels that lead nowhere; the shard.
fn flood(stage: &mut Stage) -> usize {
    let owner = owner_of(interwork::Msisdn(digits(BOB)), stage.layout.shards);
    // No octets are no SIP message: the owner takes such a parcel and does nothing.
    let nothing = Cargo::Sip { port: SHARED_SIP, from: SCSCF };
    let owner = usize::from(owner.0);
    while stage.network.post_parcel(owner, nothing).is_ok() {}
    owner
}

#[test]
fn a_full_inbox_refuses_at_the_door_and_recovers() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        if layout.shards == 1 {
            return stage;
        }
        let owner = flood(&mut stage);
        let door = (owner + 1) % stage.network.shards();
        let call = Call::new(Invitation::to(BOB), 0);
        stage.network.send(door, SHARED_SIP, SCSCF, call.invite());
        let stray = call.invite().replace("INVITE", "ACK");
        stage.network.send(door, SHARED_SIP, SCSCF, stray);
        stage.network.turn_alone(door);
        stage.calls.push(call);
        assert_eq!(stage.statuses(0), [503], "and an ACK is answered by nobody");
        expect_wait(&stage, 0, 503);
        assert_eq!(stage.network.letters[0].shard, door);
        assert_eq!(stage.network.count(Count::ParcelsRefused), 2);
        stage.network.settle();
        let again = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(again), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(again);
        stage
    });
}

#[test]
fn a_full_inbox_leaves_the_short_message_with_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        if layout.shards == 1 {
            assert_eq!(stage.request(0, "BYE"), Some(200));
            return stage;
        }
        let number = stage.session_number();
        let correlation = stage.route(BOB, &number);
        let owner = flood(&mut stage);
        let door = (owner + 1) % stage.network.shards();
        let tpdu = deliver(BOB, "hello");
        let end_to_end = stage.network.sms.next_end_to_end();
        let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
        let link = stage.network.sms.link(door, CENTRE).expect("connected");
        let (ticket, request) = stage.network.sms.mail(&mailing, b"ipsmgw");
        stage.network.stream(door, link, &request);
        stage.network.turn_alone(door);
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        stage.network.settle();
        assert_eq!(stage.sms_user_says("hello"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["hello"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_routing_query_too_many_is_told_to_ask_elsewhere() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.announcements_max = 1;
        let mut stage = Stage::of(plan);
        stage.route(BOB, "491519900001");
        let (ticket, query) = stage.network.sms.query("491519900001");
        let link = stage.network.sms.link(0, HSS).expect("connected");
        stage.network.stream(0, link, &query);
        stage.network.settle();
        assert_eq!(stage.network.sms.route(ticket), Err(diameter::Outcome::Result(3004)));
        // Each runs out after a minute; a shard that has something to do tidies up every second.
        stage.network.wait(Duration::from_secs(95));
        stage.route(BOB, "491519900001");
        stage
    });
}

#[test]
fn a_short_message_too_many_is_told_to_come_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(tiny(layout));
        stage.network.wires[0].verdict = None;
        let number = stage.session_number();
        let tickets: Vec<_> = (0..5).map(|at| stage.text(BOB, &number, &format!("text {at}"))).collect();
        let so_far: Vec<_> = tickets.iter().map(|ticket| stage.network.sms.delivery(*ticket)).collect();
        assert_eq!(so_far[..4], [Delivery::Waiting; 4]);
        assert_eq!(so_far[4], Delivery::Error(3004));
        assert_eq!(stage.chat_user_heard().len(), 4);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_text_too_many_is_told_so_at_once_and_costs_nothing() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(tiny(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        for _ in 0..4 {
            assert_eq!(stage.chat_user_says("waits"), None);
        }
        assert_eq!(stage.chat_user_says("one too many"), Some(408));
        assert_eq!(stage.sms_user_heard().len(), 4);
        (0..4).for_each(|place| stage.network.take_submitted(place, Verdict::Taken));
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.chat_user_says("again"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_text_of_which_only_a_part_could_be_submitted_has_failed() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(tiny(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        // Ten segments, and room for eight.
        let transaction = stage.send_text(0, &"x".repeat(1500), "");
        let sent = stage.sms_user_heard().len();
        assert_eq!(sent, 8);
        assert_eq!(stage.network.wires[0].response(&transaction), None);
        (0..sent).for_each(|place| stage.network.take_submitted(place, Verdict::Taken));
        assert_eq!(stage.network.wires[0].response(&transaction), Some(408));
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_chat_user_who_reads_too_slowly_leaves_his_messages_with_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let (shard, link) = (stage.network.wires[0].shard, stage.network.wires[0].link);
        stage.network.driver(shard).out().full.push(link);
        assert_eq!(stage.sms_user_says("hello"), Delivery::NotNow);
        stage.network.driver(shard).out().full.clear();
        assert_eq!(stage.sms_user_says("hello"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["hello"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_service_centre_that_reads_too_slowly_is_unavailable_for_the_moment() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let shard = stage.network.wires[0].shard;
        let link = stage.network.sms.link(shard, CENTRE).expect("connected");
        stage.network.driver(shard).out().full.push(link);
        let said = stage.send_text(0, "hello", "");
        let call = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(call), [100], "it waits for a way");
        stage.network.wait(PATIENCE);
        assert_eq!(stage.network.wires[0].response(&said), Some(408));
        assert_eq!(stage.statuses(call), [100, 480]);
        stage.ack(call);
        stage.network.driver(shard).out().full.clear();
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn words_that_found_no_buffer_come_when_they_are_asked_for_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for shard in 0..stage.network.shards() {
            stage.network.driver(shard).out().lacks_datagrams = true;
        }
        stage.invite(Invitation::to(BOB));
        stage.sms_user_says("YES");
        assert!(stage.statuses(0).is_empty());
        assert!(stage.network.count(Count::NoLoan) >= 3, "100, 180 and 200 found no buffer");
        for shard in 0..stage.network.shards() {
            stage.network.driver(shard).out().lacks_datagrams = false;
        }
        stage.network.wait(Duration::from_millis(600));
        assert_eq!(stage.statuses(0), [200], "the answer is repeated by itself");
        stage.ack(0);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn one_chat_does_not_take_the_room_of_others() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        (plan.sessions_max, plan.announcements_max) = (64, 400);
        let mut stage = Stage::chatting(plan);
        stage.network.sms.manners.verdict = Verdict::Silence;
        let wire = stage.calls[0].wire.expect("a connection");
        for _ in 0..64 {
            assert_eq!(stage.chat_user_says("and another thing"), None);
        }
        assert_eq!(stage.chat_user_says("one too many"), Some(408));
        stage.network.wires[wire].verdict = None;
        let number = stage.session_number();
        let tickets: Vec<_> = (0..64).map(|_| stage.text(BOB, &number, "me, too")).collect();
        let last = stage.text(BOB, &number, "one too many");
        assert_eq!(stage.network.sms.delivery(last), Delivery::NotNow);
        assert!(tickets.iter().all(|ticket| stage.network.sms.delivery(*ticket) == Delivery::Waiting));
        stage.network.wait(Duration::from_secs(60));
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(stage.chat_user_says("well then"), Some(200), "the room is free again");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

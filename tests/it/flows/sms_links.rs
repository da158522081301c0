//! The connections to the SMS side: what is under way when one fails, what is tried again, what is refused on them.

use diameter::{ApplicationId, AvpId, Command};
use shard::{Count, Driver};
use tempo::Duration;

use crate::paper::plan::ENDED;
use crate::paper::sms_side::{self, CENTRE, HSS, REALM, SECOND_CENTRE, Submitted};
use crate::paper::stage::{BOB, PATIENCE, SIXTY_FOUR_T1};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

/// A plan with two service centres.
fn two_centres(layout: Layout) -> Plan {
    let mut plan = Plan::new(layout);
    plan.centres = 2;
    plan
}

fn bye(mut stage: Stage) -> Stage {
    stage.network.sms.manners.verdict = Verdict::Taken;
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

/// Every connection to a peer is lost.
fn cut(stage: &mut Stage, peer: usize) {
    for shard in 0..stage.network.shards() {
        let link = stage.network.sms.link(shard, peer).expect("connected");
        stage.network.cut(shard, link);
    }
}

/// The octets of the SMS-SUBMIT.
fn tpdu(submitted: &Submitted) -> Vec<u8> {
    let message = diameter::MessageView::parse(&submitted.request).expect("sound");
    message.find(AvpId::SM_RP_UI).expect("a TPDU").data.to_vec()
}

fn header(submitted: &Submitted) -> diameter::Header {
    diameter::MessageView::parse(&submitted.request).expect("sound").header()
}

#[test]
fn every_shard_is_connected_to_every_peer_before_it_is_asked_anything() {
    on_every_layout(|layout| {
        let stage = Stage::of(two_centres(layout));
        assert_eq!(stage.network.count(Count::PeersUp), 3 * u64::from(layout.shards));
        stage
    });
}

// interworking 2.4 TP-RD
#[test]
fn a_failure_of_the_way_is_tried_again_and_can_be_told_from_a_second_message() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Error(3002);
        let transaction = stage.send_text(0, "hello", "");
        assert_eq!(stage.network.wires[0].response(&transaction), None);
        stage.network.sms.manners.verdict = Verdict::Taken;
        stage.network.wait(Duration::from_millis(1100));
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        let [first, second] = &stage.network.sms.submitted[..] else { panic!("two attempts") };
        // RFC 6733 3: the same End-to-End identifier, and the T bit; TS 23.040 9.2.3.25: the same TP-MR, and TP-RD.
        assert_eq!(header(first).end_to_end, header(second).end_to_end);
        assert!(!header(first).flags.retransmitted && header(second).flags.retransmitted);
        let (one, mut other) = (tpdu(first), tpdu(second));
        assert_eq!((one[0] & 0x04, other[0] & 0x04), (0, 0x04));
        other[0] &= !0x04;
        assert_eq!(one, other);
        bye(stage)
    });
}

#[test]
fn what_has_no_room_on_one_connection_goes_out_on_another_at_once() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(two_centres(layout));
        let shard = stage.network.wires[0].shard;
        let link = stage.network.sms.link(shard, CENTRE).expect("connected");
        stage.network.driver(shard).out().full.push(link);
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        assert_eq!(stage.network.sms.submitted.last().map(|submitted| submitted.peer), Some(SECOND_CENTRE));
        assert_eq!(stage.network.count(Count::SmRetried), 0, "it has left once");
        stage.network.driver(shard).out().full.clear();
        bye(stage)
    });
}

#[test]
fn a_message_that_the_service_centre_has_already_is_taken() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, "hello", "");
        stage.network.wait(Duration::from_millis(11_100));
        assert_eq!(
            stage.network.sms.submitted.len(),
            2,
            "an attempt has ten seconds, the next follows after one"
        );
        // TP-FCS C5: SM rejected, duplicate. The first sending did arrive, its answer did not.
        stage.network.take_submitted(1, Verdict::Duplicate);
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        bye(stage)
    });
}

#[test]
fn what_was_under_way_on_a_lost_connection_goes_to_the_other_service_centre_in_its_order() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(two_centres(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transactions = ["one", "two", "three"].map(|text| stage.send_text(0, text, ""));
        assert!(stage.network.sms.submitted.iter().all(|submitted| submitted.peer == CENTRE));
        stage.network.sms.manners.verdict = Verdict::Taken;
        cut(&mut stage, CENTRE);
        let again = &stage.network.sms.submitted[3..];
        assert!(again.iter().all(|submitted| submitted.peer == SECOND_CENTRE));
        let texts: Vec<&str> = again.iter().map(|submitted| &submitted.text[..]).collect();
        assert_eq!(texts, ["one", "two", "three"]);
        for transaction in &transactions {
            assert_eq!(stage.network.wires[0].response(transaction), Some(200));
        }
        bye(stage)
    });
}

#[test]
fn without_another_way_what_was_under_way_fails_when_its_time_is_up() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, "hello", "");
        let call = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        stage.network.sms.manners.listens = false;
        cut(&mut stage, CENTRE);
        stage.network.wait(Duration::from_millis(25_100));
        assert_eq!(stage.network.wires[0].response(&transaction), Some(408));
        assert_eq!(stage.statuses(call), [100, 480]);
        stage.ack(call);
        assert_eq!(stage.network.count(Count::Submits), 0);
        // With nobody there to take them, new ones fail as soon as a connection that was only reset would be back.
        let call = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        let said = stage.send_text(0, "hello?", "");
        stage.network.wait(PATIENCE);
        assert_eq!(stage.statuses(call), [100, 480]);
        stage.ack(call);
        assert_eq!(stage.network.wires[0].response(&said), Some(408));
        let mut stage = bye(stage);
        // The notice of the end waits for a way, as nobody would say it again; but not for ever.
        assert_eq!(stage.network.count(Count::Submits), 1);
        stage.network.wait(Duration::from_secs(121));
        assert_eq!(stage.network.count(Count::CourtesiesLost), 1);
        stage
    });
}

#[test]
fn a_reset_of_the_only_connection_costs_nobody_an_invitation_or_a_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        cut(&mut stage, CENTRE);
        let said = stage.send_text(0, "hello", "");
        let call = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(call), [100]);
        // Called again after a second, tried again a second after that.
        stage.network.wait(PATIENCE);
        assert_eq!(stage.network.wires[0].response(&said), Some(200));
        assert_eq!(stage.statuses(call), [100, 180]);
        let heard = stage.sms_user_heard();
        assert_eq!(heard.iter().filter(|text| **text == "hello").count(), 1);
        let first = stage.network.sms.submitted.iter().find(|sm| sm.text == "hello").expect("heard");
        assert!(!header(first).flags.retransmitted, "it was never sent before");
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        assert_eq!(stage.statuses(call), [100, 180, 487]);
        stage.ack(call);
        bye(stage)
    });
}

#[test]
fn the_end_of_a_chat_is_told_as_soon_as_there_is_a_way_to_the_sms_user() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        cut(&mut stage, CENTRE);
        let mut stage = bye(stage);
        assert!(!stage.sms_user_heard().contains(&ENDED));
        // Called again after a second, tried again a second after that.
        stage.network.wait(Duration::from_millis(3000));
        let notices: Vec<_> = stage.network.sms.submitted.iter().filter(|sm| sm.text == ENDED).collect();
        assert_eq!(notices.len(), 1);
        assert!(!header(notices[0]).flags.retransmitted, "it was never sent before");
        assert_eq!(tpdu(notices[0])[0] & 0x04, 0, "and the service centre has nothing to compare it with");
        assert_eq!(stage.network.count(Count::CourtesiesLost), 0);
        stage
    });
}

#[test]
fn the_only_way_is_used_before_it_is_trusted_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        cut(&mut stage, CENTRE);
        stage.network.wait(Duration::from_millis(1300));
        // RFC 3539 3.4.1 wants a minute of watchdogs first. A minute in which everybody would be refused.
        let lines = 2 * stage.network.shards() as u64;
        assert!(stage.network.count(Count::PeersUp) < lines, "not trusted yet");
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        let call = stage.invite(Invitation::to(BOB).from("carol", "+491517654321"));
        assert_eq!(stage.statuses(call), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(call);
        bye(stage)
    });
}

#[test]
fn a_lost_peer_is_called_again_less_and_less_often_and_trusted_when_it_has_proved_alive() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let shards = stage.network.shards();
        stage.network.sms.manners.listens = false;
        cut(&mut stage, CENTRE);
        stage.network.wait(Duration::from_millis(1300));
        assert_eq!(stage.network.sms.missed_calls, shards, "after a second, and up to a quarter more");
        stage.network.wait(Duration::from_secs(120));
        let missed = stage.network.sms.missed_calls / shards;
        // 1, 2, 4, 8, 16, then every thirty seconds, each lengthened by up to a quarter.
        assert!((6..=9).contains(&missed), "{missed}");
        stage.network.sms.manners.listens = true;
        stage.network.wait(Duration::from_secs(38));
        assert!((0..shards).all(|shard| stage.network.sms.link(shard, CENTRE).is_some()));
        // RFC 3539 3.4.1: three watchdog answers before anything is entrusted to it again.
        assert_eq!(stage.network.count(Count::PeersUp), shards as u64, "the HSS");
        stage.network.wait(Duration::from_secs(70));
        assert_eq!(stage.network.count(Count::PeersUp), 2 * shards as u64);
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 180]);
        stage.sms_user_says("NO");
        stage.ack(call);
        stage
    });
}

#[test]
fn a_peer_that_says_nothing_any_more_is_given_up() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(two_centres(layout));
        stage.network.sms.manners.lives = false;
        // RFC 3539: a watchdog interval until it is asked, one until it is suspected, one until it is closed.
        stage.network.wait(Duration::from_secs(100));
        assert_eq!(stage.network.count(Count::PeersUp), 0);
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100], "it waits for a way");
        stage.network.wait(PATIENCE);
        assert_eq!(stage.statuses(call), [100, 480]);
        stage.ack(call);
        stage.network.sms.manners.lives = true;
        stage.network.wait(Duration::from_secs(200));
        assert_eq!(stage.network.count(Count::PeersUp), 3 * u64::from(layout.shards));
        stage
    });
}

#[test]
fn a_peer_that_says_goodbye_is_answered_and_its_work_goes_elsewhere() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(two_centres(layout));
        for shard in 0..stage.network.shards() {
            let link = stage.network.sms.link(shard, CENTRE).expect("connected");
            let goodbye = stage.network.sms.goodbye(CENTRE);
            stage.network.stream(shard, link, &goodbye);
            stage.network.settle();
            // RFC 6733 5.4: whoever said goodbye hangs up.
            stage.network.cut(shard, link);
        }
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 180]);
        assert_eq!(stage.network.sms.submitted[0].peer, SECOND_CENTRE);
        stage.network.wait(Duration::from_secs(5));
        assert_eq!(
            stage.network.count(Count::PeersUp),
            3 * u64::from(layout.shards),
            "back, and trusted at once"
        );
        stage.sms_user_says("NO");
        stage.ack(call);
        stage
    });
}

#[test]
fn a_connection_that_nobody_waits_for_any_more_is_hung_up() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let lines = stage.network.sms.lines();
        let link = stage.network.sms.link(0, CENTRE);
        stage.network.connects_late(0, CENTRE);
        assert_eq!(stage.network.sms.lines(), lines);
        assert_eq!(stage.network.sms.link(0, CENTRE), link, "the one that there was is still the one");
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        bye(stage)
    });
}

// RFC 6733 5.4
#[test]
fn what_a_peer_was_asked_before_its_goodbye_it_may_answer_behind_it() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let said = stage.send_text(0, "hello", "");
        let place = stage.network.sms.submitted.len() - 1;
        let shard = stage.network.sms.submitted[place].shard;
        let link = stage.network.sms.link(shard, CENTRE).expect("connected");
        let goodbye = stage.network.sms.goodbye(CENTRE);
        stage.network.stream(shard, link, &goodbye);
        stage.network.settle();
        stage.network.take_submitted(place, Verdict::Taken);
        assert_eq!(stage.network.wires[0].response(&said), Some(200));
        stage.network.cut(shard, link);
        stage.network.wait(PATIENCE);
        assert_eq!(stage.network.sms.submitted.len(), place + 1, "and it does not go out again");
        bye(stage)
    });
}

#[test]
fn a_short_message_whose_connection_is_lost_before_its_answer_comes_again_on_another() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "hello");
        cut(&mut stage, CENTRE);
        let answer =
            crate::paper::wire::response(stage.network.wires[0].sends().last().expect("a SEND"), 200);
        stage.speak(0, std::str::from_utf8(&answer).expect("text"));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting, "its answer has nowhere to go");
        assert_eq!(stage.network.count(Count::Forwards), 0, "and is not kept");
        bye(stage)
    });
}

/// Sends a request of the SMS side and reads how it is refused.
fn refused(
    stage: &mut Stage,
    peer: usize,
    (command, application): (u32, ApplicationId),
    fill: impl FnOnce(&mut diameter::MessageWriter<'_, '_>),
) -> (u32, Option<u32>) {
    let (ticket, request) = stage.network.sms.ask(Command(command), application, fill);
    let link = stage.network.sms.link(0, peer).expect("connected");
    stage.network.stream(0, link, &request);
    stage.network.settle();
    sms_side::refusal(stage.network.sms.answer(ticket).expect("an answer"))
}

#[test]
fn a_request_that_nobody_here_serves_is_refused_by_its_reason() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let session = |message: &mut diameter::MessageWriter<'_, '_>| {
            message.avp_bytes(AvpId::SESSION_ID, b"smsc;1;1");
        };
        // A command that SGd does not have, an application that nobody announced, and a command that goes the other way.
        assert_eq!(refused(&mut stage, CENTRE, (8_388_655, ApplicationId::SGD), session), (3001, None));
        assert_eq!(refused(&mut stage, CENTRE, (8_388_646, ApplicationId(4)), session), (3007, None));
        assert_eq!(refused(&mut stage, CENTRE, (8_388_645, ApplicationId::SGD), session), (3001, None));
        assert_eq!(stage.network.count(Count::DiameterRefused), 3);
        stage
    });
}

#[test]
fn what_is_missing_in_a_request_is_named() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let head = |message: &mut diameter::MessageWriter<'_, '_>| {
            message.avp_bytes(AvpId::SESSION_ID, b"smsc;1;1");
            message.avp_bytes(AvpId::ORIGIN_HOST, b"smsc.home.example");
            message.avp_bytes(AvpId::ORIGIN_REALM, REALM.as_bytes());
            message.avp_bytes(AvpId::DESTINATION_HOST, b"ipsmgw-0.home.example");
            message.avp_bytes(AvpId::DESTINATION_REALM, REALM.as_bytes());
            message.avp_u32(AvpId::AUTH_SESSION_STATE, 1);
        };
        let forward = (8_388_646, ApplicationId::SGD);
        let (code, avp) = refused(&mut stage, CENTRE, forward, head);
        assert_eq!((code, avp.is_some()), (5005, true));
        let (code, avp) = refused(&mut stage, CENTRE, forward, |message| {
            head(message);
            message.avp_bytes(AvpId::USER_NAME, b"262991234567890");
            message.tbcd(AvpId::SC_ADDRESS, sms_side::digits("447700900005"));
        });
        assert_eq!((code, avp), (5005, Some(AvpId::SM_RP_UI.code)));
        let (code, avp) = refused(&mut stage, HSS, (8_388_647, ApplicationId::S6C), head);
        assert_eq!((code, avp), (5005, Some(AvpId::MSISDN.code)));
        stage
    });
}

#[test]
fn a_length_that_cannot_be_costs_the_connection_and_nothing_else() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let owner = stage.network.wires[0].shard;
        let link = stage.network.sms.link(owner, HSS).expect("connected");
        stage.network.stream(
            owner,
            link,
            b"\x01\x00\x00\x04\x80\x80\x00\x1D\x01\x00\x00\x20\x00\x00\x00\x01\x00\x00\x00\x02",
        );
        stage.network.settle();
        assert_ne!(stage.network.sms.link(owner, HSS), Some(link), "closed");
        assert_eq!(stage.network.count(Count::LinksClosedOnError), 1);
        assert_eq!(stage.chat_user_says("still here"), Some(200));
        stage.network.wait(SIXTY_FOUR_T1);
        bye(stage)
    });
}

// interworking 11 row 13
#[test]
fn a_service_centre_that_cannot_is_gone_round() {
    on_every_layout(|layout| {
        let others = ["447700900015", "447700900025"];
        let mut stage = Stage::of(Plan::with(layout, |policy| {
            policy.other_service_centres = others.map(sms_side::digits).into();
        }));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let congested = Verdict::Refused(5555, Some(4));
        let call = stage.invite(Invitation::to(BOB));
        stage.network.take_submitted(0, congested);
        stage.network.take_submitted(1, congested);
        let centres: Vec<&str> =
            stage.network.sms.submitted.iter().map(|submitted| &submitted.service_centre[..]).collect();
        assert_eq!(centres, [sms_side::CENTRE_NUMBER, others[0], others[1]]);
        let [first, second] = [0, 1].map(|place| &stage.network.sms.submitted[place]);
        assert_eq!(tpdu(first), tpdu(second), "to the next one it is a new message");
        assert_ne!(header(first).end_to_end, header(second).end_to_end);
        stage.network.take_submitted(2, Verdict::Taken);
        assert_eq!(stage.statuses(call), [100, 180]);
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        stage.ack(call);
        stage.network.sms.manners.verdict = congested;
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 480], "when none of them can");
        stage.ack(call);
        stage
    });
}

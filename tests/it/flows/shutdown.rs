//! The gateway goes out of service: every chat is ended properly, every peer hears goodbye.

use shard::{Cargo, Count, SHARED_SIP};
use tempo::Duration;

use crate::paper::call::SCSCF;
use crate::paper::plan::ENDED;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

// interworking 2.8 item 18
#[test]
fn chats_are_ended_invitations_refused_peers_greeted_and_then_it_is_finished() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let pending = stage.invite(Invitation::to("+4915550002"));
        assert!(!stage.network.is_finished());
        stage.network.order(Cargo::Stop);
        assert_eq!(stage.byes(0)[0].need("Reason"), "SIP;cause=503;text=\"Service going down\"");
        assert!(stage.sms_user_heard().contains(&ENDED));
        assert_eq!(stage.statuses(pending), [100, 180, 480]);
        stage.ack(pending);
        let peers = 2 * stage.network.shards();
        assert_eq!(stage.network.sms.goodbyes, peers, "DPR on every connection");
        assert_eq!(stage.network.sms.lines(), 0);
        assert_eq!(stage.network.count(Count::PeersUp), 0);
        assert!(stage.network.is_finished());
        stage
    });
}

#[test]
fn many_chats_are_ended_some_in_each_turn() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        (plan.sessions_max, plan.pairs_max, plan.announcements_max) = (400, 800, 400);
        let mut stage = Stage::of(plan);
        for user in 0..300 {
            let number = format!("+4915560{user:05}");
            let call = stage.invite(Invitation::to(&number));
            let ticket = stage.text(&number, &stage.session_number(), "YES");
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
            stage.ack(call);
        }
        stage.network.sms.submitted.clear();
        stage.network.order(Cargo::Stop);
        assert_eq!((0..300).filter(|call| stage.byes(*call).len() == 1).count(), 300);
        assert_eq!(stage.network.sms.submitted.len(), 300, "every SMS user is told");
        stage.network.wait(Duration::from_secs(3));
        stage
    });
}

#[test]
fn with_nothing_to_end_it_is_finished_at_once() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.order(Cargo::Stop);
        assert!(stage.network.is_finished());
        stage
    });
}

// interworking 2.3 row 1
#[test]
fn who_comes_while_it_ends_is_sent_elsewhere() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.network.order(Cargo::Stop);
        // The shards without a chat have gone already; the owner of this one's chat still answers.
        let shard = usize::from(
            shard::owner_of(interwork::Msisdn(crate::paper::sms_side::digits(BOB)), layout.shards).0,
        );
        let late = crate::paper::call::Call::new(Invitation::to(BOB), 1);
        stage.network.send(shard, SHARED_SIP, SCSCF, late.invite());
        let options = "OPTIONS sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-ping\r\n\
                       Max-Forwards: 1\r\nFrom: <sip:mo@192.0.2.10>;tag=ping\r\nTo: <sip:10.0.0.1>\r\n\
                       Call-ID: ping\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
        stage.network.send(shard, SHARED_SIP, SCSCF, options);
        stage.network.settle();
        stage.calls.push(late);
        assert_eq!(stage.statuses(1), [100, 503]);
        assert!(stage.answer(1).header("Retry-After").is_some());
        let ping = stage
            .network
            .letters
            .iter()
            .find(|letter| letter.sip.need("Call-ID") == "ping")
            .expect("an answer");
        assert_eq!(ping.sip.status(), Some(503), "so that the S-CSCF chooses another one");
        stage.network.answers_byes = true;
        stage.network.wait(Duration::from_secs(1));
        assert!(stage.network.is_finished());
        stage
    });
}

#[test]
fn a_text_under_way_is_waited_for() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.send_text(0, "on its way", "");
        stage.network.order(Cargo::Stop);
        stage.network.wait(Duration::from_secs(1));
        assert!(!stage.network.is_finished());
        stage.network.take_submitted(0, Verdict::Taken);
        assert!(!stage.network.is_finished(), "the notice is on its way, too");
        stage.network.take_submitted(1, Verdict::Taken);
        assert!(stage.network.is_finished());
        stage
    });
}

#[test]
fn a_short_message_under_way_stays_with_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.wires[0].verdict = None;
        let number = stage.session_number();
        let ticket = stage.text(BOB, &number, "on its way");
        stage.network.order(Cargo::Stop);
        stage.network.wait(Duration::from_millis(100));
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        assert!(stage.network.is_finished());
        stage
    });
}

#[test]
fn nobody_s_silence_keeps_it_from_going() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.network.sms.manners.lives = false;
        stage.network.order(Cargo::Stop);
        stage.network.order(Cargo::Stop);
        stage.network.wait(Duration::from_millis(4900));
        assert!(!stage.network.is_finished());
        stage.network.wait(Duration::from_millis(200));
        assert!(stage.network.is_finished(), "three seconds for chats, two for peers");
        Stage::new(layout)
    });
}

//! No octets whatever stop a shard, cost a stranger's chat, or leave something behind.

use shard::{Count, SHARED_SIP};
use tempo::{Duration, Entropy};

use super::registration::register;
use crate::paper::call::{ALICE, Call, SCSCF, UE_PATH, answer};
use crate::paper::page::{Page, pages};
use crate::paper::sms_side::{CENTRE, Mailing};
use crate::paper::stage::{BOB, deliver};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

/// A copy with a few octets changed, left out or doubled.
fn damaged(octets: &[u8], chance: &mut Entropy) -> Vec<u8> {
    let mut octets = octets.to_vec();
    for _ in 0..1 + chance.below(3) {
        let at = chance.below(octets.len() as u64) as usize;
        match chance.below(4) {
            0 => octets[at] = chance.below(256) as u8,
            1 => octets[at] ^= 1 << chance.below(8),
            2 => drop(octets.remove(at)),
            _ => octets.insert(at, octets[at]),
        }
    }
    octets
}

fn chance(layout: Layout) -> Entropy {
    Entropy::from_seed([layout.shards as u8; 32])
}

/// The chat of call 0 has suffered nothing.
fn still_chatting(mut stage: Stage) -> Stage {
    assert_eq!(stage.chat_user_says("still here"), Some(200));
    assert_eq!(stage.request(0, "BYE"), Some(200));
    // What was let in by chance is withdrawn by time.
    stage.network.wait(Duration::from_secs(700));
    stage
}

#[test]
fn damaged_sip_is_refused_dropped_or_understood() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let invite = Call::new(Invitation::to("+4915550002"), 1).invite().into_bytes();
        for length in (0..invite.len()).step_by(7) {
            stage.network.send(0, SHARED_SIP, SCSCF, &invite[..length]);
        }
        let mut chance = chance(layout);
        for _ in 0..1000 {
            let damaged = damaged(&invite, &mut chance);
            stage.network.send(0, SHARED_SIP, SCSCF, damaged);
            stage.network.settle();
        }
        still_chatting(stage)
    });
}

#[test]
fn damaged_requests_of_a_dialog_are_refused_dropped_or_understood() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let mut chance = chance(layout);
        for method in ["OPTIONS", "UPDATE", "INVITE", "INFO"] {
            stage.calls[0].cseq += 1;
            let request = stage.calls[0].in_dialog(method).into_bytes();
            for _ in 0..100 {
                let damaged = damaged(&request, &mut chance);
                stage.network.send(0, SHARED_SIP, SCSCF, damaged);
            }
            stage.network.settle();
        }
        // A damaged CSeq may have moved far ahead.
        stage.calls[0].cseq = 2_000_000_000;
        still_chatting(stage)
    });
}

#[test]
fn damaged_msrp_costs_its_connection_at_most() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let mut chance = chance(layout);
        let path = stage.calls[0].media().1;
        let send = format!(
            "MSRP uefuzz SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: m1\r\nByte-Range: 1-5/5\r\n\
             Success-Report: no\r\nFailure-Report: yes\r\nContent-Type: text/plain\r\n\r\nhello\r\n-------uefuzz$\r\n"
        );
        for _ in 0..400 {
            let wire = stage.calls[0].wire.expect("a connection");
            if !stage.network.wires[wire].is_open {
                stage.connect(0);
            }
            let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
            let (shard, link) = (wire.shard, wire.link);
            let damaged = damaged(send.as_bytes(), &mut chance);
            stage.network.stream(shard, link, &damaged);
            stage.network.settle();
        }
        // The last one may have been the beginning of a message whose end will not come.
        let wire = &stage.network.wires[stage.calls[0].wire.expect("a connection")];
        if wire.is_open {
            let (shard, link) = (wire.shard, wire.link);
            stage.network.cut(shard, link);
        }
        stage.connect(0);
        still_chatting(stage)
    });
}

#[test]
fn damaged_diameter_costs_its_connection_at_most() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let mut chance = chance(layout);
        let number = stage.session_number();
        for _ in 0..400 {
            let correlation = stage.route(BOB, &number);
            let tpdu = deliver(BOB, "hello");
            let end_to_end = stage.network.sms.next_end_to_end();
            let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
            let (_, request) = stage.network.sms.mail(&mailing, b"ipsmgw");
            let damaged = damaged(&request, &mut chance);
            // Of a damaged length the beginning may be a message whose end will not come: each has a connection of its own.
            stage.network.stream(0, stage.network.sms.link(0, CENTRE).expect("connected"), &damaged);
            stage.network.settle();
            if let Some(link) = stage.network.sms.link(0, CENTRE) {
                stage.network.cut(0, link);
            }
            while stage.network.sms.link(0, CENTRE).is_none() {
                stage.network.wait(Duration::from_secs(1));
            }
        }
        assert!(stage.network.count(Count::LinksClosedOnError) > 0);
        // RFC 3539: after so many losses it must prove itself.
        stage.network.wait(Duration::from_secs(100));
        still_chatting(stage)
    });
}

#[test]
fn damaged_short_messages_are_shown_or_refused() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        let mut chance = chance(layout);
        let number = stage.session_number();
        let correlation = stage.route(BOB, &number);
        let tpdu = deliver(BOB, "Grüße an alle, und bis bald");
        for _ in 0..1000 {
            let damaged = damaged(&tpdu, &mut chance);
            let end_to_end = stage.network.sms.next_end_to_end();
            let mailing = Mailing { correlation: &correlation, tpdu: &damaged, end_to_end, repeated: false };
            let ticket = stage.network.mail(0, &mailing);
            if stage.network.sms.delivery(ticket) == Delivery::Waiting {
                // A segment of a text whose beginning never comes.
                stage.network.wait(Duration::from_millis(20_100));
                assert_ne!(stage.network.sms.delivery(ticket), Delivery::Waiting);
            }
        }
        stage.network.wait(Duration::from_secs(200));
        still_chatting(stage)
    });
}

#[test]
fn damaged_messages_outside_of_a_chat_are_refused_dropped_or_understood() {
    on_every_layout(|layout| {
        // Without status reports: for those that are asked for by chance nobody need wait three days.
        let mut plan = Plan::with(layout, |policy| policy.status_reports = false);
        plan.sessions_max = 1000;
        let mut stage = Stage::chatting(plan);
        let mut chance = chance(layout);
        let page = Page::asking(BOB, "Grüße an alle", "positive-delivery");
        for place in 0..1000 {
            let damaged = damaged(&page.message(place), &mut chance);
            page.send_octets(&mut stage, &damaged);
        }
        let whole = page.message(2000);
        for length in (0..whole.len()).step_by(7) {
            page.send_octets(&mut stage, &whole[..length]);
        }
        assert!(stage.network.count(Count::PagerIn) > 500);
        assert!(stage.network.count(Count::PagerRefused) > 0);
        still_chatting(stage)
    });
}

#[test]
fn damaged_answers_to_a_message_of_ours_are_answers_or_none() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        register(&mut stage, 0, 86_400);
        let mut chance = chance(layout);
        stage.network.page_verdict = None;
        for text in 0..40 {
            let ticket = stage.text(BOB, ALICE.trim_start_matches('+'), &format!("text {text}"));
            let page = pages(&stage).last().copied().expect("a MESSAGE").clone();
            for _ in 0..25 {
                let damaged = damaged(answer(&page, 200).as_bytes(), &mut chance);
                stage.network.send(0, SHARED_SIP, SCSCF, damaged);
                stage.network.settle();
            }
            if stage.network.sms.delivery(ticket) == Delivery::Waiting {
                stage.network.wait(Duration::from_millis(20_100));
                assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
            }
        }
        still_chatting(stage)
    });
}

#[test]
fn damaged_short_messages_without_a_chat_are_shown_or_refused() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        // MESSAGEs that were answered are remembered for five seconds.
        plan.sessions_max = 1000;
        let mut stage = Stage::chatting(plan);
        register(&mut stage, 0, 86_400);
        let mut chance = chance(layout);
        let correlation = stage.route(BOB, ALICE.trim_start_matches('+'));
        let tpdu = deliver("+4915550055", "Grüße an alle, und bis bald");
        for _ in 0..1000 {
            let damaged = damaged(&tpdu, &mut chance);
            let end_to_end = stage.network.sms.next_end_to_end();
            let mailing = Mailing { correlation: &correlation, tpdu: &damaged, end_to_end, repeated: false };
            let ticket = stage.network.mail(0, &mailing);
            assert_ne!(stage.network.sms.delivery(ticket), Delivery::Waiting);
        }
        assert!(pages(&stage).len() > 300);
        still_chatting(stage)
    });
}

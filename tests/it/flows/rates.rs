//! How often one chat user may invite, and say something (interworking page, section 11 row 37): on all shards together.

use interwork::{NumberSource, Rate};
use shard::{Count, Directory};
use tempo::Duration;

use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

/// As the product has it by default.
fn limited(layout: Layout) -> Plan {
    let mut plan = Plan::with(layout, |policy| {
        policy.invitation_rate = Rate::new(10, HOUR);
        policy.message_rate = Rate::new(30, MINUTE);
    });
    plan.announcements_max = 1000;
    plan
}

/// An SMS user; each is at home on a shard of his own.
fn sms_user(n: usize) -> String {
    format!("+4915550{n:03}")
}

fn alice(n: usize) -> Invitation {
    Invitation::to(&sms_user(n))
}

fn carol(n: usize) -> Invitation {
    alice(n).from("carol", "+491517654321")
}

/// Invites an SMS user, who says no; `Err` is how many seconds to wait with the next invitation.
fn invites(stage: &mut Stage, invitation: Invitation) -> Result<(), u32> {
    let sms_user = invitation.uri.trim_start_matches("tel:").to_string();
    let texts = stage.network.sms.submitted.len();
    let call = stage.invite(invitation);
    let answered = match stage.network.sms.submitted.len() - texts {
        0 => {
            assert_eq!(stage.statuses(call), [100, 480]);
            let refusal = stage.answer(call);
            assert!(refusal.need("Warning").starts_with("399 "));
            Err(refusal.need("Retry-After").parse().expect("seconds"))
        }
        _ => {
            let number = stage.session_number();
            let ticket = stage.text(&sms_user, &number, "NO");
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
            Ok(())
        }
    };
    stage.ack(call);
    answered
}

// interworking 2.3 row 8, 11 row 37
#[test]
fn the_eleventh_invitation_within_an_hour_waits_until_there_is_leave_again() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(limited(layout));
        for n in 0..10 {
            assert_eq!(invites(&mut stage, alice(n)), Ok(()));
        }
        assert_eq!(invites(&mut stage, alice(10)), Err(360), "one comes back in six minutes");
        assert_eq!(stage.network.count(Count::RatesExceeded), 1);
        for n in 0..10 {
            assert_eq!(invites(&mut stage, carol(n)), Ok(()), "what Alice does is nothing to Carol");
        }
        assert_eq!(invites(&mut stage, carol(10)), Err(360));

        stage.network.wait(Duration::from_millis(359_500));
        assert_eq!(invites(&mut stage, alice(11)), Err(1), "half a second is a whole one");
        stage.network.wait(Duration::from_secs(1));
        assert_eq!(invites(&mut stage, alice(12)), Ok(()), "when it was said");
        assert_eq!(invites(&mut stage, alice(13)), Err(360));
        stage.network.wait(HOUR);
        for n in 0..10 {
            assert_eq!(invites(&mut stage, alice(n)), Ok(()), "after an hour of rest all are back");
        }
        assert_eq!(invites(&mut stage, alice(10)), Err(360));
        stage
    });
}

#[test]
fn what_does_not_begin_a_chat_costs_nothing() {
    on_every_layout(|layout| {
        let mut plan = limited(layout);
        (plan.policy.number_source, plan.policy.invitation_rate) = (NumberSource::Own, Rate::new(1, HOUR));
        let mut stage = Stage::of(plan);
        let to_bob = |conversation| Invitation::to(BOB).with(&format!("Conversation-ID: {conversation}"));
        let unacceptable = stage.invite(alice(1).offering(String::new()));
        assert_eq!(stage.answer(unacceptable).status(), Some(488));
        stage.ack(unacceptable);
        let chat = stage.invite(to_bob("one"));
        assert_eq!(stage.statuses(chat), [100, 180]);
        let other = stage.invite(to_bob("two"));
        assert_eq!(stage.statuses(other), [100, 486], "busy says more than a rate");
        stage.ack(other);
        let again = stage.invite(to_bob("one"));
        assert_eq!(stage.statuses(again), [100, 180], "it goes on with a chat that there is");
        stage.ack(chat);
        assert_eq!(invites(&mut stage, alice(2)), Err(3600), "but the chat has cost one");
        assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
        stage.ack(again);
        stage
    });
}

#[test]
fn whoever_is_idle_is_forgotten_and_too_many_are_told_to_wait() {
    on_every_layout(|layout| {
        let mut plan = limited(layout);
        plan.subscribers_max = 1;
        let mut stage = Stage::of(plan);
        assert_eq!(invites(&mut stage, alice(1)), Ok(()));
        let unknown = stage.invite(carol(2));
        assert_eq!(stage.statuses(unknown), [100, 480]);
        assert!(stage.answer(unknown).header("Retry-After").is_some());
        stage.ack(unknown);
        stage.network.wait(Duration::from_secs(300));
        assert_eq!(invites(&mut stage, alice(3)), Ok(()));
        stage.network.wait(Duration::from_secs(300));
        assert_eq!(stage.network.directory.allowances(), 1, "she was active meanwhile");
        stage.network.wait(Duration::from_secs(122));
        assert_eq!(stage.network.directory.allowances(), 0);
        assert_eq!(invites(&mut stage, carol(4)), Ok(()));
        stage
    });
}

// interworking 11 row 37
#[test]
fn a_message_beyond_the_rate_is_refused_and_the_chat_goes_on() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(limited(layout));
        for _ in 0..30 {
            assert_eq!(stage.chat_user_says("and"), Some(200));
        }
        assert_eq!(stage.chat_user_says("one too many"), Some(403), "its sender still has it");
        assert_eq!(stage.network.sms.submitted.len(), 30);
        assert_eq!(stage.network.count(Count::RatesExceeded), 1);
        let composing = "<?xml version=\"1.0\"?><isComposing><state>active</state></isComposing>";
        let sign = stage.send_body(0, "application/im-iscomposing+xml", composing, "");
        let wire = stage.calls[0].wire.expect("a connection");
        assert_eq!(stage.network.wires[wire].response(&sign), Some(200), "a sign of typing is no message");
        assert_eq!(stage.sms_user_says("slowly!"), Delivery::Taken, "the SMS user says what he likes");

        let carol = stage.invite(carol(2));
        let number = stage.session_number();
        let ticket = stage.text(&sms_user(2), &number, "YES");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        stage.ack(carol);
        stage.connect(carol);
        let transaction = stage.send_text(carol, "in another chat", "");
        let wire = stage.calls[carol].wire.expect("a connection");
        assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));

        stage.network.wait(Duration::from_secs(2));
        assert_eq!(stage.chat_user_says("one too many"), Some(200), "one comes back in two seconds");
        assert_eq!(stage.chat_user_says("again"), Some(403));
        for call in [0, carol] {
            assert_eq!(stage.request(call, "BYE"), Some(200));
        }
        stage
    });
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

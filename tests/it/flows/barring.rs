//! Whom the operator does not let invite, and whom he does not let be invited (interworking page, table 2.3 row 8).

use interwork::{Barring, Identity, Msisdn, PeerId, Prefix, Subscriber};
use shard::Count;

use crate::paper::call::ALICE;
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::texts::SipText;
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

fn prefixes(texts: &[&str]) -> Vec<Prefix> {
    let prefix = |text: &&str| match *text {
        "" => Prefix::EVERYWHERE,
        text => Prefix::of(digits(text)),
    };
    texts.iter().map(prefix).collect()
}

fn barring(layout: Layout, allowed: &[&str], blocked: &[&str], users: &[Identity]) -> Plan {
    let barring = Barring::new(prefixes(allowed), prefixes(blocked), users.iter().copied());
    Plan::with(layout, |policy| policy.barring = barring)
}

/// Invites; the refusal, or `None` when the SMS user has the invitation.
fn refusal(stage: &mut Stage, invitation: Invitation) -> Option<SipText> {
    let texts = stage.network.sms.submitted.len();
    let call = stage.invite(invitation);
    let is_let_in = stage.statuses(call) == [100, 180];
    assert_eq!(
        stage.network.sms.submitted.len() - texts,
        usize::from(is_let_in),
        "only who is let in writes"
    );
    if is_let_in {
        return None;
    }
    let refusal = stage.answer(call).clone();
    stage.ack(call);
    Some(refusal)
}

fn expect_barred(refusal: Option<SipText>, text: &str) {
    let refusal = refusal.expect("a refusal");
    assert_eq!(refusal.status(), Some(403));
    let warning = refusal.header("Warning").expect("a warning");
    assert!(warning.starts_with("399 ") && warning.ends_with(&format!("\"{text}\"")), "{warning}");
}

/// Nobody is to be left who could still answer.
fn declined_by(stage: &mut Stage, sms_user: &str, call: usize) {
    let number = stage.session_number();
    let ticket = stage.text(sms_user, &number, "NO");
    assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
    stage.ack(call);
}

// interworking 2.3 row 8, 11 row 37
#[test]
fn a_premium_number_is_not_invited_and_its_neighbour_is() {
    on_every_layout(|layout| {
        let plan = barring(layout, &["", "4990012"], &["49900", "1"], &[]);
        let mut stage = Stage::of(plan);
        for barred in ["+4990055501", "+4990011", "+15550100"] {
            expect_barred(refusal(&mut stage, Invitation::to(barred)), "Destination barred");
        }
        assert_eq!(stage.network.count(Count::Barred), 3);
        // A longer prefix lets it through, a shorter one does not count.
        for (call, reached) in [(3, "+4990012345"), (4, BOB)] {
            assert!(refusal(&mut stage, Invitation::to(reached)).is_none(), "{reached}");
            declined_by(&mut stage, reached, call);
        }
        assert_eq!(stage.network.count(Count::Barred), 3);
        stage
    });
}

#[test]
fn with_a_list_of_destinations_all_others_are_barred() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(barring(layout, &["49"], &[], &[]));
        expect_barred(refusal(&mut stage, Invitation::to("+447700900123")), "Destination barred");
        assert!(refusal(&mut stage, Invitation::to(BOB)).is_none());
        declined_by(&mut stage, BOB, 1);
        stage
    });
}

#[test]
fn a_blocked_chat_user_invites_nobody_by_number_or_by_name() {
    on_every_layout(|layout| {
        let alice = Identity::Number(Msisdn(digits(ALICE)));
        let mallory = Identity::Name(PeerId::of(&b"sip:mallory@ims.example"[..]));
        let mut plan = barring(layout, &[""], &[], &[alice, mallory]);
        // What else is known of him does not help.
        plan.provisioned = vec![(alice, Subscriber::ANYBODY)];
        let mut stage = Stage::of(plan);
        expect_barred(refusal(&mut stage, Invitation::to(BOB)), "127 Service not authorised");
        let mallory = Invitation::to(BOB).from("mallory", "+15550199");
        expect_barred(refusal(&mut stage, mallory), "127 Service not authorised");
        assert_eq!(stage.network.count(Count::Barred), 2);
        assert!(refusal(&mut stage, Invitation::to(BOB).from("carol", "+15550102")).is_none());
        declined_by(&mut stage, BOB, 2);
        stage
    });
}

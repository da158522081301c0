//! What comes in the last seconds of a transaction, when its last timer takes the place of the one before, and what lies where
//! something else has lain: nothing is left behind.

use shard::OWN_SIP;
use tempo::Duration;

use crate::paper::call::{SCSCF, answer};
use crate::paper::network::msrp;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, on_every_layout};

/// Within 64*T1 (32 s), and less than T4 (5 s) before its end.
const LATE: Duration = Duration::from_secs(29);

// RFC 3261 17.1.2.2: timer K follows timer F.
#[test]
fn a_bye_that_is_answered_late_leaves_no_dialog() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.answers_byes = false;
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        stage.network.wait(LATE);
        let bye = stage.byes(0)[0].clone();
        let shard =
            stage.network.letters.iter().find(|letter| letter.sip.method() == "BYE").map(|bye| bye.shard);
        stage.network.send(shard.expect("a BYE"), OWN_SIP, SCSCF, answer(&bye, 200));
        stage.network.settle();
        let repeated = stage.byes(0).len();
        stage.network.wait(Duration::from_secs(10));
        assert_eq!(stage.byes(0).len(), repeated, "it is not repeated any more");
        stage
    });
}

// RFC 3261 17.2.1: timer I follows timer H.
#[test]
fn a_refusal_that_is_acknowledged_late_leaves_no_transaction() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.sms_user_says("NO"), Delivery::Taken);
        stage.network.wait(LATE);
        stage.ack(call);
        let refused = stage.statuses(call).len();
        stage.network.wait(Duration::from_secs(10));
        assert_eq!(stage.statuses(call).len(), refused, "it is not repeated any more");
        stage
    });
}

// RFC 4975 5.4
#[test]
fn a_connection_that_says_nothing_is_closed_also_where_another_one_was() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let first = stage.network.connect(msrp(0));
        stage.network.wait(Duration::from_secs(10));
        let (shard, link) = (stage.network.wires[first].shard, stage.network.wires[first].link);
        stage.network.cut(shard, link);
        let second = stage.network.connect(msrp(0));
        assert_eq!(stage.network.wires[second].link.index, link.index, "it lies in the same place");
        stage.network.wait(Duration::from_secs(31));
        assert!(!stage.network.wires[second].is_open);
        stage
    });
}

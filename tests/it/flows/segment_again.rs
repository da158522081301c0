//! A segment of a long text that comes again, as a new message, while the chat user's side has not said whether it has the first.

use super::joining::{joined, mail, segments};
use crate::paper::sms_side::Ticket;
use crate::paper::{Delivery, Plan, Stage, on_every_layout, wire};

/// A chat whose chat user was handed the first of two segments twice, and has said nothing.
fn twice(plan: Plan) -> (Stage, [Ticket; 2], Vec<Vec<u8>>) {
    let mut stage = Stage::chatting(plan);
    let parts = segments(&"long ".repeat(40), 7);
    stage.network.wires[0].verdict = None;
    let tickets = [0, 0].map(|part| mail(&mut stage, &parts[part]));
    for ticket in tickets {
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting, "nobody has it yet");
    }
    assert_eq!(stage.network.wires[0].sends().count(), 1, "it is shown once");
    (stage, tickets, parts)
}

// TS 23.204 6.14 step 6
#[test]
fn it_is_acknowledged_with_the_first_one() {
    on_every_layout(|layout| {
        let (mut stage, tickets, parts) = twice(Plan::new(layout));
        let send = stage.network.wires[0].sends().next().expect("a SEND").clone();
        stage.network.wires[0].verdict = Some(200);
        let response = String::from_utf8(wire::response(&send, 200)).expect("a text");
        stage.speak(0, &response);
        for ticket in tickets {
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        }
        // Once more, now that the chat user has it; and the rest.
        for part in [0, 1] {
            let ticket = mail(&mut stage, &parts[part]);
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        }
        assert_eq!(joined(&stage), ["long ".repeat(40)]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn it_is_not_acknowledged_when_the_first_one_is_lost() {
    on_every_layout(|layout| {
        let (mut stage, tickets, _) = twice(Plan::new(layout));
        let (shard, link) = (stage.network.wires[0].shard, stage.network.wires[0].link);
        stage.network.cut(shard, link);
        for ticket in tickets {
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::Waiting, "he may come back for it");
        }
        assert_eq!(stage.request(0, "BYE"), Some(200));
        for ticket in tickets {
            assert_eq!(stage.network.sms.delivery(ticket), Delivery::NotNow);
        }
        stage
    });
}

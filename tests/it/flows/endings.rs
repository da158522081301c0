//! Chats that end though neither of the two has ended them: the chat user is registered no more, the operator says so.

use interwork::{Goodbye, Msisdn, PeerId};
use shard::{Cargo, Count, Ending, Whose};
use tempo::Duration;

use super::registration::register;
use crate::paper::call::ALICE;
use crate::paper::plan::ENDED;
use crate::paper::sms_side::digits;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, on_every_layout};

/// Chats of Alice with as many SMS users, and one of Carol's, which is the last call.
fn many(layout: Layout, chats: usize) -> Stage {
    let mut plan = Plan::new(layout);
    (plan.sessions_max, plan.pairs_max, plan.announcements_max) =
        (2 * chats + 8, 4 * chats + 16, 2 * chats + 8);
    let mut stage = Stage::of(plan);
    for user in 0..=chats {
        let number = format!("+4915560{user:05}");
        let mut invitation = Invitation::to(&number);
        if user == chats {
            invitation = invitation.from("carol", "+491517654321");
        }
        let call = stage.invite(invitation);
        let ticket = stage.text(&number, &stage.session_number(), "YES");
        assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
        stage.ack(call);
    }
    stage.network.sms.submitted.clear();
    stage
}

#[test]
fn all_chats_of_a_chat_user_who_has_gone_end_on_every_shard_and_nobody_elses() {
    on_every_layout(|layout| {
        let mut stage = many(layout, 300);
        let pending = stage.invite(Invitation::to(BOB));
        assert_eq!(register(&mut stage, 0, 0).status(), Some(200));
        let far = (0..300).filter(|call| stage.byes(*call).len() == 1).count();
        assert_eq!(far, 300);
        assert_eq!(stage.byes(0)[0].need("Reason"), "SIP;cause=480;text=\"Not registered\"");
        assert_eq!(stage.statuses(pending), [100, 180, 480]);
        stage.ack(pending);
        let told = stage.network.sms.submitted.iter().filter(|submitted| submitted.text == ENDED).count();
        assert_eq!(told, 300, "every SMS user is told");
        assert!(stage.byes(300).is_empty(), "Carol is still there");
        assert_eq!(stage.network.count(Count::ChatsCutShort), 301);
        assert_eq!(stage.request(300, "BYE"), Some(200));
        stage.network.wait(SIXTY_FOUR_T1);
        stage
    });
}

#[test]
fn the_operator_ends_the_chats_of_a_chat_user_or_of_an_sms_user() {
    on_every_layout(|layout| {
        let mut stage = many(layout, 2);
        let sms_user = Whose::SmsUsers(Msisdn(digits("+491556000001")));
        stage.network.order(Cargo::EndChats(Ending { whose: sms_user, goodbye: Goodbye::Operator }));
        let byes = |stage: &Stage| [0, 1, 2].map(|call| stage.byes(call).len());
        assert_eq!(byes(&stage), [0, 1, 0]);
        assert_eq!(stage.byes(1)[0].need("Reason"), "SIP;cause=480;text=\"Ended by the operator\"");
        let alice = Whose::ChatUsers(PeerId::of(digits(ALICE).packed()));
        for _ in 0..2 {
            stage.network.order(Cargo::EndChats(Ending { whose: alice, goodbye: Goodbye::Operator }));
            assert_eq!(byes(&stage), [1, 1, 0], "each once");
        }
        let everybody = Ending { whose: Whose::Everybodys, goodbye: Goodbye::Operator };
        stage.network.order(Cargo::EndChats(everybody));
        assert_eq!(byes(&stage), [1, 1, 1]);
        // That was no end of service.
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 180]);
        stage.network.order(Cargo::EndChats(everybody));
        assert_eq!(stage.statuses(call), [100, 180, 480]);
        stage.ack(call);
        stage.network.wait(Duration::from_secs(33));
        stage
    });
}

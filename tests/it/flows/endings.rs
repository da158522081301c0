//! Chats that end though neither of the two has ended them: the chat user is registered no more, the operator says so.

use interwork::{Access, Goodbye, Msisdn, PeerId};
use shard::{Cargo, Count, Ending, Whose};
use tempo::Duration;

use super::registration::register;
use super::subscribers::notify;
use crate::paper::call::ALICE;
use crate::paper::hss::{Answer, document};
use crate::paper::plan::{ENDED, UNSUPPORTED};
use crate::paper::sms_side::digits;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1};
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

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

// interworking 2.8 item 19
#[test]
fn the_chats_of_a_chat_user_who_may_chat_no_more_end() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, |policy| policy.access = Access::Subscribers);
        plan.asks_hss = true;
        let mut stage = Stage::of(plan);
        let (yes, no) =
            ["yes", "no"].map(|word| document(&format!("<Authorised>{word}</Authorised>"), None)).into();
        stage.network.sms.hss.says = Some(Answer::Document(yes));
        register(&mut stage, 0, 600);
        let call = stage.invite(Invitation::to(BOB));
        stage.sms_user_says("YES");
        stage.ack(call);
        notify(&mut stage, &no);
        assert_eq!(stage.byes(call)[0].need("Reason"), "SIP;cause=403;text=\"Service not authorised\"");
        assert_eq!(stage.sms_user_heard().last(), Some(&ENDED));
        assert_eq!(stage.network.count(Count::ChatsCutShort), 1);
        stage
    });
}

#[test]
fn they_end_too_when_that_is_heard_as_he_registers_again() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, |policy| policy.access = Access::Subscribers);
        plan.asks_hss = true;
        let mut stage = Stage::of(plan);
        let says = |stage: &mut Stage, word| {
            let document = document(&format!("<Authorised>{word}</Authorised>"), None);
            stage.network.sms.hss.says = Some(Answer::Document(document));
            register(stage, 0, 600);
        };
        says(&mut stage, "yes");
        let call = stage.invite(Invitation::to(BOB));
        stage.sms_user_says("YES");
        stage.ack(call);
        says(&mut stage, "yes");
        assert!(stage.byes(call).is_empty());
        says(&mut stage, "no");
        assert_eq!(stage.byes(call)[0].need("Reason"), "SIP;cause=403;text=\"Service not authorised\"");
        assert_eq!(stage.network.count(Count::ChatsCutShort), 1);
        stage
    });
}

// interworking 2.8 item 18
#[test]
fn a_chat_that_the_sms_side_refuses_again_and_again_ends() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.refusals_max = 3));
        let say = |stage: &mut Stage, verdict, status| {
            stage.network.sms.manners.verdict = verdict;
            assert_eq!(stage.chat_user_says("hello"), Some(status));
        };
        let gone = Verdict::Refused(5001, None);
        say(&mut stage, gone, 403);
        say(&mut stage, gone, 403);
        say(&mut stage, Verdict::Taken, 200);
        say(&mut stage, gone, 403);
        say(&mut stage, gone, 403);
        assert!(stage.byes(0).is_empty(), "one that was taken begins the count anew");
        say(&mut stage, gone, 403);
        assert_eq!(stage.byes(0)[0].need("Reason"), "SIP;cause=480;text=\"SMS user unreachable\"");
        stage
    });
}

// interworking 2.6 item 8
#[test]
fn an_sms_user_is_told_once_by_policy_that_something_was_no_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::with(layout, |policy| policy.tell_unsupported = true));
        for _ in 0..2 {
            let transaction = stage.send_body(0, "image/png", "not to be shown", "");
            assert_eq!(stage.network.wires[0].response(&transaction), Some(415));
        }
        assert_eq!(stage.sms_user_heard(), [UNSUPPORTED]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

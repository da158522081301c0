//! What is sent again when the SMS user cannot take it now, and answers that come when nobody asks any more.

use diameter::{AvpId, MessageView};
use shard::Count;
use tempo::Duration;

use crate::paper::sms_side::{CENTRE, SECOND_CENTRE, Submitted};
use crate::paper::stage::BOB;
use crate::paper::{Invitation, Plan, Stage, Verdict, on_every_layout};

// interworking.md 2.7: absent, busy, no memory.
const OF_THE_MOMENT: [Verdict; 3] =
    [Verdict::Refused(5550, None), Verdict::Refused(5551, None), Verdict::Refused(5555, Some(0))];

/// Where it begins in a Diameter header.
const END_TO_END: usize = 16;

fn names(submitted: &Submitted) -> (u32, bool, u32) {
    let header = MessageView::parse(&submitted.request).expect("sound").header();
    (header.end_to_end.0, header.flags.retransmitted, header.hop_by_hop.0)
}

fn tpdu(submitted: &Submitted) -> Vec<u8> {
    let message = MessageView::parse(&submitted.request).expect("sound");
    message.find(AvpId::SM_RP_UI).expect("a TPDU").data.to_vec()
}

// interworking 2.7 rows 5 to 7 invitation, 11 row 29
#[test]
fn an_sms_user_who_cannot_be_invited_now_is_invited_again_while_the_caller_waits() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for verdict in OF_THE_MOMENT {
            stage.network.sms.submitted.clear();
            stage.network.sms.manners.verdict = verdict;
            let call = stage.invite(Invitation::to(BOB));
            for (pause_s, attempts) in [(9, 1), (2, 2), (28, 2), (3, 3)] {
                stage.network.wait(Duration::from_secs(pause_s));
                assert_eq!(stage.network.sms.submitted.len(), attempts, "{verdict:?}");
            }
            assert_eq!(stage.statuses(call), [100]);
            stage.network.sms.manners.verdict = Verdict::Taken;
            stage.network.wait(Duration::from_secs(61));
            assert_eq!(stage.statuses(call), [100, 180, 180], "the minute's, and that he has it");
            let [first, .., last] = &stage.network.sms.submitted[..] else { panic!("several attempts") };
            // It was answered, so it is another Diameter message; to the service centre it is the same one.
            let ((one, _, _), (other, is_t, _)) = (names(first), names(last));
            assert!(one != other && !is_t);
            let (one, mut other) = (tpdu(first), tpdu(last));
            assert_eq!(other[0] & 0x04, 0x04, "TP-RD");
            other[0] &= !0x04;
            assert_eq!(one, other);
            stage.sms_user_says("NO");
            stage.ack(call);
        }
        stage
    });
}

#[test]
fn nobody_is_invited_to_what_has_been_withdrawn() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Refused(5550, None);
        let call = stage.invite(Invitation::to(BOB));
        let cancel = stage.calls[call].cancel();
        stage.send(call, cancel);
        stage.ack(call);
        stage.network.sms.manners.verdict = Verdict::Taken;
        stage.network.wait(Duration::from_secs(11));
        assert_eq!((stage.network.sms.submitted.len(), stage.network.count(Count::Submits)), (1, 0));
        stage
    });
}

#[test]
fn an_sms_user_who_is_away_for_the_whole_answer_timer_has_not_answered() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.verdict = Verdict::Refused(5550, None);
        let call = stage.invite(Invitation::to(BOB));
        stage.network.wait(Duration::from_secs(575));
        assert!(stage.statuses(call).iter().all(|status| *status < 200));
        stage.network.wait(Duration::from_secs(26));
        assert_eq!(stage.answer(call).status(), Some(480));
        stage.ack(call);
        stage.network.wait(Duration::from_secs(61));
        assert_eq!(stage.network.count(Count::Submits), 0);
        stage
    });
}

// interworking 2.7 rows 5 to 7 chat
#[test]
fn a_text_for_somebody_who_cannot_take_it_now_is_sent_again_inside_the_chat_users_patience() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        for verdict in OF_THE_MOMENT {
            stage.network.sms.manners.verdict = verdict;
            let transaction = stage.send_text(0, "hello", "");
            stage.network.wait(Duration::from_secs(9));
            assert_eq!(stage.network.wires[0].response(&transaction), None);
            stage.network.sms.manners.verdict = Verdict::Taken;
            stage.network.wait(Duration::from_secs(2));
            assert_eq!(stage.network.wires[0].response(&transaction), Some(200), "{verdict:?}");
            stage.network.sms.manners.verdict = verdict;
            let transaction = stage.send_text(0, "hello?", "");
            stage.network.wait(Duration::from_secs(11));
            assert_eq!(stage.network.wires[0].response(&transaction), Some(408), "no time for a third");
        }
        bye(stage)
    });
}

#[test]
fn a_late_failure_of_a_former_attempt_does_not_count_and_a_late_success_does() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.centres = 2;
        let mut stage = Stage::chatting(plan);
        for late in [Verdict::Refused(5001, None), Verdict::Taken] {
            stage.network.sms.submitted.clear();
            stage.network.sms.manners.verdict = Verdict::Silence;
            let transaction = stage.send_text(0, "hello", "");
            stage.network.wait(Duration::from_millis(10_100));
            let peers: Vec<usize> = stage.network.sms.submitted.iter().map(|one| one.peer).collect();
            assert_eq!(peers, [CENTRE, SECOND_CENTRE]);
            let strays = stage.network.count(Count::DiameterStrayAnswers);
            stage.network.take_submitted(0, late);
            if late == Verdict::Taken {
                assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
                stage.network.take_submitted(1, Verdict::Duplicate);
            } else {
                assert_eq!(stage.network.wires[0].response(&transaction), None);
                stage.network.take_submitted(1, Verdict::Taken);
                assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
            }
            assert_eq!(stage.network.count(Count::DiameterStrayAnswers), strays + 1);
        }
        bye(stage)
    });
}

#[test]
fn no_two_requests_on_a_connection_share_a_hop_by_hop_identifier() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.submitted.clear();
        stage.network.sms.manners.verdict = Verdict::Silence;
        stage.send_text(0, "one", "");
        stage.send_text(0, "two", "");
        // The same peer is asked again, as there is no other: the first request may still wait in a relay.
        stage.network.wait(Duration::from_secs(24));
        let mut seen: Vec<(usize, u32)> =
            stage.network.sms.submitted.iter().map(|one| (one.shard, names(one).2)).collect();
        let count = seen.len();
        assert_eq!(count, 6, "three attempts each");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
        bye(stage)
    });
}

#[test]
fn an_answer_with_another_end_to_end_identifier_is_nobodys() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        stage.network.sms.submitted.clear();
        stage.network.sms.manners.verdict = Verdict::Silence;
        let transaction = stage.send_text(0, "hello", "");
        stage.network.sms.submitted[0].request[END_TO_END] ^= 0xFF;
        stage.network.take_submitted(0, Verdict::Refused(5001, None));
        assert_eq!(stage.network.wires[0].response(&transaction), None);
        stage.network.sms.submitted[0].request[END_TO_END] ^= 0xFF;
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.network.wires[0].response(&transaction), Some(200));
        bye(stage)
    });
}

fn bye(mut stage: Stage) -> Stage {
    stage.network.sms.manners.verdict = Verdict::Taken;
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage
}

//! One row per promise of the machine; what the two sides see is the list of actions.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::policy::tests::policy;
use crate::{Policy, UnknownReply};

struct Chat {
    session: ChatSession,
    policy: Policy,
}

impl Chat {
    fn new() -> Self {
        Chat { session: ChatSession::new(true), policy: policy() }
    }

    fn sees(&mut self, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        self.session.step(event, &self.policy, |action| actions.push(action));
        // Timers have their own test: here they would only hide what the two sides see.
        actions.retain(|action| !matches!(action, Action::Arm(..) | Action::Disarm(_)));
        actions
    }

    fn after(events: &[Event]) -> Self {
        let mut chat = Self::new();
        for event in events {
            chat.sees(*event);
        }
        chat
    }
}

const INVITED: &[Event] = &[Event::Begin, Event::InvitationSubmitted];
const ACCEPTED: &[Event] = &[Event::Begin, Event::InvitationSubmitted, Event::Sm(Reply::Accept)];
const ACTIVE: &[Event] =
    &[Event::Begin, Event::InvitationSubmitted, Event::Sm(Reply::Accept), Event::Connected];

#[test]
fn a_chat_from_invitation_to_stop() {
    let mut chat = Chat::new();
    assert_eq!(chat.sees(Event::Begin), vec![Action::Invite]);
    assert_eq!(chat.sees(Event::InvitationSubmitted), vec![Action::Ring]);
    assert_eq!(chat.sees(Event::Sm(Reply::Accept)), vec![Action::Take, Action::Accept]);
    assert_eq!(chat.sees(Event::Connected), vec![]);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Forward]);
    assert_eq!(chat.sees(Event::Sm(Reply::Leave)), vec![Action::Take, Action::Bye(Goodbye::UserLeft)]);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Decline(SmOutcome::NoSession)]);
    assert_eq!(chat.sees(Event::Parted), vec![Action::End]);
    assert_eq!(chat.session.stage(), Stage::Ended);
}

#[test]
fn what_ends_an_invitation() {
    let rows = [
        (Event::Sm(Reply::Reject), vec![Action::Take, Action::Refuse(StatusCode::DECLINE), Action::End]),
        (Event::Sm(Reply::Leave), vec![Action::Take, Action::Refuse(StatusCode::DECLINE), Action::End]),
        (Event::Due(Timer::Answer), vec![Action::Refuse(StatusCode::TEMPORARILY_UNAVAILABLE), Action::End]),
        (Event::Withdrawn, vec![Action::End]),
        (
            Event::Stop(Goodbye::Service),
            vec![Action::Refuse(StatusCode::TEMPORARILY_UNAVAILABLE), Action::End],
        ),
        (
            Event::InvitationRefused(SmFailure::UnknownSubscriber),
            vec![Action::Refuse(StatusCode::NOT_FOUND), Action::End],
        ),
        (
            Event::InvitationRefused(SmFailure::Barred),
            vec![Action::Refuse(StatusCode::FORBIDDEN), Action::End],
        ),
    ];
    for (event, expected) in rows {
        for start in [&INVITED[..1], INVITED] {
            let mut chat = Chat::after(start);
            assert_eq!(chat.sees(event), expected, "{event:?} after {start:?}");
            assert_eq!(chat.session.stage(), Stage::Ended);
        }
    }
}

#[test]
fn a_yes_that_overtakes_the_centres_acknowledgement_counts() {
    let mut chat = Chat::after(&[Event::Begin]);
    assert_eq!(chat.sees(Event::Sm(Reply::Accept)), vec![Action::Take, Action::Accept]);
    assert_eq!(chat.sees(Event::InvitationSubmitted), vec![], "no 180 after the 200");
    assert_eq!(
        chat.sees(Event::InvitationRefused(SmFailure::System)),
        vec![],
        "the user has answered, so it arrived"
    );
}

#[test]
fn neither_yes_nor_no_is_hinted_at_once_or_rejects() {
    let mut chat = Chat::after(INVITED);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Take, Action::Hint]);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Take]);
    assert_eq!(chat.sees(Event::Sm(Reply::Accept)), vec![Action::Take, Action::Accept]);

    let mut strict = Chat::after(INVITED);
    strict.policy.unknown_reply = UnknownReply::Reject;
    assert_eq!(
        strict.sees(Event::Sm(Reply::Text)),
        vec![Action::Take, Action::Refuse(StatusCode::DECLINE), Action::End]
    );
}

#[test]
fn without_asking_first_the_invite_is_accepted_when_the_sms_side_has_the_invitation() {
    let mut chat = Chat::new();
    chat.session = ChatSession::new(false);
    assert_eq!(chat.sees(Event::Begin), vec![Action::Invite]);
    assert!(chat.session.is_inviting() && !chat.session.awaits_answer(), "nobody asked for an answer");
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Hold]);
    assert_eq!(chat.sees(Event::InvitationSubmitted), vec![Action::Accept]);
    let mut chat = Chat::new();
    chat.session = ChatSession::new(false);
    chat.sees(Event::Begin);
    let refused = chat.sees(Event::InvitationRefused(SmFailure::UnknownSubscriber));
    assert_eq!(refused, vec![Action::Refuse(StatusCode::NOT_FOUND), Action::End]);
    let mut chat = Chat::new();
    chat.session = ChatSession::new(false);
    chat.sees(Event::Begin);
    let left = chat.sees(Event::Sm(Reply::Leave));
    assert_eq!(left, vec![Action::Take, Action::Refuse(StatusCode::DECLINE), Action::End], "STOP is STOP");
}

#[test]
fn words_before_the_connection_are_kept_and_after_it_forwarded() {
    let mut chat = Chat::after(ACCEPTED);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Hold]);
    assert_eq!(chat.sees(Event::Sm(Reply::Accept)), vec![Action::Hold], "a second YES is already chat");
    chat.sees(Event::Connected);
    assert_eq!(chat.sees(Event::Sm(Reply::Reject)), vec![Action::Forward], "NO is a word like any other now");
}

#[test]
fn every_end_is_told_to_both_sides() {
    let rows = [
        (Event::Due(Timer::Connect), ACCEPTED, Some(Goodbye::BearerLost)),
        (Event::Unconfirmed, ACCEPTED, Some(Goodbye::BearerLost)),
        (Event::Due(Timer::Idle), ACTIVE, Some(Goodbye::Silence)),
        (Event::Stop(Goodbye::Service), ACTIVE, Some(Goodbye::Service)),
        (Event::Stop(Goodbye::Operator), ACCEPTED, Some(Goodbye::Operator)),
        (Event::Stop(Goodbye::Unregistered), ACTIVE, Some(Goodbye::Unregistered)),
        (Event::PeerLeft, ACTIVE, None),
        (Event::PeerLeft, ACCEPTED, None),
    ];
    for (event, start, goodbye) in rows {
        let mut chat = Chat::after(start);
        let actions = chat.sees(event);
        assert!(actions.contains(&Action::Notice), "{event:?}: the SMS user");
        match goodbye {
            Some(goodbye) => {
                assert!(actions.contains(&Action::Bye(goodbye)), "{event:?}: the chat user");
                assert_eq!(chat.sees(Event::Parted), vec![Action::End]);
            }
            None => assert_eq!(actions.last(), Some(&Action::End)),
        }
        assert_eq!(chat.session.stage(), Stage::Ended);
    }
}

#[test]
fn a_lost_connection_may_come_back() {
    let mut chat = Chat::after(ACTIVE);
    assert_eq!(chat.sees(Event::Disconnected), vec![]);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Hold]);
    assert_eq!(chat.sees(Event::Connected), vec![]);
    assert_eq!(chat.sees(Event::Sm(Reply::Text)), vec![Action::Forward]);
    chat.sees(Event::Disconnected);
    let actions = chat.sees(Event::Due(Timer::Connect));
    assert_eq!(actions, vec![Action::Bye(Goodbye::BearerLost), Action::Notice]);
}

#[test]
fn goodbyes_that_cross_end_the_chat_once() {
    let mut chat = Chat::after(ACTIVE);
    chat.sees(Event::Sm(Reply::Leave));
    assert_eq!(chat.sees(Event::PeerLeft), vec![Action::End], "no notice to the user who has just left");
    assert_eq!(chat.sees(Event::Parted), vec![]);
    assert_eq!(chat.sees(Event::PeerLeft), vec![]);
}

#[test]
fn a_stopped_timer_that_still_rings_changes_nothing() {
    let mut chat = Chat::after(ACTIVE);
    for timer in [Timer::Answer, Timer::Refresh, Timer::Connect] {
        assert_eq!(chat.sees(Event::Due(timer)), vec![]);
    }
    assert_eq!(chat.session.stage(), Stage::Active);
}

#[test]
fn the_timers_of_each_stage() {
    let mut chat = Chat::new();
    let mut timers = |event| {
        let mut timers = Vec::new();
        chat.session.step(event, &chat.policy, |action| match action {
            Action::Arm(timer, _) => timers.push((timer, true)),
            Action::Disarm(timer) => timers.push((timer, false)),
            _ => {}
        });
        timers
    };
    assert_eq!(timers(Event::Begin), vec![(Timer::Answer, true), (Timer::Refresh, true)]);
    assert_eq!(timers(Event::InvitationSubmitted), vec![]);
    assert_eq!(timers(Event::Due(Timer::Refresh)), vec![(Timer::Refresh, true)]);
    let accepted = vec![(Timer::Answer, false), (Timer::Refresh, false), (Timer::Connect, true)];
    assert_eq!(timers(Event::Sm(Reply::Accept)), accepted);
    assert_eq!(timers(Event::Connected), vec![(Timer::Connect, false), (Timer::Idle, true)]);
    assert_eq!(timers(Event::Sm(Reply::Text)), vec![(Timer::Idle, true)]);
    assert_eq!(timers(Event::Spoken), vec![(Timer::Idle, true)]);
}

#[test]
fn an_answer_is_confirmed_by_policy_and_only_an_answer() {
    let confirming = |events| {
        let mut chat = Chat::after(events);
        chat.policy.tell_answer = true;
        chat
    };
    let [yes, no] = [Reply::Accept, Reply::Reject].map(Action::Confirm);
    assert_eq!(
        confirming(INVITED).sees(Event::Sm(Reply::Accept)),
        vec![Action::Take, Action::Accept, yes],
        "the chat user first"
    );
    let refused = [Action::Refuse(StatusCode::DECLINE), Action::End];
    for reply in [Reply::Reject, Reply::Leave] {
        let expected: Vec<_> = [Action::Take, no].into_iter().chain(refused).collect();
        assert_eq!(confirming(INVITED).sees(Event::Sm(reply)), expected, "{reply:?}");
    }
    assert!(!confirming(INVITED).sees(Event::Due(Timer::Answer)).contains(&no), "silence is no answer");
    assert_eq!(confirming(ACTIVE).sees(Event::Sm(Reply::Accept)), vec![Action::Forward]);
}

// interworking 2.8 item 15, 2.9 rule 7, 11 row 28
#[test]
fn a_chat_user_who_is_called_back() {
    let recalled = |events: &[Event]| {
        let mut chat = Chat { session: ChatSession::recalling(), ..Chat::new() };
        events.iter().flat_map(|event| chat.sees(*event)).collect::<Vec<_>>()
    };
    let text = Event::Sm(Reply::Text);
    let rows = [
        (vec![text, Event::Sm(Reply::Accept)], vec![Action::Hold, Action::Hold]),
        (vec![text, Event::Recalled, text, Event::Connected], vec![Action::Hold, Action::Hold]),
        (
            vec![text, Event::NotRecalled(SmOutcome::NoSession)],
            vec![Action::Hold, Action::GiveBack(SmOutcome::NoSession), Action::End],
        ),
        (
            vec![text, Event::Due(Timer::Answer), Event::Parted],
            vec![
                Action::Hold,
                Action::GiveBack(SmOutcome::NotNow),
                Action::Bye(Goodbye::Silence),
                Action::End,
            ],
        ),
        (
            vec![text, Event::Sm(Reply::Leave), Event::Parted],
            vec![
                Action::Hold,
                Action::Take,
                Action::GiveBack(SmOutcome::NoSession),
                Action::Bye(Goodbye::UserLeft),
                Action::End,
            ],
        ),
        (vec![Event::Begin, Event::Stop(Goodbye::Operator)], vec![Action::Bye(Goodbye::Operator)]),
        // A connection before the answer, and what belongs to an invitation.
        (
            vec![Event::Connected, Event::InvitationSubmitted, Event::Withdrawn, Event::Due(Timer::Refresh)],
            vec![],
        ),
    ];
    for (events, expected) in rows {
        assert_eq!(recalled(&events), expected, "{events:?}");
    }
}

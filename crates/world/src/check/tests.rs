//! Each promise is broken once, by tampering with what a shard says or hears, with what all shards may ask, or with what they are
//! told, and exactly its checker sees it: alone it finds the breach, and all others find nothing.

mod people;
mod shammed;

use super::*;
use crate::gateway::{Misrule, Wrap};
use crate::paper::{Coming, Going};
use crate::places::STRANGER;
use crate::plan::{
    Answer, Barred, By, Callee, ChatPlan, Content, Costs, End, Fault, Habit, JA, Lie, Limits, Operator,
    Refresher, ReportPlan, Reported, Ringing, Say, SessionPlan, SubscriberPlan, Terms, What, YES, pooled,
    sms_user,
};
use crate::play::play_with;
use crate::token::Side;
use crate::trace::{Trace, text_of};
use crate::world::{Fate, Outcome, Tampering};
use sms::{MtTpdu, Status};

type Tamper = fn() -> Box<dyn FnMut(Going) -> Vec<Going>>;

/// Two chats: of two chat users with one SMS user, or with two; the second begins later.
fn plan(sms_users: [u32; 2], second_begins_ms: u64) -> Plan {
    let chat = |id: u32, begins_ms| ChatPlan {
        id,
        chat_user: id,
        sms_user: sms_users[id as usize],
        begins_ms,
        hides: false,
        ringing: Ringing::Plain,
        session: None,
        answer: Answer::Yes,
        thinks_ms: 2000,
        says: vec![Say::ANSWERED; 2],
        end: End::ChatUser,
    };
    let operator = Operator {
        ask_first: true,
        own_numbers: false,
        pool: 2,
        answer_timer_s: 30,
        idle_timer_s: 60,
        connect_timer_s: 20,
        submit_guard_s: 5,
        forward_guard_s: 10,
        concat_timer_s: 30,
        rest_s: 600,
        unknown_reply_rejects: false,
        prohibits_hiding: false,
        tell_answer: false,
        tell_at_bye: true,
        tell_at_cancel: false,
        tell_late: false,
        status_reports: false,
        late_reports: false,
        leave_hint: 0,
        refuses_without_chat: true,
        chats_per_sms_user_max: 8,
        segments_max: 10,
        message_octets_max: 10_000,
        invitations_per_hour: 0,
        messages_per_minute: 0,
        session_timer: false,
        tell_unsupported: true,
        refusals_max: 3,
        two_languages: false,
        distrusts: true,
        subscribers_only: false,
        asks_hss: false,
        recall_s: 0,
        call_back: false,
    };
    Plan {
        seed: 1,
        shards: 2,
        act_one_ms: 30_000,
        operator,
        barred: Barred::default(),
        subscribers: vec![],
        limits: Limits { sessions: 16, pairs: 64, announcements: 64, subscribers: 16 },
        costs: Costs::default(),
        network: Terms::CALM,
        chats: vec![chat(0, 1000), chat(1, second_begins_ms)],
        pages: vec![],
        reports: vec![],
        faults: vec![],
    }
}

/// By what a promise is broken.
#[derive(Clone, Copy)]
enum Breach {
    /// By nothing.
    None,
    /// By what a shard says.
    Going(Tamper),
    /// By what it hears.
    Coming(fn(Coming) -> Vec<Coming>),
    /// By what all shards may ask.
    Directory(Wrap),
    /// By what they are told.
    Policy(Misrule),
}

fn played(plan: &Plan, breach: Breach, judges: impl Fn(&str) -> bool) -> Outcome {
    let checkers = all().into_iter().filter(|checker| judges(checker.promise())).collect();
    let mut tampering = Tampering { checkers: Some(checkers), ..Tampering::default() };
    match breach {
        Breach::None => {}
        Breach::Going(tamper) => tampering.going = Some(tamper()),
        Breach::Coming(tamper) => tampering.coming = Some(Box::new(tamper)),
        Breach::Directory(wrap) => tampering.shams.directory = Some(wrap),
        Breach::Policy(misrule) => tampering.shams.policy = Some(misrule),
    }
    play_with(plan, Trace::default(), tampering)
}

/// The checker of this promise sees it broken, and no other sees anything.
#[track_caller]
fn exactly(promise: &str, plan: &Plan, breach: Breach) {
    assert_eq!(played(plan, Breach::None, |_| true).broken, None, "nothing is wrong by itself");
    let alone = played(plan, breach, |name| name == promise).broken;
    assert_eq!(alone.map(|broken| broken.promise), Some(promise));
    assert_eq!(played(plan, breach, |name| name != promise).broken, None, "nobody else is concerned");
}

/// Nothing but this in the place of that, of equal length.
fn replaced(bytes: &[u8], that: &[u8], this: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    while let Some(at) = bytes.windows(that.len()).position(|window| window == that) {
        bytes[at..at + this.len()].copy_from_slice(this);
    }
    bytes
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A number as Diameter and TPDUs write it.
fn tbcd(digits: octets::Digits) -> Vec<u8> {
    crate::written::written(|out| {
        out.tbcd(digits);
    })
}

/// Whose text is in a submitted short message.
fn submitted(bytes: &[u8]) -> Option<Token> {
    let message = diameter::MessageView::parse(bytes).ok()?;
    Token::first_in(text_of(&message).filter(|carried| carried.is_submitted)?.text.as_bytes())
}

fn on_one_number() -> Box<dyn FnMut(Going) -> Vec<Going>> {
    let numbers = [1, 0].map(|place| tbcd(pooled(place)));
    let theirs = tbcd(sms_user(0));
    Box::new(move |going| match going {
        // Short messages for the SMS user of both chats, and not those for the canaries'.
        Going::Stream { link, bytes } if holds(&bytes, &theirs) => {
            vec![Going::Stream { link, bytes: replaced(&bytes, &numbers[0], &numbers[1]) }]
        }
        other => vec![other],
    })
}

#[test]
fn pair_unique_sees_two_chats_on_one_number() {
    exactly("pair_unique", &plan([0, 0], 2000), Breach::Going(on_one_number));
}

#[test]
fn rested_sees_a_number_that_is_lent_again_too_early() {
    exactly("rested", &plan([0, 0], 25_000), Breach::Going(on_one_number));
}

#[test]
fn no_cross_talk_sees_a_text_at_another_sms_user() {
    let misled: Tamper = || {
        let users = [0, 1].map(|place| tbcd(sms_user(place)));
        Box::new(move |going| match going {
            Going::Stream { link, bytes }
                if submitted(&bytes).is_some_and(|token| (token.chat, token.side) == (0, Side::ChatUser)) =>
            {
                vec![Going::Stream { link, bytes: replaced(&bytes, &users[0], &users[1]) }]
            }
            other => vec![other],
        })
    };
    exactly("no_cross_talk", &plan([0, 1], 2000), Breach::Going(misled));
}

#[test]
fn conserved_sees_a_text_that_was_acknowledged_and_never_taken() {
    let lost: Tamper = || {
        Box::new(|going| match going {
            Going::Stream { bytes, .. }
                if submitted(&bytes).is_some_and(|token| token.side == Side::ChatUser && token.chat == 0) =>
            {
                vec![]
            }
            Going::Stream { link, bytes } => {
                vec![Going::Stream { link, bytes: replaced(&bytes, b" 408", b" 200") }]
            }
            other => vec![other],
        })
    };
    exactly("conserved", &plan([0, 1], 2000), Breach::Going(lost));
}

#[test]
fn conserved_sees_a_text_that_was_submitted_twice() {
    let twice: Tamper = || {
        Box::new(|going| match going {
            Going::Stream { link, bytes }
                if submitted(&bytes).is_some_and(|token| token.side == Side::ChatUser && token.chat == 0) =>
            {
                // Other identifiers, so that nobody knows it for a repetition.
                let mut again = bytes.clone();
                again[HOP_BY_HOP] ^= 0x40;
                again[END_TO_END] ^= 0x40;
                vec![Going::Stream { link, bytes }, Going::Stream { link, bytes: again }]
            }
            other => vec![other],
        })
    };
    exactly("conserved", &plan([0, 1], 2000), Breach::Going(twice));
}

#[test]
fn transaction_law_sees_two_final_responses() {
    let two: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { port, to, bytes } if bytes.starts_with(b"SIP/2.0 200") => {
                let other = replaced(&bytes, b"SIP/2.0 200", b"SIP/2.0 480");
                vec![Going::Datagram { port, to, bytes }, Going::Datagram { port, to, bytes: other }]
            }
            other => vec![other],
        })
    };
    exactly("transaction_law", &plan([0, 1], 2000), Breach::Going(two));
}

#[test]
fn answered_sees_a_request_without_an_answer() {
    let mute: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { bytes, .. }
                if bytes.starts_with(b"SIP/2.0") && holds(&bytes, b"2 BYE") && holds(&bytes, b"Q0i0Q") =>
            {
                vec![]
            }
            other => vec![other],
        })
    };
    exactly("answered", &plan([0, 1], 2000), Breach::Going(mute));
}

#[test]
fn bounded_sees_what_is_never_forgotten() {
    // The world itself waits for it, so that nobody else has to judge.
    let forgetful =
        played(&plan([0, 1], 2000), Breach::Directory(shammed::unforgetting), |name| name == "bounded");
    assert_eq!(forgetful.broken.map(|broken| broken.promise), Some("bounded"));
    let plan =
        Plan { limits: Limits { announcements: 2, ..plan([0, 1], 2000).limits }, ..plan([0, 1], 2000) };
    exactly("bounded", &plan, Breach::Directory(shammed::boundless));
}

#[test]
fn silent_on_secrets_hears_a_number_in_what_could_be_logged() {
    exactly("silent_on_secrets", &plan([0, 1], 2000), Breach::Directory(shammed::talkative));
}

#[test]
fn refreshed_sees_a_chat_that_goes_on_when_its_client_refreshes_no_more() {
    let clinging: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { bytes, .. } if bytes.starts_with(b"BYE ") => vec![],
            other => vec![other],
        })
    };
    let mut plan = plan([0, 1], 2000);
    plan.operator.idle_timer_s = 600;
    plan.chats[0].session = Some(SessionPlan {
        interval_s: 90,
        at_first: Refresher::Client,
        later: Refresher::Client,
        by: By::Invite,
        every_ms: 20_000,
        times: 2,
        grants: false,
    });
    plan.chats[0].says[1].after_ms = 250_000;
    exactly("refreshed", &plan, Breach::Going(clinging));
}

#[test]
fn a_world_that_draws_from_elsewhere_is_not_the_same_twice() {
    let plan = plan([0, 1], 2000);
    let late = |after: usize| {
        let mut left = after;
        let tamper = move |going| {
            left = left.saturating_sub(1);
            if left == 1 { vec![] } else { vec![going] }
        };
        let tampering = Tampering { going: Some(Box::new(tamper)), ..Tampering::default() };
        play_with(&plan, Trace::default(), tampering).hash
    };
    assert_eq!(late(0), late(0));
    assert_ne!(late(12), late(0), "one message more or less is another world");
}

#[test]
fn what_nobody_can_read_is_a_broken_promise_and_so_is_a_panic() {
    let torn: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { port, to, bytes } if bytes.starts_with(b"SIP/2.0 180") => {
                vec![Going::Datagram { port, to, bytes: bytes[..40].to_vec() }]
            }
            other => vec![other],
        })
    };
    let outcome = played(&plan([0, 1], 2000), Breach::Going(torn), |_| true);
    assert_eq!(outcome.broken.map(|broken| broken.promise), Some("readable"));
    let dead: Tamper = || Box::new(|_| panic!("a broken promise of the test"));
    let outcome = played(&plan([0, 1], 2000), Breach::Going(dead), |_| true);
    assert_eq!(outcome.broken.map(|broken| broken.promise), Some("no_panic"));
}

#[test]
fn a_gateway_that_serves_no_stranger_after_the_faults_has_not_recovered() {
    let refusing: Tamper = || {
        Box::new(|going| match going {
            // Chat 2 is the first canary's.
            Going::Datagram { port, to, bytes }
                if bytes.starts_with(b"SIP/2.0 200")
                    && Token::first_in(&bytes).is_some_and(|token| token.chat == 2) =>
            {
                vec![Going::Datagram { port, to, bytes: replaced(&bytes, b"SIP/2.0 200", b"SIP/2.0 480") }]
            }
            other => vec![other],
        })
    };
    let outcome = played(&plan([0, 1], 2000), Breach::Going(refusing), |_| true);
    assert_eq!(outcome.broken.map(|broken| broken.promise), Some("recovered"));
}

#[test]
fn a_calm_world_has_chats_that_talk() {
    let outcome = played(&plan([0, 1], 2000), Breach::None, |_| true);
    assert_eq!((outcome.broken, outcome.fates), (None, vec![Fate::AsScripted; 2]));
    assert!(outcome.crossings > 50 && outcome.counted.iter().any(|count| *count > 0));
}

/// Where the identifiers of a Diameter message begin (RFC 6733 3).
const HOP_BY_HOP: usize = 12;
const END_TO_END: usize = 16;

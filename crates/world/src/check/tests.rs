//! Each promise is broken once, by tampering with what a shard says or with what all shards may ask, and exactly its checker
//! sees it: alone it finds the breach, and all others find nothing.

mod shammed;

use super::*;
use crate::gateway::{Misrule, Wrap};
use crate::paper::{Coming, Going};
use crate::places::STRANGER;
use crate::plan::{
    Answer, Barred, Callee, ChatPlan, Content, End, Fault, Habit, JA, Lie, Limits, Operator, ReportPlan,
    Reported, Say, SubscriberPlan, Terms, What, YES, pooled, sms_user,
};
use crate::play::play_with;
use crate::token::Side;
use crate::trace::{Trace, text_of};
use crate::world::{Outcome, Tampering};
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
        answer: Answer::Yes,
        thinks_ms: 2000,
        says: vec![
            Say { after_ms: 500, asks: false, content: Content::Text, characters: 0, reply: Some(0) };
            2
        ],
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
    assert_eq!((outcome.broken, outcome.accepted), (None, 4), "two, and two canaries");
    assert!(outcome.crossings > 50 && outcome.counted.iter().any(|count| *count > 0));
}

/// The two chats, of which the first one may not be.
fn barred() -> Plan {
    let barred = Barred { chat_users: vec![0], sms_users: vec![] };
    Plan { barred, ..plan([0, 1], 2000) }
}

#[test]
fn permitted_sees_somebody_who_may_not_and_chats() {
    let lenient: Misrule = |policy| policy.barring = interwork::Barring::none();
    exactly("permitted", &barred(), Breach::Policy(lenient));
    let plan = Plan { barred: Barred { chat_users: vec![], sms_users: vec![0] }, ..barred() };
    exactly("permitted", &plan, Breach::Policy(lenient));
}

#[test]
fn permitted_sees_somebody_who_may_and_is_told_that_he_may_not() {
    let strict: Misrule = |policy| policy.barring = interwork::Barring::new([], [], []);
    let mut plan = plan([0, 1], 2000);
    // So small that canaries are excused.
    plan.limits.sessions = 1;
    exactly("permitted", &plan, Breach::Policy(strict));
}

/// Somebody lies, from where nobody is believed.
fn with_a_stranger() -> Plan {
    let fault = Fault { at_ms: 5000, for_ms: 0, what: What::Lie(Lie::Stranger) };
    Plan { faults: vec![fault], ..plan([0, 1], 2000) }
}

#[test]
fn permitted_sees_a_stranger_answered_and_one_that_is_not_counted() {
    let polite: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { port, to, bytes } if bytes.starts_with(b"SIP/2.0 100") => {
                let other = Going::Datagram { port, to: STRANGER, bytes: bytes.clone() };
                vec![Going::Datagram { port, to, bytes }, other]
            }
            other => vec![other],
        })
    };
    exactly("permitted", &with_a_stranger(), Breach::Going(polite));
    let deaf = |coming| match coming {
        Coming::Datagram { from, .. } if from == STRANGER => vec![],
        other => vec![other],
    };
    exactly("permitted", &with_a_stranger(), Breach::Coming(deaf));
}

#[test]
fn spoken_sees_an_invitation_in_the_wrong_language() {
    let mut plan = plan([0, 1], 2000);
    plan.operator.two_languages = true;
    let monolingual: Misrule = |policy| {
        policy.languages = interwork::Languages::new(None, [], []);
        policy.vocabulary = interwork::Vocabulary::new([YES, JA], [], []);
    };
    exactly("spoken", &plan, Breach::Policy(monolingual));
}

#[test]
fn spoken_sees_an_sms_user_who_is_told_of_pictures_and_nobody_wants_that() {
    let mut plan = plan([0, 1], 2000);
    plan.operator.tell_unsupported = false;
    plan.chats[0].says[0].content = Content::BarePicture;
    exactly("spoken", &plan, Breach::Policy(|policy| policy.tell_unsupported = true));
}

#[test]
fn spoken_sees_an_sms_user_who_is_told_of_a_picture_that_nobody_sent() {
    let mut plan = plan([0, 1], 2000);
    plan.chats[0].says[0].content = Content::Picture;
    // The same words, for another reason.
    let wordy: Misrule = |policy| policy.wording.ended_by_peer = policy.wording.unsupported_content.clone();
    exactly("spoken", &plan, Breach::Policy(wordy));
}

/// The two chats, of people who register long before; the HSS is asked about them.
fn enrolled(second_is_authorised: bool) -> Plan {
    let mut plan = plan([0, 1], 12_000);
    (plan.operator.subscribers_only, plan.operator.asks_hss) = (true, true);
    plan.chats[0].begins_ms = 8000;
    let subscriber = |chat_user, is_authorised| SubscriberPlan {
        chat_user,
        registers_ms: 1000 + 3000 * u64::from(chat_user),
        life_s: 120,
        refreshes: 0,
        leaves_ms: None,
        is_authorised,
        auto_accept: None,
        when_called: Callee::Away,
        changes_ms: None,
    };
    plan.subscribers = vec![subscriber(0, true), subscriber(1, second_is_authorised)];
    plan
}

#[test]
fn authorised_sees_somebody_let_in_of_whom_the_hss_says_no() {
    exactly("authorised", &enrolled(false), Breach::Directory(shammed::lenient));
}

#[test]
fn authorised_sees_somebody_let_in_who_is_not_registered() {
    let mut plan = enrolled(true);
    plan.subscribers.pop();
    exactly("authorised", &plan, Breach::Policy(|policy| policy.access = interwork::Access::Anyone));
}

#[test]
fn authorised_sees_somebody_refused_of_whom_the_hss_says_yes() {
    let mut plan = enrolled(true);
    // So small that canaries are excused.
    plan.limits.sessions = 1;
    exactly("authorised", &plan, Breach::Directory(shammed::strict));
}

#[test]
fn authorised_sees_somebody_talk_on_whom_the_hss_has_forbidden_it() {
    let mut plan = enrolled(true);
    plan.subscribers[0].changes_ms = Some(14_000);
    plan.chats[0].says =
        vec![Say { after_ms: 3000, asks: false, content: Content::Text, characters: 0, reply: None }; 4];
    let heedless: Misrule = |policy| policy.end_at_deregistration = false;
    exactly("authorised", &plan, Breach::Policy(heedless));
}

/// Two chats whose chat users want to know what becomes of their texts; those of the second fail.
fn asking() -> Plan {
    let mut plan = plan([0, 1], 2000);
    plan.operator.status_reports = true;
    plan.chats.iter_mut().flat_map(|chat| &mut chat.says).for_each(|say| say.asks = true);
    let report =
        |sms_user, fate| ReportPlan { sms_user, habit: vec![Habit { fate, after_ms: 200, twice: true }] };
    plan.reports = vec![report(0, Reported::Delivered), report(1, Reported::Failed)];
    plan
}

#[test]
fn reported_sees_a_text_told_to_be_delivered_that_was_not() {
    // The centre says that it has failed, and the gateway hears the contrary.
    let rosy = |coming| match coming {
        Coming::Stream { link, mut bytes } => {
            if let Some(status) = failure_at(&bytes) {
                bytes[status] = Status::DELIVERED.0;
            }
            vec![Coming::Stream { link, bytes }]
        }
        other => vec![other],
    };
    exactly("reported", &asking(), Breach::Coming(rosy));
}

/// Where a status report stands that says that a short message has failed.
fn failure_at(bytes: &[u8]) -> Option<usize> {
    let message = diameter::MessageView::parse(bytes).ok()?;
    let tpdu = diameter::sgd::MtForward::parse(&message).ok()?.tpdu;
    let MtTpdu::StatusReport(report) = MtTpdu::parse(tpdu).ok()? else { return None };
    let place = bytes.windows(tpdu.len()).position(|window| window == tpdu)?;
    (report.status == Status::VALIDITY_EXPIRED).then_some(place + tpdu.len() - 1)
}

#[test]
fn reported_sees_what_counts_as_delivered_where_the_centre_is_to_say() {
    exactly("reported", &asking(), Breach::Policy(|policy| policy.status_reports = false));
}

#[test]
fn reported_sees_somebody_told_twice() {
    let wordy: Tamper = || {
        Box::new(|going| match going {
            Going::Stream { link, bytes } if holds(&bytes, b" REPORT\r\n") => {
                let id = bytes[5..13].to_vec();
                let other = replaced(&bytes, &id, b"t0ldag41");
                vec![Going::Stream { link, bytes }, Going::Stream { link, bytes: other }]
            }
            other => vec![other],
        })
    };
    exactly("reported", &asking(), Breach::Going(wordy));
}

/// The first chat is closed by its client, and its SMS user writes once more.
fn closed() -> Plan {
    let mut plan = enrolled(true);
    plan.chats[0].says.truncate(1);
    plan.chats[0].says[0].reply = None;
    plan.chats[0].end = End::Closed;
    plan
}

#[test]
fn permitted_sees_somebody_called_back_where_nobody_wants_that() {
    let keen: Misrule = |policy| policy.recall = tempo::Duration::from_secs(60);
    exactly("permitted", &closed(), Breach::Policy(keen));
}

#[test]
fn permitted_sees_somebody_called_back_by_a_stranger() {
    let misled: Tamper = || {
        Box::new(|going| match going {
            Going::Datagram { port, to, bytes } if bytes.starts_with(b"INVITE ") => {
                vec![Going::Datagram {
                    port,
                    to,
                    bytes: replaced(&bytes, b"tel:+491555000000", b"tel:+491555000001"),
                }]
            }
            other => vec![other],
        })
    };
    let mut plan = closed();
    plan.operator.recall_s = 60;
    exactly("permitted", &plan, Breach::Going(misled));
}

#[test]
fn authorised_sees_somebody_called_back_who_may_chat_no_more() {
    let mut plan = closed();
    plan.operator.recall_s = 60;
    // Between the end of the chat and the words that call.
    plan.subscribers[0].changes_ms = Some(18_000);
    exactly("authorised", &plan, Breach::Directory(shammed::lenient));
}

#[test]
fn whoever_is_called_back_and_does_not_come_has_not_got_the_words() {
    let mut plan = closed();
    plan.operator.recall_s = 60;
    let outcome = played(&plan, Breach::None, |_| true);
    let count =
        |wanted| crate::COUNTS.iter().position(|count| *count == wanted).map(|at| outcome.counted[at]);
    assert_eq!(outcome.broken, None);
    let called = (count(shard::Count::Recalls), count(shard::Count::RecallsFailed));
    assert_eq!(called, (Some(3), Some(3)), "the SMS side tries three times");
}

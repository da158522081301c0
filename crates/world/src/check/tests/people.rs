//! Promises about who may, who is told what, and who is called: each is broken once.

use super::*;

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
    plan.chats[0].says = vec![
        Say {
            after_ms: 3000,
            asks: false,
            again: false,
            content: Content::Text,
            characters: 0,
            reply: None
        };
        4
    ];
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

/// Notifications are about another text than they are.
fn renamed(bytes: &[u8], other: &[u8; 8]) -> Vec<u8> {
    let is_notification = holds(bytes, b"<message-id>imdn-0-0<");
    if is_notification { replaced(bytes, b"imdn-0-0", other) } else { bytes.to_vec() }
}

#[test]
fn reported_sees_somebody_told_of_a_text_that_another_said() {
    let misled: Tamper = || {
        Box::new(|going| match going {
            Going::Stream { link, bytes } => {
                vec![Going::Stream { link, bytes: renamed(&bytes, b"imdn-1-0") }]
            }
            other => vec![other],
        })
    };
    exactly("reported", &asking(), Breach::Going(misled));
}

#[test]
fn reported_sees_somebody_told_who_did_not_ask() {
    let mut plan = asking();
    plan.chats[0].says[1].asks = false;
    let talkative: Tamper = || {
        Box::new(|going| match going {
            Going::Stream { link, bytes } => {
                vec![Going::Stream { link, bytes: renamed(&bytes, b"imdn-0-1") }]
            }
            other => vec![other],
        })
    };
    exactly("reported", &plan, Breach::Going(talkative));
}

#[test]
fn reported_sees_a_text_that_waits_for_what_has_been_said() {
    // The centre says that it has failed, and the gateway hears that it is still trying.
    let hopeful = |coming| match coming {
        Coming::Stream { link, mut bytes } => {
            if let Some(status) = failure_at(&bytes) {
                bytes[status] = Status::TRYING_NO_RESPONSE.0;
            }
            vec![Coming::Stream { link, bytes }]
        }
        other => vec![other],
    };
    let mut plan = asking();
    plan.operator.late_reports = true;
    exactly("reported", &plan, Breach::Coming(hopeful));
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

#[test]
fn whoever_is_called_back_and_comes_gets_the_words_at_once() {
    let mut plan = closed();
    plan.operator.recall_s = 60;
    plan.subscribers[0].when_called = Callee::Coming;
    let outcome = played(&plan, Breach::None, |_| true);
    let count =
        |wanted| crate::COUNTS.iter().position(|count| *count == wanted).map(|at| outcome.counted[at]);
    assert_eq!(outcome.broken, None);
    let called = (count(shard::Count::Recalls), count(shard::Count::RecallsFailed));
    assert_eq!(called, (Some(1), Some(0)));
}

#[test]
fn no_cross_talk_sees_words_for_somebody_else_at_whoever_was_called_back() {
    let misled: Tamper = || {
        Box::new(|going| match going {
            // The words that wait are another chat's all at once.
            Going::Stream { link, bytes } if bytes.starts_with(b"MSRP ") => {
                vec![Going::Stream { link, bytes: replaced(&bytes, b"Q0s1000Q", b"Q1s1000Q") }]
            }
            other => vec![other],
        })
    };
    let mut plan = closed();
    plan.operator.recall_s = 60;
    plan.subscribers[0].when_called = Callee::Coming;
    let alone = played(&plan, Breach::Going(misled), |name| name == "no_cross_talk").broken;
    assert_eq!(alone.map(|broken| broken.promise), Some("no_cross_talk"));
}

#[test]
fn conserved_sees_a_message_that_came_again_and_is_submitted_again() {
    // Of one that comes again the gateway hears another name.
    let renamed = |coming| match coming {
        Coming::Stream { link, bytes } => {
            let message = msrp::ChunkView::parse(&bytes).ok();
            let name = message.filter(|message| message.body().is_some());
            let name = name.and_then(|message| message.message_id().map(<[u8]>::to_vec));
            let number = bytes[5..13].to_vec();
            let bytes = name.map_or(bytes.clone(), |name| replaced(&bytes, &name[..8], &number));
            vec![Coming::Stream { link, bytes }]
        }
        other => vec![other],
    };
    let mut plan = plan([0, 1], 2000);
    plan.chats[0].says[0].again = true;
    exactly("conserved", &plan, Breach::Coming(renamed));
}

//! What the operator of a world has decided, and what there is room for.

use interwork::{
    Access, Anonymity, Barring, Languages, LeaveHint, Msisdn, MsisdnPool, NumberSource, Policy, Rate,
    Template, UnknownReply, Vocabulary, WithoutChat, Wording,
};
use octets::Digits;
use serde::{Deserialize, Serialize};
use sip::StatusCode;
use tempo::Duration;

use super::people::pooled;

/// What the operator has decided: each is a key of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is a key of the configuration, annotated there")]
pub struct Operator {
    pub ask_first: bool,
    pub own_numbers: bool,
    pub pool: u32,
    pub answer_timer_s: u64,
    pub idle_timer_s: u64,
    pub connect_timer_s: u64,
    pub submit_guard_s: u64,
    pub forward_guard_s: u64,
    pub concat_timer_s: u64,
    pub rest_s: u64,
    pub unknown_reply_rejects: bool,
    pub prohibits_hiding: bool,
    pub tell_answer: bool,
    pub tell_at_bye: bool,
    pub tell_at_cancel: bool,
    pub tell_late: bool,
    pub status_reports: bool,
    pub late_reports: bool,
    pub leave_hint: u8,
    pub refuses_without_chat: bool,
    pub chats_per_sms_user_max: usize,
    pub segments_max: u8,
    pub message_octets_max: usize,
    pub invitations_per_hour: u32,
    pub messages_per_minute: u32,
    pub session_timer: bool,
}

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Chats of a shard.
    pub sessions: usize,
    /// Pairs of a shard.
    pub pairs: usize,
    /// Routing queries that are remembered.
    pub announcements: usize,
    /// Chat users of whom something is known.
    pub subscribers: usize,
}

/// What the shards are told.
pub fn policy(operator: &Operator) -> Policy {
    let rate = |times: u32, seconds| Rate::new(times, Duration::from_secs(seconds));
    Policy {
        access: Access::Anyone,
        barring: Barring::none(),
        invitation_rate: rate(operator.invitations_per_hour, 3600),
        message_rate: rate(operator.messages_per_minute, 60),
        ask_first: operator.ask_first,
        answer_timer: Duration::from_secs(operator.answer_timer_s),
        // So that it comes up in worlds of some minutes, too.
        refresh_timer: Duration::from_secs(operator.answer_timer_s / 2),
        idle_timer: Duration::from_secs(operator.idle_timer_s),
        connect_timer: Duration::from_secs(operator.connect_timer_s),
        submit_guard: Duration::from_secs(operator.submit_guard_s),
        forward_guard: Duration::from_secs(operator.forward_guard_s),
        concat_timer: Duration::from_secs(operator.concat_timer_s),
        rest: Duration::from_secs(operator.rest_s),
        no_answer_status: StatusCode::TEMPORARILY_UNAVAILABLE,
        reject_status: StatusCode::DECLINE,
        unknown_reply: if operator.unknown_reply_rejects { UnknownReply::Reject } else { UnknownReply::Hint },
        anonymity: if operator.prohibits_hiding { Anonymity::Prohibited } else { Anonymity::Allowed },
        anonymity_status: StatusCode::ANONYMITY_DISALLOWED,
        number_source: if operator.own_numbers { NumberSource::Own } else { NumberSource::Pool },
        pool: MsisdnPool::new((0..operator.pool).map(|place| Msisdn(pooled(place)))),
        tell_answer: operator.tell_answer,
        tell_at_bye: operator.tell_at_bye,
        end_at_deregistration: true,
        tell_at_cancel: operator.tell_at_cancel,
        tell_unsupported: false,
        refusals_max: 3,
        tell_late: operator.tell_late,
        status_reports: operator.status_reports,
        // No chat user of these worlds can be called.
        recall: Duration::ZERO,
        call_back: false,
        late_reports: operator.late_reports,
        without_chat: if operator.refuses_without_chat { WithoutChat::Refuse } else { WithoutChat::Message },
        leave_hint: match operator.leave_hint {
            0 => LeaveHint::Never,
            1 => LeaveHint::First,
            _ => LeaveHint::Every,
        },
        chats_per_sms_user_max: operator.chats_per_sms_user_max,
        segments_max: operator.segments_max,
        message_octets_max: operator.message_octets_max,
        message_validity: Duration::from_secs(300),
        service_centre: digits(SERVICE_CENTRE),
        other_service_centres: Box::default(),
        own_number: Msisdn(digits("447700900006")),
        network: digits("26299"),
        correlation_life: Duration::from_secs(60),
        wording: wording(),
        vocabulary: Vocabulary::new([YES], [NO], [STOP]),
        languages: Languages::new(None, [], []),
    }
}

fn wording() -> Wording {
    let template = |text| Template::parse(text).unwrap_or_else(|_| unreachable!("a template of ours"));
    Wording {
        invite: template(
            "{inviter} invites you to chat{topic}. Reply {accept} or {reject}; {leave} ends it.",
        ),
        hint: template("Please reply {accept} or {reject}."),
        accepted_ack: template("You are in the chat."),
        rejected_ack: template("You are not in the chat."),
        leave_hint: template(" ({leave} ends)"),
        withdrawn: template("Never mind."),
        unsupported_content: template("There was something to be seen."),
        ended_by_peer: template("The chat has ended."),
        no_session: template("This chat is over."),
        unknown_inviter: "Somebody".into(),
        accept: YES.into(),
        reject: NO.into(),
        leave: STOP.into(),
    }
}

/// A number that stands in this code.
pub fn digits(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).unwrap_or_else(|_| unreachable!("a number of ours"))
}

/// The service centre.
pub const SERVICE_CENTRE: &str = "447700900005";
/// What SMS users say.
pub const YES: &str = "YES";
/// What SMS users say.
pub const NO: &str = "NO";
/// What SMS users say.
pub const STOP: &str = "STOP";

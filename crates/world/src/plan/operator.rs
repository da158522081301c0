//! What the operator of a world has decided, and what there is room for.

use interwork::{
    Access, Anonymity, Barring, Identity, Language, LanguageTag, Languages, LeaveHint, Msisdn, MsisdnPool,
    NumberSource, Policy, Prefix, Rate, Template, UnknownReply, Vocabulary, WithoutChat, Wording,
};
use octets::Digits;
use serde::{Deserialize, Serialize};
use sip::StatusCode;
use tempo::Duration;

use super::people::{chat_user, pooled, sms_user, those_with_another_language};

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
    #[serde(default)]
    pub tell_unsupported: bool,
    #[serde(default = "three")]
    pub refusals_max: u8,
    /// Do some SMS users read another language?
    #[serde(default)]
    pub two_languages: bool,
    /// Are there addresses that nobody is believed who speaks from elsewhere?
    #[serde(default)]
    pub distrusts: bool,
    /// May those only chat of whom something is known?
    #[serde(default)]
    pub subscribers_only: bool,
    /// Is the HSS asked about those who register?
    #[serde(default)]
    pub asks_hss: bool,
    #[serde(default)]
    pub recall_s: u64,
    #[serde(default)]
    pub call_back: bool,
}

/// Who may do nothing, and who may not be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barred {
    /// These chat users.
    #[serde(default)]
    pub chat_users: Vec<u32>,
    /// These SMS users.
    #[serde(default)]
    pub sms_users: Vec<u32>,
}

fn three() -> u8 {
    3
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
pub fn policy(operator: &Operator, barred: &Barred) -> Policy {
    let rate = |times: u32, seconds| Rate::new(times, Duration::from_secs(seconds));
    Policy {
        access: if operator.subscribers_only { Access::Subscribers } else { Access::Anyone },
        barring: barring(barred),
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
        tell_unsupported: operator.tell_unsupported,
        refusals_max: operator.refusals_max,
        tell_late: operator.tell_late,
        status_reports: operator.status_reports,
        recall: Duration::from_secs(operator.recall_s),
        call_back: operator.call_back,
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
        languages: languages(operator.two_languages),
    }
}

fn barring(barred: &Barred) -> Barring {
    let users = barred.chat_users.iter().map(|place| Identity::Number(Msisdn(chat_user(*place))));
    let destinations = barred.sms_users.iter().map(|place| Prefix::of(sms_user(*place)));
    Barring::new([Prefix::EVERYWHERE], destinations, users)
}

fn languages(are_two: bool) -> Languages {
    if !are_two {
        return Languages::new(None, [], []);
    }
    let tag = |tag| LanguageTag::of(tag).unwrap_or_else(|| unreachable!("a language"));
    let german =
        Language { tag: tag("de"), wording: german(), vocabulary: Vocabulary::new([JA], [NEIN], [HALT]) };
    let speakers = those_with_another_language().map(|place| (Prefix::of(sms_user(place)), tag("de")));
    Languages::new(Some(tag("en")), [german], speakers)
}

fn template(text: &str) -> Template {
    Template::parse(text).unwrap_or_else(|_| unreachable!("a template of ours"))
}

fn german() -> Wording {
    Wording {
        invite: template(
            "{inviter} lädt Sie zum Chat ein{topic}. Antwort {accept} oder {reject}; {leave} beendet ihn.",
        ),
        hint: template("Bitte antworten Sie {accept} oder {reject}."),
        accepted_ack: template("Sie sind im Chat."),
        rejected_ack: template("Sie sind nicht im Chat."),
        leave_hint: template(" ({leave} beendet)"),
        withdrawn: template("Nichts für ungut."),
        unsupported_content: template(SEEN[1]),
        ended_by_peer: template("Der Chat ist beendet."),
        no_session: template(OVER[1]),
        unknown_inviter: "Jemand".into(),
        accept: JA.into(),
        reject: NEIN.into(),
        leave: HALT.into(),
    }
}

fn wording() -> Wording {
    Wording {
        invite: template(
            "{inviter} invites you to chat{topic}. Reply {accept} or {reject}; {leave} ends it.",
        ),
        hint: template("Please reply {accept} or {reject}."),
        accepted_ack: template("You are in the chat."),
        rejected_ack: template("You are not in the chat."),
        leave_hint: template(" ({leave} ends)"),
        withdrawn: template("Never mind."),
        unsupported_content: template(SEEN[0]),
        ended_by_peer: template("The chat has ended."),
        no_session: template(OVER[0]),
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
/// What those say who read the other language.
pub const JA: &str = "JA";
/// What those say who read the other language.
pub const NEIN: &str = "NEIN";
/// What those say who read the other language.
pub const HALT: &str = "HALT";
/// What an SMS user reads who writes after the end, in both languages.
pub const OVER: [&str; 2] = ["This chat is over.", "Dieser Chat ist vorbei."];
/// What he reads instead of what is no text.
pub const SEEN: [&str; 2] = ["There was something to be seen.", "Da gab es etwas zu sehen."];
/// What stands in an invitation, in both languages.
pub const INVITES: [&str; 2] = [" invites you to chat", " lädt Sie zum Chat ein"];

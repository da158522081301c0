//! The configuration: one TOML file, read whole, refused whole.
//!
//! A key that is not known is an error, and an error says file, line, key and what was expected.

mod build;
mod check;
mod clash;
mod languages;
mod numbers;
mod subscribers;
mod values;

pub use check::{Complaint, parse, read};
pub use languages::{LanguagesByNumber, OtherLanguage, OtherLanguages, Tag};
pub use numbers::{ChatUser, Number, NumberPrefix, NumberRange};
pub use values::{Amount, Network, RefusalStatus, Seconds, Shards, Text, Words};

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use interwork::{Anonymity, Identity, LeaveHint, NumberSource, Subscriber, UnknownReply, WithoutChat};
use serde::Deserialize;

/// The annotated default configuration, as `ipsmgw default-config` prints it.
pub const DEFAULT: &str = include_str!("default.toml");

/// A whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The process.
    pub gateway: Gateway,
    /// Towards the S-CSCF.
    pub sip: Sip,
    /// Towards the chat users' media.
    pub msrp: Msrp,
    /// Towards SMS centres and the HSS.
    pub diameter: Diameter,
    /// Short messages.
    pub sms: Sms,
    /// Numbers that stand for chats.
    pub numbers: Numbers,
    /// Who may.
    pub access: Access,
    /// Data of chat users from the file that `access` names.
    #[serde(skip)]
    pub provisioned: Vec<(Identity, Subscriber)>,
    /// How often.
    pub rates: Rates,
    /// Chats.
    pub chat: Chat,
    /// What SMS users say.
    pub words: Vocabulary,
    /// What we say.
    pub texts: Texts,
    /// And in other languages.
    #[serde(skip)]
    pub languages: OtherLanguages,
    /// For operators.
    pub admin: Admin,
}

/// `[gateway]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// How many shards.
    pub shards: Shards,
    /// How the dataplane does I/O.
    pub io: Io,
    /// Chats per shard.
    pub sessions_per_shard: Amount<1, 1_000_000>,
    /// Pairs per shard.
    pub pairs_per_shard: Amount<1, 100_000_000>,
}

/// How the dataplane does I/O.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Io {
    /// io_uring when the kernel offers it, else poll.
    Auto,
    /// io_uring.
    Uring,
    /// Non-blocking sockets and poll.
    Poll,
}

/// `[sip]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sip {
    /// Address of all SIP ports, as others reach it.
    #[serde(deserialize_with = "values::own_address")]
    pub address: IpAddr,
    /// The port that all shards share.
    pub port: u16,
    /// First of one port per shard.
    pub own_port_first: u16,
    /// Who may send to them; nobody named: everybody.
    pub trusted: Vec<Network>,
    /// Is a session timer wanted also where the chat user's side asks for none?
    pub session_timer: bool,
    /// How long a session lives unrefreshed.
    pub session_expires_s: Seconds<90, 86_400>,
    /// The shortest life that is agreed to.
    pub session_min_s: Seconds<90, 86_400>,
}

/// `[msrp]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Msrp {
    /// Address of all MSRP ports, as others reach it.
    #[serde(deserialize_with = "values::own_address")]
    pub address: IpAddr,
    /// First of one port per shard.
    pub port_first: u16,
}

/// `[diameter]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diameter {
    /// Our identity, `{shard}` in it.
    pub origin_host: toml::Spanned<String>,
    /// Our realm.
    pub origin_realm: String,
    /// Watchdog interval.
    pub watchdog_s: Seconds<6, 300>,
    /// Whom we connect to.
    pub peer: Vec<Peer>,
}

/// `[[diameter.peer]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// Its identity.
    pub host: String,
    /// Its realm.
    pub realm: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What is behind it.
    pub serves: Vec<Serves>,
}

/// What is behind a Diameter peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Serves {
    /// Short messages are submitted here.
    SmsIwmsc,
    /// Short messages come from here.
    SmsGmsc,
    /// Routing queries come from here.
    Hss,
    /// Chat users are asked about here.
    Sh,
}

/// `[sms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Service centre.
    pub service_centre: Number,
    /// And others, in the order in which they are tried.
    pub other_service_centres: Vec<Number>,
    /// Our number as a network entity.
    pub own_number: Number,
    /// MCC and MNC.
    pub network: toml::Spanned<Number>,
    /// Life of an MT-Correlation-ID.
    pub correlation_life_s: Seconds<30, 120>,
    /// Routing queries that are remembered at the same time.
    pub routing_queries_max: Amount<1, 100_000_000>,
    /// Patience with the SMS side.
    pub submit_guard_s: Seconds<1, 28>,
    /// Patience with the chat user's side.
    pub forward_guard_s: Seconds<1, 28>,
    /// Patience with the next segment of a long text.
    pub concat_timer_s: Seconds<10, 86_400>,
    /// Validity of messages.
    pub message_validity_s: Seconds<300, 5_443_200>,
    /// Status reports of messages whose senders want to know.
    pub status_reports: bool,
    /// Without a chat.
    #[serde(deserialize_with = "values::without_chat")]
    pub without_chat: WithoutChat,
    /// Segments of one text. A shard counts the status reports of sixteen.
    pub segments_max: Amount<1, 16>,
}

/// `[numbers]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// Which number stands for a chat.
    #[serde(deserialize_with = "values::number_source")]
    pub source: NumberSource,
    /// The pool.
    pub pool: toml::Spanned<Vec<NumberRange>>,
    /// What people with such numbers read.
    pub languages: LanguagesByNumber,
    /// Rest of a number.
    pub rest_s: Seconds<0, 31_536_000>,
}

/// `[access]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Who may use the interworking.
    #[serde(deserialize_with = "values::authorisation")]
    pub authorisation: interwork::Access,
    /// Data of chat users, without an HSS.
    pub subscribers_file: Option<PathBuf>,
    /// Whom chat users may reach.
    pub allowed_destinations: Vec<NumberPrefix>,
    /// And whom not.
    pub blocked_destinations: toml::Spanned<Vec<NumberPrefix>>,
    /// Chat users who may do nothing.
    pub blocked_users: Vec<ChatUser>,
    /// Chat users of whom something is known at the same time.
    pub subscribers_max: Amount<1, 100_000_000>,
}

/// `[rates]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// Chats that one chat user begins.
    pub invitations_per_hour: Amount<0, 1_000_000>,
    /// Messages that he sends in one chat.
    pub messages_per_minute: Amount<0, 1_000_000>,
}

/// `[chat]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// Ask the SMS user first.
    pub ask_first: bool,
    /// The SMS user's time to think.
    pub answer_timer_s: Seconds<1, 86_400>,
    /// Repetition of the provisional answer.
    pub refresh_timer_s: Seconds<1, 170>,
    /// The chat user's time to connect.
    pub connect_timer_s: Seconds<1, 300>,
    /// Longest silence.
    pub idle_timer_s: Seconds<1, 604_800>,
    /// Final answer to silence.
    pub no_answer_status: RefusalStatus,
    /// Final answer to a no.
    pub reject_status: RefusalStatus,
    /// Neither yes nor no.
    #[serde(deserialize_with = "values::unknown_reply")]
    pub unknown_reply: UnknownReply,
    /// Hiding.
    #[serde(deserialize_with = "values::anonymity")]
    pub anonymity: Anonymity,
    /// Final answer to who may not hide.
    pub anonymity_status: RefusalStatus,
    /// Word on his answer.
    pub tell_answer: bool,
    /// Notice at BYE.
    pub tell_at_bye: bool,
    /// What becomes of the chats of somebody who is registered no more?
    pub end_at_deregistration: bool,
    /// Notice at CANCEL.
    pub tell_at_cancel: bool,
    /// Notice of what is no text.
    pub tell_unsupported: bool,
    /// Messages refused for good that end a chat.
    pub refusals_max: Amount<0, 255>,
    /// And when he writes after the end?
    pub tell_late: bool,
    /// How to leave.
    #[serde(deserialize_with = "values::leave_hint")]
    pub leave_hint: LeaveHint,
    /// Chats of one SMS user.
    pub per_sms_user_max: Amount<1, 1_000>,
    /// How long a chat that was closed idle is gone on with.
    pub recall_s: Seconds<0, 604_800>,
    /// After a late yes, too?
    pub call_back: bool,
    /// What became of messages whose chat is over.
    pub late_reports: bool,
    /// Longest chat message. Each shard has room for 64 of them in pieces.
    pub message_octets_max: Amount<1, 1_000_000>,
}

/// `[words]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Yes.
    pub accept: Words,
    /// No.
    pub reject: Words,
    /// Enough.
    pub leave: Words,
}

/// `[texts]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The language that they, and the words above, are in.
    pub language: Tag,
    /// The invitation.
    pub invite: Text,
    /// How to answer.
    pub hint: Text,
    /// Yes was understood.
    pub accepted_ack: Text,
    /// No was understood.
    pub rejected_ack: Text,
    /// How to leave.
    pub leave_hint: Text,
    /// The invitation is withdrawn.
    pub withdrawn: Text,
    /// Something that is no text.
    pub unsupported_content: Text,
    /// The end.
    pub ended_by_peer: Text,
    /// An answer to words after the end.
    pub no_session: Text,
    /// Somebody who hides.
    pub unknown_inviter: String,
}

/// `[admin]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Where operators ask.
    pub listen: SocketAddr,
}

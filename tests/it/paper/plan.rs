//! What a gateway on paper is born with, and where things arrive.

use interwork::{
    Access, Anonymity, Barring, Identity, Languages, LeaveHint, Msisdn, MsisdnPool, NumberSource, Policy,
    Subscriber, Template, UnknownReply, Vocabulary, WithoutChat, Wording,
};
use ipnet::IpNet;
use shard::owner_of;
use sip::{SessionPolicy, StatusCode};
use tempo::Duration;

use super::sms_side::{CENTRE_NUMBER, digits};
use super::stage::Stage;

/// How many shards there are, and how far from the owner of an SMS user a message arrives.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub shards: u16,
    /// SIP on the shared port.
    pub sip: u16,
    /// Routing queries.
    pub query: u16,
    /// Short messages.
    pub mail: u16,
}

impl Layout {
    /// The shard that is so far from the owner of the SMS user in a number or a URI. Where there is no number, from the first.
    pub fn shard_at(self, sms_user: &str, offset: u16) -> usize {
        let number: String = sms_user.chars().filter(char::is_ascii_digit).take(15).collect();
        let owner = match number.is_empty() {
            true => 0,
            false => owner_of(Msisdn(digits(&number)), self.shards).0,
        };
        usize::from((owner + offset) % self.shards)
    }
}

/// One shard: everything is at home.
pub const ONE: Layout = Layout { shards: 1, sip: 0, query: 0, mail: 0 };
/// Two shards: everything arrives at the other one.
pub const TWO: Layout = Layout { shards: 2, sip: 1, query: 1, mail: 1 };
/// Four shards: everything arrives at a wrong one, and each thing at another.
pub const FOUR: Layout = Layout { shards: 4, sip: 1, query: 2, mail: 3 };

/// Plays a scenario on every layout; afterwards nothing of it is left. The thread has the name of the layout, so a
/// panic tells it.
pub fn on_every_layout(scenario: fn(Layout) -> Stage) {
    for (name, layout) in [("one shard", ONE), ("two shards", TWO), ("four shards", FOUR)] {
        let play = move || scenario(layout).expect_nothing_left();
        let thread = std::thread::Builder::new().name(name.to_string()).spawn(play).expect("a thread");
        assert!(thread.join().is_ok(), "on {name}");
    }
}

/// What a gateway is born with.
pub struct Plan {
    pub layout: Layout,
    pub policy: Policy,
    pub sessions_max: usize,
    pub pairs_max: usize,
    pub announcements_max: usize,
    pub subscribers_max: usize,
    /// Who may send SIP.
    pub trusted: Vec<IpNet>,
    /// How long a SIP session lives unrefreshed.
    pub session: SessionPolicy,
    /// Chat users of whom the operator's file knows something.
    pub provisioned: Vec<(Identity, Subscriber)>,
    /// Streams reach the gateway in pieces of at most so many octets.
    pub piece_octets: usize,
    /// Service centres.
    pub centres: usize,
    /// Is the HSS asked about chat users?
    pub asks_hss: bool,
}

impl Plan {
    /// The defaults of the product, with numbers from the pool.
    pub fn new(layout: Layout) -> Self {
        Plan {
            layout,
            policy: policy(),
            sessions_max: 16,
            pairs_max: 64,
            announcements_max: 64,
            subscribers_max: 16,
            trusted: Vec::new(),
            session: SessionPolicy { min_se_s: 90, default_s: 1800, want: true },
            provisioned: Vec::new(),
            piece_octets: usize::MAX,
            centres: 1,
            asks_hss: false,
        }
    }

    /// With another policy.
    pub fn with(layout: Layout, change: impl FnOnce(&mut Policy)) -> Self {
        let mut plan = Self::new(layout);
        change(&mut plan.policy);
        plan
    }
}

fn policy() -> Policy {
    Policy {
        ask_first: true,
        answer_timer: Duration::from_secs(600),
        refresh_timer: Duration::from_secs(60),
        idle_timer: Duration::from_secs(86_400),
        connect_timer: Duration::from_secs(30),
        submit_guard: Duration::from_secs(25),
        forward_guard: Duration::from_secs(20),
        concat_timer: Duration::from_secs(120),
        rest: Duration::from_secs(604_800),
        no_answer_status: StatusCode::TEMPORARILY_UNAVAILABLE,
        reject_status: StatusCode::DECLINE,
        unknown_reply: UnknownReply::Hint,
        anonymity: Anonymity::Allowed,
        anonymity_status: StatusCode::ANONYMITY_DISALLOWED,
        number_source: NumberSource::Pool,
        pool: MsisdnPool::new(POOL.iter().map(|number| Msisdn(digits(number)))),
        tell_answer: false,
        tell_at_bye: true,
        end_at_deregistration: true,
        tell_at_cancel: false,
        tell_unsupported: false,
        refusals_max: 0,
        // Scenarios see the refusal itself, but for those about this.
        tell_late: false,
        status_reports: true,
        // A report may come for three days: scenarios about something else end with nothing left.
        recall: Duration::from_secs(86_400),
        call_back: false,
        late_reports: false,
        without_chat: WithoutChat::Message,
        leave_hint: LeaveHint::Never,
        chats_per_sms_user_max: 8,
        segments_max: 10,
        message_octets_max: 10_000,
        message_validity: Duration::from_secs(86_400),
        service_centre: digits(CENTRE_NUMBER),
        other_service_centres: Box::default(),
        own_number: Msisdn(digits("447700900006")),
        network: digits("26299"),
        correlation_life: Duration::from_secs(60),
        wording: wording(),
        vocabulary: Vocabulary::new(["YES", "OK"], ["NO"], ["STOP"]),
        languages: Languages::new(None, [], []),
        access: Access::Anyone,
        barring: Barring::none(),
        // Scenarios are quicker than people, but for those about this.
        invitation_rate: None,
        message_rate: None,
    }
}

fn wording() -> Wording {
    let template = |text| Template::parse(text).expect("a template of the test");
    Wording {
        invite: template(
            "{inviter} invites you to chat{topic}. Reply {accept} or {reject}; {leave} ends it.",
        ),
        hint: template("Please reply {accept} or {reject}."),
        accepted_ack: template(WELCOME),
        rejected_ack: template(FAREWELL),
        leave_hint: template(" ({leave} ends)"),
        withdrawn: template(WITHDRAWN),
        unsupported_content: template(UNSUPPORTED),
        ended_by_peer: template(ENDED),
        no_session: template(OVER),
        unknown_inviter: "Somebody".into(),
        accept: "YES".into(),
        reject: "NO".into(),
        leave: "STOP".into(),
    }
}

/// What an SMS user hears when a chat is over.
pub const OVER: &str = "This chat is over.";
/// What he hears, by policy, who has answered.
pub const WELCOME: &str = "You are in the chat.";
pub const FAREWELL: &str = "You are not in the chat.";
/// What an SMS user hears, where the operator wants it, of what is no text.
pub const UNSUPPORTED: &str = "There was something to be seen.";
/// What an SMS user hears whose invitation is withdrawn, where the operator wants it.
pub const WITHDRAWN: &str = "Never mind.";
pub const ENDED: &str = "The chat has ended.";
/// What an SMS user hears whose answer was not understood.
pub const HINT: &str = "Please reply YES or NO.";
/// The numbers that may be lent.
pub const POOL: [&str; 4] = ["491519900001", "491519900002", "491519900003", "491519900004"];

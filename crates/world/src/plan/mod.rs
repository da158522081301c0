//! A world as data: who plays, on which terms, and what goes wrong when.
//!
//! A plan is drawn from a seed ([`Plan::draw`]), or read from a file: a world that broke a promise is kept as the plan that
//! broke it, so that it stays the same when the drawing changes.

mod chats;
mod costs;
mod crowd;
mod draw;
mod operator;
mod pages;
mod people;
mod reports;
mod session;
mod subscribers;

pub use chats::{
    Answer, ChatPlan, Content, End, NAME, ONCE_MORE, Ringing, Say, TOPIC, text_told_as, told_as,
};
pub use costs::Costs;
pub use crowd::{Crowd, Wave};
pub use draw::Size;
pub use operator::{
    Barred, HALT, INVITES, JA, Limits, NEIN, NO, OVER, Operator, SEEN, SERVICE_CENTRE, STOP, YES,
    digits as policy_digits, policy,
};
pub use pages::{PagePlan, Reader};
pub use people::{
    canaries, chat_user, chats_of_canaries, has_another_language, home_prefixes, place_of, pooled, sms_user,
};
pub use reports::{Habit, ReportPlan, Reported};
pub use session::{By, Refresher, SessionPlan};
pub use subscribers::{Callee, SubscriberPlan};

use serde::{Deserialize, Serialize};

/// A world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many shards there are.
    pub shards: u16,
    /// How long faults go on.
    pub act_one_ms: u64,
    /// What the operator has decided.
    pub operator: Operator,
    /// Who may not.
    #[serde(default)]
    pub barred: Barred,
    /// Who registers, and what the HSS says of him.
    #[serde(default)]
    pub subscribers: Vec<SubscriberPlan>,
    /// What there is room for.
    pub limits: Limits,
    /// What work takes.
    #[serde(default, skip_serializing_if = "Costs::are_nothing")]
    pub costs: Costs,
    /// What the network does to what it carries, in the first act.
    pub network: Terms,
    /// The chats.
    #[serde(default)]
    pub chats: Vec<ChatPlan>,
    /// Texts outside of a chat.
    #[serde(default)]
    pub pages: Vec<PagePlan>,
    /// What the service centre reports.
    #[serde(default)]
    pub reports: Vec<ReportPlan>,
    /// The calendar of faults.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// What a network does to what it carries; shares are in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The least that anything takes.
    pub delay_us: u64,
    /// How much longer it may take: datagrams overtake each other by as much.
    pub jitter_us: u64,
    /// Datagrams that are lost.
    pub loss: u64,
    /// Datagrams that come twice.
    pub twice: u64,
    /// Datagrams that come late: behind others by up to a second.
    pub late: u64,
    /// Datagrams with an octet that is none of theirs.
    pub damaged: u64,
    /// Datagrams without their end.
    pub truncated: u64,
    /// Messages on a stream that come in pieces.
    pub pieces: u64,
    /// Requests of the gateway inside a dialog, and MESSAGEs, that somebody on the way answers by himself: with 100 before he
    /// passes them on, or with a refusal.
    #[serde(default)]
    pub proxied: u64,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When.
    pub at_ms: u64,
    /// For how long, where it lasts.
    #[serde(default)]
    pub for_ms: u64,
    /// What.
    pub what: What,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// The whole gateway dies, and is started again.
    GatewayCrash,
    /// One shard loses everything it knows, and begins anew beside the others.
    ShardCrash(u16),
    /// A peer says nothing.
    Silent(Peer),
    /// A peer says goodbye (DPR), and hangs up.
    Goodbye(Peer),
    /// All connections of a peer break.
    Reset(Peer),
    /// No datagram passes.
    Partition,
    /// A shard finds no buffer for datagrams.
    NoDatagrams(u16),
    /// A shard finds no buffer for streams.
    NoStreams(u16),
    /// The other side of a peer's connections reads nothing: their send buffers are full.
    SlowReader(Peer),
    /// A shard has no turn.
    Stall(u16),
    /// A shard has no turn, and its inbox is full.
    FullInbox(u16),
    /// The calendar is set, by so many seconds.
    Leap(i32),
    /// The service centre is like this to everybody.
    Centre(Manners),
    /// The HSS takes so many milliseconds for what it says of chat users.
    HssThinks(u64),
    /// The SMS-GMSC sends everything twice (T flag).
    Repeating,
    /// Somebody lies.
    Lie(Lie),
    /// The gateway goes out of service in good order, and is started again.
    Leaving,
    /// A peer takes no connection.
    Away(Peer),
    /// A peer says goodbye (DPR), and takes his time to hang up.
    Lingering(Peer),
    /// A peer says nothing on his connections, and later all at once.
    Hung(Peer),
}

/// Who may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peer {
    /// The service centre.
    Centre,
    /// The SMS-GMSC.
    Gmsc,
    /// The HSS.
    Hss,
    /// The UE: its MSRP connections.
    Ue,
}

/// How a service centre behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manners {
    /// Answers after some seconds.
    Slow,
    /// Never answers.
    Silent,
    /// Refuses: unknown user.
    Refusing,
    /// Fails: too busy.
    Busy,
}

/// What a liar says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lie {
    /// Octets that are nothing.
    Noise,
    /// BYE for a dialog that is none.
    Bye,
    /// CANCEL for an INVITE that nobody sent.
    Cancel,
    /// A response to nothing.
    Response,
    /// INVITE without what it needs.
    Invite,
    /// SEND for a session that is none.
    Send,
    /// An MSRP connection that says nonsense.
    Stream,
    /// A Diameter answer that nobody waits for.
    DiameterAnswer,
    /// A Diameter request that cannot be read.
    DiameterRequest,
    /// A short message under an MT-Correlation-ID that nobody was given.
    ShortMessage,
    /// The last datagram of the other side, once more.
    Echo,
    /// A message of the Diameter base protocol that nobody has a reason to send.
    DiameterBase,
    /// An invitation, from where nobody is believed.
    Stranger,
}

impl Plan {
    /// The world without faults: nothing is lost, nothing fails.
    #[must_use]
    pub fn calmed(mut self) -> Self {
        self.faults.clear();
        self.network = Terms::CALM;
        self
    }
}

impl Terms {
    /// May what arrives be other than what was sent?
    pub fn can_damage(&self) -> bool {
        self.damaged + self.truncated > 0
    }
}

impl What {
    /// Is it about one shard?
    pub fn names_shard(self) -> bool {
        matches!(
            self,
            What::ShardCrash(_)
                | What::NoDatagrams(_)
                | What::NoStreams(_)
                | What::Stall(_)
                | What::FullInbox(_)
        )
    }
}

impl Terms {
    /// A network that does no harm.
    pub const CALM: Terms = Terms {
        delay_us: 500,
        jitter_us: 0,
        loss: 0,
        twice: 0,
        late: 0,
        damaged: 0,
        truncated: 0,
        pieces: 0,
        proxied: 0,
    };
}

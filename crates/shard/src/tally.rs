//! What a shard counts, and how others read it without stopping the shard.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicU64, Ordering};

use crossbeam::utils::CachePadded;

/// Declares the counters once: the enum, its name on a metrics page, what it means.
macro_rules! counts {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// What is counted. Counters only grow; gauges are what is there now.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Count { $($(#[doc = $doc])+ $variant,)+ }

        impl Count {
            /// All of them, in the order of their values.
            pub const ALL: &'static [Count] = &[$(Count::$variant,)+];

            /// Its name in the status and on a metrics page.
            pub fn name(self) -> &'static str {
                match self { $(Count::$variant => $name,)+ }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Count::$variant => concat!($($doc),+),)+ }
            }
        }
    };
}

counts! {
    /// Gauge: chat sessions, from the INVITE that was let in to the end.
    Sessions = "sessions",
    /// Gauge: numbers in use by a session.
    Leases = "leases",
    /// Gauge: numbers that rest after a session.
    Resting = "resting",
    /// Gauge: chats that are over, and that their chat users may be called back into.
    ChatsAside = "chats_aside",
    /// Gauge: SIP transactions, INVITE and others.
    Transactions = "transactions",
    /// Gauge: SIP dialogs.
    Dialogs = "dialogs",
    /// Gauge: MSRP sessions.
    MsrpSessions = "msrp_sessions",
    /// Gauge: alarms that are set for sessions, transactions and pending requests; watchdogs of Diameter peers excluded.
    Timers = "timers",
    /// Gauge: short messages submitted and not yet acknowledged by the SMS side.
    Submits = "submits",
    /// Gauge: short messages received and not yet acknowledged by us.
    Forwards = "forwards",
    /// Gauge: chat messages, and texts outside of a chat, received and not yet answered by us.
    ChatMessages = "chat_messages",
    /// Gauge: messages of chat users that wait for a status report.
    DueReports = "due_reports",
    /// Gauge: registrations about which the HSS is being asked.
    Errands = "errands",
    /// Gauge: TCP connections.
    Links = "links",
    /// Gauge: Diameter peers that are up.
    PeersUp = "peers_up",

    /// Time spent at work, in nanoseconds.
    WorkNanoseconds = "work_nanoseconds",
    /// Datagrams received.
    DatagramsIn = "datagrams_in",
    /// SIP requests received, retransmissions included.
    SipRequestsIn = "sip_requests_in",
    /// SIP responses received.
    SipResponsesIn = "sip_responses_in",
    /// Datagrams that came from nobody whom the operator trusts, and were dropped.
    SipUntrusted = "sip_untrusted",
    /// SIP messages that could not be read and got no answer.
    SipDropped = "sip_dropped",
    /// SIP requests that were refused as malformed.
    SipMalformed = "sip_malformed",
    /// SIP responses that no transaction waited for.
    SipStrayResponses = "sip_stray_responses",
    /// SIP messages sent, retransmissions included.
    SipOut = "sip_out",
    /// Registrations of chat users, refreshes included.
    Registrations = "registrations",
    /// Requests to the HSS about chat users.
    HssAsked = "hss_asked",
    /// Registrations about which the HSS gave no answer that can be relied on.
    HssSilent = "hss_silent",
    /// MESSAGEs of chat users outside of a chat, repetitions excluded.
    PagerIn = "pager_in",
    /// MESSAGEs of chat users that were refused.
    PagerRefused = "pager_refused",
    /// MESSAGEs to chat users: words of SMS users outside of a chat, and notifications.
    PagerOut = "pager_out",
    /// MESSAGEs to chat users that were refused or never answered.
    PagerFailed = "pager_failed",
    /// INVITEs to chat users, to call them back into a chat.
    Recalls = "recalls",
    /// INVITEs to chat users that were refused, never answered or withdrawn.
    RecallsFailed = "recalls_failed",
    /// Invitations let in.
    Invitations = "invitations",
    /// Invitations accepted by the SMS user.
    InvitationsAccepted = "invitations_accepted",
    /// Invitations refused by us, by the SMS side, by the SMS user or by the timer.
    InvitationsRefused = "invitations_refused",
    /// Invitations withdrawn by the chat user.
    InvitationsWithdrawn = "invitations_withdrawn",
    /// Invitations, and messages outside of a chat, refused because the shard has no time for them.
    Shed = "shed",
    /// Requests refused because the chat user or the destination is barred.
    Barred = "barred",
    /// Invitations and messages refused because the chat user had sent too many of late.
    RatesExceeded = "rates_exceeded",
    /// Invitations refused because every number of the pool was in use, or at rest, for their SMS user.
    PoolExhausted = "pool_exhausted",
    /// Requests refused because a table was full.
    Overloads = "overloads",
    /// Short messages (segments) submitted.
    SmSubmitted = "sm_submitted",
    /// Short messages that the SMS side refused or did not answer.
    SmFailed = "sm_failed",
    /// Short messages sent again: another way after a lost connection, or after a failure of the way.
    SmRetried = "sm_retried",
    /// Hints and notices for which there was no way to the SMS side.
    CourtesiesLost = "courtesies_lost",
    /// Chats that ended though neither of the two had ended them: de-registration, operator, end of service.
    ChatsCutShort = "chats_cut_short",
    /// Messages whose status reports will be told to nobody: too many wait, in their chat or outside of chats.
    ReportsForgone = "reports_forgone",
    /// Short messages received.
    SmReceived = "sm_received",
    /// Short messages received again and answered as before.
    SmRepeated = "sm_repeated",
    /// Short messages answered with an error.
    SmDeclined = "sm_declined",
    /// Chat messages received whole.
    ChatIn = "chat_in",
    /// Chat messages received again, answered as before and not submitted again.
    ChatRepeated = "chat_repeated",
    /// Chat messages sent.
    ChatOut = "chat_out",
    /// Chat messages answered with an error.
    ChatRefused = "chat_refused",
    /// Messages whose senders wanted to know what becomes of them, and whose chats ended before that was known, for good.
    ReportsDropped = "reports_dropped",
    /// Diameter messages received.
    DiameterIn = "diameter_in",
    /// Diameter messages sent.
    DiameterOut = "diameter_out",
    /// Diameter messages refused as malformed or not understood.
    DiameterRefused = "diameter_refused",
    /// Diameter answers that nobody waited for.
    DiameterStrayAnswers = "diameter_stray_answers",
    /// MSRP messages that could not be read; their connection was closed.
    MsrpMalformed = "msrp_malformed",
    /// Messages that arrived on a shard that does not own them and were copied to its owner, once each.
    Parcels = "parcels",
    /// Octets copied for that.
    ParcelOctets = "parcel_octets",
    /// Parcels that found their owner's inbox full.
    ParcelsRefused = "parcels_refused",
    /// Messages that found no send buffer.
    NoLoan = "no_loan",
    /// Connections that were closed because their other side sent something unreadable or too long.
    LinksClosedOnError = "links_closed_on_error",
}

/// One shard's counters: plain numbers, written by the shard alone.
#[derive(Debug)]
pub struct Tally {
    values: [u64; Count::ALL.len()],
}

impl Tally {
    /// All zero.
    pub fn new() -> Self {
        Tally { values: [0; Count::ALL.len()] }
    }

    /// One more of `count`.
    pub fn add(&mut self, count: Count) {
        self.add_many(count, 1);
    }

    /// `many` more of `count`.
    pub fn add_many(&mut self, count: Count, many: u64) {
        self.values[count as usize] += many;
    }

    /// The gauge `count` stands at `value`.
    pub fn set(&mut self, count: Count, value: u64) {
        self.values[count as usize] = value;
    }

    /// The value of `count`.
    pub fn value(&self, count: Count) -> u64 {
        self.values[count as usize]
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a shard puts up its counters for the control plane to read. A reader may see one counter of this turn
/// beside one of the turn before; it never sees half a number.
#[derive(Debug)]
pub struct TallyBoard(Box<CachePadded<[AtomicU64; Count::ALL.len()]>>);

impl TallyBoard {
    /// A board that shows zeros.
    pub fn new() -> Self {
        TallyBoard(Box::new(CachePadded::new([const { AtomicU64::new(0) }; Count::ALL.len()])))
    }

    /// Puts up `tally`.
    pub fn publish(&self, tally: &Tally) {
        for (place, value) in self.0.iter().zip(tally.values) {
            // A relaxed store is a plain store here; only changed values touch their line for readers.
            if place.load(Ordering::Relaxed) != value {
                place.store(value, Ordering::Relaxed);
            }
        }
    }

    /// What the board shows for `count`.
    pub fn read(&self, count: Count) -> u64 {
        self.0[count as usize].load(Ordering::Relaxed)
    }
}

impl Default for TallyBoard {
    fn default() -> Self {
        Self::new()
    }
}

//! The SIP side of one shard: INVITEs and the dialogs they make, the other requests, our own BYEs.
//!
//! Refuses: to know what a chat is, to store an answer (it is rendered again from the request's head).
//! In: messages that belong here. Out: `SipEvent`, messages in a lent buffer.

mod dialog;
mod invite;
mod receive;
mod render;
mod requests;

use alloc::string::String;

use hashbrown::HashMap;
use sip::{KeySeed, MessageView, Timers, TransactionKey};

use crate::desk::Desk;
use crate::driver::PortId;
use crate::interwork_room::Chat;
use crate::settings::Settings;
use crate::table::{Key, Table};

pub use invite::{Invite, InviteTimer, Refusal};
pub use requests::Answered;

/// The SIP side of one shard.
pub struct SipRoom {
    invites: Table<Invite>,
    answered: Table<Answered>,
    /// INVITE transactions by their key.
    transactions: Map<Key<Invite>>,
    /// The same by what merged requests have in common (RFC 3261 8.2.2.2).
    origins: Map<Key<Invite>>,
    /// Other transactions by their key.
    requests: Map<Key<Answered>>,
    seed: KeySeed,
    timers: Timers,
    /// `host:port` of the port that is ours alone.
    own: String,
    own_host: String,
    own_port: u16,
}

type Map<T> = HashMap<TransactionKey, T, foldhash::fast::FixedState>;

/// What a message means for a chat.
#[derive(Debug)]
pub enum SipEvent<'a> {
    /// Somebody invites; 100 Trying is on its way.
    Invitation {
        /// The INVITE.
        invite: Key<Invite>,
        /// The same, as it arrived.
        request: MessageView<'a>,
    },
    /// The invitation was withdrawn, and has its 487.
    Withdrawn(Key<Chat>),
    /// Nobody acknowledged the 2xx.
    Unconfirmed(Key<Chat>),
    /// The chat user has ended the dialog, and has the 200 for it.
    PeerLeft(Key<Chat>),
    /// Our BYE was answered, or never will be.
    Parted(Key<Chat>),
}

/// Where a request came from, and so where its answer goes.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The port that it arrived on: the answer leaves from there.
    pub port: PortId,
    /// Who sent it.
    pub from: core::net::SocketAddr,
}

impl SipRoom {
    /// A room for as many dialogs as there may be chats.
    pub fn new(settings: &Settings, desk: &mut Desk) -> Self {
        let invites = settings.sessions_max.saturating_mul(INVITES_PER_SESSION);
        let map =
            |capacity| HashMap::with_capacity_and_hasher(capacity, foldhash::fast::FixedState::default());
        SipRoom {
            invites: Table::new(invites),
            answered: Table::new(invites),
            transactions: map(invites),
            origins: map(invites),
            requests: HashMap::with_capacity_and_hasher(invites, foldhash::fast::FixedState::default()),
            seed: KeySeed([desk.entropy.u64(), desk.entropy.u64()]),
            timers: Timers::default(),
            own: alloc::format!("{}", settings.own_sip),
            own_host: match settings.own_sip.ip() {
                core::net::IpAddr::V4(address) => alloc::format!("{address}"),
                core::net::IpAddr::V6(address) => alloc::format!("[{address}]"),
            },
            own_port: settings.own_sip.port(),
        }
    }

    /// INVITE and other transactions that exist.
    pub fn transactions(&self) -> usize {
        self.transactions.len() + self.answered.len()
    }

    /// Dialogs that exist, early ones included.
    pub fn invites(&self) -> usize {
        self.invites.len()
    }
}

/// An INVITE lives half a minute longer than its chat, so there are more of them; beyond it 503.
const INVITES_PER_SESSION: usize = 2;

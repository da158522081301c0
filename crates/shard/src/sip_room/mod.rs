//! The SIP side of one shard: INVITEs and the dialogs they make, the other requests, our own in these dialogs.
//!
//! Refuses: to know what a chat is, to store an answer (it is rendered again from the request's head).
//! In: messages that belong here. Out: `SipEvent`, messages in a lent buffer.

mod alarms;
mod dialog;
mod invite;
mod ours;
mod pager_in;
mod pager_out;
mod recall;
mod recall_render;
mod receive;
mod reliable;
mod render;
mod requests;
mod sender;
mod session;

use hashbrown::HashMap;
use sip::{KeySeed, MessageView, StatusCode, TransactionKey};

use tempo::Duration;

use crate::desk::Desk;
use crate::diameter_room::Registrant;
use crate::driver::PortId;
use crate::interwork_room::Chat;
use crate::settings::Settings;
use crate::table::Key;

use invite::Description;
pub use invite::{Invite, InviteTimer, Invites, Refusal, is_unanswered};
pub use pager_in::{PagerMessage, PagerMessages};
pub use pager_out::{About, NotPaged, Page, Pages};
pub use recall::{Recall, RecallTimer, Recalls};
pub use recall_render::Calling;
pub(crate) use render::RETRY_AFTER_S;
pub use requests::{Answered, Requests};
pub use sender::Sender;

/// The SIP side of one shard.
pub struct SipRoom {
    /// INVITEs, their dialogs, and our requests in these.
    pub invites: Invites,
    /// The other requests.
    pub requests: Requests,
    /// MESSAGEs of chat users.
    pub pager: PagerMessages,
    /// MESSAGEs to chat users.
    pub pages: Pages,
    /// INVITEs to chat users.
    pub recalls: Recalls,
}

/// Things by the name of their transaction.
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
        /// Where it came from.
        from: core::net::SocketAddr,
    },
    /// The invitation was withdrawn, and has its 487.
    Withdrawn(Key<Chat>),
    /// Nobody acknowledged the 2xx, or refreshed the session.
    Unconfirmed(Key<Chat>),
    /// The chat user has ended the dialog, and has the 200 for it.
    PeerLeft {
        /// The chat.
        chat: Key<Chat>,
        /// Was it only his client, as nobody said anything?
        is_idle: bool,
    },
    /// The chat user has accepted our INVITE, and has the ACK for it.
    Recalled {
        /// The chat.
        chat: Key<Chat>,
        /// His SDP answer; nothing where there is none that can be read.
        answer: &'a [u8],
    },
    /// He has not.
    NotRecalled {
        /// The chat.
        chat: Key<Chat>,
        /// The final answer.
        status: StatusCode,
    },
    /// Our BYE was answered, or never will be.
    Parted(Key<Chat>),
    /// A chat user is there, for so long (TS 23.204 6.1), and has the 200 for it.
    Registered {
        /// Who.
        registrant: Registrant<'a>,
        /// How long.
        life: Duration,
        /// The S-CSCF that serves him, as it names itself.
        scscf: Option<&'a [u8]>,
        /// And where it has said so from.
        from: core::net::SocketAddr,
    },
    /// A chat user is gone (TS 23.204 6.2).
    Deregistered(Registrant<'a>),
    /// A chat user writes to somebody outside of any dialog; an answer is owed.
    Paged {
        /// The MESSAGE.
        message: Key<PagerMessage>,
        /// The same, as it arrived.
        request: MessageView<'a>,
        /// Where it came from.
        from: core::net::SocketAddr,
    },
    /// A MESSAGE of ours has its final answer, or never will.
    PageAnswered {
        /// What it was about.
        about: About,
        /// The answer.
        status: StatusCode,
    },
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
        let most = settings.sessions_max.saturating_mul(INVITES_PER_SESSION);
        let seed = KeySeed([desk.entropy.u64(), desk.entropy.u64()]);
        SipRoom {
            invites: Invites::new(most, seed, settings.own_sip, settings.session),
            requests: Requests::new(most, seed),
            pager: PagerMessages::new(settings.sessions_max, seed, settings.own_sip),
            pages: Pages::new(settings.sessions_max, settings.own_sip),
            // As many as chats, each for half a minute longer than it is answered; beyond it short messages hear "not now".
            recalls: Recalls::new(settings.sessions_max),
        }
    }

    /// INVITE and other transactions that exist.
    pub fn transactions(&self) -> usize {
        self.invites.transactions()
            + self.requests.count()
            + self.pager.count()
            + self.pages.count()
            + self.recalls.count()
    }
}

fn map<T>(most: usize) -> Map<T> {
    HashMap::with_capacity_and_hasher(most, foldhash::fast::FixedState::default())
}

/// An INVITE lives half a minute longer than its chat, so there are more of them; beyond it 503.
const INVITES_PER_SESSION: usize = 2;

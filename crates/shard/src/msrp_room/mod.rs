//! The MSRP sessions of one shard: which connection carries which, what was sent and not answered, chunks that make a message.
//!
//! Refuses: to know what a chat is. In: frames of MSRP connections. Out: `MsrpEvent`, frames in a lent buffer.

mod incoming;
mod links;
mod outgoing;
mod owed;
mod proposed;
mod sessions;

use msrp::{Reassembly, TransactionId};
use tempo::{Duration, Instant};

use crate::driver::{Outward, Request};
use crate::interwork_room::InboundSm;
use crate::settings::Settings;
use crate::table::{Key, Table};

pub use incoming::{Body, MsrpEvent, Received};
pub use outgoing::{MessageId, Words, message_id};
pub use owed::Owed;
pub use sessions::{MsrpSession, NotOpened, Sessions, acceptable};

/// The MSRP sessions of one shard.
pub struct MsrpRoom {
    /// The sessions and their connections.
    pub sessions: Sessions,
    outgoing: Table<Outgoing>,
    reassembly: Reassembly,
    message_octets_max: usize,
    next_sweep: Instant,
}

/// A SEND of ours that waits for its response.
#[derive(Debug)]
pub struct Outgoing {
    id: TransactionId,
    /// The short message that it carries.
    sm: Key<InboundSm>,
}

impl MsrpRoom {
    /// A room for as many sessions as there may be chats.
    pub fn new(settings: &Settings) -> Self {
        let message_octets_max = settings.policy.message_octets_max;
        MsrpRoom {
            sessions: Sessions::new(settings),
            outgoing: Table::new(settings.sessions_max.saturating_mul(OUTGOING_PER_SESSION)),
            reassembly: Reassembly::new(UNFINISHED_MAX, message_octets_max),
            message_octets_max,
            next_sweep: settings.moment.now,
        }
    }

    /// Ends a session; its connection is closed when it carried no other.
    pub fn close(&mut self, key: Key<MsrpSession>, out: &mut impl Outward) {
        self.reassembly.discard(sessions::reassembly_key(key));
        if let Some(link) = self.sessions.remove(key) {
            out.request(Request::Close { link });
        }
    }

    /// Forgets messages that nobody finishes; to be called often.
    pub fn sweep(&mut self, now: Instant) {
        if now >= self.next_sweep {
            self.next_sweep = now + SWEEP_INTERVAL;
            self.reassembly.sweep();
        }
    }
}

/// SENDs of ours that may wait at the same time, per session on average; beyond it the SMS centre hears "not now".
const OUTGOING_PER_SESSION: usize = 4;
/// Messages in several chunks that may be unfinished at the same time; beyond it 413.
const UNFINISHED_MAX: usize = 64;
/// An unfinished message may wait for one to two of these.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

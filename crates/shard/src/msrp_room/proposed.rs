//! Sessions that we offer: a chat user who is called back gets our path first, and says his in the answer.

use msrp::{Direction, Offer, Proposal, Setup, content};
use octets::Writer;

use super::sessions::{MsrpSession, NotOpened, Sessions, acceptable};
use crate::desk::Desk;
use crate::interwork_room::Chat;
use crate::kept::Kept;
use crate::lanes::ShardId;
use crate::table::Key;

impl Sessions {
    /// Opens a session for `chat` whose other side is not known yet.
    pub fn propose(&mut self, chat: Key<Chat>, desk: &mut Desk) -> Result<Key<MsrpSession>, NotOpened> {
        let mut random = [0; 12];
        desk.entropy.fill(&mut random);
        let session =
            MsrpSession { chat, random, peer_path: Kept::EMPTY, wraps: true, link: None, next_on_link: None };
        self.table.insert(session).map_err(|_| NotOpened::Full)
    }

    /// Writes the SDP that offers `session`: the chat user connects, as always, and takes text as it is or inside CPIM.
    pub fn write_offer(&self, session: Key<MsrpSession>, me: ShardId, out: &mut Writer<'_>) {
        let Some(path) = self.own_path(session, me) else { return };
        let proposal = Proposal {
            secure: false,
            address: self.host.as_bytes(),
            port: self.port,
            path: path.as_bytes(),
            session: u64::from(session.slot) << 32 | u64::from(session.generation),
            version: 1,
            accept_types: ACCEPT_TYPES,
            accept_wrapped_types: Some(ACCEPT_WRAPPED_TYPES),
            setup: Some(Setup::Passive),
            max_size: Some(self.message_octets_max as u64),
            fingerprint: None,
            cema: true,
            direction: Direction::SendRecv,
        };
        // The writer remembers an overflow; the message is then not sent.
        let _ = msrp::sdp::write_offer(out, &proposal);
    }

    /// The other side has said who it is.
    pub fn complete(&mut self, key: Key<MsrpSession>, answer: &Offer<'_>) -> Result<(), NotOpened> {
        // An answer that does not say who connects is taken at our word: whoever never comes is ended by a timer.
        acceptable(answer)?;
        let session = self.table.find_mut(key).ok_or(NotOpened::Full)?;
        session.peer_path = Kept::copy(answer.path).ok_or(NotOpened::Full)?;
        session.wraps = answer.accepts_wrapped(content::TEXT);
        Ok(())
    }
}

const ACCEPT_TYPES: &str = "message/cpim text/plain";
const ACCEPT_WRAPPED_TYPES: &str = "text/plain message/imdn+xml application/im-iscomposing+xml";

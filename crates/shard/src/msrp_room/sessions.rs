//! MSRP sessions: from the SDP answer to the goodbye.

use alloc::string::String;
use alloc::vec::Vec;

use msrp::{MsrpPath, Offer, SessionId, Setup};
use octets::Writer;

use super::links::OnLink;
use crate::desk::Desk;
use crate::driver::LinkId;
use crate::interwork_room::Chat;
use crate::kept::Kept;
use crate::lanes::ShardId;
use crate::settings::Settings;
use crate::table::{Key, Table};

/// One MSRP session.
#[derive(Debug)]
pub struct MsrpSession {
    /// The chat that it carries.
    pub(super) chat: Key<Chat>,
    /// What makes its session-id impossible to guess.
    pub(super) random: [u8; 12],
    /// The chat user's path, as the SDP gave it.
    pub(super) peer_path: Kept<PATH_OCTETS_MAX>,
    /// May text travel inside CPIM? Else it travels bare.
    pub(super) wraps: bool,
    /// The connection that it is bound to.
    pub(super) link: Option<LinkId>,
    /// The next session on the same connection.
    pub(super) next_on_link: Option<Key<MsrpSession>>,
}

/// Why no session can be made from an offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotOpened {
    /// Each session is taken.
    Full,
    /// The offer asks for something that we do not do; the words are for a Warning header.
    NotAcceptable(&'static str),
}

/// All sessions of a shard, and which connection carries which.
pub struct Sessions {
    pub(super) table: Table<MsrpSession>,
    /// The sessions of each connection, by the index of its link.
    pub(super) links: Vec<OnLink>,
    /// `msrp://host:port/` of this shard.
    base: String,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) message_octets_max: usize,
}

/// Can a session be made from this offer?
pub fn acceptable(offer: &Offer<'_>) -> Result<(), NotOpened> {
    if offer.secure {
        return Err(NotOpened::NotAcceptable("MSRP over TLS not supported"));
    }
    if offer.answering_setup() != Setup::Passive {
        return Err(NotOpened::NotAcceptable("The offerer must connect"));
    }
    match offer.path.len() <= PATH_OCTETS_MAX {
        true => Ok(()),
        false => Err(NotOpened::NotAcceptable("MSRP path too long")),
    }
}

impl Sessions {
    pub(super) fn new(settings: &Settings) -> Self {
        Sessions {
            table: Table::new(settings.sessions_max),
            links: Vec::new(),
            base: alloc::format!("msrp://{}/", settings.msrp),
            host: alloc::format!("{}", settings.msrp.ip()),
            port: settings.msrp.port(),
            message_octets_max: settings.policy.message_octets_max,
        }
    }

    /// Opens a session for `chat`.
    pub fn open(
        &mut self,
        chat: Key<Chat>,
        offer: &Offer<'_>,
        desk: &mut Desk,
    ) -> Result<Key<MsrpSession>, NotOpened> {
        acceptable(offer)?;
        let mut random = [0; 12];
        desk.entropy.fill(&mut random);
        let peer_path = Kept::copy(offer.path).ok_or(NotOpened::Full)?;
        let wraps = offer.accepts_wrapped(msrp::content::TEXT);
        let session = MsrpSession { chat, random, peer_path, wraps, link: None, next_on_link: None };
        self.table.insert(session).map_err(|_| NotOpened::Full)
    }

    /// Writes the SDP that answers `offer` with `session`.
    pub fn write_answer(
        &self,
        session: Key<MsrpSession>,
        offer: &Offer<'_>,
        me: ShardId,
        out: &mut Writer<'_>,
    ) {
        let Some(path) = self.own_path(session, me) else { return };
        // interworking 2.3 items 5 and 7
        let answer = msrp::Answer {
            offer,
            address: self.host.as_bytes(),
            port: self.port,
            path: path.as_bytes(),
            // One number for the life of the dialog; the key is unique on this shard, the shard has its own address.
            session: u64::from(session.slot) << 32 | u64::from(session.generation),
            version: 1,
            max_size: self.message_octets_max as u64,
            fingerprint: None,
            // interworking 2.3 item 8
            cema: true,
        };
        // The writer remembers an overflow; the message is then not sent.
        let _ = answer.write(out);
    }

    /// Ends a session; names its connection when it carries no other.
    pub(super) fn remove(&mut self, key: Key<MsrpSession>) -> Option<LinkId> {
        let link = self.link_of(key).filter(|link| self.unlink(key, *link));
        self.table.remove(key);
        link
    }

    /// Sessions that exist.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// The connection of a session.
    pub fn link_of(&self, key: Key<MsrpSession>) -> Option<LinkId> {
        self.table.find(key)?.link
    }

    /// `msrp://host:port/session-id;tcp` of a session.
    pub(super) fn own_path(&self, key: Key<MsrpSession>, me: ShardId) -> Option<Kept<OWN_PATH_OCTETS_MAX>> {
        let session = self.table.find(key)?;
        Kept::write(|out| {
            out.text(&self.base);
            let Key { slot, generation, .. } = key;
            SessionId { owner: me.0, slot, generation, random: session.random }.write(out);
            out.text(";tcp");
        })
    }

    /// The session that a To-Path names, if it is ours and not guessed.
    pub(super) fn named(&self, path: &MsrpPath<'_>, desk: &Desk) -> Option<Key<MsrpSession>> {
        let id = SessionId::parse(path.first().session_id?)?;
        let key = Key::new(id.slot, id.generation);
        // interworking 11 row 33
        let session = self.table.find(key)?;
        let ours = SessionId {
            owner: desk.me().0,
            slot: id.slot,
            generation: id.generation,
            random: session.random,
        };
        (ours == id).then_some(key)
    }
}

/// The name of a session in the reassembly.
pub(super) fn reassembly_key(key: Key<MsrpSession>) -> u64 {
    u64::from(key.slot) << 32 | u64::from(key.generation)
}

/// The path of a chat user behind a relay or two; a longer one is refused with 488.
const PATH_OCTETS_MAX: usize = 512;
/// Our own URI: an address in brackets, a port, 44 digits.
pub(super) const OWN_PATH_OCTETS_MAX: usize = 160;

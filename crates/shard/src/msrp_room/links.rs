//! Which sessions a connection carries: a list through the sessions themselves, because one connection may
//! carry many and most carry one.

use super::{MsrpSession, Sessions};
use crate::driver::LinkId;
use crate::interwork_room::Chat;
use crate::table::Key;

/// The sessions of one connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OnLink {
    generation: u32,
    first: Option<Key<MsrpSession>>,
}

impl Sessions {
    /// A connection was accepted.
    pub fn opened(&mut self, link: LinkId) {
        let index = link.index as usize;
        if self.links.len() <= index {
            self.links.resize(index + 1, OnLink::default());
        }
        self.links[index] = OnLink { generation: link.generation, first: None };
    }

    /// A connection is gone: unbinds the next of its sessions and names its chat, until there is none left.
    pub fn next_unbound(&mut self, link: LinkId) -> Option<Key<Chat>> {
        let key = self.on_link(link)?.first?;
        let chat = self.table.find(key)?.chat;
        self.unlink(key, link);
        Some(chat)
    }

    /// Puts `key` on `link`.
    pub(super) fn link_up(&mut self, key: Key<MsrpSession>, link: LinkId) -> bool {
        let Some(on_link) = self.on_link(link) else { return false };
        let next = on_link.first.replace(key);
        let Some(session) = self.table.find_mut(key) else { return false };
        session.link = Some(link);
        session.next_on_link = next;
        true
    }

    /// Takes `key` off `link`; is the connection without a session now?
    pub(super) fn unlink(&mut self, key: Key<MsrpSession>, link: LinkId) -> bool {
        let Some(session) = self.table.find_mut(key) else { return false };
        session.link = None;
        let next = session.next_on_link.take();
        let Some(on_link) = self.on_link(link) else { return false };
        if on_link.first == Some(key) {
            on_link.first = next;
            return next.is_none();
        }
        let mut at = on_link.first;
        while let Some(session) = at.and_then(|at| self.table.find_mut(at)) {
            if session.next_on_link == Some(key) {
                session.next_on_link = next;
                break;
            }
            at = session.next_on_link;
        }
        false
    }

    /// Does the connection carry a session?
    pub fn carries(&mut self, link: LinkId) -> bool {
        self.on_link(link).is_some_and(|on_link| on_link.first.is_some())
    }

    fn on_link(&mut self, link: LinkId) -> Option<&mut OnLink> {
        self.links.get_mut(link.index as usize).filter(|on_link| on_link.generation == link.generation)
    }
}

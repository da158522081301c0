//! Who plays, and through which doors the world reaches whom.

use actors::Actor;
use shard::PortId;

/// The actors of one stage, by position. Positions never change.
pub trait Cast {
    /// How many there are.
    fn size(&self) -> usize;

    /// The actor at `position`, which is below [`Cast::size`].
    fn actor(&self, position: usize) -> &dyn Actor;

    /// The actor at `position`, which is below [`Cast::size`].
    fn actor_mut(&mut self, position: usize) -> &mut dyn Actor;
}

impl Cast for Vec<Box<dyn Actor>> {
    fn size(&self) -> usize {
        self.len()
    }

    fn actor(&self, position: usize) -> &dyn Actor {
        self[position].as_ref()
    }

    fn actor_mut(&mut self, position: usize) -> &mut dyn Actor {
        self[position].as_mut()
    }
}

/// A port of the driver, and the actor that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Datagrams come and go here.
    Datagram {
        /// What the driver calls it.
        port: PortId,
        /// The actor's position.
        actor: usize,
    },
    /// Connections come in here.
    Listener {
        /// What the driver calls it.
        port: PortId,
        /// The actor's position.
        actor: usize,
    },
}

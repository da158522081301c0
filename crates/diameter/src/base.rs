//! What two neighbours say to each other (RFC 6733 5): capabilities, watchdog, farewell.
//!
//! In: `MessageView`. Out: borrowed structs, or `Invalid` for the refusal; messages in a lent buffer.

mod capabilities;
mod disconnect;
mod watchdog;

pub use capabilities::{Advertised, Capabilities, CapabilitiesAnswer, common_applications, same_host};
pub use disconnect::{Disconnect, DisconnectCause};
pub use watchdog::Watchdog;

use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, refuse_unknown};

/// Origin-Host, Origin-Realm and Origin-State-Id: all that the three have in common.
#[derive(Clone, Copy, Default)]
struct OriginSlots<'a> {
    host: Slot<'a>,
    realm: Slot<'a>,
    state_id: Slot<'a>,
}

impl<'a> OriginSlots<'a> {
    fn put(&mut self, avp: AvpView<'a>) -> Result<(), Invalid> {
        match avp.id() {
            AvpId::ORIGIN_HOST => self.host.put(avp),
            AvpId::ORIGIN_REALM => self.realm.put(avp),
            AvpId::ORIGIN_STATE_ID => self.state_id.put(avp),
            _ => refuse_unknown(&avp),
        }
    }

    fn read(&self) -> Result<Identity<'a>, Invalid> {
        Ok(Identity {
            host: self.host.need_name(AvpId::ORIGIN_HOST)?,
            realm: self.realm.need_name(AvpId::ORIGIN_REALM)?,
        })
    }
}

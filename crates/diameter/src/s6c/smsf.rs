//! SMSF-3GPP-Address and SMSF-Non-3GPP-Address: the node of a 5G core that reaches a user (TS 29.338 5.3.3).

use core::fmt;

use octets::Digits;

use super::serving_node::{node, number};
use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// An SMSF; which access it stands for, the AVP around it says.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Smsf<'a> {
    /// SMSF-3GPP-Number or SMSF-Non-3GPP-Number.
    pub number: Option<Digits>,
    /// Its name and realm.
    pub node: Option<Identity<'a>>,
}

impl fmt::Debug for Smsf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smsf")
    }
}

impl<'a> Smsf<'a> {
    /// Reads the group, of either access.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let [number_id, name_id, realm_id] = members(avp.id());
        let (mut number, mut name, mut realm) = (Slot::default(), Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                id if id == number_id => number.put(member)?,
                id if id == name_id => name.put(member)?,
                id if id == realm_id => realm.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        Ok(Smsf { number: number.digits()?, node: node(name, realm_id, realm)? })
    }

    /// Writes the group as `id`: SMSF-3GPP-Address or SMSF-Non-3GPP-Address.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>, id: AvpId) {
        let [number_id, name_id, realm_id] = members(id);
        message.grouped(id, |group| {
            number(group, number_id, self.number);
            if let Some(node) = self.node {
                group.avp_bytes(name_id, node.host).avp_bytes(realm_id, node.realm);
            }
        });
    }
}

/// Number, name and realm within the group `address`.
fn members(address: AvpId) -> [AvpId; 3] {
    if address == AvpId::SMSF_NON_3GPP_ADDRESS {
        [AvpId::SMSF_NON_3GPP_NUMBER, AvpId::SMSF_NON_3GPP_NAME, AvpId::SMSF_NON_3GPP_REALM]
    } else {
        [AvpId::SMSF_3GPP_NUMBER, AvpId::SMSF_3GPP_NAME, AvpId::SMSF_3GPP_REALM]
    }
}

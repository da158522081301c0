//! Serving-Node: the nodes that can reach a user now (TS 29.336 6.4.5 to 6.4.7).

use core::fmt;

use octets::Digits;

use crate::dictionary::AvpId;
use crate::identity::Identity;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// Serving-Node or Additional-Serving-Node: numbers for MAP, names for Diameter.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ServingNode<'a> {
    /// MME-Name and MME-Realm.
    pub mme: Option<Identity<'a>>,
    /// MME-Number-for-MT-SMS.
    pub mme_number: Option<Digits>,
    /// MSC-Number.
    pub msc_number: Option<Digits>,
    /// SGSN-Name and SGSN-Realm.
    pub sgsn: Option<Identity<'a>>,
    /// SGSN-Number.
    pub sgsn_number: Option<Digits>,
    /// IP-SM-GW-Number.
    pub ip_sm_gw_number: Option<Digits>,
    /// IP-SM-GW-Name; its realm is that of the user.
    pub ip_sm_gw_name: Option<&'a [u8]>,
}

impl fmt::Debug for ServingNode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServingNode")
    }
}

impl<'a> ServingNode<'a> {
    /// Reads the group.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let mut slots = [Slot::default(); MEMBERS.len()];
        for member in avp.grouped()? {
            match slots.iter_mut().zip(MEMBERS).find(|(_, id)| *id == member.id()) {
                Some((slot, _)) => slot.put(member)?,
                None => refuse_unknown(&member)?,
            }
        }
        let [mme_name, mme_realm, mme_number, msc_number, sgsn_name, sgsn_realm, sgsn_number, number, name] =
            slots;
        Ok(ServingNode {
            mme: node(mme_name, AvpId::MME_REALM, mme_realm)?,
            mme_number: mme_number.digits()?,
            msc_number: msc_number.digits()?,
            sgsn: node(sgsn_name, AvpId::SGSN_REALM, sgsn_realm)?,
            sgsn_number: sgsn_number.digits()?,
            ip_sm_gw_number: number.digits()?,
            ip_sm_gw_name: name.name()?,
        })
    }

    /// Is the node an IP-SM-GW of this name or number? An answer that leads its asker back to itself is a loop.
    pub fn is_ip_sm_gw(&self, name: &[u8], number: Digits) -> bool {
        self.ip_sm_gw_name.is_some_and(|it| it.eq_ignore_ascii_case(name))
            || self.ip_sm_gw_number == Some(number)
    }

    /// Writes the group as `id`: Serving-Node or Additional-Serving-Node.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>, id: AvpId) {
        message.grouped(id, |group| {
            if let Some(sgsn) = self.sgsn {
                group.avp_bytes(AvpId::SGSN_NAME, sgsn.host).avp_bytes(AvpId::SGSN_REALM, sgsn.realm);
            }
            number(group, AvpId::SGSN_NUMBER, self.sgsn_number);
            if let Some(mme) = self.mme {
                group.avp_bytes(AvpId::MME_NAME, mme.host).avp_bytes(AvpId::MME_REALM, mme.realm);
            }
            number(group, AvpId::MME_NUMBER_FOR_MT_SMS, self.mme_number);
            number(group, AvpId::MSC_NUMBER, self.msc_number);
            number(group, AvpId::IP_SM_GW_NUMBER, self.ip_sm_gw_number);
            if let Some(name) = self.ip_sm_gw_name {
                group.avp_bytes(AvpId::IP_SM_GW_NAME, name);
            }
        });
    }
}

/// A name and its realm: one is of no use without the other.
pub(super) fn node<'a>(
    name: Slot<'a>,
    realm_id: AvpId,
    realm: Slot<'a>,
) -> Result<Option<Identity<'a>>, Invalid> {
    match name.name()? {
        Some(host) => Ok(Some(Identity { host, realm: realm.need_name(realm_id)? })),
        None => Ok(None),
    }
}

pub(super) fn number(group: &mut MessageWriter<'_, '_>, id: AvpId, digits: Option<Digits>) {
    if let Some(digits) = digits {
        group.tbcd(id, digits);
    }
}

const MEMBERS: [AvpId; 9] = [
    AvpId::MME_NAME,
    AvpId::MME_REALM,
    AvpId::MME_NUMBER_FOR_MT_SMS,
    AvpId::MSC_NUMBER,
    AvpId::SGSN_NAME,
    AvpId::SGSN_REALM,
    AvpId::SGSN_NUMBER,
    AvpId::IP_SM_GW_NUMBER,
    AvpId::IP_SM_GW_NAME,
];

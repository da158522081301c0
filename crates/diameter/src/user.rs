//! User-Identifier: the one whom a command is about (TS 29.336 6.4.2).

use core::fmt;

use octets::Digits;

use crate::dictionary::AvpId;
use crate::limits::NAME_OCTETS_MAX;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// A user by any of his names; on the wire there is at least one.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct UserIdentifier<'a> {
    /// User-Name: the IMSI, in digits.
    pub user_name: Option<&'a [u8]>,
    /// MSISDN.
    pub msisdn: Option<Digits>,
    /// External-Identifier, of a user who has no MSISDN.
    pub external: Option<&'a [u8]>,
}

impl fmt::Debug for UserIdentifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserIdentifier")
    }
}

impl<'a> UserIdentifier<'a> {
    /// A user who is known by his number.
    pub fn msisdn(number: Digits) -> Self {
        UserIdentifier { msisdn: Some(number), ..UserIdentifier::default() }
    }

    /// Reads the group.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let (mut user_name, mut msisdn, mut external) = (Slot::default(), Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                AvpId::USER_NAME => user_name.put(member)?,
                AvpId::MSISDN => msisdn.put(member)?,
                AvpId::EXTERNAL_IDENTIFIER => external.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        let user = UserIdentifier {
            user_name: user_name.name()?,
            msisdn: msisdn.digits()?,
            external: external.0.map(|avp| avp.bytes_within(NAME_OCTETS_MAX)).transpose()?,
        };
        if user == UserIdentifier::default() {
            return Err(Invalid::missing(AvpId::MSISDN));
        }
        Ok(user)
    }

    /// Writes the group.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::USER_IDENTIFIER, |group| {
            if let Some(user_name) = self.user_name {
                group.avp_bytes(AvpId::USER_NAME, user_name);
            }
            if let Some(msisdn) = self.msisdn {
                group.tbcd(AvpId::MSISDN, msisdn);
            }
            if let Some(external) = self.external {
                group.avp_bytes(AvpId::EXTERNAL_IDENTIFIER, external);
            }
        });
    }
}

//! User-Identity: the one whom a command is about (TS 29.329 6.3.1).

use core::fmt;

use octets::Digits;

use crate::dictionary::AvpId;
use crate::limits::NAME_OCTETS_MAX;
use crate::result::ResultCode;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// A user by exactly one of his names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UserIdentity<'a> {
    /// Public-Identity: a SIP or tel URI.
    PublicIdentity(&'a str),
    /// MSISDN.
    Msisdn(Digits),
    /// External-Identifier, of a user who has no MSISDN.
    External(&'a str),
}

impl fmt::Debug for UserIdentity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserIdentity")
    }
}

impl<'a> UserIdentity<'a> {
    /// Reads the group.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let (mut public, mut msisdn, mut external) = (Slot::default(), Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                AvpId::PUBLIC_IDENTITY => public.put(member)?,
                AvpId::MSISDN => msisdn.put(member)?,
                AvpId::EXTERNAL_IDENTIFIER => external.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        match (public.0, msisdn.0, external.0) {
            (Some(public), None, None) => text(&public).map(UserIdentity::PublicIdentity),
            (None, Some(msisdn), None) => msisdn.tbcd().map(UserIdentity::Msisdn),
            (None, None, Some(external)) => text(&external).map(UserIdentity::External),
            (None, None, None) => Err(Invalid::missing(AvpId::PUBLIC_IDENTITY)),
            // Two names may be two users, and the answer could be about either.
            _ => Err(avp.wrong(ResultCode::CONTRADICTING_AVPS)),
        }
    }

    /// Writes the group.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::USER_IDENTITY, |group| {
            match *self {
                UserIdentity::PublicIdentity(uri) => group.avp_bytes(AvpId::PUBLIC_IDENTITY, uri.as_bytes()),
                UserIdentity::Msisdn(number) => group.tbcd(AvpId::MSISDN, number),
                UserIdentity::External(name) => group.avp_bytes(AvpId::EXTERNAL_IDENTIFIER, name.as_bytes()),
            };
        });
    }
}

fn text<'a>(avp: &AvpView<'a>) -> Result<&'a str, Invalid> {
    avp.bytes_within(NAME_OCTETS_MAX)?;
    avp.utf8()
}

//! What of a user is asked for: Data-Reference and Identity-Set, each of which may come several times.
//!
//! Refuses: values past 63, of which no release has one.

use core::fmt;

use crate::dictionary::AvpId;
use crate::result::ResultCode;
use crate::wire::{AvpView, Invalid, MessageWriter};

/// Data-Reference (TS 29.328 7.6). Later releases may add values, so it stays a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataReference(pub u32);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl DataReference {
    pub const REPOSITORY_DATA: DataReference = DataReference(0);
    pub const IMS_PUBLIC_IDENTITY: DataReference = DataReference(10);
    pub const IMS_USER_STATE: DataReference = DataReference(11);
    pub const S_CSCF_NAME: DataReference = DataReference(12);
    pub const MSISDN: DataReference = DataReference(17);
    pub const SMS_REGISTRATION_INFO: DataReference = DataReference(24);
    pub const UE_REACHABILITY_FOR_IP: DataReference = DataReference(25);
    pub const IMSI: DataReference = DataReference(32);
}

/// Identity-Set: which public identities (TS 29.329 6.3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdentitySet(pub u32);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl IdentitySet {
    pub const ALL_IDENTITIES: IdentitySet = IdentitySet(0);
    pub const REGISTERED_IDENTITIES: IdentitySet = IdentitySet(1);
    pub const IMPLICIT_IDENTITIES: IdentitySet = IdentitySet(2);
    pub const ALIAS_IDENTITIES: IdentitySet = IdentitySet(3);
}

macro_rules! sets {
    ($($(#[$doc:meta])* $set:ident of $member:ident as $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq)]
        pub struct $set(u64);

        impl $set {
            /// Those of `members`. It panics past 63: only our own constants belong here.
            pub const fn of(members: &[$member]) -> Self {
                let (mut bits, mut at) = (0, 0);
                while at < members.len() {
                    assert!(members[at].0 < u64::BITS, "no release has such a value");
                    bits |= 1 << members[at].0;
                    at += 1;
                }
                $set(bits)
            }

            /// Is `member` among them?
            pub fn contains(self, member: $member) -> bool {
                self.iter().any(|one| one == member)
            }

            /// Is there none?
            pub fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Each of them, the lowest first.
            pub fn iter(self) -> impl Iterator<Item = $member> {
                (0..u64::BITS).filter(move |value| self.0 >> value & 1 == 1).map($member)
            }

            /// Takes the value of `avp` in; one that comes twice is there once.
            pub(super) fn put(&mut self, avp: &AvpView<'_>) -> Result<(), Invalid> {
                let value = avp.u32()?;
                let bit = 1_u64.checked_shl(value).ok_or(avp.wrong(ResultCode::INVALID_AVP_VALUE))?;
                self.0 |= bit;
                Ok(())
            }

            pub(super) fn write(self, message: &mut MessageWriter<'_, '_>) {
                for member in self.iter() {
                    message.avp_u32(AvpId::$id, member.0);
                }
            }
        }

        impl fmt::Debug for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.iter().map(|member| member.0)).finish()
            }
        }
    )*};
}

sets! {
    /// The Data-References of one request. Their order means nothing.
    DataReferences of DataReference as DATA_REFERENCE;
    /// The Identity-Sets of one request; none means all identities.
    IdentitySets of IdentitySet as IDENTITY_SET;
}

impl DataReferences {
    /// The set, of which a request must have at least one.
    pub(super) fn need(self) -> Result<Self, Invalid> {
        if self.is_empty() { Err(Invalid::missing(AvpId::DATA_REFERENCE)) } else { Ok(self) }
    }
}

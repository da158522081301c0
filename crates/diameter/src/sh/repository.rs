//! What names and counts the data that an HSS keeps for a service: Service-Indication, Sequence-Number.

use core::fmt;

use crate::dictionary::AvpId;
use crate::limits::{SERVICE_INDICATION_OCTETS_MAX, SERVICE_INDICATIONS_MAX};
use crate::result::ResultCode;
use crate::slot::Slot;
use crate::wire::{AvpView, Invalid, MessageWriter, refuse_unknown};

/// Sequence-Number of repository data: its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SequenceNumber(pub u16);

impl SequenceNumber {
    /// The number of data that were not there before.
    pub const NEW: SequenceNumber = SequenceNumber(0);

    /// The number that an update must carry when this is the one that the HSS has.
    ///
    /// TS 29.328 6.1.2.1: (n modulo 65535) + 1, so 0 is never reached again and always means new data.
    #[must_use]
    pub fn next(self) -> Self {
        SequenceNumber(self.0 % u16::MAX + 1)
    }

    fn read(avp: &AvpView<'_>) -> Result<Self, Invalid> {
        let value = u16::try_from(avp.u32()?).map_err(|_| avp.wrong(ResultCode::INVALID_AVP_VALUE))?;
        Ok(SequenceNumber(value))
    }
}

/// Repository-Data-ID: which data, and which version of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RepositoryDataId<'a> {
    /// Service-Indication.
    pub service_indication: &'a [u8],
    /// Sequence-Number.
    pub sequence_number: SequenceNumber,
}

impl fmt::Debug for RepositoryDataId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepositoryDataId({:?})", self.sequence_number)
    }
}

impl<'a> RepositoryDataId<'a> {
    /// Reads the group.
    pub fn read(avp: AvpView<'a>) -> Result<Self, Invalid> {
        let (mut service, mut sequence) = (Slot::default(), Slot::default());
        for member in avp.grouped()? {
            match member.id() {
                AvpId::SERVICE_INDICATION => service.put(member)?,
                AvpId::SEQUENCE_NUMBER => sequence.put(member)?,
                _ => refuse_unknown(&member)?,
            }
        }
        Ok(RepositoryDataId {
            service_indication: service
                .need(AvpId::SERVICE_INDICATION)?
                .bytes_within(SERVICE_INDICATION_OCTETS_MAX)?,
            sequence_number: SequenceNumber::read(&sequence.need(AvpId::SEQUENCE_NUMBER)?)?,
        })
    }

    /// Writes the group.
    pub fn write(&self, message: &mut MessageWriter<'_, '_>) {
        message.grouped(AvpId::REPOSITORY_DATA_ID, |group| {
            group
                .avp_bytes(AvpId::SERVICE_INDICATION, self.service_indication)
                .avp_u32(AvpId::SEQUENCE_NUMBER, self.sequence_number.0.into());
        });
    }
}

/// The Service-Indications of one request: whose repository data are asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ServiceIndications<'a>([Option<&'a [u8]>; SERVICE_INDICATIONS_MAX]);

impl fmt::Debug for ServiceIndications<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} services", self.iter().count())
    }
}

impl<'a> ServiceIndications<'a> {
    /// One service.
    pub fn one(service: &'a [u8]) -> Self {
        let mut services = ServiceIndications::default();
        services.0[0] = Some(service);
        services
    }

    /// Each of them, in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().flatten().copied()
    }

    /// Takes `avp` in.
    pub(super) fn put(&mut self, avp: &AvpView<'a>) -> Result<(), Invalid> {
        let service = avp.bytes_within(SERVICE_INDICATION_OCTETS_MAX)?;
        let free = self.0.iter_mut().find(|place| place.is_none());
        *free.ok_or(avp.wrong(ResultCode::AVP_OCCURS_TOO_MANY_TIMES))? = Some(service);
        Ok(())
    }

    pub(super) fn write(&self, message: &mut MessageWriter<'_, '_>) {
        for service in self.iter() {
            message.avp_bytes(AvpId::SERVICE_INDICATION, service);
        }
    }

    /// Repository data cannot be asked for without saying whose (TS 29.328 6.1.1, 6.1.3).
    pub(super) fn need_if(self, repository_data: bool) -> Result<Self, Invalid> {
        if repository_data && self.0[0].is_none() {
            return Err(Invalid::missing(AvpId::SERVICE_INDICATION));
        }
        Ok(self)
    }
}

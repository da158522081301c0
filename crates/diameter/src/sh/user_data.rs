//! User-Data: what does the HSS know of this user? (TS 29.329 6.1.1, 6.1.2)

use core::fmt;

use octets::Writer;

use super::{DataReference, DataReferences, Document, IdentitySets, ServiceIndications, UserIdentity};
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// UDR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UserData<'a> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// Who asks.
    pub origin: Identity<'a>,
    /// Who is asked.
    pub destination: Destination<'a>,
    /// The user.
    pub user_identity: UserIdentity<'a>,
    /// User-Name: his private identity or IMSI, when only one of several is meant.
    pub user_name: Option<&'a [u8]>,
    /// What is asked for.
    pub data_references: DataReferences,
    /// Whose repository data; demanded when they are asked for.
    pub service_indications: ServiceIndications<'a>,
    /// Which public identities.
    pub identity_sets: IdentitySets,
}

/// UDA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UserDataAnswer<D> {
    /// How it ended.
    pub outcome: Outcome,
    /// User-Data: the Sh-Data document.
    pub user_data: Option<D>,
}

impl<'a> UserData<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user, mut user_name) = (Slot::default(), Slot::default());
        let (mut references, mut sets) = (DataReferences::default(), IdentitySets::default());
        let mut services = ServiceIndications::default();
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_IDENTITY => user.put(avp)?,
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::DATA_REFERENCE => references.put(&avp)?,
                AvpId::SERVICE_INDICATION => services.put(&avp)?,
                AvpId::IDENTITY_SET => sets.put(&avp)?,
                _ => heading.put(avp)?,
            }
        }
        heading.need_application()?;
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(UserData {
            session_id,
            origin,
            destination,
            user_identity: UserIdentity::read(user.need(AvpId::USER_IDENTITY)?)?,
            user_name: user_name.name()?,
            data_references: references.need()?,
            service_indications: services.need_if(references.contains(DataReference::REPOSITORY_DATA))?,
            identity_sets: sets,
        })
    }

    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::USER_DATA, ApplicationId::SH, ids);
        self.user_identity.write(&mut message);
        self.service_indications.write(&mut message);
        self.data_references.write(&mut message);
        self.identity_sets.write(&mut message);
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        message.finish();
    }
}

impl<'a> UserDataAnswer<&'a [u8]> {
    /// Reads the answer. Only the outcome is demanded: a user may have nothing of what was asked for.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        let user_data = answer.find(AvpId::USER_DATA).map(|avp| avp.bytes());
        Ok(UserDataAnswer { outcome: Outcome::read(answer)?, user_data })
    }
}

impl<D: Document> UserDataAnswer<D> {
    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(document) = &self.user_data {
            message.avp_with(AvpId::USER_DATA, |out| document.put(out));
        }
        asked.finish(message);
    }
}

impl fmt::Debug for UserData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserData({:?}, {:?})", self.session_id, self.data_references)
    }
}

impl<D> fmt::Debug for UserDataAnswer<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserDataAnswer({:?})", self.outcome)
    }
}

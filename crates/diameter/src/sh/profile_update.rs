//! Profile-Update: the HSS keeps something for us, or learns where this user's short messages go
//! (TS 29.329 6.1.3, 6.1.4).

use core::fmt;

use octets::Writer;

use super::{DataReferences, Document, RepositoryDataId, UserIdentity};
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// PUR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ProfileUpdate<'a, D = &'a [u8]> {
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
    /// What is updated; more than one only towards an HSS with Update-Eff-Enhance.
    pub data_references: DataReferences,
    /// User-Data: the Sh-Data document with the new values.
    pub user_data: D,
}

/// PUA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfileUpdateAnswer<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// Repository-Data-ID: what the HSS has now.
    pub repository_data_id: Option<RepositoryDataId<'a>>,
    /// What was updated, or what could not be.
    pub data_references: DataReferences,
}

impl<'a> ProfileUpdate<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user, mut user_name, mut data) = (Slot::default(), Slot::default(), Slot::default());
        let mut references = DataReferences::default();
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_IDENTITY => user.put(avp)?,
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::DATA_REFERENCE => references.put(&avp)?,
                AvpId::USER_DATA => data.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        heading.need_application()?;
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(ProfileUpdate {
            session_id,
            origin,
            destination,
            user_identity: UserIdentity::read(user.need(AvpId::USER_IDENTITY)?)?,
            user_name: user_name.name()?,
            data_references: references.need()?,
            user_data: data.need(AvpId::USER_DATA)?.bytes(),
        })
    }
}

impl<D: Document> ProfileUpdate<'_, D> {
    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::PROFILE_UPDATE, ApplicationId::SH, ids);
        self.user_identity.write(&mut message);
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        self.data_references.write(&mut message);
        message.avp_with(AvpId::USER_DATA, |out| self.user_data.put(out));
        message.finish();
    }
}

impl<'a> ProfileUpdateAnswer<'a> {
    /// Reads the answer. Only the outcome is demanded: an error message has nothing else.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut references = DataReferences::default();
        for avp in answer.avps().filter(|avp| avp.id() == AvpId::DATA_REFERENCE) {
            references.put(&avp)?;
        }
        Ok(ProfileUpdateAnswer {
            outcome: Outcome::read(answer)?,
            repository_data_id: answer
                .find(AvpId::REPOSITORY_DATA_ID)
                .map(RepositoryDataId::read)
                .transpose()?,
            data_references: references,
        })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(id) = self.repository_data_id {
            id.write(&mut message);
        }
        self.data_references.write(&mut message);
        asked.finish(message);
    }
}

impl<D> fmt::Debug for ProfileUpdate<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileUpdate({:?}, {:?})", self.session_id, self.data_references)
    }
}

//! Push-Notification: what was watched has changed (TS 29.329 6.1.7, 6.1.8).

use core::fmt;

use octets::Writer;

use super::{Document, UserIdentity};
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::Outcome;
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::wire::{ApplicationId, Command, Ids, Invalid, MessageView};

/// PNR. Its Destination-Host is demanded: the one who subscribed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PushNotification<'a, D = &'a [u8]> {
    /// New for each request: no state is kept.
    pub session_id: SessionId<'a>,
    /// The HSS.
    pub origin: Identity<'a>,
    /// The one who subscribed.
    pub destination: Destination<'a>,
    /// The user.
    pub user_identity: UserIdentity<'a>,
    /// User-Name: his private identity or IMSI, if the subscription named it.
    pub user_name: Option<&'a [u8]>,
    /// User-Data: the Sh-Data document with what is new.
    pub user_data: D,
}

/// PNA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushNotificationAnswer {
    /// How it ended.
    pub outcome: Outcome,
}

impl<'a> PushNotification<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user, mut user_name, mut data) = (Slot::default(), Slot::default(), Slot::default());
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_IDENTITY => user.put(avp)?,
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::USER_DATA => data.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        heading.need_application()?;
        heading.need_destination_host()?;
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(PushNotification {
            session_id,
            origin,
            destination,
            user_identity: UserIdentity::read(user.need(AvpId::USER_IDENTITY)?)?,
            user_name: user_name.name()?,
            user_data: data.need(AvpId::USER_DATA)?.bytes(),
        })
    }
}

impl<D: Document> PushNotification<'_, D> {
    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::PUSH_NOTIFICATION, ApplicationId::SH, ids);
        self.user_identity.write(&mut message);
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        message.avp_with(AvpId::USER_DATA, |out| self.user_data.put(out));
        message.finish();
    }
}

impl PushNotificationAnswer {
    /// Reads the answer.
    pub fn parse(answer: &MessageView<'_>) -> Result<Self, Invalid> {
        Outcome::read(answer).map(|outcome| PushNotificationAnswer { outcome })
    }

    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let message = asked.start(out, origin, self.outcome);
        asked.finish(message);
    }
}

impl<D> fmt::Debug for PushNotification<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PushNotification({:?})", self.session_id)
    }
}

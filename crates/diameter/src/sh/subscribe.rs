//! Subscribe-Notifications: the HSS shall tell us when this changes (TS 29.329 6.1.5, 6.1.6).

use core::fmt;

use octets::Writer;

use super::{DataReference, DataReferences, Document, IdentitySets, ServiceIndications, UserIdentity};
use crate::answer::Asked;
use crate::dictionary::AvpId;
use crate::identity::{Destination, Identity, SessionId};
use crate::result::{Outcome, ResultCode};
use crate::slot::{Heading, HeadingSlots, Slot};
use crate::wire::{ApplicationId, AvpView, Command, Ids, Invalid, MessageView};

/// Subs-Req-Type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Tell us from now on.
    Subscribe,
    /// Do not tell us any more.
    Unsubscribe,
}

/// SNR.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SubscribeNotifications<'a> {
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
    /// Subs-Req-Type.
    pub subscription: Subscription,
    /// What is watched.
    pub data_references: DataReferences,
    /// Whose repository data; demanded when they are watched.
    pub service_indications: ServiceIndications<'a>,
    /// Which public identities.
    pub identity_sets: IdentitySets,
    /// Send-Data-Indication: the answer shall have the values of now.
    pub wants_data: bool,
    /// One-Time-Notification: the first time ends the subscription. Only for UE reachability for IP.
    pub once: bool,
    /// Expiry-Time, in NTP seconds: until when; the HSS decides when it is absent.
    pub expires_at_ntp_s: Option<u32>,
}

/// SNA.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SubscribeNotificationsAnswer<D> {
    /// How it ended.
    pub outcome: Outcome,
    /// User-Data: the Sh-Data document, if it was asked for.
    pub user_data: Option<D>,
    /// Expiry-Time, in NTP seconds: until when the HSS will tell; without end when it is absent.
    pub expires_at_ntp_s: Option<u32>,
}

impl<'a> SubscribeNotifications<'a> {
    /// Reads the request.
    pub fn parse(request: &MessageView<'a>) -> Result<Self, Invalid> {
        let mut heading = HeadingSlots::default();
        let (mut user, mut user_name, mut kind) = (Slot::default(), Slot::default(), Slot::default());
        let (mut send_data, mut once, mut expiry) = (Slot::default(), Slot::default(), Slot::default());
        let (mut references, mut sets) = (DataReferences::default(), IdentitySets::default());
        let mut services = ServiceIndications::default();
        for avp in request.avps() {
            match avp.id() {
                AvpId::USER_IDENTITY => user.put(avp)?,
                AvpId::USER_NAME => user_name.put(avp)?,
                AvpId::SUBS_REQ_TYPE => kind.put(avp)?,
                AvpId::DATA_REFERENCE => references.put(&avp)?,
                AvpId::SERVICE_INDICATION => services.put(&avp)?,
                AvpId::IDENTITY_SET => sets.put(&avp)?,
                AvpId::SEND_DATA_INDICATION => send_data.put(avp)?,
                AvpId::ONE_TIME_NOTIFICATION => once.put(avp)?,
                AvpId::EXPIRY_TIME => expiry.put(avp)?,
                _ => heading.put(avp)?,
            }
        }
        heading.need_application()?;
        let Heading { session_id, origin, destination } = heading.read()?;
        Ok(SubscribeNotifications {
            session_id,
            origin,
            destination,
            user_identity: UserIdentity::read(user.need(AvpId::USER_IDENTITY)?)?,
            user_name: user_name.name()?,
            subscription: match up_to(1, &kind.need(AvpId::SUBS_REQ_TYPE)?)? {
                0 => Subscription::Subscribe,
                _ => Subscription::Unsubscribe,
            },
            data_references: references.need()?,
            service_indications: services.need_if(references.contains(DataReference::REPOSITORY_DATA))?,
            identity_sets: sets,
            wants_data: send_data.0.map(|avp| up_to(1, &avp)).transpose()? == Some(1),
            once: once.0.map(|avp| up_to(0, &avp)).transpose()?.is_some(),
            expires_at_ntp_s: expiry.u32()?,
        })
    }

    /// Writes the request.
    pub fn write(&self, out: &mut Writer<'_>, ids: Ids) {
        let heading =
            Heading { session_id: self.session_id, origin: self.origin, destination: self.destination };
        let mut message = heading.start(out, Command::SUBSCRIBE_NOTIFICATIONS, ApplicationId::SH, ids);
        self.user_identity.write(&mut message);
        self.service_indications.write(&mut message);
        if self.wants_data {
            message.avp_u32(AvpId::SEND_DATA_INDICATION, 1);
        }
        message.avp_u32(AvpId::SUBS_REQ_TYPE, u32::from(self.subscription == Subscription::Unsubscribe));
        self.data_references.write(&mut message);
        self.identity_sets.write(&mut message);
        if let Some(expiry) = self.expires_at_ntp_s {
            message.avp_u32(AvpId::EXPIRY_TIME, expiry);
        }
        if self.once {
            message.avp_u32(AvpId::ONE_TIME_NOTIFICATION, 0);
        }
        if let Some(user_name) = self.user_name {
            message.avp_bytes(AvpId::USER_NAME, user_name);
        }
        message.finish();
    }
}

impl<'a> SubscribeNotificationsAnswer<&'a [u8]> {
    /// Reads the answer. Only the outcome is demanded: an error message has nothing else.
    pub fn parse(answer: &MessageView<'a>) -> Result<Self, Invalid> {
        Ok(SubscribeNotificationsAnswer {
            outcome: Outcome::read(answer)?,
            user_data: answer.find(AvpId::USER_DATA).map(|avp| avp.bytes()),
            expires_at_ntp_s: answer.find(AvpId::EXPIRY_TIME).map(|avp| avp.u32()).transpose()?,
        })
    }
}

impl<D: Document> SubscribeNotificationsAnswer<D> {
    /// Writes the answer.
    pub fn write<'q>(&self, out: &mut Writer<'_>, request: impl Into<Asked<'q>>, origin: Identity<'_>) {
        let asked = request.into();
        let mut message = asked.start(out, origin, self.outcome);
        if let Some(document) = &self.user_data {
            message.avp_with(AvpId::USER_DATA, |out| document.put(out));
        }
        if let Some(expiry) = self.expires_at_ntp_s {
            message.avp_u32(AvpId::EXPIRY_TIME, expiry);
        }
        asked.finish(message);
    }
}

impl fmt::Debug for SubscribeNotifications<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (session_id, subscription, references) =
            (self.session_id, self.subscription, self.data_references);
        write!(f, "SubscribeNotifications({session_id:?}, {subscription:?}, {references:?})")
    }
}

impl<D> fmt::Debug for SubscribeNotificationsAnswer<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubscribeNotificationsAnswer({:?})", self.outcome)
    }
}

/// An Enumerated whose values are 0 to `last`.
fn up_to(last: u32, avp: &AvpView<'_>) -> Result<u32, Invalid> {
    let value = avp.u32()?;
    if value > last { Err(avp.wrong(ResultCode::INVALID_AVP_VALUE)) } else { Ok(value) }
}

//! Sh: what the HSS knows of a user, what it keeps for us, and how it tells of changes (TS 29.328, TS 29.329).
//!
//! Rate: a handful for each registration, none for a message; so what is read from a document is owned.
//!
//! Refuses: to decide who may chat; to follow an XML document into a DTD, an entity, or past its limits.
//! In: `MessageView`, and the octets of User-Data. Out: borrowed commands and `ShData`, or `Invalid` and
//! `Unreadable` for the refusal; messages and documents in a lent buffer.

mod chat_interworking;
mod data_reference;
mod profile_update;
mod push;
mod repository;
mod service_data;
mod sh_data;
mod subscribe;
mod unreadable;
mod user_data;
mod user_identity;
mod xml;

use octets::Writer;

pub use chat_interworking::{ChatInterworking, Language, Preference};
pub use data_reference::{DataReference, DataReferences, IdentitySet, IdentitySets};
pub use profile_update::{ProfileUpdate, ProfileUpdateAnswer};
pub use push::{PushNotification, PushNotificationAnswer};
pub use repository::{RepositoryDataId, SequenceNumber, ServiceIndications};
pub use service_data::ServiceData;
pub use sh_data::{ImsUserState, Reachability, RepositoryData, ShData, SmsRegistration};
pub use subscribe::{SubscribeNotifications, SubscribeNotificationsAnswer, Subscription};
pub use unreadable::Unreadable;
pub use user_data::{UserData, UserDataAnswer};
pub use user_identity::UserIdentity;

/// What fills User-Data: octets that are there already, or a document that is written in place.
pub trait Document {
    /// Writes the document.
    fn put(&self, out: &mut Writer<'_>);
}

impl Document for &[u8] {
    fn put(&self, out: &mut Writer<'_>) {
        out.put(self);
    }
}

impl Document for &ShData {
    fn put(&self, out: &mut Writer<'_>) {
        self.write(out);
    }
}

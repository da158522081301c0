//! A gateway and an HSS on Sh, and how they write.

use diameter::sh::{
    ChatInterworking, DataReference, DataReferences, IdentitySet, IdentitySets, ImsUserState, Language,
    Preference, ProfileUpdate, ProfileUpdateAnswer, PushNotification, PushNotificationAnswer, Reachability,
    RepositoryData, RepositoryDataId, SequenceNumber, ServiceData, ServiceIndications, ShData,
    SmsRegistration, SubscribeNotifications, SubscribeNotificationsAnswer, Subscription, UserData,
    UserDataAnswer, UserIdentity,
};
use diameter::{Destination, Identity, Outcome, SessionId};

use crate::stage::{GATEWAY, IDS, TO_GATEWAY, digits, view, written};

pub const HSS: Identity<'static> = Identity { host: b"hss.ims.example", realm: b"ims.example" };
pub const TO_HSS: Destination<'static> = Destination { host: Some(HSS.host), realm: HSS.realm };
pub const ALICE: &str = "sip:alice@ims.example";

/// The smallest document of a registration, for tests that bend every octet of it.
pub const REGISTRATION: &[u8] = b"<Sh-Data><Sh-IMS-Data><SMSRegistrationInfo><IP-SM-GW-Number>447700900014\
</IP-SM-GW-Number></SMSRegistrationInfo></Sh-IMS-Data></Sh-Data>";

pub fn settings() -> ChatInterworking {
    ChatInterworking {
        is_authorised: true,
        auto_accept: Some(false),
        may_hide: Some(true),
        language: Some(Language::new("de-AT").expect("a tag")),
        preferred: Some(Preference::Chat),
    }
}

/// Everything that a document may say of Alice.
pub fn alice() -> ShData {
    ShData {
        public_identities: vec![ALICE.into(), "tel:+447700900123".into()],
        msisdns: vec![digits("447700900123"), digits("447700900124")],
        imsi: Some(digits("001010000000042")),
        s_cscf_name: Some("sip:scscf.ims.example:6060".into()),
        ims_user_state: Some(ImsUserState::REGISTERED),
        sms_registration: Some(SmsRegistration {
            ip_sm_gw_number: Some(digits("447700900014")),
            ip_sm_gw_name: Some("gw.ims.example".into()),
            ip_sm_gw_realm: Some("ims.example".into()),
            sc_address: Some(digits("447700900005")),
        }),
        reachability: Some(Reachability { mme: true, sgsn: false, amf: true }),
        repository_data: vec![RepositoryData {
            service_indication: ChatInterworking::SERVICE_INDICATION.into(),
            sequence_number: SequenceNumber(7),
            service_data: Some(ServiceData::from(&settings())),
        }],
    }
}

pub fn user_data() -> UserData<'static> {
    UserData {
        session_id: SessionId::new(GATEWAY.host, 7, 4711),
        origin: GATEWAY,
        destination: TO_HSS,
        user_identity: UserIdentity::Msisdn(digits("447700900123")),
        user_name: Some(b"001010000000042"),
        data_references: DataReferences::of(&[
            DataReference::IMSI,
            DataReference::REPOSITORY_DATA,
            DataReference::MSISDN,
        ]),
        service_indications: ServiceIndications::one(b"ChatInterworking"),
        identity_sets: IdentitySets::of(&[IdentitySet::IMPLICIT_IDENTITIES]),
    }
}

pub fn profile_update() -> ProfileUpdate<'static> {
    ProfileUpdate {
        session_id: SessionId::new(GATEWAY.host, 7, 4712),
        origin: GATEWAY,
        destination: TO_HSS,
        user_identity: UserIdentity::PublicIdentity(ALICE),
        user_name: Some(b"001010000000042"),
        data_references: DataReferences::of(&[DataReference::SMS_REGISTRATION_INFO]),
        user_data: REGISTRATION,
    }
}

pub fn subscribe() -> SubscribeNotifications<'static> {
    SubscribeNotifications {
        session_id: SessionId::new(GATEWAY.host, 7, 4713),
        origin: GATEWAY,
        destination: Destination { host: None, realm: HSS.realm },
        user_identity: UserIdentity::External("meter@example"),
        user_name: Some(b"001010000000042"),
        subscription: Subscription::Subscribe,
        data_references: DataReferences::of(&[DataReference::UE_REACHABILITY_FOR_IP]),
        service_indications: ServiceIndications::default(),
        identity_sets: IdentitySets::default(),
        wants_data: true,
        once: true,
        expires_at_ntp_s: Some(0xEE00_0000),
    }
}

pub fn push() -> PushNotification<'static> {
    PushNotification {
        session_id: SessionId::Text(b"hss.ims.example;1;2;x"),
        origin: HSS,
        destination: TO_GATEWAY,
        user_identity: UserIdentity::PublicIdentity(ALICE),
        user_name: Some(b"001010000000042"),
        user_data: REGISTRATION,
    }
}

/// UDR, PUR, SNR, PNR.
pub fn every_request() -> [Vec<u8>; 4] {
    [
        written(|out| user_data().write(out, IDS)),
        written(|out| profile_update().write(out, IDS)),
        written(|out| subscribe().write(out, IDS)),
        written(|out| push().write(out, IDS)),
    ]
}

pub fn user_data_answer() -> UserDataAnswer<&'static [u8]> {
    UserDataAnswer { outcome: Outcome::Success, user_data: Some(REGISTRATION) }
}

pub fn profile_update_answer() -> ProfileUpdateAnswer<'static> {
    ProfileUpdateAnswer {
        outcome: Outcome::Success,
        repository_data_id: Some(RepositoryDataId {
            service_indication: b"ChatInterworking",
            sequence_number: SequenceNumber(8),
        }),
        data_references: DataReferences::of(&[DataReference::REPOSITORY_DATA]),
    }
}

pub fn subscribe_answer() -> SubscribeNotificationsAnswer<&'static [u8]> {
    SubscribeNotificationsAnswer {
        outcome: Outcome::Success,
        user_data: Some(REGISTRATION),
        expires_at_ntp_s: Some(0xEE00_0000),
    }
}

/// UDA, PUA, SNA, PNA.
pub fn every_answer() -> [Vec<u8>; 4] {
    let [udr, pur, snr, pnr] = every_request();
    let pna = PushNotificationAnswer { outcome: Outcome::Success };
    [
        written(|out| user_data_answer().write(out, &view(&udr), HSS)),
        written(|out| profile_update_answer().write(out, &view(&pur), HSS)),
        written(|out| subscribe_answer().write(out, &view(&snr), HSS)),
        written(|out| pna.write(out, &view(&pnr), GATEWAY)),
    ]
}

//! The HSS, asked about chat users (Sh): what it says, and what it has heard.

use diameter::sh::{
    ProfileUpdate, ProfileUpdateAnswer, PushNotification, ShData, SubscribeNotifications,
    SubscribeNotificationsAnswer, Subscription, UserData, UserDataAnswer, UserIdentity,
};
use diameter::{Destination, Identity, Ids, MessageView, Outcome, Procedure, SessionId};

use super::sms_side::{text_of, written};

/// The HSS.
pub struct Hss {
    /// What it says about everybody; silence while there is nothing.
    pub says: Option<Answer>,
    /// What it was asked, in order.
    pub heard: Vec<String>,
    /// Does it think for a long time?
    pub keeps: bool,
    /// What it will say then, and to which shard.
    pub late: Vec<(usize, Vec<u8>)>,
}

/// What a UDR hears.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// This document.
    Document(String),
    /// No document: he has nothing of what was asked for.
    Nothing,
    /// An Experimental-Result of TS 29.329.
    Refused(u32),
}

impl Hss {
    pub fn new() -> Self {
        Hss { says: Some(Answer::Nothing), heard: Vec::new(), keeps: false, late: Vec::new() }
    }

    /// A request over Sh; what is answered.
    pub fn hear(&mut self, procedure: Procedure, message: &MessageView<'_>, me: Identity<'_>) -> Vec<u8> {
        let (what, user) = match procedure {
            Procedure::UserData => {
                let asked = UserData::parse(message).expect("a UDR");
                let references: Vec<u32> = asked.data_references.iter().map(|one| one.0).collect();
                (format!("UDR {references:?}"), asked.user_identity)
            }
            Procedure::SubscribeNotifications => {
                let asked = SubscribeNotifications::parse(message).expect("an SNR");
                let word = if asked.subscription == Subscription::Subscribe { "on" } else { "off" };
                (format!("SNR {word}"), asked.user_identity)
            }
            Procedure::ProfileUpdate => {
                let asked = ProfileUpdate::parse(message).expect("a PUR");
                let data = ShData::read(asked.user_data).expect("a document");
                let registration = data.sms_registration.expect("where short messages go");
                let number = registration.ip_sm_gw_number.map_or("nowhere".to_string(), text_of);
                (format!("PUR {number}"), asked.user_identity)
            }
            other => panic!("nobody asks an HSS this: {other:?}"),
        };
        self.heard.push(format!("{what} for {}", name_of(user)));
        let Some(says) = &self.says else { return Vec::new() };
        written(|out| match (procedure, says) {
            (Procedure::UserData, Answer::Document(xml)) => {
                let answer = UserDataAnswer { outcome: Outcome::Success, user_data: Some(xml.as_bytes()) };
                answer.write(out, message, me);
            }
            (Procedure::UserData, Answer::Nothing) => {
                UserDataAnswer::<&[u8]> { outcome: Outcome::Success, user_data: None }
                    .write(out, message, me);
            }
            (Procedure::UserData, Answer::Refused(code)) => {
                let outcome = diameter::Experimental(*code).into();
                UserDataAnswer::<&[u8]> { outcome, user_data: None }.write(out, message, me);
            }
            (Procedure::SubscribeNotifications, _) => {
                let outcome = Outcome::Success;
                SubscribeNotificationsAnswer::<&[u8]> { outcome, user_data: None, expires_at_ntp_s: None }
                    .write(out, message, me);
            }
            (_, _) => ProfileUpdateAnswer {
                outcome: Outcome::Success,
                repository_data_id: None,
                data_references: Default::default(),
            }
            .write(out, message, me),
        })
    }

    /// A PNR about a user: this document is new.
    pub fn notify(
        &self,
        number: octets::Digits,
        document: &str,
        ids: Ids,
        me: Identity<'_>,
        host: &[u8],
    ) -> Vec<u8> {
        let notification = PushNotification {
            session_id: SessionId::new(me.host, 9, ids.hop_by_hop.0),
            origin: me,
            destination: Destination { host: Some(host), realm: me.realm },
            user_identity: UserIdentity::Msisdn(number),
            user_name: None,
            user_data: document.as_bytes(),
        };
        written(|out| notification.write(out, ids))
    }
}

fn name_of(user: UserIdentity<'_>) -> String {
    match user {
        UserIdentity::Msisdn(number) => text_of(number),
        UserIdentity::PublicIdentity(uri) | UserIdentity::External(uri) => uri.to_string(),
    }
}

/// The document of somebody with these settings of ours, and this service centre.
pub fn document(settings: &str, service_centre: Option<&str>) -> String {
    let centre = service_centre.map_or(String::new(), |number| {
        format!(
            "<Sh-IMS-Data><Extension><Extension><Extension><SMSRegistrationInfo><IP-SM-GW-Number>447700900006</IP-SM-GW-Number>\
             <Extension><SC-Address>{number}</SC-Address></Extension></SMSRegistrationInfo></Extension></Extension>\
             </Extension></Sh-IMS-Data>"
        )
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data><PublicIdentifiers>\
         <IMSPublicIdentity>sip:alice@ims.example</IMSPublicIdentity><MSISDN>491511234567</MSISDN></PublicIdentifiers>\
         <RepositoryData><ServiceIndication>ChatInterworking</ServiceIndication><SequenceNumber>1</SequenceNumber>\
         <ServiceData><ChatInterworking>{settings}</ChatInterworking></ServiceData></RepositoryData>{centre}</Sh-Data>"
    )
}

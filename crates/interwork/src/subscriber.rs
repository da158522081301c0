//! What is known of a chat user: from the HSS at registration, or from the operator's file (TS 23.204 6.1).

use diameter::sh::{ChatInterworking, ShData, Unreadable};
use octets::Digits;

use crate::{LanguageTag, Msisdn, PeerId};

/// Who somebody is, as far as data about him must be found again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Identity {
    /// Somebody with a number.
    Number(Msisdn),
    /// Somebody with a name only.
    Name(PeerId),
}

/// What is known of a chat user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subscriber {
    /// His number, where he is remembered by name: data about him are found by it.
    pub number: Option<Msisdn>,
    /// May he use the interworking at all?
    pub is_authorised: bool,
    /// The service centre of his short messages; the operator's otherwise.
    pub service_centre: Option<Digits>,
    /// Are his invitations accepted without asking the SMS user first? The operator's policy otherwise.
    pub auto_accept: Option<bool>,
    /// May he hide? The operator's policy otherwise.
    pub may_hide: Option<bool>,
    /// The language of texts that are written for him.
    pub language: Option<LanguageTag>,
}

impl Subscriber {
    /// Somebody of whom nothing is known but that everybody may.
    pub const ANYBODY: Subscriber = Subscriber {
        number: None,
        is_authorised: true,
        service_centre: None,
        auto_accept: None,
        may_hide: None,
        language: None,
    };

    /// What an HSS says of somebody. With no settings of ours he may where anyone may.
    pub fn of(data: &ShData, access: Access) -> Result<Subscriber, Unreadable> {
        let service_data = data
            .repository_of(ChatInterworking::SERVICE_INDICATION)
            .and_then(|repository| repository.service_data.as_ref());
        let settings = match service_data {
            Some(service_data) => service_data.chat_interworking()?,
            None => None,
        };
        Ok(Subscriber {
            number: None,
            is_authorised: settings
                .as_ref()
                .map_or(access == Access::Anyone, |settings| settings.is_authorised),
            service_centre: data.sms_registration.as_ref().and_then(|registration| registration.sc_address),
            auto_accept: settings.as_ref().and_then(|settings| settings.auto_accept),
            may_hide: settings.as_ref().and_then(|settings| settings.may_hide),
            language: settings
                .as_ref()
                .and_then(|settings| settings.language.as_ref())
                .and_then(|language| LanguageTag::of(language.tag())),
        })
    }
}

/// Who may use the interworking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everybody whom the S-CSCF sends: its filter criteria are the authorisation.
    Anyone,
    /// Those of whom data is known, and whose data says yes.
    Subscribers,
}

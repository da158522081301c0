//! The UE's own REGISTER and its 200, carried inside the third-party one (TS 29.228 B.2.2: IncludeRegisterRequest,
//! IncludeRegisterResponse).

use super::contact_expires_s;
use crate::wire::{HeaderName, Index, MessageView, Method, Params, ServiceKind, Services, features, is_set};

/// What the devices of a user said they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct UeFeatures {
    /// `+g.3gpp.smsip`: takes short messages over IP (TS 24.341 7.4).
    pub sms_over_ip: bool,
    /// `+g.oma.sip-im`: OMA IM chat.
    pub sip_im: bool,
    /// The services of its ICSI and IARI lists; OMA IM counts as chat.
    pub services: Services,
}

impl UeFeatures {
    /// What either can do.
    pub fn union(self, other: UeFeatures) -> UeFeatures {
        UeFeatures {
            sms_over_ip: self.sms_over_ip || other.sms_over_ip,
            sip_im: self.sip_im || other.sip_im,
            services: self.services.union(other.services),
        }
    }

    /// Can a chat be offered to any of the devices?
    pub fn can_chat(self) -> bool {
        self.services.contains(ServiceKind::Chat)
    }

    /// What the parameters of one Contact say.
    pub fn of_contact(params: Params<'_>) -> UeFeatures {
        let has = |name: &[u8]| params.value(name).is_some_and(is_set);
        UeFeatures {
            sms_over_ip: has(b"+g.3gpp.smsip"),
            sip_im: has(b"+g.oma.sip-im"),
            services: Services::of_features(params),
        }
    }

    /// What the contacts of an embedded REGISTER, or of the 2xx to it, say together. The 2xx also lists the user's other
    /// devices. Contacts that are being removed can do nothing any more.
    ///
    /// `None` for anything else, also for octets that are no message: they are a copy of what somebody else has
    /// accepted already.
    // TS 24.341 5.3.3 item 3
    pub(super) fn of_message(octets: &[u8]) -> Option<UeFeatures> {
        let index = Index::parse(octets).ok()?;
        let message = MessageView::new(octets, &index);
        let is_accepted = message.status().is_none_or(|status| status.is_success());
        if message.method() != Method::Register || !is_accepted {
            return None;
        }
        let header = message.header(HeaderName::Expires);
        // `*` has no parameters, so it adds nothing.
        let staying =
            message.elements(HeaderName::Contact).filter(|contact| contact_expires_s(contact, header) > 0);
        let each = staying.filter_map(features).map(UeFeatures::of_contact);
        Some(each.fold(UeFeatures::default(), UeFeatures::union))
    }
}

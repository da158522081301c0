//! Vendor-Specific-Application-Id and Auth-Session-State: what every 3GPP command says of itself.

use crate::dictionary::{AvpId, VENDOR_3GPP};
use crate::wire::{ApplicationId, AvpView, Invalid, MessageWriter};

/// Auth-Session-State NO_STATE_MAINTAINED: nobody will ever end this session with an STR.
pub const NO_STATE_MAINTAINED: u32 = 1;

/// Writes Vendor-Specific-Application-Id with 3GPP as the vendor.
pub fn write(message: &mut MessageWriter<'_, '_>, application: ApplicationId) {
    message.grouped(AvpId::VENDOR_SPECIFIC_APPLICATION_ID, |group| {
        group.avp_u32(AvpId::VENDOR_ID, VENDOR_3GPP).avp_u32(AvpId::AUTH_APPLICATION_ID, application.0);
    });
}

/// The authentication application that the group names; one for accounting only names none.
pub fn read(avp: &AvpView<'_>) -> Result<Option<ApplicationId>, Invalid> {
    let application = avp.grouped()?.find(AvpId::AUTH_APPLICATION_ID);
    application.map(|avp| avp.u32().map(ApplicationId)).transpose()
}

/// Is this one of the applications whose commands carry both?
pub(crate) fn is_stateless(application: ApplicationId) -> bool {
    matches!(application, ApplicationId::S6C | ApplicationId::SGD | ApplicationId::SH)
}

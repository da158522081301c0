//! From what we want to say to a document in the order and the nesting of the schema.

use octets::Writer;

use super::super::xml::Elements;
use super::{Reachability, RepositoryData, ShData, SmsRegistration};

impl ShData {
    /// Writes the document. A character that XML cannot carry spoils `out`, as if it had not fitted.
    pub fn write(&self, out: &mut Writer<'_>) {
        let mut document = Elements::new(out);
        document.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        document.element("Sh-Data", |inside| {
            self.write_identifiers(inside);
            for one in &self.repository_data {
                write_repository(inside, one);
            }
            self.write_ims_data(inside);
            if let Some(imsi) = self.imsi {
                inside.extension(IMSI_DEPTH, |inside| inside.digits("IMSI", imsi));
            }
        });
    }

    fn write_identifiers(&self, document: &mut Elements<'_, '_>) {
        if self.public_identities.is_empty() && self.msisdns.is_empty() {
            return;
        }
        document.element("PublicIdentifiers", |inside| {
            for identity in &self.public_identities {
                inside.text("IMSPublicIdentity", identity);
            }
            for number in &self.msisdns {
                inside.digits("MSISDN", *number);
            }
        });
    }

    fn write_ims_data(&self, document: &mut Elements<'_, '_>) {
        let has_extension = self.reachability.is_some() || self.sms_registration.is_some();
        if self.s_cscf_name.is_none() && self.ims_user_state.is_none() && !has_extension {
            return;
        }
        document.element("Sh-IMS-Data", |inside| {
            if let Some(name) = &self.s_cscf_name {
                inside.text("SCSCFName", name);
            }
            if let Some(state) = self.ims_user_state {
                inside.number("IMSUserState", state.0);
            }
            if has_extension {
                inside.extension(SMS_DEPTH, |inside| {
                    if let Some(reachability) = self.reachability {
                        write_reachability(inside, reachability);
                    }
                    if let Some(registration) = &self.sms_registration {
                        write_registration(inside, registration);
                    }
                });
            }
        });
    }
}

fn write_repository(document: &mut Elements<'_, '_>, one: &RepositoryData) {
    document.element("RepositoryData", |inside| {
        inside.text("ServiceIndication", &one.service_indication);
        inside.number("SequenceNumber", one.sequence_number.0);
        if let Some(data) = &one.service_data {
            inside.element("ServiceData", |inside| inside.raw(data.as_xml()));
        }
    });
}

fn write_reachability(document: &mut Elements<'_, '_>, reachability: Reachability) {
    document.element("UEReachabilityForIP", |inside| {
        if reachability.mme {
            inside.number("UEIPReachabilityMME", 0);
        }
        if reachability.sgsn {
            inside.number("UEIPReachabilitySGSN", 0);
        }
        if reachability.amf {
            inside.extension(1, |inside| inside.number("UEIPReachabilityAMF3GPP", 0));
        }
    });
}

fn write_registration(document: &mut Elements<'_, '_>, registration: &SmsRegistration) {
    let SmsRegistration { ip_sm_gw_number, ip_sm_gw_name, ip_sm_gw_realm, sc_address } = registration;
    document.element("SMSRegistrationInfo", |inside| {
        if let Some(number) = *ip_sm_gw_number {
            inside.digits("IP-SM-GW-Number", number);
        }
        if sc_address.is_none() && ip_sm_gw_name.is_none() && ip_sm_gw_realm.is_none() {
            return;
        }
        inside.extension(1, |inside| {
            if let Some(address) = *sc_address {
                inside.digits("SC-Address", address);
            }
            if let Some(name) = ip_sm_gw_name {
                inside.text("IP-SM-GW-Name", name);
            }
            if let Some(realm) = ip_sm_gw_realm {
                inside.text("IP-SM-GW-Realm", realm);
            }
        });
    });
}

/// UEReachabilityForIP and SMSRegistrationInfo stand in tSh-IMS-Data-Extension3.
const SMS_DEPTH: usize = 3;

/// IMSI stands in tSh-Data-Extension5.
const IMSI_DEPTH: usize = 5;

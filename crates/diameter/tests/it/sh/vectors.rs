//! Octets and documents that were written elsewhere.

use diameter::sh::{ShData, SmsRegistration, UserData};
use diameter::{AvpId, ResultCode, dictionary};

use super::stage::{alice, user_data};
use crate::stage::{IDS, digits, written};

fn hex(text: &str) -> Vec<u8> {
    let clean: String = text.split_whitespace().collect();
    let nibble = |at| u8::from_str_radix(&clean[at..at + 2], 16).expect("hex of the test");
    (0..clean.len()).step_by(2).map(nibble).collect()
}

#[test]
fn a_whole_udr_is_what_the_standard_draws() {
    let message = written(|out| UserData { user_name: None, ..user_data() }.write(out, IDS));
    // Header; Session-Id; VSAI of Sh; Auth-Session-State; origin; destination; User-Identity with MSISDN;
    // Service-Indication; Data-References 0, 17, 32; Identity-Set IMPLICIT_IDENTITIES without the M bit.
    let expected = hex("01 000134 C0 000132 01000001 01020304 A0B0C0D0
         00000107 40 00001D 67772E696D732E6578616D706C653B373B34373131 000000
         00000104 40 000020 0000010A 40 00000C 000028AF 00000102 40 00000C 01000001
         00000115 40 00000C 00000001
         00000108 40 000016 67772E696D732E6578616D706C65 0000
         00000128 40 000013 696D732E6578616D706C65 00
         00000125 40 000017 6873732E696D732E6578616D706C65 00
         0000011B 40 000013 696D732E6578616D706C65 00
         000002BC C0 000020 000028AF 000002BD C0 000012 000028AF 447700091032 0000
         000002C0 C0 00001C 000028AF 43686174496E746572776F726B696E67
         000002BF C0 000010 000028AF 00000000
         000002BF C0 000010 000028AF 00000011
         000002BF C0 000010 000028AF 00000020
         000002C4 80 000010 000028AF 00000002");
    assert_eq!(message, expected);
}

#[test]
fn a_registration_is_where_the_schema_has_it() {
    let registration =
        SmsRegistration { ip_sm_gw_number: Some(digits("447700900014")), ..SmsRegistration::default() };
    let data = ShData { sms_registration: Some(registration), ..ShData::default() };
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data><Sh-IMS-Data>\
        <Extension><Extension><Extension>\
        <SMSRegistrationInfo><IP-SM-GW-Number>447700900014</IP-SM-GW-Number></SMSRegistrationInfo>\
        </Extension></Extension></Extension></Sh-IMS-Data></Sh-Data>";
    assert_eq!(written(|out| data.write(out)), expected.as_bytes());
    let gone = ShData { sms_registration: Some(SmsRegistration::default()), ..ShData::default() };
    let expected = expected.replace("<IP-SM-GW-Number>447700900014</IP-SM-GW-Number>", "");
    assert_eq!(written(|out| gone.write(out)), expected.as_bytes(), "without a number it de-registers");
}

#[test]
fn everything_of_a_user_stands_in_the_order_of_the_schema() {
    let text = String::from_utf8(written(|out| alice().write(out))).expect("UTF-8");
    let order = [
        "<Sh-Data><PublicIdentifiers><IMSPublicIdentity>sip:alice@ims.example<",
        "</IMSPublicIdentity><MSISDN>447700900123</MSISDN><MSISDN>",
        "</PublicIdentifiers><RepositoryData><ServiceIndication>ChatInterworking</ServiceIndication>\
         <SequenceNumber>7</SequenceNumber><ServiceData><ChatInterworking>",
        "</ServiceData></RepositoryData><Sh-IMS-Data><SCSCFName>sip:scscf.ims.example:6060</SCSCFName>\
         <IMSUserState>1</IMSUserState><Extension><Extension><Extension><UEReachabilityForIP>\
         <UEIPReachabilityMME>0<",
        "</UEReachabilityForIP><SMSRegistrationInfo><IP-SM-GW-Number>447700900014<",
        "</Sh-IMS-Data><Extension><Extension><Extension><Extension><Extension><IMSI>001010000000042<",
        "</Sh-Data>",
    ];
    let mut rest = text.as_str();
    for piece in order {
        let at = rest.find(piece).unwrap_or_else(|| panic!("{piece} is not in {rest}"));
        rest = &rest[at + piece.len()..];
    }
}

#[test]
fn the_avps_of_sh_have_their_codes_and_m_bits() {
    let mandatory = [
        (601, AvpId::PUBLIC_IDENTITY),
        (700, AvpId::USER_IDENTITY),
        (702, AvpId::USER_DATA),
        (703, AvpId::DATA_REFERENCE),
        (704, AvpId::SERVICE_INDICATION),
        (705, AvpId::SUBS_REQ_TYPE),
    ];
    let optional = [
        (708, AvpId::IDENTITY_SET),
        (709, AvpId::EXPIRY_TIME),
        (710, AvpId::SEND_DATA_INDICATION),
        (712, AvpId::ONE_TIME_NOTIFICATION),
        (715, AvpId::REPOSITORY_DATA_ID),
        (716, AvpId::SEQUENCE_NUMBER),
    ];
    let lines = mandatory.map(|line| (line, true)).into_iter().chain(optional.map(|line| (line, false)));
    for ((code, id), is_mandatory) in lines {
        assert_eq!((id.code, id.vendor), (code, 10_415));
        assert_eq!(dictionary::entry(id).map(|entry| entry.is_mandatory), Some(is_mandatory));
    }
    let known = (700..=722).filter(|code| dictionary::entry(AvpId { code: *code, vendor: 10_415 }).is_some());
    assert_eq!(known.count(), 23);
}

#[test]
fn experimental_codes_have_their_values() {
    use diameter::Experimental as Code;
    let codes = [
        (Code::USER_DATA_NOT_AVAILABLE, 4100),
        (Code::PRIOR_UPDATE_IN_PROGRESS, 4101),
        (Code::IDENTITIES_DONT_MATCH, 5002),
        (Code::TOO_MUCH_DATA, 5008),
        (Code::USER_DATA_NOT_RECOGNIZED, 5100),
        (Code::TRANSPARENT_DATA_OUT_OF_SYNC, 5105),
        (Code::DSAI_NOT_AVAILABLE, 5108),
    ];
    for (code, value) in codes {
        assert_eq!(code.0, value);
        assert_ne!(code.0, ResultCode::SUCCESS.0);
    }
}

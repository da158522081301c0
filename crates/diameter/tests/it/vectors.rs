//! Octets that were computed elsewhere.

use diameter::delivery::AbsentUserDiagnostic;
use diameter::s6c::{DeliveryCause, DeliveryOutcome, NodeOutcome, RoutingInfoAnswer, Smsf};
use diameter::sgd::{MoForward, MtForward, MtForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{
    ApplicationId, AvpId, Command, Experimental, MessageView, MessageWriter, Outcome, ResultCode, vsai,
};

use crate::stage::{
    CENTRE, GATEWAY, IDS, SUBMIT, TO_CENTRE, digits, mo_forward, mt_forward, routing_info, view, written,
};

/// The AVPs that `write` writes, without the header around them.
fn avps(write: impl FnOnce(&mut MessageWriter<'_, '_>)) -> Vec<u8> {
    let message = written(|out| {
        let mut message = MessageWriter::request(
            out,
            Command::MO_FORWARD_SHORT_MESSAGE,
            ApplicationId::SGD,
            IDS.hop_by_hop,
            IDS.end_to_end,
            false,
        );
        write(&mut message);
        message.finish();
    });
    message[20..].to_vec()
}

fn hex(text: &str) -> Vec<u8> {
    let clean: String = text.split_whitespace().collect();
    let nibble = |at| u8::from_str_radix(&clean[at..at + 2], 16).expect("hex of the test");
    (0..clean.len()).step_by(2).map(nibble).collect()
}

#[test]
fn sc_address_is_tbcd_digits_and_two_octets_of_padding() {
    let octets = avps(|message| {
        message.tbcd(AvpId::SC_ADDRESS, digits("447700900005"));
    });
    // code 3300, V and M, length 18, vendor 10415, +447700900005, padding
    assert_eq!(octets, hex("00000CE4 C0 000012 000028AF 447700090050 0000"));
}

#[test]
fn vsai_names_3gpp_and_the_application() {
    let octets = avps(|message| vsai::write(message, ApplicationId::SGD));
    assert_eq!(octets, hex("00000104 40 000020 0000010A 40 00000C 000028AF 00000102 40 00000C 01000061"));
}

#[test]
fn user_identifier_counts_the_padding_of_its_member() {
    let octets = avps(|message| UserIdentifier::msisdn(digits("447700900123")).write(message));
    // The group is 32 octets long: its own header of 12, and the MSISDN of 18 with 2 of padding.
    assert_eq!(octets, hex("00000C1E C0 000020 000028AF 000002BD C0 000012 000028AF 447700091032 0000"));
}

#[test]
fn a_whole_ofr_is_what_the_standard_draws() {
    let message = written(|out| mo_forward().write(out, IDS));
    let expected = hex("01 000110 C0 800025 01000061 01020304 A0B0C0D0
         00000107 40 00001D 67772E696D732E6578616D706C653B373B34373131 000000
         00000104 40 000020 0000010A 40 00000C 000028AF 00000102 40 00000C 01000061
         00000115 40 00000C 00000001
         00000108 40 000016 67772E696D732E6578616D706C65 0000
         00000128 40 000013 696D732E6578616D706C65 00
         00000125 40 000018 736D73632E6570632E6578616D706C65
         0000011B 40 000013 6570632E6578616D706C65 00
         00000CE4 C0 000012 000028AF 447700090050 0000
         00000C1E C0 000020 000028AF 000002BD C0 000012 000028AF 447700091032 0000
         00000CE5 C0 000023 000028AF 11000C914477000940650000A70AE8329BFD4697D9EC37 00");
    assert_eq!(message, expected);
    // The TPDU of the vector sheet, whose TP-DA digits are those of +447700900456.
    assert_eq!(MoForward::parse(&view(&message)).expect("our own OFR").tpdu, SUBMIT);
}

#[test]
fn a_tfr_to_an_mme_is_what_the_standard_draws() {
    let tfr = MtForward {
        session_id: mo_forward().session_id,
        origin: GATEWAY,
        destination: TO_CENTRE,
        sgsn_number: None,
        sms_gmsc_address: None,
        ..mt_forward()
    };
    let message = written(|out| tfr.write(out, IDS));
    // User-Name has the IMSI; TFR-Flags, SM-Delivery-Timer and -Start-Time the M bit, Maximum-Retransmission-Time not.
    let expected = hex("01 00015C C0 800026 01000061 01020304 A0B0C0D0
         00000107 40 00001D 67772E696D732E6578616D706C653B373B34373131 000000
         00000104 40 000020 0000010A 40 00000C 000028AF 00000102 40 00000C 01000061
         00000115 40 00000C 00000001
         00000108 40 000016 67772E696D732E6578616D706C65 0000
         00000128 40 000013 696D732E6578616D706C65 00
         00000125 40 000018 736D73632E6570632E6578616D706C65
         0000011B 40 000013 6570632E6578616D706C65 00
         00000001 40 000017 303031303130303030303030303432 00
         00000CE4 C0 000012 000028AF 447700090050 0000
         00000CE5 C0 000023 000028AF 11000C914477000940650000A70AE8329BFD4697D9EC37 00
         0000066D C0 000012 000028AF 447700090060 0000
         00000CE6 C0 000010 000028AF 00000001
         00000CEA C0 000010 000028AF 0000001E
         00000CEB C0 000010 000028AF ED171990
         00000D02 80 000010 000028AF ED172990");
    assert_eq!(message, expected);
}

#[test]
fn an_smsf_has_its_own_codes_for_each_access() {
    let smsf = Smsf {
        number: Some(digits("447700900015")),
        node: Some(diameter::Identity { host: b"smsf.5gc.example", realm: b"5gc.example" }),
    };
    let inside = |number: &str, name: &str, realm: &str| {
        hex(&format!(
            "0000{number} 80 000012 000028AF 447700090051 0000
             0000{name} 80 00001C 000028AF 736D73662E3567632E6578616D706C65
             0000{realm} 80 000017 000028AF 3567632E6578616D706C65 00"
        ))
    };
    for (id, code, members) in [
        (AvpId::SMSF_3GPP_ADDRESS, "0D10", inside("0D0A", "0D0C", "0D0E")),
        (AvpId::SMSF_NON_3GPP_ADDRESS, "0D11", inside("0D0B", "0D0D", "0D0F")),
    ] {
        let octets = avps(|message| smsf.write(message, id));
        assert_eq!(octets, [hex(&format!("0000{code} 80 000054 000028AF")), members].concat());
    }
}

#[test]
fn a_delivery_outcome_names_the_node_that_tried() {
    let absent = NodeOutcome {
        cause: Some(DeliveryCause::ABSENT_USER),
        absent_user: Some(AbsentUserDiagnostic::IMSI_DETACHED),
    };
    let inside = "00000CF9 C0 000010 000028AF 00000001 00000CFA C0 000010 000028AF 00000001";
    let none = DeliveryOutcome::default();
    for (outcome, code, flags) in [
        (DeliveryOutcome { mme: Some(absent), ..none }, "0CF5", "C0"),
        (DeliveryOutcome { msc: Some(absent), ..none }, "0CF6", "C0"),
        (DeliveryOutcome { sgsn: Some(absent), ..none }, "0CF7", "C0"),
        (DeliveryOutcome { ip_sm_gw: Some(absent), ..none }, "0CF8", "C0"),
        (DeliveryOutcome { smsf_3gpp: Some(absent), ..none }, "0D08", "80"),
        (DeliveryOutcome { smsf_non_3gpp: Some(absent), ..none }, "0D09", "80"),
    ] {
        let octets = avps(|message| outcome.write(message));
        let around = format!("00000CF4 C0 000038 000028AF 0000{code} {flags} 00002C 000028AF {inside}");
        assert_eq!(octets, hex(&around));
    }
}

#[test]
fn an_sra_of_another_implementation_is_understood() {
    // 5550 with what the HSS knows: MNRF and MCEF, the MSC has no answer to paging, the SMSF neither. No VSAI.
    let srr = written(|out| routing_info().write(out, IDS));
    let message = hex("01 0000DC 40 800027 01000060 01020304 A0B0C0D0
         00000107 40 00000D 613B313B32 000000
         00000115 40 00000C 00000001
         00000108 40 000018 736D73632E6570632E6578616D706C65
         00000128 40 000013 6570632E6578616D706C65 00
         00000129 40 000020 0000010A 40 00000C 000028AF 0000012A 40 00000C 000015AE
         00000C1E C0 000020 000028AF 000002BD C0 000012 000028AF 447700091032 0000
         00000CF0 80 000010 000028AF 00000006
         00000CF2 80 000010 000028AF 00000000
         00000D06 80 000010 000028AF 00000000
         0000FFFF 80 00000D 0000FFFF 2A 000000");
    assert_eq!(view(&message).header().hop_by_hop, view(&srr).header().hop_by_hop);
    let sra = RoutingInfoAnswer::parse(&view(&message)).expect("a sound SRA");
    assert_eq!(sra.outcome, Experimental::ABSENT_USER.into());
    assert_eq!(sra.user_identifier, Some(UserIdentifier::msisdn(digits("447700900123"))));
    assert_eq!(sra.mwd_status.map(|status| status.0), Some(6));
    assert_eq!(sra.absent_user.msc, Some(AbsentUserDiagnostic::NO_PAGING_RESPONSE_VIA_MSC));
    assert_eq!(sra.absent_user.smsf_3gpp, Some(AbsentUserDiagnostic(0)));
    assert_eq!((sra.user_name, sra.serving_node, sra.smsf_3gpp), (None, None, None));
}

#[test]
fn a_tfa_that_refuses_is_what_the_standard_draws() {
    let tfr = written(|out| crate::stage::mt_forward().write(out, IDS));
    let message = written(|out| {
        let outcome = Experimental::ABSENT_USER.into();
        MtForwardAnswer { outcome, ..MtForwardAnswer::DELIVERED }.write(out, &view(&tfr), GATEWAY);
    });
    let expected = hex("01 0000AC 40 800026 01000061 01020304 A0B0C0D0
         00000107 40 00001E 736D73632E6570632E6578616D706C653B313B323B78 0000
         00000104 40 000020 0000010A 40 00000C 000028AF 00000102 40 00000C 01000061
         00000129 40 000020 0000010A 40 00000C 000028AF 0000012A 40 00000C 000015AE
         00000115 40 00000C 00000001
         00000108 40 000016 67772E696D732E6578616D706C65 0000
         00000128 40 000013 696D732E6578616D706C65 00");
    assert_eq!(message, expected);
    let read = MtForwardAnswer::parse(&view(&message)).expect("our own TFA");
    assert_eq!(read.outcome, Outcome::Experimental { vendor: 10_415, code: 5550 });
}

#[test]
fn a_tfr_of_another_implementation_is_understood() {
    // No VSAI, AVPs in another order, Session-Id last, M bits dropped, an unknown AVP without M, P bits set.
    let message = hex("01 0000D0 D0 800026 01000061 00000001 00000002
         00000CE5 80 00000E 000028AF 0400 0000
         00000001 40 000017 303031303130303030303030303432 00
         00000CE4 A0 000012 000028AF 447700090050 0000
         0000FFFF 80 00000D 0000FFFF 2A 000000
         00000115 40 00000C 00000001
         00000108 40 000018 736D73632E6570632E6578616D706C65
         00000128 40 000013 6570632E6578616D706C65 00
         00000125 00 000016 67772E696D732E6578616D706C65 0000
         0000011B 40 000013 696D732E6578616D706C65 00
         00000107 40 00000B 613B31 00");
    let view = MessageView::parse(&message).expect("a sound TFR");
    assert!(view.header().flags.retransmitted);
    let tfr = MtForward::parse(&view).expect("a whole TFR");
    assert_eq!((tfr.origin, tfr.user_name, tfr.tpdu), (CENTRE, &b"001010000000042"[..], &[4, 0][..]));
    assert!(!tfr.more_messages);
}

#[test]
fn result_code_names_have_their_values() {
    assert_eq!(Outcome::from(ResultCode(2002)), Outcome::Success);
    assert_eq!(Outcome::from(ResultCode::TOO_BUSY), Outcome::Result(3004));
}

//! A gateway and a service centre, and how they write.

use diameter::delivery::{AbsentUserDiagnostic, DeliveryFailure, FailureCause};
use diameter::s6c::{
    AbsentUser, AlertServiceCentre, DeliveryCause, DeliveryOutcome, MwdStatus, NodeOutcome, ReportDelivery,
    RoutingInfo, RoutingInfoAnswer, ServingNode, SmRpMti, Smsf, SrrFlags,
};
use diameter::sgd::{MoForward, MtForward, MtForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{
    Destination, EndToEnd, Experimental, HopByHop, Identity, Ids, MessageView, Outcome, SessionId,
};
use octets::{Digits, Writer};

pub const GATEWAY: Identity<'static> = Identity { host: b"gw.ims.example", realm: b"ims.example" };
pub const CENTRE: Identity<'static> = Identity { host: b"smsc.epc.example", realm: b"epc.example" };
pub const TO_CENTRE: Destination<'static> = Destination { host: Some(CENTRE.host), realm: CENTRE.realm };
pub const TO_GATEWAY: Destination<'static> = Destination { host: Some(GATEWAY.host), realm: GATEWAY.realm };
pub const IDS: Ids =
    Ids { hop_by_hop: HopByHop(0x0102_0304), end_to_end: EndToEnd(0xA0B0_C0D0), retransmitted: false };

/// SMS-SUBMIT `hellohello` to +447700900456.
pub const SUBMIT: &[u8] = &[
    0x11, 0x00, 0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x40, 0x65, 0x00, 0x00, 0xA7, 0x0A, 0xE8, 0x32, 0x9B,
    0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37,
];

/// +447700900456 as an address field of TS 23.040.
pub const ORIGINATOR: &[u8] = &[0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x40, 0x65];

pub fn digits(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("digits of the test")
}

/// The octets that `write` writes.
pub fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = [0xEE; 4096];
    let mut out = Writer::new(&mut buffer);
    write(&mut out);
    let length = out.finish().expect("room for the message");
    buffer[..length].to_vec()
}

/// `message` as its receiver sees it.
pub fn view(message: &[u8]) -> MessageView<'_> {
    assert_eq!(diameter::frame(message), Ok(Some(message.len())));
    MessageView::parse(message).expect("a sound message")
}

pub fn mo_forward() -> MoForward<'static> {
    MoForward {
        session_id: SessionId::new(GATEWAY.host, 7, 4711),
        origin: GATEWAY,
        destination: TO_CENTRE,
        sc_address: digits("447700900005"),
        user_identifier: UserIdentifier::msisdn(digits("447700900123")),
        tpdu: SUBMIT,
    }
}

pub fn mt_forward() -> MtForward<'static> {
    MtForward {
        session_id: SessionId::Text(b"smsc.epc.example;1;2;x"),
        origin: CENTRE,
        destination: TO_GATEWAY,
        user_name: b"001010000000042",
        sc_address: digits("447700900005"),
        tpdu: SUBMIT,
        more_messages: true,
        mme_number: Some(digits("447700900006")),
        sgsn_number: Some(digits("44770090007")),
        delivery_timer_s: Some(30),
        delivery_start_ntp_s: Some(0xED17_1990),
        retransmit_until_ntp_s: Some(0xED17_2990),
        sms_gmsc_address: Some(digits("447700900008")),
    }
}

pub fn mt_refused() -> MtForwardAnswer<'static> {
    MtForwardAnswer {
        outcome: Experimental::SM_DELIVERY_FAILURE.into(),
        absent_user: Some(AbsentUserDiagnostic::NO_RESPONSE_VIA_IP_SM_GW),
        failure: Some(DeliveryFailure {
            cause: FailureCause::MEMORY_CAPACITY_EXCEEDED,
            diagnostic: Some(&[0x00, 0xD3, 0x00]),
        }),
        sm_rp_ui: Some(&[0x00, 0x00]),
        retransmit_at_ntp_s: Some(0xED17_2000),
        user_identifier: Some(UserIdentifier::msisdn(digits("447700900125"))),
    }
}

pub fn routing_info() -> RoutingInfo<'static> {
    RoutingInfo {
        session_id: SessionId::new(CENTRE.host, 1, 0),
        origin: CENTRE,
        destination: Destination { host: None, realm: GATEWAY.realm },
        msisdn: Some(digits("447700900123")),
        user_name: Some(b"001010000000042"),
        sc_address: Some(digits("447700900005")),
        sm_rp_mti: Some(SmRpMti::StatusReport),
        sm_rp_smea: Some(ORIGINATOR),
        flags: SrrFlags(SrrFlags::GPRS_INDICATOR | SrrFlags::SINGLE_ATTEMPT),
    }
}

pub fn serving_node() -> ServingNode<'static> {
    ServingNode {
        mme: Some(Identity { host: b"mme.epc.example", realm: b"epc.example" }),
        mme_number: Some(digits("447700900011")),
        msc_number: Some(digits("447700900012")),
        sgsn: Some(Identity { host: b"sgsn.epc.example", realm: b"epc.example" }),
        sgsn_number: Some(digits("447700900013")),
        ip_sm_gw_number: Some(digits("447700900014")),
        ip_sm_gw_name: Some(GATEWAY.host),
    }
}

pub fn routing_answer() -> RoutingInfoAnswer<'static> {
    RoutingInfoAnswer {
        outcome: Outcome::Success,
        user_name: Some(b"001010000000042"),
        serving_node: Some(serving_node()),
        additional_serving_node: Some(ServingNode {
            msc_number: Some(digits("447700900012")),
            ..ServingNode::default()
        }),
        smsf_3gpp: Some(Smsf {
            number: Some(digits("447700900015")),
            node: Some(Identity { host: b"smsf.5gc.example", realm: b"5gc.example" }),
        }),
        smsf_non_3gpp: Some(Smsf { number: Some(digits("447700900016")), node: None }),
        user_identifier: Some(UserIdentifier::msisdn(digits("447700900124"))),
        mwd_status: Some(MwdStatus(MwdStatus::MNRF_SET)),
        absent_user: AbsentUser {
            mme: Some(AbsentUserDiagnostic(1)),
            msc: Some(AbsentUserDiagnostic(2)),
            sgsn: Some(AbsentUserDiagnostic(6)),
            smsf_3gpp: Some(AbsentUserDiagnostic(13)),
            smsf_non_3gpp: Some(AbsentUserDiagnostic(14)),
        },
    }
}

pub fn report_delivery() -> ReportDelivery<'static> {
    let absent = NodeOutcome {
        cause: Some(DeliveryCause::ABSENT_USER),
        absent_user: Some(AbsentUserDiagnostic::DEREGISTERED_FOR_IMS),
    };
    ReportDelivery {
        session_id: SessionId::new(GATEWAY.host, 9, 9),
        origin: GATEWAY,
        destination: TO_CENTRE,
        user_identifier: UserIdentifier {
            user_name: Some(b"001010000000042"),
            msisdn: Some(digits("447700900123")),
            external: Some(b"meter@example"),
        },
        sc_address: digits("447700900005"),
        delivery: DeliveryOutcome {
            mme: Some(absent),
            ip_sm_gw: Some(absent),
            smsf_3gpp: Some(absent),
            smsf_non_3gpp: Some(NodeOutcome { absent_user: None, ..absent }),
            ..DeliveryOutcome::default()
        },
        single_attempt: true,
    }
}

pub fn alert() -> AlertServiceCentre<'static> {
    AlertServiceCentre {
        session_id: SessionId::new(CENTRE.host, 1, 3),
        origin: CENTRE,
        destination: TO_GATEWAY,
        sc_address: digits("447700900005"),
        user_identifier: UserIdentifier::msisdn(digits("447700900123")),
        alert_event: Some(1),
        available_until_ntp_s: Some(0xEE00_0000),
        serving_node: Some(serving_node()),
    }
}

/// One message of every command that we read, for tests that break them.
pub fn every_request() -> [Vec<u8>; 5] {
    [
        written(|out| mo_forward().write(out, IDS)),
        written(|out| mt_forward().write(out, IDS)),
        written(|out| routing_info().write(out, IDS)),
        written(|out| report_delivery().write(out, IDS)),
        written(|out| alert().write(out, IDS)),
    ]
}

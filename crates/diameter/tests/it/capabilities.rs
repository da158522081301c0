//! CER and CEA, DWR and DWA, DPR and DPA as a neighbour sees them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use diameter::base::{
    Advertised, Capabilities, CapabilitiesAnswer, Disconnect, DisconnectCause, Watchdog, common_applications,
};
use diameter::{ApplicationId, AvpId, Identity, Invalid, MessageWriter, Outcome, ResultCode};

use crate::stage::{CENTRE, GATEWAY, IDS, view, written};

const ADDRESSES: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::LOCALHOST)];
const OURS: [ApplicationId; 2] = [ApplicationId::SGD, ApplicationId::S6C];

fn ours() -> Capabilities<'static> {
    Capabilities {
        origin: GATEWAY,
        host_addresses: &ADDRESSES,
        vendor_id: 0,
        product_name: "ipsmgw",
        origin_state_id: Some(1_768_746_640),
        supported_vendors: &[10_415],
        auth_applications: &[],
        vendor_applications: &OURS,
    }
}

fn cer(theirs: &Capabilities<'_>) -> Vec<u8> {
    written(|out| theirs.write_request(out, IDS))
}

#[test]
fn a_cer_tells_all_that_we_have() {
    let message = cer(&ours());
    let header = view(&message).header();
    assert!(header.flags.request && !header.flags.proxiable && !header.flags.retransmitted);
    let read = Advertised::parse(&view(&message)).expect("our own CER");
    assert_eq!(read.origin, GATEWAY);
    assert_eq!(
        (read.vendor_id, read.product_name, read.origin_state_id),
        (0, &b"ipsmgw"[..], Some(1_768_746_640))
    );
    assert_eq!(read.host_addresses().collect::<Vec<_>>(), ADDRESSES);
    assert_eq!(read.applications().collect::<Vec<_>>(), OURS);
    assert_eq!(read.supported_vendors().collect::<Vec<_>>(), [10_415]);
    let product_name = view(&message).find(AvpId::PRODUCT_NAME).expect("Product-Name");
    assert!(!product_name.flags.is_mandatory(), "RFC 6733 4.5: M must not be set");
}

#[test]
fn a_cer_lacks_nothing_that_is_mandatory() {
    let message = cer(&ours());
    for id in [
        AvpId::ORIGIN_HOST,
        AvpId::ORIGIN_REALM,
        AvpId::HOST_IP_ADDRESS,
        AvpId::VENDOR_ID,
        AvpId::PRODUCT_NAME,
    ] {
        let short = written(|out| {
            let header = view(&message).header();
            let mut short = MessageWriter::request(
                out,
                header.command,
                header.application,
                header.hop_by_hop,
                header.end_to_end,
                false,
            );
            for avp in view(&message).avps().filter(|avp| avp.id() != id) {
                short.copy(&avp);
            }
            short.finish();
        });
        assert_eq!(Advertised::parse(&view(&short)).err(), Some(Invalid::missing(id)));
    }
}

#[test]
fn a_stranger_is_3010_and_one_without_a_common_application_5010() {
    let theirs = Capabilities { vendor_applications: &[ApplicationId::SH], ..ours() };
    let message = cer(&theirs);
    let read = Advertised::parse(&view(&message)).expect("their CER");
    assert_eq!(read.judge(false, &OURS), ResultCode::UNKNOWN_PEER);
    assert_eq!(read.judge(true, &OURS), ResultCode::NO_COMMON_APPLICATION);
    assert_eq!(read.judge(true, &[ApplicationId::SH]), ResultCode::SUCCESS);
    let answer = written(|out| ours().write_answer(out, &view(&message), ResultCode::UNKNOWN_PEER));
    assert!(view(&answer).header().flags.error);
    let answer = written(|out| ours().write_answer(out, &view(&message), ResultCode::NO_COMMON_APPLICATION));
    assert!(!view(&answer).header().flags.error);
    let read = CapabilitiesAnswer::parse(&view(&answer)).expect("a CEA");
    assert_eq!(read.judge(GATEWAY.host, &OURS), ResultCode::NO_COMMON_APPLICATION);
}

#[test]
fn a_relay_has_every_application() {
    let relay =
        Capabilities { auth_applications: &[ApplicationId::RELAY], vendor_applications: &[], ..ours() };
    let message = cer(&relay);
    let theirs = Advertised::parse(&view(&message)).expect("the relay's CER");
    assert_eq!(common_applications(&OURS, &theirs).collect::<Vec<_>>(), OURS);
    let plain = Capabilities { auth_applications: &[ApplicationId::S6C], vendor_applications: &[], ..ours() };
    let message = cer(&plain);
    let theirs = Advertised::parse(&view(&message)).expect("their CER");
    assert_eq!(common_applications(&OURS, &theirs).collect::<Vec<_>>(), [ApplicationId::S6C]);
}

#[test]
fn one_who_insists_on_encryption_is_5017() {
    for (offers, result) in [
        (&[][..], ResultCode::SUCCESS),
        (&[0], ResultCode::SUCCESS),
        (&[1], ResultCode::NO_COMMON_SECURITY),
        (&[1, 0], ResultCode::SUCCESS),
    ] {
        let message = cer(&ours());
        let offered = written(|out| {
            let header = view(&message).header();
            let mut offered = MessageWriter::request(
                out,
                header.command,
                header.application,
                header.hop_by_hop,
                header.end_to_end,
                false,
            );
            for avp in view(&message).avps() {
                offered.copy(&avp);
            }
            for offer in offers {
                offered.avp_u32(AvpId::INBAND_SECURITY_ID, *offer);
            }
            offered.finish();
        });
        let read = Advertised::parse(&view(&offered)).expect("their CER");
        assert_eq!(read.judge(true, &OURS), result, "{offers:?}");
    }
}

#[test]
fn a_cea_from_somebody_else_is_not_believed() {
    let message = cer(&ours());
    let theirs = Capabilities { origin: CENTRE, ..ours() };
    let answer = written(|out| theirs.write_answer(out, &view(&message), ResultCode::SUCCESS));
    let read = CapabilitiesAnswer::parse(&view(&answer)).expect("a CEA");
    assert_eq!(read.judge(b"SMSC.EPC.example", &OURS), ResultCode::SUCCESS, "case does not count");
    assert_eq!(read.judge(b"hss.epc.example", &OURS), ResultCode::UNKNOWN_PEER);
    assert_eq!(read.judge(CENTRE.host, &[ApplicationId::SH]), ResultCode::NO_COMMON_APPLICATION);
}

#[test]
fn watchdog_and_farewell_come_back_as_they_were_written() {
    let asked = Watchdog { origin: CENTRE, origin_state_id: Some(7) };
    let dwr = written(|out| asked.write_request(out, IDS));
    assert_eq!(Watchdog::parse(&view(&dwr)), Ok(asked));
    let dwa =
        written(|out| Watchdog { origin: GATEWAY, origin_state_id: None }.write_answer(out, &view(&dwr)));
    assert_eq!(Outcome::read(&view(&dwa)), Ok(Outcome::Success));
    assert_eq!(Watchdog::parse(&view(&dwa)).map(|dwa| dwa.origin), Ok(GATEWAY));
    assert_eq!(view(&dwa).header().hop_by_hop, IDS.hop_by_hop);

    for cause in [DisconnectCause::Rebooting, DisconnectCause::Busy, DisconnectCause::DoNotWantToTalkToYou] {
        let dpr = written(|out| Disconnect { origin: CENTRE, cause }.write_request(out, IDS));
        assert_eq!(Disconnect::parse(&view(&dpr)), Ok(Disconnect { origin: CENTRE, cause }));
        let dpa = written(|out| Disconnect::write_answer(out, &view(&dpr), GATEWAY));
        assert_eq!(Outcome::read(&view(&dpa)), Ok(Outcome::Success));
    }
}

#[test]
fn a_farewell_for_no_known_reason_is_5004() {
    let cause = DisconnectCause::Busy;
    let mut dpr = written(|out| Disconnect { origin: CENTRE, cause }.write_request(out, IDS));
    *dpr.last_mut().expect("octets") = 3;
    let invalid = Disconnect::parse(&view(&dpr)).expect_err("cause 3");
    assert_eq!((invalid.result, invalid.avp), (ResultCode::INVALID_AVP_VALUE, AvpId::DISCONNECT_CAUSE));
    let nameless = Identity { host: b"", realm: b"r" };
    let dwr = written(|out| Watchdog { origin: nameless, origin_state_id: None }.write_request(out, IDS));
    assert_eq!(
        Watchdog::parse(&view(&dwr)).map_err(|invalid| (invalid.result, invalid.avp)),
        Err((ResultCode::INVALID_AVP_LENGTH, AvpId::ORIGIN_HOST))
    );
}

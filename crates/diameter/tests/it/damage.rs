//! Nothing that arrives can break us: cut, bent or invented.

use diameter::base::{Advertised, CapabilitiesAnswer, Disconnect, Watchdog};
use diameter::s6c::{
    AlertServiceCentre, AlertServiceCentreAnswer, ReportDelivery, ReportDeliveryAnswer, RoutingInfo,
    RoutingInfoAnswer,
};
use diameter::sgd::{MoForward, MoForwardAnswer, MtForward, MtForwardAnswer};
use diameter::sh::{
    ProfileUpdate, ProfileUpdateAnswer, PushNotification, PushNotificationAnswer, ShData,
    SubscribeNotifications, SubscribeNotificationsAnswer, UserData, UserDataAnswer,
};
use diameter::{Asked, AvpId, Experimental, MessageView, Outcome, ResultCode, frame, write_refusal};
use octets::Writer;
use proptest::prelude::*;

use crate::stage::{GATEWAY, every_request, mt_forward, mt_refused, routing_answer, view, written};

/// Everything that anybody may ask of a message, and the answer that it then gets.
fn read_everything(bytes: &[u8]) {
    let _ = frame(bytes);
    let mut buffer = [0; 8192];
    let mut out = Writer::new(&mut buffer);
    let view = match MessageView::parse(bytes) {
        Ok(view) => view,
        Err(malformed) => {
            if let Some(asked) = malformed.asked(bytes) {
                write_refusal(&mut out, asked, GATEWAY, malformed.result, malformed.failed());
                assert_sound(out);
            }
            return;
        }
    };
    for avp in view.avps() {
        let _ = (avp.u32(), avp.utf8(), avp.tbcd(), avp.address(), avp.grouped().map(Iterator::count));
        let _ = format!("{avp:?}");
    }
    let _ = (Outcome::read(&view), MoForwardAnswer::parse(&view), MtForwardAnswer::parse(&view));
    let _ = (RoutingInfoAnswer::parse(&view), ReportDeliveryAnswer::parse(&view));
    let _ = (AlertServiceCentreAnswer::parse(&view), CapabilitiesAnswer::parse(&view).is_ok());
    let _ = (UserDataAnswer::parse(&view), ProfileUpdateAnswer::parse(&view));
    let _ = (SubscribeNotificationsAnswer::parse(&view), PushNotificationAnswer::parse(&view));
    if let Some(document) = view.find(AvpId::USER_DATA) {
        let _ = ShData::read(document.bytes());
    }
    let faults = [
        MoForward::parse(&view).err(),
        MtForward::parse(&view).err(),
        RoutingInfo::parse(&view).err(),
        ReportDelivery::parse(&view).err(),
        AlertServiceCentre::parse(&view).err(),
        UserData::parse(&view).err(),
        ProfileUpdate::parse(&view).err(),
        SubscribeNotifications::parse(&view).err(),
        PushNotification::parse(&view).err(),
        Advertised::parse(&view).err(),
        Watchdog::parse(&view).err(),
        Disconnect::parse(&view).err(),
    ];
    for invalid in faults.into_iter().flatten() {
        let mut buffer = [0; 8192];
        let mut out = Writer::new(&mut buffer);
        let failed = Some(invalid.failed(&view));
        write_refusal(&mut out, Asked::from(&view), GATEWAY, invalid.result, failed);
        assert_sound(out);
    }
}

/// What we answer must itself be sound.
fn assert_sound(out: Writer<'_>) {
    if !out.has_overflowed() {
        let answer = MessageView::parse(out.written()).expect("our own answer");
        assert!(Outcome::read(&answer).is_ok());
    }
}

fn every_message() -> Vec<Vec<u8>> {
    let [ofr, tfr, srr, rdr, alr] = every_request();
    let tfa = written(|out| mt_refused().write(out, &view(&tfr), GATEWAY));
    let sra = written(|out| routing_answer().write(out, &view(&srr), GATEWAY));
    let rda = ReportDeliveryAnswer {
        outcome: Experimental::MWD_LIST_FULL.into(),
        user_identifier: routing_answer().user_identifier,
    };
    let rda = written(|out| rda.write(out, &view(&rdr), GATEWAY));
    let mut messages = vec![ofr, tfr, srr, rdr, alr, tfa, sra, rda];
    // A PUR has everything that a PNR has, and a UDA what an SNA has: every parser reads every message.
    let [udr, pur, snr, _] = crate::sh::stage::every_request();
    let [uda, pua, ..] = crate::sh::stage::every_answer();
    messages.extend([udr, pur, snr, uda, pua]);
    messages
}

#[test]
fn a_message_that_is_cut_is_not_a_message() {
    for message in every_message() {
        for cut in 0..message.len() {
            assert_eq!(frame(&message[..cut]), Ok(None), "the rest may still come");
            let malformed = MessageView::parse(&message[..cut]).expect_err("cut");
            assert_eq!(malformed.result, ResultCode::INVALID_MESSAGE_LENGTH);
        }
    }
}

#[test]
fn a_cut_that_the_header_denies_is_found_by_an_avp() {
    for message in every_message() {
        let ends: Vec<usize> = view(&message).avps().map(|avp| avp.at).collect();
        for cut in (20..message.len()).step_by(4) {
            let mut short = message[..cut].to_vec();
            short[1..4].copy_from_slice(&(cut as u32).to_be_bytes()[1..]);
            match MessageView::parse(&short) {
                // Only the padding went, or whole AVPs.
                Ok(_) => assert!(ends.contains(&cut), "cut at {cut}"),
                Err(malformed) => assert_eq!(malformed.result, ResultCode::INVALID_AVP_LENGTH),
            }
            read_everything(&short);
        }
    }
}

#[test]
fn every_octet_may_be_anything() {
    for message in every_message() {
        for at in 0..message.len() {
            for bent in [0, 1, 7, 8, 11, 12, 0x7F, 0x80, 0xFF, message[at] ^ 0x40] {
                let mut broken = message.clone();
                broken[at] = bent;
                read_everything(&broken);
            }
        }
    }
}

#[test]
fn a_length_that_lies_never_reads_as_the_truth() {
    let message = written(|out| mt_forward().write(out, crate::stage::IDS));
    let avps: Vec<(usize, usize)> = view(&message)
        .avps()
        // Opened, it is two AVPs that we also know, and need as little.
        .filter(|avp| avp.id() != AvpId::VENDOR_SPECIFIC_APPLICATION_ID)
        .map(|avp| (avp.at, avp.data.len() + if avp.vendor == 0 { 8 } else { 12 }))
        .collect();
    for (at, length) in avps {
        for lie in (0..=24).chain([length + 4, length + 8, message.len(), 0xFF_FFFF]) {
            // Within the padding a length may differ and still be sound.
            if lie.next_multiple_of(4) == length.next_multiple_of(4) {
                continue;
            }
            let mut broken = message.clone();
            broken[at + 5..at + 8].copy_from_slice(&(lie as u32).to_be_bytes()[1..]);
            let read = MessageView::parse(&broken).map_err(|malformed| malformed.result);
            match read {
                Err(result) => assert!(
                    matches!(result, ResultCode::INVALID_AVP_LENGTH | ResultCode::INVALID_AVP_BITS),
                    "AVP at {at} with length {lie}: {result:?}"
                ),
                Ok(view) => assert_ne!(MtForward::parse(&view), Ok(mt_forward()), "AVP at {at} with {lie}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_everything(&bytes);
    }

    #[test]
    fn noise_behind_a_good_header_never_panics(
        command in prop_oneof![Just(257_u32), Just(280), Just(8_388_645), Just(8_388_646), Just(8_388_647), any::<u32>()],
        flags in any::<u8>(),
        noise in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let length = 20 + noise.len() / 4 * 4;
        let mut bytes = vec![1];
        bytes.extend_from_slice(&(length as u32).to_be_bytes()[1..]);
        bytes.push(flags);
        bytes.extend_from_slice(&command.to_be_bytes()[1..]);
        bytes.extend_from_slice(&[1, 0, 0, 0x61, 0, 0, 0, 1, 0, 0, 0, 2]);
        bytes.extend_from_slice(&noise[..length - 20]);
        read_everything(&bytes);
    }

    #[test]
    fn known_avps_in_any_order_with_any_value_never_panic(
        avps in proptest::collection::vec(
            (0..diameter::dictionary::DICTIONARY.len(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..24)),
            0..24,
        ),
    ) {
        let message = written(|out| {
            let mut message = diameter::MessageWriter::request(
                out,
                diameter::Command::MT_FORWARD_SHORT_MESSAGE,
                diameter::ApplicationId::SGD,
                crate::stage::IDS.hop_by_hop,
                crate::stage::IDS.end_to_end,
                false,
            );
            for (line, nested, value) in &avps {
                let id = diameter::dictionary::DICTIONARY[*line].id;
                if *nested {
                    message.grouped(id, |group| {
                        group.avp_bytes(id, value);
                    });
                } else {
                    message.avp_bytes(id, value);
                }
            }
            message.finish();
        });
        prop_assert_eq!(view(&message).avps().count(), avps.len());
        read_everything(&message);
    }
}

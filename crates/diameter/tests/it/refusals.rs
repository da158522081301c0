//! A request that cannot be served is answered, and the answer has a form that its asker accepts.

use diameter::sgd::{MoForward, MtForward};
use diameter::{
    ApplicationId, AvpId, Command, Experimental, FailedAvp, MessageView, MessageWriter, Outcome, Procedure,
    ResultCode, write_refusal,
};

use crate::stage::{GATEWAY, IDS, mo_forward, mt_forward, view, written};

fn ids_of(answer: &MessageView<'_>) -> Vec<AvpId> {
    answer.avps().map(|avp| avp.id()).collect()
}

#[test]
fn a_protocol_error_sets_e_and_needs_no_command_form() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    let answer = written(|out| write_refusal(out, &view(&tfr), GATEWAY, ResultCode::TOO_BUSY, None));
    let answer = view(&answer);
    let (asked, header) = (view(&tfr).header(), answer.header());
    assert!(header.flags.error && !header.flags.request && header.flags.proxiable);
    assert_eq!(
        (header.command, header.application, header.hop_by_hop, header.end_to_end),
        (asked.command, asked.application, asked.hop_by_hop, asked.end_to_end)
    );
    assert_eq!(
        ids_of(&answer),
        [AvpId::SESSION_ID, AvpId::RESULT_CODE, AvpId::ORIGIN_HOST, AvpId::ORIGIN_REALM]
    );
    assert_eq!(answer.find(AvpId::SESSION_ID).map(|avp| avp.data), Some(&b"smsc.epc.example;1;2;x"[..]));
}

#[test]
fn a_permanent_failure_keeps_the_form_of_its_command() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    for outcome in [Outcome::Result(5012), Experimental::USER_UNKNOWN.into(), Outcome::Result(4002)] {
        let answer = written(|out| write_refusal(out, &view(&tfr), GATEWAY, outcome, None));
        let answer = view(&answer);
        assert!(!answer.header().flags.error);
        assert_eq!(Outcome::read(&answer), Ok(outcome));
        assert_eq!(answer.find(AvpId::AUTH_SESSION_STATE).map(|avp| avp.u32()), Some(Ok(1)));
        assert!(answer.find(AvpId::VENDOR_SPECIFIC_APPLICATION_ID).is_some());
    }
}

#[test]
fn a_missing_avp_is_shown_by_its_header_and_zeros() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    let mut without = Vec::new();
    for avp in view(&tfr).avps().filter(|avp| avp.id() != AvpId::AUTH_SESSION_STATE) {
        without.push(avp);
    }
    let request = written(|out| {
        let mut message = MessageWriter::request(
            out,
            Command::MT_FORWARD_SHORT_MESSAGE,
            ApplicationId::SGD,
            IDS.hop_by_hop,
            IDS.end_to_end,
            false,
        );
        without.iter().for_each(|avp| {
            message.copy(avp);
        });
        message.finish();
    });
    let request = view(&request);
    let invalid = MtForward::parse(&request).expect_err("no Auth-Session-State");
    let answer = written(|out| {
        write_refusal(out, &request, GATEWAY, invalid.result, Some(invalid.failed(&request)));
    });
    let failed = view(&answer).find(AvpId::FAILED_AVP).expect("Failed-AVP");
    // Auth-Session-State, M, twelve octets, zero
    assert_eq!(failed.data, [0, 0, 1, 0x15, 0x40, 0, 0, 12, 0, 0, 0, 0]);
    assert_eq!(Outcome::read(&view(&answer)), Ok(Outcome::Result(5005)));
}

#[test]
fn a_wrong_avp_is_shown_as_it_came() {
    let mut ofr = written(|out| mo_forward().write(out, IDS));
    let at = view(&ofr).find(AvpId::SC_ADDRESS).expect("SC-Address").at;
    ofr[at + 12] = 0xFF;
    let request = view(&ofr);
    let invalid = MoForward::parse(&request).expect_err("FF is no digit");
    assert_eq!((invalid.result, invalid.avp), (ResultCode::INVALID_AVP_VALUE, AvpId::SC_ADDRESS));
    let answer = written(|out| {
        write_refusal(out, &request, GATEWAY, invalid.result, Some(invalid.failed(&request)));
    });
    let failed = view(&answer).find(AvpId::FAILED_AVP).expect("Failed-AVP");
    assert_eq!(failed.data, &ofr[at..at + 20], "header, value and padding");
}

#[test]
fn an_enormous_wrong_avp_is_not_sent_back() {
    let ofr = written(|out| mo_forward().write(out, IDS));
    let request = view(&ofr);
    let enormous = vec![0; 4000];
    let mut avp = request.find(AvpId::SM_RP_UI).expect("SM-RP-UI");
    avp.data = &enormous;
    let answer = written(|out| {
        write_refusal(out, &request, GATEWAY, Outcome::Result(5014), Some(FailedAvp::Received(avp)));
    });
    assert!(answer.len() < 400);
    let failed = view(&answer).find(AvpId::FAILED_AVP).expect("Failed-AVP");
    assert_eq!(failed.data, [0, 0, 0x0C, 0xE5, 0xC0, 0, 0, 12, 0, 0, 0x28, 0xAF]);
}

#[test]
fn a_malformed_request_is_answered_with_what_could_be_read() {
    let mut tfr = written(|out| mt_forward().write(out, IDS));
    let at = view(&tfr).find(AvpId::TFR_FLAGS).expect("TFR-Flags").at;
    tfr[at + 5..at + 8].copy_from_slice(&[0x0F, 0xFF, 0xFF]);
    let malformed = MessageView::parse(&tfr).expect_err("a length beyond the message");
    assert_eq!(
        (malformed.result, malformed.at, malformed.avp),
        (ResultCode::INVALID_AVP_LENGTH, at, Some(AvpId::TFR_FLAGS))
    );
    let answer = written(|out| {
        let asked = malformed.asked(&tfr).expect("a request");
        write_refusal(out, asked, GATEWAY, malformed.result, malformed.failed());
    });
    let answer = view(&answer);
    assert_eq!(answer.find(AvpId::SESSION_ID).map(|avp| avp.data), Some(&b"smsc.epc.example;1;2;x"[..]));
    let failed = answer.find(AvpId::FAILED_AVP).expect("Failed-AVP");
    assert_eq!(failed.data, [0, 0, 0x0C, 0xE6, 0xC0, 0, 0, 16, 0, 0, 0x28, 0xAF, 0, 0, 0, 0]);
}

#[test]
fn bits_that_nobody_defined_are_refused_in_requests() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    let broken = |at: usize, bits: u8| {
        let mut message = tfr.clone();
        message[at] |= bits;
        MessageView::parse(&message).map(drop).map_err(|malformed| (malformed.result, malformed.at))
    };
    assert_eq!(broken(4, 0x01), Err((ResultCode::INVALID_BIT_IN_HEADER, 4)));
    assert_eq!(broken(4, 0x20), Err((ResultCode::INVALID_HDR_BITS, 4)), "a request that is an error");
    let at = view(&tfr).find(AvpId::ORIGIN_HOST).expect("Origin-Host").at;
    assert_eq!(broken(at + 4, 0x04), Err((ResultCode::INVALID_AVP_BITS, at)));
    assert_eq!(broken(at + 4, 0x20), Ok(()), "P once had a meaning");
}

#[test]
fn an_answer_is_not_lost_for_an_odd_bit() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    let mut answer = written(|out| write_refusal(out, &view(&tfr), GATEWAY, ResultCode::TOO_BUSY, None));
    answer[4] |= 0x1F;
    let at = view(&answer).find(AvpId::RESULT_CODE).expect("Result-Code").at;
    answer[at + 4] |= 0x1F;
    assert_eq!(Outcome::read(&view(&answer)), Ok(Outcome::Result(3004)));
    answer[at + 7] = 3;
    let malformed = MessageView::parse(&answer).expect_err("three octets of AVP");
    assert!(!malformed.is_answerable(), "an answer is never answered");
    assert!(malformed.asked(&answer).is_none());
}

#[test]
fn a_proxy_finds_its_state_behind_a_bit_fault() {
    let tfr = written(|out| {
        let header = view(&written(|out| mt_forward().write(out, IDS))).header();
        let mut message = MessageWriter::request(
            out,
            header.command,
            header.application,
            header.hop_by_hop,
            header.end_to_end,
            false,
        );
        message.avp_bytes(AvpId::SESSION_ID, b"a;1;1").avp_u32(AvpId::AUTH_SESSION_STATE, 1);
        message.grouped(AvpId::PROXY_INFO, |group| {
            group.avp_bytes(AvpId::PROXY_HOST, b"dra.example").avp_bytes(AvpId::PROXY_STATE, b"7");
        });
        message.finish();
    });
    let mut broken = tfr.clone();
    let at = view(&tfr).find(AvpId::AUTH_SESSION_STATE).expect("Auth-Session-State").at;
    broken[at + 4] |= 1;
    let malformed = MessageView::parse(&broken).expect_err("a reserved bit");
    let answer = written(|out| {
        let asked = malformed.asked(&broken).expect("a request");
        write_refusal(out, asked, GATEWAY, malformed.result, malformed.failed());
    });
    assert!(view(&answer).header().flags.error);
    let (sent, came) = (view(&answer).find(AvpId::PROXY_INFO), view(&tfr).find(AvpId::PROXY_INFO));
    assert_eq!(sent.map(|avp| avp.data), came.map(|avp| avp.data));
}

#[test]
fn what_nobody_serves_is_3007_or_3001() {
    let mut header = view(&written(|out| mt_forward().write(out, IDS))).header();
    assert_eq!(Procedure::of(&header), Ok(Procedure::MtForward));
    header.command = Command(8_388_650);
    assert_eq!(Procedure::of(&header), Err(ResultCode::COMMAND_UNSUPPORTED));
    header.command = Command::DEVICE_WATCHDOG;
    assert_eq!(Procedure::of(&header), Err(ResultCode::COMMAND_UNSUPPORTED));
    header.application = ApplicationId(16_777_251);
    assert_eq!(Procedure::of(&header), Err(ResultCode::APPLICATION_UNSUPPORTED));
    header.application = ApplicationId::BASE;
    assert_eq!(Procedure::of(&header), Ok(Procedure::DeviceWatchdog));
}

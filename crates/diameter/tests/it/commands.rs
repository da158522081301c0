//! Every command survives the wire, and says what it lacks.

use diameter::delivery::{DeliveryFailure, FailureCause};
use diameter::s6c::{
    AlertServiceCentre, AlertServiceCentreAnswer, ReportDelivery, ReportDeliveryAnswer, RoutingInfo,
    RoutingInfoAnswer, ServingNode,
};
use diameter::sgd::{MoForward, MoForwardAnswer, MtForward, MtForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{
    ApplicationId, Asked, AvpId, Command, Experimental, HopByHop, Ids, Invalid, MessageView, MessageWriter,
    Outcome, Procedure, ResultCode,
};
use octets::Writer;

use crate::bending::{edited, with_avp, with_value};
use crate::stage::{
    CENTRE, GATEWAY, IDS, SUBMIT, alert, digits, every_request, mo_forward, mt_forward, mt_refused,
    report_delivery, routing_answer, routing_info, serving_node, view, written,
};

#[test]
fn requests_come_back_as_they_were_written() {
    let [ofr, tfr, srr, rdr, alr] = every_request();
    assert_eq!(MoForward::parse(&view(&ofr)), Ok(mo_forward()));
    assert_eq!(MtForward::parse(&view(&tfr)), Ok(mt_forward()));
    assert_eq!(RoutingInfo::parse(&view(&srr)), Ok(routing_info()));
    assert_eq!(ReportDelivery::parse(&view(&rdr)), Ok(report_delivery()));
    assert_eq!(AlertServiceCentre::parse(&view(&alr)), Ok(alert()));
    let found = [&ofr, &tfr, &srr, &rdr, &alr].map(|request| Procedure::of(&view(request).header()));
    assert_eq!(
        found,
        [
            Ok(Procedure::MoForward),
            Ok(Procedure::MtForward),
            Ok(Procedure::RoutingInfo),
            Ok(Procedure::ReportDelivery),
            Ok(Procedure::AlertServiceCentre)
        ]
    );
}

#[test]
fn answers_come_back_as_they_were_written() {
    let [ofr, tfr, srr, rdr, alr] = every_request();
    let ofa = MoForwardAnswer {
        outcome: Experimental::SM_DELIVERY_FAILURE.into(),
        failure: Some(DeliveryFailure { cause: FailureCause::SC_CONGESTION, diagnostic: None }),
        sm_rp_ui: Some(&[1, 0, 0x62, 0x10, 0x81, 0x51, 0x03, 0x04, 0x40]),
    };
    let message = written(|out| ofa.write(out, &view(&ofr), CENTRE));
    assert_eq!(MoForwardAnswer::parse(&view(&message)), Ok(ofa));
    let message = written(|out| mt_refused().write(out, &view(&tfr), GATEWAY));
    assert_eq!(MtForwardAnswer::parse(&view(&message)), Ok(mt_refused()));
    let message = written(|out| routing_answer().write(out, &view(&srr), GATEWAY));
    assert_eq!(RoutingInfoAnswer::parse(&view(&message)), Ok(routing_answer()));
    let rda = ReportDeliveryAnswer {
        outcome: Experimental::MWD_LIST_FULL.into(),
        user_identifier: Some(UserIdentifier::msisdn(digits("1"))),
    };
    let message = written(|out| rda.write(out, &view(&rdr), CENTRE));
    assert_eq!(ReportDeliveryAnswer::parse(&view(&message)), Ok(rda));
    let ala = AlertServiceCentreAnswer { outcome: Outcome::Success };
    let message = written(|out| ala.write(out, &view(&alr), GATEWAY));
    assert_eq!(AlertServiceCentreAnswer::parse(&view(&message)), Ok(ala));
}

#[test]
fn an_alert_of_a_serving_node_is_one_like_that_of_the_hss() {
    let message = written(|out| alert().write_on(ApplicationId::SGD, out, IDS));
    let view = view(&message);
    assert_eq!(view.header().application, ApplicationId::SGD);
    assert_eq!(Procedure::of(&view.header()), Ok(Procedure::AlertServiceCentre));
    assert_eq!(AlertServiceCentre::parse(&view), Ok(alert()));
    let ala = AlertServiceCentreAnswer { outcome: Outcome::Success };
    let answer = written(|out| ala.write(out, &view, GATEWAY));
    let answer = MessageView::parse(&answer).expect("a sound answer");
    assert_eq!(
        answer.header().application,
        ApplicationId::SGD,
        "the answer is of the application that asked"
    );
    assert_eq!(AlertServiceCentreAnswer::parse(&answer), Ok(ala));
}

#[test]
fn a_tpdu_may_be_written_in_place() {
    let by_closure = MoForward {
        session_id: mo_forward().session_id,
        origin: GATEWAY,
        destination: mo_forward().destination,
        sc_address: mo_forward().sc_address,
        user_identifier: mo_forward().user_identifier,
        tpdu: |out: &mut Writer<'_>| {
            out.put(&SUBMIT[..5]);
            out.put(&SUBMIT[5..]);
        },
    };
    assert_eq!(
        written(|out| by_closure.write(out, IDS)),
        written(|out| mo_forward().write(out, IDS)),
        "both forms are one on the wire"
    );
}

#[test]
fn a_request_that_is_sent_again_differs_in_t_and_hop_by_hop_only() {
    let first = written(|out| mo_forward().write(out, IDS));
    let again =
        written(|out| mo_forward().write(out, Ids { hop_by_hop: HopByHop(5), retransmitted: true, ..IDS }));
    let (first, again) = (view(&first).header(), view(&again).header());
    assert_eq!((first.flags.retransmitted, again.flags.retransmitted), (false, true));
    assert_eq!(first.end_to_end, again.end_to_end);
    assert_eq!(again.hop_by_hop, HopByHop(5));
}

#[test]
fn a_small_buffer_is_an_overflow_and_never_a_short_message() {
    let whole = written(|out| mo_forward().write(out, IDS)).len();
    for room in 0..whole {
        let mut buffer = vec![0; room];
        let mut out = Writer::new(&mut buffer);
        mo_forward().write(&mut out, IDS);
        assert!(out.finish().is_err(), "{room} octets");
    }
}

fn judge(message: &[u8]) -> Result<(), Invalid> {
    judge_view(&view(message))
}

fn judge_view(view: &MessageView<'_>) -> Result<(), Invalid> {
    match view.header().command {
        Command::MO_FORWARD_SHORT_MESSAGE => MoForward::parse(view).map(drop),
        Command::MT_FORWARD_SHORT_MESSAGE => MtForward::parse(view).map(drop),
        Command::SEND_ROUTING_INFO_FOR_SM => RoutingInfo::parse(view).map(drop),
        Command::REPORT_SM_DELIVERY_STATUS => ReportDelivery::parse(view).map(drop),
        _ => AlertServiceCentre::parse(view).map(drop),
    }
}

#[test]
fn each_mandatory_avp_that_is_missing_is_5005_and_named() {
    let heading = [
        AvpId::SESSION_ID,
        AvpId::AUTH_SESSION_STATE,
        AvpId::ORIGIN_HOST,
        AvpId::ORIGIN_REALM,
        AvpId::DESTINATION_REALM,
    ];
    let own: [&[AvpId]; 5] = [
        &[AvpId::SC_ADDRESS, AvpId::USER_IDENTIFIER, AvpId::SM_RP_UI],
        &[AvpId::DESTINATION_HOST, AvpId::USER_NAME, AvpId::SC_ADDRESS, AvpId::SM_RP_UI],
        &[],
        &[AvpId::USER_IDENTIFIER, AvpId::SC_ADDRESS, AvpId::SM_DELIVERY_OUTCOME],
        &[AvpId::SC_ADDRESS, AvpId::USER_IDENTIFIER],
    ];
    for (request, own) in every_request().iter().zip(own) {
        for id in heading.iter().chain(own) {
            assert_eq!(judge(&edited(request, *id, 0)), Err(Invalid::missing(*id)));
        }
    }
}

#[test]
fn an_optional_avp_may_be_missing() {
    for request in every_request() {
        assert_eq!(judge(&edited(&request, AvpId::VENDOR_SPECIFIC_APPLICATION_ID, 0)), Ok(()));
    }
    let [ofr, _, srr, ..] = every_request();
    assert_eq!(judge(&edited(&ofr, AvpId::DESTINATION_HOST, 0)), Ok(()));
    let by_imsi = edited(&srr, AvpId::MSISDN, 0);
    assert_eq!(judge(&by_imsi), Ok(()));
    assert_eq!(
        judge(&edited(&by_imsi, AvpId::USER_NAME, 0)),
        Err(Invalid::missing(AvpId::MSISDN)),
        "somebody must be asked for"
    );
}

#[test]
fn each_avp_that_comes_twice_is_5009_and_the_second_is_shown() {
    for request in every_request() {
        let ids: Vec<AvpId> = view(&request).avps().map(|avp| avp.id()).collect();
        for id in ids {
            let doubled = edited(&request, id, 2);
            let invalid = judge(&doubled).expect_err("twice is once too often");
            assert_eq!((invalid.result, invalid.avp), (ResultCode::AVP_OCCURS_TOO_MANY_TIMES, id));
            let first = view(&doubled).find(id).expect("the first one").at;
            assert!(invalid.at.expect("the second one") > first);
        }
    }
}

#[test]
fn an_unknown_avp_is_refused_only_if_its_sender_insists() {
    for request in every_request() {
        let insisting = with_avp(&request, &[0, 0, 0xFF, 0xFF, 0x40, 0, 0, 8]);
        let invalid = judge(&insisting).expect_err("unknown, with the M bit");
        assert_eq!(invalid.result, ResultCode::AVP_UNSUPPORTED);
        assert_eq!(judge(&with_avp(&request, &[0, 0, 0xFF, 0xFF, 0, 0, 0, 8])), Ok(()));
        // User-Name of another vendor is another AVP.
        let foreign = with_avp(&request, &[0, 0, 0, 1, 0x80, 0, 0, 12, 0, 0, 0, 9]);
        assert_eq!(judge(&foreign), Ok(()));
        // The V bit forgotten: code 3300 of the IETF is nothing that we know.
        let ietf = with_avp(&request, &[0, 0, 0x0C, 0xE4, 0x40, 0, 0, 9, 0x44, 0, 0, 0]);
        assert_eq!(judge(&ietf).map_err(|invalid| invalid.result), Err(ResultCode::AVP_UNSUPPORTED));
    }
}

#[test]
fn a_value_that_cannot_be_is_5004_or_5014_and_shown() {
    let [ofr, tfr, srr, rdr, _] = every_request();
    let length = ResultCode::INVALID_AVP_LENGTH;
    let value = ResultCode::INVALID_AVP_VALUE;
    type Case<'a> = (&'a [u8], AvpId, &'a [u8], ResultCode, AvpId);
    let cases: [Case<'_>; 16] = [
        (&ofr, AvpId::SC_ADDRESS, &[], value, AvpId::SC_ADDRESS),
        (&ofr, AvpId::SC_ADDRESS, &[0x4A], value, AvpId::SC_ADDRESS),
        (&ofr, AvpId::SC_ADDRESS, &[0x44; 8], value, AvpId::SC_ADDRESS),
        (&ofr, AvpId::SM_RP_UI, &[], length, AvpId::SM_RP_UI),
        (&ofr, AvpId::SM_RP_UI, &[4; 201], length, AvpId::SM_RP_UI),
        (&ofr, AvpId::USER_IDENTIFIER, &[], ResultCode::MISSING_AVP, AvpId::MSISDN),
        (&ofr, AvpId::USER_IDENTIFIER, &[0, 0, 2, 0xBD, 0xC0, 0, 0, 99], length, AvpId::MSISDN),
        (&tfr, AvpId::TFR_FLAGS, &[0; 3], length, AvpId::TFR_FLAGS),
        (&tfr, AvpId::USER_NAME, &[], length, AvpId::USER_NAME),
        (&tfr, AvpId::SM_DELIVERY_START_TIME, &[0; 8], length, AvpId::SM_DELIVERY_START_TIME),
        (&tfr, AvpId::MAXIMUM_RETRANSMISSION_TIME, &[], length, AvpId::MAXIMUM_RETRANSMISSION_TIME),
        (&tfr, AvpId::MME_NUMBER_FOR_MT_SMS, &[0x4A], value, AvpId::MME_NUMBER_FOR_MT_SMS),
        (&srr, AvpId::SM_RP_SMEA, &[], length, AvpId::SM_RP_SMEA),
        (&srr, AvpId::SM_RP_SMEA, &[0; 13], length, AvpId::SM_RP_SMEA),
        (&srr, AvpId::SM_RP_MTI, &[0, 0, 0, 2], value, AvpId::SM_RP_MTI),
        (&rdr, AvpId::SM_DELIVERY_OUTCOME, &[0; 7], length, AvpId { code: 0, vendor: 0 }),
    ];
    for (message, id, octets, result, shown) in cases {
        let invalid = judge(&with_value(message, id, octets)).expect_err("no such value");
        if shown == AvpId::MSISDN && result == length {
            // The vendor field of the broken member is not there to be read.
            assert_eq!((invalid.result, invalid.avp.code), (result, shown.code));
        } else {
            assert_eq!((invalid.result, invalid.avp), (result, shown));
        }
    }
    assert_eq!(judge(&with_value(&ofr, AvpId::SM_RP_UI, &[4; 200])), Ok(()), "200 octets are the most");
}

#[test]
fn an_answer_is_understood_by_its_outcome_alone() {
    let ofr = written(|out| mo_forward().write(out, IDS));
    let bare = written(|out| {
        let mut message = MessageWriter::answer(out, &view(&ofr).header(), true);
        message.avp_u32(AvpId::RESULT_CODE, 3002);
        message.finish();
    });
    assert_eq!(
        MoForwardAnswer::parse(&view(&bare)),
        Ok(MoForwardAnswer { outcome: Outcome::Result(3002), failure: None, sm_rp_ui: None })
    );
    let silent = written(|out| {
        MessageWriter::answer(out, &view(&ofr).header(), false).finish();
    });
    assert_eq!(MoForwardAnswer::parse(&view(&silent)), Err(Invalid::missing(AvpId::RESULT_CODE)));
}

#[test]
fn an_answer_that_says_no_is_understood_with_its_reasons() {
    let [_, tfr, srr, rdr, _] = every_request();
    for (outcome, code) in [
        (Experimental::USER_UNKNOWN, 5001),
        (Experimental::ABSENT_USER, 5550),
        (Experimental::SERVICE_BARRED, 5557),
        (Experimental::MWD_LIST_FULL, 5558),
    ] {
        let expected = Outcome::Experimental { vendor: 10_415, code };
        let sra = written(|out| RoutingInfoAnswer::bare(outcome.into()).write(out, &view(&srr), CENTRE));
        assert_eq!(RoutingInfoAnswer::parse(&view(&sra)), Ok(RoutingInfoAnswer::bare(expected)));
        let rda = ReportDeliveryAnswer { outcome: outcome.into(), user_identifier: None };
        let rda = written(|out| rda.write(out, &view(&rdr), CENTRE));
        assert_eq!(ReportDeliveryAnswer::parse(&view(&rda)).map(|rda| rda.outcome), Ok(expected));
    }
    for cause in 0..=7 {
        let failure = DeliveryFailure { cause: FailureCause(cause), diagnostic: Some(&[0x00, 0xD3, 0x00]) };
        let outcome = Experimental::SM_DELIVERY_FAILURE.into();
        let tfa = MtForwardAnswer { outcome, failure: Some(failure), ..MtForwardAnswer::DELIVERED };
        let message = written(|out| tfa.write(out, &view(&tfr), CENTRE));
        assert_eq!(MtForwardAnswer::parse(&view(&message)), Ok(tfa), "a cause of a later release, too");
    }
}

#[test]
fn an_answer_is_not_lost_for_a_name_that_cannot_be_read() {
    let [_, tfr, srr, rdr, _] = every_request();
    let user_identifier = Some(UserIdentifier::msisdn(digits("1")));
    let tfa = MtForwardAnswer { user_identifier, ..MtForwardAnswer::DELIVERED };
    let sra = RoutingInfoAnswer { user_identifier, ..RoutingInfoAnswer::bare(Outcome::Success) };
    let rda = ReportDeliveryAnswer { outcome: Outcome::Success, user_identifier };
    // The digit becomes none; or all that the group has is what we do not know (LMSI, without M).
    let spoil = |message: Vec<u8>, is_bent: bool| match is_bent {
        true => {
            let at = view(&message).find(AvpId::USER_IDENTIFIER).expect("User-Identifier").at;
            let mut message = message;
            message[at + 24] = 0xFF;
            message
        }
        false => with_value(
            &message,
            AvpId::USER_IDENTIFIER,
            &[0, 0, 9, 0x60, 0x80, 0, 0, 16, 0, 0, 0x28, 0xAF, 1, 2, 3, 4],
        ),
    };
    for is_bent in [true, false] {
        let message = spoil(written(|out| tfa.write(out, &view(&tfr), GATEWAY)), is_bent);
        let read = MtForwardAnswer::parse(&view(&message)).expect("a sound TFA");
        assert_eq!((read.outcome, read.user_identifier), (Outcome::Success, None));
        let message = spoil(written(|out| sra.write(out, &view(&srr), GATEWAY)), is_bent);
        let read = RoutingInfoAnswer::parse(&view(&message)).expect("a sound SRA");
        assert_eq!((read.outcome, read.user_identifier), (Outcome::Success, None));
        let message = spoil(written(|out| rda.write(out, &view(&rdr), GATEWAY)), is_bent);
        let read = ReportDeliveryAnswer::parse(&view(&message)).expect("a sound RDA");
        assert_eq!((read.outcome, read.user_identifier), (Outcome::Success, None));
    }
}

#[test]
fn a_node_without_a_realm_cannot_be_asked() {
    let [_, _, srr, ..] = every_request();
    for (group, realm, write) in [
        (AvpId::SERVING_NODE, AvpId::MME_REALM, AvpId::MME_NAME),
        (AvpId::ADDITIONAL_SERVING_NODE, AvpId::SGSN_REALM, AvpId::SGSN_NAME),
        (AvpId::SMSF_3GPP_ADDRESS, AvpId::SMSF_3GPP_REALM, AvpId::SMSF_3GPP_NAME),
        (AvpId::SMSF_NON_3GPP_ADDRESS, AvpId::SMSF_NON_3GPP_REALM, AvpId::SMSF_NON_3GPP_NAME),
    ] {
        let answer = written(|out| {
            let mut message = MessageWriter::answer(out, &view(&srr).header(), false);
            Outcome::Success.write(&mut message);
            message.grouped(group, |group| {
                group.avp_bytes(write, b"node.epc.example");
            });
            message.finish();
        });
        assert_eq!(RoutingInfoAnswer::parse(&view(&answer)), Err(Invalid::missing(realm)));
    }
}

#[test]
fn an_answer_that_leads_back_to_its_asker_is_noticed() {
    let ours = digits("447700900014");
    let node = serving_node();
    assert!(node.is_ip_sm_gw(GATEWAY.host, digits("1")) && node.is_ip_sm_gw(b"other.example", ours));
    assert!(node.is_ip_sm_gw(b"GW.ims.Example", digits("1")), "names of hosts have no case");
    assert!(!node.is_ip_sm_gw(b"other.example", digits("447700900011")), "the number of the MME is not ours");
    assert!(!ServingNode::default().is_ip_sm_gw(GATEWAY.host, ours));
}

#[test]
fn an_answer_that_waited_repeats_what_was_kept_of_its_request() {
    let mut tfr = written(|out| mt_forward().write(out, IDS));
    // Two proxies left their state, of odd length.
    for state in [b"p1".as_slice(), b"proxy"] {
        tfr = with_avp(&tfr, &proxy_info(state));
    }
    let view = view(&tfr);
    let kept = written(|out| Asked::from(&view).keep(out));
    assert!(kept.len() < tfr.len() / 2, "only what the answer repeats");
    let late = written(|out| MtForwardAnswer::DELIVERED.write(out, Asked::of(view.header(), &kept), GATEWAY));
    let at_once = written(|out| MtForwardAnswer::DELIVERED.write(out, &view, GATEWAY));
    assert_eq!(late, at_once);
    let answer = MessageView::parse(&late).expect("a sound answer");
    let proxies: Vec<&[u8]> =
        answer.avps().filter(|avp| avp.id() == AvpId::PROXY_INFO).map(|avp| avp.data).collect();
    assert_eq!(proxies, [&proxy_info(b"p1")[8..], &proxy_info(b"proxy")[8..]], "in the order of the request");
}

/// Proxy-Info with a Proxy-State; the host is left out on purpose: it is not ours to judge.
fn proxy_info(state: &[u8]) -> Vec<u8> {
    let member = 8 + state.len();
    let padded = member.next_multiple_of(4);
    let mut octets = vec![0, 0, 1, 0x1C, 0x40, 0, 0, 8 + padded as u8];
    octets.extend_from_slice(&[0, 0, 0, 33, 0x40, 0, 0, member as u8]);
    octets.extend_from_slice(state);
    octets.resize(8 + padded, 0);
    octets
}

#[test]
fn nothing_of_a_person_is_printed() {
    let tfr = written(|out| mt_forward().write(out, IDS));
    let view = view(&tfr);
    let shown = format!(
        "{view:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        view.avps().collect::<Vec<_>>(),
        MtForward::parse(&view),
        mo_forward(),
        routing_info(),
        routing_answer(),
        (report_delivery(), alert(), mt_refused()),
    );
    for secret in ["4477", "00101000", "hello", "example", "68, 65", "232, 50"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

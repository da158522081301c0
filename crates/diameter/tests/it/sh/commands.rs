//! Every Sh command survives the wire, and says what it lacks.

use diameter::sh::{
    DataReference, DataReferences, IdentitySet, ProfileUpdate, ProfileUpdateAnswer, PushNotification,
    PushNotificationAnswer, SequenceNumber, ShData, SubscribeNotifications, SubscribeNotificationsAnswer,
    Subscription, UserData, UserDataAnswer, UserIdentity,
};
use diameter::{
    ApplicationId, AvpId, Command, Experimental, Invalid, MessageWriter, Outcome, Procedure, ResultCode,
};

use super::stage::{
    HSS, alice, every_answer, every_request, profile_update, profile_update_answer, push, subscribe,
    subscribe_answer, user_data, user_data_answer,
};
use crate::bending::{edited, with_avp, with_value};
use crate::stage::{GATEWAY, IDS, digits, view, written};

fn judge(message: &[u8]) -> Result<(), Invalid> {
    let view = view(message);
    match view.header().command {
        Command::USER_DATA => UserData::parse(&view).map(drop),
        Command::PROFILE_UPDATE => ProfileUpdate::parse(&view).map(drop),
        Command::SUBSCRIBE_NOTIFICATIONS => SubscribeNotifications::parse(&view).map(drop),
        _ => PushNotification::parse(&view).map(drop),
    }
}

#[test]
fn requests_come_back_as_they_were_written() {
    let [udr, pur, snr, pnr] = every_request();
    assert_eq!(UserData::parse(&view(&udr)), Ok(user_data()));
    assert_eq!(ProfileUpdate::parse(&view(&pur)), Ok(profile_update()));
    assert_eq!(SubscribeNotifications::parse(&view(&snr)), Ok(subscribe()));
    assert_eq!(PushNotification::parse(&view(&pnr)), Ok(push()));
    let found = [&udr, &pur, &snr, &pnr].map(|request| Procedure::of(&view(request).header()));
    assert_eq!(
        found,
        [
            Ok(Procedure::UserData),
            Ok(Procedure::ProfileUpdate),
            Ok(Procedure::SubscribeNotifications),
            Ok(Procedure::PushNotification)
        ]
    );
    let mut header = view(&udr).header();
    header.command = Command(310);
    assert_eq!(Procedure::of(&header), Err(ResultCode::COMMAND_UNSUPPORTED));
    header.command = Command::MO_FORWARD_SHORT_MESSAGE;
    assert_eq!(Procedure::of(&header), Err(ResultCode::COMMAND_UNSUPPORTED));
}

#[test]
fn answers_come_back_as_they_were_written() {
    let [uda, pua, sna, pna] = every_answer();
    assert_eq!(UserDataAnswer::parse(&view(&uda)), Ok(user_data_answer()));
    assert_eq!(ProfileUpdateAnswer::parse(&view(&pua)), Ok(profile_update_answer()));
    assert_eq!(SubscribeNotificationsAnswer::parse(&view(&sna)), Ok(subscribe_answer()));
    assert_eq!(
        PushNotificationAnswer::parse(&view(&pna)),
        Ok(PushNotificationAnswer { outcome: Outcome::Success })
    );
    for answer in every_answer() {
        let view = view(&answer);
        assert!(view.header().flags.proxiable && !view.header().flags.request);
        assert!(view.find(AvpId::VENDOR_SPECIFIC_APPLICATION_ID).is_some());
        assert_eq!(view.find(AvpId::AUTH_SESSION_STATE).map(|avp| avp.u32()), Some(Ok(1)));
    }
}

#[test]
fn a_refusal_of_the_hss_is_understood_by_its_outcome_alone() {
    let [udr, pur, snr, _] = every_request();
    let refused = |request: &[u8], code: Experimental| {
        let outcome = Outcome::from(code);
        written(|out| diameter::write_refusal(out, &view(request), HSS, outcome, None))
    };
    let uda = refused(&udr, Experimental::USER_UNKNOWN);
    assert_eq!(
        UserDataAnswer::parse(&view(&uda)),
        Ok(UserDataAnswer { outcome: Experimental::USER_UNKNOWN.into(), user_data: None })
    );
    let pua = refused(&pur, Experimental::TRANSPARENT_DATA_OUT_OF_SYNC);
    let read = ProfileUpdateAnswer::parse(&view(&pua)).expect("an outcome");
    assert_eq!(read.outcome, Outcome::Experimental { vendor: 10_415, code: 5105 });
    assert!(read.repository_data_id.is_none() && read.data_references.is_empty());
    let sna = refused(&snr, Experimental::PRIOR_UPDATE_IN_PROGRESS);
    let read = SubscribeNotificationsAnswer::parse(&view(&sna)).expect("an outcome");
    assert_eq!(read.outcome, Outcome::Experimental { vendor: 10_415, code: 4101 });
}

#[test]
fn a_document_is_written_straight_into_its_avp() {
    let update = profile_update();
    let in_place = ProfileUpdate {
        user_data: &alice(),
        session_id: update.session_id,
        origin: update.origin,
        destination: update.destination,
        user_identity: update.user_identity,
        user_name: update.user_name,
        data_references: update.data_references,
    };
    let pur = written(|out| in_place.write(out, IDS));
    let read = ProfileUpdate::parse(&view(&pur)).expect("our own PUR");
    assert_eq!(ShData::read(read.user_data), Ok(alice()));
    let uda = written(|out| {
        let answer = UserDataAnswer { outcome: Outcome::Success, user_data: Some(&alice()) };
        answer.write(out, &view(&every_request()[0]), HSS);
    });
    let read = UserDataAnswer::parse(&view(&uda)).expect("our own UDA");
    assert_eq!(read.user_data.map(ShData::read), Some(Ok(alice())));
}

#[test]
fn several_data_references_are_a_set() {
    let [udr, ..] = every_request();
    let sent: Vec<u32> = view(&udr)
        .avps()
        .filter(|avp| avp.id() == AvpId::DATA_REFERENCE)
        .map(|avp| avp.u32().expect("four octets"))
        .collect();
    assert_eq!(sent, [0, 17, 32]);
    let doubled = edited(&udr, AvpId::DATA_REFERENCE, 2);
    assert_eq!(
        UserData::parse(&view(&doubled)).map(|udr| udr.data_references),
        Ok(user_data().data_references)
    );
    let references = user_data().data_references;
    assert!(references.contains(DataReference::IMSI) && !references.contains(DataReference::S_CSCF_NAME));
    assert!(!references.contains(DataReference(64)) && !references.contains(DataReference(u32::MAX)));
    assert!(user_data().identity_sets.contains(IdentitySet::IMPLICIT_IDENTITIES));
    let last = with_value(&udr, AvpId::DATA_REFERENCE, &[0, 0, 0, 63]);
    assert_eq!(
        UserData::parse(&view(&last)).map(|udr| udr.data_references),
        Ok(DataReferences::of(&[DataReference(63)])),
        "a value of a release to come is carried on"
    );
}

#[test]
fn each_mandatory_avp_that_is_missing_is_5005_and_named() {
    let heading = [
        AvpId::SESSION_ID,
        AvpId::VENDOR_SPECIFIC_APPLICATION_ID,
        AvpId::AUTH_SESSION_STATE,
        AvpId::ORIGIN_HOST,
        AvpId::ORIGIN_REALM,
        AvpId::DESTINATION_REALM,
        AvpId::USER_IDENTITY,
    ];
    let own: [&[AvpId]; 4] = [
        &[AvpId::DATA_REFERENCE],
        &[AvpId::DATA_REFERENCE, AvpId::USER_DATA],
        &[AvpId::DATA_REFERENCE, AvpId::SUBS_REQ_TYPE],
        &[AvpId::DESTINATION_HOST, AvpId::USER_DATA],
    ];
    for (request, own) in every_request().iter().zip(own) {
        for id in heading.iter().chain(own) {
            assert_eq!(judge(&edited(request, *id, 0)), Err(Invalid::missing(*id)));
        }
    }
}

#[test]
fn repository_data_of_nobody_is_5005_for_the_service() {
    let [udr, _, snr, _] = every_request();
    let missing = Err(Invalid::missing(AvpId::SERVICE_INDICATION));
    assert_eq!(judge(&edited(&udr, AvpId::SERVICE_INDICATION, 0)), missing);
    assert_eq!(judge(&with_value(&snr, AvpId::DATA_REFERENCE, &[0; 4])), missing);
    let other = with_value(&udr, AvpId::DATA_REFERENCE, &[0, 0, 0, 17]);
    assert_eq!(judge(&edited(&other, AvpId::SERVICE_INDICATION, 0)), Ok(()));
}

#[test]
fn an_optional_avp_may_be_missing() {
    let [udr, pur, snr, _] = every_request();
    for id in [AvpId::DESTINATION_HOST, AvpId::USER_NAME, AvpId::IDENTITY_SET] {
        assert_eq!(judge(&edited(&udr, id, 0)), Ok(()));
        assert_eq!(judge(&edited(&pur, id, 0)), Ok(()));
    }
    let mut bare = snr;
    for id in [AvpId::SEND_DATA_INDICATION, AvpId::ONE_TIME_NOTIFICATION, AvpId::EXPIRY_TIME] {
        bare = edited(&bare, id, 0);
    }
    let read = SubscribeNotifications::parse(&view(&bare)).expect("nothing is missing");
    assert_eq!((read.wants_data, read.once, read.expires_at_ntp_s), (false, false, None));
}

#[test]
fn each_avp_that_comes_twice_is_5009_and_the_second_is_shown() {
    let several = [AvpId::DATA_REFERENCE, AvpId::SERVICE_INDICATION, AvpId::IDENTITY_SET];
    for request in every_request() {
        let ids: Vec<AvpId> = view(&request).avps().map(|avp| avp.id()).collect();
        for id in ids.into_iter().filter(|id| !several.contains(id)) {
            let doubled = edited(&request, id, 2);
            let invalid = judge(&doubled).expect_err("twice is once too often");
            assert_eq!((invalid.result, invalid.avp), (ResultCode::AVP_OCCURS_TOO_MANY_TIMES, id));
            let first = view(&doubled).find(id).expect("the first one").at;
            assert!(invalid.at.expect("the second one") > first);
        }
    }
    let [udr, ..] = every_request();
    assert_eq!(judge(&edited(&udr, AvpId::SERVICE_INDICATION, 4)), Ok(()));
    let invalid = judge(&edited(&udr, AvpId::SERVICE_INDICATION, 5)).expect_err("five services");
    assert_eq!(
        (invalid.result, invalid.avp),
        (ResultCode::AVP_OCCURS_TOO_MANY_TIMES, AvpId::SERVICE_INDICATION)
    );
}

#[test]
fn a_value_that_cannot_be_is_5004_or_5014_and_shown() {
    let [udr, _, snr, pnr] = every_request();
    let length = ResultCode::INVALID_AVP_LENGTH;
    let value = ResultCode::INVALID_AVP_VALUE;
    type Case<'a> = (&'a [u8], AvpId, &'a [u8], ResultCode);
    let cases: [Case<'_>; 14] = [
        (&udr, AvpId::DATA_REFERENCE, &[0, 0, 17], length),
        (&udr, AvpId::DATA_REFERENCE, &[0, 0, 0, 64], value),
        (&udr, AvpId::DATA_REFERENCE, &[0xFF; 4], value),
        (&udr, AvpId::IDENTITY_SET, &[], length),
        (&udr, AvpId::IDENTITY_SET, &[0, 0, 1, 0], value),
        (&udr, AvpId::SERVICE_INDICATION, &[], length),
        (&udr, AvpId::SERVICE_INDICATION, &[b'x'; 129], length),
        (&udr, AvpId::USER_NAME, &[], length),
        (&snr, AvpId::SUBS_REQ_TYPE, &[0, 0, 0, 2], value),
        (&snr, AvpId::SUBS_REQ_TYPE, &[0], length),
        (&snr, AvpId::SEND_DATA_INDICATION, &[0, 0, 0, 2], value),
        (&snr, AvpId::ONE_TIME_NOTIFICATION, &[0, 0, 0, 1], value),
        (&snr, AvpId::EXPIRY_TIME, &[0; 8], length),
        (&pnr, AvpId::DESTINATION_HOST, &[], length),
    ];
    for (message, id, octets, result) in cases {
        let broken = with_value(message, id, octets);
        let invalid = judge(&broken).expect_err("no such value");
        assert_eq!((invalid.result, invalid.avp), (result, id));
        assert_eq!(invalid.at, view(&broken).find(id).map(|avp| avp.at));
    }
}

/// A UDR about the user that `members` name.
fn about(members: impl FnOnce(&mut MessageWriter<'_, '_>)) -> Result<Vec<u8>, Invalid> {
    let group = written(|out| {
        let ids = (IDS.hop_by_hop, IDS.end_to_end);
        let mut message =
            MessageWriter::request(out, Command::USER_DATA, ApplicationId::SH, ids.0, ids.1, false);
        members(&mut message);
        message.finish();
    });
    let udr = with_value(&every_request()[0], AvpId::USER_IDENTITY, &group[20..]);
    judge(&udr).map(|()| udr)
}

#[test]
fn a_user_has_exactly_one_name() {
    let number = digits("447700900123");
    let fault = |result: Result<Vec<u8>, Invalid>| result.expect_err("not one name").result;
    assert_eq!(about(|_| {}), Err(Invalid::missing(AvpId::PUBLIC_IDENTITY)));
    let two = about(|group| {
        group.tbcd(AvpId::MSISDN, number).avp_bytes(AvpId::PUBLIC_IDENTITY, b"sip:bob@ims.example");
    });
    assert_eq!(fault(two), ResultCode::CONTRADICTING_AVPS);
    let twice = about(|group| {
        group.tbcd(AvpId::MSISDN, number).tbcd(AvpId::MSISDN, number);
    });
    assert_eq!(fault(twice), ResultCode::AVP_OCCURS_TOO_MANY_TIMES);
    let named = |uri: &'static [u8]| {
        about(move |group| {
            group.avp_bytes(AvpId::PUBLIC_IDENTITY, uri);
        })
    };
    assert_eq!(fault(named(b"")), ResultCode::INVALID_AVP_LENGTH);
    assert_eq!(fault(named(&[b'x'; 513])), ResultCode::INVALID_AVP_LENGTH);
    assert_eq!(fault(named(b"sip:\xFF")), ResultCode::INVALID_AVP_VALUE);
    let udr = named(b"tel:+447700900123").expect("one name");
    assert_eq!(
        UserData::parse(&view(&udr)).map(|udr| udr.user_identity),
        Ok(UserIdentity::PublicIdentity("tel:+447700900123"))
    );
    assert_eq!(
        fault(about(|group| {
            group.avp_bytes(AvpId::MSISDN, &[0x4A]);
        })),
        ResultCode::INVALID_AVP_VALUE
    );
}

#[test]
fn avps_of_sh_that_we_do_not_use_may_come_with_the_m_bit() {
    for request in every_request() {
        // Server-Name and DSAI-Tag, both with V and M.
        let with_name = with_avp(&request, b"\0\0\x02\x5A\xC0\0\0\x10\0\0\x28\xAFsip:");
        assert_eq!(judge(&with_avp(&with_name, b"\0\0\x02\xC7\xC0\0\0\x0D\0\0\x28\xAFx\0\0\0")), Ok(()));
        let insisting = with_avp(&request, &[0, 0, 0xFF, 0xFF, 0x40, 0, 0, 8]);
        assert_eq!(judge(&insisting).map_err(|invalid| invalid.result), Err(ResultCode::AVP_UNSUPPORTED));
    }
}

#[test]
fn an_unsubscription_is_not_a_subscription() {
    let request = SubscribeNotifications {
        subscription: Subscription::Unsubscribe,
        wants_data: false,
        once: false,
        expires_at_ntp_s: None,
        ..subscribe()
    };
    let snr = written(|out| request.write(out, IDS));
    assert_eq!(SubscribeNotifications::parse(&view(&snr)), Ok(request));
    assert_eq!(view(&snr).find(AvpId::SUBS_REQ_TYPE).map(|avp| avp.u32()), Some(Ok(1)));
    for id in [AvpId::ONE_TIME_NOTIFICATION, AvpId::SEND_DATA_INDICATION, AvpId::EXPIRY_TIME] {
        assert!(view(&snr).find(id).is_none());
    }
}

#[test]
fn a_sequence_number_goes_round_without_becoming_new() {
    assert_eq!(SequenceNumber::NEW.next(), SequenceNumber(1));
    assert_eq!(SequenceNumber(65_534).next(), SequenceNumber(65_535));
    assert_eq!(SequenceNumber(65_535).next(), SequenceNumber(1));
    let [_, pua, ..] = every_answer();
    let at = view(&pua).find(AvpId::REPOSITORY_DATA_ID).expect("Repository-Data-ID");
    let mut broken = pua.clone();
    // Its last member is Sequence-Number; the third octet from the end of it is the first beyond sixteen bits.
    broken[at.at + 12 + at.data.len() - 3] = 1;
    let invalid = ProfileUpdateAnswer::parse(&view(&broken)).expect_err("65544");
    assert_eq!((invalid.result, invalid.avp), (ResultCode::INVALID_AVP_VALUE, AvpId::SEQUENCE_NUMBER));
}

#[test]
fn nothing_of_a_person_is_printed() {
    let [udr, pur, snr, pnr] = every_request();
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        (UserData::parse(&view(&udr)), user_data().user_identity, alice()),
        (ProfileUpdate::parse(&view(&pur)), SubscribeNotifications::parse(&view(&snr))),
        (PushNotification::parse(&view(&pnr)), profile_update_answer()),
        (user_data_answer(), subscribe_answer()),
        (alice().sms_registration, alice().repository_data),
        alice().repository_data[0].service_data.as_ref().map(|data| data.chat_interworking()),
    );
    for secret in ["4477", "00101", "alice", "example", "meter", "scscf", "60, 83", "Sh-Data", "<"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert_eq!(GATEWAY.host, b"gw.ims.example", "the names that were looked for are those of the stage");
}

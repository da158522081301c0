//! What documents of several hands say, and what they do not.

use diameter::sh::{
    ImsUserState, Reachability, RepositoryData, SequenceNumber, ServiceData, ShData, SmsRegistration,
    Unreadable,
};
use octets::Writer;
use proptest::prelude::*;

use super::stage::{ALICE, alice};
use crate::stage::{digits, written};

fn read(text: &str) -> ShData {
    ShData::read(text.as_bytes()).expect("a document")
}

fn fault(text: &str) -> Unreadable {
    ShData::read(text.as_bytes()).expect_err("nothing that it may say")
}

#[test]
fn everything_comes_back_as_it_was_written() {
    assert_eq!(ShData::read(&written(|out| alice().write(out))), Ok(alice()));
    assert_eq!(ShData::read(&written(|out| ShData::default().write(out))), Ok(ShData::default()));
}

/// In the shape of an open-source HSS: indented, with elements that we do not know, and with empty ones.
const OF_AN_HSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Sh-Data>
    <PublicIdentifiers>
        <IMSPublicIdentity>sip:alice@ims.example</IMSPublicIdentity>
        <IMSPublicIdentity>tel:+447700900123</IMSPublicIdentity>
        <MSISDN>447700900123</MSISDN>
        <MSISDN/>
    </PublicIdentifiers>
    <RepositoryData>
        <ServiceIndication>ApplicationServer</ServiceIndication>
        <SequenceNumber>0</SequenceNumber>
        <ServiceData>
            <Settings xmlns="urn:other"><!-- theirs --><Colour a="1">blue &amp; grey</Colour></Settings>
        </ServiceData>
    </RepositoryData>
    <RepositoryData>
        <ServiceIndication>ChatInterworking</ServiceIndication>
        <SequenceNumber>65535</SequenceNumber>
        <ServiceData></ServiceData>
    </RepositoryData>
    <Sh-IMS-Data>
        <S-CSCFName>sip:scscf.ims.example:6060</S-CSCFName>
        <IMSUserState>1</IMSUserState>
        <IFCs><InitialFilterCriteria><Priority>1</Priority><MSISDN>not a number</MSISDN></InitialFilterCriteria></IFCs>
    </Sh-IMS-Data>
    <CSLocationInformation><VLRNumber>447700900099</VLRNumber></CSLocationInformation>
    <Extension>
        <AllIdentities><IMSPublicIdentity>sip:alice@ims.example</IMSPublicIdentity></AllIdentities>
        <Extension>
            <DeletedIdentities><IMSPublicIdentity>sip:old@ims.example</IMSPublicIdentity></DeletedIdentities>
            <Extension><Extension><Extension><IMSI>001010000000042</IMSI></Extension></Extension></Extension>
        </Extension>
    </Extension>
</Sh-Data>
"#;

#[test]
fn a_document_of_an_hss_says_what_it_knows_of_alice() {
    let data = read(OF_AN_HSS);
    assert_eq!(data.public_identities, [ALICE, "tel:+447700900123"], "each once, and none that was deleted");
    assert_eq!(data.msisdns, [digits("447700900123")]);
    assert_eq!(data.imsi, Some(digits("001010000000042")));
    assert_eq!(data.s_cscf_name.as_deref(), Some("sip:scscf.ims.example:6060"));
    assert_eq!(data.ims_user_state, Some(ImsUserState::REGISTERED));
    let ours = data.repository_of("ChatInterworking").expect("our repository data");
    assert_eq!((ours.sequence_number, &ours.service_data), (SequenceNumber(65_535), &None));
    assert_eq!(data.repository_of("Nobody"), None);
}

#[test]
fn service_data_of_others_stay_as_they_stand() {
    let theirs =
        "<Settings xmlns=\"urn:other\"><!-- theirs --><Colour a=\"1\">blue &amp; grey</Colour></Settings>";
    let data = read(OF_AN_HSS);
    let kept = data.repository_data[0].service_data.as_ref().expect("service data");
    assert_eq!(kept.as_xml(), theirs);
    assert_eq!(kept.chat_interworking(), Ok(None));
    let again = read(&String::from_utf8(written(|out| data.write(out))).expect("UTF-8"));
    assert_eq!(again, data);
}

#[test]
fn elements_are_known_by_their_local_name_however_it_is_spelt() {
    let data = read(
        "<sh:Sh-Data xmlns:sh=\"urn:3gpp:sh\"><sh:Sh-IMS-Data><sh:Extension><sh:Extension><sh:Extension>\
         <sh:UEReachabilityForIP><sh:UE-IP-REACHABILITY-SGSN>0</sh:UE-IP-REACHABILITY-SGSN>\
         <sh:Extension/></sh:UEReachabilityForIP>\
         <sh:SMSRegistrationInfo><sh:IP-SM-GW-Number>+447700900014</sh:IP-SM-GW-Number>\
         <sh:Extension><sh:SCAddress> 447700900005\n</sh:SCAddress></sh:Extension></sh:SMSRegistrationInfo>\
         </sh:Extension></sh:Extension></sh:Extension></sh:Sh-IMS-Data></sh:Sh-Data>",
    );
    assert_eq!(data.reachability, Some(Reachability { mme: false, sgsn: true, amf: false }));
    let registration = data.sms_registration.expect("a registration");
    assert_eq!(registration.ip_sm_gw_number, Some(digits("447700900014")));
    assert_eq!(registration.sc_address, Some(digits("447700900005")));
}

#[test]
fn a_device_is_reachable_where_the_hss_says_so_and_only_there() {
    let reachable = |inside: &str| {
        let text = format!(
            "<Sh-Data><Sh-IMS-Data><UEReachabilityForIP>{inside}</UEReachabilityForIP></Sh-IMS-Data></Sh-Data>"
        );
        read(&text).reachability.expect("reachability").is_reachable()
    };
    assert!(reachable("<UEIPReachabilityMME>0</UEIPReachabilityMME>"));
    assert!(reachable("<Extension><UEIPReachabilityAMF3GPP>0</UEIPReachabilityAMF3GPP></Extension>"));
    assert!(!reachable("<UEIPReachabilityMME>1</UEIPReachabilityMME>"));
    assert!(!reachable("<UEIPReachabilityMME/>"));
    assert!(!reachable(""));
    assert_eq!(read("<Sh-Data/>").reachability, None);
}

#[test]
fn text_is_text_in_whatever_way_it_is_written() {
    let name = |inside: &str| {
        read(&format!("<Sh-Data><Sh-IMS-Data><SCSCFName>{inside}</SCSCFName></Sh-IMS-Data></Sh-Data>"))
            .s_cscf_name
    };
    for inside in [
        "sip:s&amp;x",
        "\n  sip:s&#38;x ",
        "<![CDATA[sip:s&x]]>",
        "sip:<!-- a comment in the middle -->s&#x26;x",
        "sip:s<?pi in the middle?>&amp;x",
    ] {
        assert_eq!(name(inside).as_deref(), Some("sip:s&x"), "{inside}");
    }
    assert_eq!(name(" \n\t "), None);
    assert_eq!(ShData::read(b"\xEF\xBB\xBF<Sh-Data/>"), Ok(ShData::default()), "a byte order mark");
}

#[test]
fn a_known_element_with_an_impossible_value_is_refused() {
    for inside in [
        "<PublicIdentifiers><MSISDN>44x</MSISDN></PublicIdentifiers>",
        "<PublicIdentifiers><MSISDN>1234567890123456</MSISDN></PublicIdentifiers>",
        "<Extension><IMSI>++1</IMSI></Extension>",
        "<Sh-IMS-Data><IMSUserState>REGISTERED</IMSUserState></Sh-IMS-Data>",
        "<Sh-IMS-Data><IMSUserState>65536</IMSUserState></Sh-IMS-Data>",
        "<RepositoryData/>",
        "<RepositoryData><ServiceIndication>A</ServiceIndication></RepositoryData>",
        "<RepositoryData><SequenceNumber>1</SequenceNumber></RepositoryData>",
        "<RepositoryData><ServiceIndication>A</ServiceIndication><SequenceNumber>-1</SequenceNumber></RepositoryData>",
        "<RepositoryData><ServiceIndication>A</ServiceIndication><SequenceNumber>65536</SequenceNumber></RepositoryData>",
    ] {
        assert_eq!(fault(&format!("<Sh-Data>{inside}</Sh-Data>")), Unreadable::Value, "{inside}");
    }
    assert_eq!(fault("<Sh-Daten/>"), Unreadable::NotShData);
    let later = read("<Sh-Data><Sh-IMS-Data><IMSUserState>9</IMSUserState></Sh-IMS-Data></Sh-Data>");
    assert_eq!(later.ims_user_state, Some(ImsUserState(9)), "a value of a release to come");
}

#[test]
fn what_xml_cannot_carry_is_never_sent() {
    for name in ["sip:\0", "sip:\u{1B}", "sip:\u{FFFF}"] {
        let data = ShData { s_cscf_name: Some(name.into()), ..ShData::default() };
        let mut buffer = [0; 512];
        let mut out = Writer::new(&mut buffer);
        data.write(&mut out);
        assert!(out.finish().is_err());
    }
}

#[test]
fn a_small_buffer_is_an_overflow_and_never_a_short_document() {
    let whole = written(|out| alice().write(out)).len();
    for room in 0..whole {
        let mut buffer = vec![0; room];
        let mut out = Writer::new(&mut buffer);
        alice().write(&mut out);
        assert!(out.finish().is_err(), "{room} octets");
    }
}

/// Text as people and vendors may write it, but never empty at its ends.
fn any_text() -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        Just('&'),
        Just('<'),
        Just('>'),
        Just('"'),
        Just('\''),
        Just(']'),
        Just('\r'),
        Just('\n'),
        Just(' '),
        Just('\u{FFFD}'),
        Just('\u{85}'),
        Just('\u{1F600}'),
        proptest::char::range('!', '~'),
    ];
    proptest::collection::vec(letters, 1..12)
        .prop_map(|letters| letters.into_iter().collect::<String>().trim().to_owned())
        .prop_filter("something is left", |text| !text.is_empty())
}

fn any_digits() -> impl Strategy<Value = octets::Digits> {
    (any::<u64>(), 1_usize..=15)
        .prop_map(|(value, count)| octets::Digits::from_number(value, count).expect("one to fifteen digits"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_we_write_we_read(
        identities in proptest::collection::hash_set(any_text(), 0..4),
        msisdns in proptest::collection::hash_set(any_digits(), 0..4),
        imsi in proptest::option::of(any_digits()),
        s_cscf_name in proptest::option::of(any_text()),
        state in proptest::option::of(any::<u16>()),
        registration in proptest::option::of((
            proptest::option::of(any_digits()), proptest::option::of(any_text()), proptest::option::of(any_digits()),
        )),
        reachability in proptest::option::of((any::<bool>(), any::<bool>(), any::<bool>())),
        repository in proptest::collection::vec((any_text(), any::<u16>(), proptest::option::of(any::<bool>())), 0..3),
    ) {
        let repository = repository.into_iter().map(|(service, number, data)| RepositoryData {
            service_indication: service,
            sequence_number: SequenceNumber(number),
            service_data: data.map(|ours| match ours {
                true => ServiceData::from(&super::stage::settings()),
                false => ServiceData::new("<a b='c'>&lt;</a>text<d/>").expect("XML"),
            }),
        });
        let data = ShData {
            public_identities: identities.into_iter().collect(),
            msisdns: msisdns.into_iter().collect(),
            imsi,
            s_cscf_name,
            ims_user_state: state.map(ImsUserState),
            sms_registration: registration.map(|(number, name, centre)| SmsRegistration {
                ip_sm_gw_number: number,
                ip_sm_gw_realm: name.clone(),
                ip_sm_gw_name: name,
                sc_address: centre,
            }),
            reachability: reachability.map(|(mme, sgsn, amf)| Reachability { mme, sgsn, amf }),
            repository_data: repository.collect(),
        };
        prop_assert_eq!(ShData::read(&written(|out| data.write(out))), Ok(data));
    }
}

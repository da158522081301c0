//! TS 24.229 5.4.1.7, TS 24.341 5.3.3: what an S-CSCF tells us about its users.

use octets::{Digits, Writer};
use sip::{BadRegistration, HeaderName, Registration, ServiceKind, UeFeatures, limits, write_registered};
use tempo::WallClock;

use crate::stage::{Verdict, judge, source, wire, with_view};

/// As Kamailio's S-CSCF sends it: no body, From and Contact its own.
pub const PLAIN: &str = "\
REGISTER sip:gw.ims.example.net:5090 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:6060;branch=z9hG4bK7445.7654b8b6000000000000000000000000.0
To: <sip:ann@ims.example.net>
From: <sip:scscf.ims.example.net:6060>;tag=4131fe154c91-0b555d10
CSeq: 10 REGISTER
Call-ID: 6e4a97497d293675-4310@192.0.2.10
Content-Length: 0
User-Agent: kamailio
Event: registration
Max-Forwards: 10
Expires: 720
Contact: <sip:scscf.ims.example.net:6060>
P-Associated-URI: <sip:ann@ims.example.net>

";

/// With the service information of the filter criteria, and the UE's REGISTER and its 200 (TS 29.228 B.2.2).
pub const FULL: &str = "\
REGISTER sip:gw.ims.example.net SIP/2.0
Via: SIP/2.0/UDP scscf.ims.example.net:6060;branch=z9hG4bK99.1
From: <sip:scscf.ims.example.net:6060>;tag=41
To: <tel:+447700900456>
Call-ID: 77@scscf.ims.example.net
CSeq: 2 REGISTER
Max-Forwards: 70
Contact: <sip:scscf.ims.example.net:6060;transport=udp>
Expires: 600000
P-Charging-Vector: icid-value=\"a1\"
Content-Type: multipart/mixed;boundary=\"=_part 1\"

--=_part 1
Content-Type: application/3gpp-ims+xml
Content-Disposition: render;handling=optional

<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<ims-3gpp version=\"1\"><service-info>447700900456</service-info></ims-3gpp>
--=_part 1
Content-Type: message/sip

REGISTER sip:ims.example.net SIP/2.0
Via: SIP/2.0/TCP 10.45.0.7:5060;branch=z9hG4bKue
From: <tel:+447700900456>;tag=ue
To: <tel:+447700900456>
Call-ID: ue@10.45.0.7
CSeq: 2 REGISTER
Contact: <sip:10.45.0.7:5060;transport=tcp>;expires=600000;+sip.instance=\"<urn:gsma:imei:35-0000>\";+g.3gpp.smsip;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"
Content-Length: 0


--=_part 1
Content-Type: message/sip

SIP/2.0 200 OK
Via: SIP/2.0/TCP 10.45.0.7:5060;branch=z9hG4bKue
From: <tel:+447700900456>;tag=ue
To: <tel:+447700900456>;tag=reg
Call-ID: ue@10.45.0.7
CSeq: 2 REGISTER
Contact: <sip:10.45.0.7:5060;transport=tcp>;expires=600000,
 <sip:10.45.0.8:5060>;expires=1200;+g.oma.sip-im,
 <sip:10.45.0.9:5060>;expires=0;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer\"
Content-Length: 0


--=_part 1--
";

/// What is read of it, in words that own themselves.
#[derive(Debug, PartialEq)]
struct Read {
    uri: String,
    tel: Option<Digits>,
    msisdn: Option<Digits>,
    /// `None` for a de-registration.
    there: Option<(u32, Option<UeFeatures>)>,
}

fn read(message: &[u8]) -> Result<Read, (BadRegistration, u16)> {
    with_view(message, |view| {
        assert_eq!(view.validate_request(), Ok(()));
        let registration = Registration::of(view).map_err(|bad| (bad, bad.status().code()))?;
        let identity = registration.identity();
        let (msisdn, there) = match registration {
            Registration::Registered(binding) => {
                (binding.msisdn, Some((binding.expires_s, binding.features)))
            }
            Registration::Deregistered { msisdn, .. } => (msisdn, None),
        };
        let uri = String::from_utf8(identity.uri.to_vec()).expect("text");
        Ok(Read { uri, tel: identity.tel, msisdn, there })
    })
}

fn number(text: &[u8]) -> Option<Digits> {
    Digits::from_ascii(text).ok()
}

fn changed(from: &str, to: &str) -> Vec<u8> {
    assert!(PLAIN.contains(from), "{from}");
    wire(&PLAIN.replace(from, to))
}

/// A body in place of none.
fn with_body(content_type: &str, body: &str) -> Vec<u8> {
    let body = body.replace('\n', "\r\n");
    let headers = format!("Content-Type: {content_type}\nContent-Length: {}", body.len());
    [changed("Content-Length: 0", &headers), body.into_bytes()].concat()
}

#[test]
fn a_plain_registration_names_the_user_and_the_time() {
    assert_eq!(judge(&wire(PLAIN)), Verdict::Fit);
    let there = Some((720, None));
    let uri = "sip:ann@ims.example.net".to_string();
    assert_eq!(read(&wire(PLAIN)), Ok(Read { uri, tel: None, msisdn: None, there }));
}

// TS 24.341 5.3.3 items 2 and 3, 7.4
#[test]
fn a_full_one_names_the_number_and_what_the_devices_can_do() {
    let registered = read(&wire(FULL)).expect("a good REGISTER");
    assert_eq!(registered.tel, number(b"447700900456"));
    assert_eq!(registered.msisdn, number(b"447700900456"));
    let (expires_s, features) = registered.there.expect("registered");
    assert_eq!(expires_s, 600_000);
    let features = features.expect("the UE's own REGISTER is there");
    assert!(features.sms_over_ip && features.sip_im && features.can_chat());
    assert!(
        !features.services.contains(ServiceKind::FileTransfer),
        "a contact that expires now can do nothing any more"
    );
}

#[test]
fn the_s_cscf_hears_its_contact_the_time_and_the_date() {
    let clock = WallClock { unix_seconds: 1_289_690_940, quarter_hours: 4 };
    let answer = |message: &[u8]| {
        with_view(message, |view| {
            let registration = Registration::of(view).expect("good");
            let mut buffer = vec![0; 2048];
            let mut out = Writer::new(&mut buffer);
            let length =
                write_registered(&mut out, view, source(), b"r1", &registration, clock).expect("room enough");
            buffer.truncate(length);
            buffer
        })
    };
    with_view(&answer(&wire(FULL)), |view| {
        assert_eq!(view.status().map(|status| status.code()), Some(200));
        assert_eq!(view.validate_response(), Ok(()));
        assert_eq!(view.to_tag(), Some(&b"r1"[..]));
        assert_eq!(
            view.header(HeaderName::Contact),
            Some(&b"<sip:scscf.ims.example.net:6060;transport=udp>;expires=600000"[..])
        );
        assert_eq!(view.header(HeaderName::Date), Some(&b"Sat, 13 Nov 2010 23:29:00 GMT"[..]));
        assert!(view.body().is_empty());
    });
    with_view(&answer(&changed("Expires: 720", "Expires: 0")), |view| {
        assert_eq!(view.header(HeaderName::Contact), None, "no binding is left");
        assert!(view.header(HeaderName::Date).is_some());
    });
}

#[test]
fn the_contact_says_the_time_before_the_header_does() {
    let time = |message: Vec<u8>| read(&message).expect("good").there.map(|(expires_s, _)| expires_s);
    assert_eq!(time(changed("6060>\nP-", "6060>;expires=90\nP-")), Some(90));
    assert_eq!(time(changed("6060>\nP-", "6060>;expires=0\nP-")), None);
    assert_eq!(time(changed("Expires: 720\n", "")), Some(3600));
    assert_eq!(time(changed("Expires: 720", "Expires: 0")), None);
    assert_eq!(time(changed("Expires: 720", "Expires: 99999999999")), Some(u32::MAX));
    // RFC 3261 10.2.1.1
    assert_eq!(time(changed("Expires: 720", "Expires: soon")), Some(3600));
    assert_eq!(time(changed("Contact: <sip:scscf.ims.example.net:6060>\n", "")), Some(720));
    let all = changed("Contact: <sip:scscf.ims.example.net:6060>", "Contact: *");
    assert_eq!(read(&all), Err((BadRegistration::Star, 400)), "`*` takes back and does nothing else");
    let text = PLAIN.replace("<sip:scscf.ims.example.net:6060>\nP-", "*\nP-").replace("720", "0");
    assert_eq!(time(wire(&text)), None);
    let text = text.replace("Contact: *", "Contact: *, <sip:a@b>");
    assert_eq!(read(&wire(&text)), Err((BadRegistration::Star, 400)));
}

#[test]
fn a_request_that_registers_nobody_is_refused() {
    let query =
        PLAIN.replace("Contact: <sip:scscf.ims.example.net:6060>\n", "").replace("Expires: 720\n", "");
    assert_eq!(read(&wire(&query)), Err((BadRegistration::Query, 400)));
    let nobody = changed("To: <sip:ann@ims.example.net>", "To: <urn:service:sos>");
    assert_eq!(read(&nobody), Err((BadRegistration::Identity, 400)));
}

#[test]
fn a_body_alone_is_read_like_a_part() {
    let xml = with_body(
        "application/3gpp-ims+xml;sv=\"1\"",
        "<ims-3gpp><service-info>+447700900456</service-info></ims-3gpp>",
    );
    assert_eq!(read(&xml).expect("good").msisdn, number(b"447700900456"));
    let ue = "REGISTER sip:x SIP/2.0\nCSeq: 1 REGISTER\nm: <sip:a@b>;+g.3gpp.smsip\nl: 0\n\n";
    let features = |body: &str| {
        read(&with_body("message/sip", body)).expect("good").there.and_then(|(_, features)| features)
    };
    assert!(features(ue).is_some_and(|features| features.sms_over_ip && !features.can_chat()));
    // The UE leaves with all of its contacts, or with this one; another of the user's devices stays.
    assert_eq!(features(&ue.replace("l: 0", "Expires: 0\nl: 0")), Some(UeFeatures::default()));
    assert_eq!(features(&ue.replace("smsip", "smsip;expires=0")), Some(UeFeatures::default()));
    assert_eq!(
        features(&ue.replace("m: <sip:a@b>;+g.3gpp.smsip", "m: *\nExpires: 0")),
        Some(UeFeatures::default())
    );
}

#[test]
fn what_is_beside_the_point_is_passed_over() {
    for (content_type, body) in [
        ("text/plain", "447700900456"),
        ("multipart/alternative;boundary=b", "--b\n\n--b--"),
        ("application/3gpp-ims+xml", "no xml"),
        ("message/sip", "no message"),
        ("message/sip", "MESSAGE sip:x SIP/2.0\nCSeq: 1 MESSAGE\nm: <sip:a@b>;+g.3gpp.smsip\n\n"),
        ("message/sip", "SIP/2.0 403 Forbidden\nCSeq: 1 REGISTER\nm: <sip:a@b>;+g.3gpp.smsip\n\n"),
        (
            "multipart/mixed;boundary=b",
            "--b\nContent-Type: application/3gpp-ims+xml\nContent-Transfer-Encoding: base64\n\n\
             <service-info>447700900456</service-info>\n--b--",
        ),
    ] {
        let registered = read(&with_body(content_type, body)).expect("the registration stands");
        assert_eq!(
            (registered.msisdn, registered.there),
            (None, Some((720, None))),
            "{content_type} {body:.30}"
        );
    }
}

#[test]
fn a_body_without_bounds_is_refused() {
    let (bad, status) = read(&with_body("multipart/mixed;boundary=b", "--b\n\nx")).expect_err("cut off");
    assert!(matches!(bad, BadRegistration::Body(_)) && status == 400);
    let xml = |length: usize| {
        let start = "<service-info>447700900456</service-info>";
        format!("{start}{}", " ".repeat(length - start.len()))
    };
    let good = with_body("application/3gpp-ims+xml", &xml(limits::IMS_XML_OCTETS_MAX));
    assert_eq!(read(&good).expect("just fits").msisdn, number(b"447700900456"));
    let long = with_body("application/3gpp-ims+xml", &xml(limits::IMS_XML_OCTETS_MAX + 1));
    assert_eq!(read(&long), Err((BadRegistration::XmlTooLong, 413)));
}

#[test]
fn nothing_of_the_user_prints() {
    with_view(&wire(FULL), |view| {
        let registration = Registration::of(view);
        let shown = format!("{registration:?}");
        assert!(!shown.contains("4477") && !shown.contains("example"), "{shown}");
        assert!(shown.contains("600000 s") && shown.contains("sms_over_ip: true"), "{shown}");
    });
}

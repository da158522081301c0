//! RFC 3323, RFC 3325, RFC 5502: who it is, and who does not want to be known.

use octets::Digits;
use sip::{
    Asserted, Privacy, Reason, ReasonProtocol, RetryAfter, ServedUser, SessionCase, Uri, is_anonymous,
};

use crate::chat_invite::CHAT;
use crate::stage::{wire, with_view};

fn message(headers: &str) -> Vec<u8> {
    wire(&format!("INVITE tel:+15550002 SIP/2.0\n{headers}\nContent-Length: 0\n\n"))
}

fn privacy(headers: &str) -> Privacy {
    with_view(&message(headers), Privacy::of)
}

#[test]
fn a_number_of_some_place_is_told_from_one_of_the_world() {
    let is_local = |text: &str| Uri::parse(text.as_bytes()).expect("a URI").is_local_number();
    for local in [
        "tel:5550001;phone-context=+49155",
        "tel:5550001;isub=1;Phone-Context=home.example",
        "sip:5550001;phone-context=+49155@ims.example;user=phone",
    ] {
        assert!(is_local(local), "{local}");
    }
    for global in [
        "tel:+4915550001",
        "tel:+4915550001;phone-context=+49155",
        "tel:4915550001",
        "sip:+4915550001@ims.example;user=phone",
        "sip:bob@ims.example;phone-context=+49155",
    ] {
        assert!(!is_local(global), "{global}");
    }
}

fn number(text: &[u8]) -> Option<Digits> {
    Digits::from_ascii(text).ok()
}

#[test]
fn each_word_of_privacy_is_heard() {
    let none = Privacy::default();
    assert_eq!(privacy("Subject: id"), none);
    assert_eq!(privacy("Privacy: id"), Privacy { id: true, ..none });
    assert_eq!(privacy("Privacy: ID ; critical"), Privacy { id: true, critical: true, ..none });
    assert_eq!(privacy("privacy: header;session"), Privacy { header: true, session: true, ..none });
    assert_eq!(privacy("Privacy: user, id"), Privacy { user: true, id: true, ..none });
    assert_eq!(privacy("Privacy: none"), Privacy { none: true, ..none });
    assert_eq!(privacy("Privacy: session\nPrivacy: id"), Privacy { id: true, session: true, ..none });
    assert_eq!(privacy("Privacy: idx;history;;"), none);
}

#[test]
fn the_identity_is_hidden_when_any_word_asks_for_it() {
    for headers in ["Privacy: id", "Privacy: user", "Privacy: header;session", "Privacy: none;id"] {
        assert!(privacy(headers).asks_to_hide(), "{headers}");
    }
    for headers in ["Privacy: none", "Privacy: session;critical", "Subject: x"] {
        assert!(!privacy(headers).asks_to_hide(), "{headers}");
    }
}

#[test]
fn nobody_is_known_by_the_address_and_not_by_the_name() {
    let anonymous =
        |from: &str| with_view(&message(&format!("f: {from}")), |view| is_anonymous(&view.from()));
    assert!(anonymous("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1"));
    assert!(anonymous("<sip:x@ANONYMOUS.invalid:5060;user=phone>;tag=1"));
    assert!(!anonymous("\"Anonymous\" <sip:ann@example.net>;tag=1"));
    assert!(!anonymous("<sip:anonymous@example.net>"));
    assert!(!anonymous("<sip:anonymous.invalid@example.net>"));
    assert!(!anonymous(""));
}

#[test]
fn the_tel_uri_has_the_number_and_the_sip_uri_is_the_address() {
    let read = |value: &str| {
        with_view(&message(&format!("P-Asserted-Identity: {value}")), |view| {
            Asserted::of(view).map(|asserted| (asserted.tel, asserted.uri.to_vec()))
        })
    };
    let ann = b"sip:ann@example.net".to_vec();
    assert_eq!(read("<sip:ann@example.net>, <tel:+1-555-0001>"), Some((number(b"15550001"), ann.clone())));
    assert_eq!(
        read("tel:+15550001, \"A, nn\" <sip:ann@example.net>"),
        Some((number(b"15550001"), ann.clone()))
    );
    assert_eq!(read("<sip:ann@example.net>"), Some((None, ann.clone())));
    assert_eq!(
        read("<sip:ann@example.net>\nP-Asserted-Identity: <tel:+15550001>"),
        Some((number(b"15550001"), ann))
    );
    assert_eq!(read("tel:+15550001;cpc=ordinary").map(|(tel, _)| tel), Some(number(b"15550001")));
    assert_eq!(
        read("<sip:+15550009@example.net;user=phone>, <tel:+15550001>").map(|(tel, _)| tel),
        Some(number(b"15550001")),
        "of two numbers the tel URI has the right one"
    );
    // RFC 3325 9.1: without brackets the parameters belong to the URI.
    let phone = "sip:+15550001@example.net;user=phone";
    assert_eq!(read(phone), Some((number(b"15550001"), phone.as_bytes().to_vec())));
    // A short code is no number that an SMS could go to; the SIP URI has one.
    assert_eq!(read("<sip:+15550001@example.net>, tel:*21").map(|(tel, _)| tel), Some(number(b"15550001")));
    for bad in ["", "<urn:service:sos>", "ann", "<sip:@>"] {
        assert_eq!(read(bad), None, "{bad}");
    }
    let invite = with_view(&wire(CHAT), |view| Asserted::of(view).map(|asserted| asserted.tel));
    assert_eq!(invite, Some(number(b"15550001")));
}

#[test]
fn the_served_user_comes_with_its_role() {
    let read = |value: &str| {
        with_view(&message(&format!("P-Served-User: {value}")), |view| {
            ServedUser::of(view).map(|user| (user.identity.tel, user.case, user.is_registered))
        })
    };
    let ann = number(b"15550001");
    assert_eq!(
        read("<sip:+15550001@example.net>;sescase=orig;regstate=reg"),
        Some((ann, Some(SessionCase::Originating), Some(true)))
    );
    assert_eq!(
        read("<tel:+15550001>;SesCase=TERM;regstate=unreg"),
        Some((ann, Some(SessionCase::Terminating), Some(false)))
    );
    // RFC 5502: without brackets the parameters belong to the header.
    assert_eq!(read("tel:+15550001;sescase=term"), Some((ann, Some(SessionCase::Terminating), None)));
    // RFC 8498
    assert_eq!(
        read("<tel:+15550001>;orig-cdiv;regstate=reg"),
        Some((ann, Some(SessionCase::OriginatingAfterDiversion), Some(true)))
    );
    assert_eq!(read("<sip:ann@example.net>;sescase=both"), Some((None, None, None)));
    assert_eq!(read("sescase=orig"), None);
}

#[test]
fn the_cause_for_us_is_found_among_others() {
    let bye =
        message("Reason: Q.850;cause=16, SIP;cause=480;text=\"Bearer unavailable\"\nRetry-After: 30 (busy)");
    with_view(&bye, |view| {
        let sip = Reason::of(view, ReasonProtocol::Sip).expect("a cause for SIP");
        assert_eq!((sip.cause, sip.text), (Some(480), &b"Bearer unavailable"[..]));
        assert_eq!(Reason::of(view, ReasonProtocol::Q850).and_then(|reason| reason.cause), Some(16));
        assert!(Reason::of(view, ReasonProtocol::Other).is_none());
        assert_eq!(RetryAfter::of(view).map(|retry| retry.seconds), Some(30));
    });
}

#[test]
fn identities_do_not_print() {
    with_view(&wire(CHAT), |view| {
        let shown = format!("{:?} {:?}", Asserted::of(view), ServedUser::of(view));
        assert!(!shown.contains("1555") && !shown.contains("ims"), "{shown}");
    });
}

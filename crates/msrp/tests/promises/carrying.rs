//! What rides in MSRP: CPIM and IMDN.

use msrp::cpim::{ANONYMOUS, CpimFault, CpimHeaders};
use msrp::imdn::{self, Fate, Imdn, NotImdn, Notification, NotificationDocument};
use msrp::{ContentKind, Cpim, Disposition, Status, write_cpim};
use octets::{Overflow, Writer};
use proptest::prelude::*;
use tempo::Civil;

use crate::stream::written;

/// As an RCS client writes it.
pub const CPIM: &str = "From: <sip:anonymous@anonymous.invalid>\r\n\
    To: <sip:anonymous@anonymous.invalid>\r\n\
    NS: imdn <urn:ietf:params:imdn>\r\n\
    imdn.Message-ID: Msg34jk\r\n\
    DateTime: 2026-01-18T15:30:40Z\r\n\
    imdn.Disposition-Notification: positive-delivery, display\r\n\
    \r\n\
    Content-type: text/plain;charset=UTF-8\r\n\
    Content-length: 5\r\n\
    \r\n\
    Hallo";

/// As an RCS client writes it.
pub const IMDN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n\
    <imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\r\n\
    <message-id>Msg34jk</message-id>\r\n\
    <datetime>2026-01-18T15:30:40.000Z</datetime>\r\n\
    <recipient-uri>tel:+447700900456</recipient-uri>\r\n\
    <delivery-notification>\r\n\
    <status>\r\n\
    <delivered/>\r\n\
    </status>\r\n\
    </delivery-notification>\r\n\
    </imdn>\r\n";

const MOMENT: Civil = Civil { year: 2026, month: 1, day: 18, hour: 15, minute: 30, second: 40 };

fn cpim(text: &str) -> Cpim<'_> {
    Cpim::parse(text.as_bytes()).expect("a sound message")
}

#[test]
fn every_field_of_a_message_is_read_whatever_ends_its_lines() {
    for text in [CPIM.to_owned(), CPIM.replace("\r\n", "\n")] {
        let seen = cpim(&text);
        assert_eq!(seen.from, Some(ANONYMOUS));
        assert_eq!(
            seen.to_address().map(|address| address.uri),
            Some(&b"sip:anonymous@anonymous.invalid"[..])
        );
        assert_eq!(seen.imdn_message_id, Some(&b"Msg34jk"[..]));
        assert_eq!(seen.date_time, Some(&b"2026-01-18T15:30:40Z"[..]));
        assert!(seen.disposition.wants(Disposition::POSITIVE_DELIVERY.with(Disposition::DISPLAY)));
        assert!(!seen.disposition.wants(Disposition::NEGATIVE_DELIVERY));
        assert_eq!(seen.content_kind(), ContentKind::Text { utf8: true });
        assert_eq!(seen.body, b"Hallo");
    }
}

#[test]
fn a_wrong_length_loses_no_text() {
    for (length, behind, body) in [
        ("5", "Hallo", "Hallo"),
        ("5", "Hallo\r\n", "Hallo"), // a line end behind the text is cut off
        ("4", "Häll", "Häll"),       // characters counted, not octets
        ("99", "Hallo", "Hallo"),
        ("-1", "Hallo", "Hallo"),
        ("0", "Hallo", "Hallo"),
        ("99999999999999999999", "Hallo", "Hallo"),
    ] {
        let text = CPIM.replace("length: 5", &format!("length: {length}")).replace("Hallo", behind);
        assert_eq!(cpim(&text).body, body.as_bytes(), "{length}");
    }
    assert_eq!(cpim(&CPIM.replace("Content-length: 5\r\n", "")).body, b"Hallo");
}

#[test]
fn a_text_may_hold_what_looks_like_headers() {
    let text = CPIM.replace("Hallo", "To: me\r\n\r\nContent-type: x\r\n\r\n");
    let seen = cpim(&text);
    assert_eq!(seen.body, b"To: me\r\n\r\nContent-type: x\r\n\r\n");
    assert_eq!(seen.content_kind(), ContentKind::Text { utf8: true });
}

#[test]
fn the_namespace_decides_whose_header_it_is() {
    let renamed = CPIM.replace("NS: imdn", "NS: x").replace("imdn.", "x.");
    assert_eq!(cpim(&renamed).imdn_message_id, Some(&b"Msg34jk"[..]));
    let by_default = CPIM.replace("NS: imdn ", "NS: ").replace("imdn.", "");
    assert_eq!(cpim(&by_default).imdn_message_id, Some(&b"Msg34jk"[..]));
    let forgotten = CPIM.replace("NS: imdn <urn:ietf:params:imdn>\r\n", "");
    assert_eq!(cpim(&forgotten).imdn_message_id, Some(&b"Msg34jk"[..]), "imdn is what everybody means");
    let foreign = CPIM.replace("NS: imdn", "NS: x");
    assert_eq!(cpim(&foreign).imdn_message_id, None, "x is bound, imdn is not");
    let case = CPIM.replace("imdn.Message-ID", "imdn.message-id").replace("From:", "from:");
    assert_eq!(
        (cpim(&case).imdn_message_id, cpim(&case).from),
        (None, None),
        "names are case-sensitive, RFC 3862 2.3"
    );
}

#[test]
fn a_demand_that_we_do_not_know_is_refused() {
    let demanding = |names: &str| CPIM.replace("DateTime:", &format!("Require: {names}\r\nDateTime:"));
    for known in ["imdn.Disposition-Notification", "From, To", "imdn.Message-ID,DateTime"] {
        assert!(Cpim::parse(demanding(known).as_bytes()).is_ok(), "{known}");
    }
    for unknown in ["MyFeatures.VitalMessageOption", "From, x.Y", "imdn.Other", ""] {
        let fault = Cpim::parse(demanding(unknown).as_bytes()).map(|_| ());
        assert_eq!(fault, Err(CpimFault::Require), "{unknown}");
    }
    assert_eq!(CpimFault::Require.status(), Status::UNSUPPORTED_MEDIA_TYPE);
}

#[test]
fn other_headers_are_tolerated() {
    let rich = CPIM
        .replace("DateTime:", "Subject;lang=en: Greetings\r\ncc: <sip:c@d>\r\nx.Unknown: y\r\nDateTime:")
        .replace(
            "Content-length",
            "Content-ID: <1@b>\r\nContent-Transfer-Encoding: binary\r\nX-Folded: a;\r\n b=c\r\nContent-length",
        );
    let seen = cpim(&rich);
    assert_eq!((seen.subject, seen.transfer_encoding), (Some(&b"Greetings"[..]), Some(&b"binary"[..])));
    assert_eq!(seen.body, b"Hallo");
}

#[test]
fn a_message_that_ends_too_early_or_breaks_is_refused() {
    let body = CPIM.find("Hallo").expect("it is there");
    for end in 0..body {
        let fault = Cpim::parse(&CPIM.as_bytes()[..end]).map(|_| ());
        assert_eq!(fault, Err(CpimFault::Truncated), "cut at {end}");
    }
    assert_eq!(cpim(&CPIM[..body]).body, b"", "a text of no octets");
    let broken = CPIM.replace("DateTime:", "DateTime");
    // The time of day holds the colon that ends the name then; the name is no name.
    assert_eq!(
        Cpim::parse(broken.as_bytes()).map(|_| ()),
        Err(CpimFault::Header { at: CPIM.find("DateTime").expect("it is there") })
    );
    let nameless = CPIM.replace("To: ", ": ");
    let fault = Cpim::parse(nameless.as_bytes()).expect_err("a header without name");
    assert_eq!(fault.status(), Status::BAD_REQUEST);
    let many = CPIM.replace("DateTime:", &("x: y\r\n".repeat(msrp::limits::CPIM_HEADERS_MAX) + "DateTime:"));
    assert_eq!(Cpim::parse(many.as_bytes()).map(|_| ()), Err(CpimFault::TooManyHeaders));
}

#[test]
fn what_we_write_is_this() {
    let headers = CpimHeaders {
        from: b"<tel:+447700900456>",
        date_time: Some(MOMENT),
        imdn_message_id: Some(b"Msg1"),
        disposition: Disposition::POSITIVE_DELIVERY.with(Disposition::NEGATIVE_DELIVERY),
        ..CpimHeaders::default()
    };
    let octets = written(|out| {
        write_cpim(out, &headers, b"text/plain;charset=UTF-8", |out| out.text("Grüße")).expect("it fits");
    });
    let expected = "From: <tel:+447700900456>\r\n\
        To: <sip:anonymous@anonymous.invalid>\r\n\
        NS: imdn <urn:ietf:params:imdn>\r\n\
        imdn.Message-ID: Msg1\r\n\
        DateTime: 2026-01-18T15:30:40Z\r\n\
        imdn.Disposition-Notification: positive-delivery, negative-delivery\r\n\
        \r\n\
        Content-Type: text/plain;charset=UTF-8\r\n\
        Content-Length:     7\r\n\
        \r\n\
        Grüße";
    assert_eq!(String::from_utf8(octets).expect("text"), expected);
    let bare =
        written(|out| write_cpim(out, &CpimHeaders::default(), b"text/plain", |_| {}).expect("it fits"));
    assert!(!String::from_utf8(bare).expect("text").contains("imdn"), "nothing to ask, nothing to name");
    for room in 0..expected.len() {
        let mut buffer = vec![0; room];
        let mut out = Writer::new(&mut buffer);
        let outcome = write_cpim(&mut out, &headers, b"text/plain;charset=UTF-8", |out| out.text("Grüße"));
        assert_eq!(outcome, Err(Overflow), "room {room}");
    }
}

#[test]
fn a_name_with_a_line_end_makes_no_second_header() {
    let headers = CpimHeaders { from: b"Mallory\r\nTo: <sip:x@y>\r\n <sip:m@n>", ..CpimHeaders::default() };
    let octets = written(|out| write_cpim(out, &headers, b"text/plain", |_| {}).expect("it fits"));
    assert_eq!(Cpim::parse(&octets).expect("our own message").to, Some(ANONYMOUS));
}

#[test]
fn a_notification_is_read_however_it_is_spelled() {
    for text in [
        IMDN.to_owned(),
        IMDN.replace("<delivered/>", "<delivered></delivered>"),
        IMDN.replace("<delivered/>", "<!-- <failed/> --><delivered />"),
        IMDN.replace('<', "<i:").replace("<i:/", "</i:").replace("<i:?", "<?").replace("xmlns", "xmlns:i"),
        IMDN.replace("<message-id>", "<message-id\n>").replace("\r\n", ""),
        IMDN.replace("<status>", "<status a=\"x>y\" b='<'>"),
        format!("\u{feff}{IMDN}"),
    ] {
        let seen = Imdn::parse(text.as_bytes()).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!((seen.notification, seen.fate), (Notification::Delivery, Fate::Delivered));
        assert!(seen.names(b"Msg34jk") && !seen.names(b"Msg34j") && !seen.names(b"Msg34jkl"));
    }
    let displayed = IMDN.replace("delivery-n", "display-n").replace("delivered", "displayed");
    let seen = Imdn::parse(displayed.as_bytes()).expect("a sound document");
    assert_eq!((seen.notification, seen.fate), (Notification::Display, Fate::Displayed));
    let unknown = IMDN.replace("delivered", "teleported");
    assert_eq!(Imdn::parse(unknown.as_bytes()).expect("a sound document").fate, Fate::Other);
}

#[test]
fn what_is_no_notification_is_refused() {
    for text in [
        String::new(),
        "hello".into(),
        IMDN.replace("</imdn>", ""),
        IMDN.replace("</status>", "</stat>"),
        IMDN.replace("<message-id>Msg34jk</message-id>", ""),
        IMDN.replace("Msg34jk", "  "),
        IMDN.replace("<delivered/>", ""),
        IMDN.replace("delivery-notification", "odd-notification"),
        IMDN.replace("<imdn", "<!DOCTYPE imdn [<!ENTITY x \"y\">]><imdn"),
        IMDN.replace("<delivered/>", "<delivered"),
        IMDN.replace("<delivered/>", "</>"),
        IMDN.replace("<message-id>", "<a><b><c><d><e><f><g><h><i>"),
        IMDN.replace("<datetime>", &("<x/>".repeat(msrp::limits::XML_TAGS_MAX) + "<datetime>")),
        format!("{IMDN}{IMDN}"),
        format!("{IMDN}rest"),
        IMDN.replace("-->", "").replace("<status>", "<!-- <status>"),
    ] {
        assert_eq!(Imdn::parse(text.as_bytes()).map(|_| ()), Err(NotImdn), "{text}");
    }
}

#[test]
fn references_in_an_identifier_are_understood() {
    let seen = |id: &'static str| IMDN.replace("Msg34jk", id);
    for (written, meant) in
        [("a&amp;b", "a&b"), ("&lt;1@x&gt;", "<1@x>"), ("&#65;&#x42;", "AB"), ("&quot;&apos;", "\"'")]
    {
        assert!(Imdn::parse(seen(written).as_bytes()).expect("a sound document").names(meant.as_bytes()));
    }
    for bad in ["a&b", "a&nbsp;b", "&#x;", "&#+65;", "&#x+1;", "&#300;", "&"] {
        let text = seen(bad);
        assert!(!Imdn::parse(text.as_bytes()).expect("a sound document").names(b"A"), "{bad}");
    }
}

#[test]
fn a_notification_travels_in_cpim() {
    let document = NotificationDocument {
        message_id: b"Msg34jk",
        date_time: MOMENT,
        recipient_uri: b"tel:+447700900456",
        original_recipient_uri: Some(b"sip:bob@biloxi.example"),
        notification: Notification::Delivery,
        fate: Fate::Failed,
    };
    let headers = CpimHeaders {
        imdn_message_id: Some(b"Own1"),
        disposition: Disposition::POSITIVE_DELIVERY,
        ..CpimHeaders::default()
    };
    let octets = written(|out| imdn::write_notification(out, &headers, &document).expect("it fits"));
    let seen = Cpim::parse(&octets).expect("our own message");
    assert_eq!(seen.content_kind(), ContentKind::Imdn);
    assert_eq!(seen.content_disposition, Some(&b"notification"[..]));
    assert!(seen.disposition.is_empty(), "never an IMDN for an IMDN");
    let inner = Imdn::parse(seen.body).expect("our own document");
    assert_eq!((inner.notification, inner.fate), (Notification::Delivery, Fate::Failed));
    assert!(inner.names(b"Msg34jk"));
    for room in 0..octets.len() {
        let mut buffer = vec![0; room];
        assert!(imdn::write_notification(&mut Writer::new(&mut buffer), &headers, &document).is_err());
    }
}

#[test]
fn a_notification_is_owed_only_to_who_asked_and_never_for_one() {
    let asking = |wanted: &str| CPIM.replace("positive-delivery, display", wanted);
    let both = asking("positive-delivery, negative-delivery, display");
    for (text, delivered, failed) in [
        (both.clone(), true, true),
        (asking("positive-delivery"), true, false),
        (asking("negative-delivery"), false, true),
        (asking("display"), false, false), // no SMS user can tell
        (asking(""), false, false),
        (both.replace("text/plain;charset=UTF-8", "message/imdn+xml"), false, false),
        (both.replace("text/plain", "application/im-iscomposing+xml"), false, false),
        (both.replace("imdn.Message-ID: Msg34jk\r\n", ""), false, false),
        (both.replace("ID: Msg34jk", "ID:"), false, false),
    ] {
        let seen = cpim(&text);
        assert_eq!(imdn::is_due(&seen, Fate::Delivered), delivered, "{text}");
        for fate in [Fate::Failed, Fate::Forbidden, Fate::Error] {
            assert_eq!(imdn::is_due(&seen, fate), failed, "{text}");
        }
        for fate in [Fate::Displayed, Fate::Processed, Fate::Stored, Fate::Other] {
            assert!(!imdn::is_due(&seen, fate));
        }
    }
}

fn fate() -> impl Strategy<Value = (Notification, Fate)> {
    prop::sample::select(vec![
        (Notification::Delivery, Fate::Delivered),
        (Notification::Delivery, Fate::Failed),
        (Notification::Delivery, Fate::Forbidden),
        (Notification::Delivery, Fate::Error),
        (Notification::Display, Fate::Displayed),
        (Notification::Processing, Fate::Processed),
        (Notification::Processing, Fate::Stored),
    ])
}

proptest! {
    #[test]
    fn a_document_comes_back_as_it_went(id in "[!-~]{1,40}", uri in "[ -~]{0,40}", (notification, fate) in fate()) {
        let document = NotificationDocument {
            message_id: id.as_bytes(),
            date_time: MOMENT,
            recipient_uri: uri.as_bytes(),
            original_recipient_uri: None,
            notification,
            fate,
        };
        let octets = written(|out| imdn::write(out, &document).expect("it fits"));
        let seen = Imdn::parse(&octets).expect("our own document");
        prop_assert!(seen.names(id.as_bytes()));
        prop_assert_eq!((seen.notification, seen.fate), (notification, fate));
    }

    #[test]
    fn a_message_comes_back_as_it_went(text in any::<String>(), id in "[!-~]{1,40}", wanted in 0_u8..16) {
        let all = [
            Disposition::POSITIVE_DELIVERY,
            Disposition::NEGATIVE_DELIVERY,
            Disposition::PROCESSING,
            Disposition::DISPLAY,
        ];
        let chosen = all.into_iter().enumerate().filter(|(bit, _)| wanted >> bit & 1 == 1);
        let disposition = chosen.fold(Disposition::NONE, |set, (_, one)| set.with(one));
        let headers = CpimHeaders {
            imdn_message_id: Some(id.as_bytes()),
            date_time: Some(MOMENT),
            disposition,
            ..CpimHeaders::default()
        };
        let octets = written(|out| {
            write_cpim(out, &headers, b"text/plain;charset=UTF-8", |out| out.text(&text)).expect("it fits");
        });
        let seen = Cpim::parse(&octets).expect("our own message");
        prop_assert_eq!(seen.body, text.as_bytes());
        prop_assert_eq!(seen.imdn_message_id, Some(id.as_bytes()));
        prop_assert_eq!(seen.disposition, disposition);
        prop_assert_eq!(seen.from, Some(ANONYMOUS));
    }
}

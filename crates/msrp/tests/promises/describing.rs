//! Session descriptions: what clients offer, what the gateway answers, what it refuses and how.

use msrp::sdp::write_offer;
use msrp::{Answer, Direction, NotAcceptable, Offer, Proposal, Setup};

use crate::stream::{GATEWAY, written};

/// As an RCS client writes it.
pub const CLIENT: &str = "v=0\r\n\
    o=- 3977743455 3977743455 IN IP4 198.51.100.23\r\n\
    s=-\r\n\
    c=IN IP4 198.51.100.23\r\n\
    t=0 0\r\n\
    m=message 20000 TCP/MSRP *\r\n\
    a=path:msrp://198.51.100.23:20000/1768746640123;tcp\r\n\
    a=accept-types:message/cpim application/im-iscomposing+xml\r\n\
    a=accept-wrapped-types:text/plain message/imdn+xml application/vnd.gsma.rcs-ft-http+xml\r\n\
    a=setup:actpass\r\n\
    a=sendrecv\r\n";

/// As it is written by hand into a scenario file: LF line ends, path last, no setup.
const SCENARIO: &str = "v=0\n\
    o=user1 53655765 2353687637 IN IP4 203.0.113.5\n\
    s=-\n\
    c=IN IP4 203.0.113.5\n\
    t=0 0\n\
    m=message 7654 TCP/MSRP *\n\
    a=accept-types:text/plain message/cpim\n\
    a=path:msrp://203.0.113.5:7654/jshA7weztas;tcp\n";

fn offer(text: &str) -> Offer<'_> {
    Offer::parse(text.as_bytes()).expect("an acceptable offer")
}

fn refused(text: &str) -> NotAcceptable {
    Offer::parse(text.as_bytes()).expect_err("an offer to refuse")
}

fn answer<'a>(offer: &'a Offer<'a>) -> Answer<'a> {
    Answer {
        offer,
        address: b"192.0.2.7",
        port: 2855,
        path: GATEWAY.as_bytes(),
        session: 4711,
        version: 2,
        max_size: 10_000,
        fingerprint: Some(b"SHA-256 AA:BB"),
        cema: true,
    }
}

fn answered(text: &str) -> String {
    let offer = offer(text);
    String::from_utf8(written(|out| answer(&offer).write(out).expect("it fits"))).expect("text")
}

#[test]
fn the_offer_of_a_client_is_read() {
    let offer = offer(CLIENT);
    assert!(!offer.secure);
    assert_eq!(offer.port, 20_000);
    assert_eq!(offer.connection.map(|connection| connection.address), Some(&b"198.51.100.23"[..]));
    assert_eq!(offer.path, b"msrp://198.51.100.23:20000/1768746640123;tcp");
    assert!(offer.accepts("message/cpim") && offer.accepts("application/im-iscomposing+xml"));
    assert!(!offer.accepts("text/plain"));
    assert!(offer.accepts_wrapped("text/plain") && !offer.accepts_wrapped("image/png"));
    assert_eq!((offer.setup, offer.answering_setup()), (Some(Setup::ActPass), Setup::Passive));
    assert_eq!((offer.max_size, offer.cema, offer.direction), (None, false, Direction::SendRecv));
}

#[test]
fn the_offer_of_a_scenario_file_is_read() {
    let offer = offer(SCENARIO);
    assert_eq!(offer.setup, None);
    assert_eq!(offer.answering_setup(), Setup::Passive, "without setup the offerer connects, RFC 4975 5.4");
    assert!(offer.accepts("text/plain"));
    assert!(offer.accepts_wrapped("anything/really"), "it says nothing of what may be wrapped");
    assert_eq!(offer.endpoint(), Some((&b"203.0.113.5"[..], 7654)));
}

#[test]
fn the_answer_to_a_client_is_this() {
    assert_eq!(
        answered(CLIENT),
        "v=0\r\n\
         o=- 4711 2 IN IP4 192.0.2.7\r\n\
         s=-\r\n\
         c=IN IP4 192.0.2.7\r\n\
         t=0 0\r\n\
         m=message 2855 TCP/MSRP *\r\n\
         a=path:msrp://192.0.2.7:2855/9di4eae923wzd;tcp\r\n\
         a=accept-types:message/cpim\r\n\
         a=accept-wrapped-types:text/plain message/imdn+xml\r\n\
         a=setup:passive\r\n\
         a=max-size:10000\r\n\
         a=sendrecv\r\n"
    );
}

#[test]
fn bare_text_is_accepted_where_nothing_else_is_offered() {
    let text = SCENARIO.replace("text/plain message/cpim", "text/plain application/im-iscomposing+xml");
    let answer = answered(&text);
    assert!(answer.contains("a=accept-types:text/plain application/im-iscomposing+xml\r\n"));
    assert!(!answer.contains("wrapped"));
    let pictures_only = CLIENT
        .replace(
            "accept-types:message/cpim application/im-iscomposing+xml",
            "accept-types:message/cpim text/plain",
        )
        .replace("wrapped-types:text/plain", "wrapped-types:image/png");
    assert!(
        answered(&pictures_only).contains("a=accept-types:text/plain\r\n"),
        "text may not be wrapped there"
    );
}

#[test]
fn everything_may_be_offered_at_once() {
    let all =
        CLIENT.replace("accept-types:message/cpim application/im-iscomposing+xml", "accept-types:*").replace(
            "wrapped-types:text/plain message/imdn+xml application/vnd.gsma.rcs-ft-http+xml",
            "wrapped-types:*",
        );
    let answer = answered(&all);
    assert!(answer.contains("a=accept-types:message/cpim\r\n"));
    assert!(
        answer.contains(
            "a=accept-wrapped-types:text/plain message/imdn+xml application/im-iscomposing+xml\r\n"
        )
    );
}

#[test]
fn we_connect_only_to_who_only_waits() {
    for (setup, ours, port) in [
        ("active", "passive", 2855),
        ("actpass", "passive", 2855),
        ("passive", "active", 9), // who connects has no port
        ("holdconn", "holdconn", 2855),
        ("ACTPASS", "passive", 2855),
    ] {
        let answer = answered(&CLIENT.replace("setup:actpass", &format!("setup:{setup}")));
        assert!(answer.contains(&format!("a=setup:{ours}\r\n")), "{setup}: {answer}");
        assert!(answer.contains(&format!("m=message {port} TCP/MSRP *\r\n")), "{setup}: {answer}");
    }
}

#[test]
fn where_to_connect_depends_on_cema() {
    let relayed = CLIENT
        .replace("c=IN IP4 198.51.100.23", "c=IN IP4 203.0.113.99")
        .replace("path:", "path:msrp://relay.example;tcp ");
    assert_eq!(
        offer(&relayed).endpoint(),
        Some((&b"relay.example"[..], 2855)),
        "the leftmost URI, its default port"
    );
    let cema = relayed.replace("a=sendrecv", "a=msrp-cema\r\na=sendrecv");
    assert_eq!(
        offer(&cema).endpoint(),
        Some((&b"203.0.113.99"[..], 20_000)),
        "RFC 6714: the c= and m= lines"
    );
    assert!(answered(&cema).contains("a=msrp-cema\r\n"));
    let declined = offer(&cema);
    let silent = written(|out| Answer { cema: false, ..answer(&declined) }.write(out).expect("it fits"));
    assert!(!String::from_utf8(silent).expect("text").contains("cema"));
    assert!(!answered(CLIENT).contains("cema"), "it is said only to those who said it");
}

#[test]
fn tls_is_answered_with_tls() {
    let secure = CLIENT
        .replace("TCP/MSRP", "TCP/TLS/MSRP")
        .replace("path:msrp:", "path:msrps:")
        .replace("a=sendrecv", "a=fingerprint:SHA-1 4A:AD\r\na=sendrecv");
    assert!(offer(&secure).secure);
    assert_eq!(offer(&secure).fingerprint, Some(&b"SHA-1 4A:AD"[..]));
    let answer = answered(&secure);
    assert!(answer.contains("m=message 2855 TCP/TLS/MSRP *\r\n"));
    assert!(answer.contains("a=fingerprint:SHA-256 AA:BB\r\n"));
    assert!(!answered(CLIENT).contains("fingerprint"));
}

#[test]
fn the_direction_is_answered_from_the_other_side() {
    for (theirs, ours) in [
        ("sendrecv", "sendrecv"),
        ("sendonly", "recvonly"),
        ("recvonly", "sendonly"),
        ("inactive", "inactive"),
    ] {
        let of_medium = CLIENT.replace("a=sendrecv", &format!("a={theirs}"));
        let of_session =
            CLIENT.replace("a=sendrecv\r\n", "").replace("t=0 0\r\n", &format!("t=0 0\r\na={theirs}\r\n"));
        for text in [of_medium, of_session] {
            assert!(answered(&text).ends_with(&format!("a={ours}\r\n")), "{theirs}");
        }
    }
}

#[test]
fn what_the_session_says_counts_until_the_medium_says_else() {
    let text = CLIENT
        .replace("c=IN IP4 198.51.100.23\r\n", "c=IN IP6 2001:db8::1\r\na=setup:passive\r\n")
        .replace("a=setup:actpass\r\n", "");
    assert_eq!(offer(&text).setup, Some(Setup::Passive));
    assert!(offer(&text).connection.is_some_and(|connection| connection.is_ipv6));
    let own = text.replace("TCP/MSRP *\r\n", "TCP/MSRP *\r\nc=IN IP4 198.51.100.99\r\na=setup:active\r\n");
    assert_eq!(offer(&own).setup, Some(Setup::Active));
    assert_eq!(offer(&own).connection.map(|connection| connection.address), Some(&b"198.51.100.99"[..]));
}

#[test]
fn other_media_are_declined_in_their_places() {
    let medium = CLIENT.split_once("m=").expect("a medium").1;
    let rich = CLIENT.replace("m=message", "m=audio 49170/2 RTP/AVP 0 97\r\na=rtpmap:97 x/8000\r\nm=message")
        + "m=video 51372 RTP/AVP 31\r\na=path:nonsense\r\nm="
        + medium;
    assert_eq!(offer(&rich).port, 20_000);
    let answer = answered(&rich);
    let media: Vec<_> = answer.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        media,
        [
            "m=audio 0 RTP/AVP 0 97",
            "m=message 2855 TCP/MSRP *",
            "m=video 0 RTP/AVP 31",
            "m=message 0 TCP/MSRP *"
        ]
    );
    // A file transfer beside the chat does not cost the chat.
    let beside =
        CLIENT.replace("m=message", "m=message 1 TCP/MSRP *\r\na=file-selector:name:\"x\"\r\nm=message");
    assert_eq!(offer(&beside).port, 20_000);
}

#[test]
fn every_refusal_has_its_warning() {
    let without = |attribute: &str| -> String {
        CLIENT.split_inclusive("\r\n").filter(|line| !line.starts_with(attribute)).collect()
    };
    let changed = |from: &str, to: &str| CLIENT.replace(from, to);
    for (text, reason, status, warning) in [
        (changed("TCP/MSRP", "RTP/AVP"), NotAcceptable::NoMsrp, 488, 304),
        (changed("m=message", "m=audio"), NotAcceptable::NoMsrp, 488, 304),
        (CLIENT[..CLIENT.find("m=").expect("a medium")].to_owned(), NotAcceptable::NoMsrp, 488, 304),
        (changed("message 20000", "message 0"), NotAcceptable::PortZero, 488, 304),
        (changed("a=setup", "a=file-selector:name:\"x\"\r\na=setup"), NotAcceptable::FileTransfer, 488, 305),
        (changed("a=setup", "a=file-transfer-id:x\r\na=setup"), NotAcceptable::FileTransfer, 488, 305),
        (changed("types:message/cpim", "types:image/png"), NotAcceptable::NoCommonType, 488, 305),
        (
            changed("wrapped-types:text/plain", "wrapped-types:image/png"),
            NotAcceptable::NoCommonType,
            488,
            305,
        ),
        (without("a=accept-types"), NotAcceptable::NoCommonType, 488, 305),
        (without("a=path"), NotAcceptable::NoPath, 488, 399),
        (changed("path:msrp", "path:http"), NotAcceptable::Malformed, 400, 399),
        (changed("setup:actpass", "setup:maybe"), NotAcceptable::Malformed, 400, 399),
        (changed("a=sendrecv", "a=max-size:many"), NotAcceptable::Malformed, 400, 399),
        (changed("c=IN IP4", "c=IN IP5"), NotAcceptable::Malformed, 400, 399),
        (changed("message 20000", "message 65536"), NotAcceptable::Malformed, 400, 399),
        (changed("message 20000 TCP/MSRP *", "message 20000"), NotAcceptable::Malformed, 400, 399),
        (changed("v=0", "v=1"), NotAcceptable::Malformed, 400, 399),
        (changed("t=0 0", "t 0 0"), NotAcceptable::Malformed, 400, 399),
        (changed("s=-", "s=\r-"), NotAcceptable::Malformed, 400, 399),
        (CLIENT.to_owned() + "m=audio 1 RTP/AVP 0\rm=x\r\n", NotAcceptable::Malformed, 400, 399),
        (String::new(), NotAcceptable::Malformed, 400, 399),
        (CLIENT.to_owned() + &"a=x\r\n".repeat(4096), NotAcceptable::TooLong, 488, 399),
        (CLIENT.to_owned() + &"m=audio 1 RTP/AVP 0\r\n".repeat(16), NotAcceptable::TooLong, 488, 399),
    ] {
        let seen = refused(&text);
        assert_eq!(seen, reason, "{}", &text[..text.len().min(400)]);
        assert_eq!((seen.sip_status(), seen.warning()), (status, warning));
        assert!(!seen.text().is_empty());
    }
}

#[test]
fn an_offer_of_ours_is_acceptable_to_us() {
    let proposal = Proposal {
        secure: true,
        address: b"2001:db8::7",
        port: 2855,
        path: b"msrps://[2001:db8::7]:2855/abc;tcp",
        session: 1,
        version: 1,
        accept_types: "message/cpim",
        accept_wrapped_types: Some("text/plain"),
        setup: Some(Setup::Active),
        max_size: Some(10_000),
        cema: true,
        direction: Direction::SendOnly,
        fingerprint: Some(b"SHA-256 AA"),
    };
    let octets = written(|out| write_offer(out, &proposal).expect("it fits"));
    let read = Offer::parse(&octets).expect("our own offer");
    assert!(read.secure && read.cema);
    assert_eq!((read.port, read.setup), (9, Some(Setup::Active)));
    assert_eq!((read.max_size, read.direction), (Some(10_000), Direction::SendOnly));
    assert_eq!((read.path, read.fingerprint), (proposal.path, proposal.fingerprint));
    assert!(read.accepts_wrapped("text/plain") && !read.accepts_wrapped("image/png"));
    assert!(read.connection.is_some_and(|connection| connection.is_ipv6));
    // And the answer of the gateway is readable to the side that offered.
    let answer = written(|out| answer(&read).write(out).expect("it fits"));
    assert_eq!(Offer::parse(&answer).expect("our own answer").setup, Some(Setup::Passive));
    for room in 0..octets.len() {
        assert!(write_offer(&mut octets::Writer::new(&mut vec![0; room]), &proposal).is_err());
    }
}

//! RFC 2046 5.1: one way to cut a body, or none.

use sip::{MediaType, Multipart, MultipartFlaw, limits};

use crate::stage::{wire, with_view};

fn cut<'a>(content_type: &'a [u8], body: &'a [u8]) -> Result<Multipart<'a>, (MultipartFlaw, u16)> {
    let media_type = MediaType::parse(content_type).expect("a good media type");
    Multipart::parse(&media_type, body).map_err(|bad| (bad.kind, bad.status().code()))
}

fn bodies(multipart: Multipart<'_>) -> Vec<&[u8]> {
    multipart.parts().map(|part| part.body).collect()
}

const OFFER_AND_MESSAGE: &str = "\
This is for readers that know no MIME.
--b1
Content-Type: application/sdp

v=0
a=sendrecv

--b1  \t
content-type : message/cpim;
 charset=utf-8
Content-Disposition: render;handling=optional
Content-ID: <first@example.net>
X-Other: y

From: <sip:ann@example.net>
--b10
--b1x--
hello
--b1--
--b1
this is the epilogue
";

#[test]
fn an_offer_and_a_first_message_are_told_apart() {
    for body in [wire(OFFER_AND_MESSAGE), OFFER_AND_MESSAGE.as_bytes().to_vec()] {
        let multipart = cut(b"multipart/mixed;boundary=b1", &body).expect("good");
        assert_eq!(multipart.parts().count(), 2, "preamble and epilogue are none");
        let offer = multipart.find(b"Application/SDP").expect("an offer");
        assert!(offer.body.starts_with(b"v=0") && offer.body.trim_ascii_end().ends_with(b"sendrecv"));
        assert!(offer.body.ends_with(b"\n"), "only the line end in front of the delimiter is not its own");
        let message = multipart.find(b"message/cpim").expect("a message");
        assert_eq!(message.content_id, Some(&b"first@example.net"[..]));
        assert_eq!(message.content_disposition, Some(&b"render;handling=optional"[..]));
        assert!(
            message.body.starts_with(b"From:") && message.body.ends_with(b"--b1x--\r\nhello")
                || message.body.ends_with(b"--b1x--\nhello"),
            "lines that only resemble a delimiter are text"
        );
        assert!(multipart.find(b"application/resource-lists+xml").is_none());
    }
}

#[test]
fn a_quoted_boundary_may_hold_all_that_rfc_2046_allows() {
    let body = b"--=_a b'()+,-./:?\r\n\r\nx\r\n--=_a b'()+,-./:?--";
    let multipart = cut(b"multipart/mixed; Boundary=\"=_a b'()+,-./:?\"", body).expect("good");
    assert_eq!(bodies(multipart), [b"x"]);
}

#[test]
fn octets_of_a_part_are_its_own() {
    // Binary, with line ends of all kinds and without one at its end.
    let body = b"--b\r\nContent-Type: application/vnd.3gpp.sms\r\n\r\n\x00\r\r\n\n--\x00\xFF\r\n--b--\r\n";
    let multipart = cut(b"multipart/mixed;boundary=b", body).expect("good");
    assert_eq!(bodies(multipart), [b"\x00\r\r\n\n--\x00\xFF"]);
}

#[test]
fn empty_parts_and_parts_without_headers_are_parts() {
    let body = b"--b\r\n\r\n\r\n--b\r\n\r\n--b\r\nContent-Type: text/html\r\n--b\r\n--b\r\n\r\ntext\r\n--b--";
    let multipart = cut(b"multipart/mixed;boundary=b", body).expect("good");
    assert_eq!(bodies(multipart), [&b""[..], b"", b"", b"", b"text"]);
    assert_eq!(multipart.find(b"text/plain").map(|part| part.body), Some(&b""[..]), "text/plain by default");
    assert!(multipart.find(b"text/html").is_some());
}

#[test]
fn an_encoded_part_says_so() {
    let body =
        b"--b\nContent-Transfer-Encoding: base64\n\nAAAA\n--b\nContent-Transfer-Encoding: Binary\n\nx\n--b--";
    let multipart = cut(b"multipart/mixed;boundary=b", body).expect("good");
    assert_eq!(multipart.parts().map(|part| part.is_encoded()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn what_cannot_be_cut_in_one_way_is_refused() {
    use MultipartFlaw::{
        Boundary, NoPart, PartHeader, PartHeaderTooLong, RepeatedHeader, TooManyParts, Unclosed,
    };
    let good = b"--b\r\n\r\nx\r\n--b--";
    for content_type in [
        "multipart/mixed",
        "multipart/mixed;boundary=\"\"",
        "multipart/mixed;boundary=\"b \"",
        "multipart/mixed;boundary=\"b\\\"\"",
        "multipart/mixed;boundary=b;boundary=b",
        &format!("multipart/mixed;boundary={}", "b".repeat(limits::BOUNDARY_OCTETS_MAX + 1)),
    ] {
        assert_eq!(cut(content_type.as_bytes(), good).err(), Some((Boundary, 400)), "{content_type}");
    }
    let longest = "b".repeat(limits::BOUNDARY_OCTETS_MAX);
    let body = format!("--{longest}\r\n\r\nx\r\n--{longest}--");
    assert!(cut(format!("multipart/mixed;boundary={longest}").as_bytes(), body.as_bytes()).is_ok());

    let long_header = format!("--b\r\nX: {}\r\n\r\n--b--", "y".repeat(limits::HEADER_OCTETS_MAX));
    let many = |count: usize| format!("{}--b--", "--b\r\n\r\nx\r\n".repeat(count));
    for (body, flaw, status) in [
        ("", NoPart, 400),
        ("x", NoPart, 400),
        (" --b\r\n\r\n --b--", NoPart, 400),
        ("--b--", NoPart, 400),
        ("--b", Unclosed, 400),
        ("--b\r\n\r\nx", Unclosed, 400),
        ("--b\r\n\r\nx\r\n--b\r\n", Unclosed, 400),
        ("--b\r\n\r\nx --b--", Unclosed, 400),
        ("--b\r\nno header\r\n\r\nx\r\n--b--", PartHeader, 400),
        ("--b\r\nno token: x\r\n\r\nx\r\n--b--", PartHeader, 400),
        ("--b\r\nContent-Type: a/b\r\nContent-type: c/d\r\n\r\nx\r\n--b--", RepeatedHeader, 400),
        (&long_header, PartHeaderTooLong, 413),
        (&many(limits::MULTIPART_PARTS_MAX + 1), TooManyParts, 413),
        (
            "--b\r\nContent-Type: multipart/alternative;boundary=c\r\n\r\n--c\r\n--c--\r\n--b--",
            MultipartFlaw::Nested,
            415,
        ),
    ] {
        assert_eq!(
            cut(b"multipart/mixed;boundary=b", body.as_bytes()).err(),
            Some((flaw, status)),
            "{body:.60}"
        );
    }
    assert!(cut(b"multipart/mixed;boundary=b", many(limits::MULTIPART_PARTS_MAX).as_bytes()).is_ok());
}

#[test]
fn a_good_body_cut_anywhere_is_refused() {
    let body = wire(OFFER_AND_MESSAGE);
    let close = body.windows(6).position(|window| window == b"--b1--").expect("a close") + 6;
    for length in 0..close {
        assert!(cut(b"multipart/mixed;boundary=b1", &body[..length]).is_err(), "{length} octets");
    }
    assert!(cut(b"multipart/mixed;boundary=b1", &body[..close]).is_ok());
}

#[test]
fn only_mixed_bodies_are_looked_into() {
    let message =
        |kind: &str| wire(&format!("INFO sip:a@b SIP/2.0\nc: {kind};boundary=b\nl: 15\n\n--b\n\nx\n--b--"));
    assert!(
        with_view(&message("multipart/MIXED"), |view| Multipart::of(view).is_some_and(|read| read.is_ok()))
    );
    assert!(with_view(&message("multipart/alternative"), |view| Multipart::of(view).is_none()));
}

//! What RFC 4475 asks a parser, with messages of our own: each test names its row.

use sip::{HeaderName, MessageView, Method, Rport, StatusCode, Transport, Uri, Via};

use crate::stage::{CAPABILITIES, Verdict, judge, wire, with_view, written};

/// The headers that make a request complete but for what the test adds; two addresses, a way back, an identity.
const VIA: &str = "Via: SIP/2.0/UDP atlas.example.net:5070;branch=z9hG4bKtort1\n";
const FROM: &str = "From: <sip:ann@example.net>;tag=f1\n";
const TO: &str = "To: <sip:ben@example.org>\n";
const CALL: &str = "Call-ID: c1@atlas\nMax-Forwards: 70\n";

/// An OPTIONS with `extra` behind the usual headers, without a body.
fn options(extra: &str) -> Vec<u8> {
    wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 4 OPTIONS\n{extra}l: 0\n\n"
    ))
}

/// An OPTIONS whose first line is `line`.
fn line(line: &str) -> Vec<u8> {
    wire(&format!("{line}\n{VIA}{FROM}{TO}{CALL}CSeq: 4 OPTIONS\nl: 0\n\n"))
}

/// An OPTIONS with this From and this To.
fn parties(from: &str, to: &str) -> Vec<u8> {
    wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\n{VIA}From: {from}\nTo: {to}\n{CALL}CSeq: 4 OPTIONS\nl: 0\n\n"
    ))
}

/// An INVITE with `extra` in front of its body of five octets.
fn invite(extra: &str) -> Vec<u8> {
    wire(&format!("INVITE sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 4 INVITE\n{extra}\nv=0\n"))
}

/// A 200 to an OPTIONS of ours with this status line and CSeq.
fn response(line: &str, cseq: &str) -> Vec<u8> {
    wire(&format!("{line}\n{VIA}{FROM}To: <sip:ben@example.org>;tag=t\n{CALL}CSeq: {cseq}\nl: 0\n\n"))
}

#[test]
fn row_3_1_1_1_a_short_tortuous_invite_is_read_as_meant() {
    let message = wire(
        "INVITE sip:ben@example.org;odd SIP/2.0\n\
         TO :\n sip:ben@example.org ;   tag    = 77z\n\
         f   : \"Ann \\\\\\\"\"       <sip:ann@example.net>\n  ;\n  tag = 98\n\
         MaX-fOrWaRdS: 0068\n\
         i: tort.1@192.0.2.1\n\
         l   : 5\n\
         cseq: 0009\n  INVITE\n\
         Via  : SIP  /   2.0\n /UDP\n    192.0.2.2;branch=390skd\n\
         s :\n\
         Shiny:   a value\n that goes on\n\
         Odd: ;;,,;;,;\n\
         c: application/sdp\n\
         Route:\n <sip:one.example.org;lr;with=value;without>\n\
         v:  SIP  / 2.0  / TCP     two.example.net   ;\n  branch  =   z9hG4bKb2  ,\n SIP  /    2.0   / UDP  192.168.255.1   ; branch=\n z9hG4bKb3\n\
         m:\"Ann \\\"\\\"\" <sip:ann@192.0.2.2> ; newparam =\n      newvalue ;\n  second ; q = 0.33\n\
         \nv=0\n",
    );
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(view.to().uri, b"sip:ben@example.org");
        assert_eq!(view.to_tag(), Some(&b"77z"[..]));
        assert_eq!(view.from_tag(), Some(&b"98"[..]));
        assert_eq!(view.max_forwards(), Some(68));
        assert_eq!((view.cseq().number, view.cseq().method), (9, Method::Invite));
        assert_eq!(view.call_id(), b"tort.1@192.0.2.1");
        assert_eq!(view.header(HeaderName::Subject), Some(&b""[..]));
        assert_eq!(view.header_named(b"shiny"), Some(&b"a value\r\n that goes on"[..]));
        assert_eq!(view.contact_uri(), Some(&b"sip:ann@192.0.2.2"[..]));
        assert_eq!(view.body(), b"v=0\r\n");
        let branches: Vec<_> =
            view.elements(HeaderName::Via).map(|via| Via::parse(via).expect("good").branch).collect();
        assert_eq!(branches, [Some(&b"390skd"[..]), Some(b"z9hG4bKb2"), Some(b"z9hG4bKb3")]);
    });
}

#[test]
fn row_3_1_1_2_a_wide_range_of_characters_is_well_formed_but_the_method_unknown() {
    let message = wire(
        "!odd-Method0123*+`.%so'~ sip:1_odd.User~(to-be!)&isn't+it$/x?,/;;*:&pw=1!*$@example.org SIP/2.0\n\
         Via: SIP/2.0/TCP atlas.example.net;branch=z9hG4bK-.!%66*_+`'~\n\
         To: \"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" <sip:1_odd.User~(to-be!)&isn't+it$/x?,/;;*@example.org>\n\
         From: one~` two'+_ three*%!.- <sip:ann@example.net>;other''~+*_!.-%=\"шлюз\";tag=_t~1'+`*%!-.\n\
         Call-ID: w%ZK-!.*_+'@w`~)(><:\\/\"][?}{\n\
         CSeq: 139122385 !odd-Method0123*+`.%so'~\n\
         Max-Forwards: 255\n\
         extra-!.%*+_`'~: 停電\n\
         Content-Length: 0\n\n",
    );
    assert_eq!(judge(&message), Verdict::Refused(501));
    with_view(&message, |view| {
        assert_eq!(view.method(), Method::Other);
        let uri = Uri::parse(view.request_uri()).expect("a good URI");
        assert_eq!(uri.host, b"example.org");
        assert_eq!(view.from_tag(), Some(&b"_t~1'+`*%!-."[..]));
    });
}

#[test]
fn row_3_1_1_3_escaped_characters_stay_escaped() {
    let message = line("OPTIONS sip:sips%3Aben%40example.com@example.org SIP/2.0");
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        let uri = Uri::parse(view.request_uri()).expect("a good URI");
        assert_eq!((uri.user, uri.host), (Some(&b"sips%3Aben%40example.com"[..]), &b"example.org"[..]));
    });
}

#[test]
fn row_3_1_1_4_an_escaped_null_truncates_nothing() {
    let message = line("OPTIONS sip:null-%00-null@example.org SIP/2.0");
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(Uri::parse(view.request_uri()).and_then(|uri| uri.user), Some(&b"null-%00-null"[..]));
    });
}

#[test]
fn row_3_1_1_5_a_percent_sign_is_no_escape_in_names() {
    let message = wire(&format!(
        "OPT%49ONS sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 4 OPT%49ONS\nC%6Fntact: nothing\nl: 0\n\n"
    ));
    assert_eq!(judge(&message), Verdict::Refused(501));
    with_view(&message, |view| assert_eq!(view.header(HeaderName::Contact), None));
}

#[test]
fn row_3_1_1_6_a_name_may_touch_the_bracket() {
    assert_eq!(judge(&parties("caller<sip:ann@example.net>;tag=323", "<sip:ben@example.org>")), Verdict::Fit);
}

#[test]
fn row_3_1_1_7_long_values_are_read() {
    let long = "long".repeat(200);
    let message = options(&format!("{long}-Name: {long} value\nSubject: {long}\nVia: SIP/2.0/UDP {long}\n"));
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(view.header_named(format!("{long}-name").as_bytes()).map(<[u8]>::len), Some(806))
    });
}

#[test]
fn row_3_1_1_8_octets_behind_the_body_of_a_datagram_are_ignored() {
    let mut message = options("");
    message.extend_from_slice(&invite("l: 5\n"));
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(view.method(), Method::Options);
        assert_eq!(view.body(), b"");
    });
}

#[test]
fn row_3_1_1_9_semicolons_in_the_user_part_are_no_parameters() {
    let message = line("OPTIONS sip:ben;par=u%40example.net@example.org SIP/2.0");
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        let uri = Uri::parse(view.request_uri()).expect("a good URI");
        assert!(!uri.params.has(b"par"));
        assert_eq!(uri.host, b"example.org");
    });
}

#[test]
fn row_3_1_1_10_an_unknown_transport_below_ours_is_read() {
    let message = options("Via: SIP/2.0/PIGEON roof.example.com;branch=z9hG4bKp\n");
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        let transports: Vec<_> =
            view.elements(HeaderName::Via).map(|via| Via::parse(via).expect("good").transport).collect();
        assert_eq!(transports, [Transport::Udp, Transport::Other]);
    });
}

#[test]
fn row_3_1_1_11_a_binary_multipart_body_comes_whole() {
    let body = b"--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\r\n\r\n\x80\r\n--b--\r\n";
    let mut message = wire(&format!(
        "MESSAGE sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 4 MESSAGE\n\
         Content-Type: multipart/mixed;boundary=b\nl: {}\n\n",
        body.len()
    ));
    message.extend_from_slice(body);
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(view.body(), body);
        assert_eq!(view.media_type().and_then(|kind| kind.params.value(b"boundary")), Some(&b"b"[..]));
    });
}

#[test]
fn row_3_1_1_12_and_13_reason_phrases_may_be_anything_or_nothing() {
    for reason in [" = 2**3 but двести", " ", ""] {
        let message = response(&format!("SIP/2.0 200{reason}"), "4 OPTIONS");
        assert_eq!(judge(&message), Verdict::Fit);
        with_view(&message, |view| assert_eq!(view.status(), Some(StatusCode::OK)));
    }
}

#[test]
fn row_3_1_2_1_extraneous_separators_are_refused() {
    let via = wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\n{FROM}{TO}{CALL}CSeq: 4 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&via), Verdict::Refused(400));
    assert_eq!(judge(&options("Contact: \"Joe\" <sip:joe@example.org>;;;;\n")), Verdict::Refused(400));
}

#[test]
fn row_3_1_2_2_a_body_shorter_than_its_length_is_refused() {
    assert_eq!(judge(&invite("Content-Type: application/sdp\nl: 9999\n")), Verdict::Refused(400));
}

#[test]
fn row_3_1_2_3_a_negative_length_is_refused() {
    assert_eq!(judge(&invite("Content-Type: application/sdp\nl: -999\n")), Verdict::Refused(400));
}

#[test]
fn row_3_1_2_4_overlarge_numbers_of_a_request_are_refused() {
    let cseq = wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 36893488147419103232 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&cseq), Verdict::Refused(400));
    let hops = wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}Call-ID: c\nMax-Forwards: 300\nCSeq: 4 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&hops), Verdict::Refused(400));
}

#[test]
fn row_3_1_2_5_and_19_overlarge_numbers_of_a_response_drop_it() {
    assert_eq!(judge(&response("SIP/2.0 503 No", "9292394834772304023312 OPTIONS")), Verdict::Dropped);
    for code in ["4294967301", "700", "099", "20", "2000", "-20"] {
        assert_eq!(judge(&response(&format!("SIP/2.0 {code} no"), "4 OPTIONS")), Verdict::Dropped);
    }
}

#[test]
fn row_3_1_2_6_an_open_quote_is_refused() {
    assert_eq!(
        judge(&parties("<sip:a@example.net>;tag=1", "\"Mr. Ben <sip:ben@example.org>")),
        Verdict::Refused(400)
    );
}

#[test]
fn rows_3_1_2_7_to_11_a_request_line_that_is_not_exact_is_refused() {
    for bad in [
        "OPTIONS <sip:ben@example.org> SIP/2.0",
        "OPTIONS sip:ben@example.org; lr SIP/2.0",
        "OPTIONS  sip:ben@example.org  SIP/2.0",
        "OPTIONS sip:ben@example.org SIP/2.0  ",
        "OPTIONS sip:ben@example.org?Route=%3Csip:example.com%3E SIP/2.0",
    ] {
        assert_eq!(judge(&line(bad)), Verdict::Refused(400), "{bad}");
    }
}

#[test]
fn row_3_1_2_12_a_bad_date_matters_to_nobody() {
    assert_eq!(judge(&options("Date: Fri, 01 Jan 2027 16:00:00 EST\n")), Verdict::Fit);
}

#[test]
fn row_3_1_2_13_an_address_with_headers_needs_brackets() {
    assert_eq!(
        judge(&options("Contact: sip:ben@example.org?Route=%3Csip:example.com%3E\n")),
        Verdict::Refused(400)
    );
}

#[test]
fn row_3_1_2_14_and_15_spaces_and_commas_in_addresses_are_refused() {
    let good = "<sip:a@example.net>;tag=1";
    assert_eq!(judge(&parties(good, "\"Ben\" < sip:ben@example.org >")), Verdict::Refused(400));
    assert_eq!(judge(&parties("Bell, Ann <sip:a@example.net>;tag=43", good)), Verdict::Refused(400));
}

#[test]
fn row_3_1_2_16_another_version_is_told_so() {
    assert_eq!(judge(&line("OPTIONS sip:ben@example.org SIP/7.0")), Verdict::Refused(505));
    assert_eq!(judge(&line("OPTIONS sip:ben@example.org HTTP/1.1")), Verdict::Refused(400));
    assert_eq!(judge(&response("SIP/3.0 200 OK", "4 OPTIONS")), Verdict::Dropped);
}

#[test]
fn row_3_1_2_17_and_18_the_method_must_agree_with_cseq() {
    let mismatch = |method: &str| {
        wire(&format!("{method} sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 8 INVITE\nl: 0\n\n"))
    };
    assert_eq!(judge(&mismatch("OPTIONS")), Verdict::Refused(400));
    assert_eq!(judge(&mismatch("NEWMETHOD")), Verdict::Refused(501));
}

#[test]
fn row_3_2_1_a_bare_cookie_is_matched_as_rfc_2543_did() {
    let message = wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\n{FROM}{TO}{CALL}CSeq: 8 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&message), Verdict::Fit);
}

#[test]
fn row_3_3_1_each_missing_header_is_missed() {
    let headers = [VIA, FROM, TO, "Call-ID: c\n", "CSeq: 4 OPTIONS\n"];
    for missing in 1..headers.len() {
        let rest: String =
            headers.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, text)| *text).collect();
        let message = wire(&format!("OPTIONS sip:ben@example.org SIP/2.0\n{rest}l: 0\n\n"));
        assert_eq!(judge(&message), Verdict::Refused(400), "without {}", headers[missing]);
    }
    let no_via =
        wire(&format!("OPTIONS sip:ben@example.org SIP/2.0\n{FROM}{TO}{CALL}CSeq: 4 OPTIONS\nl: 0\n\n"));
    assert_eq!(judge(&no_via), Verdict::Dropped, "without a Via there is no way back");
}

#[test]
fn row_3_3_2_to_4_unknown_schemes_are_refused_in_the_request_uri_only() {
    assert_eq!(judge(&line("OPTIONS nobodyKnows:opaque SIP/2.0")), Verdict::Refused(416));
    assert_eq!(judge(&line("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0")), Verdict::Refused(416));
    assert_eq!(judge(&parties("<http://www.example.com>;tag=3", "isbn:2983792873")), Verdict::Fit);
}

#[test]
fn row_3_3_5_unknown_extensions_are_named_in_unsupported() {
    let message = options("Require: timer, nothingKnown,100rel\nRequire: another\nProxy-Require: also\n");
    assert_eq!(judge(&message), Verdict::Refused(420));
    let unsupported = with_view(&message, |view| written(|out| CAPABILITIES.write_unsupported(view, out)));
    assert_eq!(unsupported, b"nothingKnown, another");
    let cancel = String::from_utf8(message).expect("text").replace("OPTIONS", "CANCEL");
    assert_eq!(judge(cancel.as_bytes()), Verdict::Fit, "RFC 3261 8.2.2.3: not in a CANCEL");
}

#[test]
fn row_3_3_6_an_unknown_body_is_refused_unless_optional() {
    let message = |extra: &str| judge(&invite(&format!("Content-Type: application/unknown{extra}\nl: 5\n")));
    assert_eq!(message(""), Verdict::Refused(415));
    assert_eq!(message("\nContent-Disposition: render;handling=optional"), Verdict::Fit);
    let packed = invite("Content-Type: application/sdp\ne: gzip\nl: 5\n");
    assert_eq!(judge(&packed), Verdict::Refused(415));
}

#[test]
fn row_3_3_7_an_unknown_authorization_scheme_is_only_carried() {
    let message = options("Authorization: NoOneKnows opaque=\"here, there\"\n");
    assert_eq!(judge(&message), Verdict::Fit);
}

#[test]
fn row_3_3_8_and_9_single_headers_come_once() {
    for twice in [
        "From: <sip:x@example.net>;tag=2",
        "To: <sip:x@example.net>",
        "Call-ID: 2",
        "CSeq: 5 OPTIONS",
        "Max-Forwards: 5",
    ] {
        assert_eq!(judge(&options(&format!("{twice}\n"))), Verdict::Refused(400), "{twice}");
    }
    assert_eq!(judge(&invite("Content-Length: 5\nContent-Type: text/plain\nl: 5\n")), Verdict::Refused(400));
}

#[test]
fn row_3_3_10_a_response_that_is_not_ours_is_known_by_its_via() {
    let message = wire(&format!(
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK2\n{FROM}{TO}{CALL}CSeq: 4 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&message), Verdict::Dropped);
    with_view(&response("SIP/2.0 200 OK", "4 OPTIONS"), |view: &MessageView<'_>| {
        assert!(view.via().is_sent_by(b"ATLAS.example.net", 5070));
        assert!(!view.via().is_sent_by(b"atlas.example.net", 5060));
        assert!(!view.via().is_sent_by(b"255.255.255.255", 5070));
    });
}

#[test]
fn row_3_3_11_max_forwards_zero_is_for_proxies_to_refuse() {
    let message = wire(&format!(
        "OPTIONS sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}Call-ID: c\nMax-Forwards: 0\nCSeq: 4 OPTIONS\nl: 0\n\n"
    ));
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| assert_eq!(view.max_forwards(), Some(0)));
}

#[test]
fn row_3_3_12_to_14_parameters_of_contact_and_of_its_uri_are_told_apart() {
    let register = |contact: &str| {
        wire(&format!(
            "REGISTER sip:example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 2 REGISTER\nm: {contact}\nl: 0\n\n"
        ))
    };
    for (contact, of_header) in [("sip:+15550001@gw;x", true), ("<sip:+15550001@gw;x>", false)] {
        let message = register(contact);
        assert_eq!(judge(&message), Verdict::Fit);
        with_view(&message, |view| {
            let contact = view.contact().expect("a good Contact");
            assert_eq!(contact.params.has(b"x"), of_header);
            assert_eq!(contact.parsed_uri().expect("a good URI").params.has(b"x"), !of_header);
        });
    }
    let escaped = register("<sip:ben@example.org?Route=%3Csip:example.com%3E>");
    assert_eq!(judge(&escaped), Verdict::Fit);
    assert_eq!(judge(&register("*")), Verdict::Fit);
}

#[test]
fn row_3_3_15_an_accept_without_what_we_answer_is_not_acceptable() {
    let sdp = "Content-Type: application/sdp\nl: 5\n";
    assert_eq!(judge(&invite(&format!("Accept: text/odd\n{sdp}"))), Verdict::Refused(406));
    assert_eq!(judge(&invite(&format!("Accept: text/odd, application/*;q=0.1\n{sdp}"))), Verdict::Fit);
    assert_eq!(judge(&invite(sdp)), Verdict::Fit);
}

#[test]
fn row_3_4_1_an_rfc_2543_invite_is_accepted() {
    let message = wire(
        "INVITE sip:ben@example.org SIP/2.0\n\
         Via: SIP/2.0/UDP gw.example.com\n\
         From: <sip:+15550001@example.net;user=phone>\n\
         To: sip:+15550002@example.org;user=phone\n\
         Call-ID: 1717@gw\n\
         CSeq: 56 INVITE\n\
         Content-Type: application/sdp\n\nv=0\n",
    );
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!((view.via().branch, view.via().rport), (None, Rport::Absent));
        assert_eq!(view.from_tag(), None);
        assert_eq!(view.body(), b"v=0\r\n", "without Content-Length it is the rest of the datagram");
    });
}

#[test]
fn rfc_5118_ipv6_addresses_are_read_where_brackets_say_what_they_are() {
    for good in [
        "sip:[2001:db8::10]",
        "sip:[2001:db8::10:5070]",
        "sip:ben@[2001:db8::10]:5070",
        "sip:[::ffff:192.0.2.10]",
    ] {
        assert_eq!(judge(&line(&format!("OPTIONS {good} SIP/2.0"))), Verdict::Fit, "{good}");
    }
    // 4.2 and 4.3: without brackets nobody can tell where the address ends and the port begins.
    for bad in ["sip:2001:db8::10", "sip:[2001:db8::10", "sip:[2001:db8:::1]", "sip:[192.0.2.1]"] {
        assert_eq!(judge(&line(&format!("OPTIONS {bad} SIP/2.0"))), Verdict::Refused(400), "{bad}");
    }
    // 4.5: `received` comes with brackets from some and without from others.
    for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
        let message = options("");
        let text = String::from_utf8(message).expect("text");
        let message = text.replace("atlas.example.net:5070", &format!("[2001:db8::9:1];received={received}"));
        assert_eq!(judge(message.as_bytes()), Verdict::Fit, "{received}");
    }
}

#[test]
fn a_record_route_that_cannot_be_read_is_refused() {
    assert_eq!(
        judge(&options("Record-Route: <sip:a.example;lr>, <sip:b.example;lr\n")),
        Verdict::Refused(400)
    );
    assert_eq!(judge(&options("Record-Route: <sip:a.example;lr>,\n")), Verdict::Refused(400));
}

#[test]
fn a_method_that_is_known_but_not_served_is_405() {
    let message =
        wire(&format!("PUBLISH sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}{CALL}CSeq: 4 PUBLISH\nl: 0\n\n"));
    assert_eq!(judge(&message), Verdict::Refused(405));
    let allow = written(|out| CAPABILITIES.write_allow(out));
    assert_eq!(allow, b"INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, MESSAGE, PRACK, UPDATE");
}

#[test]
fn nobody_answers_an_ack() {
    let message = wire(&format!("ACK sip:ben@example.org SIP/2.0\n{VIA}{FROM}{TO}CSeq: 4 ACK\nl: 0\n\n"));
    assert_eq!(judge(&message), Verdict::Dropped);
    let worse = wire(&format!("ACK  sip:ben@example.org SIP/2.0\n{VIA}l: 0\n\n"));
    assert_eq!(judge(&worse), Verdict::Dropped);
}

//! Requests and responses by the grammar of RFC 4975 9: valid, invalid, and becoming invalid by one octet.

use msrp::{ByteRange, ChunkView, Continuation, FailureReport, Kind, Method, Part, Status};

use crate::stream::{GATEWAY, SEND, UE, view};

#[test]
fn every_field_of_a_send_is_read() {
    let seen = view(SEND);
    assert_eq!(seen.transaction_id(), b"d93kswow");
    assert_eq!(seen.kind(), Kind::Request(Method::Send));
    assert_eq!(seen.to_path().as_bytes(), GATEWAY.as_bytes());
    assert_eq!(seen.from_path().as_bytes(), UE.as_bytes());
    assert_eq!(seen.message_id(), Some(&b"12339sdqwer"[..]));
    assert_eq!(seen.byte_range(), Some(ByteRange::whole(16)));
    assert_eq!(seen.content_type(), Some(&b"text/plain"[..]));
    assert_eq!(seen.body(), Some(&b"Hi, I'm Alice!\r\n"[..]), "only the last CRLF is not the body's");
    assert_eq!(seen.continuation(), Continuation::Last);
    assert!(seen.is_whole());
    assert!(!seen.success_report(), "no is the default");
    assert_eq!(seen.failure_report(), FailureReport::Yes, "yes is the default");
    assert_eq!(seen.report_status(), None);
}

#[test]
fn a_report_carries_its_status() {
    let report = |status: &str| {
        format!(
            "MSRP dkei38sd REPORT\r\nTo-Path: {UE}\r\nFrom-Path: {GATEWAY}\r\nMessage-ID: 12339sdqwer\r\n\
             Byte-Range: 1-106/106\r\nStatus: {status}\r\n-------dkei38sd$\r\n"
        )
    };
    for (status, read) in [
        ("000 200 OK", Some(Status::OK)),
        ("000 413", Some(Status::STOP_SENDING)),
        ("000 408 Down stream", Some(Status::TIMEOUT)),
        ("001 200 OK", None), // a namespace that says nothing to us
    ] {
        let text = report(status);
        assert_eq!(view(&text).kind(), Kind::Request(Method::Report));
        assert_eq!(view(&text).report_status(), read, "{status}");
    }
    for status in ["", "200 OK", "000", "000  200", "0 200", "000 2000", "000-200"] {
        let refused = ChunkView::parse(report(status).as_bytes()).map(|_| ());
        assert_eq!(refused.map_err(|bad| bad.part), Err(Part::Status), "{status}");
    }
}

#[test]
fn a_response_carries_status_and_comment() {
    let response = |words: &str| {
        format!("MSRP d93kswow {words}\r\nTo-Path: {UE}\r\nFrom-Path: {GATEWAY}\r\n-------d93kswow$\r\n")
    };
    for (words, status, comment) in [
        ("200 OK", 200, "OK"),
        ("481 No such session", 481, "No such session"),
        ("200", 200, ""),
        ("999 ", 999, ""),
    ] {
        let text = response(words);
        assert_eq!(view(&text).kind(), Kind::Response(Status(status)));
        assert_eq!(view(&text).comment(), comment.as_bytes());
        assert_eq!(view(&text).body(), None);
    }
}

#[test]
fn an_empty_send_has_no_body() {
    // The first SEND of an active side that has nothing to say, RFC 4975 5.4.
    let bare = format!(
        "MSRP d93kswow SEND\r\nTo-Path: {GATEWAY}\r\nFrom-Path: {UE}\r\nMessage-ID: 1\r\n\
         Byte-Range: 1-0/0\r\n-------d93kswow$\r\n"
    );
    assert_eq!(view(&bare).body(), None);
    assert!(view(&bare).is_whole());
    for blank in ["\r\n", "\r\n\r\n"] {
        let blank = bare.replace("-------", &format!("{blank}-------"));
        assert_eq!(view(&blank).body(), None, "a blank line without a type is what some send");
    }
    let without_id = bare.replace("Message-ID: 1\r\n", "");
    assert_eq!(view(&without_id).message_id(), None);
    for blank in ["Content-Type: text/plain\r\n\r\n", "Content-Type: text/plain\r\n\r\n\r\n"] {
        let typed = bare.replace("-------", &format!("{blank}-------"));
        assert_eq!(view(&typed).body(), Some(&b""[..]), "a text of no octets");
    }
}

#[test]
fn relays_make_paths_longer() {
    let relayed = SEND.replace(
        "From-Path: ",
        "From-Path: msrps://relay.example:9000/hjdhfha;tcp  msrp://inner.example;tcp ",
    );
    let path = view(&relayed).from_path();
    assert_eq!(path.iter().count(), 3);
    assert_eq!(path.first().host, b"relay.example");
    assert_eq!(path.last().host, b"atlanta.example");
    assert_eq!(path.first().session_id, Some(&b"hjdhfha"[..]));
    let most = [UE; msrp::limits::PATH_URIS_MAX].join(" ");
    assert!(ChunkView::parse(SEND.replace(UE, &most).as_bytes()).is_ok());
    assert_eq!(fault(&SEND.replace(UE, &format!("{most} {UE}"))), Some(Part::FromPath));
}

#[test]
fn names_and_values_are_read_in_any_case() {
    let shouting = SEND
        .replace("To-Path:", "TO-PATH:")
        .replace("From-Path:", "from-path:")
        .replace("Message-ID: ", "message-id:")
        .replace("Byte-Range", "Success-Report: YES\r\nFailure-Report: Partial\r\nByte-Range");
    let seen = view(&shouting);
    assert!(seen.success_report());
    assert_eq!(seen.failure_report(), FailureReport::Partial);
    assert_eq!(seen.message_id(), Some(&b"12339sdqwer"[..]));
}

#[test]
fn unknown_headers_are_tolerated() {
    let rich = SEND.replace(
        "Content-Type:",
        "Use-Nickname: \"x\"\r\nContent-Disposition: render\r\nContent-ID: <a@b>\r\nX-Empty:\r\nContent-Type:",
    );
    assert_eq!(view(&rich).body(), Some(&b"Hi, I'm Alice!\r\n"[..]));
    assert_eq!(view(&SEND.replace(" SEND", " NICKNAME")).kind(), Kind::Request(Method::Other));
}

#[test]
fn every_flag_is_read() {
    for (flag, continuation) in
        [("+", Continuation::More), ("$", Continuation::Last), ("#", Continuation::Abandoned)]
    {
        let text = SEND.replace("d93kswow$", &format!("d93kswow{flag}"));
        assert_eq!(view(&text).continuation(), continuation);
        assert_eq!(view(&text).is_whole(), continuation == Continuation::Last);
    }
    assert!(!view(&SEND.replace("1-16", "2-16")).is_whole());
    assert!(view(&SEND.replace("16/16", "14/14")).is_whole(), "it counted characters; the flag decides");
}

fn fault(text: &str) -> Option<Part> {
    ChunkView::parse(text.as_bytes()).err().map(|bad| bad.part)
}

#[test]
fn one_change_makes_a_send_malformed() {
    let message_id = "Message-ID: 12339sdqwer\r\n";
    for (from, to, part) in [
        ("To-Path", "X-Path", Part::ToPath),
        ("To-Path: ", "To-Path ", Part::ToPath),
        ("To-Path: msrp:", "To-Path: sip:", Part::ToPath),
        ("To-Path: ", "Message-ID: 1\r\nTo-Path: ", Part::ToPath), // paths come first
        ("From-Path", "X-From", Part::FromPath),
        ("iau39soe2843z;tcp\r\n", "iau39soe2843z\r\n", Part::FromPath),
        ("\r\nFrom-Path", "\nFrom-Path", Part::ToPath), // a lone LF ends no line
        (message_id, "", Part::MessageId),              // a body needs one
        (message_id, "Message-ID: \r\n", Part::MessageId),
        (message_id, "Message-ID: a b\r\n", Part::MessageId),
        (message_id, "Message-ID: 1\r\nMessage-ID: 1\r\n", Part::Twice),
        (message_id, "Message-ID: 1\r\nTo-Path: msrp://a:1/b;tcp\r\n", Part::Twice),
        (message_id, "Message-ID: 1\r\nno colon\r\n", Part::Header),
        (message_id, "Message-ID: 1\r\n: no name\r\n", Part::Header),
        (message_id, "Message-ID: 1\r\nA B: c\r\n", Part::Header),
        (message_id, "Message-ID: 1\r\nX: a\rb\r\n", Part::Header), // another line to somebody else
        (message_id, "Message-ID: 1\n", Part::Header),
        ("1-16/16", "0-16/16", Part::ByteRange),
        ("1-16/16", "1-16", Part::ByteRange),
        ("Byte-Range: ", "Success-Report: maybe\r\nByte-Range: ", Part::ReportFlag),
        ("Byte-Range: ", "Success-Report: partial\r\nByte-Range: ", Part::ReportFlag),
        ("Byte-Range: ", "Failure-Report: \r\nByte-Range: ", Part::ReportFlag),
        ("Content-Type: text/plain\r\n", "", Part::ContentType),
        ("Content-Type: text/plain", "Content-Type:", Part::ContentType),
        ("-------d93kswow$", "-------d93kswow*", Part::EndLine),
        ("-------d93kswow$", "-------d93kswox$", Part::EndLine),
        ("-------d93kswow$", "------d93kswow$", Part::EndLine),
        ("\r\n-------d93kswow$", "-------d93kswow$ ", Part::EndLine),
        ("MSRP d93kswow SEND", "MSRP d93kswow", Part::StartLine),
    ] {
        assert!(SEND.contains(from), "{from}");
        assert_eq!(
            fault(&SEND.replacen(from, to, 1)),
            Some(part),
            "{} -> {}",
            from.escape_debug(),
            to.escape_debug()
        );
    }
    assert_eq!(fault(SEND), None, "and without a change it is sound");
}

#[test]
fn bounds_hold_to_the_octet() {
    let headers =
        |count: usize| SEND.replace("Content-Type", &format!("{}Content-Type", "X: y\r\n".repeat(count)));
    // To-Path, From-Path, Message-ID, Byte-Range and Content-Type are there already.
    assert_eq!(fault(&headers(msrp::limits::HEADERS_MAX - 5)), None);
    assert_eq!(fault(&headers(msrp::limits::HEADERS_MAX - 4)), Some(Part::TooManyHeaders));
    let id = |octets: usize| SEND.replace("12339sdqwer", &"i".repeat(octets));
    assert_eq!(fault(&id(msrp::limits::MESSAGE_ID_OCTETS_MAX)), None);
    assert_eq!(fault(&id(msrp::limits::MESSAGE_ID_OCTETS_MAX + 1)), Some(Part::MessageId));
}

#[test]
fn what_cannot_be_read_says_where_and_what_is_answered() {
    let bad = ChunkView::parse(SEND.replace("1-16/16", "x").as_bytes()).expect_err("no range");
    assert_eq!(bad.at, SEND.find("Byte-Range").expect("it is there"));
    assert_eq!(bad.status(), Some(Status::BAD_REQUEST));
    let cut = ChunkView::parse(&SEND.as_bytes()[..SEND.len() - 1]).expect_err("no end");
    assert_eq!(cut.status(), None, "nothing of it can be trusted");
}

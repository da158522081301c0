//! What we write is framed and read by our own reader as it was meant, and is what a peer expects to the octet.

use msrp::{
    ByteRange, ChunkView, Continuation, FailureReport, Kind, Method, ReportRequest, SendFault, SendRequest,
    Status, failure_report_is_due, response_is_due, success_report_is_due, write_refusal, write_report,
    write_response,
};
use octets::{Overflow, Writer};
use proptest::prelude::*;

use crate::stream::{GATEWAY, SEND, UE, length, send, view, written};

#[test]
fn a_whole_message_is_measured_behind_its_body() {
    let octets = written(|out| send(b"t1234567").write(out, |out| out.text("Hallo")).expect("it fits"));
    let expected = format!(
        "MSRP t1234567 SEND\r\nTo-Path: {UE}\r\nFrom-Path: {GATEWAY}\r\nMessage-ID: m-4711\r\n\
         Byte-Range: 1-00005/00005\r\nContent-Type: text/plain\r\n\r\nHallo\r\n-------t1234567$\r\n"
    );
    assert_eq!(octets, expected.as_bytes());
    assert_eq!(view(&expected).byte_range(), Some(ByteRange::whole(5)));
}

#[test]
fn the_first_send_of_an_idle_sender_has_no_body() {
    let request = SendRequest { content_type: None, ..send(b"t1234567") };
    let octets = written(|out| request.write(out, |_| panic!("there is no body to write")).expect("it fits"));
    let expected = format!(
        "MSRP t1234567 SEND\r\nTo-Path: {UE}\r\nFrom-Path: {GATEWAY}\r\nMessage-ID: m-4711\r\n\
         Byte-Range: 1-0/0\r\n-------t1234567$\r\n"
    );
    assert_eq!(octets, expected.as_bytes());
}

#[test]
fn a_body_with_our_own_end_line_does_not_go_out() {
    for body in ["-------t1234567$\r\n", "x-------t1234567", "x\r\n-------t1234567+\r\ny"] {
        let mut buffer = [0; 1024];
        let fault = send(b"t1234567").write(&mut Writer::new(&mut buffer), |out| out.text(body));
        assert_eq!(fault, Err(SendFault::IdentifierInBody), "{}", body.escape_debug());
        // Another identifier, and it goes.
        let octets = written(|out| send(b"t1234568").write(out, |out| out.text(body)).expect("it fits"));
        assert_eq!(ChunkView::parse(&octets).expect("a sound frame").body(), Some(body.as_bytes()));
    }
}

#[test]
fn a_length_other_than_announced_does_not_go_out() {
    let announced = |start, end, total, continuation| {
        let request = SendRequest {
            byte_range: Some(ByteRange { start, end, total }),
            continuation,
            ..send(b"t1234567")
        };
        request.write(&mut Writer::new(&mut [0; 1024]), |out| out.text("12345"))
    };
    assert_eq!(announced(1, Some(5), Some(5), Continuation::Last), Ok(()));
    assert_eq!(announced(6, Some(10), Some(10), Continuation::Last), Ok(()));
    assert_eq!(announced(1, None, Some(9), Continuation::More), Ok(()));
    assert_eq!(announced(1, None, None, Continuation::Last), Ok(()));
    for (start, end, total) in
        [(1, Some(4), Some(5)), (1, Some(6), Some(6)), (6, None, Some(9)), (0, None, None)]
    {
        assert_eq!(announced(start, end, total, Continuation::Last), Err(SendFault::LengthDiffers));
    }
    let long = vec![b'x'; 100_000];
    let mut buffer = vec![0; 200_000];
    let fault = send(b"t1234567").write(&mut Writer::new(&mut buffer), |out| out.put(&long));
    assert_eq!(fault, Err(SendFault::LengthDiffers), "a length of six digits has no room");
}

#[test]
fn an_identifier_that_is_none_does_not_go_out() {
    for bad in [&b"abc"[..], b"", b"-abcd", b"ab cd", b"123456789012345678901234567890123"] {
        let fault = send(bad).write(&mut Writer::new(&mut [0; 1024]), |_| {});
        assert_eq!(fault, Err(SendFault::Identifier));
    }
}

#[test]
fn too_little_room_is_said_whatever_the_room() {
    let need = written(|out| send(b"t1234567").write(out, |out| out.text("Hallo")).expect("it fits")).len();
    let request = view(SEND);
    let response = written(|out| write_response(out, &request, Status::OK, None).expect("it fits")).len();
    for room in 0..need {
        let mut buffer = vec![0; room];
        let fault = send(b"t1234567").write(&mut Writer::new(&mut buffer), |out| out.text("Hallo"));
        assert_eq!(fault, Err(SendFault::Overflow), "room {room} of {need}");
    }
    for room in 0..response {
        let mut buffer = vec![0; room];
        let outcome = write_response(&mut Writer::new(&mut buffer), &request, Status::OK, None);
        assert_eq!(outcome, Err(Overflow));
    }
}

#[test]
fn a_response_goes_one_hop_back() {
    let relayed = SEND.replace("From-Path: ", "From-Path: msrp://relay.example;tcp ");
    let octets = written(|out| write_response(out, &view(&relayed), Status::OK, None).expect("it fits"));
    let expected = format!(
        "MSRP d93kswow 200 OK\r\nTo-Path: msrp://relay.example;tcp\r\nFrom-Path: {GATEWAY}\r\n-------d93kswow$\r\n"
    );
    assert_eq!(octets, expected.as_bytes());
    let commented = written(|out| {
        write_response(out, &view(SEND), Status::STOP_SENDING, Some("too\r\nlong")).expect("it fits");
    });
    assert!(
        commented.starts_with(b"MSRP d93kswow 413 toolong\r\nTo-Path: msrp://alice@"),
        "a comment is one line"
    );
}

#[test]
fn a_report_goes_all_the_way_back() {
    let relayed = SEND.replace("From-Path: ", "From-Path: msrp://relay.example;tcp ");
    let seen = view(&relayed);
    let report = ReportRequest {
        transaction_id: b"r7654321",
        to_path: seen.from_path().as_bytes(),
        from_path: seen.to_path().first().as_bytes(),
        message_id: seen.message_id().expect("it has one"),
        byte_range: ByteRange::whole(16),
        status: Status::OK,
        comment: None,
    };
    let octets = written(|out| write_report(out, &report).expect("it fits"));
    let expected = format!(
        "MSRP r7654321 REPORT\r\nTo-Path: msrp://relay.example;tcp {UE}\r\nFrom-Path: {GATEWAY}\r\n\
         Message-ID: 12339sdqwer\r\nByte-Range: 1-16/16\r\nStatus: 000 200 OK\r\n-------r7654321$\r\n"
    );
    assert_eq!(octets, expected.as_bytes());
    assert_eq!(view(&expected).report_status(), Some(Status::OK));
    assert_eq!(write_report(&mut Writer::new(&mut [0; 100]), &report), Err(Overflow));
}

#[test]
fn the_sender_hears_what_it_asked_to_hear() {
    let asking =
        |failure: &str| SEND.replace("Byte-Range", &format!("Failure-Report: {failure}\r\nByte-Range"));
    for (failure, at_200, at_413, report) in
        [("yes", true, true, true), ("no", false, false, false), ("partial", false, true, true)]
    {
        let text = asking(failure);
        assert_eq!(response_is_due(&view(&text), Status::OK), at_200, "{failure}");
        assert_eq!(response_is_due(&view(&text), Status::STOP_SENDING), at_413, "{failure}");
        assert_eq!(failure_report_is_due(&view(&text)), report, "{failure}");
    }
    assert!(response_is_due(&view(SEND), Status::OK), "yes is the default");
    assert!(!success_report_is_due(&view(SEND)), "no is the default");
    let wanting = SEND.replace("Byte-Range", "Success-Report: yes\r\nByte-Range");
    assert!(success_report_is_due(&view(&wanting)));
    assert!(response_is_due(&view(&SEND.replace(" SEND", " FETCH")), Status::UNKNOWN_METHOD));
}

#[test]
fn reports_and_responses_are_never_answered() {
    let report = SEND.replace(" SEND", " REPORT").replace("Byte-Range", "Status: 000 200 OK\r\nByte-Range");
    let response = SEND.replace(" SEND", " 200 OK");
    for text in [report, response] {
        let seen = view(&text);
        for status in [Status::OK, Status::BAD_REQUEST, Status::NO_SUCH_SESSION] {
            assert!(!response_is_due(&seen, status));
            assert!(!write_refusal(&mut Writer::new(&mut [0; 1024]), text.as_bytes(), status));
        }
        assert!(!success_report_is_due(&seen) && !failure_report_is_due(&seen));
    }
}

#[test]
fn a_request_that_cannot_be_read_is_refused_all_the_same() {
    let broken = SEND.replace("1-16/16", "what?");
    let bad = ChunkView::parse(broken.as_bytes()).expect_err("no range");
    let status = bad.status().expect("it can be answered");
    let octets = written(|out| assert!(write_refusal(out, broken.as_bytes(), status)));
    let expected = format!(
        "MSRP d93kswow 400 Bad Request\r\nTo-Path: {UE}\r\nFrom-Path: {GATEWAY}\r\n-------d93kswow$\r\n"
    );
    assert_eq!(octets, expected.as_bytes());
    // One that is too long is refused before its end has come.
    let front = &SEND.as_bytes()[..SEND.find("Byte").expect("it is there")];
    assert!(
        written(|out| assert!(write_refusal(out, front, Status::STOP_SENDING)))
            .starts_with(b"MSRP d93kswow 413 ")
    );
}

#[test]
fn silence_is_kept_where_it_was_asked_for_or_nobody_can_be_answered() {
    let silent = SEND.replace("1-16/16", "what?").replace("Byte-Range", "Failure-Report: no\r\nByte-Range");
    let nobody = SEND.replace("From-Path", "X");
    for text in [&silent, &nobody, "MSRP abcd SEND\r\n", "GET / HTTP/1.1\r\n\r\n", ""] {
        assert!(!write_refusal(&mut Writer::new(&mut [0; 1024]), text.as_bytes(), Status::BAD_REQUEST));
    }
}

fn ident() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9.+%=-]{3,31}"
}

fn failure_report() -> impl Strategy<Value = FailureReport> {
    prop_oneof![Just(FailureReport::Yes), Just(FailureReport::No), Just(FailureReport::Partial)]
}

fn continuation() -> impl Strategy<Value = Continuation> {
    prop_oneof![Just(Continuation::More), Just(Continuation::Last), Just(Continuation::Abandoned)]
}

proptest! {
    #[test]
    fn a_send_comes_back_as_it_went(
        transaction_id in ident(),
        message_id in ident(),
        failure_report in failure_report(),
        continuation in continuation(),
        success_report in any::<bool>(),
        body in prop::collection::vec(any::<u8>(), 0..300),
        start in prop::option::of(1_u64..1000),
    ) {
        let byte_range = start.map(|start| {
            let end = start - 1 + body.len() as u64;
            ByteRange { start, end: Some(end), total: Some(end) }
        });
        let request = SendRequest {
            transaction_id: transaction_id.as_bytes(),
            message_id: message_id.as_bytes(),
            failure_report,
            continuation,
            success_report,
            byte_range,
            ..send(b"")
        };
        let octets = written(|out| request.write(out, |out| out.put(&body)).expect("it fits"));
        prop_assert_eq!(length(&octets), octets.len());
        let seen = ChunkView::parse(&octets).expect("our own frame");
        prop_assert_eq!(seen.kind(), Kind::Request(Method::Send));
        prop_assert_eq!(seen.transaction_id(), transaction_id.as_bytes());
        prop_assert_eq!(seen.message_id(), Some(message_id.as_bytes()));
        prop_assert_eq!(seen.failure_report(), failure_report);
        prop_assert_eq!(seen.success_report(), success_report);
        prop_assert_eq!(seen.continuation(), continuation);
        prop_assert_eq!(seen.body(), Some(&body[..]));
        prop_assert_eq!(seen.byte_range(), byte_range.or(Some(ByteRange::whole(body.len() as u64))));
        prop_assert_eq!(seen.to_path().as_bytes(), UE.as_bytes());
        prop_assert_eq!(seen.from_path().as_bytes(), GATEWAY.as_bytes());

        let response = written(|out| write_response(out, &seen, Status(413), None).expect("it fits"));
        prop_assert_eq!(length(&response), response.len());
        let answer = ChunkView::parse(&response).expect("our own frame");
        prop_assert_eq!(answer.kind(), Kind::Response(Status(413)));
        prop_assert_eq!(answer.transaction_id(), seen.transaction_id());
        prop_assert_eq!(answer.to_path(), seen.from_path());
    }
}

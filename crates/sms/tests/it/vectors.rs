//! Octets that others agreed on, read and written.

use crate::{MOMENT, number, octets, submit, submits, written};
use octets::Writer;
use sms::{
    Address, Concatenation, DataCoding, Direction, FailureCause, MtTpdu, Outcome, Plan, Reference, RpAck,
    RpCause, RpData, RpError, Rpdu, ScTimestamp, SmsDeliver, SmsDeliverReport, SmsStatusReport,
    SmsSubmitReport, Status, SubmitView, UserData, Validity, ValidityPeriod,
};

fn text(user_data: UserData<'_>) -> String {
    user_data.chars().collect()
}

fn hello() -> Vec<u8> {
    octets(&[
        "11",                 // SMS-SUBMIT, TP-VPF relative
        "00",                 // TP-MR
        "0C91 447700094065",  // TP-DA +447700900456
        "00",                 // TP-PID
        "00",                 // TP-DCS GSM-7
        "A7",                 // TP-VP 24 hours
        "0A",                 // TP-UDL 10 septets
        "E8329BFD4697D9EC37", // hellohello
    ])
}

#[test]
fn a_submit_reads_and_writes() {
    let wire = hello();
    let plan = Plan::of("hellohello".chars(), 1).expect("one segment");
    assert_eq!(submits(&plan, "hellohello"), [wire.as_slice()]);

    let view = SubmitView::parse(&wire).expect("a submit");
    assert_eq!(view.message_reference, 0);
    assert_eq!(view.destination.digits(), Some(number("447700900456")));
    assert_eq!(view.validity, ValidityPeriod::Relative(Validity::DAY));
    assert_eq!(view.data_coding, DataCoding::GSM7);
    assert!(!view.status_report_requested && !view.reject_duplicates && !view.reply_path);
    assert_eq!(view.user_data.concatenation(), None);
    assert_eq!(text(view.user_data), "hellohello");
}

#[test]
fn the_flags_of_a_submit_reach_the_centre() {
    let plan = Plan::of("x".chars(), 1).expect("one segment");
    let mut head = submit();
    head.message_reference = 0x2A;
    head.reject_duplicates = true;
    head.status_report_requested = true;
    let wire = written(|out| head.write(&plan, 0, 0, &mut "x".chars(), out));
    assert_eq!(wire[0], 0x35, "SRR, VPF relative, RD, SMS-SUBMIT");
    let view = SubmitView::parse(&wire).expect("a submit");
    assert!(view.status_report_requested && view.reject_duplicates);
    assert_eq!(view.message_reference, 0x2A);
}

/// TP-UDL and TP-UD of the first of two segments.
fn first_of_two(reference: Reference, low: u8, first: &str) -> Vec<u8> {
    // A text whose second segment starts behind `first` cannot be had with so short a first one: the header and the
    // packing are seen on a full segment instead.
    let long = first.to_owned() + &"x".repeat(200);
    let plan = Plan::with_reference(reference, long.chars(), 2).expect("two segments");
    let mut rest = long.chars();
    let wire = written(|out| submit().write(&plan, 0, low, &mut rest, out));
    wire[hello().len() - 10..].to_vec()
}

#[test]
fn a_narrow_reference_takes_six_octets_and_one_fill_bit() {
    let expected = octets(&[
        "050003A50201",           // UDHL, IEI 00, IEDL 3, reference A5, 2 segments, the first
        "906536FBCD02DDDF723619", // one fill bit, then "Hello, world" in septets
    ]);
    let ours = first_of_two(Reference::Narrow, 0xA5, "Hello, world");
    assert_eq!(ours[0], 160, "TP-UDL counts the header in septets");
    assert_eq!(ours[1..17], expected[..16], "the last octet is shared with what follows here");

    let wire = [&octets(&["40 0C91447700091032 00 00 62108151030440", "13"])[..], &expected].concat();
    let deliver = SmsDeliver::parse(&wire).expect("a deliver");
    let one = Concatenation { reference: 0xA5, wide: false, total: 2, sequence: 1 };
    assert_eq!(deliver.user_data.concatenation(), Some(one));
    assert_eq!(text(deliver.user_data), "Hello, world");
}

#[test]
fn a_wide_reference_takes_seven_octets_and_no_fill_bit() {
    let expected = octets(&[
        "06080412340201", // UDHL, IEI 08, IEDL 4, reference 1234, 2 segments, the first
        "C8329BFD06",     // "Hello" in septets
    ]);
    let ours = first_of_two(Reference::Wide(0x12), 0x34, "Hello");
    assert_eq!(ours[0], 160);
    assert_eq!(ours[1..12], expected[..11]);

    let wire = [&octets(&["40 0C91447700091032 00 00 62108151030440", "0D"])[..], &expected].concat();
    let deliver = SmsDeliver::parse(&wire).expect("a deliver");
    let one = Concatenation { reference: 0x1234, wide: true, total: 2, sequence: 1 };
    assert_eq!(deliver.user_data.concatenation(), Some(one));
    assert_eq!(text(deliver.user_data), "Hello");
}

#[test]
fn extension_characters_read_and_write() {
    let plan = Plan::of("€10 [ok]".chars(), 1).expect("one segment");
    let wire = &submits(&plan, "€10 [ok]")[0];
    assert_eq!(wire[hello().len() - 10..], octets(&["0B", "9B720C06DAF0DEEB8D0F"]));
    assert_eq!(text(SubmitView::parse(wire).expect("a submit").user_data), "€10 [ok]");
}

#[test]
fn a_deliver_in_ucs2_reads_and_writes() {
    let wire = octets(&[
        "04",                       // SMS-DELIVER, TP-MMS: no more
        "0C91 447700091032",        // TP-OA +447700900123
        "00",                       // TP-PID
        "08",                       // TP-DCS UCS2
        "62108151030440",           // TP-SCTS
        "0C",                       // TP-UDL 12 octets
        "041F04400438043204350442", // Привет
    ]);
    let plan = Plan::of("Привет".chars(), 1).expect("one segment");
    let from = number("447700900123");
    let mut rest = "Привет".chars();
    assert_eq!(written(|out| SmsDeliver::write(from, MOMENT, &plan, 0, 0, &mut rest, out)), wire);

    let Ok(MtTpdu::Deliver(deliver)) = MtTpdu::parse(&wire) else { panic!("a deliver") };
    assert_eq!(deliver.originating.digits(), Some(from));
    assert_eq!(deliver.timestamp, MOMENT);
    assert!(!deliver.more_messages_to_send && !deliver.loop_prevention && !deliver.status_report_indication);
    assert_eq!(text(deliver.user_data), "Привет");
    assert_eq!(written(|out| deliver.user_data.write_utf8(out)), "Привет".as_bytes());
    assert_eq!(written(|out| deliver.write_as_is(out)), wire);
}

#[test]
fn a_status_report_reads_and_writes() {
    let wire = octets(&[
        "06",                // SMS-STATUS-REPORT, TP-MMS: no more
        "2A",                // TP-MR
        "0C91 447700091032", // TP-RA +447700900123
        "62108151030440",    // TP-SCTS
        "62108151130440",    // TP-DT one minute later
        "00",                // TP-ST delivered
    ]);
    let later = ScTimestamp { minute: 31, ..MOMENT };
    let recipient = Address::international(number("447700900123"));
    let report = SmsStatusReport::new(0x2A, recipient, MOMENT, later, Status::DELIVERED);
    assert_eq!(written(|out| report.write(out)), wire);

    let Ok(MtTpdu::StatusReport(read)) = MtTpdu::parse(&wire) else { panic!("a status report") };
    assert_eq!(read, report);
    assert_eq!(read.status.outcome(), Outcome::Delivered);
}

#[test]
fn reports_read_and_write() {
    let ack = octets(&["00", "00"]); // SMS-DELIVER-REPORT, TP-PI: nothing
    assert_eq!(written(|out| SmsDeliverReport::ACK.write(out)), ack);
    assert_eq!(SmsDeliverReport::parse_ack(&ack), Ok(SmsDeliverReport::ACK));

    let error = octets(&["00", "D3", "00"]); // SMS-DELIVER-REPORT, TP-FCS, TP-PI
    let report = SmsDeliverReport::error(FailureCause::MEMORY_EXCEEDED);
    assert_eq!(written(|out| report.write(out)), error);
    assert_eq!(SmsDeliverReport::parse_error(&error), Ok(report));

    let ack = octets(&["01", "00", "62108151030440"]); // SMS-SUBMIT-REPORT, TP-PI, TP-SCTS
    assert_eq!(written(|out| SmsSubmitReport::ack(MOMENT).write(out)), ack);
    assert_eq!(SmsSubmitReport::parse_ack(&ack), Ok(SmsSubmitReport::ack(MOMENT)));

    let error = octets(&["01", "C5", "00", "62108151030440"]);
    let report = SmsSubmitReport::error(FailureCause::DUPLICATE, MOMENT);
    assert_eq!(written(|out| report.write(out)), error);
    assert_eq!(SmsSubmitReport::parse_error(&error), Ok(report));
}

#[test]
fn rpdus_read_and_write() {
    let tpdu = hello();
    let wire = [
        &octets(&[
            "00",                // RP-DATA, mobile to network
            "07",                // RP-Message Reference
            "00",                // RP-Originator Address: none
            "07 91447700090050", // RP-Destination Address +447700900005
            "17",                // RP-User Data: 23 octets
        ])[..],
        &tpdu,
    ]
    .concat();
    let put_tpdu = |out: &mut Writer<'_>| out.put(&tpdu);
    let centre = number("447700900005");
    assert_eq!(written(|out| RpData::write(Direction::ToNetwork, 7, centre, out, put_tpdu)), wire);
    let Ok(Rpdu::Data(data)) = Rpdu::parse(&wire, Direction::ToNetwork) else { panic!("an RP-DATA") };
    assert_eq!(data.message_reference, 7);
    assert_eq!(data.originator, None);
    assert_eq!(data.destination.and_then(|address| address.digits()), Some(centre));
    assert_eq!(data.tpdu, tpdu);

    let ack = octets(&["03", "07"]); // RP-ACK, network to mobile
    assert_eq!(written(|out| RpAck::write(Direction::ToMobile, 7, out)), ack);
    let read = Rpdu::parse(&ack, Direction::ToMobile);
    assert_eq!(read, Ok(Rpdu::Ack(RpAck { message_reference: 7, tpdu: None })));

    let error = octets(&["05", "07", "01", "26"]); // RP-ERROR, network to mobile, RP-Cause of one octet: 38
    let cause = RpCause::NETWORK_OUT_OF_ORDER;
    assert_eq!(written(|out| RpError::write(Direction::ToMobile, 7, cause, out)), error);
    let read = Rpdu::parse(&error, Direction::ToMobile);
    assert_eq!(read, Ok(Rpdu::Error(RpError { message_reference: 7, cause, diagnostic: None, tpdu: None })));
}

#[test]
fn rpdus_to_the_mobile_read_and_write() {
    let wire = octets(&[
        "01",                // RP-DATA, network to mobile
        "09",                // RP-Message Reference
        "07 91447700090050", // RP-Originator Address
        "00",                // RP-Destination Address: none
        "02 0000",           // RP-User Data
    ]);
    let centre = number("447700900005");
    let write =
        |out: &mut Writer<'_>| RpData::write(Direction::ToMobile, 9, centre, out, |out| out.put(&[0, 0]));
    assert_eq!(written(write), wire);
    let Ok(Rpdu::Data(data)) = Rpdu::parse(&wire, Direction::ToMobile) else { panic!("an RP-DATA") };
    assert_eq!(data.originator, Some(Address::international(centre)));
    assert_eq!(data.destination, None);

    let wire = octets(&["02", "09", "41", "02", "0000"]); // RP-ACK, mobile to network, with an SMS-DELIVER-REPORT
    let ack = SmsDeliverReport::ACK;
    assert_eq!(written(|out| RpAck::write_with(Direction::ToNetwork, 9, out, |out| ack.write(out))), wire);
    let read = Rpdu::parse(&wire, Direction::ToNetwork);
    assert_eq!(read, Ok(Rpdu::Ack(RpAck { message_reference: 9, tpdu: Some(&[0, 0]) })));

    let wire = octets(&["04", "09", "01 16", "41", "03", "00D300"]); // RP-ERROR, mobile to network, cause 22
    let report = SmsDeliverReport::error(FailureCause::MEMORY_EXCEEDED);
    let cause = RpCause::MEMORY_EXCEEDED;
    let write = |out: &mut Writer<'_>| {
        RpError::write_with(Direction::ToNetwork, 9, cause, out, |out| report.write(out));
    };
    assert_eq!(written(write), wire);
    let Ok(Rpdu::Error(error)) = Rpdu::parse(&wire, Direction::ToNetwork) else { panic!("an RP-ERROR") };
    assert_eq!(error.cause, cause);
    assert_eq!(SmsDeliverReport::parse_error(error.tpdu.expect("a report")), Ok(report));
}

#[test]
fn an_alphanumeric_sender_reads_and_writes() {
    let wire = octets(&["04", "07D04364900A", "00 00 62108151030440", "01 31"]);
    let deliver = SmsDeliver::parse(&wire).expect("a deliver");
    assert_eq!(deliver.originating.word().collect::<String>(), "CHAT");
    assert_eq!(deliver.originating.digits(), None);
    assert_eq!(written(|out| deliver.write_as_is(out)), wire);
}

//! Reports with all their optional parts.

use crate::{MOMENT, number, octets, written};
use sms::{
    Address, DataCoding, FailureCause, Malformed, MoTpdu, MtTpdu, SmsDeliver, SmsDeliverReport,
    SmsStatusReport, SmsSubmitReport, Status, SubmitView, ValidityPeriod,
};

#[test]
fn a_report_carries_what_its_indicator_announces() {
    let wire = octets(&[
        "00", // SMS-DELIVER-REPORT
        "D5", // TP-FCS data download error
        "07", // TP-PI: PID, DCS, UD
        "7F", // TP-PID (U)SIM download
        "F6", // TP-DCS 8 bit, class 2
        "02", "9000", // TP-UDL, TP-UD
    ]);
    let report = SmsDeliverReport::parse_error(&wire).expect("a report");
    assert_eq!(report.failure_cause, Some(FailureCause::DOWNLOAD_ERROR));
    assert_eq!(report.protocol_id, Some(0x7F));
    assert_eq!(report.data_coding, Some(DataCoding(0xF6)));
    assert_eq!(report.user_data.map(|user_data| user_data.payload()), Some(&[0x90, 0x00][..]));
    assert_eq!(written(|out| report.write(out)), wire);
}

#[test]
fn an_indicator_that_goes_on_is_read_to_its_end() {
    let wire = octets(&["00", "81 80 00", "11"]); // TP-PI: PID and two more indicator octets; TP-PID
    let report = SmsDeliverReport::parse_ack(&wire).expect("a report");
    assert_eq!(report.protocol_id, Some(0x11));
    assert_eq!(written(|out| report.write(out)), octets(&["00", "01", "11"]));
    assert_eq!(SmsDeliverReport::parse_ack(&octets(&["00", "81 80"])), Err(Malformed::Truncated { at: 3 }));
}

#[test]
fn a_report_without_data_coding_speaks_gsm7() {
    let wire = octets(&["01", "04", "62108151030440", "02", "E834"]); // TP-PI: UD only
    let report = SmsSubmitReport::parse_ack(&wire).expect("a report");
    assert!(report.user_data.expect("text").chars().eq("hi".chars()));
    assert_eq!(written(|out| report.write(out)), wire);
}

#[test]
fn user_data_from_elsewhere_brings_its_coding_along() {
    let source = octets(&["04", "0C91447700091032", "00", "08", "62108151030440", "02", "0416"]);
    let user_data = SmsDeliver::parse(&source).expect("a deliver").user_data;
    let report = SmsDeliverReport { user_data: Some(user_data), ..SmsDeliverReport::ACK };
    let wire = written(|out| report.write(out));
    let read = SmsDeliverReport::parse_ack(&wire).expect("a report");
    assert!(read.user_data.expect("text").chars().eq("Ж".chars()));
}

#[test]
fn a_status_report_may_have_a_tail() {
    let recipient = Address::international(number("447700900123"));
    let mut report = SmsStatusReport::new(1, recipient, MOMENT, MOMENT, Status::VALIDITY_EXPIRED);
    report.protocol_id = Some(0);
    report.more_messages_to_send = true;
    report.loop_prevention = true;
    report.is_of_command = true;
    let wire = written(|out| report.write(out));
    assert_eq!(wire[0], 0x2A, "SRQ, LP, more, SMS-STATUS-REPORT");
    assert_eq!(SmsStatusReport::parse(&wire), Ok(report));
    // An indicator of nothing is what some centres write.
    let plain = SmsStatusReport::new(1, recipient, MOMENT, MOMENT, Status::DELIVERED);
    let mut wire = written(|out| plain.write(out));
    wire.push(0);
    assert_eq!(SmsStatusReport::parse(&wire), Ok(plain));
}

#[test]
fn the_message_type_depends_on_the_direction() {
    let deliver = octets(&["07", "0C91447700091032", "00 00 62108151030440", "00"]);
    assert!(matches!(MtTpdu::parse(&deliver), Ok(MtTpdu::Deliver(_))), "the reserved type 11 is a deliver");
    assert_eq!(MtTpdu::parse(&[0x01; 20]), Err(Malformed::MessageType { at: 0 }), "a report is no request");
    assert_eq!(MtTpdu::parse(&[]), Err(Malformed::Truncated { at: 0 }));
    assert_eq!(MoTpdu::parse(&[0x02]), Ok(MoTpdu::Command));
    assert_eq!(MoTpdu::parse(&[0x00; 20]), Err(Malformed::MessageType { at: 0 }));
    assert_eq!(SmsDeliver::parse(&[0x02; 20]).err(), Some(Malformed::MessageType { at: 0 }));
    assert_eq!(SmsDeliverReport::parse_ack(&[0x03, 0]), Err(Malformed::MessageType { at: 0 }));
    let answer = Malformed::MessageType { at: 0 };
    assert_eq!(answer.failure_cause(), FailureCause::TPDU_NOT_SUPPORTED);
    assert_eq!(answer.offset(), 0);
}

#[test]
fn every_format_of_validity_is_read() {
    for (first, period, expected) in [
        ("01", "", ValidityPeriod::Unsaid),
        ("19", "62108151030440", ValidityPeriod::Absolute(MOMENT)),
        ("09", "021E0000000000", ValidityPeriod::Seconds(30)),
    ] {
        let wire = octets(&[first, "00", "0C91447700094065", "00 00", period, "01 31"]);
        let view = SubmitView::parse(&wire).expect("a submit");
        assert_eq!(view.validity, expected);
        assert!(view.user_data.chars().eq("1".chars()));
    }
}

#[test]
fn an_absolute_validity_is_a_wait_from_now() {
    let until = MOMENT.unix_seconds().expect("a moment");
    let period = ValidityPeriod::Absolute(MOMENT);
    assert_eq!(period.duration_from(until - 90).map(|left| left.as_secs()), Some(90));
    assert_eq!(period.duration_from(until + 90).map(|left| left.as_secs()), Some(0), "it is over");
    assert_eq!(ValidityPeriod::Unsaid.duration_from(until), None);
}

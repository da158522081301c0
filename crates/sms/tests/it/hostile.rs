//! Octets from nowhere: every one is answered with a view or an error, none with a panic.

use crate::{MOMENT, delivers, number, submits, written};
use proptest::prelude::*;
use sms::{
    Address, Direction, FailureCause, Malformed, MoTpdu, MtTpdu, Plan, RpCause, RpData, RpError, Rpdu,
    SmsDeliver, SmsDeliverReport, SmsStatusReport, SmsSubmitReport, Status, SubmitView,
};

/// Reads everything that a view offers.
fn look_at(octets: &[u8]) {
    if let Ok(deliver) = SmsDeliver::parse(octets) {
        let _ = (
            deliver.originating.digits(),
            deliver.originating.word().count(),
            deliver.timestamp.unix_seconds(),
        );
        let user_data = deliver.user_data;
        let _ = (
            user_data.chars().count(),
            user_data.concatenation(),
            user_data.is_human_text(),
            user_data.payload(),
        );
        written(|out| deliver.write_as_is(out));
        written(|out| user_data.chars().take(40).for_each(|character| out.u32(character.into())));
    }
    if let Ok(submit) = SubmitView::parse(octets) {
        let _ = (submit.user_data.chars().count(), submit.validity.duration_from(0));
    }
    let _ = (MtTpdu::parse(octets), MoTpdu::parse(octets));
    for report in
        [SmsDeliverReport::parse_ack(octets), SmsDeliverReport::parse_error(octets)].into_iter().flatten()
    {
        written(|out| report.write(out));
    }
    for report in
        [SmsSubmitReport::parse_ack(octets), SmsSubmitReport::parse_error(octets)].into_iter().flatten()
    {
        written(|out| report.write(out));
    }
    if let Ok(report) = SmsStatusReport::parse(octets) {
        written(|out| report.write(out));
    }
    for direction in [Direction::ToMobile, Direction::ToNetwork] {
        let _ = Rpdu::parse(octets, direction).map(|rpdu| rpdu.message_reference());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn random_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..250)) {
        look_at(&octets);
    }

    #[test]
    fn a_damaged_message_never_panics(
        text in "[a-z€ж]{0,200}",
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let plan = Plan::of(text.chars(), 255).expect("at most 255 segments");
        for mut tpdu in delivers(&plan, &text).into_iter().chain(submits(&plan, &text)) {
            for (at, octet) in &damage {
                let at = at.index(tpdu.len());
                tpdu[at] = *octet;
            }
            look_at(&tpdu);
        }
    }
}

/// Asserts that each shorter message is an error that points at the end, or at what is impossible there.
fn is_refused_when_cut<'a, T: core::fmt::Debug>(
    whole: &'a [u8],
    parse: impl Fn(&'a [u8]) -> Result<T, Malformed>,
) {
    assert!(parse(whole).is_ok());
    for length in 0..whole.len() {
        let error = parse(&whole[..length]).expect_err("a cut message is no message");
        assert_eq!(error, Malformed::Truncated { at: length });
    }
}

#[test]
fn a_message_cut_anywhere_is_refused_at_its_end() {
    for text in ["a".repeat(200), "ж".repeat(100), "x".to_owned()] {
        let plan = Plan::of(text.chars(), 255).expect("at most 255 segments");
        submits(&plan, &text).iter().for_each(|tpdu| is_refused_when_cut(tpdu, SubmitView::parse));
        delivers(&plan, &text).iter().for_each(|tpdu| is_refused_when_cut(tpdu, SmsDeliver::parse));
        delivers(&plan, &text).iter().for_each(|tpdu| is_refused_when_cut(tpdu, MtTpdu::parse));
    }
    let recipient = Address::international(number("447700900123"));
    let report = SmsStatusReport::new(1, recipient, MOMENT, MOMENT, Status::DELIVERED);
    is_refused_when_cut(&written(|out| report.write(out)), SmsStatusReport::parse);
    is_refused_when_cut(&written(|out| SmsSubmitReport::ack(MOMENT).write(out)), SmsSubmitReport::parse_ack);
    let refusal = SmsSubmitReport::error(FailureCause::DUPLICATE, MOMENT);
    is_refused_when_cut(&written(|out| refusal.write(out)), SmsSubmitReport::parse_error);
    is_refused_when_cut(&written(|out| SmsDeliverReport::ACK.write(out)), SmsDeliverReport::parse_ack);
    let refusal = SmsDeliverReport::error(FailureCause::UNSPECIFIED);
    is_refused_when_cut(&written(|out| refusal.write(out)), SmsDeliverReport::parse_error);
    let centre = number("447700900005");
    let data = written(|out| RpData::write(Direction::ToMobile, 1, centre, out, |out| out.put(&[0; 30])));
    is_refused_when_cut(&data, |octets| Rpdu::parse(octets, Direction::ToMobile));
    let error = written(|out| RpError::write(Direction::ToMobile, 1, RpCause::CONGESTION, out));
    is_refused_when_cut(&error, |octets| Rpdu::parse(octets, Direction::ToMobile));
}

#[test]
fn impossible_rpdus_are_refused() {
    for (octets, error) in [
        (&[0x00, 1, 0, 0, 0][..], Malformed::MessageType { at: 0 }), // RP-DATA of the other direction
        (&[0x07, 1], Malformed::MessageType { at: 0 }),              // reserved
        (&[0x01, 1, 12], Malformed::AddressTooLong { at: 2 }),
        (&[0x01, 1, 0, 0, 234], Malformed::UserDataTooLong { at: 4 }),
        (&[0x05, 1, 0], Malformed::Element { at: 2 }), // RP-Cause without a cause
        (&[0x03, 1, 0x41, 5, 0], Malformed::Truncated { at: 5 }),
    ] {
        assert_eq!(Rpdu::parse(octets, Direction::ToMobile), Err(error), "{octets:02X?}");
    }
    let smma = Rpdu::parse(&[0x06, 9], Direction::ToNetwork);
    assert_eq!(smma, Ok(Rpdu::MemoryAvailable { message_reference: 9 }));
    // An unknown element behind an RP-ACK, and a diagnostic behind a cause.
    assert!(Rpdu::parse(&[0x03, 1, 0x22, 1, 0], Direction::ToMobile).is_ok());
    let Ok(Rpdu::Error(error)) = Rpdu::parse(&[0x05, 1, 2, 0x80 | 42, 7], Direction::ToMobile) else {
        panic!("an RP-ERROR")
    };
    assert_eq!((error.cause, error.diagnostic), (RpCause::CONGESTION, Some(7)));
}

#[test]
fn a_lent_buffer_that_is_too_small_is_told_and_not_overrun() {
    let plan = Plan::of("hello".chars(), 1).expect("one segment");
    for length in 0..19 {
        let mut room = vec![0; length];
        let mut out = octets::Writer::new(&mut room);
        crate::submit().write(&plan, 0, 0, &mut "hello".chars(), &mut out);
        assert!(out.has_overflowed(), "{length}");
    }
}

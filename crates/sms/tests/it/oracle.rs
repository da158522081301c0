//! An independent codec reads what we write, and we read what it writes.

use crate::{delivers, number, submits, written};
use proptest::prelude::*;
use sms::{Alphabet, Direction, MtTpdu, Plan, RpData, Rpdu, ScTimestamp, SmsDeliver, Status};
use tpdu::{RpDataNetworkToMsMessage, SMSAddress, UserDataHeader};

/// GSM-7, or anything.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -_a-~\n\r€£Δà]{0,400}",
        proptest::collection::vec(any::<char>(), 0..150)
            .prop_map(|characters| characters.into_iter().collect()),
    ]
}

fn utf16(octets: &[u8]) -> String {
    let units: Vec<u16> = octets.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).expect("whole pairs")
}

proptest! {
    #[test]
    fn it_reads_our_submits(text in texts(), reference in any::<u8>()) {
        let plan = Plan::of(text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        let mut whole = String::new();
        for (index, ours) in submits(&plan, &text).iter().enumerate() {
            let centre = number("447700900005");
            let put = |out: &mut octets::Writer<'_>| out.put(ours);
            let rpdu = written(|out| RpData::write(Direction::ToNetwork, reference, centre, out, put));
            let theirs = tpdu::parse_rp_data(&rpdu).expect("it reads ours");
            prop_assert_eq!(theirs.rp_message_reference, reference);
            let address = |digits: &str| SMSAddress { ton: 1, npi: 1, address: digits.to_owned() };
            let submit = theirs.sms_submit;
            prop_assert_eq!(submit.tp_destination_address, Some(address("447700900456")));
            prop_assert_eq!(submit.tp_validity_period, Some(tpdu::ValidityPeriod::Relative(0xA7)));
            prop_assert_eq!(submit.tp_dcs, plan.data_coding().0);
            let header = submit.tp_user_data_header.map(|header| header.user_data_header_value);
            let expected = [0, 3, 0xA5, plan.segments(), index as u8 + 1];
            prop_assert_eq!(header.as_deref(), (plan.segments() > 1).then_some(&expected[..]));
            let text = &submit.tp_user_data[header.map_or(0, |header| header.len() + 1)..];
            whole += &match plan.alphabet() {
                Alphabet::Gsm7 => str::from_utf8(text).expect("UTF-8").to_owned(),
                _ => utf16(text),
            };
        }
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn it_reads_our_delivers(text in texts()) {
        let plan = Plan::of(text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        for (index, ours) in delivers(&plan, &text).iter().enumerate() {
            let theirs = tpdu::SmsDeliver::decode(ours).expect("it reads ours");
            prop_assert_eq!(theirs.tp_mms, index + 1 == usize::from(plan.segments()));
            prop_assert_eq!(theirs.tp_udhi, plan.segments() > 1);
            prop_assert_eq!(&theirs.tp_originating_address.address, "447700900123");
            prop_assert_eq!(&theirs.tp_service_centre_timestamp, "26011815304004");
            prop_assert_eq!(&theirs.encode().expect("it writes"), ours);
        }
    }

    #[test]
    fn we_read_its_delivers(
        text in "[ -_a-~€£Δà]{0,70}",
        digits in "[0-9]{1,15}",
        header in proptest::option::of((any::<u8>(), 1..=255_u8)),
        stamp in (0..90_u8, 1..=12_u8, 1..=28_u8, 0..24_u8, 0..60_u8, 0..60_u8, -79..=79_i8),
        flags in any::<(bool, bool, bool, bool)>(),
        pid in any::<u8>(),
    ) {
        let (year, month, day, hour, minute, second, zone) = stamp;
        let (rp, sri, lp, mms) = flags;
        let from = SMSAddress { ton: 1, npi: 1, address: digits.clone() };
        let when = tpdu::timestamp_digits(year, month, day, hour, minute, second, zone).expect("a time");
        let builder = tpdu::SmsDeliver::builder(from).rp(rp).sri(sri).lp(lp).mms(mms).pid(pid);
        let builder = builder.service_centre_timestamp(when);
        let theirs = match header {
            None => builder.gsm7_text(&text),
            Some((reference, total)) => {
                let value = vec![0, 3, reference, total, 1];
                let header = UserDataHeader { user_data_header_length: 5, user_data_header_value: value };
                builder.udhi(true).gsm7_text_with_header(&header, &text)
            }
        };
        let theirs = theirs.build().and_then(|deliver| deliver.encode()).expect("it writes");
        let Ok(MtTpdu::Deliver(ours)) = MtTpdu::parse(&theirs) else { panic!("we read its deliver") };
        prop_assert_eq!(ours.originating.digits(), Some(number(&digits)));
        prop_assert_eq!((ours.reply_path, ours.status_report_indication, ours.loop_prevention), (rp, sri, lp));
        prop_assert_eq!(ours.more_messages_to_send, !mms);
        prop_assert_eq!(ours.protocol_id, pid);
        let expected = ScTimestamp {
            year: 2000 + u16::from(year), month, day, hour, minute, second, quarter_hours: zone,
        };
        prop_assert_eq!(ours.timestamp, expected);
        prop_assert_eq!(ours.user_data.concatenation().map(|it| (it.reference as u8, it.total)), header);
        prop_assert_eq!(ours.user_data.chars().collect::<String>(), text);
    }

    #[test]
    fn we_read_any_septets_as_it_does(septets in proptest::collection::vec(0..128_u8, 0..160)) {
        // Two places where we differ on purpose: an escape at the end is nothing here and a space there, and an
        // escaped CR is nothing here and a CR there.
        prop_assume!(septets.last() != Some(&0x1B) && !septets.windows(2).any(|pair| pair == [0x1B, 0x0D]));
        let mut packed = vec![0_u8; (septets.len() * 7).div_ceil(8)];
        for (index, septet) in septets.iter().enumerate() {
            for bit in (0..7).filter(|bit| septet >> bit & 1 == 1) {
                packed[(index * 7 + bit) / 8] |= 1 << ((index * 7 + bit) % 8);
            }
        }
        let theirs = tpdu::unpack_gsm7(&packed, septets.len()).expect("it reads");
        let mut wire = crate::octets(&["04", "0C91447700091032", "00 00 62108151030440"]);
        wire.push(septets.len() as u8);
        wire.extend_from_slice(&packed);
        let ours: String = SmsDeliver::parse(&wire).expect("a deliver").user_data.chars().collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn it_reads_our_status_reports(message_reference in any::<u8>(), status in any::<u8>()) {
        let recipient = sms::Address::international(number("447700900123"));
        let report =
            sms::SmsStatusReport::new(message_reference, recipient, crate::MOMENT, crate::MOMENT, Status(status));
        let centre = number("447700900005");
        let rpdu = written(|out| RpData::write(Direction::ToMobile, 1, centre, out, |out| report.write(out)));
        let theirs = tpdu::parse_rp_data_network_to_ms(&rpdu).expect("it reads ours");
        let RpDataNetworkToMsMessage::StatusReport(theirs) = theirs else { panic!("a status report") };
        prop_assert_eq!(theirs.sms_status_report.tp_mr, message_reference);
        prop_assert_eq!(theirs.sms_status_report.tp_status, status);
        let again = theirs.encode().expect("it writes");
        let Ok(Rpdu::Data(data)) = Rpdu::parse(&again, Direction::ToMobile) else { panic!("an RP-DATA") };
        prop_assert_eq!(MtTpdu::parse(data.tpdu), Ok(MtTpdu::StatusReport(report)));
    }
}

#[test]
fn words_as_senders_are_the_same_for_both() {
    for word in ["CHAT", "A", "ABCDEFGH", "ABCDEFGHIJK", "Güter", "{a}"] {
        let theirs =
            SMSAddress { ton: 5, npi: 0, address: word.to_owned() }.encode(false).expect("it writes");
        let ours = written(|out| {
            sms::Address::alphanumeric(word, &mut [0; 10]).expect("it fits").write(out);
        });
        assert_eq!(ours, theirs, "{word}");
    }
}

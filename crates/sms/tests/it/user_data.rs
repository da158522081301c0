//! Headers that senders really write, and those that nobody should.

use crate::octets;
use sms::{InformationElement, Malformed, SmsDeliver};

/// An SMS-DELIVER with a header: TP-DCS, TP-UDL, TP-UD.
fn deliver(data_coding: &str, user_data: &[&str]) -> Vec<u8> {
    octets(&["44", "0C91447700091032", "00", data_coding, "62108151030440", &user_data.concat()])
}

fn text(tpdu: &[u8]) -> String {
    SmsDeliver::parse(tpdu).expect("a deliver").user_data.chars().collect()
}

#[test]
fn an_unknown_element_is_skipped() {
    // 12 octets: UDHL 10; IE 1F of 3 octets; concatenation A5 2 1; then "A"
    let tpdu = deliver("04", &["0C", "0A", "1F03AABBCC", "0003A50201", "41"]);
    let user_data = SmsDeliver::parse(&tpdu).expect("a deliver").user_data;
    assert_eq!(user_data.concatenation().map(|it| (it.reference, it.total, it.sequence)), Some((0xA5, 2, 1)));
    assert_eq!(user_data.payload(), b"A");
    let identifiers: Vec<u8> = user_data.elements().map(|element| element.identifier).collect();
    assert_eq!(identifiers, [0x1F, InformationElement::CONCATENATION_8]);
}

#[test]
fn a_repeated_concatenation_is_the_last_one() {
    let tpdu = deliver("04", &["0C", "0A", "0003010201", "0003020302", "41"]);
    let one = SmsDeliver::parse(&tpdu).expect("a deliver").user_data.concatenation();
    assert_eq!(one.map(|it| (it.reference, it.total, it.sequence)), Some((2, 3, 2)));
    // A wide one behind a narrow one counts as repeated.
    let tpdu = deliver("04", &["0D", "0B", "0003010201", "080400020302", "41"]);
    assert_eq!(
        SmsDeliver::parse(&tpdu).expect("a deliver").user_data.concatenation().map(|it| it.wide),
        Some(true)
    );
}

#[test]
fn an_impossible_concatenation_leaves_a_plain_text() {
    for counts in ["0001", "0100", "0203"] {
        let tpdu = deliver("04", &["07", "05", "0003A5", counts, "41"]);
        let user_data = SmsDeliver::parse(&tpdu).expect("a deliver").user_data;
        assert_eq!(user_data.concatenation(), None, "{counts}");
        assert!(user_data.chars().eq("A".chars()));
    }
}

#[test]
fn an_element_past_the_header_costs_the_header_and_keeps_the_text() {
    // UDHL 5, but the element says that it has 4 octets
    let tpdu = deliver("04", &["08", "05", "0004A50201", "4142"]);
    let user_data = SmsDeliver::parse(&tpdu).expect("a deliver").user_data;
    assert_eq!(user_data.concatenation(), None);
    assert_eq!(user_data.elements().count(), 0);
    assert!(user_data.chars().eq("AB".chars()));
}

#[test]
fn a_header_past_the_data_is_refused_with_its_place() {
    // UDHL 7, but only 2 octets of data in all; the length octet of the header is octet 19
    let tpdu = deliver("04", &["02", "0741"]);
    assert_eq!(SmsDeliver::parse(&tpdu).err(), Some(Malformed::UserDataHeader { at: 19 }));
    let tpdu = deliver("04", &["00"]);
    assert_eq!(
        SmsDeliver::parse(&tpdu).err(),
        Some(Malformed::UserDataHeader { at: 19 }),
        "no header at all"
    );
    let tpdu = deliver("04", &["01", "FF"]);
    assert_eq!(
        SmsDeliver::parse(&tpdu).err(),
        Some(Malformed::UserDataHeader { at: 19 }),
        "the longest header"
    );
}

#[test]
fn a_header_alone_has_no_text() {
    let tpdu = deliver("00", &["07", "050003A50201", "00"]);
    assert_eq!(text(&tpdu), "");
    let tpdu = deliver("08", &["06", "050003A50201"]);
    assert_eq!(text(&tpdu), "");
    // TP-UDL that ends inside its own header: 6 octets are 6.86 septets, 6 is too few
    let tpdu = deliver("00", &["06", "040003A502 01"]);
    assert_eq!(text(&tpdu), "");
}

#[test]
fn ports_and_the_card_are_not_people() {
    for element in ["05040B8423F0", "04020102", "70 00", "0900"] {
        let length = format!("{:02X}", octets(&[element]).len());
        let total = format!("{:02X}", octets(&[element]).len() + 2);
        let tpdu = deliver("04", &[&total, &length, element, "41"]);
        assert!(!SmsDeliver::parse(&tpdu).expect("a deliver").user_data.is_human_text(), "{element}");
    }
    let tpdu = deliver("04", &["07", "05", "0003A50201", "41"]);
    assert!(SmsDeliver::parse(&tpdu).expect("a deliver").user_data.is_human_text());
}

#[test]
fn languages_of_the_header_are_used_to_read() {
    // Turkish single shift and locking shift: UDHL 6, 7 octets = 8 septets; then septets 07, 1B 53
    let tpdu = deliver("00", &["0B", "06", "240101", "250101", "87CD14"]);
    assert_eq!(text(&tpdu), "ıŞ");
    // The same septets without the languages
    let tpdu = deliver("00", &["0B", "06", "700101", "700101", "87CD14"]);
    assert_eq!(text(&tpdu), "ìS");
}

#[test]
fn octets_of_unknown_meaning_are_latin_1() {
    let tpdu = octets(&["04", "0C91447700091032", "00", "04", "62108151030440", "03", "41E9FF"]);
    assert_eq!(text(&tpdu), "Aéÿ");
}

#[test]
fn compressed_text_is_not_guessed() {
    let tpdu = octets(&["04", "0C91447700091032", "00", "20", "62108151030440", "03", "41E9FF"]);
    let user_data = SmsDeliver::parse(&tpdu).expect("a deliver").user_data;
    assert!(!user_data.is_human_text());
    assert_eq!(user_data.chars().count(), 0);
    assert_eq!(user_data.payload(), [0x41, 0xE9, 0xFF], "TP-UDL counts octets");
}

#[test]
fn seven_spare_bits_are_no_at_sign() {
    // 7 septets leave 7 zero bits in the seventh octet; 8 septets with an at sign are the same octets
    let tpdu = octets(&["04", "0C91447700091032", "00", "00", "62108151030440", "07", "31D98C56B3DD00"]);
    assert_eq!(text(&tpdu), "1234567");
    let tpdu = octets(&["04", "0C91447700091032", "00", "00", "62108151030440", "08", "31D98C56B3DD00"]);
    assert_eq!(text(&tpdu), "1234567@");
}

#[test]
fn more_data_than_a_message_holds_is_refused() {
    let tpdu =
        [&octets(&["04", "0C91447700091032", "00", "00", "62108151030440", "A1"])[..], &[0; 150]].concat();
    assert_eq!(SmsDeliver::parse(&tpdu).err(), Some(Malformed::UserDataTooLong { at: 18 }));
    let tpdu =
        [&octets(&["04", "0C91447700091032", "00", "08", "62108151030440", "8D"])[..], &[0; 150]].concat();
    assert_eq!(SmsDeliver::parse(&tpdu).err(), Some(Malformed::UserDataTooLong { at: 18 }));
}

#[test]
fn text_and_numbers_do_not_print() {
    let tpdu = octets(&["04", "0C91447700091032", "00", "04", "62108151030440", "02", "4142"]);
    let shown = format!("{:?}", SmsDeliver::parse(&tpdu));
    assert!(!shown.contains("4477") && !shown.contains("AB") && !shown.contains("65, 66"), "{shown}");
}

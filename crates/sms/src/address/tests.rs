//! What an address promises.

extern crate std;
use super::*;
use std::string::String;

fn parse(octets: &[u8]) -> Result<Address<'_>, Malformed> {
    Address::parse(&mut Reader::new(octets))
}

fn number(text: &[u8]) -> Digits {
    Digits::from_ascii(text).expect("digits")
}

#[test]
fn a_number_reads_and_writes() {
    // 12 semi-octets, international E.164, 447700900456
    let octets = [0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x40, 0x65];
    let address = parse(&octets).expect("an address");
    assert!(address.is_international());
    assert_eq!(address.numbering_plan(), 1);
    assert_eq!(address.digits(), Some(number(b"447700900456")));
    assert_eq!(address, Address::international(number(b"447700900456")));
    let mut room = [0; 12];
    let mut out = Writer::new(&mut room);
    Address::international(number(b"447700900456")).write(&mut out);
    assert_eq!(out.written(), octets);
}

#[test]
fn an_odd_number_has_a_filler_that_is_not_counted() {
    let octets = [0x05, 0xA1, 0x21, 0x43, 0xF5];
    assert_eq!(parse(&octets).expect("an address").digits(), Some(number(b"12345")));
    // The same from a sender that counts it.
    let octets = [0x06, 0xA1, 0x21, 0x43, 0xF5];
    assert_eq!(parse(&octets).expect("an address").digits(), Some(number(b"12345")));
    let mut room = [0; 12];
    let mut out = Writer::new(&mut room);
    Address::numeric(TypeOfNumber::National, number(b"12345")).write(&mut out);
    assert_eq!(out.written(), [0x05, 0xA1, 0x21, 0x43, 0xF5]);
}

#[test]
fn a_word_is_no_number() {
    // 7 semi-octets, alphanumeric, CHAT in septets
    let octets = [0x07, 0xD0, 0x43, 0x64, 0x90, 0x0A];
    let address = parse(&octets).expect("an address");
    assert_eq!(address.digits(), None);
    assert_eq!(address.word().collect::<String>(), "CHAT");
    for word in ["CHAT", "A", "ABCDEFGH", "ABCDEFGHIJK", "[€]"] {
        let (mut packed, mut room) = ([0; 10], [0; 12]);
        let mut out = Writer::new(&mut room);
        Address::alphanumeric(word, &mut packed).expect("it fits").write(&mut out);
        assert_eq!(parse(out.written()).expect("an address").word().collect::<String>(), word);
    }
    assert!(Address::alphanumeric("ABCDEFGHIJKL", &mut [0; 10]).is_none());
    assert!(Address::alphanumeric("ж", &mut [0; 10]).is_none());
}

#[test]
fn what_is_no_number_has_no_digits() {
    for octets in [
        &[0x00, 0x91][..],                                             // nothing
        &[0x02, 0x81, 0xBA],                                           // *#
        &[0x03, 0x81, 0xF1, 0xF2],                                     // a filler in the middle
        &[0x10, 0x91, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11], // sixteen digits
        &[0x01, 0x81, 0xFF],                                           // nothing but a filler
    ] {
        assert_eq!(parse(octets).expect("an address").digits(), None, "{octets:02X?}");
    }
}

#[test]
fn more_than_twenty_semi_octets_are_refused() {
    assert_eq!(parse(&[21; 14]).err(), Some(Malformed::AddressTooLong { at: 0 }));
    assert_eq!(parse(&[20; 11]).err(), Some(Malformed::Truncated { at: 11 }));
    assert!(parse(&[20; 12]).is_ok());
}

#[test]
fn a_number_does_not_print() {
    let octets = [0x05, 0xA1, 0x21, 0x43, 0xF5];
    assert_eq!(std::format!("{:?}", parse(&octets)), "Ok(<5 semi-octets, A1>)");
}

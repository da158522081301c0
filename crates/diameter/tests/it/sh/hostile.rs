//! Documents that want to hurt are refused, and none makes us panic.

use diameter::sh::{ServiceData, ShData, Unreadable};
use diameter::{Experimental, Outcome};
use proptest::prelude::*;

use super::stage::alice;
use crate::stage::written;

fn fault(octets: &[u8]) -> Unreadable {
    ShData::read(octets).expect_err(&String::from_utf8_lossy(octets))
}

#[test]
fn entities_that_laugh_are_refused_with_their_document_type() {
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for level in 1..10 {
        let before = if level == 1 { "lol".into() } else { format!("lol{}", level - 1) };
        laughs += &format!("<!ENTITY lol{level} \"{}\">", format!("&{before};").repeat(10));
    }
    laughs += "]><Sh-Data><Sh-IMS-Data><SCSCFName>&lol9;</SCSCFName></Sh-IMS-Data></Sh-Data>";
    assert_eq!(fault(laughs.as_bytes()), Unreadable::DocumentType);
}

#[test]
fn nothing_outside_the_document_is_ever_read() {
    for document in [
        "<!DOCTYPE Sh-Data SYSTEM \"http://evil.example/x.dtd\"><Sh-Data/>",
        "<!DOCTYPE Sh-Data [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Sh-Data>&x;</Sh-Data>",
        "<!DOCTYPE Sh-Data><Sh-Data/>",
    ] {
        assert_eq!(fault(document.as_bytes()), Unreadable::DocumentType, "{document}");
    }
    assert_eq!(fault(b"<Sh-Data><IMSI>&x;</IMSI></Sh-Data>"), Unreadable::Syntax, "an entity of nobody");
    assert_eq!(fault(b"<Sh-Data><IMSI>&#0;</IMSI></Sh-Data>"), Unreadable::Syntax, "a character of nobody");
}

fn nested(depth: usize) -> String {
    let inside = depth - 1;
    format!("<Sh-Data>{}{}</Sh-Data>", "<Extension>".repeat(inside), "</Extension>".repeat(inside))
}

#[test]
fn elements_inside_each_other_end_at_the_limit() {
    assert_eq!(ShData::read(nested(32).as_bytes()), Ok(ShData::default()));
    assert_eq!(fault(nested(33).as_bytes()), Unreadable::TooDeep);
    assert_eq!(fault(nested(1_000).as_bytes()), Unreadable::TooDeep);
    assert_eq!(
        fault("<a>".repeat(10_000).as_bytes()),
        Unreadable::TooMany,
        "long before it is missed an end"
    );
}

#[test]
fn elements_beside_each_other_end_at_the_limit() {
    let wide = |count: usize| format!("<Sh-Data>{}</Sh-Data>", "<a/>".repeat(count));
    // The document itself and its root are two nodes.
    assert_eq!(ShData::read(wide(2_046).as_bytes()), Ok(ShData::default()));
    assert_eq!(fault(wide(2_047).as_bytes()), Unreadable::TooMany);
}

#[test]
fn attributes_end_at_the_limit() {
    let attributes = |count: usize| {
        let all: String = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("<Sh-Data{all}/>")
    };
    assert_eq!(ShData::read(attributes(1_024).as_bytes()), Ok(ShData::default()));
    assert_eq!(fault(attributes(1_025).as_bytes()), Unreadable::TooMany);
    assert_eq!(fault(b"<Sh-Data a='' a=''/>"), Unreadable::Syntax);
}

#[test]
fn a_document_of_the_greatest_length_is_read_and_a_longer_one_is_too_much() {
    let padded = |length: usize| {
        let frame = "<Sh-Data><!---->".len() + "</Sh-Data>".len();
        format!("<Sh-Data><!--{}--></Sh-Data>", "x".repeat(length - frame))
    };
    assert_eq!(ShData::read(padded(32_768).as_bytes()), Ok(ShData::default()));
    assert_eq!(fault(padded(32_769).as_bytes()), Unreadable::TooLong);
    assert_eq!(fault(&[b'<'; 32_769]), Unreadable::TooLong);
}

#[test]
fn another_encoding_is_refused() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Sh-Data/>";
    let wide: Vec<u16> = core::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
    let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(fault(&little), Unreadable::Encoding);
    assert_eq!(fault(&big), Unreadable::Encoding);
    assert_eq!(fault(&big[2..]), Unreadable::Syntax, "without its mark it is text full of zeros");
    let latin =
        b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Sh-Data><S-CSCFName>\xFC</S-CSCFName></Sh-Data>";
    assert_eq!(fault(latin), Unreadable::Encoding);
    assert_eq!(fault(b"<Sh-Data>\xC0\x80</Sh-Data>"), Unreadable::Encoding, "an overlong zero");
    assert_eq!(fault(b"<Sh-Data>\xED\xA0\x80</Sh-Data>"), Unreadable::Encoding, "half a surrogate pair");
}

#[test]
fn what_is_no_xml_is_refused() {
    for document in [
        "",
        " ",
        "Sh-Data",
        "<",
        "<Sh-Data",
        "<Sh-Data>",
        "</Sh-Data>",
        "<Sh-Data></Sh-Dat>",
        "<Sh-Data/><Sh-Data/>",
        "<Sh-Data>&</Sh-Data>",
        "<Sh-Data>]]></Sh-Data>",
        "<Sh-Data><x:y/></Sh-Data>",
        "<Sh-Data>\0</Sh-Data>",
        "<Sh-Data><!-- -- --></Sh-Data>",
        "<Sh-Data><![CDATA[</Sh-Data>",
    ] {
        assert_eq!(fault(document.as_bytes()), Unreadable::Syntax, "{document}");
    }
}

#[test]
fn service_data_cannot_leave_their_element() {
    for content in ["</ServiceData><IMSI>1</IMSI><ServiceData>", "<a>", "</a>", "&x;", "<x:a/>", "\0"] {
        assert_eq!(ServiceData::new(content), Err(Unreadable::Syntax), "{content}");
    }
    assert_eq!(ServiceData::new("<!DOCTYPE a>"), Err(Unreadable::Syntax));
    assert_eq!(ServiceData::new(&"x".repeat(40_000)), Err(Unreadable::TooLong));
    // A prefix that is declared outside would be a word without meaning in the next document.
    let borrowed = "<Sh-Data xmlns:x='urn:x'><RepositoryData><ServiceIndication>A</ServiceIndication>\
        <SequenceNumber>0</SequenceNumber><ServiceData><x:a/></ServiceData></RepositoryData></Sh-Data>";
    assert_eq!(fault(borrowed.as_bytes()), Unreadable::Syntax);
}

#[test]
fn each_refusal_has_its_answer() {
    assert_eq!(Outcome::from(Unreadable::TooLong), Experimental::TOO_MUCH_DATA.into());
    let others = [
        Unreadable::Encoding,
        Unreadable::DocumentType,
        Unreadable::TooMany,
        Unreadable::TooDeep,
        Unreadable::Syntax,
        Unreadable::NotShData,
        Unreadable::Value,
    ];
    for unreadable in others {
        assert_eq!(Outcome::from(unreadable), Experimental::USER_DATA_NOT_RECOGNIZED.into());
    }
}

#[test]
fn a_document_that_is_cut_is_no_document() {
    let whole = written(|out| alice().write(out));
    for cut in 0..whole.len() {
        assert!(ShData::read(&whole[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn every_octet_may_be_anything() {
    let whole = written(|out| alice().write(out));
    for at in 0..whole.len() {
        for bent in [0, b'<', b'>', b'&', b'/', b'"', b'-', b' ', b'9', 0x80, 0xFF] {
            let mut broken = whole.clone();
            broken[at] = bent;
            if let Ok(read) = ShData::read(&broken) {
                assert!(read.repository_data.iter().all(|one| one.service_data.iter().all(|data| {
                    data.chat_interworking().is_ok() || data.chat_interworking() == Err(Unreadable::Value)
                })));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = ShData::read(&octets);
    }

    #[test]
    fn pieces_of_xml_in_any_order_never_panic(pieces in proptest::collection::vec(
        prop_oneof![
            Just("<Sh-Data>"), Just("</Sh-Data>"), Just("<Sh-Data/>"), Just("<Extension>"), Just("</Extension>"),
            Just("<RepositoryData>"), Just("<ServiceData>"), Just("</ServiceData>"), Just("<MSISDN>"), Just("</MSISDN>"),
            Just("<!--"), Just("-->"), Just("<![CDATA["), Just("]]>"), Just("<?a"), Just("?>"), Just("&amp;"),
            Just("&#x10FFFF;"), Just("&#xD800;"), Just("<!DOCTYPE"), Just("["), Just("<!ENTITY a \"b\">"), Just("&a;"),
            Just(" xmlns=\"\""), Just(" xmlns:a='b'"), Just("<a:b c='d'"), Just("/>"), Just(">"), Just("447700900123"),
            Just("\u{FEFF}"), Just("\0"), Just("é"),
        ],
        0..40,
    )) {
        let _ = ShData::read(pieces.concat().as_bytes());
        let _ = ShData::read(format!("<Sh-Data>{}</Sh-Data>", pieces.concat()).as_bytes());
        let _ = ServiceData::new(&pieces.concat());
    }
}

//! Three SMS libraries that are not ours read what we write, and we read what two of them write.

use gateway::config;
use interwork::Variables;
use octets::{Digits, Reader, Writer};
use serde_json::{Value, json};
use sms::{Address, DeliverHead, Plan, Reference, ScTimestamp, SmsDeliver, SmsSubmit, Validity};

use super::judges::sms_oracle;
use super::peers::Peers;
use super::scratch::Scratch;

/// What is said, in every alphabet and in one, two and three segments.
fn texts() -> Vec<String> {
    let policy = config::parse("default", config::DEFAULT).expect("the default configuration").policy();
    let wording = &policy.wording;
    let variables = Variables { inviter: Some(number("15550100")), topic: ": ski" };
    let phrases = [
        &wording.invite,
        &wording.hint,
        &wording.accepted_ack,
        &wording.rejected_ack,
        &wording.leave_hint,
        &wording.withdrawn,
        &wording.unsupported_content,
        &wording.ended_by_peer,
        &wording.no_session,
    ];
    let operators = phrases.map(|template| wording.phrase(template, variables).collect::<String>());
    let own = [
        "hellohello",
        "Hello, world",
        "€10 [ok]",
        "{}[]~\\|^€ and the rest: @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà",
        "Привет",
        "你好, привет, hello",
        "See you at the hut \u{1F3D4}\u{FE0F}\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}!",
        "line one\nline two\r\nline three",
        "x",
    ];
    let long = [
        // Exactly one, two and three segments of septets, and one character more.
        ("a", 160),
        ("a", 161),
        ("a", 306),
        ("a", 307),
        ("a", 459),
        // Extended characters on every boundary.
        ("abc€", 70),
        ("[x]", 140),
        // The same in sixteen-bit units, with pairs of them on every boundary.
        ("ж", 70),
        ("ж", 71),
        ("ж", 134),
        ("ж", 135),
        ("\u{1F600}", 68),
        ("aж\u{1F600}", 40),
    ];
    let long = long.map(|(piece, times)| piece.repeat(times));
    operators.into_iter().chain(own.map(String::from)).chain(long).collect()
}

/// One segment as we write it, and what is in it.
struct Segment {
    kind: &'static str,
    octets: String,
    text: String,
    alphabet: &'static str,
    place: Value,
}

/// Every segment of `text`, as an SMS-SUBMIT and as an SMS-DELIVER.
fn segments(text: &str, reference: Reference) -> Vec<Segment> {
    let plan = Plan::with_reference(reference, text.chars(), u8::MAX).expect("few segments");
    let alphabet = match plan.alphabet() {
        sms::Alphabet::Gsm7 => "gsm7",
        _ => "ucs2",
    };
    let high = match reference {
        Reference::Narrow => 0,
        Reference::Wide(high) => u16::from(high),
    };
    let submit = SmsSubmit {
        message_reference: 7,
        destination: number(SMS_USER),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::DAY,
        protocol_id: 0,
    };
    let deliver = DeliverHead::new(Address::international(number(SMS_USER)), moment());
    let (mut for_submit, mut for_deliver) = (text.chars(), text.chars());
    let mut segments = Vec::new();
    for index in 0..plan.segments() {
        let said = for_submit.clone();
        let submitted = written(|out| submit.write(&plan, index, LOW, &mut for_submit, out));
        let delivered = written(|out| deliver.write(&plan, index, LOW, &mut for_deliver, out));
        let taken = said.clone().count() - for_submit.clone().count();
        let text: String = said.take(taken).collect();
        let place = match plan.is_concatenated() {
            true => {
                json!({"reference": high << 8 | u16::from(LOW), "count": plan.segments(), "sequence": index + 1})
            }
            false => Value::Null,
        };
        for (kind, octets) in [("submit", submitted), ("deliver", delivered)] {
            segments.push(Segment { kind, octets, text: text.clone(), alphabet, place: place.clone() });
        }
    }
    segments
}

#[test]
fn everybody_reads_in_our_messages_what_we_have_written() {
    let Some(peers) = Peers::wanted("everybody_reads_in_our_messages_what_we_have_written") else { return };
    let scratch = Scratch::new("sms-read");
    let texts = texts();
    let segments: Vec<_> = [Reference::Narrow, Reference::Wide(0x12)]
        .into_iter()
        .flat_map(|reference| texts.iter().flat_map(move |text| segments(text, reference)))
        .collect();
    let lines: Vec<_> =
        segments.iter().map(|segment| format!("{} {}", segment.kind, segment.octets)).collect();
    let answers = sms_oracle(&peers, &[], &lines, &scratch);
    let mut readings = 0;
    for (segment, answer) in segments.iter().zip(&answers) {
        assert_ne!(answer["agree"].as_bool(), Some(false), "{answer:#}");
        // pycrate reads both kinds, and writes again what it has read.
        assert_eq!(answer["pycrate"]["rewritten_equal"].as_bool(), Some(true), "{answer:#}");
        assert_ne!(answer["pycrate"]["reencode_equal"].as_bool(), Some(false), "{answer:#}");
        for reader in READERS {
            let reading = &answer[reader];
            assert!(reading.get("error").is_none(), "{reader}: {answer:#}");
            if reading.get("absent").is_some() {
                continue;
            }
            let said = |field: &str| {
                let is_in_doubt = reading["doubt"].get(field).is_some();
                (!is_in_doubt).then(|| reading[field].clone())
            };
            assert_eq!(
                said("number").expect("never in doubt"),
                json!(format!("+{SMS_USER}")),
                "{reader}: {answer:#}"
            );
            assert_eq!(said("alphabet").expect("never in doubt"), segment.alphabet, "{reader}: {answer:#}");
            assert_eq!(said("segment").expect("never in doubt"), segment.place, "{reader}: {answer:#}");
            if let Some(text) = said("text") {
                assert_eq!(text, segment.text, "{reader}: {answer:#}");
                readings += 1;
            }
            if let (Some(scts), "deliver") = (said("scts"), segment.kind) {
                assert_eq!(scts, "2026-01-18T14:30:40Z", "{reader}: {answer:#}");
            }
        }
    }
    // Doubts are few: nearly two libraries on average have read each segment without one.
    assert!(readings * 2 > segments.len() * 3, "{readings} readings of {} segments", segments.len());
}

#[test]
fn the_vectors_of_the_sheet_are_ours_and_everybodys() {
    let Some(peers) = Peers::wanted("the_vectors_of_the_sheet_are_ours_and_everybodys") else { return };
    let scratch = Scratch::new("sms-vectors");
    let submit = concat!(
        "11",                   // SMS-SUBMIT, TP-VP relative
        "00",                   // TP-MR
        "0C91447700094065",     // TP-DA +447700900456
        "0000",                 // TP-PID, TP-DCS
        "A7",                   // TP-VP: 24 h
        "0AE8329BFD4697D9EC37", // ten septets: hellohello
    );
    let ours = SmsSubmit {
        message_reference: 0,
        destination: number("447700900456"),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::DAY,
        protocol_id: 0,
    };
    let plan = Plan::of("hellohello".chars(), 1).expect("one segment");
    let octets = written(|out| ours.write(&plan, 0, 0, &mut "hellohello".chars(), out));
    assert_eq!(octets, submit);
    // RP-DATA to the network: RP-MR 7, no originator, the service centre +447700900005, the same SMS-SUBMIT.
    let rp_data = format!("000700079144770009005017{submit}");
    let rp_user_data = format!("0007000791447700090050{:02X}{submit}", submit.len() / 2);
    assert_eq!(rp_data, rp_user_data, "the sheet counts 23 octets");
    let lines = [format!("submit {submit}"), format!("rp-data-mo {rp_data}")];
    let [read, carried] = sms_oracle(&peers, &[], &lines, &scratch).try_into().expect("two answers");
    assert_eq!(read["agree"], true, "{read:#}");
    assert_eq!(read["pycrate"]["text"], "hellohello", "{read:#}");
    assert_eq!(read["pycrate"]["number"], "+447700900456", "{read:#}");
    assert_eq!(carried["pycrate"]["tpdu_kind"], "SMS_SUBMIT", "{carried:#}");
    assert_eq!(carried["pycrate"]["tpdu"], submit.to_lowercase(), "{carried:#}");
    assert_eq!(carried["pycrate"]["number"], "+447700900005", "{carried:#}");
}

#[test]
fn we_read_in_others_messages_what_they_have_written() {
    let Some(peers) = Peers::wanted("we_read_in_others_messages_what_they_have_written") else { return };
    let scratch = Scratch::new("sms-write");
    let texts = texts();
    let wish = |text: &String, reference: u16| {
        json!({"text": text, "number": format!("+{SMS_USER}"), "reference": reference, "scts": "2026-01-18T14:30:40"})
            .to_string()
    };
    let lines: Vec<_> = [10, 0x1234]
        .into_iter()
        .flat_map(|reference| texts.iter().map(move |text| wish(text, reference)))
        .collect();
    let answers = sms_oracle(&peers, &["encode"], &lines, &scratch);
    let mut by_second_writer = 0;
    for answer in &answers {
        let text = answer["text"].as_str().expect("a text");
        for writer in WRITERS {
            let Some(tpdus) = answer[writer]["tpdus"].as_array() else {
                // The second writer has its limits; the first has none here.
                assert_ne!(writer, WRITERS[0], "{answer:#}");
                continue;
            };
            by_second_writer += usize::from(writer != WRITERS[0]);
            let said: Vec<_> = tpdus.iter().map(|tpdu| tpdu.as_str().expect("hexadecimal")).collect();
            assert_eq!(read_back(&said), text, "{writer}: {answer:#}");
        }
    }
    assert!(by_second_writer * 4 > answers.len(), "{by_second_writer} of {} texts", answers.len());
}

/// The text of SMS-DELIVERs in their order, every field of each as it was asked for.
fn read_back(tpdus: &[&str]) -> String {
    let mut text = String::new();
    for (index, tpdu) in tpdus.iter().enumerate() {
        let octets = unhex(tpdu);
        let deliver = SmsDeliver::parse(&octets).expect("a sound SMS-DELIVER");
        assert_eq!(deliver.originating.digits(), Some(number(SMS_USER)), "{tpdu}");
        assert!(deliver.originating.is_international(), "{tpdu}");
        assert_eq!(deliver.timestamp.unix_seconds(), moment().unix_seconds(), "{tpdu}");
        match deliver.user_data.concatenation() {
            None => assert_eq!(tpdus.len(), 1, "{tpdu}"),
            Some(place) => {
                assert_eq!(
                    (usize::from(place.total), usize::from(place.sequence)),
                    (tpdus.len(), index + 1),
                    "{tpdu}"
                );
                assert_eq!(place.wide, place.reference > 255, "{tpdu}");
            }
        }
        text.extend(deliver.user_data.chars());
    }
    text
}

fn number(digits: &str) -> Digits {
    super::sms_side::number(digits)
}

/// 2026-01-18 15:30:40, one hour east of Greenwich.
fn moment() -> ScTimestamp {
    ScTimestamp::parse(&mut Reader::new(&[0x62, 0x10, 0x81, 0x51, 0x03, 0x04, 0x40])).expect("seven octets")
}

fn written(write: impl FnOnce(&mut Writer<'_>)) -> String {
    let mut buffer = [0; 256];
    let mut out = Writer::new(&mut buffer);
    write(&mut out);
    assert!(!out.has_overflowed());
    out.written().iter().map(|octet| format!("{octet:02X}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let octet = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(octet).collect()
}

const SMS_USER: &str = "447700900123";
/// The low eight bits of the concatenation reference.
const LOW: u8 = 0xA5;
const READERS: [&str; 3] = ["pycrate", "smspdudecoder", "python_messaging"];
const WRITERS: [&str; 2] = ["pycrate", "python_messaging"];

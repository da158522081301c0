//! Any text, through any number of segments, comes back as it was.

use crate::{delivers, submits};
use proptest::prelude::*;
use sms::{Address, Alphabet, MtTpdu, Plan, Reference, ScTimestamp, SmsDeliver, SubmitView};

/// Texts of the default alphabet and its extension.
fn plain_texts(pieces: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[ -_a-~\n\r]{1,20}",
        2 => "[@£$¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà]{1,20}",
        2 => "[\\[\\]{}€^~|\\\\]{1,10}",
    ];
    proptest::collection::vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

/// Texts with accents, emoji, flags, jamo and joiners in many mixtures, half of them all GSM-7.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{1,20}",
        2 => "[а-я]{1,20}",
        1 => "\\PC{1,10}",
        1 => Just("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}".to_owned()),
        1 => Just("\u{1F1E9}\u{1F1EA}\u{1F1EB}\u{1F1F7}".to_owned()),
        1 => "e[\u{300}-\u{36F}]{1,80}",
        1 => "[\u{1F600}-\u{1F64F}]{1,40}",
        1 => "[\u{1F3FB}-\u{1F3FF}\u{200D}\u{FE0F}\u{1100}-\u{1175}\u{1F1E6}-\u{1F1FF}]{1,20}",
    ];
    let foreign = proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat());
    prop_oneof![plain_texts(0..40), foreign]
}

/// Reads all segments, in any order, and joins their texts by sequence number.
fn joined<'a>(tpdus: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let mut parts: Vec<(u8, String)> = tpdus
        .map(|tpdu| {
            let user_data = SubmitView::parse(tpdu).expect("a submit").user_data;
            (user_data.concatenation().map_or(1, |it| it.sequence), user_data.chars().collect())
        })
        .collect();
    parts.sort();
    parts.into_iter().map(|(_, text)| text).collect()
}

proptest! {
    #[test]
    fn segments_joined_are_the_text(text in texts(), is_wide in any::<bool>()) {
        let reference = if is_wide { Reference::Wide(0x12) } else { Reference::Narrow };
        let plan = Plan::with_reference(reference, text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        let tpdus = submits(&plan, &text);
        for (index, tpdu) in tpdus.iter().enumerate() {
            let view = SubmitView::parse(tpdu).expect("a submit");
            let concatenation = view.user_data.concatenation();
            prop_assert_eq!(concatenation.is_some(), plan.segments() > 1);
            if let Some(it) = concatenation {
                prop_assert_eq!((it.wide, it.total, usize::from(it.sequence)), (is_wide, plan.segments(), index + 1));
                prop_assert_eq!(it.reference, if is_wide { 0x12A5 } else { 0xA5 });
            }
            // A cut pair would show as U+FFFD, which the text itself does not have.
            let is_whole = text.contains('\u{FFFD}') || !view.user_data.chars().any(|c| c == '\u{FFFD}');
            prop_assert!(is_whole);
        }
        prop_assert_eq!(joined(tpdus.iter().rev()), text);
    }

    #[test]
    fn no_segment_could_have_taken_the_next_character(text in plain_texts(20..60)) {
        let plan = Plan::of(text.chars(), 255).expect("at most 255 segments");
        prop_assert_eq!(plan.alphabet(), Alphabet::Gsm7);
        let several = if plan.segments() > 1 { 153 } else { 160 };
        let read = |tpdu: &Vec<u8>| -> String {
            SubmitView::parse(tpdu).expect("a submit").user_data.chars().collect()
        };
        let units = |text: &str| -> usize { text.chars().map(|c| Alphabet::Gsm7.units(c).expect("GSM-7")).sum() };
        let parts: Vec<String> = submits(&plan, &text).iter().map(read).collect();
        for pair in parts.windows(2) {
            let next: String = pair[1].chars().take(1).collect();
            prop_assert!(units(&pair[0]) <= several);
            prop_assert!(units(&pair[0]) + units(&next) > several);
        }
    }

    #[test]
    fn room_that_is_promised_is_there(text in texts(), more in texts()) {
        let plan = Plan::of(text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        let longer = Plan::of(text.chars().chain(more.chars()), 255);
        let stays = longer.is_ok_and(|longer| longer.segments() == plan.segments());
        if plan.has_room_for(more.chars()) {
            prop_assert!(stays);
        } else if longer.is_ok_and(|longer| longer.alphabet() == plan.alphabet()) {
            prop_assert!(!stays, "a no is wrong only when the alphabet changes");
        }
    }

    #[test]
    fn what_the_centre_takes_is_what_it_delivers(text in texts()) {
        let plan = Plan::of(text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        for tpdu in submits(&plan, &text) {
            let submitted = SubmitView::parse(&tpdu).expect("a submit");
            let deliver = SmsDeliver {
                originating: Address::international(crate::number("447700900123")),
                protocol_id: submitted.protocol_id,
                data_coding: submitted.data_coding,
                timestamp: crate::MOMENT,
                more_messages_to_send: false,
                loop_prevention: false,
                status_report_indication: true,
                reply_path: false,
                user_data: submitted.user_data,
            };
            let wire = crate::written(|out| deliver.write_as_is(out));
            prop_assert_eq!(MtTpdu::parse(&wire), Ok(MtTpdu::Deliver(deliver)));
        }
    }

    #[test]
    fn utf8_is_the_same_text(text in texts()) {
        let plan = Plan::of(text.chars(), 255);
        prop_assume!(plan.is_ok());
        let plan = plan.expect("assumed");
        let mut whole = String::new();
        for tpdu in delivers(&plan, &text) {
            let mut room = [0; 1024];
            let mut out = octets::Writer::new(&mut room);
            SmsDeliver::parse(&tpdu).expect("a deliver").user_data.write_utf8(&mut out);
            whole += str::from_utf8(out.written()).expect("UTF-8");
        }
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn every_second_of_the_century_survives_the_wire(unix_seconds in 631_200_000..3_786_800_000_i64, zone in -79..=79_i8) {
        let stamp = ScTimestamp::from_unix(unix_seconds, zone);
        prop_assert!(stamp.is_valid());
        let wire = crate::written(|out| stamp.write(out));
        let read = ScTimestamp::parse(&mut octets::Reader::new(&wire)).expect("seven octets");
        prop_assert_eq!(read, stamp);
        prop_assert_eq!(read.unix_seconds(), Some(unix_seconds));
    }
}

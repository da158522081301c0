//! How much fits where: the table of limits, one character before and one behind each.

use crate::{delivers, submits};
use sms::{Alphabet, Plan, Reference, SmsDeliver, SubmitView, TooLong};

fn segments(text: &str) -> u8 {
    Plan::of(text.chars(), 255).expect("at most 255 segments").segments()
}

fn segments_wide(text: &str) -> u8 {
    Plan::with_reference(Reference::Wide(0), text.chars(), 255).expect("at most 255 segments").segments()
}

/// The texts of the segments as their receiver reads them.
fn received(text: &str) -> Vec<String> {
    let plan = Plan::of(text.chars(), 255).expect("at most 255 segments");
    let read = |tpdu: &Vec<u8>| SubmitView::parse(tpdu).expect("a submit").user_data.chars().collect();
    submits(&plan, text).iter().map(read).collect()
}

#[test]
fn one_segment_has_160_septets_or_70_units() {
    assert_eq!(segments(""), 1);
    assert_eq!(segments(&"a".repeat(160)), 1);
    assert_eq!(segments(&"a".repeat(161)), 2);
    assert_eq!(segments(&"ж".repeat(70)), 1);
    assert_eq!(segments(&"ж".repeat(71)), 2);
}

#[test]
fn several_segments_have_153_septets_or_67_units_each() {
    for count in 2..=10 {
        assert_eq!(segments(&"a".repeat(153 * count)), count as u8);
        assert_eq!(segments(&"a".repeat(153 * count + 1)), count as u8 + 1);
        assert_eq!(segments(&"ж".repeat(67 * count)), count as u8);
        assert_eq!(segments(&"ж".repeat(67 * count + 1)), count as u8 + 1);
    }
}

#[test]
fn a_wide_reference_costs_one_septet_or_unit_a_segment() {
    assert_eq!(segments_wide(&"a".repeat(160)), 1);
    assert_eq!(segments_wide(&"a".repeat(304)), 2);
    assert_eq!(segments_wide(&"a".repeat(305)), 3);
    assert_eq!(segments_wide(&"ж".repeat(132)), 2);
    assert_eq!(segments_wide(&"ж".repeat(133)), 3);
}

#[test]
fn an_extension_character_counts_two() {
    assert_eq!(segments(&"€".repeat(80)), 1);
    assert_eq!(segments(&("€".repeat(80) + "a")), 2);
    // 153 is odd: the 77th euro does not fit, and its septet stays empty.
    assert_eq!(received(&"€".repeat(81)), ["€".repeat(76), "€".repeat(5)]);
}

#[test]
fn the_last_segment_of_all_is_the_255th() {
    assert_eq!(segments(&"a".repeat(153 * 255)), 255);
    let plan = Plan::of("a".repeat(153 * 255 + 1).chars(), 255);
    assert_eq!(plan, Err(TooLong { segments: 256 }));
    assert_eq!(Plan::of("a".repeat(153 * 1000).chars(), 255), Err(TooLong { segments: 1000 }));
}

#[test]
fn a_text_longer_than_allowed_says_how_long() {
    let text = "a".repeat(161);
    assert_eq!(Plan::of(text.chars(), 1), Err(TooLong { segments: 2 }));
    assert!(Plan::of(text.chars(), 2).is_ok());
    assert_eq!(Plan::of("".chars(), 0), Err(TooLong { segments: 1 }));
}

#[test]
fn an_emoji_at_the_boundary_moves_whole() {
    let text = "ж".repeat(66) + "\u{1F600}" + &"ж".repeat(10);
    assert_eq!(received(&text), ["ж".repeat(66), "\u{1F600}".to_owned() + &"ж".repeat(10)]);
    let text = "ж".repeat(65) + "\u{1F600}" + &"ж".repeat(10);
    assert_eq!(received(&text), ["ж".repeat(65) + "\u{1F600}", "ж".repeat(10)]);
    // The same at the end of the only segment: 68 + 2 fit, 69 + 2 do not.
    assert_eq!(segments(&("ж".repeat(68) + "\u{1F600}")), 1);
    assert_eq!(segments(&("ж".repeat(69) + "\u{1F600}")), 2);
}

#[test]
fn a_family_at_the_boundary_stays_together() {
    let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"; // 8 units
    let text = "ж".repeat(60) + family + "жжж";
    assert_eq!(received(&text), ["ж".repeat(60), family.to_owned() + "жжж"]);
}

#[test]
fn a_cluster_longer_than_a_segment_loses_nothing() {
    let tower = "e".to_owned() + &"\u{301}".repeat(200);
    assert_eq!(received(&tower).concat(), tower);
    assert_eq!(received(&tower).len(), 3, "201 units in segments of 67");
}

#[test]
fn one_foreign_character_moves_the_text_to_ucs2() {
    let plan = Plan::of("hello ж".chars(), 1).expect("one segment");
    assert_eq!(plan.alphabet(), Alphabet::Ucs2);
    assert_eq!(Plan::of("hello é €".chars(), 1).map(|plan| plan.alphabet()), Ok(Alphabet::Gsm7));
    assert_eq!(
        Plan::of("garçon".chars(), 1).map(|plan| plan.alphabet()),
        Ok(Alphabet::Ucs2),
        "only Ç is there"
    );
}

#[test]
fn room_is_what_the_last_segment_has_left() {
    let alone = Plan::of("a".repeat(150).chars(), 9).expect("one segment");
    assert!(alone.has_room_for("b".repeat(10).chars()));
    assert!(!alone.has_room_for("b".repeat(11).chars()));
    assert!(alone.has_room_for("€".repeat(5).chars()));
    assert!(!alone.has_room_for("€".repeat(6).chars()));
    assert!(!alone.has_room_for("ж".chars()), "150 characters are three segments of UCS2");

    let short = Plan::of("a".repeat(60).chars(), 9).expect("one segment");
    assert!(short.has_room_for("ж".repeat(10).chars()), "70 units of UCS2");
    assert!(!short.has_room_for("ж".repeat(11).chars()));

    let two = Plan::of("a".repeat(300).chars(), 9).expect("two segments");
    assert!(two.has_room_for("b".repeat(6).chars()));
    assert!(!two.has_room_for("b".repeat(7).chars()));

    let ucs2 = Plan::of("ж".repeat(130).chars(), 9).expect("two segments");
    assert!(ucs2.has_room_for("\u{1F600}\u{1F600}".chars()));
    assert!(!ucs2.has_room_for("\u{1F600}\u{1F600}a".chars()));
}

#[test]
fn more_messages_are_announced_on_all_segments_but_the_last() {
    let text = "a".repeat(400);
    let plan = Plan::of(text.chars(), 255).expect("three segments");
    let tpdus = delivers(&plan, &text);
    let more = tpdus.iter().map(|tpdu| SmsDeliver::parse(tpdu).expect("a deliver").more_messages_to_send);
    assert!(more.eq([true, true, false]));
}

#[test]
fn a_segment_is_sent_again_behind_those_that_arrived() {
    let text = "ж".repeat(66) + "\u{1F600}" + &"ж".repeat(100);
    let plan = Plan::of(text.chars(), 255).expect("three segments");
    let first_time = submits(&plan, &text);
    let mut rest = text.chars();
    plan.skip(&mut rest);
    let again = crate::written(|out| crate::submit().write(&plan, 1, 0xA5, &mut rest, out));
    assert_eq!(again, first_time[1]);
}

#[test]
fn no_segment_is_longer_than_the_networks_take() {
    for text in ["a".repeat(1000), "€".repeat(1000), "ж".repeat(1000), "\u{1F600}".repeat(500)] {
        let plan = Plan::of(text.chars(), 255).expect("at most 255 segments");
        for tpdu in submits(&plan, &text).iter().chain(&delivers(&plan, &text)) {
            assert!(tpdu.len() <= sms::TPDU_OCTETS_MAX);
        }
    }
}

#[test]
#[should_panic(expected = "not the planned one")]
fn another_text_than_the_planned_one_is_not_sent() {
    let plan = Plan::of("short".chars(), 1).expect("one segment");
    submits(&plan, &"longer".repeat(30));
}

#[test]
#[should_panic(expected = "not the planned one")]
fn a_character_that_the_plan_has_no_alphabet_for_is_not_sent() {
    let plan = Plan::of("short".chars(), 1).expect("one segment");
    submits(&plan, "ж");
}

//! Texts as people write them, and short messages that carry them.

use octets::Writer;
use sms::{Alphabet, Plan, ScTimestamp, SmsDeliver, SmsSubmit, SubmitView, Validity};

use crate::{SMS_USER, number, written};

/// A text that fills one GSM-7 segment to the last septet.
pub const GSM7: &str = "The train to Bern leaves at 17:32 from platform 8, and the next is at 18:02. \
    Shall we meet at the clock on the upper level? I can bring the tickets @ 24 each :)";
/// A text of 70 characters that needs UCS2.
pub const UCS2: &str = "Поезд отправляется в 17:32 с восьмого пути. Встретимся под часами? До!";
/// How many segments [`long`] takes.
pub const LONG_SEGMENTS: u8 = 3;

/// A text of three GSM-7 segments.
pub fn long() -> String {
    let text = GSM7.repeat(3).chars().take(450).collect::<String>();
    assert_plan(&text, Alphabet::Gsm7, LONG_SEGMENTS);
    text
}

/// Asserts that `text` takes what the benches say it takes.
pub fn assert_plan(text: &str, alphabet: Alphabet, segments: u8) {
    let plan = Plan::of(text.chars(), u8::MAX).expect("a text of some segments");
    assert_eq!(
        (plan.alphabet(), plan.segments()),
        (alphabet, segments),
        "{} characters",
        text.chars().count()
    );
}

/// Plans `text` and writes all of its segments, one behind the other.
pub fn write_submits(text: &str, out: &mut Writer<'_>) {
    let submit = SmsSubmit {
        message_reference: 42,
        destination: number(SMS_USER),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::DAY,
        protocol_id: sms::protocol_id::PLAIN,
    };
    let Ok(plan) = Plan::of(text.chars(), SEGMENTS_MAX) else { return out.spoil() };
    let mut characters = text.chars();
    for segment in 0..plan.segments() {
        submit.write(&plan, segment, 7, &mut characters, out);
    }
}

/// An SMS-SUBMIT of one segment.
pub fn submit(text: &str) -> Vec<u8> {
    let tpdu = written(|out| write_submits(text, out));
    let view = SubmitView::parse(&tpdu).expect("one SMS-SUBMIT");
    assert_eq!(view.user_data.chars().collect::<String>(), text);
    tpdu
}

/// An SMS-DELIVER of one segment.
pub fn deliver(text: &str) -> Vec<u8> {
    let plan = Plan::of(text.chars(), 1).expect("one segment");
    let timestamp = ScTimestamp::from_unix(1_768_746_640, 4);
    let tpdu = written(|out| {
        SmsDeliver::write(number(SMS_USER), timestamp, &plan, 0, 7, &mut text.chars(), out);
    });
    let view = SmsDeliver::parse(&tpdu).expect("one SMS-DELIVER");
    assert_eq!(view.user_data.chars().collect::<String>(), text);
    tpdu
}

const SEGMENTS_MAX: u8 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_what_they_are_said_to_take() {
        assert_eq!((GSM7.chars().count(), UCS2.chars().count()), (160, 70));
        assert_plan(GSM7, Alphabet::Gsm7, 1);
        assert_plan(UCS2, Alphabet::Ucs2, 1);
        assert_eq!(long().chars().count(), 450);
    }

    #[test]
    fn short_messages_carry_their_text() {
        for text in [GSM7, UCS2] {
            submit(text);
            deliver(text);
        }
        let segments = written(|out| write_submits(&long(), out));
        assert!(segments.len() > 2 * 140, "{} octets", segments.len());
    }
}

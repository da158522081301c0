//! What the short-message codec promises, seen from outside.

mod boundaries;
mod hostile;
mod oracle;
mod reports;
mod round_trip;
mod user_data;
mod vectors;

use octets::{Digits, Writer};
use sms::{Plan, ScTimestamp, SmsDeliver, SmsSubmit, Validity};

/// The octets of a message, a field a line.
fn octets(fields: &[&str]) -> Vec<u8> {
    let digits: Vec<u8> = fields.concat().bytes().filter(|digit| *digit != b' ').collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal"))
        .collect()
}

fn number(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("digits")
}

/// What `write` writes.
fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = [0; 256];
    let mut out = Writer::new(&mut room);
    write(&mut out);
    let length = out.finish().expect("it fits");
    room[..length].to_vec()
}

/// 2026-01-18 15:30:40, one hour east of Greenwich.
const MOMENT: ScTimestamp =
    ScTimestamp { year: 2026, month: 1, day: 18, hour: 15, minute: 30, second: 40, quarter_hours: 4 };

fn submit() -> SmsSubmit {
    SmsSubmit {
        message_reference: 0,
        destination: number("447700900456"),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::DAY,
        protocol_id: sms::protocol_id::PLAIN,
    }
}

/// Every segment of `text` as an SMS-SUBMIT.
fn submits(plan: &Plan, text: &str) -> Vec<Vec<u8>> {
    let mut rest = text.chars();
    (0..plan.segments())
        .map(|index| written(|out| submit().write(plan, index, 0xA5, &mut rest, out)))
        .collect()
}

/// Every segment of `text` as an SMS-DELIVER.
fn delivers(plan: &Plan, text: &str) -> Vec<Vec<u8>> {
    let mut rest = text.chars();
    let from = number("447700900123");
    (0..plan.segments())
        .map(|index| written(|out| SmsDeliver::write(from, MOMENT, plan, index, 0xA5, &mut rest, out)))
        .collect()
}

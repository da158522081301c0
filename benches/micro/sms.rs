//! Texts into short messages, and back.

use core::hint::black_box;

use ::sms::{Alphabet, SmsDeliver};
use octets::Writer;
use samples::text;

use crate::ruler::Group;

pub fn measure(group: &mut Group<'_>) {
    text::assert_plan(text::GSM7, Alphabet::Gsm7, 1);
    text::assert_plan(text::UCS2, Alphabet::Ucs2, 1);
    let long = text::long();
    let mut room = [0; 1024];
    let submits = [
        ("submit, 160 of GSM-7", text::GSM7),
        ("submit, 70 of UCS2", text::UCS2),
        ("submit, 450 of GSM-7 in 3", long.as_str()),
    ];
    for (name, text) in submits {
        group.copy(text.as_bytes());
        group.row(name, 1, || {
            let mut out = Writer::new(&mut room);
            text::write_submits(black_box(text), &mut out);
            out.len()
        });
    }
    for (name, text) in [("deliver, 160 of GSM-7", text::GSM7), ("deliver, 70 of UCS2", text::UCS2)] {
        let tpdu = text::deliver(text);
        group.copy(&tpdu);
        group.row(format!("{name}, read as UTF-8"), 1, || {
            let mut out = Writer::new(&mut room);
            let deliver = SmsDeliver::parse(black_box(&tpdu)).ok()?;
            deliver.user_data.write_utf8(&mut out);
            Some(out.len())
        });
    }
}

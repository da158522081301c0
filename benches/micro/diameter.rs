//! A text leaves in an OFR; an OFA comes back.

use core::hint::black_box;

use ::diameter::MessageView;
use ::diameter::sgd::{MoForward, MoForwardAnswer};
use octets::Writer;
use samples::{forward, text};

use crate::ruler::Group;

pub fn measure(group: &mut Group<'_>) {
    let (request, answer) = (forward::request(), forward::answer());
    let tpdu = text::submit(text::GSM7);
    let mut room = [0; 1024];

    group.copy(&request);
    group.row("OFR, written", 1, || {
        let mut out = Writer::new(&mut room);
        forward::write_request(black_box(&tpdu), &mut out);
        out.len()
    });
    group.row("OFR, read", 1, || {
        let view = MessageView::parse(black_box(&request)).ok()?;
        MoForward::parse(&view).ok().map(|forward| forward.sc_address)
    });
    group.copy(&answer);
    group.row("OFA, read", 1, || {
        let view = MessageView::parse(black_box(&answer)).ok()?;
        MoForwardAnswer::parse(&view).ok().map(|answer| answer.outcome)
    });
}

//! An INVITE of 1.5 KB: found, judged, read, answered.

use core::hint::black_box;

use ::msrp::Offer;
use ::sip::{Index, MessageView};
use octets::Writer;
use samples::invite;

use crate::ruler::Group;

pub fn measure(group: &mut Group<'_>) {
    let message = invite::invite();
    let index = Index::parse(&message).expect("sound");
    let view = MessageView::new(&message, &index);
    let offer_text = invite::offer();
    let offer = Offer::parse(&offer_text).expect("sound");
    let mut room = [0; 4096];

    group.copy(&message);
    group.row("index", 1, || Index::parse(black_box(&message)).is_ok());
    group.row("validate", 1, || black_box(&view).validate_request().is_ok());
    group.row("extract", 1, || invite::extract(black_box(&view)).is_some());
    group.row("index, validate, extract, SDP offer", 1, || {
        let index = Index::parse(black_box(&message)).ok()?;
        let view = MessageView::new(&message, &index);
        view.validate_request().ok()?;
        let extract = invite::extract(&view)?;
        Some((extract.key, Offer::parse(view.body()).is_ok()))
    });
    group.row("100 Trying", 1, || {
        let mut out = Writer::new(&mut room);
        invite::write_trying(black_box(&view), &mut out);
        out.len()
    });
    group.row("200 OK with SDP answer", 1, || {
        let mut out = Writer::new(&mut room);
        invite::write_ok(black_box(&view), &offer, &mut out);
        out.len()
    });

    let messages = invite::invites(256);
    let mut at = 0;
    group.row("index, 256 kinds in turn", 1, || {
        at = (at + 1) % messages.len();
        Index::parse(black_box(&messages[at])).is_ok()
    });

    group.copy(&offer_text);
    group.row("SDP offer", 1, || Offer::parse(black_box(&offer_text)).is_ok());
}

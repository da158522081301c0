//! A chat message in CPIM: one SEND, found in the stream, read, written.

use core::hint::black_box;

use ::msrp::{ChunkView, limits};
use octets::Writer;
use samples::{send, text};

use crate::ruler::Group;

pub fn measure(group: &mut Group<'_>) {
    let message = send::send();
    let mut room = [0; 4096];

    group.copy(&message);
    group.row("frame", 1, || ::msrp::frame(black_box(&message), limits::FRAME_OCTETS_MAX));
    group.row("view", 1, || ChunkView::parse(black_box(&message)).is_ok());
    group.row("frame, view, CPIM", 1, || send::read(black_box(&message)).map(<[u8]>::len));
    group.row("SEND with CPIM, written", 1, || {
        let mut out = Writer::new(&mut room);
        send::write(black_box(text::GSM7), &mut out).map(|()| out.len())
    });
}

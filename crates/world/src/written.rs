//! A message of the world's own making.

use octets::Writer;

/// What `fill` writes.
pub fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0; ROOM];
    let mut out = Writer::new(&mut room);
    fill(&mut out);
    let length = out.written().len();
    room.truncate(length);
    room
}

const ROOM: usize = 4096;

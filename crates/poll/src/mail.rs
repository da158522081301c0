//! Datagrams of one turn: written side by side, sent one by one at the flush.

use core::net::SocketAddr;
use core::ops::Range;

use octets::Writer;
use shard::limits::DATAGRAM_OCTETS_MAX;

#[derive(Debug)]
pub(crate) struct Mail {
    octets: Box<[u8]>,
    used: usize,
    letters: Vec<Letter>,
}

#[derive(Debug)]
struct Letter {
    /// Index of the port that it leaves from.
    port: usize,
    to: SocketAddr,
    at: Range<usize>,
}

impl Mail {
    pub(crate) fn new() -> Mail {
        Mail { octets: vec![0; MAIL_OCTETS].into_boxed_slice(), used: 0, letters: Vec::with_capacity(1024) }
    }

    /// Is there room for a datagram of `room` octets before the next [`Mail::send`]?
    pub(crate) fn has_room(&self, room: usize) -> bool {
        room <= DATAGRAM_OCTETS_MAX && room <= self.octets.len() - self.used
    }

    /// Lets `fill` write a datagram; `false` keeps nothing, because `fill` wrote nothing or too much.
    pub(crate) fn write(
        &mut self,
        port: usize,
        to: SocketAddr,
        room: usize,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> bool {
        let at = self.used;
        let mut writer = Writer::new(&mut self.octets[at..at + room]);
        fill(&mut writer);
        match writer.finish() {
            Ok(octets) if octets > 0 => {
                self.used += octets;
                self.letters.push(Letter { port, to, at: at..self.used });
                true
            }
            _ => false,
        }
    }

    /// Hands every datagram to `send`, in the order in which they were written, and is empty afterwards.
    pub(crate) fn send(&mut self, mut send: impl FnMut(usize, SocketAddr, &[u8])) {
        for letter in self.letters.drain(..) {
            send(letter.port, letter.to, &self.octets[letter.at]);
        }
        self.used = 0;
    }
}

/// A turn's worth: several hundred SIP messages, and one datagram of the largest size always fits.
const MAIL_OCTETS: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_leave_in_order_and_unfinished_ones_never() {
        let mut mail = Mail::new();
        let to: SocketAddr = "192.0.2.1:5060".parse().expect("an address");
        assert!(mail.write(0, to, 3, |writer| writer.text("one")));
        assert!(!mail.write(0, to, 3, |writer| writer.text("too long")));
        assert!(!mail.write(0, to, 3, |_| ()));
        assert!(mail.write(1, to, 3, |writer| writer.text("two")));
        let mut sent = Vec::new();
        mail.send(|port, _, octets| sent.push((port, octets.to_vec())));
        assert_eq!(sent, [(0, b"one".to_vec()), (1, b"two".to_vec())]);
        mail.send(|_, _, _| panic!("it was emptied"));
    }
}

//! What leaves on one stream: a buffer that is being filled, and one that the kernel is sending from.
//!
//! All messages of a turn lie side by side and leave with one send. While that send is on its way the next messages
//! gather in the other buffer. Both are initialised once when they grow, so lending costs no clearing.

use octets::Writer;
use shard::NoLoan;
use shard::limits::STREAM_BUFFER_OCTETS_MAX;

#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    filling: Buffer,
    flying: Buffer,
    /// How much of `flying` the kernel has taken.
    flown: usize,
}

/// Initialised octets, of which the first `used` mean something.
#[derive(Debug, Default)]
struct Buffer {
    octets: Vec<u8>,
    used: usize,
}

impl Outgoing {
    /// Lets `fill` append a message of at most `room` octets.
    pub(crate) fn append(&mut self, room: usize, fill: impl FnOnce(&mut Writer<'_>)) -> Result<(), NoLoan> {
        if room > STREAM_BUFFER_OCTETS_MAX - self.pending() {
            return Err(NoLoan::Full);
        }
        let lent = self.filling.spare(room);
        let mut writer = Writer::new(lent);
        fill(&mut writer);
        let octets = writer.finish().ok().filter(|octets| *octets > 0).ok_or(NoLoan::Unfinished)?;
        self.filling.used += octets;
        Ok(())
    }

    /// Octets that the kernel has not taken yet.
    pub(crate) fn pending(&self) -> usize {
        self.filling.used + self.flying.used - self.flown
    }

    /// The next octets for the kernel; it owns them until [`Outgoing::has_flown`].
    pub(crate) fn take_off(&mut self) -> &[u8] {
        if self.flown == self.flying.used {
            core::mem::swap(&mut self.filling, &mut self.flying);
            self.filling.used = 0;
            self.flown = 0;
        }
        &self.flying.octets[self.flown..self.flying.used]
    }

    /// The kernel has taken `octets` more and gives the buffer back.
    pub(crate) fn has_flown(&mut self, octets: usize) {
        assert!(octets <= self.flying.used - self.flown, "more was sent than there was");
        self.flown += octets;
    }

    /// For the place's next link: nothing pending, and no memory beyond the usual.
    pub(crate) fn recycle(&mut self) {
        for buffer in [&mut self.filling, &mut self.flying] {
            buffer.used = 0;
            if buffer.octets.len() > USUAL_OCTETS {
                *buffer = Buffer::default();
            }
        }
        self.flown = 0;
    }
}

impl Buffer {
    /// The `room` octets behind what is used; grows by doubling, so that only a new high-water mark allocates.
    fn spare(&mut self, room: usize) -> &mut [u8] {
        let end = self.used + room;
        if end > self.octets.len() {
            let length = end.next_power_of_two().max(SMALLEST_OCTETS);
            self.octets.reserve_exact(length - self.octets.len());
            self.octets.resize(length, 0);
        }
        &mut self.octets[self.used..end]
    }
}

const SMALLEST_OCTETS: usize = 4096;
/// A place keeps buffers of this size for its next link.
const USUAL_OCTETS: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn say(outgoing: &mut Outgoing, text: &str) -> Result<(), NoLoan> {
        outgoing.append(text.len(), |writer| writer.text(text))
    }

    #[test]
    fn messages_lie_side_by_side_and_later_ones_wait_for_the_send() {
        let mut outgoing = Outgoing::default();
        say(&mut outgoing, "one").expect("room");
        say(&mut outgoing, "two").expect("room");
        assert_eq!(outgoing.take_off(), b"onetwo");
        say(&mut outgoing, "three").expect("room");
        outgoing.has_flown(4);
        assert_eq!(outgoing.take_off(), b"wo", "a short send goes on where it stopped");
        outgoing.has_flown(2);
        assert_eq!(outgoing.take_off(), b"three");
        outgoing.has_flown(5);
        assert_eq!(outgoing.pending(), 0);
    }

    #[test]
    fn what_could_not_be_finished_is_not_sent() {
        let mut outgoing = Outgoing::default();
        say(&mut outgoing, "whole").expect("room");
        assert_eq!(outgoing.append(3, |writer| writer.text("cut off")), Err(NoLoan::Unfinished));
        assert_eq!(outgoing.append(3, |_| ()), Err(NoLoan::Unfinished));
        assert_eq!(outgoing.take_off(), b"whole");
    }

    #[test]
    fn the_limit_counts_what_is_on_its_way() {
        let mut outgoing = Outgoing::default();
        let half = STREAM_BUFFER_OCTETS_MAX / 2;
        let claim = |writer: &mut Writer<'_>| {
            writer.claim(half);
        };
        outgoing.append(half, claim).expect("room");
        let flying = outgoing.take_off().len();
        outgoing.append(half, claim).expect("room");
        assert_eq!(say(&mut outgoing, "x"), Err(NoLoan::Full));
        outgoing.has_flown(flying);
        say(&mut outgoing, "x").expect("room again");
    }

    proptest::proptest! {
        /// Whatever is written between, before and after sends of whatever length: it leaves whole and in order.
        #[test]
        fn octets_leave_in_the_order_in_which_they_came(steps in proptest::collection::vec((0..3_u8, 1..9000_usize), 0..200)) {
            let (mut outgoing, mut written, mut left) = (Outgoing::default(), Vec::new(), Vec::new());
            let mut flying = None;
            for (step, octets) in steps {
                match (step, flying.take()) {
                    (0, lent) => {
                        flying = lent;
                        let message: Vec<u8> = (0..octets).map(|at| (written.len() + at) as u8).collect();
                        if outgoing.append(octets, |writer| writer.put(&message)).is_ok() {
                            written.extend_from_slice(&message);
                        }
                    }
                    (1, None) if outgoing.pending() > 0 => flying = Some(outgoing.take_off().to_vec()),
                    (2, Some(lent)) => {
                        let taken = octets.min(lent.len());
                        left.extend_from_slice(&lent[..taken]);
                        outgoing.has_flown(taken);
                    }
                    (_, same) => flying = same,
                }
                proptest::prop_assert_eq!(outgoing.pending(), written.len() - left.len());
            }
            proptest::prop_assert!(written.starts_with(&left));
        }
    }
}

//! What leaves on one stream: all messages of a turn side by side, sent from the front, appended at the back.

use octets::Writer;
use shard::NoLoan;
use shard::limits::STREAM_BUFFER_OCTETS_MAX;

#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// Initialised octets, of which `sent..used` wait.
    octets: Vec<u8>,
    sent: usize,
    used: usize,
}

impl Outgoing {
    /// Lets `fill` append a message of at most `room` octets.
    pub(crate) fn append(&mut self, room: usize, fill: impl FnOnce(&mut Writer<'_>)) -> Result<(), NoLoan> {
        if room > STREAM_BUFFER_OCTETS_MAX - self.pending().len() {
            return Err(NoLoan::Full);
        }
        self.make_room(room);
        let mut writer = Writer::new(&mut self.octets[self.used..self.used + room]);
        fill(&mut writer);
        let octets = writer.finish().ok().filter(|octets| *octets > 0).ok_or(NoLoan::Unfinished)?;
        self.used += octets;
        Ok(())
    }

    /// What waits to be sent.
    pub(crate) fn pending(&self) -> &[u8] {
        &self.octets[self.sent..self.used]
    }

    /// The kernel has taken `octets` of what waits.
    pub(crate) fn has_sent(&mut self, octets: usize) {
        self.sent += octets;
        if self.sent == self.used {
            self.sent = 0;
            self.used = 0;
        }
    }

    /// For the place's next link: nothing waits, and no memory beyond the usual.
    pub(crate) fn recycle(&mut self) {
        self.sent = 0;
        self.used = 0;
        if self.octets.len() > USUAL_OCTETS {
            self.octets = Vec::new();
        }
    }

    /// Moves what waits to the front if that is enough, else grows by doubling.
    fn make_room(&mut self, room: usize) {
        if self.used + room <= self.octets.len() {
            return;
        }
        self.octets.copy_within(self.sent..self.used, 0);
        self.used -= self.sent;
        self.sent = 0;
        let end = self.used + room;
        if end > self.octets.len() {
            self.octets.resize(end.next_power_of_two().max(SMALLEST_OCTETS), 0);
        }
    }
}

const SMALLEST_OCTETS: usize = 4096;
/// A place keeps a buffer of this size for its next link.
const USUAL_OCTETS: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn say(outgoing: &mut Outgoing, text: &str) -> Result<(), NoLoan> {
        outgoing.append(text.len(), |writer| writer.text(text))
    }

    #[test]
    fn messages_lie_side_by_side_and_a_short_send_goes_on_where_it_stopped() {
        let mut outgoing = Outgoing::default();
        say(&mut outgoing, "one").expect("room");
        say(&mut outgoing, "two").expect("room");
        outgoing.has_sent(4);
        say(&mut outgoing, "three").expect("room");
        assert_eq!(outgoing.pending(), b"wothree");
    }

    #[test]
    fn what_could_not_be_finished_is_not_sent() {
        let mut outgoing = Outgoing::default();
        say(&mut outgoing, "whole").expect("room");
        assert_eq!(outgoing.append(3, |writer| writer.text("cut off")), Err(NoLoan::Unfinished));
        assert_eq!(outgoing.append(3, |_| ()), Err(NoLoan::Unfinished));
        assert_eq!(outgoing.pending(), b"whole");
    }

    #[test]
    fn a_full_buffer_takes_more_when_some_was_sent() {
        let mut outgoing = Outgoing::default();
        let all = |writer: &mut Writer<'_>| {
            writer.claim(STREAM_BUFFER_OCTETS_MAX);
        };
        outgoing.append(STREAM_BUFFER_OCTETS_MAX, all).expect("room");
        assert_eq!(say(&mut outgoing, "abc"), Err(NoLoan::Full));
        outgoing.has_sent(2);
        assert_eq!(say(&mut outgoing, "abc"), Err(NoLoan::Full));
        outgoing.has_sent(1);
        say(&mut outgoing, "abc").expect("room again");
        assert_eq!(outgoing.pending().len(), STREAM_BUFFER_OCTETS_MAX);
        assert!(outgoing.pending().ends_with(b"abc"));
    }
}

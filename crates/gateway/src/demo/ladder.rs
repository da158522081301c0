//! A ladder diagram in a terminal: participants as columns, one arrow per message.

use actors::{Participant, Sighting};
use tempo::Instant;

use super::COLUMNS;

/// Draws one line after the other.
pub struct Ladder {
    /// Where the life line of each column stands.
    places: [usize; COLUMNS.len()],
    width: usize,
    start: Option<Instant>,
}

impl Ladder {
    /// For a terminal of this width; narrower than it takes, the lines run over.
    pub fn new(width: usize) -> Self {
        let width = width.clamp(WIDTH_MIN, WIDTH_MAX);
        let step = (width - TIME - MARGIN) / COLUMNS.len();
        let places = core::array::from_fn(|column| TIME + step / 2 + column * step);
        Ladder { places, width, start: None }
    }

    /// The names above the columns; time starts anew.
    pub fn heads(&mut self) -> String {
        self.start = None;
        let mut line = Line::new(self.width);
        for (place, participant) in self.places.into_iter().zip(COLUMNS) {
            let label = participant.label();
            line.write(place.saturating_sub(label.chars().count() / 2), label);
        }
        line.finish()
    }

    /// One arrow, with the seconds since the first one.
    pub fn arrow(&mut self, sighting: &Sighting) -> String {
        let start = *self.start.get_or_insert(sighting.at);
        let mut line = Line::new(self.width);
        line.write(0, &format!("{:>7.3}", sighting.at.since(start).as_secs_f64()));
        for place in self.places {
            line.write(place, "│");
        }
        let (from, to) = (self.place(sighting.from), self.place(sighting.to));
        let (left, right) = (from.min(to), from.max(to));
        for at in left + 1..right {
            line.write(at, "─");
        }
        match to > from {
            true => line.write(right.saturating_sub(1), "▶"),
            false => line.write(left + 1, "◀"),
        }
        let label = &sighting.what;
        let room = (right - left).saturating_sub(ARROW_ENDS);
        let length = label.chars().count();
        match length <= room {
            true => line.write(left + 1 + (right - left - length) / 2, label),
            false => line.write(right + 2, label),
        }
        line.finish()
    }

    fn place(&self, participant: Participant) -> usize {
        COLUMNS.iter().position(|column| *column == participant).map_or(TIME, |column| self.places[column])
    }
}

struct Line(Vec<char>);

impl Line {
    fn new(width: usize) -> Self {
        Line(vec![' '; width])
    }

    fn write(&mut self, at: usize, text: &str) {
        for (offset, c) in text.chars().enumerate() {
            match self.0.get_mut(at + offset) {
                Some(place) => *place = c,
                None => self.0.push(c),
            }
        }
    }

    fn finish(self) -> String {
        let line: String = self.0.into_iter().collect();
        format!("{}\n", line.trim_end())
    }
}

/// Columns that the time takes.
const TIME: usize = 8;
const MARGIN: usize = 2;
const ARROW_ENDS: usize = 5;
const WIDTH_MIN: usize = 96;
const WIDTH_MAX: usize = 140;

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(from: Participant, to: Participant, what: &str, nanos: u64) -> Sighting {
        Sighting { at: Instant::from_nanos(nanos), from, to, what: what.into() }
    }

    #[test]
    fn an_arrow_points_from_who_speaks_to_who_hears() {
        let mut ladder = Ladder::new(96);
        assert!(ladder.heads().contains("IP-SM-GW"));
        let there = ladder.arrow(&sighting(Participant::ChatUser, Participant::Gateway, "MSRP SEND", 0));
        assert!(there.contains("MSRP SEND") && there.contains('▶') && !there.contains('◀'), "{there}");
        let back =
            ladder.arrow(&sighting(Participant::Gateway, Participant::ChatUser, "MSRP 200", 1_500_000_000));
        assert!(back.contains("1.500") && back.contains('◀'), "{back}");
    }

    #[test]
    fn a_label_that_does_not_fit_stands_beside_its_arrow() {
        let mut ladder = Ladder::new(96);
        let what = "INVITE with a name that is far too long";
        let line = ladder.arrow(&sighting(Participant::ChatUser, Participant::Scscf, what, 0));
        assert!(line.contains(what), "{line}");
    }
}

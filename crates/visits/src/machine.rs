//! One machine: its name, its kinds, and how often each pair was visited.

#[cfg(feature = "recorded")]
use core::sync::atomic::{AtomicU64, Ordering};

use crate::Kind;
#[cfg(feature = "recorded")]
use crate::recording::Recording;

/// A machine; a `static` beside its code.
#[derive(Debug)]
pub struct Machine {
    name: &'static str,
    states: &'static [&'static str],
    events: &'static [&'static str],
    #[cfg(feature = "recorded")]
    visits: [AtomicU64; PAIRS_MAX],
}

/// A pair of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The kind of the state in which the event found the machine.
    pub state: &'static str,
    /// The kind of the event.
    pub event: &'static str,
    /// How often there was both.
    pub visits: u64,
}

impl Machine {
    /// The machine of this name, with states `S` and events `E`.
    pub const fn of<S: Kind, E: Kind>(name: &'static str) -> Self {
        assert!(S::NAMES.len() * E::NAMES.len() <= PAIRS_MAX, "PAIRS_MAX is too small");
        Machine {
            name,
            states: S::NAMES,
            events: E::NAMES,
            #[cfg(feature = "recorded")]
            visits: [const { AtomicU64::new(0) }; PAIRS_MAX],
        }
    }

    /// `event` finds the machine in `state`.
    #[inline(always)]
    pub fn visit<S: Kind, E: Kind>(&self, state: &S, event: &E) {
        #[cfg(feature = "recorded")]
        if Recording::is_on() {
            let place = |names: &[&str], name| names.iter().position(|known| *known == name);
            let place = place(self.states, state.name()).zip(place(self.events, event.name()));
            let Some((state, event)) = place else { panic!("a kind of another machine than {}", self.name) };
            self.visits[state * self.events.len() + event].fetch_add(1, Ordering::Relaxed);
        }
        #[cfg(not(feature = "recorded"))]
        let _ = (state, event);
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Every pair, whether it can come up or not.
    pub fn pairs(&self) -> impl Iterator<Item = Pair> {
        let events = move |state| self.events.iter().map(move |event| (state, *event));
        self.states
            .iter()
            .flat_map(move |state| events(*state))
            .enumerate()
            .map(|(place, (state, event))| Pair { state, event, visits: self.visits_of(place) })
    }

    #[cfg(feature = "recorded")]
    fn visits_of(&self, place: usize) -> u64 {
        self.visits[place].load(Ordering::Relaxed)
    }

    #[cfg(not(feature = "recorded"))]
    fn visits_of(&self, _: usize) -> u64 {
        0
    }
}

/// The largest machine has 180.
const PAIRS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ARE_RECORDED, recorded};

    enum State {
        Shut,
        Open,
    }

    enum Event {
        Push(u32),
        Lock,
    }

    crate::kinds! { State: Shut, Open }
    crate::kinds! { Event: Lock; Self::Push(strength) if *strength > 9 => "Push(hard)", Self::Push(_) => "Push" }

    fn visited(door: &Machine) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        door.pairs().map(|pair| (pair.state, pair.event, pair.visits)).filter(|(.., visits)| *visits > 0)
    }

    #[test]
    fn every_pair_is_there_before_it_is_visited() {
        let door = Machine::of::<State, Event>("Door");
        let pairs = door.pairs().map(|pair| (pair.state, pair.event, pair.visits));
        assert!(pairs.eq([
            ("Shut", "Lock", 0),
            ("Shut", "Push(hard)", 0),
            ("Shut", "Push", 0),
            ("Open", "Lock", 0),
            ("Open", "Push(hard)", 0),
            ("Open", "Push", 0),
        ]));
    }

    #[test]
    fn visits_count_inside_of_a_recording_and_in_a_build_that_records() {
        let door = Machine::of::<State, Event>("Door");
        door.visit(&State::Shut, &Event::Push(1));
        recorded(|| {
            door.visit(&State::Shut, &Event::Push(10));
            recorded(|| door.visit(&State::Open, &Event::Lock));
            door.visit(&State::Open, &Event::Lock);
        });
        door.visit(&State::Open, &Event::Push(2));
        let expected = [("Shut", "Push(hard)", 1), ("Open", "Lock", 2)];
        assert!(visited(&door).eq(expected.into_iter().filter(|_| ARE_RECORDED)));
    }

    #[cfg(feature = "recorded")]
    #[test]
    fn a_panic_ends_the_recording() {
        let door = Machine::of::<State, Event>("Door");
        let panicked = std::panic::catch_unwind(|| recorded(|| assert_eq!(1, 2)));
        door.visit(&State::Shut, &Event::Lock);
        assert!(panicked.is_err());
        assert_eq!(visited(&door).next(), None);
    }

    #[cfg(feature = "recorded")]
    #[test]
    #[should_panic(expected = "a kind of another machine than Door")]
    fn a_kind_of_another_machine_is_no_visit() {
        recorded(|| Machine::of::<State, Event>("Door").visit(&Event::Lock, &State::Shut));
    }
}

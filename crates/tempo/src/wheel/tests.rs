//! The promises of the wheel, against a plain list as the model.

extern crate std;
use std::collections::BTreeMap;
use std::vec::Vec;

use super::*;
use crate::Entropy;

const MS: u64 = 1_000_000;

struct Model {
    wheel: TimerWheel<u32>,
    alarms: BTreeMap<u32, Alarm>,
    now: Instant,
}

impl Model {
    fn new() -> Self {
        Model { wheel: TimerWheel::new(Instant::ZERO, 64), alarms: BTreeMap::new(), now: Instant::ZERO }
    }

    fn set(&mut self, key: u32, deadline: Instant) {
        self.wheel.set(self.alarms.entry(key).or_default(), key, deadline);
    }

    /// Moves time and returns the keys that rang.
    fn advance(&mut self, to: Instant) -> Vec<u32> {
        self.now = to;
        let mut due = Vec::new();
        let mut rang = Vec::new();
        self.wheel.advance(to, usize::MAX, &mut due);
        for key in due {
            let alarm = self.alarms.get_mut(&key).expect("keys are never removed here");
            if self.wheel.is_due(alarm, key, to) {
                rang.push(key);
            }
        }
        rang
    }
}

#[test]
fn no_alarm_rings_early_or_more_than_a_tick_late() {
    let mut entropy = Entropy::from_seed([3; 32]);
    let mut model = Model::new();
    for key in 0..4000 {
        // From now to beyond the far ring (2.3 h).
        model.set(key, Instant::from_nanos(entropy.below(4 * 3_600_000 * MS)));
    }
    let mut last = Instant::ZERO;
    let mut rang = 0;
    while let Some(next) = model.wheel.next_deadline() {
        assert!(next > last, "the wheel asks for a moment that it has visited already");
        let deadlines: BTreeMap<u32, Instant> =
            model.alarms.iter().filter_map(|(key, alarm)| Some((*key, alarm.deadline()?))).collect();
        for key in model.advance(next) {
            let deadline = deadlines[&key];
            assert!(deadline <= next && next.since(deadline) <= Duration::from_millis(8));
            rang += 1;
        }
        last = next;
    }
    assert_eq!(rang, 4000);
    assert_eq!((model.wheel.alarms_set(), model.wheel.reminders()), (0, 0));
}

#[test]
fn random_sets_moves_and_clears_agree_with_a_plain_list() {
    let mut entropy = Entropy::from_seed([5; 32]);
    let mut model = Model::new();
    let mut list: BTreeMap<u32, Instant> = BTreeMap::new();
    for _ in 0..20_000 {
        let key = entropy.below(200) as u32;
        match entropy.below(4) {
            0 => {
                model.wheel.clear(model.alarms.entry(key).or_default());
                list.remove(&key);
            }
            1 => {
                let to = model.now + Duration::from_nanos(entropy.below(3_000 * MS));
                let mut rang = model.advance(to);
                rang.sort_unstable();
                let due: Vec<u32> = list.iter().filter(|(_, at)| **at <= to).map(|(key, _)| *key).collect();
                // What is due inside the current tick may ring now or at its end.
                assert!(rang.iter().all(|key| due.contains(key)));
                for key in &due {
                    assert!(rang.contains(key) || to.since(list[key]) < Duration::from_millis(8));
                }
                for key in rang {
                    list.remove(&key);
                }
            }
            _ => {
                let deadline = model.now + Duration::from_nanos(entropy.below(60_000 * MS));
                model.set(key, deadline);
                list.insert(key, deadline);
            }
        }
        assert_eq!(model.wheel.alarms_set(), list.len());
    }
}

#[test]
fn an_alarm_moved_away_rings_once_at_its_last_moment() {
    let mut model = Model::new();
    for step in 1..=100 {
        model.set(1, Instant::from_nanos(step * 500 * MS));
    }
    assert_eq!(model.wheel.reminders(), 1, "moving later must not queue again");
    assert!(model.advance(Instant::from_nanos(49_900 * MS)).is_empty());
    assert_eq!(model.advance(Instant::from_nanos(50_008 * MS)), [1]);
    assert!(model.advance(Instant::from_nanos(100_000 * MS)).is_empty());
}

#[test]
fn a_bounded_visit_leaves_the_rest_for_the_next() {
    let mut model = Model::new();
    for key in 0..100 {
        model.set(key, Instant::from_nanos(u64::from(key) * 8 * MS));
    }
    let mut due = Vec::new();
    model.wheel.advance(Instant::from_nanos(10_000 * MS), 10, &mut due);
    assert!((10..100).contains(&due.len()));
    due.clear();
    model.wheel.advance(Instant::from_nanos(10_000 * MS), 1000, &mut due);
    assert!(due.len() >= 89);
}

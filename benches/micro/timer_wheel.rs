//! The timer wheel against a binary heap that forgets lazily, both with 100 000 timers.
//!
//! Deadlines lie 0.5 to 32 s ahead, as those of transactions do. The heap is what a straightforward shard would have:
//! a cleared timer stays in it until it comes up, as in the wheel.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use tempo::{Alarm, Duration, Entropy, Instant, TimerWheel};

use crate::ruler::Group;

struct Wheel {
    wheel: TimerWheel<u32>,
    alarms: Vec<Alarm>,
    due: Vec<u32>,
}

struct Heap {
    heap: BinaryHeap<Reverse<(Instant, u32)>>,
    deadlines: Vec<Option<Instant>>,
}

pub fn measure(group: &mut Group<'_>) {
    let mut chance = Entropy::from_seed([9; 32]);
    let mut draw = || -> Vec<(u32, Instant)> {
        let deadline = |chance: &mut Entropy| Instant::from_nanos(500_000_000 + chance.below(31_500_000_000));
        (0..TIMERS).map(|_| (chance.below(TIMERS.into()) as u32, deadline(&mut chance))).collect()
    };
    let (first, later) = (draw(), draw());
    let count = u64::from(TIMERS);

    group.next_is_yardstick();
    group.rounds("heap, set", count, Heap::new, |heap| heap.set_all(&first));
    group.rounds("wheel, set", count, Wheel::new, |wheel| wheel.set_all(&first));

    group.next_is_yardstick();
    group.rounds("heap, clear and set", count, || Heap::with(&first), |heap| heap.move_all(&later));
    group.rounds("wheel, clear and set", count, || Wheel::with(&first), |wheel| wheel.move_all(&later));

    group.next_is_yardstick();
    group.rounds("heap, advance", count, || Heap::with(&first), Heap::run_out);
    group.rounds("wheel, advance", count, || Wheel::with(&first), Wheel::run_out);
}

impl Wheel {
    fn new() -> Wheel {
        Wheel {
            wheel: TimerWheel::new(Instant::ZERO, 2 * TIMERS as usize),
            alarms: vec![Alarm::default(); TIMERS as usize],
            due: Vec::with_capacity(DUE_MAX),
        }
    }

    fn with(timers: &[(u32, Instant)]) -> Wheel {
        let mut wheel = Wheel::new();
        wheel.set_all(timers);
        wheel
    }

    /// Timer number n, in order.
    fn set_all(&mut self, timers: &[(u32, Instant)]) {
        for (key, (alarm, (_, deadline))) in self.alarms.iter_mut().zip(timers).enumerate() {
            self.wheel.set(alarm, key as u32, *deadline);
        }
    }

    /// The timers that were drawn, in no order.
    fn move_all(&mut self, timers: &[(u32, Instant)]) {
        for (key, deadline) in timers {
            let alarm = &mut self.alarms[*key as usize];
            self.wheel.clear(alarm);
            self.wheel.set(alarm, *key, *deadline);
        }
    }

    fn run_out(&mut self) {
        let mut rung = 0;
        for now in turns() {
            self.due.clear();
            self.wheel.advance(now, DUE_MAX, &mut self.due);
            for key in &self.due {
                rung += u32::from(self.wheel.is_due(&mut self.alarms[*key as usize], *key, now));
            }
        }
        assert_eq!(rung, TIMERS, "each rings once");
    }
}

impl Heap {
    fn new() -> Heap {
        Heap { heap: BinaryHeap::with_capacity(2 * TIMERS as usize), deadlines: vec![None; TIMERS as usize] }
    }

    fn with(timers: &[(u32, Instant)]) -> Heap {
        let mut heap = Heap::new();
        heap.set_all(timers);
        heap
    }

    fn set(&mut self, key: u32, deadline: Instant) {
        self.deadlines[key as usize] = Some(deadline);
        self.heap.push(Reverse((deadline, key)));
    }

    fn set_all(&mut self, timers: &[(u32, Instant)]) {
        for (key, (_, deadline)) in timers.iter().enumerate() {
            self.set(key as u32, *deadline);
        }
    }

    fn move_all(&mut self, timers: &[(u32, Instant)]) {
        for (key, deadline) in timers {
            self.deadlines[*key as usize] = None;
            self.set(*key, *deadline);
        }
    }

    fn run_out(&mut self) {
        let mut rung = 0;
        for now in turns() {
            while let Some(Reverse((deadline, key))) =
                self.heap.peek().copied().filter(|next| next.0.0 <= now)
            {
                self.heap.pop();
                if self.deadlines[key as usize] == Some(deadline) {
                    self.deadlines[key as usize] = None;
                    rung += 1;
                }
            }
        }
        assert_eq!(rung, TIMERS, "each rings once");
    }
}

/// The moments at which a busy shard looks: every 8 ms until all have rung.
fn turns() -> impl Iterator<Item = Instant> {
    (1..=4_010).map(|turn| Instant::ZERO + Duration::from_millis(8 * turn))
}

const TIMERS: u32 = 100_000;
const DUE_MAX: usize = 4096;

//! Every timer of a shard: two rings of slots, and alarms that may be moved without touching the rings.
//!
//! Rate: some hundred thousand set and clear a second. Touched: one slot head and one chunk line to set, nothing to clear.
//! Lazy on purpose: unlinking an entry costs four cache misses, letting it lie until its slot passes costs 24 octets.
//!
//! Refuses: to allocate once its chunks are warm, to say what a timer is for.
//! In: `set`, `clear`, `advance`. Out: keys whose alarm is due.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use crate::Instant;

/// When something is due, kept beside the thing itself. The wheel holds only reminders to look here.
///
/// Moving an alarm to a later moment changes this field and nothing else: the reminder that is already
/// in the wheel finds the new deadline and queues itself again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    deadline: Option<Instant>,
    /// Tick of the earliest reminder in the wheel; later ones fall on deaf ears.
    reminder: Option<u64>,
}

impl Alarm {
    /// When it is due, if it is set.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Is it set?
    pub fn is_set(&self) -> bool {
        self.deadline.is_some()
    }
}

/// A two-level wheel of reminders: 4096 slots of 8 ms (32.8 s: all of T1 to 64*T1), then 256 slots of 32.8 s (2.3 h);
/// what lies further away waits in the last slot and is queued again.
#[derive(Debug)]
pub struct TimerWheel<K> {
    near: Box<[Slot]>,
    far: Box<[Slot]>,
    /// One bit per near slot: is there anything in it?
    occupied: Box<[u64]>,
    chunks: Vec<Chunk<K>>,
    /// First chunk of the free list.
    spare: Link,
    /// All ticks up to and including this one have been visited.
    tick: u64,
    alarms_set: usize,
    reminders: usize,
}

#[derive(Clone, Copy, Debug)]
struct Reminder<K> {
    key: K,
    tick: u64,
}

#[derive(Clone, Debug)]
struct Chunk<K> {
    entries: [Option<Reminder<K>>; CHUNK],
    used: usize,
    next: Link,
}

type Link = Option<u32>;

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    head: Link,
}

impl<K: Copy> TimerWheel<K> {
    /// A wheel at `now` with room for `reminders` before it must ask for more memory.
    pub fn new(now: Instant, reminders: usize) -> Self {
        let mut wheel = TimerWheel {
            near: alloc::vec![Slot::default(); NEAR_SLOTS as usize].into_boxed_slice(),
            far: alloc::vec![Slot::default(); FAR_SLOTS as usize].into_boxed_slice(),
            occupied: alloc::vec![0; NEAR_SLOTS as usize / 64].into_boxed_slice(),
            chunks: Vec::new(),
            spare: None,
            tick: tick_of(now),
            alarms_set: 0,
            reminders: 0,
        };
        // Each occupied slot has a chunk that is not full.
        let opened = reminders.min((NEAR_SLOTS + FAR_SLOTS) as usize);
        for _ in 0..reminders.div_ceil(CHUNK) + opened {
            let chunk = wheel.new_chunk();
            wheel.release(chunk);
        }
        wheel
    }

    /// Makes `alarm` due at `deadline`, whatever it was set to before; `key` leads back to it.
    pub fn set(&mut self, alarm: &mut Alarm, key: K, deadline: Instant) {
        self.alarms_set += usize::from(alarm.deadline.is_none());
        alarm.deadline = Some(deadline);
        let tick = self.tick_for(deadline);
        if alarm.reminder.is_none_or(|reminder| reminder > tick) {
            alarm.reminder = Some(tick);
            self.queue(Reminder { key, tick });
        }
    }

    /// Makes `alarm` never due.
    pub fn clear(&mut self, alarm: &mut Alarm) {
        self.alarms_set -= usize::from(alarm.deadline.is_some());
        alarm.deadline = None;
    }

    /// Visits the keys of all reminders up to `now`, at most `most` of them. The visitor finds the alarm of
    /// the key and asks [`TimerWheel::is_due`]; a key that leads nowhere any more is simply ignored.
    pub fn advance(&mut self, now: Instant, most: usize, due: &mut Vec<K>) {
        let target = now.as_nanos() / TICK_NANOS;
        while due.len() < most {
            let Some(tick) = self.next_tick(target) else { break };
            self.enter(tick);
            let slot = (tick % NEAR_SLOTS) as usize;
            while let Some(chunk) = self.near[slot].head {
                let Some(reminder) = self.pop(chunk) else {
                    self.near[slot].head = self.chunks[chunk as usize].next;
                    self.release(chunk);
                    continue;
                };
                self.reminders -= 1;
                // A far reminder that was folded into the last slot may still be days away.
                if reminder.tick > tick {
                    self.queue_later(reminder);
                } else {
                    due.push(reminder.key);
                }
            }
            self.occupied[slot / 64] &= !(1 << (slot % 64));
        }
        if due.len() < most {
            self.enter(target.max(self.tick));
        }
    }

    /// Is `alarm` due at `now`? Clears it if so; queues its reminder again when it was moved to a later moment.
    pub fn is_due(&mut self, alarm: &mut Alarm, key: K, now: Instant) -> bool {
        // Only the earliest reminder counts: any other was overtaken by it.
        if alarm.reminder.is_some_and(|reminder| reminder <= self.tick) {
            alarm.reminder = None;
        }
        match alarm.deadline {
            Some(deadline) if deadline <= now => {
                self.clear(alarm);
                true
            }
            Some(deadline) if alarm.reminder.is_none() => {
                let tick = self.tick_for(deadline);
                alarm.reminder = Some(tick);
                self.queue(Reminder { key, tick });
                false
            }
            _ => false,
        }
    }

    /// When `advance` next has something to visit.
    pub fn next_deadline(&self) -> Option<Instant> {
        let next_far = (self.tick / NEAR_SLOTS + 1) * NEAR_SLOTS;
        let near = self.next_occupied(self.tick + 1, next_far);
        let tick = near.or_else(|| (self.reminders > 0).then_some(next_far))?;
        Some(Instant::from_nanos(tick * TICK_NANOS))
    }

    /// Alarms that are set now.
    pub fn alarms_set(&self) -> usize {
        self.alarms_set
    }

    /// Reminders that lie in the slots, those of cleared alarms included.
    pub fn reminders(&self) -> usize {
        self.reminders
    }

    /// The tick at which `deadline` has certainly passed, and which has not been visited yet.
    fn tick_for(&self, deadline: Instant) -> u64 {
        tick_of(deadline).max(self.tick + 1)
    }

    fn queue(&mut self, reminder: Reminder<K>) {
        let revolution = reminder.tick / NEAR_SLOTS;
        let current = self.tick / NEAR_SLOTS;
        if revolution == current {
            let slot = (reminder.tick % NEAR_SLOTS) as usize;
            self.occupied[slot / 64] |= 1 << (slot % 64);
            let mut place = self.near[slot];
            self.push(&mut place, reminder);
            self.near[slot] = place;
        } else {
            self.queue_later(reminder);
        }
    }

    fn queue_later(&mut self, reminder: Reminder<K>) {
        let current = self.tick / NEAR_SLOTS;
        let revolution = (reminder.tick / NEAR_SLOTS).clamp(current + 1, current + FAR_SLOTS - 1);
        let slot = (revolution % FAR_SLOTS) as usize;
        let mut place = self.far[slot];
        self.push(&mut place, reminder);
        self.far[slot] = place;
    }

    fn push(&mut self, slot: &mut Slot, reminder: Reminder<K>) {
        self.reminders += 1;
        let head = match slot.head {
            Some(head) if self.chunks[head as usize].used < CHUNK => head,
            full => {
                let chunk = self.take_chunk();
                self.chunks[chunk as usize].next = full;
                slot.head = Some(chunk);
                chunk
            }
        };
        let chunk = &mut self.chunks[head as usize];
        chunk.entries[chunk.used] = Some(reminder);
        chunk.used += 1;
    }

    fn pop(&mut self, chunk: u32) -> Option<Reminder<K>> {
        let chunk = &mut self.chunks[chunk as usize];
        chunk.used = chunk.used.checked_sub(1)?;
        chunk.entries[chunk.used].take()
    }

    /// The next tick up to `target` that must be entered: one with reminders, or the start of a far slot.
    fn next_tick(&self, target: u64) -> Option<u64> {
        if self.tick >= target {
            return None;
        }
        let next_far = (self.tick / NEAR_SLOTS + 1) * NEAR_SLOTS;
        match self.next_occupied(self.tick + 1, next_far.min(target + 1)) {
            Some(tick) => Some(tick),
            None => (next_far <= target).then_some(next_far),
        }
    }

    /// First tick in `from..to` (within one revolution) whose near slot holds something.
    fn next_occupied(&self, from: u64, to: u64) -> Option<u64> {
        let mut tick = from;
        while tick < to {
            let slot = (tick % NEAR_SLOTS) as usize;
            let word = self.occupied[slot / 64] >> (slot % 64);
            if word != 0 {
                let found = tick + u64::from(word.trailing_zeros());
                return (found < to).then_some(found);
            }
            tick += 64 - (slot % 64) as u64;
        }
        None
    }

    /// Moves to `tick`; at the start of a revolution the far slot of it is dealt out to the near ones.
    fn enter(&mut self, tick: u64) {
        let crosses = tick / NEAR_SLOTS != self.tick / NEAR_SLOTS;
        self.tick = tick;
        if !crosses {
            return;
        }
        let slot = (tick / NEAR_SLOTS % FAR_SLOTS) as usize;
        let mut head = core::mem::take(&mut self.far[slot]).head;
        while let Some(chunk) = head {
            while let Some(reminder) = self.pop(chunk) {
                self.reminders -= 1;
                self.queue(reminder);
            }
            head = self.chunks[chunk as usize].next;
            self.release(chunk);
        }
    }

    fn take_chunk(&mut self) -> u32 {
        match self.spare {
            Some(chunk) => {
                self.spare = self.chunks[chunk as usize].next.take();
                chunk
            }
            None => self.new_chunk(),
        }
    }

    fn new_chunk(&mut self) -> u32 {
        let chunk = self.chunks.len() as u32;
        self.chunks.push(Chunk { entries: [const { None }; CHUNK], used: 0, next: None });
        chunk
    }

    fn release(&mut self, chunk: u32) {
        self.chunks[chunk as usize].next = self.spare;
        self.spare = Some(chunk);
    }
}

/// The first tick that starts at or after `instant`, so that no alarm rings early.
fn tick_of(instant: Instant) -> u64 {
    instant.as_nanos().div_ceil(TICK_NANOS)
}

const TICK_NANOS: u64 = Duration::from_millis(8).as_nanos() as u64;
const NEAR_SLOTS: u64 = 4096;
const FAR_SLOTS: u64 = 256;
/// Reminders in one chunk: a handful of cache lines, so that an almost empty slot wastes little.
const CHUNK: usize = 14;

#[cfg(test)]
mod tests;

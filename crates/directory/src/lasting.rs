//! A shared map of things that last until a moment, with a limit that is kept without locking the map.

use core::fmt::Debug;
use core::hash::Hash;
use core::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use foldhash::fast::RandomState;
use tempo::Instant;

/// At most so many things, each with its end.
#[derive(Debug)]
pub struct Lasting<K: Eq + Hash, V> {
    map: DashMap<K, (V, Instant), RandomState>,
    /// Counted apart: `DashMap::len` locks every part of the map.
    count: AtomicUsize,
    most: usize,
}

impl<K: Copy + Eq + Hash + Debug, V: Clone + Debug> Lasting<K, V> {
    /// A map for `most` things.
    pub fn new(most: usize) -> Self {
        Lasting {
            map: DashMap::with_capacity_and_hasher(most.min(RESERVED_MAX), RandomState::default()),
            count: AtomicUsize::new(0),
            most,
        }
    }

    /// Puts a thing in, or in the place of the one before it. `false` when there is no room for a new one.
    pub fn put(&self, key: K, value: V, until: Instant) -> bool {
        if let Some(mut place) = self.map.get_mut(&key) {
            *place = (value, until);
            return true;
        }
        // Two that come at once may both find the last room: the limit is kept within the number of shards.
        if self.count.load(Ordering::Relaxed) >= self.most {
            return false;
        }
        if self.map.insert(key, (value, until)).is_none() {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        true
    }

    /// Another thing in the place of one that is there, with the same end.
    pub fn revise(&self, key: K, value: V) {
        if let Some(mut place) = self.map.get_mut(&key) {
            place.0 = value;
        }
    }

    /// The thing, if it has not run out at `now`.
    pub fn find(&self, key: K, now: Instant) -> Option<V> {
        let place = self.map.get(&key)?;
        let (value, until) = &*place;
        (*until > now).then(|| value.clone())
    }

    /// Is it here, run out or not?
    pub fn holds(&self, key: K) -> bool {
        self.map.contains_key(&key)
    }

    /// Takes a thing out.
    pub fn remove(&self, key: K) {
        if self.map.remove(&key).is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Takes a thing out, if it has run out at `now`; when it will, if it has not.
    pub fn expire(&self, key: K, now: Instant) -> Option<Instant> {
        if self.map.remove_if(&key, |_, (_, until)| *until <= now).is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        self.map.get(&key).map(|place| place.1)
    }

    /// How many there are, those included that have run out and were not taken out.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }
}

/// Room that is asked for at birth; a larger map grows into its limit.
const RESERVED_MAX: usize = 1 << 20;

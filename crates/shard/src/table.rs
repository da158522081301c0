//! A table of things with names that go stale: a slot and a generation.
//!
//! All memory is asked for at birth. A key that outlived its thing finds nothing, so a late timer or a late
//! answer falls on deaf ears instead of on somebody else's session.

use alloc::vec::Vec;
use core::marker::PhantomData;

/// Names one thing in a `Table<T>`, never its successor in the same slot.
pub struct Key<T> {
    /// The slot.
    pub slot: u32,
    /// How often the slot has been used.
    pub generation: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// A key from its parts, as they come back inside an identifier that we minted.
    pub fn new(slot: u32, generation: u32) -> Self {
        Key { slot, generation, of: PhantomData }
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.slot, self.generation) == (other.slot, other.generation)
    }
}

impl<T> Eq for Key<T> {}

impl<T> core::fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{}", self.slot, self.generation)
    }
}

/// At most a fixed number of things.
#[derive(Debug)]
pub struct Table<T> {
    slots: Vec<Slot<T>>,
    spare: Option<u32>,
    capacity: usize,
    len: usize,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    content: Content<T>,
}

#[derive(Debug)]
enum Content<T> {
    Taken(T),
    Spare { next: Option<u32> },
}

impl<T> Table<T> {
    /// A table for `capacity` things.
    pub fn new(capacity: usize) -> Self {
        Table { slots: Vec::with_capacity(capacity), spare: None, capacity, len: 0 }
    }

    /// Puts `thing` in and names it; gives it back when the table is full.
    pub fn insert(&mut self, thing: T) -> Result<Key<T>, T> {
        if let Some(slot) = self.spare {
            let place = &mut self.slots[slot as usize];
            if let Content::Spare { next } = place.content {
                self.spare = next;
            }
            place.content = Content::Taken(thing);
            self.len += 1;
            return Ok(Key::new(slot, place.generation));
        }
        if self.slots.len() == self.capacity {
            return Err(thing);
        }
        let slot = self.slots.len() as u32;
        self.slots.push(Slot { generation: 1, content: Content::Taken(thing) });
        self.len += 1;
        Ok(Key::new(slot, 1))
    }

    /// The thing that `key` names.
    pub fn find(&self, key: Key<T>) -> Option<&T> {
        match self.slots.get(key.slot as usize) {
            Some(Slot { generation, content: Content::Taken(thing) }) if *generation == key.generation => {
                Some(thing)
            }
            _ => None,
        }
    }

    /// The thing that `key` names, to be changed.
    pub fn find_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        match self.slots.get_mut(key.slot as usize) {
            Some(Slot { generation, content: Content::Taken(thing) }) if *generation == key.generation => {
                Some(thing)
            }
            _ => None,
        }
    }

    /// Takes out the thing that `key` names; the key is stale from now on.
    pub fn remove(&mut self, key: Key<T>) -> Option<T> {
        self.find(key)?;
        let place = &mut self.slots[key.slot as usize];
        let taken = core::mem::replace(&mut place.content, Content::Spare { next: self.spare });
        // Zero is never a generation, so that an all-zero key names nothing.
        place.generation = place.generation.checked_add(1).unwrap_or(1);
        self.spare = Some(key.slot);
        self.len -= 1;
        match taken {
            Content::Taken(thing) => Some(thing),
            Content::Spare { .. } => None,
        }
    }

    /// The key of whatever is in `slot` now; what asks so must have another proof that it is the right one.
    pub fn key_at(&self, slot: u32) -> Option<Key<T>> {
        match self.slots.get(slot as usize) {
            Some(Slot { generation, content: Content::Taken(_) }) => Some(Key::new(slot, *generation)),
            _ => None,
        }
    }

    /// The keys of all things from `slot` on, for the rare occasions when everybody is meant.
    pub fn keys_from(&self, slot: u32) -> impl Iterator<Item = Key<T>> {
        (slot..self.slots.len() as u32).filter_map(|slot| self.key_at(slot))
    }

    /// Number of things.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there room for one more?
    pub fn has_room(&self) -> bool {
        self.len < self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_key_finds_nothing() {
        let mut table = Table::new(1);
        let old = table.insert("old").expect("room");
        assert_eq!(table.insert("more"), Err("more"));
        assert_eq!(table.remove(old), Some("old"));
        let new = table.insert("new").expect("room again");
        assert_eq!(old.slot, new.slot);
        assert_eq!((table.find(old), table.find(new)), (None, Some(&"new")));
        assert_eq!(table.remove(old), None);
        assert_eq!(table.keys_from(0).count(), 1);
    }
}

//! The driver of the world (`world::paper`), whose own memory the counting allocator leaves out.

pub use world::paper::{Clock, Coming, Going};

use crate::allocation::uncounted;

/// A driver that does its I/O on paper.
pub type PaperDriver = world::paper::PaperDriver<Uncounted>;

/// What the driver itself asks for is not the shard's.
pub struct Uncounted;

impl world::paper::Aside for Uncounted {
    fn aside<T>(work: impl FnOnce() -> T) -> T {
        uncounted(work)
    }
}

//! Whether visits count in this thread.

use std::cell::Cell;

thread_local! {
    static IS_ON: Cell<bool> = const { Cell::new(false) };
}

/// They count as long as it lives, also if its work panics.
pub struct Recording {
    was_on: bool,
}

impl Recording {
    /// They count from now on.
    pub fn begin() -> Self {
        Recording { was_on: IS_ON.replace(true) }
    }

    /// Do they count?
    pub fn is_on() -> bool {
        IS_ON.get()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        IS_ON.set(self.was_on);
    }
}

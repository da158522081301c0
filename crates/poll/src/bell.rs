//! How another thread rouses the driver: an eventfd that is written only while the driver sleeps.
//!
//! Writing it costs the ringer 8 microseconds (an interrupt to another core), so a driver that is awake is only marked.

use core::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::io;

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::OwnedFd;
use shard::Wake;

#[derive(Debug)]
pub(crate) struct Bell {
    state: AtomicU8,
    event: OwnedFd,
}

impl Bell {
    pub(crate) fn new() -> io::Result<Bell> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Bell { state: AtomicU8::new(AWAKE), event })
    }

    /// Did it ring since the last time that anybody asked?
    pub(crate) fn was_rung(&self) -> bool {
        self.state.swap(AWAKE, SeqCst) == RUNG
    }

    /// From now on ringing writes to the descriptor. `false`: it has rung, do not sleep.
    pub(crate) fn listen(&self) -> bool {
        self.state.compare_exchange(AWAKE, ASLEEP, SeqCst, SeqCst).is_ok()
    }

    /// Empties the descriptor.
    pub(crate) fn silence(&self) {
        // An error means that it was empty already.
        let _ = rustix::io::read(&self.event, &mut [0_u8; 8]);
    }

    /// What to wait on.
    pub(crate) fn event(&self) -> &OwnedFd {
        &self.event
    }
}

impl Wake for Bell {
    fn wake(&self) {
        if self.state.swap(RUNG, SeqCst) == ASLEEP {
            // The only possible error is a counter at its end, and then the descriptor is readable anyway.
            let _ = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
        }
    }
}

const AWAKE: u8 = 0;
const ASLEEP: u8 = 1;
const RUNG: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sleeping_driver_is_written_to() {
        let bell = Bell::new().expect("an eventfd");
        let is_written = || rustix::io::read(bell.event(), &mut [0_u8; 8]).is_ok();
        bell.wake();
        assert!(!is_written());
        assert!(!bell.listen(), "it rang before the sleep");
        assert!(bell.was_rung());
        assert!(bell.listen());
        bell.wake();
        assert!(is_written());
    }
}

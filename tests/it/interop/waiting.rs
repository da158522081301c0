//! Other processes send us no events: we look, and look again, until the time is up.

use std::time::{Duration, Instant};

/// Looks until `look` finds something; what it was when the time is up.
#[allow(clippy::disallowed_methods, reason = "the outside has clocks and no event for us")]
pub fn wait_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + patience;
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if Instant::now() >= end => panic!("{what}: not within {patience:?}\n{seen}"),
            Err(_) => std::thread::sleep(INTERVAL),
        }
    }
}

const INTERVAL: Duration = Duration::from_millis(20);

//! One script, every driver, the same transcript.
//!
//! The simulated world cannot see the kernel; this can. Each scenario is played on the portable driver, on io_uring as this
//! kernel offers it, and on io_uring without everything that an older kernel lacks. A scenario asserts what the peer and
//! the shard see, and notes it; the transcripts must be equal.
//!
//! Nothing here sleeps: every wait is for an event, and ends with a message when the event does not come.

/// Plays one scenario on every driver and compares what was seen.
macro_rules! on_every_driver {
    ($($promise:ident: $scenario:ident;)*) => { $(
        #[test]
        fn $promise() {
            use $crate::driver_conformance::candidate::{Poll, Uring, UringOfOldKernel};
            use $crate::driver_conformance::stage::{compare, play};
            compare(&[
                play::<Poll>($scenario::<Poll>),
                play::<Uring>($scenario::<Uring>),
                play::<UringOfOldKernel>($scenario::<UringOfOldKernel>),
            ]);
        }
    )* };
}

mod candidate;
mod closing;
mod datagrams;
mod limits;
mod opening;
mod peer;
mod stage;
mod streams;
mod waiting;

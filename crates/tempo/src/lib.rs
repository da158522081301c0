//! Time as a value. Nothing here reads a clock: instants come from a driver, real or simulated.
//!
//! Refuses: to know what a timer is for, to sleep, to ask the operating system anything.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

mod entropy;
mod instant;
mod wall;
mod wheel;

pub use core::time::Duration;
pub use entropy::Entropy;
pub use instant::Instant;
pub use wall::{Civil, WallClock};
pub use wheel::{Alarm, TimerWheel};

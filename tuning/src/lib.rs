//! Is this host fit for shards? Every answer says what was found, what was wanted, why, and what to do.
//!
//! The gateway asks at boot and reports; it never changes its host. Changing is the business of the binary of this
//! package, by hand and with a way back.
//!
//! Refuses: to change anything, to guess what it cannot see.
//! In: a [`Host`] and what is [`Wanted`] of it. Out: one [`Finding`] for each [`Stage`].
#![forbid(unsafe_code)]

mod finding;
mod host;
mod proc_text;
mod stage;
mod wanted;

pub use finding::{Finding, Remedy, Verdict};
pub use host::{Capability, Host};
pub use stage::Stage;
pub use stage::kernel_numbers::KernelNumber;
pub use wanted::Wanted;

/// Runs every stage.
pub fn check(host: &Host, wanted: &Wanted) -> Vec<Finding> {
    Stage::ALL.iter().map(|stage| stage.check(host, wanted)).collect()
}

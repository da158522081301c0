//! The stages, one file for each kind.

mod files;
mod huge_pages;
mod io_uring;
pub mod kernel_numbers;
mod locked_memory;
mod processors;

use crate::{Finding, Host, KernelNumber, Wanted};

/// One thing to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Descriptors of the process.
    Files,
    /// Memory that may be locked.
    LockedMemory,
    /// A number of the kernel.
    Kernel(KernelNumber),
    /// Who may use io_uring.
    IoUring,
    /// Processors for the shards.
    Processors,
    /// How fast they are run.
    Governor,
    /// Transparent huge pages.
    HugePages,
}

impl Stage {
    /// All, in the order of the report.
    pub const ALL: [Stage; 10] = [
        Stage::Files,
        Stage::LockedMemory,
        Stage::Kernel(KernelNumber::ReceiveBuffer),
        Stage::Kernel(KernelNumber::SendBuffer),
        Stage::Kernel(KernelNumber::PacketBacklog),
        Stage::Kernel(KernelNumber::ListenBacklog),
        Stage::IoUring,
        Stage::Processors,
        Stage::Governor,
        Stage::HugePages,
    ];

    /// Compares `host` with what is `wanted`.
    pub fn check(self, host: &Host, wanted: &Wanted) -> Finding {
        match self {
            Stage::Files => files::check(host, wanted),
            Stage::LockedMemory => locked_memory::check(host, wanted),
            Stage::Kernel(number) => number.check(host, wanted),
            Stage::IoUring => io_uring::check(host),
            Stage::Processors => processors::check(host, wanted),
            Stage::Governor => processors::check_governor(host),
            Stage::HugePages => huge_pages::check(host),
        }
    }
}

/// What a value that cannot be read is shown as.
const UNREADABLE: &str = "unreadable";

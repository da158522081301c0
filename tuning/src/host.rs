//! The one place that reads `/proc` and `/sys`.
//!
//! Refuses: to judge. In: a root folder, `/` outside of tests. Out: the texts, or `None` for what cannot be read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::proc_text;

/// A right that lifts a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// CAP_NET_ADMIN: socket buffers beyond the maximum.
    NetAdmin = 12,
    /// CAP_IPC_LOCK: locked memory beyond the limit.
    IpcLock = 14,
    /// CAP_SYS_ADMIN: io_uring where only the privileged may have it.
    SysAdmin = 21,
}

/// A host that can be looked at.
#[derive(Clone, Debug)]
pub struct Host {
    root: PathBuf,
}

impl Host {
    /// The host that this process runs on. Limits and rights are those of this process.
    pub fn this() -> Host {
        Host { root: "/".into() }
    }

    /// A host whose `proc` and `sys` lie under `root`.
    pub fn at(root: impl Into<PathBuf>) -> Host {
        Host { root: root.into() }
    }

    /// The text of `path`, without the white space around it.
    pub fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.path(path)).ok().map(|text| text.trim().to_owned())
    }

    /// The number that is all of `path`.
    pub fn number(&self, path: &str) -> Option<u64> {
        self.text(path)?.parse().ok()
    }

    /// Where `path` is on this host.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The soft limit called `name` of this process; `u64::MAX` is none.
    pub fn limit(&self, name: &str) -> Option<u64> {
        proc_text::soft_limit(&self.text("proc/self/limits")?, name)
    }

    /// Does this process have `capability`?
    pub fn may(&self, capability: Capability) -> bool {
        let status = self.text("proc/self/status").unwrap_or_default();
        let effective = proc_text::status_field(&status, "CapEff");
        let bits = effective.and_then(|bits| u64::from_str_radix(bits, 16).ok()).unwrap_or(0);
        bits >> capability as u32 & 1 == 1
    }

    /// The processors that this process may run on.
    pub fn processors(&self) -> Option<Vec<usize>> {
        let status = self.text("proc/self/status")?;
        proc_text::processor_list(proc_text::status_field(&status, "Cpus_allowed_list")?)
    }

    /// Is there a file or folder `path`?
    pub fn has(&self, path: impl AsRef<Path>) -> bool {
        self.root.join(path).exists()
    }
}

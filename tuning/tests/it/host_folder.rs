//! A folder with a `proc` and a `sys`, gone when the test is over.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tuning::Host;

pub struct HostFolder {
    root: PathBuf,
}

/// Two processors, no rights, all numbers as wanted of two shards.
const FIT: [(&str, &str); 12] = [
    (
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n\
         Max open files            65536                65536                files     \n\
         Max locked memory         8388608              8388608              bytes     \n",
    ),
    (
        "proc/self/status",
        "Name:\tipsmgw\nCapEff:\t0000000000000000\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n",
    ),
    ("proc/sys/kernel/ostype", "Linux\n"),
    ("proc/sys/kernel/io_uring_disabled", "0\n"),
    ("proc/sys/net/core/rmem_max", "4194304\n"),
    ("proc/sys/net/core/wmem_max", "8388608\n"),
    ("proc/sys/net/core/netdev_max_backlog", "5000\n"),
    ("proc/sys/net/core/somaxconn", "4096\n"),
    ("sys/fs/cgroup/cpu.max", "max 100000\n"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n"),
    ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n"),
];

impl HostFolder {
    /// One on which nothing is to be said against.
    pub fn fit() -> HostFolder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ipsmgw-tuning-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = HostFolder { root: std::env::temp_dir().join(name) };
        for (path, text) in FIT {
            folder.lay(path, text);
        }
        folder
    }

    /// Writes `path`.
    pub fn lay(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Takes `path` away.
    pub fn hide(&self, path: &str) {
        fs::remove_file(self.root.join(path)).expect("it was there");
    }

    /// What stands in `path` now.
    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("a file").trim().to_owned()
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn host(&self) -> Host {
        Host::at(&self.root)
    }
}

impl Drop for HostFolder {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.root);
    }
}

//! What numbers were before they were raised, in a file that survives this program and the shell it ran in.
//!
//! Refuses: to be written half. In and out: one JSON object, `{"net.core.rmem_max": {"before": 1, "after": 2}}`.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One number that was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// What it was.
    pub before: u64,
    /// What it was raised to.
    pub after: u64,
}

/// All that were raised, by the names that `sysctl` knows.
pub type Entries = BTreeMap<String, Raised>;

/// The file.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// The ledger in `path`, which need not be there yet.
    pub fn at(path: PathBuf) -> Ledger {
        Ledger { path }
    }

    /// What stands in it; nothing when it is not there.
    pub fn read(&self) -> Result<Entries> {
        match fs::read_to_string(&self.path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!(
                    "{} is no state file of ours: move it away, or name another with --state",
                    self.name()
                )
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Entries::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", self.name())),
        }
    }

    /// Makes `entries` all that stands in it; without any, the file goes.
    pub fn write(&self, entries: &Entries) -> Result<()> {
        if entries.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(error).with_context(|| format!("cannot remove {}", self.name()))
                }
                _ => Ok(()),
            };
        }
        self.replace(&serde_json::to_string_pretty(entries)?)
            .with_context(|| format!("cannot write {}; nothing was changed by this step", self.name()))
    }

    /// Writes beside the file and moves it there: a crash leaves the old one or the new one.
    fn replace(&self, text: &str) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = self.path.with_extension("new");
        fs::write(&beside, text)?;
        fs::File::open(&beside)?.sync_all()?;
        fs::rename(&beside, &self.path)
    }

    /// The path, for people.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }
}

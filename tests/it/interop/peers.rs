//! Are the real peers here?

use std::io::Write;
use std::path::PathBuf;

/// Where to find what is not on the `PATH`.
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// The peers, or `None` after a line that says why `test` is skipped.
    pub fn wanted(test: &str) -> Option<Self> {
        if std::env::var_os("IPSMGW_PEERS").is_none_or(|value| value != "1") {
            // Not by `println!`, which the test harness keeps to itself when a test passes.
            let why = format!("{test}: skipped, it needs the real peers: `cargo xtask test --with-peers`\n");
            let _ = std::io::stderr().write_all(why.as_bytes());
            return None;
        }
        let folder = std::env::var_os("IPSMGW_PEERS_DIR");
        let folder = folder.expect("IPSMGW_PEERS_DIR, where `cargo xtask test --with-peers` has put them");
        Some(Peers { folder: folder.into() })
    }

    /// The Python that has the SMS codecs.
    pub fn python(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }

    /// A file of `tests/peers`.
    pub fn file(name: &str) -> PathBuf {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers")).join(name)
    }
}

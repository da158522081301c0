//! Are the real peers here?

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

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

    /// Compiles OTP's view of SGd and S6c, the judge, and the strict centre into `folder`.
    pub fn compile_erlang(folder: &Path) {
        let run = |command: &mut Command| {
            let output =
                command.current_dir(folder).output().expect("erlang, from `cargo xtask test --with-peers`");
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stdout));
        };
        for dictionary in ["sgd", "s6c"] {
            run(Command::new("diameterc").arg(Peers::file(&format!("diameter/{dictionary}.dia"))));
        }
        let ours = ["judge", "centre"].map(|module| Peers::file(&format!("diameter/{module}.erl")));
        run(Command::new("erlc").args(["sgd.erl", "s6c.erl"]).args(ours));
    }
}

//! Every test of the workspace, with or without the real peers.
//!
//! Refuses: to pass when peers were asked for and one is missing.
//! In: whether peers are wanted. Out: cargo's own output between progress lines; the first failure as an error.
//!
//! What the interop tests read: `IPSMGW_PEERS=1` means that a peer which is absent is a failure, no
//! `IPSMGW_PEERS` that they skip and say why; `IPSMGW_PEERS_DIR` is where `venv/bin/python` lives.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::peers;
use crate::step::{run, step};
use crate::workspace;

/// The checkers of `tests/peers` that must first show that they can fail.
const CHECKERS: [&str; 4] = ["msrp_check.py", "message_check.py", "wirecheck.py", "sms_oracle.py"];

pub fn run_all(with_peers: bool) -> Result<()> {
    let workspace = workspace::read()?;
    let folder = workspace.target.join("peers");
    if with_peers {
        step("the real peers", || peers::install(&workspace.root, &folder))?;
        for checker in CHECKERS {
            step(&format!("{checker} finds what is planted"), || {
                self_test(&workspace.root, &folder, checker)
            })?;
        }
    } else {
        println!("    interop tests are skipped: they need the real peers, `cargo xtask test --with-peers`");
    }
    step("cargo test", || {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&workspace.root).args(["test", "--workspace", "--no-fail-fast"]);
        tell_peers(&mut command, with_peers.then_some(folder.as_path()));
        run(&mut command)
    })
}

fn self_test(root: &Path, peers: &Path, checker: &str) -> Result<()> {
    run(Command::new(peers::python(peers)).arg(root.join("tests/peers").join(checker)).arg("--self-test"))
}

/// The tests learn about the peers from their environment and from nowhere else.
fn tell_peers(command: &mut Command, peers: Option<&Path>) {
    match peers {
        Some(folder) => command.env("IPSMGW_PEERS", "1").env("IPSMGW_PEERS_DIR", folder),
        None => command.env_remove("IPSMGW_PEERS").env_remove("IPSMGW_PEERS_DIR"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(peers: Option<&Path>) -> Vec<(String, Option<String>)> {
        let mut command = Command::new("true");
        tell_peers(&mut command, peers);
        let text = |value: &std::ffi::OsStr| value.to_string_lossy().into_owned();
        command.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
    }

    #[test]
    fn the_tests_are_told_where_the_peers_are_or_that_there_are_none() {
        let [one, folder] = told(Some(Path::new("/t/peers"))).try_into().expect("two");
        assert_eq!(one, ("IPSMGW_PEERS".into(), Some("1".into())));
        assert_eq!(folder, ("IPSMGW_PEERS_DIR".into(), Some("/t/peers".into())));
        assert!(told(None).iter().all(|(_, value)| value.is_none()), "left over from the caller");
    }
}

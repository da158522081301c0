//! The binary, on hosts in folders.

use std::process::{Command, Output};

use crate::host_folder::HostFolder;

const BACKLOG: &str = "proc/sys/net/core/netdev_max_backlog";
const RECEIVE: &str = "proc/sys/net/core/rmem_max";

fn run(folder: &HostFolder, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipsmgw-tuning"));
    command.args(["--shards", "2", "--root"]).arg(folder.root()).args(words);
    if ["apply", "undo"].contains(&words[0]) {
        command.arg("--state").arg(folder.root().join("state/tuning.json"));
    }
    command.output().expect("the binary runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn small() -> HostFolder {
    let folder = HostFolder::fit();
    folder.lay(BACKLOG, "1000\n");
    folder.lay(RECEIVE, "212992\n");
    folder
}

#[test]
fn check_says_all_and_ends_by_what_it_found() {
    let fit = run(&HostFolder::fit(), &["check"]);
    assert_eq!(fit.status.code(), Some(0));
    assert!(text(&fit.stdout).ends_with("10 ok, 0 not ok, 0 unseen\n"), "{}", text(&fit.stdout));
    let small = run(&small(), &["check"]);
    let told = text(&small.stdout);
    assert_eq!(small.status.code(), Some(1));
    assert!(told.contains("why: the kernel drops packets of a burst"), "{told}");
    assert!(told.contains("do:  sysctl -w net.core.netdev_max_backlog=5000"), "{told}");
    assert!(told.ends_with("8 ok, 2 not ok, 0 unseen\n"), "{told}");
}

#[test]
fn print_is_a_script_for_a_root_shell() {
    let folder = small();
    folder.lay("proc/sys/kernel/io_uring_disabled", "2");
    let script = text(&run(&folder, &["print"]).stdout);
    let lines: Vec<_> = script.lines().collect();
    assert_eq!(
        lines[..2],
        ["sysctl -w net.core.rmem_max=4194304", "sysctl -w net.core.netdev_max_backlog=5000"]
    );
    assert!(lines[2].starts_with("# kernel.io_uring_disabled: weigh it"), "{script}");
    assert_eq!(text(&run(&HostFolder::fit(), &["print"]).stdout), "# nothing to do\n");
}

#[test]
fn what_apply_raises_undo_gives_back() {
    let folder = small();
    let applied = run(&folder, &["apply"]);
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    assert_eq!((folder.text(BACKLOG), folder.text(RECEIVE)), ("5000".into(), "4194304".into()));
    assert_eq!(folder.text("proc/sys/net/core/wmem_max"), "8388608", "what is larger is not lowered");
    assert!(text(&run(&folder, &["check"]).stdout).contains("10 ok"));
    let undone = run(&folder, &["undo"]);
    assert!(undone.status.success(), "{}", text(&undone.stderr));
    assert_eq!((folder.text(BACKLOG), folder.text(RECEIVE)), ("1000".into(), "212992".into()));
    assert!(text(&run(&folder, &["undo"]).stdout).starts_with("nothing to undo"));
}

#[test]
fn applied_twice_it_still_goes_back_to_the_beginning() {
    let folder = small();
    run(&folder, &["apply"]);
    let again = text(&run(&folder, &["apply"]).stdout);
    assert!(again.contains("net.core.rmem_max is 4194304, which is enough"), "{again}");
    run(&folder, &["undo"]);
    assert_eq!(folder.text(BACKLOG), "1000");
}

#[test]
fn what_somebody_else_has_changed_since_is_left_alone() {
    let folder = small();
    run(&folder, &["apply"]);
    folder.lay(BACKLOG, "9000\n");
    let undone = text(&run(&folder, &["undo"]).stdout);
    assert!(undone.contains("netdev_max_backlog is 9000: somebody has changed it since"), "{undone}");
    assert_eq!((folder.text(BACKLOG), folder.text(RECEIVE)), ("9000".into(), "212992".into()));
}

#[test]
fn a_crash_between_memory_and_change_is_undone_without_harm() {
    let folder = small();
    folder.lay("state/tuning.json", r#"{"net.core.netdev_max_backlog": {"before": 1000, "after": 5000}}"#);
    let undone = run(&folder, &["undo"]);
    assert!(text(&undone.stdout).contains("netdev_max_backlog is 1000 already"), "{}", text(&undone.stdout));
    assert_eq!(folder.text(BACKLOG), "1000");
}

#[test]
fn a_memory_that_is_none_of_ours_is_refused_and_nothing_changed() {
    for state in ["no JSON", r#"{"net.core.somaxconn": 7}"#, r#"{"kernel.panic": {"before": 0, "after": 1}}"#]
    {
        let folder = small();
        folder.lay("state/tuning.json", state);
        let undone = run(&folder, &["undo"]);
        assert_eq!(undone.status.code(), Some(1), "{state}");
        assert!(text(&undone.stderr).contains("tuning.json"), "{}", text(&undone.stderr));
        assert_eq!(folder.text(BACKLOG), "1000");
        assert_eq!(folder.text("state/tuning.json"), state, "nothing is forgotten");
    }
}

#[test]
fn what_cannot_be_seen_is_neither_raised_nor_forgotten() {
    let folder = small();
    run(&folder, &["apply"]);
    folder.hide(BACKLOG);
    let applied = text(&run(&folder, &["apply"]).stdout);
    assert!(applied.contains("netdev_max_backlog cannot be seen from here"), "{applied}");
    let undone = run(&folder, &["undo"]);
    assert_eq!(undone.status.code(), Some(1));
    assert!(folder.text("state/tuning.json").contains("netdev_max_backlog"));
}

#[test]
fn a_wrong_command_line_is_told() {
    for words in [&["tune"][..], &["check", "--shards", "0"], &["check", "--shards", "many"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_ipsmgw-tuning")).args(words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
    }
}

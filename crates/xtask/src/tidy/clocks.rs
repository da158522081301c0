//! Time is an argument (law L1): who may read a clock, or sleep, is a short list.
//!
//! Clippy refuses the same calls by name; this guard also sees an `allow` that silences clippy.
//! In: code without comments and literals. Out: each call in a file that is not on the list.

use super::finding::Finding;
use super::source::{Source, line_of, words};

const CALLS: [&str; 3] = ["Instant::now", "SystemTime::now", "thread::sleep"];

/// Drivers, mains, and the packages that measure or play the outside.
const MAY_READ: [&str; 10] = [
    "crates/uring/",
    "crates/poll/",
    "crates/stage/",
    "crates/gateway/",
    "crates/xtask/",
    "loadgen/",
    "benches/",
    "tests/",
    "tuning/",
    "crates/world/src/main.rs",
];

pub fn check(sources: &[&Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !may_read_clocks(source)) {
        for call in CALLS {
            for offset in words(&source.code, call) {
                let found = format!("`{call}` where time is an argument");
                let remedy = "take `now` as an argument; wait for an event, not for a time";
                findings.push(Finding::new(&source.path, line_of(&source.code, offset), found, remedy));
            }
        }
    }
    findings
}

fn may_read_clocks(source: &Source) -> bool {
    let is_listed = MAY_READ.iter().any(|start| source.path.starts_with(start));
    is_listed || source.is_under("tests") || source.is_under("benches")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&[&Source::new(path, text)]).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_clock_in_a_pure_crate_is_found() {
        assert_eq!(lines("crates/shard/src/a.rs", "\nlet now = std::time::Instant::now();\n"), [2]);
        assert_eq!(lines("crates/sip/src/a.rs", "use std::time::SystemTime;\nSystemTime::now();\n"), [2]);
        assert_eq!(lines("crates/directory/src/a.rs", "std::thread::sleep(d);\n"), [1]);
        assert_eq!(lines("crates/actors/src/a.rs", "#[cfg(test)] mod t { fn f() { Instant::now(); } }"), [1]);
    }

    #[test]
    fn drivers_mains_and_tests_may_read_one() {
        for path in
            ["crates/uring/src/a.rs", "loadgen/src/main.rs", "tests/it/a.rs", "crates/sip/benches/a.rs"]
        {
            assert_eq!(lines(path, "Instant::now();"), [0; 0], "{path}");
        }
    }

    #[test]
    fn a_word_about_clocks_is_no_clock() {
        assert_eq!(
            lines("crates/sip/src/a.rs", "// never Instant::now()\nlet s = \"Instant::now\";\n"),
            [0; 0]
        );
        assert_eq!(lines("crates/sip/src/a.rs", "Instant::nowhere();"), [0; 0]);
    }
}

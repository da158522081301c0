//! Unsafe lives in the driver rooms only, and every other crate root says so to the compiler (law L8).
//!
//! Refuses: the word outside `crates/uring` and `crates/poll`. One exception: a file of tests or benches that
//! writes a counting allocator (it names `GlobalAlloc`), because no safe code can be one.
//! In: code without comments and literals, the crate roots. Out: each use, each root without the promise.

use super::finding::Finding;
use super::source::{Source, line_of, words};
use crate::workspace::Package;

const ROOMS: [&str; 2] = ["uring", "poll"];
const PROMISE: &str = "#![forbid(unsafe_code)]";

pub fn check(sources: &[&Source], packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !is_driver_room(&source.path) && !counts_allocations(source))
    {
        for offset in words(&source.code, "unsafe") {
            let line = line_of(&source.code, offset);
            let remedy = "move the operation into crates/uring or crates/poll and give it a safe face";
            findings.push(Finding::new(&source.path, line, "`unsafe` outside the driver rooms", remedy));
        }
    }
    for package in packages.iter().filter(|package| !ROOMS.contains(&package.name.as_str())) {
        let has_allocator = sources.iter().any(|source| {
            source.path.starts_with(&format!("{}/", package.folder)) && counts_allocations(source)
        });
        for root in package.roots.iter().filter(|root| root.kind == "lib" || root.kind == "bin") {
            let source = sources.iter().find(|source| source.path == root.path);
            let has_promise = source.is_some_and(|source| source.code.contains(PROMISE));
            // The whole of a package under tests/ or benches/ may be the crate of the counting allocator.
            let is_excused = has_allocator && !package.is_product();
            if !has_promise && !is_excused {
                let found = format!("the crate root has no {PROMISE}");
                findings.push(Finding::new(&root.path, 1, found, "add it below the header comment"));
            }
        }
    }
    findings
}

fn is_driver_room(path: &str) -> bool {
    ROOMS.iter().any(|room| path.starts_with(&format!("crates/{room}/")))
}

fn counts_allocations(source: &Source) -> bool {
    let is_test = source.is_under("tests") || source.is_under("benches");
    is_test && words(&source.code, "GlobalAlloc").next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::CrateRoot;

    fn package(name: &str, folder: &str, root: &str) -> Package {
        let roots = vec![CrateRoot { kind: "lib".into(), path: root.into() }];
        Package { name: name.into(), folder: folder.into(), roots, ..Package::default() }
    }

    #[test]
    fn unsafe_outside_the_driver_rooms_is_found_at_its_line() {
        let text = "// unsafe is only a word here\nfn f() {\n    unsafe { g() }\n}\n";
        let findings = check(&[&Source::new("crates/sip/src/a.rs", text)], &[]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 3);
        assert_eq!(check(&[&Source::new("crates/uring/src/a.rs", text)], &[]), []);
        assert_eq!(check(&[&Source::new("crates/poll/src/a.rs", text)], &[]), []);
        // A folder that only begins like a room is none.
        assert_eq!(check(&[&Source::new("crates/pollen/src/a.rs", text)], &[]).len(), 1);
    }

    #[test]
    fn a_counting_allocator_is_excused_in_tests_and_nowhere_else() {
        let text = "unsafe impl GlobalAlloc for Counting {}\n";
        assert_eq!(check(&[&Source::new("tests/it/allocation.rs", text)], &[]), []);
        assert_eq!(check(&[&Source::new("crates/shard/tests/allocation.rs", text)], &[]), []);
        assert_eq!(check(&[&Source::new("crates/shard/src/allocation.rs", text)], &[]).len(), 1);
        assert_eq!(check(&[&Source::new("tests/it/flows.rs", "unsafe { f() }\n")], &[]).len(), 1);
    }

    #[test]
    fn every_root_gives_the_promise() {
        let root = "crates/sip/src/lib.rs";
        let sip = [package("sip", "crates/sip", root)];
        assert_eq!(check(&[&Source::new(root, "#![forbid(unsafe_code)]\n")], &sip), []);
        // A comment is no promise.
        let findings = check(&[&Source::new(root, "// #![forbid(unsafe_code)]\n")], &sip);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, root);
        let uring = [package("uring", "crates/uring", "crates/uring/src/lib.rs")];
        assert_eq!(check(&[&Source::new("crates/uring/src/lib.rs", "")], &uring), []);
    }

    #[test]
    fn the_package_of_the_counting_allocator_is_excused_from_the_promise() {
        let benches = [package("ipsmgw-benches", "benches", "benches/src/lib.rs")];
        let root = Source::new("benches/src/lib.rs", "mod counting;\n");
        let counting = Source::new("benches/src/counting.rs", "unsafe impl GlobalAlloc for A {}\n");
        assert_eq!(check(&[&root, &counting], &benches), []);
        assert_eq!(check(&[&root], &benches).len(), 1);
    }
}

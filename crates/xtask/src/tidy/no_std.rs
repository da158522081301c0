//! Pure crates have no outside: `#![no_std]` up to `shard` (law L1).
//!
//! Refuses: a root without the attribute, and `extern crate std` outside tests, which would undo it.
//! In: the roots and code of the pure crates. Out: each breach.

use super::finding::Finding;
use super::source::{Source, line_of, words};
use crate::workspace::Package;

const PURE: [&str; 8] = ["octets", "tempo", "sms", "sip", "msrp", "diameter", "interwork", "shard"];
const REMEDY: &str = "time, entropy, bytes and the outside are arguments (L1): core and alloc are enough";

pub fn check(sources: &[&Source], packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| PURE.contains(&package.name.as_str())) {
        for root in package.roots.iter().filter(|root| root.kind == "lib") {
            let source = sources.iter().find(|source| source.path == root.path);
            if !source.is_some_and(|source| source.code.contains("#![no_std]")) {
                findings.push(Finding::new(&root.path, 1, "a pure crate without #![no_std]", REMEDY));
            }
        }
        let inside = format!("{}/src/", package.folder);
        for source in sources.iter().filter(|source| source.path.starts_with(&inside)) {
            findings.extend(extern_std(source));
        }
    }
    findings
}

/// `extern crate std` where it is not for tests: those are a file `tests.rs`, a folder `tests`, or what stands
/// after a `#[cfg(test)]`.
fn extern_std(source: &Source) -> Option<Finding> {
    let is_test = source.path.ends_with("/tests.rs") || source.is_under("tests");
    let offset = words(&source.code, "extern crate std").next()?;
    let is_after_cfg_test = source.code[..offset].contains("#[cfg(test)]");
    if is_test || is_after_cfg_test {
        return None;
    }
    Some(Finding::new(
        &source.path,
        line_of(&source.code, offset),
        "`extern crate std` in a pure crate",
        REMEDY,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::CrateRoot;

    fn findings(name: &str, files: &[(&str, &str)]) -> Vec<Finding> {
        let folder = format!("crates/{name}");
        let roots = vec![CrateRoot { kind: "lib".into(), path: format!("{folder}/src/lib.rs") }];
        let package = Package { name: name.into(), folder, roots, ..Package::default() };
        let sources: Vec<_> = files
            .iter()
            .map(|(file, text)| Source::new(&format!("crates/{name}/src/{file}"), text))
            .collect();
        check(&sources.iter().collect::<Vec<_>>(), &[package])
    }

    #[test]
    fn a_pure_crate_without_the_attribute_is_found() {
        assert_eq!(findings("sip", &[("lib.rs", "#![no_std]\n")]), []);
        assert_eq!(findings("sip", &[("lib.rs", "//! #![no_std]\n")]).len(), 1);
        assert_eq!(findings("sip", &[("lib.rs", "#![cfg_attr(not(test), no_std)]\n")]).len(), 1);
        assert_eq!(findings("gateway", &[("lib.rs", "")]), []);
    }

    #[test]
    fn std_by_the_back_door_is_found() {
        let root = ("lib.rs", "#![no_std]\n");
        let planted = findings("sip", &[root, ("a.rs", "\nextern crate std;\n")]);
        assert_eq!((planted.len(), planted[0].line), (1, 2));
        assert_eq!(findings("sip", &[root, ("a/tests.rs", "extern crate std;\n")]), []);
        let in_tests = "fn f() {}\n#[cfg(test)]\nmod tests {\n    extern crate std;\n}\n";
        assert_eq!(findings("sip", &[root, ("a.rs", in_tests)]), []);
    }
}

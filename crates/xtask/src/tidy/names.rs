//! No drawer for everything: a crate or file called common, util, core, types or helpers is where ideas go to be lost.
//!
//! In: package names, Rust file paths. Out: each name that says nothing.

use super::finding::Finding;
use super::source::Source;
use crate::workspace::Package;

const CRATE_NAMES: [&str; 9] =
    ["common", "util", "utils", "core", "types", "helper", "helpers", "misc", "shared"];
/// Files and folders; `core` and `types` may be a standard's own noun there.
const FILE_NAMES: [&str; 8] = ["common", "util", "utils", "helper", "helpers", "misc", "manager", "handler"];
const REMEDY: &str = "name it after the one idea in it, in the standard's words";

pub fn check(sources: &[&Source], packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        if package.name.split(['-', '_']).any(|part| CRATE_NAMES.contains(&part)) {
            let manifest = format!("{}/Cargo.toml", package.folder);
            let found = format!("a crate called {}", package.name);
            findings.push(Finding::new(&manifest, package.line_of("name"), found, REMEDY));
        }
    }
    for source in sources {
        let path = source.path.strip_suffix(".rs").unwrap_or(&source.path);
        if let Some(part) = path.split('/').find(|part| FILE_NAMES.contains(part)) {
            findings.push(Finding::new(&source.path, 1, format!("a module called {part}"), REMEDY));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        let manifest = format!("[package]\nname = \"{name}\"\n");
        Package { name: name.into(), folder: format!("crates/{name}"), manifest, ..Package::default() }
    }

    #[test]
    fn a_crate_that_is_a_drawer_is_found() {
        for name in ["common", "sip-util", "core", "sms_types", "helpers"] {
            let findings = check(&[], &[package(name)]);
            assert_eq!(findings.len(), 1, "{name}");
            assert_eq!(findings[0].line, 2);
        }
        assert_eq!(check(&[], &[package("octets"), package("commonwealth")]), []);
    }

    #[test]
    fn a_file_or_folder_that_is_a_drawer_is_found() {
        for path in ["crates/sip/src/util.rs", "tests/common/mod.rs", "crates/sip/src/wire/helpers.rs"] {
            assert_eq!(check(&[&Source::new(path, "")], &[]).len(), 1, "{path}");
        }
        assert_eq!(check(&[&Source::new("crates/sip/src/wire/via.rs", "")], &[]), []);
    }
}

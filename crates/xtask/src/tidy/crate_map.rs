//! `crates/README.md` is the map: a line for each crate, and each library from outside named with its reason.
//!
//! Refuses: to judge the prose. A name counts when it stands in back quotes.
//! In: the map, the workspace's manifest, the packages. Out: each name that the map does not know.

use anyhow::{Context, Result};

use super::finding::Finding;
use crate::workspace::Package;

/// Where the map is.
pub const MAP: &str = "crates/README.md";

pub fn check(map: Option<&str>, manifest: &str, packages: &[Package]) -> Result<Vec<Finding>> {
    let Some(map) = map else {
        let remedy = "write it: a table line per crate, and each outside library with its home and reason";
        return Ok(vec![Finding::new(MAP, 1, "the map of the crates is missing", remedy)]);
    };
    let is_named = |name: &str| map.contains(&format!("`{name}`"));
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.is_product()) {
        let is_row =
            |line: &str| line.trim_start().starts_with('|') && line.contains(&format!("`{}`", package.name));
        if !map.lines().any(is_row) {
            let found = format!("{} has no line in {MAP}", package.name);
            let remedy = "add a table row: what it is, what it may use";
            findings.push(Finding::new(&format!("{}/Cargo.toml", package.folder), 1, found, remedy));
        }
    }
    let root: toml::Table = manifest.parse().context("the workspace's Cargo.toml")?;
    let dependencies = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    for (name, _) in dependencies.and_then(toml::Value::as_table).into_iter().flatten() {
        if !is_named(name) {
            let line = line_of_dependency(manifest, name);
            let found = format!("{name} is not named in {MAP}");
            findings.push(Finding::new("Cargo.toml", line, found, "say there which crate uses it and why"));
        }
    }
    Ok(findings)
}

fn line_of_dependency(manifest: &str, name: &str) -> usize {
    let is_its =
        |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']));
    manifest.lines().position(is_its).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.dependencies]\nsip = { path = \"crates/sip\" }\nmemchr = \"2\"\n";

    fn findings(map: Option<&str>) -> Vec<String> {
        let sip = Package { name: "sip".into(), folder: "crates/sip".into(), ..Package::default() };
        let tests = Package { name: "ipsmgw-tests".into(), folder: "tests".into(), ..Package::default() };
        let findings = check(map, MANIFEST, &[sip, tests]).expect("a good manifest");
        findings
            .iter()
            .map(|finding| format!("{}:{} {}", finding.path, finding.line, finding.found))
            .collect()
    }

    #[test]
    fn a_map_that_names_everything_is_well() {
        assert_eq!(findings(Some("| `sip` | SIP |\nFrom outside: `memchr`.\n")), [""; 0]);
    }

    #[test]
    fn what_the_map_does_not_name_is_found() {
        let without_library = findings(Some("| `sip` | SIP |\n"));
        assert_eq!(without_library, ["Cargo.toml:3 memchr is not named in crates/README.md"]);
        let without_row = findings(Some("A sentence about `sip` and `memchr` is no row.\n"));
        assert_eq!(without_row, ["crates/sip/Cargo.toml:1 sip has no line in crates/README.md"]);
        assert_eq!(findings(None), ["crates/README.md:1 the map of the crates is missing"]);
    }

    #[test]
    fn a_manifest_that_is_not_toml_is_an_error() {
        assert!(check(Some(""), "[workspace", &[]).is_err());
    }
}

//! The workspace as cargo sees it: packages, their folders, what they depend on, their roots.
//!
//! Refuses: to resolve or download anything (`--no-deps`).
//! In: `cargo metadata`. Out: `Workspace`, paths relative to its root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// What the guards and the test command need to know of the workspace.
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
    pub packages: Vec<Package>,
}

/// One member.
#[derive(Default)]
pub struct Package {
    pub name: String,
    /// Relative to the workspace's root, with `/`.
    pub folder: String,
    pub manifest: String,
    pub uses: Vec<Use>,
    pub roots: Vec<CrateRoot>,
}

/// One dependency that ships: normal or build. Dev-dependencies are free and not listed.
pub struct Use {
    pub name: String,
    /// A member of this workspace, not a library from outside.
    pub ours: bool,
}

/// The first file of a crate.
pub struct CrateRoot {
    /// `lib`, `bin`, `test`, `bench`, `example`, `custom-build`.
    pub kind: String,
    pub path: String,
}

impl Package {
    /// Whether the package lives under `crates/`, where the product is.
    pub fn is_product(&self) -> bool {
        self.folder.starts_with("crates/")
    }

    /// The line of the manifest on which a dependency is written.
    pub fn line_of(&self, dependency: &str) -> usize {
        let starts = |line: &str| {
            line.trim_start().strip_prefix(dependency).is_some_and(|rest| {
                rest.trim_start().starts_with(['=', '.']) // `a = …`, `a.workspace = …`
            })
        };
        self.manifest.lines().position(starts).map_or(1, |index| index + 1)
    }
}

/// Asks cargo.
pub fn read() -> Result<Workspace> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()
        .context("cargo metadata could not be started")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
    understand(&metadata)
}

fn understand(metadata: &Value) -> Result<Workspace> {
    let root = PathBuf::from(word(metadata, "workspace_root")?);
    let target = PathBuf::from(word(metadata, "target_directory")?);
    let packages = list(metadata, "packages")?;
    let packages =
        packages.iter().map(|package| understand_package(package, &root)).collect::<Result<_>>()?;
    Ok(Workspace { root, target, packages })
}

fn understand_package(package: &Value, root: &Path) -> Result<Package> {
    let manifest_path = PathBuf::from(word(package, "manifest_path")?);
    let folder = manifest_path.parent().map_or_else(String::new, |folder| relative(folder, root));
    let manifest = std::fs::read_to_string(&manifest_path).unwrap_or_default();
    let mut uses = Vec::new();
    for dependency in list(package, "dependencies")? {
        if dependency["kind"].as_str() != Some("dev") {
            let ours = dependency["path"].is_string();
            uses.push(Use { name: word(dependency, "name")?.to_string(), ours });
        }
    }
    let mut roots = Vec::new();
    for target in list(package, "targets")? {
        let kind = target["kind"][0].as_str().context("a target without a kind")?.to_string();
        roots.push(CrateRoot { kind, path: relative(Path::new(word(target, "src_path")?), root) });
    }
    Ok(Package { name: word(package, "name")?.to_string(), folder, manifest, uses, roots })
}

/// The path as the reader types it: from the root, with `/`.
pub fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn word<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata has no {key}"))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("cargo metadata has no {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dev_dependencies_are_free_and_build_dependencies_are_not() {
        let metadata = serde_json::json!({
            "workspace_root": "/w", "target_directory": "/w/target",
            "packages": [{
                "name": "sip", "manifest_path": "/w/crates/sip/Cargo.toml",
                "targets": [{"kind": ["lib"], "src_path": "/w/crates/sip/src/lib.rs"}],
                "dependencies": [
                    {"name": "octets", "kind": null, "path": "/w/crates/octets"},
                    {"name": "cc", "kind": "build"},
                    {"name": "proptest", "kind": "dev"}
                ]
            }]
        });
        let workspace = understand(&metadata).expect("well formed");
        let sip = &workspace.packages[0];
        let uses: Vec<_> = sip.uses.iter().map(|used| (used.name.as_str(), used.ours)).collect();
        assert_eq!(uses, [("octets", true), ("cc", false)]);
        assert_eq!(
            (sip.folder.as_str(), sip.roots[0].path.as_str()),
            ("crates/sip", "crates/sip/src/lib.rs")
        );
        assert!(sip.is_product());
    }

    #[test]
    fn the_line_of_a_dependency_is_not_the_line_of_its_longer_namesake() {
        let manifest = "[dependencies]\nsms-pdu = \"1\"\nsms.workspace = true\n".to_string();
        let package = Package { manifest, ..Package::default() };
        assert_eq!(package.line_of("sms"), 3);
        assert_eq!(package.line_of("absent"), 1);
    }

    #[test]
    fn metadata_without_packages_is_an_error() {
        let metadata = serde_json::json!({"workspace_root": "/w", "target_directory": "/t"});
        assert!(understand(&metadata).is_err());
    }
}

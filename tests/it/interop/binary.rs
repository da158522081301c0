//! The binary as it ships, built by the same cargo with the same profile into the same folder as this test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where `ipsmgw` is. `cargo test` alone does not build it, or leaves an old one: cargo is asked once for each run.
pub fn ipsmgw() -> &'static Path {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build("gateway", "ipsmgw")) {
        Ok(path) => path,
        Err(error) => panic!("ipsmgw could not be built: {error}"),
    }
}

/// Where `ipsmgw-loadgen` is, built in the same way.
pub fn loadgen() -> &'static Path {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build("ipsmgw-loadgen", "ipsmgw-loadgen")) {
        Ok(path) => path,
        Err(error) => panic!("ipsmgw-loadgen could not be built: {error}"),
    }
}

/// A command that runs it.
pub fn command() -> Command {
    Command::new(ipsmgw())
}

fn build(package: &str, program: &str) -> Result<PathBuf, String> {
    // target/<profile>/deps/it-1a2b3c
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder =
        this.parent().and_then(Path::parent).ok_or("a test binary lives in target/<profile>/deps")?;
    let (target, name) = (folder.parent(), folder.file_name().and_then(|name| name.to_str()));
    let (target, name) = target.zip(name).ok_or("a test binary lives in target/<profile>/deps")?;
    let profile = if name == "debug" { "dev" } else { name };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["build", "--quiet", "--package", package, "--bin", program, "--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let path = folder.join(program);
    if path.is_file() { Ok(path) } else { Err(format!("{} is not there", path.display())) }
}

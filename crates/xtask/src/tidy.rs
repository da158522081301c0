//! The guards of the house laws (architecture, section 1), one file per guard.
//!
//! Refuses: to repair. A guard says where, what, and what to do; the author decides.
//! In: the workspace and its source text. Out: findings; any finding fails the command.

mod clocks;
mod crate_map;
mod edges;
mod finding;
mod length;
mod methods;
mod names;
mod no_std;
pub mod source;
mod unfinished;
mod unsafety;

use anyhow::{Result, bail};

use crate::workspace;
use finding::Finding;

/// Runs every guard, prints one line per guard and one per finding.
pub fn run() -> Result<()> {
    let workspace = workspace::read()?;
    let texts = source::read(&workspace.root)?;
    let sources: Vec<_> = texts.iter().filter(|text| text.is_rust()).collect();
    let manifest = std::fs::read_to_string(workspace.root.join("Cargo.toml"))?;
    let map = std::fs::read_to_string(workspace.root.join(crate_map::MAP)).ok();

    let packages = &workspace.packages;
    let guards: [(&str, Vec<Finding>); 9] = [
        ("edges: which crate may use which", edges::check(packages)),
        ("length: files stay readable", length::check(&sources)),
        ("methods: no type that everything is a method of", methods::check(&sources, packages)),
        ("unsafety: in the driver rooms only", unsafety::check(&sources, packages)),
        ("no_std: pure crates have no outside", no_std::check(&sources, packages)),
        ("clocks: time is an argument", clocks::check(&sources)),
        ("names: no drawer for everything", names::check(&sources, packages)),
        ("map: crates/README.md names what is here", crate_map::check(map.as_deref(), &manifest, packages)?),
        ("unfinished: nothing half done", unfinished::check(&texts)),
    ];

    let mut found = 0;
    for (guard, findings) in &guards {
        println!("tidy  {guard}: {}", if findings.is_empty() { "ok" } else { "NOT OK" });
        for finding in findings {
            println!("      {finding}");
        }
        found += findings.len();
    }
    println!("tidy  {}", length::Lengths::of(&sources));
    if found > 0 {
        bail!("{found} findings; each says what to do");
    }
    Ok(())
}

//! A world that is kept: its plan as a file, with the story of how it was found.

use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Size};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Two lines: what broke, and why.
    pub story: String,
    /// The plan.
    pub plan: Plan,
}

/// Reads a file.
pub fn read(text: &str) -> anyhow::Result<Kept> {
    Ok(toml::from_str(text)?)
}

/// Writes one.
pub fn written(kept: &Kept) -> anyhow::Result<String> {
    Ok(toml::to_string(kept)?)
}

/// The world that somebody names: by its seed, at this size, or by the file that it is kept in.
pub fn named(name: &str, size: Size) -> anyhow::Result<Plan> {
    if let Ok(seed) = name.parse() {
        return Ok(Plan::draw(seed, size));
    }
    let text = std::fs::read_to_string(name).with_context(|| format!("{name} is no seed, and no file"))?;
    Ok(read(&text).with_context(|| name.to_string())?.plan)
}

/// Where what was made of that world is kept, beside whatever it came from.
pub fn file_for(name: &str) -> String {
    let path = Path::new(name);
    match path.extension() {
        Some(extension) if extension == "toml" => {
            path.with_extension("small.toml").to_string_lossy().into_owned()
        }
        _ => format!("{name}.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for seed in 0..50 {
            let kept = Kept { story: "one\ntwo".into(), plan: Plan::draw(seed, Size::default()) };
            let text = written(&kept).expect("a plan can be written");
            assert_eq!(read(&text).expect("and read"), kept, "{text}");
        }
    }

    #[test]
    fn a_world_is_named_by_its_seed_or_by_its_file() {
        assert_eq!(named("17", Size::default()).expect("a seed"), Plan::draw(17, Size::default()));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/seeds/segment_again.toml");
        let plan = named(&file.to_string_lossy(), Size::default()).expect("a kept world");
        assert_eq!(plan.seed, 1_795_546_001_465);
        assert_eq!((plan.chats.len(), plan.pages.len(), plan.faults.len()), (4, 1, 1), "as it was kept");
        let nothing = named("seventeen", Size::default()).expect_err("neither");
        assert_eq!(nothing.to_string(), "seventeen is no seed, and no file");
    }

    #[test]
    fn what_is_made_smaller_does_not_take_the_place_of_what_it_was() {
        assert_eq!(file_for("17"), "17.toml");
        assert_eq!(file_for("seeds/long.toml"), "seeds/long.small.toml");
    }
}

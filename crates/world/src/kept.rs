//! A world that is kept: its plan as a file, with the story of how it was found.

use serde::{Deserialize, Serialize};

use crate::plan::Plan;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    #[test]
    fn what_is_written_is_what_is_read() {
        for seed in 0..50 {
            let kept = Kept { story: "one\ntwo".into(), plan: Plan::draw(seed, Size::default()) };
            let text = written(&kept).expect("a plan can be written");
            assert_eq!(read(&text).expect("and read"), kept, "{text}");
        }
    }
}

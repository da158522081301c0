//! What a guard found, where, and what to do about it.

use std::fmt;

/// One breach of a law.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    /// From 1, as editors count.
    pub line: usize,
    pub found: String,
    pub remedy: &'static str,
}

impl Finding {
    pub fn new(path: &str, line: usize, found: impl Into<String>, remedy: &'static str) -> Self {
        Finding { path: path.to_string(), line, found: found.into(), remedy }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.path, self.line, self.found, self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_file_line_found_remedy() {
        let finding = Finding::new("crates/sip/src/lib.rs", 7, "a clock", "take `now` as an argument");
        assert_eq!(finding.to_string(), "crates/sip/src/lib.rs:7: a clock; take `now` as an argument");
    }
}

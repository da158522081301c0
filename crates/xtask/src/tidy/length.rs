//! Files stay readable: none past the wall of 600 lines, half of them within 160.
//!
//! In: every Rust file. Out: the files past the wall, the median when it is past its limit.

use std::fmt;

use super::finding::Finding;
use super::source::Source;

const LINES_MAX: usize = 600;
const MEDIAN_MAX: usize = 160;

/// How long the files are.
#[derive(Debug, PartialEq, Eq)]
pub struct Lengths {
    files: usize,
    median: usize,
    longest: usize,
    longest_path: String,
}

impl Lengths {
    pub fn of(sources: &[&Source]) -> Self {
        let mut lengths: Vec<(usize, &str)> =
            sources.iter().map(|source| (source.text.lines().count(), source.path.as_str())).collect();
        lengths.sort_unstable();
        // The lower of the two middle files: an even count has no file in the middle.
        let median = lengths.get(lengths.len().saturating_sub(1) / 2).map_or(0, |(lines, _)| *lines);
        let (longest, path) = lengths.last().copied().unwrap_or((0, "-"));
        Lengths { files: lengths.len(), median, longest, longest_path: path.to_string() }
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lengths { files, median, longest, longest_path } = self;
        write!(f, "{files} Rust files, median {median} lines, longest {longest} ({longest_path})")
    }
}

pub fn check(sources: &[&Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > LINES_MAX {
            let found = format!("{lines} lines, the wall is {LINES_MAX}");
            findings.push(Finding::new(&source.path, LINES_MAX + 1, found, "a file is one idea: split it"));
        }
    }
    let lengths = Lengths::of(sources);
    if lengths.median > MEDIAN_MAX {
        let found = format!("the median file has {} lines, the limit is {MEDIAN_MAX}", lengths.median);
        findings.push(Finding::new(&lengths.longest_path, 1, found, "split the longest files by idea"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> Source {
        Source::new(path, &"x();\n".repeat(lines))
    }

    #[test]
    fn a_file_past_the_wall_is_found_and_one_at_the_wall_is_not() {
        let (at, past) = (file("at.rs", 600), file("past.rs", 601));
        let short = [file("a.rs", 1), file("b.rs", 1), file("c.rs", 1)];
        let sources: Vec<_> = short.iter().chain([&at, &past]).collect();
        let findings = check(&sources);
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].path.as_str(), findings[0].line), ("past.rs", 601));
    }

    #[test]
    fn a_median_past_its_limit_is_found() {
        let files = [file("a.rs", 10), file("b.rs", 161), file("c.rs", 200)];
        let findings = check(&files.iter().collect::<Vec<_>>());
        assert_eq!(findings.len(), 1);
        assert!(findings[0].found.contains("161"), "{}", findings[0]);
        let files = [file("a.rs", 10), file("b.rs", 160), file("c.rs", 200)];
        assert_eq!(check(&files.iter().collect::<Vec<_>>()), []);
    }

    #[test]
    fn no_files_is_no_length() {
        assert_eq!(check(&[]), []);
        assert_eq!(Lengths::of(&[]).median, 0);
    }
}

//! Nothing half done: no unfinished-work macro in code, no marker of later work in a comment or script.
//!
//! In: every text file. Out: each macro and each marker. Pages (`.md`) may speak of markers.

use super::finding::Finding;
use super::source::{Source, line_of, words};

const MACROS: [&str; 3] = ["todo", "unimplemented", "dbg"];
/// Written in halves, so that this file is not its own finding when it is read as plain text.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| !source.path.ends_with(".md")) {
        for name in MACROS {
            let calls =
                words(&source.code, name).filter(|at| source.code[at + name.len()..].starts_with('!'));
            for offset in calls {
                let found = format!("`{name}!`");
                let remedy = "finish it, or leave the whole feature out and say so in crates/DECISIONS.md";
                findings.push(Finding::new(&source.path, line_of(&source.code, offset), found, remedy));
            }
        }
        for marker in MARKERS {
            for offset in words(&source.comments, marker) {
                let line = line_of(&source.comments, offset);
                let remedy = "do it now, or write an issue and delete the marker";
                findings.push(Finding::new(&source.path, line, format!("a {marker} marker"), remedy));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[Source::new(path, text)]).into_iter().map(|f| format!("{} {}", f.line, f.found)).collect()
    }

    #[test]
    fn unfinished_macros_are_found() {
        assert_eq!(found("a.rs", "fn f() {\n    todo!()\n}\n"), ["2 `todo!`"]);
        assert_eq!(found("a.rs", "unimplemented!();dbg!(x);"), ["1 `unimplemented!`", "1 `dbg!`"]);
        assert_eq!(found("a.rs", "let todo = 1; // todo! is a macro\n"), [""; 0]);
    }

    #[test]
    fn markers_of_later_work_are_found_in_comments_and_scripts() {
        for marker in MARKERS {
            assert_eq!(found("a.rs", &format!("// {marker}: later\n")), [format!("1 a {marker} marker")]);
            assert_eq!(
                found(".ci/run", &format!("true\n# {marker} later\n")),
                [format!("2 a {marker} marker")]
            );
            assert_eq!(found("a.rs", &format!("let s = \"{marker}\"; // m{marker}\n")), [""; 0]);
            assert_eq!(found("a.md", marker), [""; 0]);
        }
    }
}

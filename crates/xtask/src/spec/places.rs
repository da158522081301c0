//! What stands at a line: the product's code, a test, or neither.
//!
//! Refuses: to parse Rust. Comments and literals are blanked already, so braces that are left are the code's own.
//! In: a source text. Out: `Place` of a line.

use crate::tidy::source::{Source, line_of, words};

/// What stands at a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The product's code.
    Code,
    /// A test that cargo runs, by its name.
    Test(String),
    /// Something that carries nothing: the other side of a conversation, an arrangement of tests, a page's head.
    Elsewhere,
}

/// The places of a file.
pub struct Places {
    tests: Vec<Stretch>,
    /// Inline modules that only tests have.
    arrangements: Vec<Stretch>,
    is_product: bool,
}

/// Lines from the comment above something to its closing brace.
struct Stretch {
    first: usize,
    last: usize,
    name: String,
}

/// Members of `crates/` that are no part of what ships.
const NOT_PRODUCT: [&str; 3] = ["crates/actors/", "crates/stage/", "crates/xtask/"];

impl Places {
    pub fn of(source: &Source) -> Places {
        let ships =
            source.path.starts_with("crates/") && !NOT_PRODUCT.iter().any(|out| source.path.starts_with(out));
        let is_test_file = source.is_under("tests") || source.path.ends_with("/tests.rs");
        Places {
            tests: stretches(source, "#[test]", "fn"),
            arrangements: stretches(source, "#[cfg(test)]", "mod"),
            is_product: ships && !is_test_file,
        }
    }

    pub fn at(&self, line: usize) -> Place {
        let holds = |stretch: &&Stretch| (stretch.first..=stretch.last).contains(&line);
        if let Some(test) = self.tests.iter().find(holds) {
            return Place::Test(test.name.clone());
        }
        let is_code = self.is_product && !self.arrangements.iter().any(|stretch| holds(&stretch));
        if is_code { Place::Code } else { Place::Elsewhere }
    }
}

/// Everything of a kind that an attribute stands above.
fn stretches(source: &Source, attribute: &str, kind: &str) -> Vec<Stretch> {
    let begin = |(at, _): (usize, &str)| {
        let code = &source.code;
        let after = at + attribute.len();
        let keyword = words(&code[after..], kind).next()? + after;
        // Between the two stand other attributes and `pub`, and no other item. What is ignored does not run.
        let between = &code[after..keyword];
        if between.contains(['{', '}', ';']) || between.contains("#[ignore") {
            return None;
        }
        let name = code[keyword + kind.len()..].trim_start();
        let name = &name[..name.find(|c: char| !c.is_alphanumeric() && c != '_')?];
        let last = line_of(code, end_of_block(code, keyword)?);
        let first = first_line_above(source, line_of(code, at));
        Some(Stretch { first, last, name: name.to_string() })
    };
    source.code.match_indices(attribute).filter_map(begin).collect()
}

/// The offset of the brace that closes the first one that opens; `None` when `;` comes before.
fn end_of_block(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth = depth.checked_sub(1)?,
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The first of the comment lines and attributes right above a line.
fn first_line_above(source: &Source, line: usize) -> usize {
    let lines: Vec<&str> = source.text.lines().take(line - 1).collect();
    let is_above = |text: &&&str| {
        let text = text.trim_start();
        (text.starts_with("//") && !text.starts_with("//!")) || text.starts_with("#[")
    };
    line - lines.iter().rev().take_while(is_above).count()
}

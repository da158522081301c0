//! What a comment says it carries: `TS 23.204 6.15.1 steps 7 and 8`, `interworking 2.7 row 5 chat, 2.9 T-answer`.
//!
//! A mark is a document's name, a clause, and perhaps labels: `step`, `row`, `item`, `rule` or `NOTE` with numbers (one, a list, `3 to
//! 5`) and perhaps a column, or the names of parameters and timers (`TP-VP`, `T-idle`). After it, `, ` or ` and `, more clauses
//! of the same document. A clause without a label is the clause itself.
//!
//! Refuses: to read anything but comments.
//! In: a source text, the names of documents. Out: `Mark`, with its line and what stands there.

use super::places::{Place, Places};
use super::rows::WHOLE;
use crate::tidy::source::Source;

/// One row that a comment names.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Mark {
    pub document: String,
    pub clause: String,
    /// `None`: the clause itself.
    pub label: Option<String>,
    pub path: String,
    pub line: usize,
    pub place: Place,
}

/// The columns that a numbered row may have.
const COLUMNS: [&str; 2] = ["invitation", "chat"];
/// Words that numbers follow; several of them, then the word for one of them.
const NUMBERED: [(&str, &str); 5] =
    [("steps", "step"), ("rows", "row"), ("items", "item"), ("rules", "rule"), ("NOTEs", "NOTE")];

/// Every mark of a file.
pub fn of(source: &Source, documents: &[&str]) -> Vec<Mark> {
    let places = Places::of(source);
    let mut marks = Vec::new();
    for remark in remarks(source) {
        for document in documents {
            for (at, _) in remark.text.match_indices(document) {
                let is_word = !remark.text[..at].ends_with(|c: char| c.is_alphanumeric());
                let after = &remark.text[at + document.len()..];
                let Some(after) = after.strip_prefix(' ').filter(|_| is_word) else { continue };
                let line = remark.line_of(at);
                let place = if remark.is_of_file { Place::Elsewhere } else { places.at(line) };
                for (clause, label) in named(after) {
                    marks.push(Mark {
                        document: document.to_string(),
                        clause,
                        label,
                        path: source.path.clone(),
                        line,
                        place: place.clone(),
                    });
                }
            }
        }
    }
    marks.sort_by_key(|mark| mark.line);
    marks
}

/// What is named after a document's name.
fn named(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut is_first = true;
    while let Some((clause, after)) = clause(rest, is_first) {
        let (labels, after) = labels(after);
        if labels.is_empty() {
            found.push((clause.to_string(), None));
        }
        found.extend(labels.into_iter().map(|label| {
            let label = Some(label).filter(|label| label != WHOLE);
            (clause.to_string(), label)
        }));
        is_first = false;
        let Some(next) = next_of_list(after) else { break };
        rest = next;
    }
    found
}

/// `6.15.1`, `B.1`, `6.5a`. Without a dot only where it cannot be a number of a list: right after the document's name, or
/// with a label of its own.
fn clause(text: &str, is_first: bool) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(text.len());
    let clause = text[..end].trim_end_matches('.');
    let has_dot = clause.contains('.');
    let starts = clause.starts_with(|c: char| c.is_ascii_digit())
        || (has_dot && clause.starts_with(|c: char| c.is_ascii_uppercase()));
    let ends = clause.bytes().rev().nth(1).is_none_or(|byte| byte.is_ascii_digit() || byte == b'.');
    let after = &text[clause.len()..];
    (starts && ends && (has_dot || is_first || has_label(after))).then_some((clause, after))
}

fn labels(text: &str) -> (Vec<String>, &str) {
    let mut found = Vec::new();
    let mut end = text;
    let mut next = text.strip_prefix(' ');
    while let Some((labels, after)) = next.and_then(group) {
        found.extend(labels);
        end = after;
        next = next_of_list(after);
    }
    (found, end)
}

/// One word with its numbers and column, or one name.
fn group(text: &str) -> Option<(Vec<String>, &str)> {
    for (several, one) in NUMBERED {
        for word in [several, one] {
            if let Some(after) = text.strip_prefix(word).and_then(|after| after.strip_prefix(' ')) {
                let (numbers, after) = numbers(after);
                let (column, after) = column(after);
                let label = |number: String| format!("{one} {number}{column}");
                return (!numbers.is_empty()).then(|| (numbers.into_iter().map(label).collect(), after));
            }
        }
    }
    parameter(text).map(|(name, after)| (vec![name.to_string()], after))
}

/// `T-idle`, `TP-VP`, `SM-RP-DA`: capital letters, a hyphen, a name.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let (head, tail) = text[..end].split_once('-')?;
    let is_name = !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_uppercase()) && !tail.is_empty();
    is_name.then(|| (&text[..end], &text[end..]))
}

fn numbers(text: &str) -> (Vec<String>, &str) {
    let mut numbers: Vec<String> = Vec::new();
    let mut rest = text;
    let mut end = text;
    let mut is_range = false;
    while let Some((number, after)) = number(rest) {
        if is_range {
            let first = numbers.last().and_then(|last| last.parse::<u32>().ok());
            if let (Some(first), Ok(last)) = (first, number.parse::<u32>()) {
                numbers.extend((first + 1..last).map(|between| between.to_string()));
            }
        }
        numbers.push(number.to_string());
        end = after;
        let range = after.strip_prefix(" to ");
        is_range = range.is_some();
        let Some(next) = range.or_else(|| next_of_list(after)) else { break };
        rest = next;
    }
    (numbers, end)
}

/// `5`, `3a`; not the beginning of a clause, nor of a word.
fn number(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let letter = usize::from(text[digits..].starts_with(|c: char| c.is_ascii_lowercase()));
    let after = &text[digits + letter..];
    let is_clause =
        after.strip_prefix('.').is_some_and(|more| more.starts_with(|c: char| c.is_alphanumeric()));
    let is_clause = is_clause || has_label(after);
    let is_whole = digits > 0 && !is_clause && !after.starts_with(|c: char| c.is_alphanumeric());
    is_whole.then(|| (&text[..digits + letter], after))
}

/// Does a numbered label stand here?
fn has_label(text: &str) -> bool {
    let Some(text) = text.strip_prefix(' ') else { return false };
    let mut words = NUMBERED.iter().flat_map(|(several, one)| [several, one]);
    words.any(|word| text.strip_prefix(word).is_some_and(|text| text.starts_with(' ')))
}

fn column(text: &str) -> (String, &str) {
    for column in COLUMNS {
        let after = text.strip_prefix(' ').and_then(|text| text.strip_prefix(column));
        if let Some(after) = after.filter(|after| !after.starts_with(|c: char| c.is_alphanumeric())) {
            return (format!(" {column}"), after);
        }
    }
    (String::new(), text)
}

fn next_of_list(text: &str) -> Option<&str> {
    [", and ", ", ", " and ", "; "].iter().find_map(|between| text.strip_prefix(between))
}

/// Comment lines that belong together, joined by spaces: a mark may be broken at the end of a line.
struct Remark {
    text: String,
    /// Where in `text` each line begins, and its number.
    lines: Vec<(usize, usize)>,
    /// A `//!`: it speaks of a file and not of what stands below it.
    is_of_file: bool,
}

impl Remark {
    fn line_of(&self, at: usize) -> usize {
        self.lines.iter().rev().find(|(begin, _)| *begin <= at).map_or(1, |(_, line)| *line)
    }
}

fn remarks(source: &Source) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = Vec::new();
    let mut goes_on = false;
    for (index, (comment, code)) in source.comments.lines().zip(source.code.lines()).enumerate() {
        let comment = comment.trim();
        let is_of_file = comment.starts_with("//!");
        let text = comment.trim_start_matches(['/', '!', '*']).trim();
        if comment.is_empty() {
            goes_on = false;
            continue;
        }
        let has_code = !code.trim().is_empty();
        let last = remarks.last_mut().filter(|last| goes_on && !has_code && last.is_of_file == is_of_file);
        match last {
            Some(last) => {
                last.text.push(' ');
                last.lines.push((last.text.len(), index + 1));
                last.text.push_str(text);
            }
            None => remarks.push(Remark { text: text.to_string(), lines: vec![(0, index + 1)], is_of_file }),
        }
        goes_on = true;
    }
    remarks
}

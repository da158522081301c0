//! Source text as the guards read it: as written, code alone, comments alone.
//!
//! Refuses: to parse Rust. It only knows where comments, strings and character literals begin and end,
//! so that a law is not broken by a sentence about it.
//! In: the folders of the workspace. Out: `Source` with offsets and lines equal in all three forms.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::relative;

/// One text file of the workspace.
pub struct Source {
    /// From the workspace's root, with `/`.
    pub path: String,
    pub text: String,
    /// The text with comments and literals blanked. For a file that is not Rust: empty.
    pub code: String,
    /// The text with all but comments blanked. For a file that is not Rust: the whole text.
    pub comments: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, comments) =
            if path.ends_with(".rs") { separate(text) } else { (String::new(), text.to_string()) };
        Source { path: path.to_string(), text: text.to_string(), code, comments }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the path has this folder in it.
    pub fn is_under(&self, folder: &str) -> bool {
        self.path.split('/').rev().skip(1).any(|part| part == folder)
    }
}

/// The line, from 1, of an offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Offsets at which `word` stands with no identifier character on either side.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    text.match_indices(word).map(|(offset, _)| offset).filter(move |offset| {
        let after = offset + word.len();
        let free_before = *offset == 0 || !is_identifier(bytes[offset - 1]);
        free_before && !bytes.get(after).copied().is_some_and(is_identifier)
    })
}

pub fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Every text file that people write: Rust, manifests, scripts, pages. Build output and hidden tool folders are not.
pub fn read(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    walk(root, root, &mut sources)?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn walk(folder: &Path, root: &Path, sources: &mut Vec<Source>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be listed", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        let is_foreign = name.starts_with("target") || (name.starts_with('.') && name != ".ci");
        if kind.is_dir() && !is_foreign {
            walk(&path, root, sources)?;
        } else if kind.is_file() && is_written_by_people(&path) {
            let text =
                fs::read_to_string(&path).with_context(|| format!("{} is not UTF-8", path.display()))?;
            sources.push(Source::new(&relative(&path, root), &text));
        }
    }
    Ok(())
}

fn is_written_by_people(path: &Path) -> bool {
    let in_ci = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == ".ci");
    let known = ["rs", "toml", "py", "sh", "md", "xml", "cfg", "conf"];
    in_ci || path.extension().and_then(|end| end.to_str()).is_some_and(|end| known.contains(&end))
}

/// Splits Rust text into code and comments, each as long as the whole.
fn separate(text: &str) -> (String, String) {
    let bytes = text.as_bytes();
    let blank = |byte: &u8| if *byte == b'\n' { b'\n' } else { b' ' };
    let mut code: Vec<u8> = bytes.to_vec();
    let mut comments: Vec<u8> = bytes.iter().map(blank).collect();
    let mut at = 0;
    while at < bytes.len() {
        let (end, is_comment) = match piece(bytes, at) {
            Piece::Code(end) => {
                at = end;
                continue;
            }
            Piece::Comment(end) => (end, true),
            Piece::Literal(end) => (end, false),
        };
        for index in at..end {
            code[index] = blank(&bytes[index]);
            if is_comment {
                comments[index] = bytes[index];
            }
        }
        at = end;
    }
    // Whole characters were kept or whole characters were blanked, so both are still UTF-8.
    (String::from_utf8_lossy(&code).into_owned(), String::from_utf8_lossy(&comments).into_owned())
}

/// What begins at an offset, and where it ends.
enum Piece {
    Code(usize),
    Comment(usize),
    Literal(usize),
}

fn piece(bytes: &[u8], at: usize) -> Piece {
    let rest = &bytes[at..];
    match rest {
        [b'/', b'/', ..] => {
            Piece::Comment(rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n))
        }
        [b'/', b'*', ..] => Piece::Comment(end_of_block(bytes, at)),
        [b'"', ..] => Piece::Literal(end_of_string(bytes, at + 1)),
        [b'r', b'"' | b'#', ..] if at == 0 || !is_raw_joined(bytes, at) => match raw_string(bytes, at + 1) {
            Some(end) => Piece::Literal(end),
            None => Piece::Code(at + 1),
        },
        [b'\'', b'\\', ..] => {
            // The escaped character itself may be a quote; look for the end after it.
            let close = bytes.iter().skip(at + 3).position(|byte| *byte == b'\'');
            Piece::Literal(close.map_or(bytes.len(), |n| at + 3 + n + 1))
        }
        [b'\'', first, ..] => {
            let width = match first {
                0..=0x7f => 1,
                0x80..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            // A lifetime has no closing quote right after its first character.
            if rest.get(1 + width) == Some(&b'\'') {
                Piece::Literal(at + width + 2)
            } else {
                Piece::Code(at + 1)
            }
        }
        _ => Piece::Code(at + 1),
    }
}

/// Whether the `r` at an offset is the end of a longer word than `br` or `cr`.
fn is_raw_joined(bytes: &[u8], at: usize) -> bool {
    let before = bytes[at - 1];
    if before == b'b' || before == b'c' {
        return at >= 2 && is_identifier(bytes[at - 2]);
    }
    is_identifier(before)
}

fn end_of_block(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The end of a raw string whose hashes begin at `at`; `None` when it is a raw identifier.
fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    let open = at + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.extend(std::iter::repeat_n(b'#', hashes));
    let found = bytes[open + 1..].windows(close.len()).position(|window| window == close);
    Some(found.map_or(bytes.len(), |n| open + 1 + n + close.len()))
}

#[cfg(test)]
mod tests;

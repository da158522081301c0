//! No type that everything is a method of: at most 25 methods in all its own `impl` blocks.
//!
//! How it counts: inherent `impl` blocks only (a trait decides how many methods its implementors have); a
//! method is a `fn` with a name at brace depth one of the block, constructors included, tests included. All
//! blocks of one type in one package count together, so spreading them over files hides nothing; where a
//! package defines two types of one name, they are told apart by file.
//! In: code without comments and literals. Out: the types past the limit, at their last block.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::source::{Source, is_identifier, line_of, words};
use crate::workspace::Package;

const METHODS_MAX: usize = 25;

/// Types that may have more, each with its own limit and the reason. A ratchet: a limit goes down, never up.
const WIDE: &[(&str, &str, usize)] = &[
    // A view has no state beyond what it views: one accessor for each header that is asked for.
    ("crates/sip", "MessageView", 33),
];

/// One inherent `impl` block.
struct Block {
    name: String,
    offset: usize,
    methods: usize,
}

/// All blocks of one type.
struct Chain {
    methods: usize,
    blocks: usize,
    path: String,
    line: usize,
}

pub fn check(sources: &[&Source], packages: &[Package]) -> Vec<Finding> {
    let mut definitions: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for source in sources {
        for name in defined(&source.code) {
            *definitions.entry((home(source, packages), name)).or_default() += 1;
        }
    }
    let mut chains: BTreeMap<(&str, String, &str), Chain> = BTreeMap::new();
    for source in sources {
        let home = home(source, packages);
        for block in blocks(&source.code) {
            let has_namesakes = definitions.get(&(home, block.name.clone())).is_some_and(|count| *count > 1);
            let file = if has_namesakes { source.path.as_str() } else { "" };
            let chain = chains.entry((home, block.name, file)).or_insert_with(|| Chain {
                methods: 0,
                blocks: 0,
                path: String::new(),
                line: 0,
            });
            chain.methods += block.methods;
            chain.blocks += 1;
            chain.path = source.path.clone();
            chain.line = line_of(&source.code, block.offset);
        }
    }
    let past = chains.into_iter().filter(|((home, name, _), chain)| chain.methods > limit(home, name));
    past.map(|((home, name, _), chain)| {
        let found = format!(
            "{name} has {} methods in {} impl blocks, the limit is {}",
            chain.methods,
            chain.blocks,
            limit(home, &name)
        );
        Finding::new(&chain.path, chain.line, found, "give a part of its work and state to a type of its own")
    })
    .collect()
}

/// How many methods a type may have.
fn limit(home: &str, name: &str) -> usize {
    WIDE.iter()
        .find(|(folder, wide, _)| (*folder, *wide) == (home, name))
        .map_or(METHODS_MAX, |(_, _, limit)| *limit)
}

/// The folder of the package a file belongs to.
fn home<'a>(source: &Source, packages: &'a [Package]) -> &'a str {
    let is_home = |folder: &str| source.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    packages.iter().map(|package| package.folder.as_str()).find(|folder| is_home(folder)).unwrap_or("")
}

/// Names of the types that a file defines.
fn defined(code: &str) -> impl Iterator<Item = String> + '_ {
    ["struct", "enum", "union"].into_iter().flat_map(move |keyword| {
        words(code, keyword).filter_map(move |offset| {
            let name = identifier(code[offset + keyword.len()..].trim_start());
            (!name.is_empty()).then(|| name.to_string())
        })
    })
}

fn identifier(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_identifier(byte)).unwrap_or(text.len());
    &text[..end]
}

fn blocks(code: &str) -> Vec<Block> {
    words(code, "impl").filter(|offset| is_item(&code[..*offset])).filter_map(|at| block(code, at)).collect()
}

/// Whether an `impl` after this text begins an item, and not `impl Trait` in a signature.
fn is_item(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty()
        || before.ends_with(['{', '}', ';', ']'])
        || words(before, "unsafe").last().is_some_and(|at| at + "unsafe".len() == before.len())
}

fn block(code: &str, offset: usize) -> Option<Block> {
    let after = &code[offset + "impl".len()..];
    let open = after.find('{')?;
    let name = inherent_name(&after[..open])?;
    Some(Block { name, offset, methods: methods(&after[open..]) })
}

/// The type of `<G> path::Type<G> where …`; nothing when it is `Trait for Type`.
fn inherent_name(header: &str) -> Option<String> {
    let flat = without_angles(header);
    let subject = flat.split(" where ").next().unwrap_or(&flat).trim();
    if words(subject, "for").next().is_some() {
        return None;
    }
    Some(subject.rsplit("::").next().unwrap_or(subject).trim().to_string())
}

/// The header with everything in angle brackets left out and white space made single.
fn without_angles(header: &str) -> String {
    let mut depth = 0i32;
    let mut kept = String::new();
    let mut before = ' ';
    for character in header.chars() {
        match character {
            '<' => depth += 1,
            // The arrow of `Fn() -> T` closes nothing.
            '>' if before != '-' => depth -= 1,
            _ if depth == 0 => kept.push(if character.is_whitespace() { ' ' } else { character }),
            _ => {}
        }
        before = character;
    }
    kept.split_whitespace().collect::<Vec<_>>().join(" ") + " "
}

/// Named functions at depth one of the braces with which the text begins.
fn methods(body: &str) -> usize {
    let bytes = body.as_bytes();
    let mut depth = 0i32;
    let mut count = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            b'f' if depth == 1 && is_named_fn(body, at) => count += 1,
            _ => {}
        }
    }
    count
}

fn is_named_fn(body: &str, at: usize) -> bool {
    let bytes = body.as_bytes();
    let stands_alone = at == 0 || !is_identifier(bytes[at - 1]);
    let Some(rest) = body[at..].strip_prefix("fn") else { return false };
    // `fn(u8)` is a type, `fn name(` a method.
    stands_alone && rest.starts_with(char::is_whitespace) && !identifier(rest.trim_start()).is_empty()
}

#[cfg(test)]
mod tests;

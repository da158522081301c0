//! The tables of normative steps: one file per document, one key per row.
//!
//! ```toml
//! document = "TS 23.204"
//!
//! [clause."6.15.1"]
//! title = "A chat user invites an SMS user"
//! "step 4" = "who may not use the interworking is refused"
//! whole = "a clause that is one row"
//!
//! [later]          # another issue's work; a row, or a clause with all its rows
//! "6.15.2" = "issue 5: the terminating network"
//!
//! [theirs]         # another node's step
//! "6.15.1 step 2" = "the UE"
//!
//! [gap]            # not done, and why; printed with a count
//! "6.15.1 step 9" = "..."
//! ```
//!
//! Refuses: an excuse for a row that there is not.
//! In: TOML text. Out: `Table`, its rows in the order of their numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use crate::tidy::source::Source;

/// One document's rows.
#[derive(Debug)]
pub struct Table {
    /// As marks name it: `TS 23.204`, `interworking`.
    pub document: String,
    pub clauses: Vec<Clause>,
}

/// One clause.
#[derive(Debug)]
pub struct Clause {
    pub number: String,
    pub title: String,
    pub rows: Vec<Row>,
}

/// One normative step.
#[derive(Debug)]
pub struct Row {
    /// `step 4`, `row 5 chat`, `TP-VP`; `whole` when the clause is the row.
    pub label: String,
    pub what: String,
    pub excuse: Option<Excuse>,
}

/// Why a row need not be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// It is the work of another issue.
    Later(String),
    /// It is the work of another node.
    Theirs(String),
    /// It is not done.
    Gap(String),
}

/// The label of a clause that is one row.
pub const WHOLE: &str = "whole";

/// Is this file a table?
pub fn is_table(path: &str) -> bool {
    path.starts_with("tests/spec/") && path.ends_with(".toml")
}

/// Reads every table.
pub fn read<'a>(texts: impl Iterator<Item = &'a Source>) -> Result<Vec<Table>> {
    texts.map(|text| understand(&text.text).with_context(|| text.path.clone())).collect()
}

/// Reads one table.
pub fn understand(text: &str) -> Result<Table> {
    let root: toml::Table = text.parse()?;
    if let Some(key) =
        root.keys().find(|key| !["document", "clause", "later", "theirs", "gap"].contains(&key.as_str()))
    {
        bail!("{key}: expected document, clause, later, theirs or gap");
    }
    let document = root.get("document").and_then(toml::Value::as_str).context("document: expected a name")?;
    let mut excuses = BTreeMap::new();
    let kinds =
        [("later", Excuse::Later as fn(String) -> Excuse), ("theirs", Excuse::Theirs), ("gap", Excuse::Gap)];
    for (key, excuse) in kinds {
        for (row, reason) in words(&root, key)? {
            if excuses.insert(row.clone(), excuse(reason)).is_some() {
                bail!("{row} has two excuses");
            }
        }
    }
    let mut clauses = Vec::new();
    let table = root.get("clause").and_then(toml::Value::as_table).context("clause: expected tables")?;
    for (number, _) in table {
        let mut rows = words(table, number)?;
        let title = rows.remove("title").with_context(|| format!("clause.{number} has no title"))?;
        let of_clause = excuses.remove(number);
        let mut clause = Clause { number: number.clone(), title, rows: Vec::new() };
        for (label, what) in rows {
            let own = excuses.remove(&format!("{number} {label}"));
            let excuse = own.or_else(|| of_clause.clone());
            clause.rows.push(Row { label, what, excuse });
        }
        clause.rows.sort_by(|one, other| natural(&one.label, &other.label));
        clauses.push(clause);
    }
    if let Some((row, _)) = excuses.pop_first() {
        bail!("{row} is excused, and there is no such row");
    }
    clauses.sort_by(|one, other| natural(&one.number, &other.number));
    Ok(Table { document: document.to_string(), clauses })
}

/// A table of words; absent is empty.
fn words(root: &toml::Table, key: &str) -> Result<BTreeMap<String, String>> {
    let Some(value) = root.get(key) else { return Ok(BTreeMap::new()) };
    let table = value.as_table().with_context(|| format!("{key}: expected a table"))?;
    let word = |(name, value): (&String, &toml::Value)| {
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        let text = text.with_context(|| format!("{key}.{name}: expected words"))?;
        Ok((name.clone(), text.to_string()))
    };
    table.iter().map(word).collect()
}

/// Words by their letters, numbers in them by their size: step 9 before step 10, 6.2 before 6.14.
fn natural(one: &str, other: &str) -> Ordering {
    pieces(one).cmp(&pieces(other))
}

fn pieces(text: &str) -> Vec<(u64, String)> {
    let mut pieces: Vec<(u64, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = &rest[digits..];
        let letters = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        pieces.push((rest[..digits].parse().unwrap_or(0), after[..letters].to_string()));
        rest = &after[letters..];
    }
    pieces
}

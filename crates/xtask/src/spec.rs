//! Each normative step with the code and the test that carry it (law L9).
//!
//! The rows are `tests/spec/*.toml`, in our own words. What carries a row says so itself, in a comment: `// TS 23.204 6.15.1 step 5`
//! for a standard, `// interworking 2.3 row 4` for a table of the design. In the product such a mark is code; inside a `#[test]`
//! function, or in the comment above it, it is a test; elsewhere, and in `//!`, it is a mention.
//!
//! Refuses: a row that neither code nor a test carries and that no reason excuses; a mark of a row that does not exist, as a
//! mistyped one would carry nothing for ever; an excuse that is none any more.
//! In: the tables and the source text. Out: the ledger, one entry per row; any finding fails the command.

mod ledger;
mod marks;
mod places;
mod rows;
#[cfg(test)]
mod tests;

use anyhow::{Result, bail};

use crate::tidy::source;
use crate::workspace;
use ledger::Ledger;

/// What is printed of the ledger.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every row.
    Whole,
    /// Rows that nothing carries and nothing excuses; the gaps are named in any case.
    Missing,
}

/// Prints the ledger; an error when it does not close.
pub fn run(extent: Extent) -> Result<()> {
    let workspace = workspace::read()?;
    let texts = source::read(&workspace.root)?;
    let tables = rows::read(texts.iter().filter(|text| rows::is_table(&text.path)))?;
    let documents: Vec<&str> = tables.iter().map(|table| table.document.as_str()).collect();
    let marks = texts.iter().filter(|text| text.is_rust()).flat_map(|text| marks::of(text, &documents));
    let ledger = Ledger::new(&tables, marks.collect());
    print!("{}", ledger.page(extent));
    match ledger.findings().len() {
        0 => Ok(()),
        findings => bail!("{findings} findings; each says what to do"),
    }
}

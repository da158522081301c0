//! Rows beside the marks that carry them, and what does not add up.
//!
//! In: tables, marks. Out: the page, the findings.

use std::fmt::Write;

use super::Extent;
use super::marks::Mark;
use super::places::Place;
use super::rows::{Excuse, Row, Table, WHOLE};

/// The joined book.
pub struct Ledger<'t> {
    entries: Vec<Entry<'t>>,
    findings: Vec<String>,
}

/// One row with what carries it.
struct Entry<'t> {
    document: &'t str,
    clause: &'t str,
    title: &'t str,
    row: &'t Row,
    code: Vec<String>,
    tests: Vec<String>,
}

impl Entry<'_> {
    fn name(&self) -> String {
        match self.row.label.as_str() {
            WHOLE => format!("{} {}", self.document, self.clause),
            label => format!("{} {} {label}", self.document, self.clause),
        }
    }

    /// What is missing; nothing when an excuse stands.
    fn lack(&self) -> Option<&'static str> {
        match (&self.row.excuse, self.code.is_empty(), self.tests.is_empty()) {
            (None, true, true) => Some("neither code nor a test"),
            (None, true, false) => Some("no code"),
            (None, false, true) => Some("no test"),
            _ => None,
        }
    }
}

impl<'t> Ledger<'t> {
    pub fn new(tables: &'t [Table], marks: Vec<Mark>) -> Self {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        for table in tables {
            for clause in &table.clauses {
                entries.extend(clause.rows.iter().map(|row| Entry {
                    document: &table.document,
                    clause: &clause.number,
                    title: &clause.title,
                    row,
                    code: Vec::new(),
                    tests: Vec::new(),
                }));
            }
        }
        let mut findings = Vec::new();
        for mark in marks {
            if !enter(&mut entries, &mark) {
                let label = mark.label.map(|label| format!(" {label}")).unwrap_or_default();
                let Mark { path, line, document, clause, .. } = mark;
                findings.push(format!(
                    "{path}:{line}: {document} {clause}{label} is no row; correct the mark, or give tests/spec the row"
                ));
            }
        }
        for entry in &entries {
            let name = entry.name();
            if let Some(lack) = entry.lack() {
                findings
                    .push(format!("{name}: {lack} names it; mark what carries it, or say why nothing does"));
            }
            let is_carried = !entry.code.is_empty() && !entry.tests.is_empty();
            if is_carried && entry.row.excuse.is_some() {
                findings.push(format!("{name}: code and a test carry it; strike out its excuse"));
            }
        }
        Ledger { entries, findings }
    }

    pub fn findings(&self) -> &[String] {
        &self.findings
    }

    /// What the reader sees.
    pub fn page(&self, extent: Extent) -> String {
        let mut page = String::new();
        let mut clause = None;
        for entry in &self.entries {
            if extent == Extent::Missing && entry.lack().is_none() {
                continue;
            }
            if clause.replace((entry.document, entry.clause)) != Some((entry.document, entry.clause)) {
                let _ = writeln!(page, "\n{} {}  {}", entry.document, entry.clause, entry.title);
            }
            let _ = writeln!(page, "  {:<18} {}", entry.row.label, entry.row.what);
            let mut note = |kind: &str, what: &str| {
                let _ = writeln!(page, "  {:<18}   {kind:<6} {what}", "");
            };
            entry.code.iter().for_each(|place| note("code", place));
            entry.tests.iter().for_each(|place| note("test", place));
            match &entry.row.excuse {
                Some(Excuse::Later(reason)) => note("later", reason),
                Some(Excuse::Theirs(reason)) => note("theirs", reason),
                Some(Excuse::Gap(reason)) => note("gap", reason),
                None => {}
            }
            if let Some(lack) = entry.lack() {
                note("NONE", lack);
            }
        }
        self.close(&mut page);
        page
    }

    fn close(&self, page: &mut String) {
        let count = |is: fn(&Entry<'_>) -> bool| self.entries.iter().filter(|entry| is(entry)).count();
        let later = count(|entry| matches!(entry.row.excuse, Some(Excuse::Later(_))));
        let theirs = count(|entry| matches!(entry.row.excuse, Some(Excuse::Theirs(_))));
        let gaps = count(|entry| matches!(entry.row.excuse, Some(Excuse::Gap(_))));
        let lacking = count(|entry| entry.lack().is_some());
        let _ = writeln!(page);
        for entry in &self.entries {
            if let Some(Excuse::Gap(reason)) = &entry.row.excuse {
                let _ = writeln!(page, "spec  gap: {}: {reason}", entry.name());
            }
        }
        for finding in &self.findings {
            let _ = writeln!(page, "spec  {finding}");
        }
        let rows = self.entries.len();
        let carried = rows - later - theirs - gaps - lacking;
        let _ = writeln!(
            page,
            "spec  {rows} rows: {carried} carried by code and a test, {later} of later issues, {theirs} of other nodes, {gaps} gaps, {lacking} without"
        );
    }
}

/// Enters a mark; `false` when there is no row for it.
fn enter(entries: &mut [Entry<'_>], mark: &Mark) -> bool {
    let label = mark.label.as_deref().unwrap_or(WHOLE);
    let of_document = |entry: &Entry<'_>| entry.document == mark.document;
    let exact = entries
        .iter_mut()
        .find(|entry| of_document(entry) && entry.clause == mark.clause && entry.row.label == label);
    if let Some(entry) = exact {
        let place = format!("{}:{}", mark.path, mark.line);
        match &mark.place {
            Place::Code => entry.code.push(place),
            Place::Test(name) => {
                let place = format!("{place} {name}");
                // Several marks of one test are one test.
                let is_new = !entry.tests.iter().any(|known| is_of(known, &mark.path, name));
                if is_new {
                    entry.tests.push(place);
                }
            }
            Place::Elsewhere => {}
        }
        return true;
    }
    // A clause, or a step, that has parts: a mention.
    let below = |whole: &str, part: &str| {
        part.strip_prefix(whole).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    entries.iter().filter(|entry| of_document(entry)).any(|entry| match &mark.label {
        None => below(&mark.clause, entry.clause),
        Some(label) => entry.clause == mark.clause && below(label, &entry.row.label),
    })
}

fn is_of(known: &str, path: &str, test: &str) -> bool {
    known.starts_with(path) && known.rsplit(' ').next() == Some(test)
}

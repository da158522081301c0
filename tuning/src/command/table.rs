//! Findings as a table for people; what is not as wanted is explained below its line.

use tuning::{Finding, Verdict};

/// The whole table.
pub fn of(findings: &[Finding]) -> String {
    let width = |of: fn(&Finding) -> &str| {
        findings.iter().map(|finding| of(finding).chars().count()).max().unwrap_or(0)
    };
    let (names, values) = (width(|finding| finding.name), width(|finding| &finding.value));
    let mut table = String::new();
    for finding in findings {
        let Finding { name, verdict, value, wanted, why, remedy } = finding;
        table.push_str(&format!("{verdict:<6}  {name:<names$}  {value:<values$}  wanted: {wanted}\n"));
        if *verdict == Verdict::Unfit {
            table.push_str(&format!("        why: {why}\n        do:  {remedy}\n"));
        }
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    table.push_str(&format!(
        "{} ok, {} not ok, {} unseen\n",
        count(Verdict::Fit),
        count(Verdict::Unfit),
        count(Verdict::Unseen)
    ));
    table
}

//! What people and programs read: a line a second, a summary.

use core::fmt;
use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;
use sip::StatusCode;
use tempo::Duration;

use crate::answers::Answers;
use crate::command::Order;
use crate::tally::{Counts, LATENESS_MAX, Latency, Validity};

/// What the run was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Valid, and each invitation was answered as wanted.
    AsWanted,
    /// Valid, and not each was.
    NotAsWanted,
    /// The generator was the bottleneck.
    Invalid,
}

/// The whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    validity: Validity,
    as_wanted: bool,
    target: String,
    rate: u32,
    invitations: u32,
    seconds: f64,
    sent: u64,
    repeated: u64,
    answered: BTreeMap<u16, u64>,
    silent: u64,
    impatient: u64,
    unclosed: u64,
    strays: u64,
    requests: u64,
    not_taken: u64,
    to_provisional_us: Percentiles,
    to_final_us: Percentiles,
    lateness_us: Percentiles,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Percentiles {
    count: u64,
    p50: u64,
    p90: u64,
    p99: u64,
    p999: u64,
    max: u64,
}

impl Summary {
    /// Of a run that took `spent`.
    pub fn of(order: &Order, counts: &Counts, spent: Duration) -> Summary {
        Summary {
            validity: counts.validity(),
            as_wanted: all_as_wanted(&order.answers, counts, order.invitations),
            target: order.target.to_string(),
            rate: order.rate,
            invitations: order.invitations,
            seconds: (spent.as_secs_f64() * 1000.0).round() / 1000.0,
            sent: counts.sent,
            repeated: counts.repeated,
            answered: counts.answered.clone(),
            silent: counts.silent,
            impatient: counts.impatient,
            unclosed: counts.unclosed,
            strays: counts.strays,
            requests: counts.requests,
            not_taken: counts.not_taken,
            to_provisional_us: Percentiles::of(&counts.to_provisional),
            to_final_us: Percentiles::of(&counts.to_final),
            lateness_us: Percentiles::of(&counts.lateness),
        }
    }

    /// What it was worth.
    pub fn verdict(&self) -> Verdict {
        match (self.validity, self.as_wanted) {
            (Validity::Invalid, _) => Verdict::Invalid,
            (Validity::Valid, true) => Verdict::AsWanted,
            (Validity::Valid, false) => Verdict::NotAsWanted,
        }
    }
}

impl Verdict {
    /// See the head of `main.rs`.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Verdict::AsWanted => 0,
            Verdict::NotAsWanted => 1,
            Verdict::Invalid => 3,
        })
    }
}

impl Percentiles {
    fn of(latency: &Latency) -> Percentiles {
        let at = |quantile| latency.at(quantile).as_micros() as u64;
        Percentiles {
            count: latency.len(),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: latency.max().as_micros() as u64,
        }
    }
}

/// One line for the second that is over.
pub fn line(second: u64, counts: &Counts, pending: usize) -> String {
    let mut line = format!("{second:>5} s  sent {:>6}  finals {:>6}", counts.sent, counts.finals());
    let statuses: Vec<_> =
        counts.answered.iter().map(|(status, count)| format!("{status}: {count}")).collect();
    if !statuses.is_empty() {
        line.push_str(&format!(" ({})", statuses.join(", ")));
    }
    if counts.to_final.len() > 0 {
        let [half, most] =
            [0.5, 0.99].map(|quantile| millis(counts.to_final.at(quantile).as_micros() as u64));
        line.push_str(&format!("  p50 {half} ms  p99 {most} ms"));
    }
    let lateness = millis(counts.lateness.at(0.99).as_micros() as u64);
    line.push_str(&format!("  late p99 {lateness} ms  pending {pending}"));
    for (count, name) in [
        (counts.repeated, "repeated"),
        (counts.silent, "silent"),
        (counts.impatient, "impatient"),
        (counts.not_taken, "not taken"),
    ] {
        if count > 0 {
            line.push_str(&format!("  {name} {count}"));
        }
    }
    line
}

/// Was each invitation answered, and each answer wanted?
fn all_as_wanted(answers: &Answers, counts: &Counts, invitations: u32) -> bool {
    let welcome =
        counts.answered.iter().filter(|(status, _)| answers.welcome(**status)).map(|(_, count)| count);
    welcome.sum::<u64>() == u64::from(invitations)
}

fn millis(micros: u64) -> String {
    format!("{}.{:02}", micros / 1000, micros % 1000 / 10)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} of {} invitations to {} at {} a second in {:.1} s",
            self.sent, self.invitations, self.target, self.rate, self.seconds
        )?;
        for (status, count) in &self.answered {
            let reason = StatusCode::new(*status).map_or("", StatusCode::reason);
            writeln!(f, "  {count:>9}  {status} {reason}")?;
        }
        let others = [
            (self.silent, "silent: not even a 100 came"),
            (self.impatient, "impatient: rang for too long, cancelled"),
            (self.repeated, "messages sent again"),
            (self.unclosed, "BYEs or CANCELs without answer"),
            (self.strays, "datagrams that were no answer to anything of ours"),
            (self.requests, "requests of the other side"),
            (self.not_taken, "datagrams that our kernel did not take"),
        ];
        for (count, what) in others.iter().filter(|(count, _)| *count > 0) {
            writeln!(f, "  {count:>9}  {what}")?;
        }
        writeln!(
            f,
            "ms from the intended moment {:>9} {:>9} {:>9} {:>9} {:>9}",
            "p50", "p90", "p99", "p99.9", "max"
        )?;
        let rows = [
            ("to the provisional answer", &self.to_provisional_us),
            ("to the final answer", &self.to_final_us),
            ("to the sending (lateness)", &self.lateness_us),
        ];
        for (name, row) in rows {
            write!(f, "  {name:<25}")?;
            if row.count == 0 {
                writeln!(f, " {:>9}", "none")?;
                continue;
            }
            let cells = [row.p50, row.p90, row.p99, row.p999, row.max].map(millis);
            cells.iter().try_for_each(|cell| write!(f, " {cell:>9}"))?;
            writeln!(f)?;
        }
        match self.verdict() {
            Verdict::AsWanted => writeln!(f, "valid, and each answer as wanted"),
            Verdict::NotAsWanted => writeln!(f, "valid, but not each invitation was answered as wanted"),
            Verdict::Invalid => writeln!(
                f,
                "INVALID: the generator was late (p99 {} ms, {} ms at most may be): these numbers are its own, not the gateway's",
                millis(self.lateness_us.p99),
                LATENESS_MAX.as_millis()
            ),
        }
    }
}

#[cfg(test)]
mod tests;

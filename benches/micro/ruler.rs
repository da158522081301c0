//! Times pieces through criterion, and keeps what is needed to compare each with its yardstick.

use core::fmt;
use core::hint::black_box;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};

/// All rows so far.
#[derive(Default)]
pub struct Ruler {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// Index of the row that this one is compared with; a yardstick's own.
    yardstick: usize,
    samples: usize,
    lowest_nanos: f64,
}

/// Rows of one piece of the gateway.
pub struct Group<'c> {
    group: BenchmarkGroup<'c, WallTime>,
    name: &'static str,
    rows: &'c mut Vec<Row>,
    yardstick: usize,
}

impl Ruler {
    /// Starts a group.
    pub fn group<'c>(&'c mut self, criterion: &'c mut Criterion, name: &'static str) -> Group<'c> {
        let yardstick = self.rows.len();
        Group { group: criterion.benchmark_group(name), name, rows: &mut self.rows, yardstick }
    }
}

impl Group<'_> {
    /// The yardstick of the rows that follow: a copy of `octets`.
    pub fn copy(&mut self, octets: &[u8]) {
        let name = format!("copy of {} octets", octets.len());
        self.group.throughput(Throughput::Bytes(octets.len() as u64));
        let known = self.rows.iter().position(|row| row.name == format!("{}/{name}", self.name));
        self.yardstick = known.unwrap_or(self.rows.len());
        if known.is_some() {
            return;
        }
        let mut room = vec![0; octets.len()];
        self.row(name, 1, || {
            room.copy_from_slice(black_box(octets));
            black_box(&room);
        });
    }

    /// One piece, called again and again.
    pub fn row<T>(&mut self, name: impl Into<String>, per_call: u64, mut piece: impl FnMut() -> T) {
        self.timed(name.into(), per_call, |iterations| {
            let start = now();
            for _ in 0..iterations {
                black_box(piece());
            }
            start.elapsed()
        });
    }

    /// A piece that spoils what it works on: `prepare` is not timed. One call is `per_call` of what is compared.
    pub fn rounds<S>(
        &mut self,
        name: impl Into<String>,
        per_call: u64,
        mut prepare: impl FnMut() -> S,
        mut round: impl FnMut(&mut S),
    ) {
        self.group.throughput(Throughput::Elements(per_call));
        self.group.sampling_mode(SamplingMode::Flat);
        self.timed(name.into(), per_call, |iterations| {
            let mut spent = Duration::ZERO;
            for _ in 0..iterations {
                let mut state = prepare();
                let start = now();
                round(&mut state);
                spent += start.elapsed();
                black_box(&state);
            }
            spent
        });
    }

    /// The next row is the yardstick of those that follow it.
    pub fn next_is_yardstick(&mut self) {
        self.yardstick = self.rows.len();
    }

    fn timed(&mut self, name: String, per_call: u64, mut time: impl FnMut(u64) -> Duration) {
        let mut row = Row {
            name: format!("{}/{name}", self.name),
            yardstick: self.yardstick,
            samples: 0,
            lowest_nanos: f64::INFINITY,
        };
        self.group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let spent = time(iterations);
                row.samples += 1;
                let nanos = spent.as_nanos() as f64 / (iterations * per_call) as f64;
                row.lowest_nanos = row.lowest_nanos.min(nanos);
                spent
            });
        });
        self.rows.push(row);
    }
}

/// Without a sample that is worth a name (`cargo test` runs each piece once) there is no table.
impl fmt::Display for Ruler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_measured = |row: &Row| row.samples >= SAMPLES_MIN;
        if !self.rows.iter().any(is_measured) {
            return Ok(());
        }
        writeln!(f, "{:<44} {:>10}   compared with", "lowest sample", "ns")?;
        for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| is_measured(row)) {
            write!(f, "{:<44} {:>10.1}", row.name, row.lowest_nanos)?;
            match self.rows.get(row.yardstick).filter(|yardstick| is_measured(yardstick)) {
                Some(yardstick) if row.yardstick != at => {
                    let ratio = row.lowest_nanos / yardstick.lowest_nanos;
                    writeln!(f, "   {ratio:>6.2} x {}", yardstick.name)?;
                }
                _ => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[allow(clippy::disallowed_methods, reason = "a bench is where time is measured")]
fn now() -> Instant {
    Instant::now()
}

const SAMPLES_MIN: usize = 8;

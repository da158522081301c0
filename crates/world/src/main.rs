//! `world`: plays worlds, hunts for one that breaks a promise, shrinks it, and plays it again.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the binary talks to whoever started it")]
#![allow(clippy::disallowed_methods, reason = "a main may read clocks")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use world::{Kept, Outcome, Plan, Size};

/// One seed, one replayable world: the gateway in virtual time amid peers that misbehave.
#[derive(Parser)]
#[command(name = "world", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play the world of a seed, and show what crossed.
    Play {
        /// The seed.
        seed: u64,
        /// Only the end.
        #[arg(long)]
        quiet: bool,
        #[command(flatten)]
        extent: Extent,
    },
    /// Play new seeds until one breaks a promise.
    Hunt {
        /// For how long.
        #[arg(long, default_value_t = 1.0)]
        minutes: f64,
        /// On how many threads; all cores otherwise.
        #[arg(long)]
        jobs: Option<usize>,
        /// The first seed; a new one otherwise.
        #[arg(long)]
        from: Option<u64>,
        /// Go on behind a broken promise, and count them.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        extent: Extent,
    },
    /// Play the world of a file, and show what crossed.
    Replay {
        /// The file.
        file: PathBuf,
        /// Only the end.
        #[arg(long)]
        quiet: bool,
    },
    /// Find the smallest world that breaks the promise which the world of a seed or a file breaks, and write it down.
    Shrink {
        /// The seed, or the file.
        world: String,
        /// Where to; `SEED.toml`, or `FILE.small.toml`, otherwise.
        #[arg(long)]
        to: Option<PathBuf>,
        #[command(flatten)]
        extent: Extent,
    },
}

/// How large worlds are.
#[derive(Args, Clone, Copy)]
struct Extent {
    /// Chats at most.
    #[arg(long, default_value_t = Size::default().chats_max)]
    chats: u64,
    /// Faults at most.
    #[arg(long, default_value_t = Size::default().faults_max)]
    faults: u64,
    /// Shards at most.
    #[arg(long, default_value_t = Size::default().shards_max)]
    shards: u64,
}

impl Extent {
    fn size(self) -> Size {
        Size { chats_max: self.chats, faults_max: self.faults, shards_max: self.shards }
    }
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Play { seed, quiet, extent } => show(&Plan::draw(seed, extent.size()), quiet),
        Command::Replay { file, quiet } => replay(&file, quiet),
        Command::Hunt { minutes, jobs, from, all, extent } => {
            Ok(hunt(minutes, jobs, from, all, extent.size()))
        }
        Command::Shrink { world, to, extent } => shrink(&world, to, extent.size()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("world: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn replay(file: &Path, quiet: bool) -> Result<bool> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let kept = world::read(&text).with_context(|| format!("{}", file.display()))?;
    println!("{}", kept.story.trim());
    show(&kept.plan, quiet)
}

fn show(plan: &Plan, quiet: bool) -> Result<bool> {
    let outcome = world::traced(plan);
    if !quiet {
        outcome.trace.iter().for_each(|line| println!("{line}"));
    }
    println!(
        "{} shards, {} chats ({} accepted), {} faults, {:.0} s, {} messages, hash {:016x}",
        plan.shards,
        plan.chats.len(),
        outcome.accepted,
        plan.faults.len(),
        outcome.lasted.as_secs_f64(),
        outcome.crossings,
        outcome.hash,
    );
    Ok(judge(&outcome))
}

fn judge(outcome: &Outcome) -> bool {
    match &outcome.broken {
        None => println!("every promise was kept"),
        Some(broken) => println!("{broken}"),
    }
    outcome.broken.is_none()
}

fn hunt(minutes: f64, jobs: Option<usize>, from: Option<u64>, all: bool, size: Size) -> bool {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let jobs = jobs.unwrap_or(cores).max(1);
    let first = from.unwrap_or_else(fresh_seed);
    println!("hunting from seed {first} on {jobs} threads");
    let (next, stop, found) = (AtomicU64::new(first), AtomicBool::new(false), Mutex::new(Vec::new()));
    let (started, messages, lasted) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
    let reached: Vec<_> = world::COUNTS.iter().map(|_| AtomicU64::new(0)).collect();
    let limit = Duration::from_secs_f64(minutes * 60.0);
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && started.elapsed() < limit {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let plan = Plan::draw(seed, size);
                    let outcome = world::play(&plan);
                    messages.fetch_add(outcome.crossings, Ordering::Relaxed);
                    lasted.fetch_add(outcome.lasted.as_secs(), Ordering::Relaxed);
                    for (total, value) in reached.iter().zip(&outcome.counted) {
                        total.fetch_add(*value, Ordering::Relaxed);
                    }
                    // Each seed twice, of a few: one seed is one world.
                    let again = seed.is_multiple_of(16).then(|| world::play(&plan).hash);
                    let is_same = again.is_none_or(|again| again == outcome.hash);
                    let broken = outcome.broken.map(|broken| broken.to_string());
                    let broken = broken.or((!is_same).then(|| "deterministic is broken".to_string()));
                    if let Some(broken) = broken {
                        println!("seed {seed}: {broken}");
                        stop.fetch_or(!all, Ordering::Relaxed);
                        if let Ok(mut found) = found.lock() {
                            found.push(seed);
                        }
                    }
                }
            });
        }
    });
    let played = next.load(Ordering::Relaxed) - first;
    let core_minutes = started.elapsed().as_secs_f64() * jobs as f64 / 60.0;
    println!(
        "{played} worlds in {:.1} s: {:.0} per core and minute, {} messages, {} virtual hours",
        started.elapsed().as_secs_f64(),
        played as f64 / core_minutes,
        messages.load(Ordering::Relaxed),
        lasted.load(Ordering::Relaxed) / 3600,
    );
    // Gauges are at nothing when a world is over; what else is at nothing was never reached.
    let unreached = world::COUNTS.iter().zip(&reached).skip(world::GAUGES);
    let unreached: Vec<_> = unreached
        .filter(|(_, total)| total.load(Ordering::Relaxed) == 0)
        .map(|(count, _)| count.name())
        .collect();
    println!("never counted: {}", if unreached.is_empty() { "nothing".into() } else { unreached.join(", ") });
    found.into_inner().is_ok_and(|found| found.is_empty())
}

fn shrink(name: &str, to: Option<PathBuf>, size: Size) -> Result<bool> {
    std::panic::set_hook(Box::new(|_| {}));
    let plan = world::named(name, size)?;
    let smallest = world::shrink(&plan, |smaller| {
        let said: usize = smaller.chats.iter().map(|chat| chat.says.len()).sum();
        println!("{} chats, {said} texts, {} faults", smaller.chats.len(), smaller.faults.len());
    });
    let Some(smallest) = smallest else {
        println!("{name} breaks no promise");
        return Ok(true);
    };
    let outcome = world::traced(&smallest);
    outcome.trace.iter().for_each(|line| println!("{line}"));
    judge(&outcome);
    let story = outcome.broken.map(|broken| broken.to_string()).unwrap_or_default();
    let file = to.unwrap_or_else(|| world::file_for(name).into());
    std::fs::write(&file, world::written_down(&Kept { story, plan: smallest })?)?;
    println!("kept in {}", file.display());
    Ok(false)
}

/// Where a new hunt begins: at a seed that nobody has played.
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

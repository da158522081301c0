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
use shard::Count;
use world::{Costs, Crowd, Fate, Kept, Outcome, Plan, Service, Size, Wave};

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
        /// Show every pair of a state and an event of each machine; takes a build with `--features visits`.
        ///
        /// Such a build always says how many pairs of each machine were visited, which were not though nothing explains it,
        /// and which were though they are explained (`crates/world/src/states/explained.rs`):
        /// `cargo run --release -p world --features visits -- hunt --minutes 3 --states`.
        #[arg(long)]
        states: bool,
        #[command(flatten)]
        extent: Extent,
    },
    /// Offer more than the gateway can carry, and show what it does.
    Overload {
        /// The seed of the crowd.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many shards there are.
        #[arg(long, default_value_t = 1)]
        shards: u16,
        /// How long each load lasts, in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// How many times slower than a real one its machine is, so that fewer chats are too many.
        #[arg(long, default_value_t = 10)]
        slower: u64,
        /// Times what can be sustained.
        #[arg(long, value_delimiter = ',', default_values_t = [0.5, 0.9, 1.0, 1.1, 1.5, 2.0, 5.0, 10.0])]
        loads: Vec<f64>,
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
        Command::Overload { seed, shards, seconds, slower, loads } => {
            let crowd = Crowd::new(seed, shards, Costs::of_a_machine(slower));
            Ok(overload(&crowd, seconds, &loads))
        }
        Command::Replay { file, quiet } => replay(&file, quiet),
        Command::Hunt { minutes, jobs, from, all, states, extent } => {
            let is_kept = hunt(minutes, jobs, from, all, extent.size());
            show_states(states);
            Ok(is_kept)
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
        "{} shards, {} chats ({} as scripted), {} faults, {:.0} s, {} messages, hash {:016x}",
        plan.shards,
        plan.chats.len(),
        outcome.fates.iter().filter(|fate| **fate == Fate::AsScripted).count(),
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

/// Which states the machines were in, and what they heard there.
fn show_states(all: bool) {
    if !world::states::ARE_RECORDED {
        println!("states visited: not recorded without --features visits");
        return;
    }
    for states in world::states::states() {
        println!("{states}");
        if all {
            println!("{}", states.table());
        }
    }
}

fn overload(crowd: &Crowd, seconds: u64, loads: &[f64]) -> bool {
    let sustainable = world::sustainable(crowd);
    println!("one chat after the other: {sustainable:.0} a second would keep the shards busy");
    println!(
        "{:>6} {:>10} {:>10} {:>8} {:>10} {:>8} {:>6}",
        "load", "offered/s", "whole/s", "of peak", "shed/s", "spoilt/s", "busy"
    );
    let settling = seconds / 3;
    let counted = (seconds - settling) as f64;
    let mut peak = 0.0_f64;
    let mut is_sound = true;
    for load in loads {
        let waves = vec![
            Wave { rate: USUAL * sustainable, for_s: USUAL_S },
            Wave { rate: load * sustainable, for_s: seconds },
        ];
        let crowd = Crowd { waves, ..crowd.clone() };
        let (outcome, services) = world::serve(&crowd, tempo::Duration::from_secs(settling));
        let Service { offered, whole, shed, spoilt } = services[1];
        let [offered, whole, shed, spoilt] =
            [offered, whole, shed, spoilt].map(|chats| chats as f64 / counted);
        peak = peak.max(whole);
        let work = outcome.counted[Count::WorkNanoseconds as usize] as f64 / 1e9 / f64::from(crowd.shards);
        println!(
            "{load:>6.1} {offered:>10.1} {whole:>10.1} {:>7.1}% {shed:>10.1} {spoilt:>8.1} {:>5.0}%",
            100.0 * whole / peak,
            100.0 * work / (seconds as f64 + USUAL * USUAL_S as f64)
        );
        is_sound &= judge_quietly(&outcome);
    }
    is_sound
}

fn judge_quietly(outcome: &Outcome) -> bool {
    outcome.broken.iter().for_each(|broken| println!("{broken}"));
    outcome.broken.is_none()
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

/// What a shard has to do before there is too much, and for how long.
const USUAL: f64 = 0.7;
const USUAL_S: u64 = 60;

/// Where a new hunt begins: at a seed that nobody has played.
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}

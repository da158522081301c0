//! The command line, and what each command prints.

mod apply;
mod ledger;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use tuning::{Host, Remedy, Wanted};

use ledger::Ledger;

/// Is this host fit for the gateway's shards?
#[derive(Debug, Parser)]
#[command(name = "ipsmgw-tuning", version)]
pub struct CommandLine {
    /// Pinned threads that the gateway will run [default: one per processor, at most 2, as the gateway does]
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    shards: Option<u16>,
    /// Folder in which the host's `proc` and `sys` are mounted, to look at a host from inside a container
    #[arg(long, global = true, default_value = "/")]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Looks at everything; exit code 1 when something is not as wanted
    Check,
    /// Prints the commands that would put right what is not as wanted
    Print,
    /// Raises the numbers of the kernel that are too small, and remembers what they were; needs root
    Apply {
        /// Where it is remembered
        #[arg(long, default_value = LEDGER)]
        state: PathBuf,
    },
    /// Gives the numbers of the kernel back what they were before `apply`; needs root
    Undo {
        /// Where it was remembered
        #[arg(long, default_value = LEDGER)]
        state: PathBuf,
    },
}

impl CommandLine {
    /// Runs the command. Is the host, now, as wanted?
    pub fn run(&self) -> Result<bool> {
        let host = Host::at(&self.root);
        let wanted = Wanted::for_shards(self.shards.map_or_else(|| usual_shards(&host), usize::from));
        match &self.command {
            Command::Check => {
                let findings = tuning::check(&host, &wanted);
                print!("{}", table::of(&findings));
                Ok(findings.iter().all(tuning::Finding::is_ok))
            }
            Command::Print => {
                print!("{}", commands(&tuning::check(&host, &wanted)));
                Ok(true)
            }
            Command::Apply { state } => {
                let lines = apply::apply(&host, &wanted, &Ledger::at(state.clone()))?;
                lines.iter().for_each(|line| println!("{line}"));
                Ok(true)
            }
            Command::Undo { state } => {
                let lines = apply::undo(&host, &Ledger::at(state.clone()))?;
                lines.iter().for_each(|line| println!("{line}"));
                Ok(true)
            }
        }
    }
}

/// As `shards = "auto"` of the gateway's configuration.
fn usual_shards(host: &Host) -> usize {
    host.processors().map_or(1, |processors| processors.len()).clamp(1, 2)
}

/// A script for a root shell: what no command does stands there as a comment.
fn commands(findings: &[tuning::Finding]) -> String {
    let remedies = findings.iter().filter(|finding| !finding.is_ok());
    let script: String = remedies
        .map(|finding| match &finding.remedy {
            Remedy::Run(command) => format!("{command}\n"),
            Remedy::Advice(advice) => format!("# {}: {advice}\n", finding.name),
        })
        .collect();
    if script.is_empty() { "# nothing to do\n".into() } else { script }
}

const LEDGER: &str = "/var/lib/ipsmgw/tuning.json";

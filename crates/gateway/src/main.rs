//! `ipsmgw`, the IP-SM-GW: a chat user (SIP and MSRP) and an SMS user hold one conversation (3GPP TS 23.204).
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the binary talks to whoever started it")]

mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The IP-SM-GW (3GPP TS 23.204): lets chat users and SMS users hold one conversation.
#[derive(Parser)]
#[command(name = "ipsmgw", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the gateway until SIGTERM or SIGINT.
    Run {
        /// The configuration; without it the embedded default is used.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Log as JSON, one object a line.
        #[arg(long)]
        log_json: bool,
    },
    /// Say what is wrong with a configuration.
    Check {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print the annotated default configuration.
    DefaultConfig,
    /// Ask a running gateway what it is doing (JSON).
    Status {
        /// The configuration that it runs with: it names the admin port.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run { config, log_json } => run::run(config.as_deref(), log_json),
        Command::Check { config } => run::check(&config),
        Command::DefaultConfig => {
            print!("{}", gateway::config::DEFAULT);
            Ok(())
        }
        Command::Status { config } => run::status(config.as_deref()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ipsmgw: {error}");
            ExitCode::FAILURE
        }
    }
}

//! `ipsmgw`, the IP-SM-GW: a chat user (SIP and MSRP) and an SMS user hold one conversation (3GPP TS 23.204).
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the binary talks to whoever started it")]

mod demo_command;
mod run;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use gateway::orders::Order;

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
    /// Show five chats between a chat user and SMS users, with all peers on loopback.
    Demo {
        /// Print the summary as JSON, and no ladders.
        #[arg(long)]
        json: bool,
        /// Shards, instead of one per core, at most 2.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
        shards: Option<u16>,
        /// How the dataplane does I/O.
        #[arg(long, value_enum, default_value = "auto")]
        io: Io,
        /// Use fixed ports, for a capture: SIP from here, MSRP from 10 on, the peers from 20 on.
        #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1024..=65000))]
        first_port: Option<u16>,
    },
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
    /// Order a running gateway to end chats; both sides are told.
    #[command(group(clap::ArgGroup::new("whose").required(true)))]
    EndChats {
        /// Those of this chat user: a number such as +15550100, or a SIP or tel URI.
        #[arg(long, value_name = "IDENTITY", group = "whose")]
        chat_user: Option<String>,
        /// Those of this SMS user.
        #[arg(long, value_name = "NUMBER", group = "whose")]
        sms_user: Option<String>,
        /// All of them; new ones may begin.
        #[arg(long, group = "whose")]
        all: bool,
        /// The configuration that it runs with: it names the admin port.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Ask a running gateway what it is doing (JSON).
    Status {
        /// The configuration that it runs with: it names the admin port.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// How the dataplane does I/O.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Io {
    /// io_uring when the kernel offers it, else poll.
    Auto,
    /// io_uring.
    Uring,
    /// Non-blocking sockets and poll.
    Poll,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo { json, shards, io, first_port } => demo_command::demo(json, shards, io, first_port),
        Command::Run { config, log_json } => run::run(config.as_deref(), log_json),
        Command::Check { config } => run::check(&config),
        Command::DefaultConfig => {
            print!("{}", gateway::config::DEFAULT);
            Ok(())
        }
        Command::EndChats { chat_user, sms_user, config, .. } => {
            let order = chat_user.map(Order::ChatUser).or(sms_user.map(Order::SmsUser)).unwrap_or(Order::All);
            run::end_chats(config.as_deref(), &order)
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

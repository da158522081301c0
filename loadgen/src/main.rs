//! `ipsmgw-loadgen`: how many invitations a second does a gateway answer, how fast, and what does it say?
//!
//! Open loop: the moment of each INVITE is fixed before the run, and latency counts from that moment, whenever the INVITE
//! really left. So a gateway that stalls cannot make the generator wait with it and hide the stall. Each INVITE asks
//! for a chat with another SMS user: no two compete for one pair of numbers.
//! The generator measures itself too: when it was late, the run is marked invalid, since it then measured itself alone.
//!
//! Refuses: to act on a host that is not this one without being told so; to run without end.
//! In: the command line. Out: a line a second, a summary. Exit code 0: valid, and each answer as wanted; 1: not each, or
//! no run at all; 2: a wrong command line; 3: invalid.
//! In `run` a 2xx is followed by ACK and BYE; whole chats, with the SMS side of them, take place in `chats`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod answers;
mod caller;
mod chats;
mod command;
mod load;
mod report;
mod run;
mod schedule;
mod tally;

use std::process::ExitCode;

use clap::Parser;

/// The generator shall not be slower than what it measures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let ended = match command::CommandLine::parse().command {
        command::Command::Run(order) => {
            order.check().and_then(|()| run::run(&order)).map(|verdict| verdict.exit_code())
        }
        command::Command::Chats(order) => chats::run(&order),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ipsmgw-loadgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

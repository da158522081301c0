//! `ipsmgw-tuning`: looks at the host, says what to do, and does the part that can be undone.
//!
//! Refuses: to change anything but four numbers of the kernel, to lower one of them, to forget what they were.
//! In: the command line. Out: a table or commands; exit code 0 when all is well, 1 when not, 2 for a wrong command line.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod command;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match command::CommandLine::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ipsmgw-tuning: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The workspace's own automation: `cargo xtask tidy`, `cargo xtask spec`, `cargo xtask test`.
//!
//! Refuses: to know the product. It reads manifests and source text, and starts other programs.
//! In: the command line. Out: progress lines, findings with file and line, an exit code.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod peers;
mod spec;
mod step;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy                 the guards of the house laws
       cargo xtask spec                 each normative step with the code and the test that carry it
       cargo xtask spec --missing       and only what is missing
       cargo xtask test                 every test that needs no other program
       cargo xtask test --with-peers    installs the real peers, then every test";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(),
        ["spec"] => spec::run(spec::Extent::Whole),
        ["spec", "--missing"] => spec::run(spec::Extent::Missing),
        ["test"] => test::run_all(false),
        ["test", "--with-peers"] => test::run_all(true),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! One program run as a step: a progress line, its own output, the seconds it took.
//!
//! Refuses: to swallow output or an exit code.
//! In: a label and a command. Out: the command's output as it comes; an error that names the step.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The only clock here: how long a step took, for the reader's eyes.
#[allow(clippy::disallowed_methods)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = std::time::Instant::now();
    let outcome = work();
    (outcome, started.elapsed())
}

/// Runs `work` between two progress lines.
pub fn step<T>(label: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {label}");
    let (outcome, took) = timed(work);
    let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
    println!("<== {label}: {verdict} after {:.1} s", took.as_secs_f64());
    outcome.with_context(|| label.to_string())
}

/// Runs a program to its end; its output goes straight to ours.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}

/// Whether a program runs and is content; its output is nobody's business.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_fails_its_step_and_names_it() {
        let error = step("the step", || run(Command::new("sh").args(["-c", "exit 3"]))).expect_err("exit 3");
        let told = format!("{error:#}");
        assert!(told.contains("the step") && told.contains("exit status: 3"), "{told}");
    }

    #[test]
    fn an_absent_program_is_an_error_and_not_a_panic() {
        let error = run(&mut Command::new("/no/such/program")).expect_err("absent");
        assert!(error.to_string().contains("/no/such/program"));
        assert!(!succeeds(&mut Command::new("/no/such/program")));
    }
}

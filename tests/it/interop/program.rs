//! A program that a test starts: its output goes to files, it ends with the test.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::scratch::Scratch;
use super::waiting::wait_for;

/// The program, running or ended.
pub struct Program {
    name: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Program {
    /// Starts `command`, which gets nothing to read; `name` names its files in `scratch`.
    pub fn start(name: &str, command: &mut Command, scratch: &Scratch) -> Self {
        Self::start_with(name, command, Stdio::null(), scratch)
    }

    /// Starts `command`, which reads `input`.
    pub fn start_with(name: &str, command: &mut Command, input: Stdio, scratch: &Scratch) -> Self {
        let [stdout, stderr] = ["out", "err"].map(|kind| scratch.path(&format!("{name}.{kind}")));
        let file = |path| File::create(path).expect("a writable folder");
        let child = command
            .stdin(input)
            .stdout(file(&stdout))
            .stderr(file(&stderr))
            .spawn()
            .unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        Program { name: name.into(), child, stdout, stderr }
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let what = format!("{} ends", self.name);
        wait_for(&what, patience, || {
            let ended = self.child.try_wait().expect("a child of ours");
            ended.ok_or_else(|| text(&self.stdout) + &text(&self.stderr))
        })
    }

    /// Has it ended?
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// Sends a signal: `TERM`, `INT`.
    pub fn signal(&self, signal: &str) {
        // The shell's own `kill`: not every machine has the program.
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", self.child.id())])
            .status()
            .expect("a shell");
        assert!(status.success(), "{} has ended before it was sent {signal}\n{}", self.name, self.log());
    }

    /// What it has written to its standard output.
    pub fn stdout(&self) -> String {
        text(&self.stdout)
    }

    /// What it has written to its standard error.
    pub fn stderr(&self) -> String {
        text(&self.stderr)
    }

    /// Everything it has said, for the message of a failure.
    pub fn log(&self) -> String {
        format!("--- {} said:\n{}{}", self.name, self.stdout(), self.stderr())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // By its own id, and only while it is ours: a child that was waited for is not signalled.
        if !self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn text(path: &PathBuf) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}

//! One SIPp: a scenario of `tests/peers/sipp`, its calls, and what its own statistics say about them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::peers::Peers;
use super::ports::Ports;
use super::program::Program;
use super::scratch::Scratch;

/// How many calls, how fast.
#[derive(Clone, Copy)]
pub struct Rate {
    /// Calls in all.
    pub calls: u32,
    /// New ones a second.
    pub per_second: u32,
}

/// A SIPp at work.
pub struct Sipp {
    name: &'static str,
    program: Program,
    statistics: PathBuf,
    errors: PathBuf,
}

/// What it counted.
#[derive(Debug, PartialEq, Eq)]
pub struct Counted {
    pub successful: u32,
    pub failed: u32,
    /// Messages that belong to no call, or to one that has ended.
    pub stray: u32,
    pub retransmissions: u32,
}

impl Sipp {
    /// Starts `uac_<name>.xml`; `place` tells several of them apart. `calls` yields the SMS user and the chat user of each.
    pub fn start(
        name: &'static str,
        place: u16,
        rate: Rate,
        calls: impl Iterator<Item = (String, String)>,
        ports: &Ports,
        scratch: &Scratch,
    ) -> Self {
        let mut lines = "SEQUENTIAL\n".to_string();
        for (sms_user, chat_user) in calls {
            let _ = writeln!(lines, "{sms_user};{chat_user}");
        }
        let calls = scratch.write(&format!("{name}.csv"), &lines);
        let [statistics, errors] =
            ["statistics", "errors"].map(|what| scratch.path(&format!("{name}.{what}")));
        let port = |first| ports.port(first + place).to_string();
        // It opens RTP ports that it will not use, this one and some behind it.
        let media = ports.port(60 + 8 * place).to_string();
        let mut command = Command::new("sipp");
        command
            .current_dir(scratch.folder())
            .arg(ports.address(0).to_string())
            .arg("-sf")
            .arg(Peers::file(&format!("sipp/uac_{name}.xml")))
            .arg("-inf")
            .arg(calls)
            .args(["-i", "127.0.0.1", "-p", &port(40), "-cp", &port(50), "-mp", &media])
            .args(["-m", &rate.calls.to_string(), "-r", &rate.per_second.to_string(), "-l", "10000"])
            // Its own default buffer is too small for a burst; without an end it would go on for ever.
            .args(["-buff_size", "4194304", "-timeout", "60", "-timeout_error", "-nostdin"])
            .args(["-trace_stat", "-fd", "1", "-stf"])
            .arg(&statistics)
            .args(["-trace_err", "-error_file"])
            .arg(&errors);
        Sipp {
            name,
            program: Program::start(&format!("sipp-{name}"), &mut command, scratch),
            statistics,
            errors,
        }
    }

    /// Waits for its end; every call must have ended as the scenario says.
    pub fn finish(mut self, context: impl Fn() -> String) -> Counted {
        let status = self.program.wait(Duration::from_secs(70));
        let errors = std::fs::read_to_string(&self.errors).unwrap_or_default();
        let said = || {
            let first: String = errors.lines().take(60).fold(String::new(), |text, line| text + line + "\n");
            format!("{} said:\n{first}{}\n{}", self.name, last_screen(&self.program.stdout()), context())
        };
        assert!(status.success(), "sipp ended with {status}; {}", said());
        counted(&std::fs::read_to_string(&self.statistics).unwrap_or_default())
            .unwrap_or_else(|missing| panic!("no {missing} in its statistics; {}", said()))
    }
}

/// The last line of its statistics, which sums up.
fn counted(statistics: &str) -> Result<Counted, String> {
    let mut lines = statistics.lines();
    let names = lines.next().unwrap_or_default().split(';');
    let values = lines.next_back().unwrap_or_default().split(';');
    let values: HashMap<_, _> = names.zip(values).collect();
    let value = |name: &str| {
        values.get(name).and_then(|value| value.parse::<u32>().ok()).ok_or_else(|| name.to_string())
    };
    Ok(Counted {
        successful: value("SuccessfulCall(C)")?,
        failed: value("FailedCall(C)")?,
        stray: value("OutOfCallMsgs(C)")? + value("DeadCallMsgs(C)")?,
        retransmissions: value("Retransmissions(C)")?,
    })
}

/// It repaints its screen each second; the last painting is enough.
fn last_screen(said: &str) -> &str {
    said.rfind("Scenario Screen").map_or(said, |at| &said[at..])
}

#[test]
fn statistics_are_read_from_the_line_that_sums_up() {
    let told = "A;SuccessfulCall(C);FailedCall(C);OutOfCallMsgs(C);DeadCallMsgs(C);Retransmissions(C);\nx;1;0;0;0;0;\nx;9;1;2;3;4;\n";
    assert_eq!(counted(told), Ok(Counted { successful: 9, failed: 1, stray: 5, retransmissions: 4 }));
    assert_eq!(counted(""), Err("SuccessfulCall(C)".into()));
}

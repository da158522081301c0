//! The judges of `tests/peers`, asked about a capture or about TPDUs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::peers::Peers;
use super::program::Program;
use super::scratch::Scratch;

/// A capture, and which protocol is on which port: `tcp.port==21022,diameter`.
pub struct Evidence<'s> {
    pub file: PathBuf,
    pub maps: Vec<String>,
    pub scratch: &'s Scratch,
}

/// What a judge said.
#[derive(Debug)]
pub struct Verdict {
    /// 0 clean, 1 a fault was found, 2 the question could not be answered.
    pub code: i32,
    /// What it printed.
    pub said: String,
}

impl Evidence<'_> {
    /// Is everything sound that tshark can read, and is there at least `required` of it?
    pub fn wirecheck(&self, required: &str) -> Verdict {
        let mut command = judge("wirecheck.py");
        command.arg(&self.file).args(["--require", required]);
        self.ask("wirecheck", self.map("--map", &mut command))
    }

    /// Is the MSRP on these ports sound, and is there at least `required` of it?
    pub fn msrp_check(&self, ports: &[u16], required: &str) -> Verdict {
        let mut command = judge("msrp_check.py");
        command.arg(&self.file).args(["--require", required]);
        for port in ports {
            command.args(["--port", &port.to_string()]);
        }
        self.ask("msrp_check", &mut command)
    }

    /// Are the MESSAGEs from these ports sound, and is there at least `required` of them?
    pub fn message_check(&self, ports: &[u16], required: usize) -> Verdict {
        let from: Vec<String> = ports.iter().map(|port| format!("udp.srcport == {port}")).collect();
        let filter = format!("sip.Method == \"MESSAGE\" && ({})", from.join(" || "));
        let payloads = self.fields(&filter, &["udp.payload"]).into_iter().map(|frame| frame[0].concat());
        let lines: Vec<String> = payloads.map(|payload| payload.replace(':', "")).collect();
        let file = self.scratch.write("messages.hex", &lines.join("\n"));
        self.ask(
            "message_check",
            judge("message_check.py").arg(file).args(["--require", &required.to_string()]),
        )
    }

    /// The same with one octet of a `kind` broken, or `None` when there is none of it.
    pub fn broken(&self, kind: &str) -> Option<Self> {
        let file = self.scratch.path(&format!("broken-{kind}.pcapng"));
        let mut command = judge("wire_break.py");
        command.arg(kind).arg(&self.file).arg(&file);
        match self.ask("wire_break", self.map("--map", &mut command)).code {
            0 => Some(self.with_file(file)),
            _ => None,
        }
    }

    /// The same with the octet behind the first `mark` changed.
    pub fn broken_behind(&self, mark: &[u8]) -> Self {
        let mut octets = std::fs::read(&self.file).expect("a capture");
        let at = octets.windows(mark.len()).position(|window| window == mark).expect("the mark is there");
        octets[at + mark.len()] ^= 1;
        let file = self.scratch.path("broken-by-hand.pcapng");
        std::fs::write(&file, octets).expect("a writable folder");
        self.with_file(file)
    }

    /// Fields of the frames that a display filter lets through; a field may stand several times.
    pub fn fields(&self, filter: &str, fields: &[&str]) -> Vec<Vec<Vec<String>>> {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(&self.file).args(["-2", "-Y", filter, "-T", "fields"]);
        command.args(["-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;"]);
        for field in fields {
            command.args(["-e", field]);
        }
        let verdict = self.ask("tshark", self.map("-d", &mut command));
        assert_eq!(verdict.code, 0, "tshark: {}", verdict.said);
        let values =
            |field: &str| field.split(';').filter(|value| !value.is_empty()).map(String::from).collect();
        verdict.said.lines().map(|line| line.split('\t').map(values).collect()).collect()
    }

    /// Every TPDU in OFR, OFA, TFR and TFA, as `sms_oracle.py` wants to be asked: its kind, its octets in hexadecimal.
    pub fn tpdus(&self) -> Vec<(&'static str, String)> {
        let fields = ["diameter.cmd.code", "diameter.flags.request", "diameter.SM-RP-UI"];
        let mut tpdus = Vec::new();
        for frame in self.fields("diameter.SM-RP-UI", &fields) {
            let kinds = frame[0].iter().zip(&frame[1]).filter_map(|(code, is_request)| {
                match (code.as_str(), matches!(is_request.as_str(), "1" | "True")) {
                    (OFR, true) => Some("submit"),
                    (OFR, false) => Some("submit-report"),
                    (TFR, true) => Some("deliver"),
                    (TFR, false) => Some("deliver-report"),
                    _ => None,
                }
            });
            let kinds: Vec<_> = kinds.collect();
            assert_eq!(kinds.len(), frame[2].len(), "each OFR, OFA, TFR and TFA here has a TPDU: {frame:?}");
            tpdus.extend(kinds.into_iter().zip(frame[2].iter().map(|octets| octets.replace(':', ""))));
        }
        tpdus
    }

    fn with_file(&self, file: PathBuf) -> Self {
        Evidence { file, maps: self.maps.clone(), scratch: self.scratch }
    }

    fn map<'c>(&self, option: &str, command: &'c mut Command) -> &'c mut Command {
        for map in &self.maps {
            command.args([option, map]);
        }
        command
    }

    fn ask(&self, name: &str, command: &mut Command) -> Verdict {
        end(Program::start(name, command, self.scratch), name)
    }
}

/// Asks `sms_oracle.py`: an answer for each line.
pub fn sms_oracle(peers: &Peers, arguments: &[&str], lines: &[String], scratch: &Scratch) -> Vec<Value> {
    let input = scratch.write("sms_oracle.in", &lines.join("\n"));
    let input = std::fs::File::open(input).expect("just written");
    let mut command = Command::new(peers.python());
    command.arg(Peers::file("sms_oracle.py")).args(arguments);
    let program = Program::start_with("sms_oracle", &mut command, Stdio::from(input), scratch);
    let verdict = end(program, "sms_oracle");
    assert_eq!(verdict.code, 0, "sms_oracle.py: {}", verdict.said);
    let answers: Vec<Value> =
        verdict.said.lines().map(|line| serde_json::from_str(line).expect("JSON, line by line")).collect();
    assert_eq!(answers.len(), lines.len(), "an answer for each line");
    answers
}

/// Waits for a judge; one that ends with a signal, or says nothing at all, is no judge.
fn end(mut program: Program, name: &str) -> Verdict {
    let status = program.wait(PATIENCE);
    let code = status.code().unwrap_or_else(|| panic!("{name} ended with {status}\n{}", program.log()));
    assert!(code <= 2, "{name} ended with {code}\n{}", program.log());
    let said = program.stdout();
    Verdict { code, said: if said.is_empty() { program.stderr() } else { said } }
}

fn judge(name: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(Path::new(&Peers::file(name)));
    command
}

const OFR: &str = "8388645";
const TFR: &str = "8388646";
const PATIENCE: Duration = Duration::from_secs(60);

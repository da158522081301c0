//! freeDiameter as relay between the gateway and python-diameter (HSS, SMS centre), and a strict SMS centre made of OTP's diameter.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::template::fill_in;
use crate::interop::peers::Peers;
use crate::interop::ports::Ports;
use crate::interop::program::Program;
use crate::interop::scratch::Scratch;
use crate::interop::waiting::wait_for;

/// The nodes.
pub struct DiameterNetwork {
    /// HSS and SMS centre.
    sms_network: Program,
    /// The relay: the gateway connects to it and to the strict centre only.
    pub relay: Program,
    /// The strict centre, where submissions go when the relay is away.
    strict_centre: Program,
}

impl DiameterNetwork {
    /// Starts all of them; the relay has its connections to HSS and SMS centre, or it ends with a failure.
    pub fn start(peers: &Peers, ports: &Ports, scratch: &Scratch) -> Self {
        Peers::compile_erlang(scratch.folder());
        let mut sms_network = Command::new(peers.python());
        sms_network
            .arg(Peers::file("diameter/sms_network.py"))
            .args(["--hss", &ports.port(HSS).to_string(), "--centre", &ports.port(CENTRE).to_string()])
            .args(["--relay", "dra.epc.example", "--gateway", "ipsmgw-0.ims.example,ipsmgw-1.ims.example"]);
        let mut strict_centre = Command::new("erl");
        strict_centre.args(["-noshell", "-pa"]).arg(scratch.folder()).args([
            "-run",
            "centre",
            "main",
            &ports.port(STRICT).to_string(),
        ]);
        certificate(scratch);
        let sms_network = Program::start("sms_network", &mut sms_network, scratch);
        for port in [HSS, CENTRE] {
            wait_for("python-diameter listens", PATIENCE, || {
                let connected = std::net::TcpStream::connect(ports.address(port));
                connected.map(drop).map_err(|error| format!("{error}\n{}", sms_network.log()))
            });
        }
        let network = DiameterNetwork {
            relay: start_relay("relay", ports, scratch),
            strict_centre: Program::start("strict_centre", &mut strict_centre, scratch),
            sms_network,
        };
        network.wait_for_event("ready", 1);
        network
    }

    /// Another relay in the place of the one that is gone.
    pub fn restart_relay(&mut self, ports: &Ports, scratch: &Scratch) {
        self.relay = start_relay("relay-again", ports, scratch);
    }

    /// What HSS and SMS centre have told of this kind.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.sms_network.stdout();
        let events = events.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let events: Vec<_> = events.collect();
        let fault = events.iter().find(|event| event["event"] == "fault");
        assert_eq!(fault, None, "the double fell over");
        events.into_iter().filter(|event| event["event"] == kind).collect()
    }

    /// Waits until they have told so many.
    pub fn wait_for_event(&self, kind: &str, count: usize) {
        wait_for(&format!("{count} times {kind}"), PATIENCE, || {
            let told = self.events(kind).len();
            if told >= count { Ok(()) } else { Err(format!("{told}\n{}", self.log())) }
        });
    }

    /// How many submissions the strict centre has found right; it must not have found one wrong.
    pub fn strictly_taken(&self) -> usize {
        let said = self.strict_centre.stdout();
        let bad = said.lines().find(|line| line.starts_with("BAD"));
        assert_eq!(bad, None, "OTP's diameter refuses what we submit");
        said.lines().filter(|line| line.starts_with("OK ipsmgw-")).count()
    }

    /// What everybody has said, for the message of a failure.
    pub fn log(&self) -> String {
        self.sms_network.log() + &self.strict_centre.log() + &self.relay.log()
    }
}

/// The relay, when it listens.
fn start_relay(name: &str, ports: &Ports, scratch: &Scratch) -> Program {
    let folder = scratch.folder().display().to_string();
    fill_in("diameter/acl_wl.conf", &[], scratch);
    let port = |place| ports.port(place).to_string();
    let values = [("RELAY", port(RELAY)), ("HSS", port(HSS)), ("CENTRE", port(CENTRE)), ("FOLDER", folder)];
    let configuration = fill_in("diameter/relay.conf", &values, scratch);
    let mut relay = Program::start(name, Command::new("freeDiameterd").arg("-c").arg(configuration), scratch);
    wait_for("freeDiameter has its peers", PATIENCE, || {
        assert!(!relay.has_ended(), "{}", relay.log());
        let said = relay.log();
        let is_open = |peer| said.contains(&format!("-> 'STATE_OPEN'\t'{peer}'"));
        if is_open("hss.epc.example") && is_open("smsc.epc.example") { Ok(()) } else { Err(said) }
    });
    relay
}

/// freeDiameter wants a certificate even where nobody uses TLS.
fn certificate(scratch: &Scratch) {
    let output = Command::new("openssl")
        .current_dir(scratch.folder())
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-days", "30", "-subj", "/CN=dra.epc.example", "-keyout", "key.pem", "-out", "cert.pem"])
        .output()
        .expect("openssl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Places of the ports.
pub const RELAY: u16 = 31;
pub const STRICT: u16 = 34;
const HSS: u16 = 32;
const CENTRE: u16 = 33;
const PATIENCE: Duration = Duration::from_secs(20);

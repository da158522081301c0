//! dumpcap on loopback: everything that a test's ports saw.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::ports::Ports;
use super::program::Program;
use super::scratch::Scratch;
use super::waiting::wait_for;

/// A capture that is being made.
pub struct Capture {
    dumpcap: Program,
    file: PathBuf,
    last: std::net::SocketAddr,
}

impl Capture {
    /// Begins; whatever is sent from now on is in it.
    pub fn start(ports: &Ports, scratch: &Scratch) -> Self {
        let file = scratch.path("run.pcapng");
        let mut command = Command::new("dumpcap");
        command.args(["-q", "-i", "lo", "-B", "64", "-f", &ports.filter(), "-w"]).arg(&file);
        let mut dumpcap = Program::start("dumpcap", &mut command, scratch);
        wait_for("dumpcap captures", Duration::from_secs(10), || {
            let said = dumpcap.stderr();
            assert!(!dumpcap.has_ended(), "dumpcap has ended (may this user capture?): {said}");
            if said.contains("File: ") { Ok(()) } else { Err(said) }
        });
        Capture { dumpcap, file, last: ports.address(98) }
    }

    /// Ends, with everything in the file that was sent before.
    pub fn finish(mut self) -> PathBuf {
        // The kernel hands packets over in blocks: when this one is in the file, those before it are.
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        socket.send_to(LAST, self.last).expect("loopback is up");
        wait_for("the last packet is in the file", Duration::from_secs(10), || {
            let octets = std::fs::read(&self.file).unwrap_or_default();
            let is_there = octets.windows(LAST.len()).any(|window| window == LAST);
            if is_there { Ok(()) } else { Err(format!("{} octets\n{}", octets.len(), self.dumpcap.log())) }
        });
        self.dumpcap.signal("INT");
        let status = self.dumpcap.wait(Duration::from_secs(10));
        let said = self.dumpcap.stderr();
        assert!(status.success(), "dumpcap ended with {status}: {said}");
        assert!(said.contains("(100.0%)"), "dumpcap lost packets: {said}");
        self.file
    }
}

const LAST: &[u8] = b"the last packet of this capture";

//! Kamailio with a configuration of `tests/peers`.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::interop::program::Program;
use crate::interop::scratch::Scratch;
use crate::interop::waiting::wait_for;

/// Runs it in the foreground, with little memory, everything it writes in `scratch`, until it listens on TCP at `address`.
pub fn start(configuration: &Path, address: SocketAddr, scratch: &Scratch) -> Program {
    let mut command = Command::new("kamailio");
    command.arg("-f").arg(configuration).args(["-DD", "-E", "-m", "128", "-M", "16"]);
    command.arg("-Y").arg(scratch.folder()).arg("-P").arg(scratch.path("kamailio.pid"));
    let mut kamailio = Program::start("kamailio", &mut command, scratch);
    wait_for("Kamailio listens", Duration::from_secs(10), || {
        assert!(!kamailio.has_ended(), "{}", kamailio.log());
        TcpStream::connect(address).map(drop).map_err(|error| format!("{error}\n{}", kamailio.log()))
    });
    kamailio
}

/// Ends it with its workers: they are children of its first process, which ends them when it is asked to end.
pub fn finish(mut kamailio: Program) {
    if !kamailio.has_ended() {
        kamailio.signal("TERM");
        kamailio.wait(Duration::from_secs(10));
    }
}

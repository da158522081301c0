//! Kamailio with a configuration of `tests/peers`, in namespaces of its own.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::interop::program::Program;
use crate::interop::scratch::Scratch;
use crate::interop::waiting::wait_for;

/// Starts it in the foreground, with little memory, everything that it writes in `scratch`; it listens on TCP at `address`. It sees
/// `hosts` in the place of /etc/hosts.
///
/// It is the first process of a namespace: its workers end with it, however it ends.
pub fn start(configuration: &Path, hosts: &Path, address: SocketAddr, scratch: &Scratch) -> Program {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"])
        .args(["sh", "-c", r#"mount --bind "$0" /etc/hosts && exec kamailio "$@""#])
        .arg(hosts)
        .arg("-f")
        .arg(configuration)
        .args(["-DD", "-E", "-m", "128", "-M", "16", "-Y"])
        .arg(scratch.folder())
        .arg("-P")
        .arg(scratch.path("kamailio.pid"));
    let mut kamailio = Program::start("kamailio", &mut command, scratch);
    wait_for("Kamailio listens", Duration::from_secs(10), || {
        assert!(!kamailio.has_ended(), "{}", kamailio.log());
        TcpStream::connect(address).map(drop).map_err(|error| format!("{error}\n{}", kamailio.log()))
    });
    kamailio
}

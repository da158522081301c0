//! Who may use io_uring: `kernel.io_uring_disabled`, a switch that some hosts close for safety.

use crate::{Capability, Finding, Host, Remedy, Verdict};

pub fn check(host: &Host) -> Finding {
    let is_privileged = host.may(Capability::SysAdmin);
    let (verdict, value) = match host.number(FILE) {
        Some(0) => (Verdict::Fit, "0, open to all"),
        Some(1) if is_privileged => (Verdict::Fit, "1, open to the privileged, as this process is"),
        // A member of the group kernel.io_uring_group may too; groups are the administrator's to know.
        Some(1) => (Verdict::Unfit, "1, open to the privileged and to one group"),
        Some(2) => (Verdict::Unfit, "2, closed to all"),
        Some(_) => (Verdict::Unseen, "a value that is not known here"),
        // The switch came with Linux 6.6: where /proc is there and the switch is not, nothing is closed.
        None if host.has("proc/sys/kernel/ostype") => (Verdict::Fit, "no such switch in this kernel"),
        None => (Verdict::Unseen, super::UNREADABLE),
    };
    Finding {
        name: "kernel.io_uring_disabled",
        verdict,
        value: value.into(),
        wanted: "0, or 1 with CAP_SYS_ADMIN".into(),
        why: "without io_uring the gateway falls back to poll, which costs more on streams",
        remedy: Remedy::Advice(
            "weigh it: `sysctl -w kernel.io_uring_disabled=0` opens io_uring to every program on the host"
                .into(),
        ),
    }
}

const FILE: &str = "proc/sys/kernel/io_uring_disabled";

//! Locked memory: what the rings of io_uring are charged to, unless CAP_IPC_LOCK lifts the limit.

use super::UNREADABLE;
use crate::{Capability, Finding, Host, Remedy, Verdict, Wanted, proc_text};

pub fn check(host: &Host, wanted: &Wanted) -> Finding {
    let is_lifted = host.may(Capability::IpcLock);
    let limit = host.limit("Max locked memory");
    let fits = limit.map(|limit| is_lifted || limit >= wanted.locked_octets);
    let mut value = limit.map_or(UNREADABLE.into(), proc_text::octets);
    if is_lifted {
        value.push_str(", lifted by CAP_IPC_LOCK");
    }
    Finding {
        name: "locked memory",
        verdict: fits.map_or(Verdict::Unseen, Verdict::of),
        value,
        wanted: format!("at least {}, or CAP_IPC_LOCK", proc_text::octets(wanted.locked_octets)),
        why: "io_uring cannot register its buffer rings; the gateway then falls back to poll",
        remedy: Remedy::Advice(format!(
            "LimitMEMLOCK={} or AmbientCapabilities=CAP_IPC_LOCK in the unit of the service",
            wanted.locked_octets
        )),
    }
}

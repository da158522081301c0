//! Descriptors: every connection is one, and io_uring's table of registered files counts against the same limit.

use super::UNREADABLE;
use crate::{Finding, Host, Remedy, Verdict, Wanted};

pub fn check(host: &Host, wanted: &Wanted) -> Finding {
    let limit = host.limit("Max open files");
    Finding {
        name: "open files",
        verdict: limit.map_or(Verdict::Unseen, |limit| Verdict::of(limit >= wanted.files)),
        value: limit.map_or(UNREADABLE.into(), said),
        wanted: format!("at least {}", wanted.files),
        why: "beyond it connections are refused, and io_uring cannot register its table of files",
        remedy: Remedy::Advice(format!(
            "LimitNOFILE={0} in the unit of the service, or `ulimit -n {0}` in the shell that starts it",
            wanted.files
        )),
    }
}

fn said(limit: u64) -> String {
    if limit == u64::MAX { "unlimited".into() } else { limit.to_string() }
}

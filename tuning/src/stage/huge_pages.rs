//! Transparent huge pages: welcome where a program asks for them, not everywhere.

use super::UNREADABLE;
use crate::{Finding, Host, Remedy, Verdict, proc_text};

pub fn check(host: &Host) -> Finding {
    let text = host.text("sys/kernel/mm/transparent_hugepage/enabled");
    let choice = text.as_deref().and_then(proc_text::chosen);
    Finding {
        name: "transparent huge pages",
        verdict: choice.map_or(Verdict::Unseen, |choice| Verdict::of(choice != "always")),
        value: choice.unwrap_or(UNREADABLE).into(),
        wanted: "madvise or never".into(),
        why: "with `always` the kernel may stop a shard for milliseconds to gather a large page",
        remedy: Remedy::Run("echo madvise > /sys/kernel/mm/transparent_hugepage/enabled".into()),
    }
}

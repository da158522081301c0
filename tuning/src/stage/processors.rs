//! A processor for each shard, at full speed.

use super::UNREADABLE;
use crate::{Finding, Host, Remedy, Verdict, Wanted, proc_text};

pub fn check(host: &Host, wanted: &Wanted) -> Finding {
    let processors = host.processors().map(|processors| processors.len());
    let quota = host.text("sys/fs/cgroup/cpu.max").and_then(|text| proc_text::processor_quota_percent(&text));
    let is_enough = |count: usize| {
        count >= wanted.shards && quota.is_none_or(|percent| percent >= 100 * wanted.shards as u64)
    };
    let mut value = processors.map_or(UNREADABLE.into(), |count| count.to_string());
    if let Some(percent) = quota {
        value.push_str(&format!(
            ", of which the control group grants {}.{:02}",
            percent / 100,
            percent % 100
        ));
    }
    Finding {
        name: "processors",
        verdict: processors.map_or(Verdict::Unseen, |count| Verdict::of(is_enough(count))),
        value,
        wanted: format!("at least {}, one a shard, without a smaller quota", wanted.shards),
        why: "two shards on one processor wait for each other, and a quota stops a shard in the middle of a turn",
        remedy: Remedy::Advice(
            "start fewer shards, or grant more processors (AllowedCPUs=, CPUQuota=)".into(),
        ),
    }
}

pub fn check_governor(host: &Host) -> Finding {
    let governors: Vec<String> =
        host.processors().unwrap_or_default().into_iter().filter_map(|cpu| governor(host, cpu)).collect();
    let slow = governors.iter().find(|governor| *governor != FAST);
    let value = match (slow, governors.first()) {
        (Some(slow), _) => slow,
        (None, Some(_)) => FAST,
        // A guest: the speed is the hypervisor's affair.
        (None, None) => "none, the speed is not set by this kernel",
    };
    Finding {
        name: "processor governor",
        verdict: Verdict::of(slow.is_none()),
        value: value.into(),
        wanted: FAST.into(),
        why: "a processor that was slowed down while idle answers the first messages of a burst late",
        remedy: Remedy::Run(format!("cpupower frequency-set -g {FAST}")),
    }
}

fn governor(host: &Host, processor: usize) -> Option<String> {
    host.text(&format!("sys/devices/system/cpu/cpu{processor}/cpufreq/scaling_governor"))
}

const FAST: &str = "performance";

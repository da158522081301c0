//! What is found on a host, as its operator reads it.

use tuning::{Finding, Remedy, Stage, Verdict, Wanted, check};

use crate::host_folder::HostFolder;

fn unfit(folder: &HostFolder) -> Vec<&'static str> {
    let findings = check(&folder.host(), &Wanted::for_shards(2));
    assert_eq!(findings.len(), Stage::ALL.len());
    findings.iter().filter(|finding| !finding.is_ok()).map(|finding| finding.name).collect()
}

fn finding(folder: &HostFolder, name: &str) -> Finding {
    let findings = check(&folder.host(), &Wanted::for_shards(2));
    findings.into_iter().find(|finding| finding.name == name).expect("a stage of that name")
}

/// The rights of `CapEff` with one bit.
fn status_with(capability: u32) -> String {
    format!("CapEff:\t{:016x}\nCpus_allowed_list:\t0-1\n", 1_u64 << capability)
}

#[test]
fn nothing_is_said_against_a_fit_host() {
    let folder = HostFolder::fit();
    assert_eq!(unfit(&folder), [""; 0]);
    assert_eq!(finding(&folder, "net.core.wmem_max").value, "8 MiB");
}

#[test]
fn each_stage_finds_its_own_flaw_and_no_other() {
    let limits = |files: &str, locked: &str| {
        format!("Max open files  {files}  1048576  files\nMax locked memory  {locked}  unlimited  bytes\n")
    };
    let cases = [
        ("open files", "proc/self/limits", limits("1024", "unlimited")),
        ("locked memory", "proc/self/limits", limits("unlimited", "65536")),
        ("net.core.rmem_max", "proc/sys/net/core/rmem_max", "212992".into()),
        ("net.core.wmem_max", "proc/sys/net/core/wmem_max", "4194303".into()),
        ("net.core.netdev_max_backlog", "proc/sys/net/core/netdev_max_backlog", "1000".into()),
        ("net.core.somaxconn", "proc/sys/net/core/somaxconn", "128".into()),
        ("kernel.io_uring_disabled", "proc/sys/kernel/io_uring_disabled", "1".into()),
        ("kernel.io_uring_disabled", "proc/sys/kernel/io_uring_disabled", "2".into()),
        ("processors", "sys/fs/cgroup/cpu.max", "150000 100000".into()),
        ("processor governor", "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave".into()),
        (
            "transparent huge pages",
            "sys/kernel/mm/transparent_hugepage/enabled",
            "[always] madvise never".into(),
        ),
    ];
    for (name, path, text) in cases {
        let folder = HostFolder::fit();
        folder.lay(path, &text);
        assert_eq!(unfit(&folder), [name], "{path} = {text}");
    }
}

#[test]
fn one_processor_is_too_few_for_two_shards() {
    let folder = HostFolder::fit();
    folder.lay("proc/self/status", "Cpus_allowed_list:\t1\n");
    assert_eq!(unfit(&folder), ["processors"]);
    assert!(Stage::Processors.check(&folder.host(), &Wanted::for_shards(1)).is_ok());
}

#[test]
fn a_right_lifts_its_limit_and_no_other() {
    let folder = HostFolder::fit();
    folder.lay("proc/self/limits", "Max open files 65536 65536 files\nMax locked memory 0 0 bytes\n");
    folder.lay("proc/sys/net/core/rmem_max", "212992");
    folder.lay("proc/sys/kernel/io_uring_disabled", "1");
    let all = ["locked memory", "net.core.rmem_max", "kernel.io_uring_disabled"];
    assert_eq!(unfit(&folder), all);
    for (capability, lifted) in [(14, all[0]), (12, all[1]), (21, all[2])] {
        folder.lay("proc/self/status", &status_with(capability));
        assert_eq!(finding(&folder, lifted).verdict, Verdict::Fit, "{capability}");
        assert_eq!(unfit(&folder).len(), 2, "{capability}");
    }
    assert_eq!(
        finding(&folder, "kernel.io_uring_disabled").value,
        "1, open to the privileged, as this process is"
    );
}

#[test]
fn what_cannot_be_seen_is_no_fault_and_not_called_fit() {
    let folder = HostFolder::fit();
    for path in
        ["proc/sys/net/core/rmem_max", "proc/self/limits", "sys/kernel/mm/transparent_hugepage/enabled"]
    {
        folder.hide(path);
    }
    folder.lay("proc/sys/net/core/somaxconn", "many");
    assert_eq!(unfit(&folder), [""; 0]);
    for name in
        ["net.core.rmem_max", "open files", "locked memory", "transparent huge pages", "net.core.somaxconn"]
    {
        let Finding { verdict, value, .. } = finding(&folder, name);
        assert_eq!((verdict, value.as_str()), (Verdict::Unseen, "unreadable"), "{name}");
    }
}

#[test]
fn a_kernel_without_the_switch_has_io_uring_open() {
    let folder = HostFolder::fit();
    folder.hide("proc/sys/kernel/io_uring_disabled");
    assert_eq!(finding(&folder, "kernel.io_uring_disabled").verdict, Verdict::Fit);
    folder.hide("proc/sys/kernel/ostype");
    assert_eq!(finding(&folder, "kernel.io_uring_disabled").verdict, Verdict::Unseen);
}

#[test]
fn a_guest_whose_speed_is_set_elsewhere_is_fit() {
    let folder = HostFolder::fit();
    for cpu in [0, 1] {
        folder.hide(&format!("sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor"));
    }
    assert_eq!(finding(&folder, "processor governor").verdict, Verdict::Fit);
}

#[test]
fn more_shards_want_more() {
    let folder = HostFolder::fit();
    let [two, twenty] = [2, 20].map(|shards| Stage::Files.check(&folder.host(), &Wanted::for_shards(shards)));
    assert!(two.is_ok());
    assert_eq!((twenty.verdict, twenty.wanted.as_str()), (Verdict::Unfit, "at least 82176"));
    assert!(matches!(&twenty.remedy, Remedy::Advice(advice) if advice.contains("LimitNOFILE=82176")));
}

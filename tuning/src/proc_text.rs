//! How `/proc` and `/sys` write what they know. Pure: texts in, values out, `None` for what is written otherwise.

/// The soft limit of the line `name` of `/proc/self/limits`; `u64::MAX` for none.
pub fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// The value of the line `name` of `/proc/self/status`.
pub fn status_field<'t>(status: &'t str, name: &str) -> Option<&'t str> {
    let value = |line: &'t str| line.strip_prefix(name)?.strip_prefix(':');
    status.lines().find_map(value).map(str::trim)
}

/// The numbers of a list such as `0-3,8,10-11`.
pub fn processor_list(list: &str) -> Option<Vec<usize>> {
    let mut processors = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || last > PROCESSORS_MAX {
            return None;
        }
        processors.extend(first..=last);
    }
    Some(processors)
}

/// The word in brackets of a choice such as `always [madvise] never`.
pub fn chosen(choice: &str) -> Option<&str> {
    choice.split_whitespace().find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
}

/// Hundredths of processors that a control group may use, from its `cpu.max`; `None` when it may use all.
pub fn processor_quota_percent(cpu_max: &str) -> Option<u64> {
    let mut words = cpu_max.split_whitespace();
    let quota: u64 = words.next()?.parse().ok()?;
    let period: u64 = words.next()?.parse().ok()?;
    quota.checked_mul(100)?.checked_div(period)
}

/// Octets as people say them, when they are whole KiB or MiB.
pub fn octets(count: u64) -> String {
    match count {
        u64::MAX => "unlimited".into(),
        _ if count > 0 && count.is_multiple_of(MIB) => format!("{} MiB", count / MIB),
        _ if count > 0 && count.is_multiple_of(KIB) => format!("{} KiB", count / KIB),
        _ => format!("{count} octets"),
    }
}

/// More than Linux can be built for: a longer list is none.
const PROCESSORS_MAX: usize = 8192;
const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: &str = "\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            20000                1048576              files     
Max locked memory         8388608              8388608              bytes     
";

    #[test]
    fn the_soft_limit_counts() {
        assert_eq!(soft_limit(LIMITS, "Max open files"), Some(20_000));
        assert_eq!(soft_limit(LIMITS, "Max cpu time"), Some(u64::MAX));
        assert_eq!(soft_limit(LIMITS, "Max patience"), None);
        assert_eq!(soft_limit("Max open files", "Max open files"), None, "cut");
        assert_eq!(soft_limit("Max open files many", "Max open files"), None);
    }

    #[test]
    fn a_status_field_is_found_by_its_whole_name() {
        let status = "Name:\tipsmgw\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\nCapEff:\t000001fffeffffff\n";
        assert_eq!(status_field(status, "Cpus_allowed"), Some("3"));
        assert_eq!(status_field(status, "Cpus_allowed_list"), Some("0-1"));
        assert_eq!(status_field(status, "Cpus"), None);
    }

    #[test]
    fn a_list_of_processors_is_read_or_refused_whole() {
        assert_eq!(processor_list("0-1"), Some(vec![0, 1]));
        assert_eq!(processor_list("0-2,5,8-9"), Some(vec![0, 1, 2, 5, 8, 9]));
        for odd in ["", "a", "1-", "3-1", "0,,2", "0-18446744073709551615"] {
            assert_eq!(processor_list(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_choice_is_the_word_in_brackets() {
        assert_eq!(chosen("always [madvise] never"), Some("madvise"));
        assert_eq!(chosen("always madvise never"), None);
    }

    #[test]
    fn a_quota_is_hundredths_of_processors() {
        assert_eq!(processor_quota_percent("150000 100000"), Some(150));
        for all in ["max 100000", "", "100", "100 0"] {
            assert_eq!(processor_quota_percent(all), None, "{all}");
        }
    }

    #[test]
    fn octets_are_said_in_the_largest_whole_unit() {
        let said = [0, 1000, 212_992, 4 << 20, u64::MAX].map(octets);
        assert_eq!(said, ["0 octets", "1000 octets", "208 KiB", "4 MiB", "unlimited"]);
    }
}

//! Which crate may use which: the arrows of architecture section 3.
//!
//! Refuses: a protocol that knows another, a pure crate or driver that knows the stage (law L7), an outside library
//! in a crate whose memory and time are arguments.
//! In: packages with their shipped dependencies. Out: one finding per arrow that is not drawn.

use super::finding::Finding;
use crate::workspace::Package;

/// What a package may use of ours.
enum Ours {
    Only(&'static [&'static str]),
    Any,
}

/// What a package may use from outside.
enum Outside {
    Only(&'static [&'static str]),
    Any,
}

struct Row {
    package: &'static str,
    ours: Ours,
    outside: Outside,
}

const VALUES: &[&str] = &["octets", "tempo", "visits"];

/// The table. A new crate needs a row here and a line in `crates/README.md`.
const TABLE: &[Row] = &[
    row("octets", &[], &["memchr"]),
    row("tempo", &[], &["rand_chacha"]),
    row("visits", &[], &[]),
    row("sms", &["octets"], &["memchr"]),
    row("sip", VALUES, &["memchr"]),
    row("msrp", VALUES, &["memchr"]),
    // The XML of Sh, read at a registration: no_std, no unsafe, no document types.
    row("diameter", VALUES, &["memchr", "roxmltree"]),
    row(
        "interwork",
        &["sip", "msrp", "diameter", "sms", "octets", "tempo", "visits"],
        &["memchr", "hashbrown", "foldhash", "unicode-normalization"],
    ),
    row(
        "shard",
        &["interwork", "sip", "msrp", "diameter", "sms", "octets", "tempo"],
        &["memchr", "hashbrown", "foldhash", "crossbeam", "ipnet"],
    ),
    free("directory", Ours::Only(&["shard", "interwork", "octets", "tempo"])),
    free("uring", Ours::Only(&["shard", "octets", "tempo"])),
    free("poll", Ours::Only(&["shard", "octets", "tempo"])),
    free("actors", Ours::Only(&["sip", "msrp", "diameter", "sms", "octets", "tempo"])),
    free(
        "stage",
        Ours::Only(&[
            "actors", "shard", "poll", "uring", "sip", "msrp", "diameter", "sms", "octets", "tempo",
        ]),
    ),
    free(
        "world",
        Ours::Only(&[
            "actors",
            "directory",
            "shard",
            "interwork",
            "sip",
            "msrp",
            "diameter",
            "sms",
            "octets",
            "tempo",
            "visits",
        ]),
    ),
    free("gateway", Ours::Any),
    free("xtask", Ours::Only(&[])),
    free("ipsmgw-tuning", Ours::Only(&[])),
    free("ipsmgw-loadgen", Ours::Any),
    free("ipsmgw-tests", Ours::Any),
    free("ipsmgw-benches", Ours::Any),
];

/// Libraries with one home, so that what they stand for can be changed in one room.
const ONE_HOME: &[(&str, &[&str])] = &[
    ("io-uring", &["uring"]),
    ("dashmap", &["directory"]),
    ("mimalloc", &["gateway", "ipsmgw-loadgen", "ipsmgw-benches"]),
];

const fn row(package: &'static str, ours: &'static [&'static str], outside: &'static [&'static str]) -> Row {
    Row { package, ours: Ours::Only(ours), outside: Outside::Only(outside) }
}

const fn free(package: &'static str, ours: Ours) -> Row {
    Row { package, ours, outside: Outside::Any }
}

/// Compares every shipped dependency with the table.
pub fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<Finding> {
    let manifest = format!("{}/Cargo.toml", package.folder);
    let Some(row) = TABLE.iter().find(|row| row.package == package.name) else {
        let found = format!("{} is in no row of the table of crates", package.name);
        return vec![Finding::new(&manifest, 1, found, "give it a row in crates/xtask/src/tidy/edges.rs")];
    };
    let mut findings = Vec::new();
    for used in &package.uses {
        if let Some(remedy) = refusal(row, &used.name, used.ours) {
            let found = format!("{} uses {}", package.name, used.name);
            findings.push(Finding::new(&manifest, package.line_of(&used.name), found, remedy));
        }
    }
    findings
}

fn refusal(row: &Row, used: &str, is_ours: bool) -> Option<&'static str> {
    if is_ours {
        let remedy = "no such arrow in architecture section 3: move the code, or argue the arrow";
        return match row.ours {
            Ours::Only(allowed) if !allowed.contains(&used) => Some(remedy),
            _ => None,
        };
    }
    let home = ONE_HOME.iter().find(|(library, _)| *library == used);
    if home.is_some_and(|(_, homes)| !homes.contains(&row.package)) {
        return Some("this library has one home (crates/README.md): ask that crate for what you need");
    }
    match row.outside {
        Outside::Only(allowed) if !allowed.contains(&used) => {
            Some("a pure crate stays pure (L1): use a dev-dependency, or add it to its row with the reason")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Use;

    fn package(name: &str, ours: &[&str], outside: &[&str]) -> Package {
        let used = |names: &[&str], ours| {
            names.iter().map(|name| Use { name: name.to_string(), ours }).collect::<Vec<_>>()
        };
        let mut uses = used(ours, true);
        uses.extend(used(outside, false));
        Package { name: name.into(), folder: format!("crates/{name}"), uses, ..Package::default() }
    }

    fn refused(name: &str, ours: &[&str], outside: &[&str]) -> Vec<String> {
        check(&[package(name, ours, outside)]).into_iter().map(|finding| finding.found).collect()
    }

    #[test]
    fn a_protocol_never_knows_another() {
        assert_eq!(refused("sip", &["octets", "tempo"], &["memchr"]), [""; 0]);
        assert_eq!(refused("sip", &["octets", "sms"], &[]), ["sip uses sms"]);
        assert_eq!(refused("sms", &["tempo"], &[]), ["sms uses tempo"]);
    }

    #[test]
    fn arrows_point_down_only() {
        assert_eq!(refused("interwork", &["shard"], &[]), ["interwork uses shard"]);
        assert_eq!(refused("uring", &["shard", "interwork"], &[]), ["uring uses interwork"]);
        assert_eq!(refused("xtask", &["octets"], &["serde_json"]), ["xtask uses octets"]);
    }

    #[test]
    fn only_mains_and_the_stage_know_the_actors() {
        for product in ["shard", "directory", "uring", "poll", "interwork", "sip"] {
            assert_eq!(refused(product, &["actors"], &[]), [format!("{product} uses actors")]);
            assert_eq!(refused(product, &["stage"], &[]), [format!("{product} uses stage")]);
            assert_eq!(refused(product, &["world"], &[]), [format!("{product} uses world")]);
        }
        assert_eq!(refused("stage", &["actors", "shard", "poll"], &[]), [""; 0]);
        assert_eq!(refused("gateway", &["shard", "stage", "ipsmgw-tuning"], &["tokio"]), [""; 0]);
        assert_eq!(refused("ipsmgw-loadgen", &["actors", "stage", "poll"], &[]), [""; 0]);
    }

    #[test]
    fn a_pure_crate_takes_no_library_that_brings_an_outside() {
        assert_eq!(refused("shard", &[], &["crossbeam", "tokio"]), ["shard uses tokio"]);
    }

    #[test]
    fn a_library_with_one_home_stays_there() {
        assert_eq!(refused("uring", &["shard"], &["io-uring"]), [""; 0]);
        assert_eq!(refused("poll", &["shard"], &["io-uring"]), ["poll uses io-uring"]);
        assert_eq!(refused("gateway", &[], &["dashmap", "mimalloc"]), ["gateway uses dashmap"]);
    }

    #[test]
    fn a_crate_without_a_row_is_refused_with_its_line() {
        assert_eq!(refused("novel", &[], &[]), ["novel is in no row of the table of crates"]);
        let mut sip = package("sip", &["sms"], &[]);
        sip.manifest = "[dependencies]\noctets.workspace = true\nsms.workspace = true\n".into();
        let finding = &check(&[sip])[0];
        assert_eq!((finding.path.as_str(), finding.line), ("crates/sip/Cargo.toml", 3));
    }
}

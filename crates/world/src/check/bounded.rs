//! bounded: no table outgrows its named limit; when everybody has come to rest all of them are empty, and the peers are connected.

use shard::Count;
use tempo::Instant;

use super::{Checker, Kept, Scene};
use crate::gateway::Gateway;
use crate::watch::FOR_GOOD;

/// Nothing to remember: gauges say it all.
pub struct Bounded;

impl Checker for Bounded {
    fn promise(&self) -> &'static str {
        "bounded"
    }

    fn turned(&mut self, _: Instant, shard: u16, gateway: &Gateway, scene: &Scene) -> Kept {
        let limits = scene.plan.limits;
        let most = [
            (Count::Sessions, limits.sessions),
            (Count::Leases, limits.sessions.min(limits.pairs)),
            (Count::Resting, limits.pairs),
            (Count::MsrpSessions, limits.sessions),
            (Count::ChatMessages, 8 * limits.sessions + 64),
            (Count::Forwards, 65_536),
        ];
        for (gauge, most) in most {
            let value = gateway.count_of(shard, gauge);
            if value > most as u64 {
                return Err(format!("{gauge:?} of shard {shard} stand at {value}, and {most} is the limit"));
            }
        }
        let known = gateway.directory.announcements();
        if known > limits.announcements {
            return Err(format!(
                "{known} routing queries are remembered, and {} is the limit",
                limits.announcements
            ));
        }
        Ok(())
    }

    fn rest(&mut self, _: Instant, gateway: &Gateway, _: &Scene) -> Kept {
        match left(gateway) {
            None => Ok(()),
            Some((what, value)) => Err(format!("{value} {what} are left behind")),
        }
    }
}

/// What of the gateway is not at rest.
pub fn left(gateway: &Gateway) -> Option<(String, u64)> {
    let peers = 3 * u64::from(gateway.shards());
    // How many of these may be left, `reported` knows.
    let is_over = |gauge: &&Count| **gauge != Count::DueReports || !gateway.may_wait_for_reports();
    let gauges = FOR_GOOD.iter().chain(&[Count::Resting]).filter(is_over);
    let mut all: Vec<(String, u64)> =
        gauges.map(|gauge| (format!("{gauge:?}"), gateway.count(*gauge))).collect();
    all.push(("links beside the peers'".into(), gateway.count(Count::Links).abs_diff(peers)));
    all.push(("peers down".into(), peers.abs_diff(gateway.count(Count::PeersUp))));
    // What a shard has put there it takes out itself: of one that died alone, something may stay.
    if gateway.is_orphaned() {
        return all.into_iter().find(|(_, value)| *value > 0);
    }
    let directory = &gateway.directory;
    all.push(("routing queries".into(), directory.announcements() as u64));
    all.push(("allowances".into(), directory.allowances() as u64));
    // A registration whose life was damaged lasts as long as it says now.
    if !gateway.can_damage() {
        all.push(("subscribers".into(), directory.subscribers() as u64));
    }
    all.into_iter().find(|(_, value)| *value > 0)
}

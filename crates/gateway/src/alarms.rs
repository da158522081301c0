//! What an operator must do something about: told in the log when it begins and when it is over, and by `/status` meanwhile.
//!
//! Refuses: to count anything itself. In: what shards have put up. Out: alarms raised and cleared.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use shard::Count;

use crate::status::Source;

/// Something that needs an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Invitations are refused because an SMS user has a chat, or a number at rest, on every number of the pool.
    PoolExhausted,
    /// Requests are refused because a table is full.
    TablesFull,
    /// Invitations are refused because shards have no time for them.
    NoTime,
    /// Messages found no send buffer: somebody reads too slowly, or the machine is too small.
    SendBuffersFull,
    /// Shards do not take in time what others have received for them.
    InboxesFull,
    /// The HSS does not say what it knows of chat users.
    HssSilent,
    /// A shard has no Diameter peer.
    NoPeer,
}

/// What counts each alarm; the last one is a state, not a count.
const COUNTED: [(Alarm, Count); 6] = [
    (Alarm::PoolExhausted, Count::PoolExhausted),
    (Alarm::TablesFull, Count::Overloads),
    (Alarm::NoTime, Count::Shed),
    (Alarm::SendBuffersFull, Count::NoLoan),
    (Alarm::InboxesFull, Count::ParcelsRefused),
    (Alarm::HssSilent, Count::HssSilent),
];

impl Alarm {
    /// What can be done about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Alarm::PoolExhausted => "add numbers to numbers.pool, or shorten numbers.rest_s",
            Alarm::TablesFull => "raise gateway.sessions_per_shard or gateway.pairs_per_shard, or add shards",
            Alarm::NoTime => "add shards, each with a core of its own (see `ipsmgw-tuning check`), or nodes",
            Alarm::SendBuffersFull => "see which peer is slow, or add shards",
            Alarm::InboxesFull => "add shards, or give them cores of their own (see `ipsmgw-tuning check`)",
            Alarm::HssSilent => "see whether a [[diameter.peer]] that serves \"sh\" is up and answers UDR",
            Alarm::NoPeer => "see whether the [[diameter.peer]]s listen and know our origin_host",
        }
    }
}

/// An alarm that is raised.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Raised {
    /// Which.
    pub alarm: Alarm,
    /// What can be done about it.
    pub remedy: &'static str,
}

/// What has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It begins.
    Raised(Alarm),
    /// It is over.
    Cleared(Alarm),
}

/// What was seen at the last look.
#[derive(Debug, Default)]
pub struct Watch {
    counted: [Seen; COUNTED.len()],
    no_peer: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    count: u64,
    /// Looks since it grew; `None` while the alarm is not raised.
    quiet: Option<u32>,
}

impl Watch {
    /// One look, a second after the last one.
    pub fn look(&mut self, count: impl Fn(Count) -> u64, has_peers: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        for ((alarm, counted), seen) in COUNTED.iter().zip(&mut self.counted) {
            let now = count(*counted);
            let has_grown = now > core::mem::replace(&mut seen.count, now);
            match seen.quiet {
                None if has_grown => {
                    seen.quiet = Some(0);
                    changes.push(Change::Raised(*alarm));
                }
                Some(_) if has_grown => seen.quiet = Some(0),
                Some(quiet) if quiet + 1 >= QUIET_LOOKS => {
                    seen.quiet = None;
                    changes.push(Change::Cleared(*alarm));
                }
                Some(quiet) => seen.quiet = Some(quiet + 1),
                None => {}
            }
        }
        if has_peers == self.no_peer {
            self.no_peer = !has_peers;
            let change = if has_peers { Change::Cleared } else { Change::Raised };
            changes.push(change(Alarm::NoPeer));
        }
        changes
    }

    /// What is raised now.
    pub fn raised(&self) -> Vec<Raised> {
        let counted = COUNTED.iter().zip(&self.counted).filter(|(_, seen)| seen.quiet.is_some());
        let counted = counted.map(|((alarm, _), _)| *alarm);
        let no_peer = self.no_peer.then_some(Alarm::NoPeer);
        counted.chain(no_peer).map(|alarm| Raised { alarm, remedy: alarm.remedy() }).collect()
    }
}

/// The alarms of a running gateway, as `/status` shows them.
#[derive(Clone, Debug, Default)]
pub struct Alarms(Arc<Mutex<Watch>>);

impl Alarms {
    /// What is raised now.
    pub fn raised(&self) -> Vec<Raised> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).raised()
    }

    fn look(&self, source: &Source) -> Vec<Change> {
        let mut watch = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watch.look(|count| source.sum(count), source.health().is_ok())
    }
}

/// Looks once a second, for as long as the process lives.
pub async fn watch(source: Source, alarms: Alarms) {
    let mut ticks = tokio::time::interval(INTERVAL);
    // Peers take a moment to come up; nobody needs to be told that.
    for _ in 0..GRACE_LOOKS {
        ticks.tick().await;
    }
    loop {
        for change in alarms.look(&source) {
            match change {
                Change::Raised(alarm) => {
                    tracing::warn!(?alarm, remedy = alarm.remedy(), "alarm raised");
                }
                Change::Cleared(alarm) => tracing::info!(?alarm, "alarm cleared"),
            }
        }
        ticks.tick().await;
    }
}

const INTERVAL: Duration = Duration::from_secs(1);
const GRACE_LOOKS: u32 = 5;
/// An alarm is over when it has had no new reason for so many looks.
const QUIET_LOOKS: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_raised_once_and_cleared_after_a_quiet_minute() {
        let mut watch = Watch::default();
        let look = |watch: &mut Watch, count: u64| {
            watch.look(|which| if which == Count::PoolExhausted { count } else { 0 }, true)
        };
        assert_eq!(look(&mut watch, 0), []);
        assert_eq!(look(&mut watch, 1), [Change::Raised(Alarm::PoolExhausted)]);
        assert_eq!(look(&mut watch, 5), [], "it is known");
        for _ in 0..QUIET_LOOKS - 1 {
            assert_eq!(look(&mut watch, 5), []);
        }
        assert_eq!(watch.raised().len(), 1);
        assert_eq!(look(&mut watch, 5), [Change::Cleared(Alarm::PoolExhausted)]);
        assert_eq!((watch.raised(), look(&mut watch, 5)), (vec![], vec![]));
        assert_eq!(look(&mut watch, 6), [Change::Raised(Alarm::PoolExhausted)]);
    }

    #[test]
    fn a_shard_without_a_peer_is_an_alarm_for_as_long() {
        let mut watch = Watch::default();
        assert_eq!(watch.look(|_| 0, false), [Change::Raised(Alarm::NoPeer)]);
        assert_eq!(watch.look(|_| 0, false), []);
        assert_eq!(watch.raised()[0].alarm, Alarm::NoPeer);
        assert_eq!(watch.look(|_| 0, true), [Change::Cleared(Alarm::NoPeer)]);
        assert!(watch.raised().is_empty());
    }
}

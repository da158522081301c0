//! What is counted: once for the whole run, once for the second that goes on.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Serialize;
use tempo::Duration;

/// How one invitation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a final answer.
    Answered(u16),
    /// Nothing came, not even a 100.
    Silent,
    /// It rang for longer than our patience, and was cancelled.
    Impatient,
}

/// Was the generator on time? If not, the numbers of the run are its own and not the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Validity {
    /// It was.
    Valid,
    /// It was not.
    Invalid,
}

/// The counts of a stretch of time.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// INVITEs that left for the first time.
    pub sent: u64,
    /// Messages that were sent again.
    pub repeated: u64,
    /// Final answers by status.
    pub answered: BTreeMap<u16, u64>,
    /// See [`Outcome::Silent`].
    pub silent: u64,
    /// See [`Outcome::Impatient`].
    pub impatient: u64,
    /// BYEs and CANCELs that nobody answered.
    pub unclosed: u64,
    /// Datagrams that are no SIP, or a response to nothing of ours.
    pub strays: u64,
    /// Requests of the other side.
    pub requests: u64,
    /// Datagrams that the kernel did not take: they are as good as lost.
    pub not_taken: u64,
    /// From the intended moment to the first provisional answer.
    pub to_provisional: Latency,
    /// From the intended moment to the final answer.
    pub to_final: Latency,
    /// From the intended moment to the moment of sending: ours alone.
    pub lateness: Latency,
}

/// Durations.
#[derive(Clone, Debug)]
pub struct Latency(Histogram<u64>);

/// Both tallies.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Of the whole run.
    pub whole: Counts,
    /// Since the last [`Tally::take_second`].
    second: Counts,
}

impl Tally {
    /// Counts in both.
    pub fn count(&mut self, count: impl Fn(&mut Counts)) {
        count(&mut self.whole);
        count(&mut self.second);
    }

    /// An invitation ended.
    pub fn settle(&mut self, outcome: Outcome) {
        self.count(|counts| match outcome {
            Outcome::Answered(status) => *counts.answered.entry(status).or_default() += 1,
            Outcome::Silent => counts.silent += 1,
            Outcome::Impatient => counts.impatient += 1,
        });
    }

    /// The second that is over; the next one begins.
    pub fn take_second(&mut self) -> Counts {
        core::mem::take(&mut self.second)
    }
}

impl Counts {
    /// Final answers of any status.
    pub fn finals(&self) -> u64 {
        self.answered.values().sum()
    }

    /// Was the generator on time?
    pub fn validity(&self) -> Validity {
        if self.lateness.at(0.99) > LATENESS_MAX { Validity::Invalid } else { Validity::Valid }
    }
}

impl Latency {
    /// Takes one in; one longer than the longest counts as that.
    pub fn record(&mut self, duration: Duration) {
        self.0.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// The duration that `quantile` of all do not exceed.
    pub fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }

    /// The longest, to the precision of the histogram.
    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.0.len()
    }
}

impl Default for Latency {
    fn default() -> Self {
        Latency(Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, DIGITS).expect("bounds that are constants"))
    }
}

/// At this p99 the generator, not the gateway, was the bottleneck.
pub const LATENESS_MAX: Duration = Duration::from_millis(5);
/// Longer than any patience: 2 hours.
const LATENCY_MICROS_MAX: u64 = 7_200_000_000;
/// Significant digits of a latency.
const DIGITS: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn late(lateness: impl IntoIterator<Item = (u64, Duration)>) -> Counts {
        let mut counts = Counts::default();
        for (count, duration) in lateness {
            (0..count).for_each(|_| counts.lateness.record(duration));
        }
        counts
    }

    const LATE: Duration = Duration::from_millis(50);
    const PROMPT: Duration = Duration::from_micros(80);

    #[test]
    fn a_run_is_invalid_when_more_than_one_in_a_hundred_was_late() {
        assert_eq!(late([]).validity(), Validity::Valid);
        assert_eq!(late([(990, PROMPT), (10, LATE)]).validity(), Validity::Valid);
        assert_eq!(late([(989, PROMPT), (11, LATE)]).validity(), Validity::Invalid);
        assert_eq!(late([(100, LATENESS_MAX - PROMPT)]).validity(), Validity::Valid);
        assert_eq!(late([(989, PROMPT), (11, LATE)]).lateness.at(0.5).as_micros(), 80);
    }

    #[test]
    fn a_latency_beyond_all_bounds_is_the_longest() {
        let mut latency = Latency::default();
        latency.record(Duration::MAX);
        latency.record(Duration::ZERO);
        assert_eq!(latency.len(), 2);
        assert!(latency.max() >= Duration::from_secs(7200));
        assert_eq!(latency.at(0.5), Duration::ZERO);
    }

    #[test]
    fn outcomes_are_counted_by_status_in_the_second_and_in_the_whole() {
        let mut tally = Tally::default();
        let first = [Outcome::Answered(480), Outcome::Answered(480), Outcome::Silent];
        first.into_iter().for_each(|outcome| tally.settle(outcome));
        let second = tally.take_second();
        assert_eq!((second.finals(), second.silent, second.impatient), (2, 1, 0));
        [Outcome::Answered(200), Outcome::Impatient].into_iter().for_each(|outcome| tally.settle(outcome));
        let second = tally.take_second();
        assert_eq!((second.finals(), second.silent, second.impatient), (1, 0, 1));
        assert_eq!(tally.whole.answered, BTreeMap::from([(200, 1), (480, 2)]));
        assert_eq!((tally.whole.silent, tally.whole.impatient), (1, 1));
        assert_eq!(tally.take_second().finals(), 0);
    }
}

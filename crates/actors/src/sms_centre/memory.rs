//! What the centre has answered: a repeated request gets the earlier answer and is not taken twice.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use diameter::Outcome;
use octets::Digits;

use super::submission::{Refusal, Submission};

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken,
    Refused(Outcome),
    /// SM_DELIVERY_FAILURE with its causes.
    Failed(Refusal),
}

/// Bounded: the oldest is forgotten first.
#[derive(Default)]
pub(super) struct Memory {
    verdicts: BTreeMap<Request, Verdict>,
    order: VecDeque<Request>,
    /// TP-MRs that were taken, by originator and destination: the last 256 at most, because they wrap.
    taken: BTreeMap<(Digits, Digits), VecDeque<u8>>,
}

/// Origin-Host and End-to-End: what RFC 6733 3 calls a duplicate.
type Request = (Vec<u8>, u32);

impl Memory {
    pub(super) fn verdict(&self, host: &[u8], end_to_end: u32) -> Option<Verdict> {
        self.verdicts.get(&(host.to_vec(), end_to_end)).copied()
    }

    pub(super) fn remember(&mut self, host: &[u8], end_to_end: u32, verdict: Verdict) {
        let request = (host.to_vec(), end_to_end);
        self.verdicts.insert(request.clone(), verdict);
        self.order.push_back(request);
        if self.order.len() > REQUESTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.verdicts.remove(&oldest);
        }
    }

    /// TS 23.040 9.2.3.25: with TP-RD set, was the same TP-MR taken before?
    pub(super) fn is_duplicate(&self, submission: &Submission) -> bool {
        let taken = self.taken.get(&(submission.from, submission.to));
        submission.reject_duplicates
            && taken.is_some_and(|taken| taken.contains(&submission.message_reference))
    }

    pub(super) fn note(&mut self, submission: &Submission) {
        let taken = self.taken.entry((submission.from, submission.to)).or_default();
        taken.push_back(submission.message_reference);
        if taken.len() > REFERENCES_MAX {
            taken.pop_front();
        }
    }
}

/// More than one gateway has under way in the four minutes of RFC 6733 3, for a stage.
const REQUESTS_MAX: usize = 65_536;
/// Half of the values of TP-MR: an older one may be a new message.
const REFERENCES_MAX: usize = 128;

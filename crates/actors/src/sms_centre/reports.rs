//! What the centre reports of what it has taken, for those who want to know (SMS-STATUS-REPORT, TS 23.040 9.2.2.3).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use octets::Digits;
use sms::Status;
use tempo::Instant;

use super::submission::Submission;

/// What is reported of one segment, and whether it is delivered at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// TP-STs, and how long after the one before. None: the centre keeps it to itself.
    pub says: Vec<(Duration, Status)>,
    /// Does the SMS user get it?
    pub is_delivered: bool,
}

/// The reports that will be sent.
#[derive(Default)]
pub(super) struct Reports {
    /// What is reported of segments for a number, one after the other, and then from the first again.
    habits: BTreeMap<Digits, (Vec<Report>, usize)>,
    due: Vec<Due>,
    sent: u64,
}

/// One of them.
pub(super) struct Due {
    at: Instant,
    /// Whose message it was, and whom it was for.
    pub(super) from: Digits,
    pub(super) to: Digits,
    pub(super) message_reference: u8,
    pub(super) taken: Instant,
    pub(super) status: Status,
    /// Which report of the centre it is.
    pub(super) number: u64,
}

impl Reports {
    /// Segments for `number` are reported on like this, each whose sender wants to know.
    pub(super) fn expect(&mut self, number: Digits, habit: Vec<Report>) {
        self.habits.insert(number, (habit, 0));
    }

    /// A segment is taken. Is it delivered, too?
    pub(super) fn take(&mut self, now: Instant, submission: &Submission) -> bool {
        let Some((habit, turn)) = self.habits.get_mut(&submission.to).filter(|_| submission.wants_report)
        else {
            return true;
        };
        let Some(report) = habit.get(*turn % habit.len().max(1)) else { return true };
        *turn += 1;
        let mut at = now;
        for (after, status) in &report.says {
            at = at + *after;
            let Submission { from, to, message_reference, .. } = *submission;
            let due = Due { at, from, to, message_reference, taken: now, status: *status, number: self.sent };
            self.due.push(due);
            self.sent += 1;
        }
        report.is_delivered
    }

    /// Those whose time has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Due> {
        self.due.extract_if(.., |due| due.at <= now).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.due.len()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.due.iter().map(|due| due.at).min()
    }
}

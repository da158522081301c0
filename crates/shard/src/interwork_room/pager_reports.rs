//! What became of texts that chat users have sent outside of a chat (TS 23.204 6.10): the SMS centre's status reports become IMDNs,
//! each in a MESSAGE to the sender.
//!
//! A report is optional in SMS: without one, or without room to wait for it, nobody is told anything.

use hashbrown::HashMap;
use interwork::Pair;
use msrp::imdn::Fate;
use sms::SmsStatusReport;
use tempo::{Alarm, Entropy};

use super::Hands;
use super::reports::{PATIENCE, Wanted, news_of};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::reach::Reach;
use crate::sip_room::Sender;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A text whose sender wants to know what becomes of it.
#[derive(Debug)]
pub struct PagerReport {
    pair: Pair,
    /// TP-MR of its first segment.
    first: u8,
    segments: u8,
    /// One bit for each segment that was delivered.
    delivered: u16,
    wanted: Wanted,
    /// Who wants to know.
    reach: Reach,
    alarm: Alarm,
}

/// The texts whose fate is still to be told.
pub(super) struct PagerReports {
    table: Table<PagerReport>,
    /// By what a status report says of a segment: whose it is, and TP-MR.
    by_segment: HashMap<(Pair, u8), Key<PagerReport>, foldhash::fast::FixedState>,
    segments_max: usize,
}

impl PagerReports {
    pub(super) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let most = sessions_max.saturating_mul(REPORTS_PER_SESSION);
        let hasher = foldhash::fast::FixedState::with_seed(entropy.u64());
        // Twice the room: a map that is half empty never asks for more.
        let by_segment = HashMap::with_capacity_and_hasher(most.saturating_mul(2), hasher);
        PagerReports { table: Table::new(most), by_segment, segments_max: most }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.table.len()
    }

    /// Waits for reports on a text that is about to be submitted. `None`: there is no room, and nobody will be told.
    pub(super) fn await_report(
        &mut self,
        pair: Pair,
        first: u8,
        segments: u8,
        wanted: Wanted,
        reach: Reach,
        desk: &mut Desk,
    ) -> Option<Key<PagerReport>> {
        if self.by_segment.len() + usize::from(segments) > self.segments_max {
            return None;
        }
        let alarm = Alarm::default();
        let report = PagerReport { pair, first, segments, delivered: 0, wanted, reach, alarm };
        let key = self.table.insert(report).ok()?;
        for segment in 0..segments {
            // TP-MR has been round once: of the text before nothing more can be known.
            self.by_segment.insert((pair, first.wrapping_add(segment)), key);
        }
        let deadline = desk.now() + PATIENCE;
        if let Some(report) = self.table.find_mut(key) {
            desk.arm(&mut report.alarm, Ringing::PagerReport(key), deadline);
        }
        Some(key)
    }

    /// A status report. `false`: it is about none of these texts.
    pub(super) fn reported<O: Outward>(
        &mut self,
        pair: Pair,
        status_report: &SmsStatusReport<'_>,
        hands: &mut Hands<'_, O>,
    ) -> bool {
        let reference = status_report.message_reference;
        let Some(key) = self.by_segment.get(&(pair, reference)).copied() else { return false };
        let (Some(report), Some(news)) = (self.table.find_mut(key), news_of(status_report)) else {
            return true;
        };
        if news == Fate::Delivered {
            let segment = u32::from(reference.wrapping_sub(report.first));
            report.delivered |= 1_u16.checked_shl(segment).unwrap_or(0);
            if report.delivered.count_ones() < report.segments.into() {
                return true;
            }
        }
        self.tell(key, news, hands);
        true
    }

    /// The fate of a text is known, and told.
    pub(super) fn tell<O: Outward>(&mut self, key: Key<PagerReport>, fate: Fate, hands: &mut Hands<'_, O>) {
        let Some(report) = self.take(key, hands.desk) else { return };
        let Hands { sip, desk, out, .. } = hands;
        let PagerReport { pair, wanted, reach, .. } = report;
        // He may have moved to another S-CSCF since he wrote.
        let registered = desk.directory.reach(pair.number, desk.now());
        let reach = registered.and_then(|found| found.with_identity(reach.identity())).unwrap_or(reach);
        let sms_user = pair.sms_user.digits();
        wanted.document(sms_user, fate, desk.moment.wall.utc(), |document| {
            if sip.pages.notify(&reach, &Sender::number(sms_user), document, desk, *out).is_err() {
                desk.count(Count::Overloads);
            }
        });
    }

    /// Nobody will report any more: what waits is forgotten.
    pub(super) fn ring(&mut self, key: Key<PagerReport>, desk: &mut Desk) {
        let Some(report) = self.table.find_mut(key) else { return };
        if desk.is_due(&mut report.alarm, Ringing::PagerReport(key)) {
            self.forget(key, desk);
        }
    }

    /// There is nothing to be told.
    pub(super) fn forget(&mut self, key: Key<PagerReport>, desk: &mut Desk) {
        self.take(key, desk);
    }

    fn take(&mut self, key: Key<PagerReport>, desk: &mut Desk) -> Option<PagerReport> {
        let mut report = self.table.remove(key)?;
        desk.disarm(&mut report.alarm);
        for segment in 0..report.segments {
            let name = (report.pair, report.first.wrapping_add(segment));
            if self.by_segment.get(&name) == Some(&key) {
                self.by_segment.remove(&name);
            }
        }
        Some(report)
    }
}

/// Segments whose reports are waited for, per chat on average; beyond it senders are told nothing.
const REPORTS_PER_SESSION: usize = 4;

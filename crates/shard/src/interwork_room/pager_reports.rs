//! What became of texts that chat users have sent outside of a chat (TS 23.204 6.10), or in one that is over: the SMS centre's status
//! reports become IMDNs, each in a MESSAGE to the sender.
//!
//! A report is optional in SMS: without one, or without room to wait for it, nobody is told anything.

use hashbrown::HashMap;
use interwork::{Msisdn, Pair};
use msrp::imdn::Fate;
use sms::SmsStatusReport;
use tempo::{Alarm, Entropy};

use super::reports::{DueReports, PATIENCE, Wanted, news_of};
use super::{Chat, Hands};
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
    /// His own number, by which it is known where he is registered now; `None` when he has hidden it.
    user: Option<Msisdn>,
    alarm: Alarm,
}

impl PagerReport {
    /// Of a text on `pair` whose segments have these references.
    pub(super) fn new(pair: Pair, (first, segments): (u8, u8), wanted: Wanted, reach: Reach) -> Self {
        let (user, alarm) = (Some(pair.number), Alarm::default());
        PagerReport { pair, first, segments, delivered: 0, wanted, reach, user, alarm }
    }
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
    pub(super) fn await_report(&mut self, report: PagerReport, desk: &mut Desk) -> Option<Key<PagerReport>> {
        let PagerReport { pair, first, segments, .. } = report;
        if self.by_segment.len() + usize::from(segments) > self.segments_max {
            return None;
        }
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
        let PagerReport { pair, wanted, reach, user, .. } = report;
        // He may have moved to another S-CSCF since he wrote.
        let registered = user.and_then(|user| desk.directory.reach(user, desk.now()));
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

/// interworking 2.8 item 10. A chat is over: what becomes of its messages is told outside of it, where the operator wants that (CPM
/// allows it), or to nobody.
pub(super) fn hand_over<O: Outward>(
    chat: &mut Chat,
    of_chats: &mut DueReports,
    of_pager: &mut PagerReports,
    hands: &mut Hands<'_, O>,
) {
    let desk = &mut *hands.desk;
    let is_told = desk.policy.late_reports && !desk.is_stopping;
    while let Some(due) = of_chats.take_first(chat, desk) {
        let reach = chat.reach.clone().filter(|_| is_told && due.wanted.is_notification());
        let later = reach.and_then(|reach| {
            let segments = (due.first as u8, due.segments);
            let report = PagerReport::new(chat.lease.pair, segments, due.wanted, reach);
            let user = chat.inviter.map(Msisdn);
            of_pager.await_report(PagerReport { delivered: due.delivered, user, ..report }, desk)
        });
        if later.is_none() {
            desk.count(Count::ReportsDropped);
        }
    }
}

/// Segments whose reports are waited for, per chat on average; beyond it senders are told nothing.
const REPORTS_PER_SESSION: usize = 4;

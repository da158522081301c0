//! What became of texts that chat users have sent outside of a chat (TS 23.204 6.10), or in one that is over: the SMS centre's status
//! reports become IMDNs, each in a MESSAGE to the sender.
//!
//! A report is optional in SMS: without one, or without room to wait for it, nobody is told anything.

use hashbrown::HashMap;
use interwork::{Msisdn, Pair};
use msrp::imdn::Fate;
use octets::Digits;
use sms::SmsStatusReport;
use tempo::{Entropy, Instant};

use crate::ages::Ages;
use crate::desk::Desk;
use crate::driver::Outward;
use crate::interwork_room::chat_message::reports::{DueReports, PATIENCE, Wanted, news_of};
use crate::interwork_room::{Chat, Hands};
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
}

impl PagerReport {
    /// Of a text on `pair` whose segments have these references.
    pub(crate) fn new(pair: Pair, (first, segments): (u8, u8), wanted: Wanted, reach: Reach) -> Self {
        PagerReport { pair, first, segments, delivered: 0, wanted, reach, user: Some(pair.number) }
    }
}

/// The texts whose fate is still to be told.
pub(crate) struct PagerReports {
    table: Table<PagerReport>,
    ages: Ages<PagerReport>,
    /// By what a status report says of a segment: whose it is, and TP-MR.
    by_segment: HashMap<(Pair, u8), Key<PagerReport>, foldhash::fast::FixedState>,
    segments_max: usize,
}

impl PagerReports {
    pub(crate) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let most = sessions_max.saturating_mul(REPORTS_PER_SESSION);
        let hasher = foldhash::fast::FixedState::with_seed(entropy.u64());
        // Twice the room: a map that is half empty never asks for more.
        let by_segment = HashMap::with_capacity_and_hasher(most.saturating_mul(2), hasher);
        PagerReports { table: Table::new(most), ages: Ages::new(), by_segment, segments_max: most }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.table.len()
    }

    /// Waits for reports on a text that is about to be submitted. `None`: there is no room, and nobody will be told.
    pub(crate) fn await_report(&mut self, report: PagerReport, desk: &mut Desk) -> Option<Key<PagerReport>> {
        let PagerReport { pair, first, segments, .. } = report;
        for segment in 0..segments {
            // TP-MR has been round once: of the text before nothing more can be known.
            if let Some(before) = self.by_segment.get(&(pair, first.wrapping_add(segment))).copied() {
                self.forgo(before, desk);
            }
        }
        // Who has waited longest is the least likely to hear anything.
        while (!self.table.has_room() || self.by_segment.len() + usize::from(segments) > self.segments_max)
            && let Some(oldest) = self.ages.oldest(&self.table)
        {
            self.forgo(oldest, desk);
        }
        let key = self.table.insert(report).ok()?;
        for segment in 0..segments {
            self.by_segment.insert((pair, first.wrapping_add(segment)), key);
        }
        self.ages.put(key, desk.now() + PATIENCE, &self.table);
        Some(key)
    }

    /// A status report. `false`: it is about none of these texts.
    pub(crate) fn reported<O: Outward>(
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
    pub(crate) fn tell<O: Outward>(&mut self, key: Key<PagerReport>, fate: Fate, hands: &mut Hands<'_, O>) {
        let Some(PagerReport { pair, wanted, reach, user, .. }) = self.take(key) else { return };
        tell_outside(&wanted, pair.sms_user.digits(), (user, reach), fate, hands);
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.ages.next_deadline()
    }

    /// Nobody will report any more: what has waited for so long is forgotten, at most so many.
    pub(crate) fn housekeep(&mut self, now: Instant, most: usize) {
        for _ in 0..most {
            let Some(key) = self.ages.next_over(&self.table, now) else { return };
            self.take(key);
        }
    }

    /// There is nothing to be told.
    pub(crate) fn forget(&mut self, key: Key<PagerReport>) {
        self.take(key);
    }

    fn forgo(&mut self, key: Key<PagerReport>, desk: &mut Desk) {
        if self.take(key).is_some() {
            desk.count(Count::ReportsForgone);
        }
    }

    fn take(&mut self, key: Key<PagerReport>) -> Option<PagerReport> {
        let report = self.table.remove(key)?;
        for segment in 0..report.segments {
            let name = (report.pair, report.first.wrapping_add(segment));
            if self.by_segment.get(&name) == Some(&key) {
                self.by_segment.remove(&name);
            }
        }
        Some(report)
    }
}

/// Tells a sender outside of any chat what became of a text, if he wants to know.
pub(crate) fn tell_outside<O: Outward>(
    wanted: &Wanted,
    sms_user: Digits,
    (user, reach): (Option<Msisdn>, Reach),
    fate: Fate,
    hands: &mut Hands<'_, O>,
) {
    let Hands { sip, desk, out, .. } = hands;
    // He may have moved to another S-CSCF since he wrote.
    let registered = user.and_then(|user| desk.directory.reach(user, desk.now()));
    let reach = registered.and_then(|found| found.with_identity(reach.identity())).unwrap_or(reach);
    wanted.document(sms_user, fate, desk.moment.wall.utc(), |document| {
        if sip.pages.notify(&reach, &Sender::number(sms_user), document, desk, *out).is_err() {
            desk.count(Count::Overloads);
        }
    });
}

/// interworking 2.8 item 10. A chat is over: what becomes of its messages is told outside of it, where the operator wants that (CPM
/// allows it), or to nobody.
pub(crate) fn hand_over<O: Outward>(
    chat: &mut Chat,
    of_chats: &mut DueReports,
    of_pager: &mut PagerReports,
    hands: &mut Hands<'_, O>,
) {
    let desk = &mut *hands.desk;
    let is_told = desk.policy.late_reports && !desk.is_stopping;
    while let Some(due) = of_chats.take_first(chat) {
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

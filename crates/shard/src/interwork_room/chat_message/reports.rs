//! What became of chat messages whose senders want to know (TS 23.204 6.18): the SMS centre's status reports become IMDNs and
//! MSRP REPORTs.
//!
//! A status report is optional in SMS: that none comes is normal, and nobody is told anything then.

use msrp::Disposition;
use msrp::imdn::{Fate, Notification, NotificationDocument};
use octets::Digits;
use sms::{Outcome, SmsStatusReport};
use tempo::{Civil, Duration, Instant};

use crate::ages::Ages;
use crate::driver::Outward;
use crate::interwork_room::chat::References;
use crate::interwork_room::{Chat, Hands};
use crate::kept::Kept;
use crate::msrp_room::{MsrpSession, Owed};
use crate::table::{Key, Table};
use crate::tally::Count;

/// A message that the SMS centre has, and whose sender wants to know what becomes of it.
#[derive(Debug)]
pub struct DueReport {
    chat: Key<Chat>,
    session: Key<MsrpSession>,
    pub(crate) wanted: Wanted,
    owed: Owed,
    /// Which segment of the chat its first one is.
    pub(crate) first: u32,
    pub(crate) segments: u8,
    /// One bit for each segment that was delivered.
    pub(crate) delivered: u16,
    /// The next one of the same chat.
    next: Option<Key<DueReport>>,
}

/// What the sender wants to know, and by which name the message goes.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Which IMDNs.
    pub(crate) disposition: Disposition,
    /// The IMDN Message-ID.
    pub(crate) imdn_message_id: Kept<IMDN_MESSAGE_ID_OCTETS_MAX>,
    /// A REPORT of success (`Success-Report: yes`).
    pub(crate) success_report: bool,
}

impl Wanted {
    /// Must the SMS centre be asked for status reports?
    pub(crate) fn is_delivery(&self) -> bool {
        self.success_report || self.is_notification()
    }

    /// Is an IMDN wanted?
    pub(crate) fn is_notification(&self) -> bool {
        let wants = |what| self.disposition.wants(what) && !self.imdn_message_id.as_bytes().is_empty();
        wants(Disposition::POSITIVE_DELIVERY) || wants(Disposition::NEGATIVE_DELIVERY)
    }

    /// Tells the sender by IMDN, if that is wanted.
    pub(crate) fn notify<O: Outward>(
        &self,
        session: Key<MsrpSession>,
        sms_user: Digits,
        fate: Fate,
        hands: &mut Hands<'_, O>,
    ) {
        let date_time = hands.desk.moment.wall.utc();
        self.document(sms_user, fate, date_time, |document| {
            hands.msrp.notify(session, document, hands.desk, hands.out);
        });
    }

    /// The IMDN with which the sender is told, if that is wanted.
    pub(crate) fn document(
        &self,
        sms_user: Digits,
        fate: Fate,
        date_time: Civil,
        tell: impl FnOnce(&NotificationDocument<'_>),
    ) {
        let wanted = match fate {
            // TS 23.204 6.10 items 2 and 4; interworking 2.8 item 9
            Fate::Delivered => Disposition::POSITIVE_DELIVERY,
            _ => Disposition::NEGATIVE_DELIVERY,
        };
        let message_id = self.imdn_message_id.as_bytes();
        if !self.disposition.wants(wanted) || message_id.is_empty() {
            return;
        }
        let Some(recipient) = Kept::<32>::write(|out| {
            out.text("tel:+");
            out.digits(sms_user);
        }) else {
            return;
        };
        tell(&NotificationDocument {
            message_id,
            date_time,
            recipient_uri: recipient.as_bytes(),
            original_recipient_uri: None,
            notification: Notification::Delivery,
            fate,
        });
    }
}

/// The messages whose fate is still to be told. Those of one chat are a list that begins in the chat.
pub struct DueReports {
    table: Table<DueReport>,
    ages: Ages<DueReport>,
}

impl DueReports {
    pub(crate) fn new(most: usize) -> Self {
        DueReports { table: Table::new(most), ages: Ages::new() }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.table.len()
    }

    /// Remembers a message that the SMS centre has taken. Without room for it nobody will be told: reports are a courtesy.
    pub(crate) fn await_report<O: Outward>(
        &mut self,
        chat_key: Key<Chat>,
        chat: &mut Chat,
        session: Key<MsrpSession>,
        (wanted, owed): (Wanted, Owed),
        (references, segments): (References, u8),
        hands: &mut Hands<'_, O>,
    ) {
        let due = DueReport {
            chat: chat_key,
            session,
            wanted,
            owed,
            // TS 23.204 6.18 item 2, 6.10 item 3
            first: references.message,
            segments,
            delivered: 0,
            next: chat.first_report,
        };
        let Ok(key) = self.table.insert(due) else { return hands.desk.count(Count::ReportsForgone) };
        chat.first_report = Some(key);
        self.forgo_beyond(key, PER_CHAT_MAX, hands);
        self.ages.put(key, hands.desk.now() + PATIENCE, &self.table);
        for segment in 0..segments {
            let early = chat.early_reports.take(references.message.wrapping_add(segment.into()));
            if let Some(news) = early
                && self.apply(chat, key, segment.into(), news, hands)
            {
                return;
            }
        }
    }

    /// A status report for a chat.
    pub(crate) fn reported<O: Outward>(
        &mut self,
        chat: &mut Chat,
        report: &SmsStatusReport<'_>,
        hands: &mut Hands<'_, O>,
    ) {
        // TS 23.204 6.18 item 3
        let Some(news) = news_of(report) else { return };
        let reported = chat.references.last_with(report.message_reference);
        let mut at = chat.first_report;
        while let Some(key) = at {
            let Some(due) = self.table.find(key) else { return };
            let segment = reported.wrapping_sub(due.first);
            if segment < due.segments.into() {
                self.apply(chat, key, segment, news, hands);
                return;
            }
            at = due.next;
        }
        // Reports and acknowledgements come on different ways: this one may be the faster.
        chat.early_reports.put(reported, news);
    }

    /// One segment of a message has this fate. `true`: the message has, too, and it is told.
    fn apply<O: Outward>(
        &mut self,
        chat: &mut Chat,
        key: Key<DueReport>,
        segment: u32,
        news: Fate,
        hands: &mut Hands<'_, O>,
    ) -> bool {
        let Some(due) = self.table.find_mut(key) else { return false };
        if news == Fate::Delivered {
            due.delivered |= 1_u16.checked_shl(segment).unwrap_or(0);
            if due.delivered.count_ones() < due.segments.into() {
                return false;
            }
        }
        self.tell(chat, key, news, hands);
        true
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.ages.next_deadline()
    }

    /// Nobody will report any more: what has waited for so long is forgotten, at most so many.
    pub(crate) fn housekeep(&mut self, chats: &mut Table<Chat>, now: Instant, most: usize) {
        for _ in 0..most {
            // TS 23.204 6.10 item 5
            let Some(key) = self.ages.next_over(&self.table, now) else { return };
            let chat = self.table.find(key).and_then(|due| chats.find_mut(due.chat));
            if let Some(chat) = chat {
                self.unlink(chat, key);
            }
            self.table.remove(key);
        }
    }

    /// A chat has ended: what its messages become is no longer told in it.
    pub(crate) fn take_first(&mut self, chat: &mut Chat) -> Option<DueReport> {
        let due = chat.first_report.take().and_then(|key| self.table.remove(key))?;
        chat.first_report = due.next;
        Some(due)
    }

    /// Is it a report on a segment of a message of this chat?
    pub(crate) fn awaits(&self, chat: &Chat, report: &SmsStatusReport<'_>) -> bool {
        let reported = chat.references.last_with(report.message_reference);
        let mut at = chat.first_report;
        while let Some(due) = at.and_then(|key| self.table.find(key)) {
            if reported.wrapping_sub(due.first) < due.segments.into() {
                return true;
            }
            at = due.next;
        }
        false
    }

    /// One chat has no more than its share: the oldest, whose TP-MRs come round again, give way.
    fn forgo_beyond<O: Outward>(&mut self, first: Key<DueReport>, most: usize, hands: &mut Hands<'_, O>) {
        let mut last = first;
        for _ in 1..most {
            let Some(next) = self.table.find(last).and_then(|due| due.next) else { return };
            last = next;
        }
        let mut beyond = self.table.find_mut(last).and_then(|due| due.next.take());
        while let Some(due) = beyond.and_then(|key| self.table.remove(key)) {
            hands.desk.count(Count::ReportsForgone);
            beyond = due.next;
        }
    }

    fn tell<O: Outward>(
        &mut self,
        chat: &mut Chat,
        key: Key<DueReport>,
        fate: Fate,
        hands: &mut Hands<'_, O>,
    ) {
        self.unlink(chat, key);
        let Some(due) = self.table.remove(key) else { return };
        // A client that came back has another session by now.
        due.wanted.notify(chat.msrp.unwrap_or(due.session), chat.lease.pair.sms_user.digits(), fate, hands);
        // interworking 2.8 items 7 and 8
        let status = match fate {
            Fate::Delivered => msrp::Status::OK,
            Fate::Forbidden => msrp::Status::FORBIDDEN,
            _ => msrp::Status::TIMEOUT,
        };
        hands.msrp.report(due.session, &due.owed, status, hands.desk, hands.out);
    }

    fn unlink(&mut self, chat: &mut Chat, key: Key<DueReport>) {
        let Some(next) = self.table.find(key).map(|due| due.next) else { return };
        if chat.first_report == Some(key) {
            chat.first_report = next;
            return;
        }
        let mut at = chat.first_report;
        while let Some(due) = at.and_then(|at| self.table.find_mut(at)) {
            if due.next == Some(key) {
                due.next = next;
                return;
            }
            at = due.next;
        }
    }
}

/// What a status report says of its segment; `None` while the service centre still tries: there is nothing to tell yet.
pub(crate) fn news_of(report: &SmsStatusReport<'_>) -> Option<Fate> {
    match report.status.outcome() {
        Outcome::Pending => None,
        Outcome::Delivered => Some(Fate::Delivered),
        Outcome::Failed if report.status.is_rejection() => Some(Fate::Forbidden),
        Outcome::Failed => Some(Fate::Failed),
    }
}

/// Reports that came before the acknowledgement of what they speak about; the oldest gives way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EarlyReports {
    reports: [Option<(u32, Fate)>; EARLY_MAX],
    oldest: usize,
}

impl EarlyReports {
    fn put(&mut self, segment: u32, news: Fate) {
        self.reports[self.oldest] = Some((segment, news));
        self.oldest = (self.oldest + 1) % EARLY_MAX;
    }

    fn take(&mut self, segment: u32) -> Option<Fate> {
        let place = self.reports.iter_mut().find(|place| place.is_some_and(|(early, _)| early == segment))?;
        place.take().map(|(_, news)| news)
    }
}

/// Messages of one chat that wait for their reports.
const PER_CHAT_MAX: usize = 64;
/// As many as the longest text has segments by default.
const EARLY_MAX: usize = 10;
/// Segments of a message whose reports are counted; of a longer one no reports are asked for.
pub(crate) const SEGMENTS_MAX: u8 = 16;
/// interworking 2.9 T-status-report: later than this no service centre reports.
pub(crate) const PATIENCE: Duration = Duration::from_secs(72 * 3600);
/// An IMDN Message-ID that is longer is not notified about.
pub(crate) const IMDN_MESSAGE_ID_OCTETS_MAX: usize = 128;

//! What a chat user says (TS 23.204 6.15.1 step 9): one or several short messages, answered when the SMS side has all of them.

pub(super) mod repeated_message;
pub(super) mod reports;

use interwork::{Event, LeaveHint, SmFailure, Stage, Variables, message_status};
use msrp::imdn::Fate;
use msrp::{ChunkView, ContentKind, Cpim, Disposition, Status};
use octets::Digits;
use sms::Plan;

use super::actions::tell_unsupported;
use super::chat::References;
use super::submit::{Letterhead, submit_text};
use super::{Chat, Hands, InterworkRoom};
use crate::diameter_room::Purpose;
use crate::driver::Outward;
use crate::kept::Kept;
use crate::msrp_room::{MsrpSession, Owed};
use crate::table::{Key, Table};
use crate::tally::Count;
use repeated_message::{Fate as Before, MessageName};
use reports::{DueReports, SEGMENTS_MAX, Wanted};

/// A chat message whose segments the SMS side has not all acknowledged.
#[derive(Debug)]
pub struct ChatMessage {
    chat: Key<Chat>,
    session: Key<MsrpSession>,
    name: Option<MessageName>,
    owed: Owed,
    wanted: Wanted,
    sms_user: Digits,
    references: References,
    segments: u8,
    /// Segments without an acknowledgement.
    left: u8,
    /// Why it has failed, if a segment was refused.
    failure: Option<SmFailure>,
}

/// What a message holds for the SMS user.
pub(super) enum Said<'a> {
    Text(Spoken<'a>),
    /// A receipt or a sign of typing: taken, and of no use to an SMS user.
    Nothing,
}

/// A text, and what its sender wants to know of it.
#[derive(Clone, Copy)]
pub(super) struct Spoken<'a> {
    pub(super) text: &'a str,
    pub(super) disposition: Disposition,
    pub(super) imdn_message_id: &'a [u8],
}

impl Spoken<'_> {
    /// What its sender wants to know; `success_report`: also in a REPORT.
    pub(super) fn wanted(&self, success_report: bool) -> Wanted {
        Wanted {
            disposition: self.disposition,
            imdn_message_id: Kept::copy(self.imdn_message_id).unwrap_or(Kept::EMPTY),
            success_report,
        }
    }
}

impl InterworkRoom {
    /// A whole message of a chat user.
    pub(super) fn spoken<O: Outward>(
        &mut self,
        key: Key<Chat>,
        session: Key<MsrpSession>,
        chunk: &ChunkView<'_>,
        body: &[u8],
        hands: &mut Hands<'_, O>,
    ) {
        hands.desk.count(Count::ChatIn);
        let outcome = match said(chunk.content_type().unwrap_or_default(), body) {
            Ok(Said::Nothing) => Err(Status::OK),
            Ok(Said::Text(Spoken { text: "", .. })) => Err(Status::OK),
            Ok(Said::Text(spoken)) => match self.chats.find_mut(key) {
                Some(chat) => match Owed::keep(chunk, body.len() as u64) {
                    Some(owed) => {
                        let success_report = chunk.success_report();
                        let name = Some(MessageName::of(chunk.message_id().unwrap_or_default()));
                        let origin = Origin { chat: key, session, name, owed, success_report };
                        self.messages.pass_on(chat, origin, &spoken, hands)
                    }
                    None => Err(Status::BAD_REQUEST),
                },
                None => Err(Status::NO_SUCH_SESSION),
            },
            Err(status) => Err(status),
        };
        match outcome {
            // The SMS side answers for it.
            Ok(()) => {}
            Err(status) => {
                if let Some(link) = hands.msrp.sessions.link_of(session) {
                    hands.msrp.respond(link, chunk, status, hands.desk, hands.out);
                }
                if status != Status::OK {
                    let sms_user = self.chats.find(key).map(|chat| chat.lease.pair.sms_user.digits());
                    refused(session, chunk, body, sms_user, hands);
                }
                if status == Status::UNSUPPORTED_MEDIA_TYPE {
                    tell_unsupported(self, key, hands);
                }
            }
        }
        self.drive(key, Event::Spoken, None, hands);
    }
}

/// Where a message came from.
pub(super) struct Origin {
    pub(super) chat: Key<Chat>,
    pub(super) session: Key<MsrpSession>,
    /// Its Message-ID, if it came in a SEND.
    pub(super) name: Option<MessageName>,
    /// The answer to it.
    pub(super) owed: Owed,
    /// Is a REPORT of success wanted?
    pub(super) success_report: bool,
}

/// The chat messages that wait for the SMS side.
pub struct ChatMessages {
    table: Table<ChatMessage>,
}

impl ChatMessages {
    pub(super) fn new(most: usize) -> Self {
        ChatMessages { table: Table::new(most) }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.table.len()
    }

    /// Submits a text. `Err` is the answer when it ends here.
    pub(super) fn pass_on<O: Outward>(
        &mut self,
        chat: &mut Chat,
        origin: Origin,
        spoken: &Spoken<'_>,
        hands: &mut Hands<'_, O>,
    ) -> Result<(), Status> {
        if chat.session.stage() != Stage::Active {
            return Err(Status::NO_SUCH_SESSION);
        }
        let name = origin.name;
        if let Some(before) = name.and_then(|name| chat.last_messages.fate(name)) {
            hands.desk.count(Count::ChatRepeated);
            return self.repeat(before, origin);
        }
        if chat.unanswered >= UNANSWERED_PER_CHAT_MAX {
            return Err(Status::TIMEOUT);
        }
        let policy = hands.desk.policy.clone();
        let text = spoken.text;
        // TS 23.204 6.15.1 step 9; TS 29.311 6.1.1 item 1; interworking 2.8 item 5, 11 row 24
        let plan = Plan::of(text.chars(), policy.segments_max).map_err(|_| Status::STOP_SENDING)?;
        let wording = policy.wording_in(chat.language);
        let hint = wording.phrase(&wording.leave_hint, Variables { inviter: None, topic: "" });
        let is_wanted = match policy.leave_hint {
            LeaveHint::Never => false,
            LeaveHint::First => !chat.was_told_to_leave,
            LeaveHint::Every => true,
        };
        // The hint never costs the SMS user, or the operator, one more segment.
        // interworking 2.6 item 3, 11 row 10
        let has_hint = is_wanted && plan.has_room_for(hint.clone());
        let whole = text.chars().chain(hint.take(if has_hint { usize::MAX } else { 0 }));
        let plan = Plan::of(whole.clone(), policy.segments_max).map_err(|_| Status::STOP_SENDING)?;
        if let Some(rate) = policy.message_rate
            && chat.allowance.spend(rate, hands.desk.now()).is_err()
        {
            // Not allowed, as RFC 4975 10 has it. 413 would say that it is too long, and 408 that the SMS side is slow; after either
            // a client may cut it up or send it again at once.
            hands.desk.count(Count::RatesExceeded);
            return Err(Status::FORBIDDEN);
        }
        chat.was_told_to_leave |= has_hint;

        let wanted = spoken.wanted(origin.success_report);
        // TS 23.204 6.18 item 1; interworking 11 row 16: a status report is asked for only when somebody wants to know, and of every segment.
        let wants_report = policy.status_reports && wanted.is_delivery() && plan.segments() <= SEGMENTS_MAX;
        let references = chat.references.take(plan.segments());
        let message = ChatMessage {
            chat: origin.chat,
            session: origin.session,
            name: origin.name,
            owed: origin.owed,
            wanted,
            sms_user: chat.lease.pair.sms_user.digits(),
            references,
            segments: plan.segments(),
            left: plan.segments(),
            failure: None,
        };
        let message = self.table.insert(message).map_err(|_| Status::TIMEOUT)?;
        chat.unanswered += 1;
        chat.last_messages.note(name, Before::Pending(message));
        let letterhead =
            Letterhead::new(chat.lease.pair, chat.service_centre, references, policy.message_validity)
                .with_report(wants_report);
        let purpose = Purpose::ChatMessage(message);
        let Err((sent, failure)) = submit_text(&letterhead, &plan, whole, purpose, hands) else {
            return Ok(());
        };
        if sent == 0 {
            chat.unanswered -= 1;
            self.table.remove(message);
            chat.last_messages.note(name, Before::Answered(message_status(failure)));
            return Err(message_status(failure));
        }
        // What went out is answered for by its acknowledgements; the message as a whole has failed.
        if let Some(message) = self.table.find_mut(message) {
            message.left = sent;
            message.failure = Some(failure);
        }
        Ok(())
    }

    /// A message has come before: its sender has not heard what became of it.
    fn repeat(&mut self, before: Before, origin: Origin) -> Result<(), Status> {
        match before {
            Before::Answered(status) => Err(status),
            Before::Pending(message) => {
                // The transaction that it came in first is lost with its connection: this one is answered.
                if let Some(message) = self.table.find_mut(message) {
                    message.owed = origin.owed;
                }
                Ok(())
            }
        }
    }

    /// The SMS side has taken or refused a segment. `Some`: it has refused so many messages for good that this chat is none any more.
    pub(super) fn segment_ended<O: Outward>(
        &mut self,
        key: Key<ChatMessage>,
        result: Result<(), SmFailure>,
        chats: &mut Table<Chat>,
        reports: &mut DueReports,
        hands: &mut Hands<'_, O>,
    ) -> Option<Key<Chat>> {
        let message = self.table.find_mut(key)?;
        message.left = message.left.saturating_sub(1);
        message.failure = message.failure.or(result.err());
        if message.left > 0 {
            return None;
        }
        let message = self.table.remove(key)?;
        if let Some(chat) = chats.find_mut(message.chat) {
            chat.unanswered -= 1;
            let status = message.failure.map_or(Status::OK, message_status);
            chat.last_messages.note(message.name, Before::Answered(status));
        }
        let ChatMessage {
            chat: chat_key,
            session,
            owed,
            wanted,
            sms_user,
            references,
            segments,
            failure,
            ..
        } = message;
        if let Some(failure) = failure {
            hands.msrp.answer(session, &owed, message_status(failure), hands.desk, hands.out);
            wanted.notify(session, sms_user, Fate::Failed, hands);
            let chat = chats.find_mut(chat_key).filter(|_| failure.is_for_good())?;
            chat.refused_for_good = chat.refused_for_good.saturating_add(1);
            // interworking 2.8 item 18
            let most = hands.desk.policy.refusals_max;
            return (most > 0 && chat.refused_for_good >= most).then_some(chat_key);
        }
        // interworking 2.8 item 1, 2.7 row 1 chat
        hands.msrp.answer(session, &owed, Status::OK, hands.desk, hands.out);
        if let Some(chat) = chats.find_mut(chat_key) {
            chat.refused_for_good = 0;
        }
        if !wanted.is_delivery() {
            return None;
        }
        let Some(chat) = chats.find_mut(chat_key) else {
            // The chat ended before its last message was taken: nobody knows any more whom to tell.
            hands.desk.count(Count::ReportsDropped);
            return None;
        };
        if hands.desk.policy.status_reports && segments <= SEGMENTS_MAX {
            reports.await_report(chat_key, chat, session, (wanted, owed), (references, segments), hands);
        } else {
            // interworking 11 row 17. Nobody will report, so what the service centre has taken counts as delivered.
            wanted.notify(session, sms_user, Fate::Delivered, hands);
            hands.msrp.report(session, &owed, Status::OK, hands.desk, hands.out);
        }
        None
    }
}

/// Messages of one chat that the SMS side may owe an acknowledgement, so that one chat does not take the room of others;
/// beyond it 408.
const UNANSWERED_PER_CHAT_MAX: usize = 64;

/// A message that the SMS side was never asked about is notified like one that it refused, to a sender who wants to know.
fn refused<O: Outward>(
    session: Key<MsrpSession>,
    chunk: &ChunkView<'_>,
    body: &[u8],
    sms_user: Option<Digits>,
    hands: &mut Hands<'_, O>,
) {
    let is_wrapped = ContentKind::of(chunk.content_type().unwrap_or_default()) == ContentKind::Cpim;
    let cpim = is_wrapped.then(|| Cpim::parse(body).ok()).flatten();
    let Some((cpim, sms_user)) = cpim.zip(sms_user) else { return };
    let imdn_message_id = cpim.imdn_message_id.and_then(Kept::copy).unwrap_or(Kept::EMPTY);
    let wanted = Wanted { disposition: cpim.disposition, imdn_message_id, success_report: false };
    wanted.notify(session, sms_user, Fate::Failed, hands);
}

/// What a body says, however it is wrapped. `Err` is the answer to what cannot be told to an SMS user.
pub(super) fn said<'a>(content_type: &[u8], body: &'a [u8]) -> Result<Said<'a>, Status> {
    match ContentKind::of(content_type) {
        ContentKind::Text { utf8: true } => text(body, Disposition::NONE, b""),
        // interworking 2.8 item 2
        ContentKind::Cpim => {
            let cpim = Cpim::parse(body).map_err(|fault| fault.status())?;
            match cpim.content_type.map_or(ContentKind::Text { utf8: true }, ContentKind::of) {
                ContentKind::Text { utf8: true } if cpim.transfer_encoding.is_none_or(is_plain) => {
                    text(cpim.body, cpim.disposition, cpim.imdn_message_id.unwrap_or_default())
                }
                // interworking 2.8 item 3
                ContentKind::Imdn | ContentKind::IsComposing => Ok(Said::Nothing),
                _ => Err(Status::UNSUPPORTED_MEDIA_TYPE),
            }
        }
        ContentKind::Imdn | ContentKind::IsComposing => Ok(Said::Nothing),
        // interworking 2.8 item 4, 11 row 26
        ContentKind::Text { utf8: false } | ContentKind::Other => Err(Status::UNSUPPORTED_MEDIA_TYPE),
    }
}

fn text<'a>(body: &'a [u8], disposition: Disposition, imdn_message_id: &'a [u8]) -> Result<Said<'a>, Status> {
    let spoken = |text| Said::Text(Spoken { text, disposition, imdn_message_id });
    core::str::from_utf8(body).map(spoken).map_err(|_| Status::BAD_REQUEST)
}

fn is_plain(transfer_encoding: &[u8]) -> bool {
    [&b"7bit"[..], b"8bit", b"binary"].iter().any(|plain| transfer_encoding.eq_ignore_ascii_case(plain))
}

//! What a chat user says outside of a chat (TS 23.204 6.7, TS 29.311 6.1.6): one or several short messages from his own number; his
//! MESSAGE is answered when the SMS side has all of them.
//!
//! There is no timer for it: each segment has its guard, which is shorter than the client's timer F.
//!
//! Refuses: somebody who hides, as the only number that could stand for him is his own. In: MESSAGEs that belong here. Out: short
//! messages, the answer.

use interwork::{Meaning, Msisdn, Pair, SmFailure, invitation_status};
use msrp::Status;
use octets::Digits;
use sip::{MessageView, ServiceKind, StatusCode};
use sms::Plan;

use super::pager_reports::{PagerReport, PagerReports};
use crate::desk::Desk;
use crate::diameter_room::Purpose;
use crate::directory::Limited;
use crate::driver::Outward;
use crate::interwork_room::chat_message::reports::SEGMENTS_MAX;
use crate::interwork_room::chat_message::{Said, Spoken, said};
use crate::interwork_room::invitation::admission::{self, Caller, Refused};
use crate::interwork_room::invitation::postponed::{self, Waiting};
use crate::interwork_room::submit::{Letterhead, submit_text};
use crate::interwork_room::{Hands, InterworkRoom};
use crate::reach::Reach;
use crate::sip_room::{PagerMessage, Refusal};
use crate::table::{Key, Table};

/// A text whose segments the SMS side has not all acknowledged.
#[derive(Debug)]
pub struct PagerText {
    /// Whom to answer.
    message: Key<PagerMessage>,
    /// What its sender wants to know later.
    report: Option<Key<PagerReport>>,
    /// Segments without an acknowledgement.
    left: u8,
    /// Why it has failed, if a segment was refused.
    failure: Option<SmFailure>,
}

/// Pager mode, as far as it remembers.
pub(crate) struct Pager {
    texts: Table<PagerText>,
    pub(crate) reports: PagerReports,
}

impl Pager {
    pub(crate) fn new(sessions_max: usize, desk: &mut Desk) -> Self {
        Pager {
            // As many as there are MESSAGEs that may wait.
            texts: Table::new(sessions_max),
            reports: PagerReports::new(sessions_max, &mut desk.entropy),
        }
    }

    /// Texts that wait for the SMS side.
    pub(crate) fn count(&self) -> usize {
        self.texts.len()
    }
}

/// A MESSAGE that is let in.
struct Admitted<'a> {
    caller: Caller,
    pair: Pair,
    service_centre: Digits,
    spoken: Spoken<'a>,
    /// Where its sender is told what becomes of it; `None` for an address that is too long.
    reach: Option<Reach>,
}

/// A new MESSAGE.
pub(crate) fn paged<O: Outward>(
    room: &mut InterworkRoom,
    message: Key<PagerMessage>,
    request: &MessageView<'_>,
    from: core::net::SocketAddr,
    hands: &mut Hands<'_, O>,
) {
    match postponed::postpone(room, Waiting::Message(message), request, from, hands) {
        Ok(true) => {}
        Ok(false) => judge(room, message, request, from, hands),
        Err(Refused(status, refusal)) => {
            hands.sip.pager.answer(message, status, refusal, hands.desk, hands.out);
        }
    }
}

/// All that can be known of its sender is known.
pub(crate) fn judge<O: Outward>(
    room: &mut InterworkRoom,
    message: Key<PagerMessage>,
    request: &MessageView<'_>,
    from: core::net::SocketAddr,
    hands: &mut Hands<'_, O>,
) {
    let outcome = match admit(request, from, hands) {
        Ok(Some(admitted)) => submit(room, message, &admitted, hands),
        // A receipt, a sign of typing, or nothing at all: taken, and of no use to an SMS user.
        Ok(None) => {
            let nothing = Refusal::default();
            return hands.sip.pager.answer(message, StatusCode::OK, nothing, hands.desk, hands.out);
        }
        Err(refused) => Err(refused),
    };
    if let Err(Refused(status, refusal)) = outcome {
        hands.sip.pager.answer(message, status, refusal, hands.desk, hands.out);
    }
}

/// The checks in their order, those of an invitation; the first that fails speaks. `None`: there is nothing to be said.
fn admit<'a, O: Outward>(
    request: &MessageView<'a>,
    from: core::net::SocketAddr,
    hands: &mut Hands<'_, O>,
) -> Result<Option<Admitted<'a>>, Refused> {
    let desk = &mut *hands.desk;
    if desk.is_stopping {
        return Err(Refused::later(StatusCode::SERVICE_UNAVAILABLE));
    }
    match ServiceKind::of(request) {
        ServiceKind::PagerMessage | ServiceKind::Chat | ServiceKind::Unnamed => {}
        ServiceKind::GroupChat | ServiceKind::LargeMessage | ServiceKind::FileTransfer => {
            let status = StatusCode::NOT_ACCEPTABLE_HERE;
            return Err(Refused::warn(status, 399, "Only texts between two reach an SMS user"));
        }
    }
    // TS 23.204 6.7 item 1; interworking 2.10 item 1
    let admission::Admitted { caller, subscriber, sms_user } = admission::admit(request, desk)?;
    if caller.hides {
        return Err(admission::hiding_is_prohibited(&desk.policy));
    }
    let number = caller.number.map(Msisdn).ok_or(Refused::plain(StatusCode::FORBIDDEN))?;
    let body = request.body();
    if body.is_empty() {
        return Ok(None);
    }
    let spoken = match said(request.content_type().unwrap_or_default(), body) {
        Ok(Said::Text(Spoken { text: "", .. }) | Said::Nothing) => return Ok(None),
        Ok(Said::Text(spoken)) => spoken,
        Err(Status::UNSUPPORTED_MEDIA_TYPE) => {
            return Err(Refused::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        Err(_) => return Err(Refused::plain(StatusCode::BAD_REQUEST)),
    };
    let reach = admission::asserted(request).and_then(|asserted| Reach::new(asserted.uri, None, from));
    Ok(Some(Admitted {
        caller,
        pair: Pair { number, sms_user },
        service_centre: subscriber.service_centre.unwrap_or(desk.policy.service_centre),
        spoken,
        reach,
    }))
}

/// Submits a text; its answer follows from what the SMS side says.
fn submit<O: Outward>(
    room: &mut InterworkRoom,
    message: Key<PagerMessage>,
    admitted: &Admitted<'_>,
    hands: &mut Hands<'_, O>,
) -> Result<(), Refused> {
    let Admitted { caller, pair, service_centre, spoken, reach } = admitted;
    let policy = hands.desk.policy.clone();
    let text = spoken.text.chars();
    let plan = Plan::of(text.clone(), policy.segments_max)
        .map_err(|_| Refused::plain(StatusCode::REQUEST_ENTITY_TOO_LARGE))?;
    admission::spend(caller, Limited::Message, hands.desk)?;
    let full = || Refused::later(StatusCode::SERVICE_UNAVAILABLE);
    let waiting = PagerText { message, report: None, left: plan.segments(), failure: None };
    let key = room.pager.texts.insert(waiting).map_err(|_| full())?;
    // To the SMS user it is one more text of a chat that there may be on this number: numbered with the others, so that
    // reports on them are told apart.
    let chat = match room.pairs.meaning(*pair, hands.desk.now()) {
        Some(Meaning::Live(chat)) => room.chats.find_mut(chat),
        _ => None,
    };
    let references = match chat {
        Some(chat) => chat.references.take(plan.segments()),
        None => room.numbering.take(*pair, plan.segments(), &mut hands.desk.entropy),
    };
    let wanted = spoken.wanted(false);
    let report = reach.clone().filter(|_| wanted.is_delivery() && plan.segments() <= SEGMENTS_MAX);
    let report = report.and_then(|reach| {
        let segments = (references.message as u8, plan.segments());
        room.pager.reports.await_report(PagerReport::new(*pair, segments, wanted, reach), hands.desk)
    });
    if let Some(text) = room.pager.texts.find_mut(key) {
        text.report = report;
    }
    let letterhead = Letterhead::new(*pair, *service_centre, references, policy.message_validity)
        .with_report(policy.status_reports && report.is_some());
    // TS 23.204 6.7 item 2; TS 29.311 6.1.6
    let Err((sent, failure)) = submit_text(&letterhead, &plan, text, Purpose::PagerText(key), hands) else {
        return Ok(());
    };
    // What went out is answered for by its acknowledgements; the text as a whole has failed.
    if let Some(text) = room.pager.texts.find_mut(key).filter(|_| sent > 0) {
        text.left = sent;
        text.failure = Some(failure);
        return Ok(());
    }
    room.pager.texts.remove(key);
    if let Some(report) = report {
        room.pager.reports.forget(report);
    }
    Err(refused_by_sms(failure))
}

/// The SMS side has taken or refused a segment.
pub(crate) fn segment_ended<O: Outward>(
    room: &mut InterworkRoom,
    key: Key<PagerText>,
    result: Result<(), SmFailure>,
    hands: &mut Hands<'_, O>,
) {
    let pager = &mut room.pager;
    let Some(text) = pager.texts.find_mut(key) else { return };
    text.left = text.left.saturating_sub(1);
    text.failure = text.failure.or(result.err());
    if text.left > 0 {
        return;
    }
    let Some(PagerText { message, report, failure, .. }) = pager.texts.remove(key) else { return };
    if let Some(failure) = failure {
        // The answer says so: a notification would say it twice.
        if let Some(report) = report {
            pager.reports.forget(report);
        }
        let Refused(status, refusal) = refused_by_sms(failure);
        return hands.sip.pager.answer(message, status, refusal, hands.desk, hands.out);
    }
    let taken = Refusal::default();
    // TS 23.204 6.7 item 3
    hands.sip.pager.answer(message, StatusCode::ACCEPTED, taken, hands.desk, hands.out);
    if let Some(report) = report.filter(|_| !hands.desk.policy.status_reports) {
        // Nobody will report, so what the service centre has taken counts as delivered.
        pager.reports.tell(report, msrp::imdn::Fate::Delivered, hands);
    }
}

/// RFC 4320 4.2: never 408, which would come too late for anybody.
fn refused_by_sms(failure: SmFailure) -> Refused {
    Refused::plain(invitation_status(failure))
}

//! A message that rides in the INVITE (OMA IM): a part of its body beside the offer.
//!
//! It is held until its sender is connected, as nobody could hear before what became of it; then it is a message like any other.
//!
//! Refuses: what could not be told to an SMS user, before anybody is asked.
//! In: the INVITE. Out: the message, once.

use alloc::boxed::Box;

use interwork::Msisdn;
use msrp::Status;
use msrp::imdn::Fate;
use sip::{MessageView, Multipart, StatusCode};

use crate::driver::Outward;
use crate::interwork_room::chat_message::{ChatMessages, Origin, Said, said};
use crate::interwork_room::paging::pager_reports::tell_outside;
use crate::interwork_room::{Chat, Hands};
use crate::kept::Kept;
use crate::msrp_room::Owed;
use crate::table::{Key, Table};

/// The message, as it came.
#[derive(Debug)]
pub(crate) struct FirstMessage {
    content_type: &'static str,
    body: Kept<BODY_OCTETS_MAX>,
}

impl FirstMessage {
    /// The message in an INVITE; `Err` is the refusal of the INVITE.
    pub(crate) fn of(request: &MessageView<'_>) -> Result<Option<Box<FirstMessage>>, StatusCode> {
        let Some(Ok(parts)) = Multipart::of(request) else { return Ok(None) };
        let found = CONTENT_TYPES.into_iter().find_map(|kind| Some((kind, parts.find(kind.as_bytes())?)));
        let Some((content_type, part)) = found else { return Ok(None) };
        if part.is_encoded() {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        match said(part.content_type.unwrap_or(content_type.as_bytes()), part.body) {
            Ok(Said::Nothing) => Ok(None),
            Ok(Said::Text(spoken)) if spoken.text.is_empty() => Ok(None),
            Ok(Said::Text(_)) => {
                let body = Kept::copy(part.body).ok_or(StatusCode::REQUEST_ENTITY_TOO_LARGE)?;
                // Of its own: most chats have none, and all have room for one as large as this otherwise.
                Ok(Some(Box::new(FirstMessage { content_type, body })))
            }
            Err(Status::UNSUPPORTED_MEDIA_TYPE) => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Err(_) => Err(StatusCode::BAD_REQUEST),
        }
    }
}

/// The chat user is connected: what he said first is said now.
pub(crate) fn say_first<O: Outward>(
    chats: &mut Table<Chat>,
    messages: &mut ChatMessages,
    key: Key<Chat>,
    hands: &mut Hands<'_, O>,
) {
    let Some(chat) = chats.find_mut(key) else { return };
    let Some(session) = chat.msrp else { return };
    let Some(first) = chat.first_message.take() else { return };
    // It was read when it came, so it can be read again.
    let Ok(Said::Text(spoken)) = said(first.content_type.as_bytes(), first.body.as_bytes()) else { return };
    let sms_user = chat.lease.pair.sms_user.digits();
    // interworking 2.3 item 15. No SEND brought it, so no response is owed; its IMDN is.
    let origin = Origin { chat: key, session, name: None, owed: Owed::NOTHING, success_report: false };
    if messages.pass_on(chat, origin, &spoken, hands).is_err() {
        spoken.wanted(false).notify(session, sms_user, Fate::Failed, hands);
    }
}

/// The chat has ended before its user was connected: by MESSAGE he is told that it was never said.
pub(crate) fn give_up<O: Outward>(chat: &mut Chat, hands: &mut Hands<'_, O>) {
    let Some(first) = chat.first_message.take().filter(|_| hands.desk.policy.late_reports) else { return };
    let Ok(Said::Text(spoken)) = said(first.content_type.as_bytes(), first.body.as_bytes()) else { return };
    if let Some(reach) = chat.reach.clone() {
        let (sms_user, user) = (chat.lease.pair.sms_user.digits(), chat.inviter.map(Msisdn));
        tell_outside(&spoken.wanted(false), sms_user, (user, reach), Fate::Failed, hands);
    }
}

/// What may ride in an INVITE.
const CONTENT_TYPES: [&str; 2] = ["message/cpim", "text/plain"];
/// Longest first message with its CPIM headers; beyond it 413.
const BODY_OCTETS_MAX: usize = 2048;

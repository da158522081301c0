//! Short messages to a chat user's own number from somebody with whom he has no chat (TS 23.204 6.14, TS 29.311 6.1.4): each goes to
//! him as a MESSAGE through the S-CSCF that has registered him, and is acknowledged when that was answered.
//!
//! Refuses: to join the segments of a long text (none may be acknowledged before it was taken, and the next comes only then).
//! In: short messages without a chat, answers to our MESSAGEs. Out: a MESSAGE; what becomes of the short message.

pub(super) mod pager_message;
pub(super) mod pager_reports;

use interwork::{Access, Identity, Msisdn, SmOutcome, WithoutChat, outcome_of_page};
use sip::StatusCode;
use sms::SmsDeliver;

use super::short_message::{Arrived, tell};
use super::{Hands, InterworkRoom};
use crate::desk::Desk;
use crate::driver::Outward;
use crate::reach::Reach;
use crate::sip_room::{About, NotPaged};

/// A short message that belongs to no chat.
pub(super) fn arrived_alone<O: Outward>(
    room: &mut InterworkRoom,
    arrived: &Arrived<'_>,
    number: Msisdn,
    deliver: &SmsDeliver<'_>,
    hands: &mut Hands<'_, O>,
) {
    match admit(number, deliver, hands.desk) {
        Ok(reach) => room.sms.page(&mut room.chats, arrived, &reach, deliver, hands),
        // Of what was not even tried nothing is remembered: the answer to its repetition may be another.
        Err(outcome) => tell(arrived.token, outcome, hands),
    }
}

/// May it go to the chat user, and how? TS 23.204 6.14 step 5.
fn admit(number: Msisdn, deliver: &SmsDeliver<'_>, desk: &Desk) -> Result<Reach, SmOutcome> {
    let now = desk.now();
    // A number on loan that is lent to nobody between these two: nobody is there.
    if desk.policy.without_chat == WithoutChat::Refuse || desk.policy.pool.contains(number) {
        return Err(SmOutcome::NoSession);
    }
    let known = desk.directory.subscriber(Identity::Number(number), now);
    if known.is_some_and(|subscriber| !subscriber.is_authorised) {
        return Err(SmOutcome::NoSession);
    }
    // He has just left, or come, or the HSS is silent: absent, so that the service centre keeps it and asks the way again.
    let is_known = known.is_some() || desk.policy.access == Access::Anyone;
    let is_awaited = desk.directory.awaits(Identity::Number(number), now);
    let reach = desk.directory.reach(number, now).filter(|_| is_known && !is_awaited);
    let reach = reach.ok_or(SmOutcome::NotNow)?;
    if desk.is_stopping {
        return Err(SmOutcome::NotNow);
    }
    if deliver.user_data.is_human_text() { Ok(reach) } else { Err(SmOutcome::Never) }
}

/// Our MESSAGE was answered, or never will be.
pub(super) fn answered<O: Outward>(
    room: &mut InterworkRoom,
    about: About,
    status: StatusCode,
    hands: &mut Hands<'_, O>,
) {
    match about {
        About::Sm(sm) => room.sms.settle(&mut room.chats, sm, outcome_of_page(status), hands),
        About::Notification => {}
    }
}

/// What a MESSAGE that did not leave means for the short message in it.
pub(super) fn outcome_of(fault: NotPaged) -> SmOutcome {
    match fault {
        NotPaged::Full => SmOutcome::NotNow,
        NotPaged::TooLong => SmOutcome::Never,
    }
}

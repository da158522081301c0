//! Requests that have overtaken what the HSS says about their sender: he registered some milliseconds ago, and the answer to the
//! question about him is still on its way (interworking.md 2.3 row 3: registered data present, or fetched by Sh).
//!
//! Such a request is kept as it came, an INVITE with its 100; it is judged when the answer is there, or will not come in time.

use alloc::vec::Vec;
use core::net::SocketAddr;

use sip::{Index, MessageView, StatusCode};
use tempo::{Alarm, Duration, Instant};

use super::admission::{self, Refused};
use crate::desk::Ringing;
use crate::driver::Outward;
use crate::interwork_room::paging::pager_message;
use crate::interwork_room::{Hands, InterworkRoom};
use crate::sip_room::{Invite, PagerMessage, is_unanswered};
use crate::table::{Key, Table};
use crate::tally::Count;

/// One of them.
#[derive(Debug)]
pub struct Postponed {
    waiting: Waiting,
    /// When its sender is asked to come again.
    until: Instant,
    from: SocketAddr,
    /// A named copy: the receive buffer goes back to the driver.
    message: Message,
    alarm: Alarm,
}

/// What waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Waiting {
    /// An invitation, for as long as the HSS may take.
    Invite(Key<Invite>),
    /// A text outside of a chat: its client gives up after 32 s, most of which the SMS side may need.
    Message(Key<PagerMessage>),
}

/// Octets that are somebody's words do not print.
struct Message(Vec<u8>);

impl core::fmt::Debug for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} octets>", self.0.len())
    }
}

/// All of them.
pub(crate) struct AllPostponed {
    table: Table<Postponed>,
}

impl AllPostponed {
    pub(crate) fn new() -> Self {
        AllPostponed { table: Table::new(MOST) }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.table.len()
    }
}

/// Keeps a request for later, if the HSS is being asked about its sender. `Ok(false)`: it can be judged now.
pub(crate) fn postpone<O: Outward>(
    room: &mut InterworkRoom,
    waiting: Waiting,
    request: &MessageView<'_>,
    from: SocketAddr,
    hands: &mut Hands<'_, O>,
) -> Result<bool, Refused> {
    if !admission::is_awaited(request, hands.desk) {
        return Ok(false);
    }
    let message = Message(request.as_ref().to_vec());
    let until = hands.desk.now() + MESSAGE_PATIENCE;
    let postponed = Postponed { waiting, until, from, message, alarm: Alarm::default() };
    let Ok(key) = room.postponed.table.insert(postponed) else {
        hands.desk.count(Count::Overloads);
        return Err(Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE));
    };
    look_again(room, key, hands);
    Ok(true)
}

/// It is time to look whether a request can be judged.
pub(crate) fn ring<O: Outward>(room: &mut InterworkRoom, key: Key<Postponed>, hands: &mut Hands<'_, O>) {
    let Some(postponed) = room.postponed.table.find_mut(key) else { return };
    if !hands.desk.is_due(&mut postponed.alarm, Ringing::Postponed(key)) {
        return;
    }
    let Ok(index) = Index::parse(&postponed.message.0) else { return };
    let is_awaited = admission::is_awaited(&MessageView::new(&postponed.message.0, &index), hands.desk)
        && !hands.desk.is_stopping;
    let may_wait = match postponed.waiting {
        Waiting::Invite(invite) => is_unanswered(&hands.sip.invites, invite),
        Waiting::Message(_) => hands.desk.now() < postponed.until,
    };
    if is_awaited && may_wait {
        return look_again(room, key, hands);
    }
    let Some(Postponed { waiting, from, message, .. }) = room.postponed.table.remove(key) else { return };
    let request = MessageView::new(&message.0, &index);
    match waiting {
        Waiting::Invite(invite) if may_wait => room.judge(invite, &request, from, hands),
        // Withdrawn meanwhile: it has its 487.
        Waiting::Invite(_) => {}
        Waiting::Message(message) if is_awaited => {
            let Refused(status, refusal) = Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE);
            hands.sip.pager.answer(message, status, refusal, hands.desk, hands.out);
        }
        Waiting::Message(message) => pager_message::judge(room, message, &request, from, hands),
    }
}

fn look_again<O: Outward>(room: &mut InterworkRoom, key: Key<Postponed>, hands: &mut Hands<'_, O>) {
    let deadline = hands.desk.now() + PAUSE;
    if let Some(postponed) = room.postponed.table.find_mut(key) {
        hands.desk.arm(&mut postponed.alarm, Ringing::Postponed(key), deadline);
    }
}

/// Beyond it a request hears 480 with Retry-After.
const MOST: usize = 256;
/// Between two looks: an HSS takes some milliseconds.
const PAUSE: Duration = Duration::from_millis(40);
/// What of the 32 s of its client (timer F) a MESSAGE may wait for the HSS.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(3);

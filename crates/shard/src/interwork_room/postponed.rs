//! INVITEs that have overtaken what the HSS says about their sender: he registered some milliseconds ago, and the answer to the
//! question about him is still on its way (interworking.md 2.3 row 3: registered data present, or fetched by Sh).
//!
//! Such an INVITE has its 100 and is kept as it came; it is judged when the answer is there, or will not come.

use alloc::vec::Vec;
use core::net::SocketAddr;

use sip::{Index, MessageView, StatusCode};
use tempo::{Alarm, Duration};

use super::admission::{self, Refused};
use super::{Hands, InterworkRoom};
use crate::desk::Ringing;
use crate::driver::Outward;
use crate::sip_room::{Invite, is_unanswered};
use crate::table::{Key, Table};
use crate::tally::Count;

/// One of them.
#[derive(Debug)]
pub struct Postponed {
    invite: Key<Invite>,
    from: SocketAddr,
    /// A named copy: the receive buffer goes back to the driver.
    message: Message,
    alarm: Alarm,
}

/// Octets that are somebody's words do not print.
struct Message(Vec<u8>);

impl core::fmt::Debug for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} octets>", self.0.len())
    }
}

/// All of them.
pub(super) struct AllPostponed {
    table: Table<Postponed>,
}

impl AllPostponed {
    pub(super) fn new() -> Self {
        AllPostponed { table: Table::new(MOST) }
    }
}

/// Keeps an INVITE for later, if the HSS is being asked about its sender. `Ok(false)`: it can be judged now.
pub(super) fn postpone<O: Outward>(
    room: &mut InterworkRoom,
    invite: Key<Invite>,
    request: &MessageView<'_>,
    from: SocketAddr,
    hands: &mut Hands<'_, O>,
) -> Result<bool, Refused> {
    if !admission::is_awaited(request, hands.desk) {
        return Ok(false);
    }
    let message = Message(request.as_ref().to_vec());
    let postponed = Postponed { invite, from, message, alarm: Alarm::default() };
    let Ok(key) = room.postponed.table.insert(postponed) else {
        hands.desk.count(Count::Overloads);
        return Err(Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE));
    };
    look_again(room, key, hands);
    Ok(true)
}

/// It is time to look whether an INVITE can be judged.
pub(super) fn ring<O: Outward>(room: &mut InterworkRoom, key: Key<Postponed>, hands: &mut Hands<'_, O>) {
    let Some(postponed) = room.postponed.table.find_mut(key) else { return };
    if !hands.desk.is_due(&mut postponed.alarm, Ringing::Postponed(key)) {
        return;
    }
    let Ok(index) = Index::parse(&postponed.message.0) else { return };
    let is_wanted = is_unanswered(&hands.sip.invites, postponed.invite);
    if is_wanted && admission::is_awaited(&MessageView::new(&postponed.message.0, &index), hands.desk) {
        return look_again(room, key, hands);
    }
    let Some(Postponed { invite, from, message, .. }) = room.postponed.table.remove(key) else { return };
    // Withdrawn meanwhile: it has its 487.
    if is_wanted {
        room.judge(invite, &MessageView::new(&message.0, &index), from, hands);
    }
}

fn look_again<O: Outward>(room: &mut InterworkRoom, key: Key<Postponed>, hands: &mut Hands<'_, O>) {
    let deadline = hands.desk.now() + PAUSE;
    if let Some(postponed) = room.postponed.table.find_mut(key) {
        hands.desk.arm(&mut postponed.alarm, Ringing::Postponed(key), deadline);
    }
}

/// Beyond it an INVITE hears 480 with Retry-After.
const MOST: usize = 256;
/// Between two looks: an HSS takes some milliseconds.
const PAUSE: Duration = Duration::from_millis(40);

//! A long text that comes as several short messages, in any order, and leaves as one chat message.
//!
//! Each segment leaves as one chunk of the message as soon as those before it have left, and is acknowledged when the chat user's
//! side has that chunk: nothing is ever kept here that somebody else believes to be delivered. A segment that comes too early
//! waits, unacknowledged.
//!
//! Refuses: to keep a text. In: segments of one chat. Out: where a segment belongs.

use sms::Concatenation;
use tempo::{Alarm, Duration};

use crate::desk::{Desk, Ringing};
use crate::interwork_room::Chat;
use crate::msrp_room::{MessageId, message_id};
use crate::table::Key;

/// A long text of which some segments have come.
#[derive(Debug)]
pub(crate) struct Joining {
    reference: u16,
    total: u8,
    /// The segment that leaves next, from 1.
    next: u8,
    /// Octets of the message that have left.
    octets: u64,
    message_id: MessageId,
    /// The first segment has not come in time, or one that has left was not taken: those that come from now on, or
    /// again, are messages of their own.
    is_given_up: bool,
    /// The connection was lost in the middle of its message: the chat user has a beginning without an end.
    is_unended: bool,
    alarm: Alarm,
}

/// Where a segment belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// It is a message of its own.
    Alone,
    /// It is the next part of the text in this place.
    Next { place: usize, is_last: bool },
    /// One before it has not come.
    Early,
    /// It has left already, as a part of the text in this place.
    Again { place: usize },
}

impl Chat {
    /// Where a segment belongs; the first of a text opens a place for it.
    pub(crate) fn place_of(
        &mut self,
        key: Key<Chat>,
        segment: Option<Concatenation>,
        desk: &mut Desk,
    ) -> Place {
        let Some(Concatenation { reference, total, sequence, .. }) =
            segment.filter(|segment| segment.total > 1)
        else {
            return Place::Alone;
        };
        // interworking 2.9 rule 6
        let is_of = |joining: &Joining| (joining.reference, joining.total) == (reference, total);
        let open = self.joinings.iter().position(|place| place.as_ref().is_some_and(is_of));
        // More long texts at once than there are places: this one comes in pieces.
        let Some(place) = open.or_else(|| self.joinings.iter().position(Option::is_none)) else {
            return Place::Alone;
        };
        let joining = self.joinings[place].get_or_insert_with(|| Joining {
            reference,
            total,
            next: 1,
            octets: 0,
            message_id: message_id(desk),
            is_given_up: false,
            is_unended: false,
            alarm: Alarm::default(),
        });
        if open.is_none() {
            let deadline = desk.now() + desk.policy.concat_timer;
            desk.arm(&mut joining.alarm, Ringing::Joining(key, place as u8), deadline);
        }
        match sequence.cmp(&joining.next) {
            _ if joining.is_given_up => Place::Alone,
            core::cmp::Ordering::Less => Place::Again { place },
            core::cmp::Ordering::Equal => Place::Next { place, is_last: sequence == total },
            core::cmp::Ordering::Greater => Place::Early,
        }
    }

    /// The message in a place, and how many of its octets have left.
    pub(crate) fn joined(&self, place: usize) -> Option<(&MessageId, u64)> {
        let joining = self.joinings.get(place)?.as_ref()?;
        Some((&joining.message_id, joining.octets))
    }

    /// A segment has left: the message is `octets` long now. The place is free after the last one.
    pub(crate) fn has_left(
        &mut self,
        key: Key<Chat>,
        place: usize,
        octets: u64,
        is_last: bool,
        desk: &mut Desk,
    ) {
        let Some(joining) = self.joinings.get_mut(place).and_then(Option::as_mut) else { return };
        if is_last {
            return self.close_joining(place, desk);
        }
        joining.next = joining.next.saturating_add(1);
        joining.octets = octets;
        let deadline = desk.now() + desk.policy.concat_timer;
        desk.arm(&mut joining.alarm, Ringing::Joining(key, place as u8), deadline);
    }

    /// The next segment has not come in time. `Some`: what has left of the message must be ended.
    pub(crate) fn ring_joining(
        &mut self,
        key: Key<Chat>,
        place: usize,
        desk: &mut Desk,
    ) -> Option<(MessageId, u64)> {
        let joining = self.joinings.get_mut(place)?.as_mut()?;
        let ringing = Ringing::Joining(key, place as u8);
        if !desk.is_due(&mut joining.alarm, ringing) {
            return None;
        }
        // interworking 2.9 T-concat
        if joining.next > 1 {
            let ended = core::mem::replace(&mut joining.message_id, MessageId::EMPTY);
            let octets = joining.octets;
            self.close_joining(place, desk);
            return Some((ended, octets));
        }
        if core::mem::replace(&mut joining.is_given_up, true) {
            self.close_joining(place, desk);
            return None;
        }
        // For as long again the segments that still come are known to be late ones.
        let deadline = desk.now() + LATE_SEGMENTS;
        desk.arm(&mut joining.alarm, ringing, deadline);
        None
    }

    /// A part of the text with this name was not taken. `Some`: it is given up, and so many octets of it have left.
    pub(crate) fn give_up(&mut self, key: Key<Chat>, text: &MessageId, desk: &mut Desk) -> Option<u64> {
        let is_it = |joining: &Joining| joining.message_id.as_bytes() == text.as_bytes();
        let place = self.joinings.iter().position(|place| place.as_ref().is_some_and(is_it))?;
        self.give_up_place(key, place, desk)
    }

    /// The connection is gone, and with it, it may be, the parts of texts that are not whole.
    pub(crate) fn give_up_all(&mut self, key: Key<Chat>, desk: &mut Desk) {
        for place in 0..JOININGS_MAX {
            if self.give_up_place(key, place, desk).is_some()
                && let Some(joining) = &mut self.joinings[place]
            {
                joining.is_unended = true;
            }
        }
    }

    /// A message that a lost connection has left without an end, and its octets; each is named once.
    pub(crate) fn next_unended(&mut self) -> Option<(MessageId, u64)> {
        let joining = self.joinings.iter_mut().flatten().find(|joining| joining.is_unended)?;
        joining.is_unended = false;
        MessageId::copy(joining.message_id.as_bytes()).map(|message_id| (message_id, joining.octets))
    }

    /// The message with this name has an end now.
    pub(crate) fn has_ended(&mut self, message_id: &MessageId) {
        let is_it = |joining: &&mut Joining| joining.message_id.as_bytes() == message_id.as_bytes();
        if let Some(joining) = self.joinings.iter_mut().flatten().find(is_it) {
            joining.is_unended = false;
        }
    }

    fn give_up_place(&mut self, key: Key<Chat>, place: usize, desk: &mut Desk) -> Option<u64> {
        let joining = self.joinings.get_mut(place)?.as_mut()?;
        // Of a text whose first segment has not left nothing can be lost.
        if joining.next == 1 {
            return None;
        }
        joining.next = 1;
        joining.is_given_up = true;
        let deadline = desk.now() + LATE_SEGMENTS;
        desk.arm(&mut joining.alarm, Ringing::Joining(key, place as u8), deadline);
        Some(joining.octets)
    }

    /// Frees a place.
    pub(crate) fn close_joining(&mut self, place: usize, desk: &mut Desk) {
        if let Some(mut joining) = self.joinings.get_mut(place).and_then(Option::take) {
            desk.disarm(&mut joining.alarm);
        }
    }
}

/// Long texts that one chat may be joining at the same time; the segments of a further one are messages of their own.
pub(crate) const JOININGS_MAX: usize = 2;
/// What stands for the part of a text that never came.
pub(crate) const MISSING: &str = "[\u{2026}]";
/// An SMS centre that was told "not now" comes back within minutes.
const LATE_SEGMENTS: Duration = Duration::from_secs(3600);

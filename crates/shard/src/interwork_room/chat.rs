//! What a shard keeps of a chat beside its machine.

use alloc::boxed::Box;

use interwork::{Allowance, ChatSession, LanguageId, Lease, Msisdn, Timer};
use octets::Digits;
use tempo::{Alarm, Entropy};

use super::InboundSm;
use super::chat_message::repeated_message::LastMessages;
use super::chat_message::reports::{DueReport, EarlyReports};
use super::invitation::first_message::FirstMessage;
use super::invitation::succession::{Conversation, Names};
use super::recall::former::Aside;
use super::short_message::joining::{JOININGS_MAX, Joining};
use super::short_message::unconfirmed::Unconfirmed;
use crate::kept::Kept;
use crate::msrp_room::MsrpSession;
use crate::reach::Reach;
use crate::sip_room::Invite;
use crate::table::Key;

/// One chat.
#[derive(Debug)]
pub struct Chat {
    /// How far it has come.
    pub(super) session: ChatSession,
    /// Which conversation its client says that it is.
    pub(super) conversation: Option<Conversation>,
    /// Its INVITE and dialog.
    pub(super) invite: Key<Invite>,
    /// Its media, once it is accepted.
    pub(super) msrp: Option<Key<MsrpSession>>,
    /// Its number.
    pub(super) lease: Lease,
    /// Who invites, unless that is hidden.
    pub(super) inviter: Option<Digits>,
    /// The number of its chat user, also where that is hidden from the SMS user.
    pub(super) caller: Option<Msisdn>,
    /// The names of its conversation.
    pub(super) names: Names,
    /// Can it be gone on with when it ends?
    pub(super) aside: Option<Aside>,
    /// Has its chat user ever been connected?
    pub(super) was_connected: bool,
    /// How its chat user is reached when it is over; `None` for an address that is too long.
    pub(super) reach: Option<Reach>,
    /// Where its short messages are submitted.
    pub(super) service_centre: Digits,
    /// What its SMS user reads.
    pub(super) language: LanguageId,
    /// What the chat is about, as a text that follows "a chat".
    pub(super) topic: Kept<TOPIC_OCTETS_MAX>,
    /// What the chat user said in his INVITE, until he is connected.
    pub(super) first_message: Option<Box<FirstMessage>>,
    /// Segments of the invitation that the SMS centre has not taken yet.
    pub(super) invitation_left: u8,
    /// The references of its next text.
    pub(super) references: References,
    /// Messages of the chat user that the SMS side has not acknowledged.
    pub(super) unanswered: usize,
    /// How many more messages the chat user may send.
    pub(super) allowance: Allowance,
    /// And what became of the last ones.
    pub(super) last_messages: LastMessages,
    /// Has a message told how to leave?
    pub(super) was_told_to_leave: bool,
    /// Has he been told that something could not be shown?
    pub(super) was_told_unsupported: bool,
    /// Messages that the SMS side has refused for good since it took the last one.
    pub(super) refused_for_good: u8,
    /// Short messages that wait for the connection or for the chat user's answer, oldest first.
    pub(super) first_sm: Option<Key<InboundSm>>,
    /// And those whose sending nobody has confirmed.
    pub(super) unconfirmed: Unconfirmed,
    /// Messages of the chat user whose fate is to be told, the latest first.
    pub(super) first_report: Option<Key<DueReport>>,
    /// The next chat of the same chat user.
    pub(super) sibling: Option<Key<Chat>>,
    /// Reports on segments of texts that the SMS centre has not wholly taken.
    pub(super) early_reports: EarlyReports,
    /// Long texts that are being joined.
    pub(super) joinings: [Option<Joining>; JOININGS_MAX],
    answer: Alarm,
    refresh: Alarm,
    connect: Alarm,
    idle: Alarm,
}

impl Chat {
    pub(super) fn new(
        invite: Key<Invite>,
        lease: Lease,
        terms: Terms,
        topic: Kept<TOPIC_OCTETS_MAX>,
    ) -> Self {
        Chat {
            session: ChatSession::new(terms.asks_first),
            conversation: terms.conversation,
            invite,
            msrp: None,
            lease,
            inviter: terms.inviter,
            caller: terms.caller,
            names: Names::default(),
            aside: None,
            was_connected: false,
            reach: None,
            service_centre: terms.service_centre,
            language: terms.language,
            topic,
            first_message: None,
            invitation_left: 0,
            references: References::default(),
            unanswered: 0,
            allowance: Allowance::default(),
            last_messages: LastMessages::new(),
            was_told_to_leave: false,
            was_told_unsupported: false,
            refused_for_good: 0,
            first_sm: None,
            unconfirmed: Unconfirmed::new(),
            first_report: None,
            sibling: None,
            early_reports: EarlyReports::default(),
            joinings: [const { None }; JOININGS_MAX],
            answer: Alarm::default(),
            refresh: Alarm::default(),
            connect: Alarm::default(),
            idle: Alarm::default(),
        }
    }

    /// What was settled when it was let in.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            conversation: self.conversation,
            asks_first: false,
            inviter: self.inviter,
            caller: self.caller,
            service_centre: self.service_centre,
            language: self.language,
        }
    }

    pub(super) fn alarm(&mut self, timer: Timer) -> &mut Alarm {
        match timer {
            Timer::Answer => &mut self.answer,
            Timer::Refresh => &mut self.refresh,
            Timer::Connect => &mut self.connect,
            Timer::Idle => &mut self.idle,
        }
    }

    pub(super) fn alarms(&mut self) -> [&mut Alarm; 4] {
        [&mut self.answer, &mut self.refresh, &mut self.connect, &mut self.idle]
    }
}

/// What was settled when the chat was let in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Which conversation its client says that it is.
    pub(super) conversation: Option<Conversation>,
    /// Is the SMS user asked before the INVITE is accepted?
    pub(super) asks_first: bool,
    /// Who invites, unless that is hidden.
    pub(super) inviter: Option<Digits>,
    /// His number, also where that is hidden from the SMS user.
    pub(super) caller: Option<Msisdn>,
    /// Where the chat's short messages are submitted.
    pub(super) service_centre: Digits,
    /// What its SMS user reads.
    pub(super) language: LanguageId,
}

/// The counters that number texts and their segments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct References {
    /// Which segment of the chat the first one is; its low octet is TP-MR.
    pub(super) message: u32,
    /// What joins the segments of one text.
    pub(super) concat: u8,
}

impl References {
    /// The references for a text of `segments`, which are used up with it.
    pub(super) fn take(&mut self, segments: u8) -> References {
        let taken = *self;
        self.message = self.message.wrapping_add(segments.into());
        self.concat = self.concat.wrapping_add(u8::from(segments > 1));
        taken
    }

    /// For a text outside of any chat.
    pub(super) fn of_nothing(entropy: &mut Entropy) -> References {
        References { message: entropy.u32(), concat: entropy.u32() as u8 }
    }

    /// The last segment that had this TP-MR.
    pub(super) fn last_with(self, message_reference: u8) -> u32 {
        let later = (self.message as u8).wrapping_sub(message_reference).wrapping_sub(1);
        self.message.wrapping_sub(u32::from(later) + 1)
    }
}

/// A topic: its thirty characters may have four octets each.
pub(super) const TOPIC_OCTETS_MAX: usize = 128;

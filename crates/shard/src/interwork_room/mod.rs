//! Where chats live: what the protocol rooms heard becomes an event of a chat, and what the chat decides becomes
//! words for the protocol rooms.
//!
//! | what happens | where |
//! |---|---|
//! | an INVITE | `invitation/`; who asks and may he: `admission`; too early to know: `postponed`; a message inside it: `first_message`; a chat that goes on: `succession` |
//! | what a chat decides | `actions`, of `chat`; numbered by `numbering`, cut and submitted by `submit` |
//! | a message of the chat user | `chat_message/`; come again: `repeated_message`; what became of it: `reports` |
//! | a short message of the SMS user | `short_message/`; kept until the chat user has it: `waiting_sms`; long ones: `joining`; given back: `unconfirmed` |
//! | outside of any chat | `paging/`: a short message; a MESSAGE: `pager_message`; what became of it: `pager_reports` |
//! | a chat user comes and goes | `presence/`: under which identities; what the S-CSCF and the HSS say: `registration`; how he is reached: `attachment`; chats that end with him: `endings` |
//! | he is called back | `recall/`, into what `former` has kept |
//!
//! Refuses: to read or write a message. In: `SipEvent`, `MsrpEvent`, `DiameterEvent`. Out: calls of the rooms, through `Hands`.

mod actions;
mod chat;
mod chat_message;
mod invitation;
mod numbering;
mod paging;
mod presence;
mod recall;
mod short_message;
mod submit;

use interwork::{Correlation, Event, Goodbye, Identity, Timer, outcome_of_chat};

use tempo::Instant;

use crate::desk::{Desk, Ringing};
use crate::diameter_room::{DiameterEvent, DiameterRoom, NoRoute, Purpose, RoutingQuery};
use crate::directory::Remembered;
use crate::driver::Outward;
use crate::msrp_room::{Body, MsrpEvent, MsrpRoom, Received};
use crate::settings::Settings;
use crate::sip_room::{SipEvent, SipRoom};
use crate::table::{Key, Table};
use crate::tally::Count;

use chat_message::ChatMessages;
use chat_message::reports::DueReports;
use invitation::first_message;
use invitation::postponed::{self, AllPostponed};
use numbering::Numbering;
use paging::pager_message::{self, Pager};
use presence::endings::{self, Endings};
use presence::{Presence, registration};
use recall::former::Formers;
use short_message::joining;
use short_message::waiting_sms::{self, ShortMessages};

pub use chat::Chat;
pub use chat_message::ChatMessage;
pub use invitation::postponed::Postponed;
pub use paging::pager_message::PagerText;
pub use presence::endings::{Ending, Whose, end_chats};
pub use short_message::Arrived;
pub use short_message::waiting_sms::InboundSm;

/// Where chats live.
pub struct InterworkRoom {
    chats: Table<Chat>,
    pairs: Correlation<Key<Chat>>,
    formers: Formers,
    sms: ShortMessages,
    messages: ChatMessages,
    reports: DueReports,
    endings: Endings,
    postponed: AllPostponed,
    pager: Pager,
    presence: Presence,
    numbering: Numbering,
}

/// Is a short message that is on its way still wanted? An invitation is not, once the chat user has gone.
pub fn is_wanted(room: &InterworkRoom, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Invitation(chat) => room.chats.find(chat).is_some_and(|chat| chat.session.is_inviting()),
        Purpose::ChatMessage(_) | Purpose::PagerText(_) | Purpose::Courtesy | Purpose::TooLate => true,
    }
}

/// When the next message's report is waited for no longer.
pub fn next_deadline(room: &InterworkRoom) -> Option<Instant> {
    [room.reports.next_deadline(), room.pager.reports.next_deadline()].into_iter().flatten().min()
}

/// What was known of a chat user has run out.
pub fn forget(room: &mut InterworkRoom, gone: Identity) {
    if let Identity::Number(number) = gone {
        room.presence.forget(number);
    }
}

/// The rooms that a chat speaks through, and what all rooms share.
pub struct Hands<'h, O> {
    /// To the S-CSCF.
    pub sip: &'h mut SipRoom,
    /// To the chat user's media.
    pub msrp: &'h mut MsrpRoom,
    /// To the SMS side.
    pub diameter: &'h mut DiameterRoom,
    /// Time, timers, counters, chance, policy.
    pub desk: &'h mut Desk,
    /// To the outside.
    pub out: &'h mut O,
}

impl InterworkRoom {
    /// A room without chats.
    pub fn new(settings: &Settings, desk: &mut Desk) -> Self {
        let sessions = settings.sessions_max;
        InterworkRoom {
            chats: Table::new(sessions),
            pairs: Correlation::new(settings.pairs_max, &mut desk.entropy),
            formers: Formers::new(sessions, &mut desk.entropy),
            sms: ShortMessages::new(sessions.saturating_mul(SMS_PER_SESSION)),
            messages: ChatMessages::new(sessions.saturating_mul(MESSAGES_PER_SESSION)),
            reports: DueReports::new(sessions.saturating_mul(REPORTS_PER_SESSION)),
            endings: Endings::new(sessions, &mut desk.entropy),
            postponed: AllPostponed::new(),
            pager: Pager::new(sessions, desk),
            presence: Presence::new(desk.entropy.u64()),
            numbering: Numbering::new(sessions, &mut desk.entropy),
        }
    }

    /// Something on the SIP side.
    pub fn on_sip<O: Outward>(&mut self, event: SipEvent<'_>, hands: &mut Hands<'_, O>) {
        match event {
            SipEvent::Invitation { invite, request, from } => self.invited(invite, &request, from, hands),
            SipEvent::Withdrawn(chat) => self.drive(chat, Event::Withdrawn, None, hands),
            SipEvent::Unconfirmed(chat) => self.drive(chat, Event::Unconfirmed, None, hands),
            SipEvent::PeerLeft { chat, is_idle } => recall::peer_left(self, chat, is_idle, hands),
            SipEvent::Recalled { chat, answer } => recall::accepted(self, chat, answer, hands),
            SipEvent::NotRecalled { chat, status } => recall::refused(self, chat, status, hands),
            SipEvent::Parted(chat) => self.drive(chat, Event::Parted, None, hands),
            SipEvent::Registered { registrant, life, scscf, from } => {
                registration::registered(self, registrant, (scscf, from), life, hands);
            }
            SipEvent::Deregistered(registrant) => {
                registration::deregistered(self, registrant, hands);
            }
            SipEvent::Paged { message, request, from } => {
                pager_message::paged(self, message, &request, from, hands);
            }
            SipEvent::PageAnswered { about, status } => paging::answered(self, about, status, hands),
        }
    }

    /// Something on the SMS side.
    pub fn on_diameter<O: Outward>(&mut self, event: DiameterEvent<'_>, hands: &mut Hands<'_, O>) {
        match event {
            DiameterEvent::Submitted { purpose: Purpose::Invitation(chat), result } => {
                self.invitation_submitted(chat, result, hands);
            }
            DiameterEvent::Submitted { purpose: Purpose::ChatMessage(message), result } => {
                let (chats, reports) = (&mut self.chats, &mut self.reports);
                if let Some(chat) = self.messages.segment_ended(message, result, chats, reports, hands) {
                    self.drive(chat, Event::Stop(Goodbye::Unreachable), None, hands);
                }
            }
            DiameterEvent::Submitted { purpose: Purpose::PagerText(text), result } => {
                pager_message::segment_ended(self, text, result, hands);
            }
            DiameterEvent::Submitted { purpose: Purpose::Courtesy | Purpose::TooLate, result } => {
                if result.is_err() {
                    hands.desk.count(Count::CourtesiesLost);
                }
            }
            DiameterEvent::Asked(query) => announce(&query, hands),
            DiameterEvent::Known { identity, subscriber, until } => {
                registration::known(self, identity, subscriber, until, hands);
            }
            DiameterEvent::Changed { notice, identity, subscriber } => {
                registration::changed(self, &notice, identity, subscriber, hands);
            }
            DiameterEvent::Forwarded { token, correlation, origin, tpdu } => {
                self.forwarded(token, correlation, origin, tpdu, hands);
            }
        }
    }

    /// Something on the chat user's media.
    pub fn on_msrp<O: Outward>(&mut self, received: Received<'_>, hands: &mut Hands<'_, O>) {
        if let Some(chat) = received.connected.filter(|chat| recall::connected(&mut self.chats, *chat)) {
            self.drive(chat, Event::Connected, None, hands);
            first_message::say_first(&mut self.chats, &mut self.messages, chat, hands);
            self.sms.release_held(&mut self.chats, chat, hands);
            waiting_sms::end_unended(&mut self.chats, chat, hands);
        }
        match received.event {
            None => {}
            Some(MsrpEvent::Answered { sm, status }) => {
                self.sms.settle(&mut self.chats, sm, outcome_of_chat(status), hands);
            }
            Some(MsrpEvent::Message { chat, session, chunk, body: Body::InPlace(body) }) => {
                self.spoken(chat, session, &chunk, body, hands);
            }
            Some(MsrpEvent::Message { chat, session, chunk, body: Body::Joined(slot) }) => {
                let joined = hands.msrp.lift_joined();
                self.spoken(chat, session, &chunk, joined.bytes(slot), hands);
                hands.msrp.put_back_joined(joined, slot);
            }
        }
    }

    /// The chat user's connection is gone.
    pub fn on_disconnected<O: Outward>(&mut self, chat: Key<Chat>, hands: &mut Hands<'_, O>) {
        self.drive(chat, Event::Disconnected, None, hands);
        self.sms.take_back_sent(&mut self.chats, chat, hands);
    }

    /// A timer of something in this room has come up.
    pub fn ring<O: Outward>(&mut self, ringing: Ringing, hands: &mut Hands<'_, O>) {
        match ringing {
            Ringing::Chat(key, timer) => {
                let Some(chat) = self.chats.find_mut(key) else { return };
                if hands.desk.is_due(chat.alarm(timer), ringing) {
                    if timer == Timer::Answer {
                        recall::unanswered(&mut self.chats, key, hands.desk);
                    }
                    self.drive(key, Event::Due(timer), None, hands);
                }
            }
            // The next segment of a long text has not come in time: what has left of it is ended.
            Ringing::Joining(key, place) => {
                let Some(chat) = self.chats.find_mut(key) else { return };
                let Some((message_id, octets)) = chat.ring_joining(key, usize::from(place), hands.desk)
                else {
                    return;
                };
                if let Some(session) = chat.msrp {
                    let missing = |out: &mut octets::Writer<'_>| out.text(joining::MISSING);
                    hands.msrp.send_courtesy(session, &message_id, octets, missing, hands.desk, hands.out);
                }
            }
            Ringing::Postponed(key) => postponed::ring(self, key, hands),
            Ringing::Sm(key) => self.sms.ring(&mut self.chats, key, hands),
            // The others belong to other rooms.
            _ => {}
        }
    }

    /// Does what a turn has time for: ends chats that are to end, forgets what time has made obsolete, more than one turn can add.
    /// `true`: there is more to do.
    pub fn housekeep<O: Outward>(&mut self, hands: &mut Hands<'_, O>) -> bool {
        endings::go_on(self, hands);
        self.pairs.advance(hands.desk.now(), SWEEP_MAX);
        self.formers.advance(hands.desk.now(), SWEEP_MAX);
        self.sms.housekeep(hands.desk.now(), SWEEP_MAX);
        self.reports.housekeep(&mut self.chats, hands.desk.now(), SWEEP_MAX);
        self.pager.reports.housekeep(hands.desk.now(), SWEEP_MAX);
        !self.endings.is_empty()
    }

    /// What there is now.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            chats: self.chats.len(),
            leases: self.pairs.live(),
            resting: self.pairs.resting(),
            aside: self.formers.count(),
            messages: self.messages.count() + self.pager.count(),
            due_reports: self.reports.count() + self.pager.reports.count(),
            postponed: self.postponed.count(),
        }
    }
}

/// What there is now, of what chats are made of.
#[derive(Clone, Copy, Debug)]
pub struct Gauges {
    /// Chats.
    pub chats: usize,
    /// Numbers in use.
    pub leases: usize,
    /// Numbers at rest.
    pub resting: usize,
    /// Chats that can be gone on with.
    pub aside: usize,
    /// Chat messages, and texts outside of a chat, that wait for the SMS side.
    pub messages: usize,
    /// Of these, those that wait for a status report.
    pub due_reports: usize,
    /// INVITEs that wait for what is known of their sender.
    pub postponed: usize,
}

/// TS 23.204 6.14 steps 3a and 3c; TS 29.311 6.1.3.1; interworking 11 row 15: the answer names us, and an MT-Correlation-ID that leads the short message back to the number.
fn announce<O: Outward>(query: &RoutingQuery<'_>, hands: &mut Hands<'_, O>) {
    let desk = &mut *hands.desk;
    let now = desk.now();
    // interworking 11 row 39
    let mut id = interwork::MtCorrelationId::mint(desk.policy.network, &mut desk.entropy);
    // Nine digits of chance: with a million of them out one in a thousand is taken.
    while desk.directory.announced(id, now).is_some() {
        id = interwork::MtCorrelationId::mint(desk.policy.network, &mut desk.entropy);
    }
    let until = now + desk.policy.correlation_life;
    let way = match desk.directory.announce(id, query.number, until) {
        true => {
            desk.obsolete.put(Remembered::Announcement(id), until);
            Ok(id)
        }
        false => Err(NoRoute::Busy),
    };
    hands.diameter.route(query, way, desk, hands.out);
}

/// Short messages that wait for a chat user's answer, per chat on average; beyond it "not now".
const SMS_PER_SESSION: usize = 4;
/// Chat messages that wait for the SMS side, per chat on average; beyond it 408, which is a matter of time.
const MESSAGES_PER_SESSION: usize = 4;
/// Chat messages that wait for a status report, per chat on average; beyond it their senders are told nothing.
const REPORTS_PER_SESSION: usize = 4;
/// Obsolete things that one turn forgets.
const SWEEP_MAX: usize = 64;

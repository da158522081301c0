//! An INVITE is let in, or refused with its reason (TS 23.204 6.15.1 steps 4 and 5).

pub(super) mod admission;
pub(super) mod first_message;
pub(super) mod postponed;
pub(super) mod succession;

use alloc::boxed::Box;
use core::net::SocketAddr;

use interwork::{Event, Lease, Meaning, Msisdn, NumberSource, Pair, SmFailure, Stage};
use msrp::{NotAcceptable, Offer};
use sip::{HeaderName, MessageView, ServiceKind, StatusCode};

use super::chat::{TOPIC_OCTETS_MAX, Terms};
use super::{Chat, Hands, InterworkRoom, recall};
use crate::desk::Desk;
use crate::directory::Limited;
use crate::driver::Outward;
use crate::kept::Kept;
use crate::msrp_room::{self, NotOpened};
use crate::reach::Reach;
use crate::sip_room::Invite;
use crate::table::{Key, Table};
use crate::tally::Count;
use admission::{Admitted, Caller, Refused};
use first_message::FirstMessage;
use postponed::Waiting;
use succession::{Conversation, Names};

/// An INVITE is let in.
enum Invited {
    /// With a chat of its own.
    New(Key<Chat>),
    /// Into the chat that it is about already.
    Again(Key<Chat>),
}

impl InterworkRoom {
    /// A new INVITE.
    pub(super) fn invited<O: Outward>(
        &mut self,
        invite: Key<Invite>,
        request: &MessageView<'_>,
        from: SocketAddr,
        hands: &mut Hands<'_, O>,
    ) {
        match postponed::postpone(self, Waiting::Invite(invite), request, from, hands) {
            Ok(true) => {}
            Ok(false) => self.judge(invite, request, from, hands),
            Err(refused) => refuse(invite, &refused, hands),
        }
    }

    /// All that can be known of its sender is known.
    pub(super) fn judge<O: Outward>(
        &mut self,
        invite: Key<Invite>,
        request: &MessageView<'_>,
        from: SocketAddr,
        hands: &mut Hands<'_, O>,
    ) {
        match self.admit(invite, request, hands) {
            Ok(Invited::Again(chat)) => self.succeed(chat, invite, hands),
            Ok(Invited::New(chat)) => {
                hands.desk.count(Count::Invitations);
                hands.sip.invites.attach(invite, chat);
                if let Some(chat) = self.chats.find_mut(chat) {
                    chat.reach =
                        admission::asserted(request).and_then(|peer| Reach::new(peer.uri, None, from));
                    chat.names = Names::of(request);
                    // Not from zero: reports on a chat before it on this pair may still come.
                    chat.references = self.numbering.begin(chat.lease.pair, &mut hands.desk.entropy);
                }
                self.drive(chat, Event::Begin, None, hands);
            }
            Err(refused) => refuse(invite, &refused, hands),
        }
    }

    /// The checks in their order; the first that fails speaks.
    fn admit<O: Outward>(
        &mut self,
        invite: Key<Invite>,
        request: &MessageView<'_>,
        hands: &mut Hands<'_, O>,
    ) -> Result<Invited, Refused> {
        // interworking 2.3 row 1
        if hands.desk.is_stopping {
            return Err(Refused::later(StatusCode::SERVICE_UNAVAILABLE));
        }
        if !self.chats.has_room() {
            hands.desk.count(Count::Overloads);
            return Err(Refused::later(StatusCode::SERVICE_UNAVAILABLE));
        }
        let policy = hands.desk.policy.clone();
        wanted(request)?;
        let Admitted { caller, subscriber, sms_user } = admission::admit(request, hands.desk)?;
        // interworking 2.3 row 9
        acceptable(hands.sip.invites.offer(invite).unwrap_or_default())?;
        let first_message = FirstMessage::of(request).map_err(Refused::plain)?;
        let conversation = Conversation::of(request);
        // interworking 2.9 rule 4, 11 row 22
        if let Some(chat) = chat_of(self, &caller, sms_user, conversation, hands.desk) {
            return Ok(again(&mut self.chats, chat, request, first_message));
        }
        // interworking 11 row 21
        if self.pairs.chats_of(sms_user) >= policy.chats_per_sms_user_max {
            return Err(Refused::plain(StatusCode::BUSY_HERE));
        }
        // TS 23.204 6.15.1 step 5; TS 29.311 6.1.8
        let lease = self.lease(&caller, sms_user, hands)?;
        if let Some(chat) = recall::goes_on(self, &lease, conversation, hands.desk) {
            return Ok(again(&mut self.chats, chat, request, first_message));
        }
        admission::spend(&caller, Limited::Invitation, hands.desk)?;
        let terms = Terms {
            conversation,
            asks_first: !subscriber.auto_accept.unwrap_or(!policy.ask_first),
            inviter: caller.number.filter(|_| !caller.hides),
            caller: caller.number.map(Msisdn),
            service_centre: subscriber.service_centre.unwrap_or(policy.service_centre),
            language: policy.language_between(subscriber.language, sms_user),
        };
        let mut chat = Chat::new(invite, lease, terms, topic(request));
        chat.first_message = first_message;
        let chat = self.chats.insert(chat).map_err(|_| Refused::later(StatusCode::SERVICE_UNAVAILABLE))?;
        // interworking 2.9 rule 1
        if self.pairs.bind(lease.pair, chat).is_err() {
            self.chats.remove(chat);
            hands.desk.count(Count::Overloads);
            return Err(Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE));
        }
        // Whatever was on this pair before is over for good.
        self.formers.take(lease.pair);
        self.endings.link(&mut self.chats, chat, hands.desk);
        Ok(Invited::New(chat))
    }

    /// The number that will stand for the chat (TS 23.204 6.16.1 NOTE 1).
    fn lease<O: Outward>(
        &self,
        caller: &Caller,
        sms_user: Msisdn,
        hands: &mut Hands<'_, O>,
    ) -> Result<Lease, Refused> {
        let policy = hands.desk.policy.clone();
        let now = hands.desk.now();
        // TS 23.204 6.16.1 NOTE 1; interworking 11 row 2
        if policy.number_source == NumberSource::Own && !caller.hides {
            let number = caller.number.map(Msisdn).ok_or(Refused::plain(StatusCode::FORBIDDEN))?;
            let pair = Pair { number, sms_user };
            // interworking 2.3 row 11
            if !self.pairs.is_free_for(pair, caller.peer, now) {
                // One chat per pair: a second INVITE while the first lives cannot be told apart by the SMS user.
                return Err(Refused::plain(StatusCode::BUSY_HERE));
            }
            return Ok(Lease { pair, peer: caller.peer, rests: false });
        }
        if policy.pool.is_empty() {
            // Without a number of the pool the only one would be the caller's own, which is to be hidden.
            return Err(admission::hiding_is_prohibited(&policy));
        }
        // interworking 2.3 row 12, 2.9 rule 2
        policy.pool.lease(sms_user, caller.peer, &self.pairs, now).map_err(|_| {
            hands.desk.count(Count::PoolExhausted);
            Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE)
        })
    }

    /// A segment of the invitation was taken or refused.
    pub(super) fn invitation_submitted<O: Outward>(
        &mut self,
        key: Key<Chat>,
        result: Result<(), SmFailure>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(chat) = self.chats.find_mut(key) else { return };
        match result {
            Err(failure) => self.drive(key, Event::InvitationRefused(failure), None, hands),
            Ok(()) => {
                chat.invitation_left = chat.invitation_left.saturating_sub(1);
                if chat.invitation_left == 0 {
                    self.drive(key, Event::InvitationSubmitted, None, hands);
                }
            }
        }
    }
}

fn refuse<O: Outward>(invite: Key<Invite>, refused: &Refused, hands: &mut Hands<'_, O>) {
    let Refused(status, refusal) = *refused;
    hands.desk.count(Count::InvitationsRefused);
    hands.sip.invites.refuse(invite, status, refusal, hands.desk, hands.out);
}

/// Is it a chat between two? Whatever names itself something else is no matter for SMS.
fn wanted(request: &MessageView<'_>) -> Result<(), Refused> {
    match ServiceKind::of(request) {
        ServiceKind::Chat | ServiceKind::Unnamed => Ok(()),
        ServiceKind::GroupChat
        | ServiceKind::FileTransfer
        | ServiceKind::LargeMessage
        | ServiceKind::PagerMessage => {
            let text = "Only one-to-one chat sessions reach an SMS user";
            Err(Refused::warn(StatusCode::NOT_ACCEPTABLE_HERE, 304, text))
        }
    }
}

/// The chat goes on with this INVITE.
fn again(
    chats: &mut Table<Chat>,
    key: Key<Chat>,
    request: &MessageView<'_>,
    first_message: Option<Box<FirstMessage>>,
) -> Invited {
    if let Some(chat) = chats.find_mut(key) {
        chat.first_message = first_message.or(chat.first_message.take());
        chat.names = Names::of(request);
    }
    Invited::Again(key)
}

/// The chat on the caller's own number that already is this conversation, or that he is being called back into.
fn chat_of(
    room: &InterworkRoom,
    caller: &Caller,
    sms_user: Msisdn,
    conversation: Option<Conversation>,
    desk: &Desk,
) -> Option<Key<Chat>> {
    let is_own = desk.policy.number_source == NumberSource::Own && !caller.hides;
    let number = caller.number.filter(|_| is_own).map(Msisdn)?;
    let meaning = room.pairs.meaning(Pair { number, sms_user }, desk.now());
    let Some(Meaning::Live(key)) = meaning else { return None };
    let chat = room.chats.find(key).filter(|chat| chat.lease.peer == caller.peer)?;
    // Called back he may name it as he likes: the two are about to talk, and the SMS user could not tell two chats apart.
    let is_called = chat.session.stage() == Stage::Recalling;
    let is_same = conversation.is_some() && chat.conversation == conversation;
    (is_called || is_same).then_some(key)
}

/// Subject, made harmless: one line, no control characters.
fn topic(request: &MessageView<'_>) -> Kept<TOPIC_OCTETS_MAX> {
    let subject = request.header(HeaderName::Subject).and_then(|subject| core::str::from_utf8(subject).ok());
    let Some(subject) = subject.map(str::trim).filter(|subject| !subject.is_empty()) else {
        return Kept::EMPTY;
    };
    // interworking 2.3 item 14, 2.6 item 14
    let is_harmless = |c: &char| {
        !c.is_control()
            && !matches!(*c, '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let topic = Kept::write(|out| {
        out.text(": ");
        let mut octets = [0; 4];
        for c in subject.chars().filter(is_harmless).take(TOPIC_CHARACTERS_MAX) {
            out.text(c.encode_utf8(&mut octets));
        }
    });
    topic.unwrap_or(Kept::EMPTY)
}

/// Can the offer be answered? Asked now, so that nobody says yes to a chat that cannot be.
fn acceptable(body: &[u8]) -> Result<(), Refused> {
    // RFC 3261 13.2.1 lets an INVITE come without an offer; we have nothing to offer in its place.
    let offer = if body.is_empty() { Err(NotAcceptable::NoMsrp) } else { Offer::parse(body) };
    let offer = offer.map_err(|fault| {
        let status = StatusCode::new(fault.sip_status()).unwrap_or(StatusCode::NOT_ACCEPTABLE_HERE);
        Refused::warn(status, fault.warning(), fault.text())
    })?;
    msrp_room::acceptable(&offer).map_err(|fault| match fault {
        NotOpened::NotAcceptable(text) => Refused::warn(StatusCode::NOT_ACCEPTABLE_HERE, 399, text),
        NotOpened::Full => Refused::later(StatusCode::SERVICE_UNAVAILABLE),
    })
}

const TOPIC_CHARACTERS_MAX: usize = 30;

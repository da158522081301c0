//! The chat users of one UE: each chat follows its script, several at once.
//!
//! In: SIP from the S-CSCF, MSRP from the gateway. Out: SIP over UDP, MSRP over connections that it opens; a record of
//! each chat.

mod call;
mod chat;
mod invitation;
mod media;
mod record;
mod request;
mod script;
mod session;
mod turn;
mod visit;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use sip::{Index, MessageView, Method, StatusCode};
use tempo::{Entropy, Instant, WallClock};

use crate::agenda::Agenda;
use crate::{Actor, Calendar, Event, LinkName, Opening, Out, Participant};
use chat::Chat;
pub use record::{ChatRecord, EndedBy, Failure, SentText, Why};
pub use script::{Caller, ChatScript, Enclosure, Reliability, Step};
pub use session::{Refresh, Refreshing, SessionHabit};
use turn::Turn;
use visit::Visit;

/// Where the UE is.
#[derive(Clone)]
pub struct UeSetup {
    /// Its own address, as others reach it.
    pub address: SocketAddr,
    /// The S-CSCF.
    pub scscf: SocketAddr,
    /// The home network domain.
    pub domain: String,
}

/// All chats of a UE.
pub struct ChatUser {
    setup: UeSetup,
    calendar: Calendar,
    chance: Entropy,
    chats: Vec<Chat>,
    /// Chats that others begin, by numbers that no chat of its own has; `None` where it can be invited by nobody.
    visits: Option<BTreeMap<usize, Visit>>,
    agenda: Agenda<usize>,
    /// Whose Call-ID and whose connection that is.
    calls: BTreeMap<Vec<u8>, usize>,
    links: BTreeMap<LinkName, usize>,
    has_started: bool,
}

impl ChatUser {
    /// A UE without chats.
    pub fn new(setup: UeSetup, wall: WallClock, chance: Entropy) -> Self {
        ChatUser {
            setup,
            calendar: Calendar::new(Instant::ZERO, wall),
            chance,
            chats: Vec::new(),
            visits: None,
            agenda: Agenda::default(),
            calls: BTreeMap::new(),
            links: BTreeMap::new(),
            has_started: false,
        }
    }

    /// With one more chat; it begins when the curtain rises.
    #[must_use]
    pub fn with(mut self, script: ChatScript) -> Self {
        self.add(script);
        self
    }

    /// From now on it accepts whoever invites it.
    pub fn take_calls(&mut self) {
        self.visits.get_or_insert_default();
    }

    /// One more chat; the number by which [`ChatUser::record`] knows it. After the curtain has risen it begins with the
    /// next event.
    pub fn add(&mut self, script: ChatScript) -> usize {
        self.chats.push(Chat::new(script));
        let number = self.chats.len() - 1;
        self.agenda.arm(number, Some(Instant::ZERO));
        number
    }

    /// What became of a chat.
    pub fn record(&self, number: usize) -> Option<&ChatRecord> {
        self.chats.get(number).map(Chat::record)
    }

    /// What became of all chats.
    pub fn records(&self) -> impl Iterator<Item = &ChatRecord> {
        self.chats.iter().map(Chat::record)
    }

    /// Have all scripts come to their end, or got stuck?
    pub fn is_done(&self) -> bool {
        self.records().all(ChatRecord::is_done)
    }

    /// Lets one chat act, and notes when it wants to be woken.
    fn with_chat(
        &mut self,
        now: Instant,
        number: usize,
        out: &mut Out,
        act: impl FnOnce(&mut Chat, &mut Turn<'_>),
    ) {
        let Some(chat) = self.chats.get_mut(number) else { return };
        let wall = self.calendar.at(now);
        let mut turn = Turn { now, wall, setup: &self.setup, chance: &mut self.chance, out };
        act(chat, &mut turn);
        self.agenda.arm(number, chat.next_deadline());
        if let Some(call_id) = chat.take_new_call_id() {
            self.calls.insert(call_id, number);
        }
    }

    /// Lets one chat act that somebody else has begun; `None` when it is none of these.
    fn with_visit<T>(
        &mut self,
        now: Instant,
        number: usize,
        out: &mut Out,
        act: impl FnOnce(&mut Visit, &mut Turn<'_>) -> T,
    ) -> Option<T> {
        let visit = self.visits.as_mut()?.get_mut(&number)?;
        let wall = self.calendar.at(now);
        let mut turn = Turn { now, wall, setup: &self.setup, chance: &mut self.chance, out };
        let done = act(visit, &mut turn);
        self.agenda.arm(number, visit.next_deadline());
        Some(done)
    }

    /// Somebody invites it; `false` when it cannot be invited.
    fn invited(
        &mut self,
        now: Instant,
        view: &MessageView<'_>,
        (from, bytes): (SocketAddr, &[u8]),
        out: &mut Out,
    ) -> bool {
        let Some(visits) = &mut self.visits else { return false };
        if view.method() != Method::Invite || !view.is_request() || view.to_tag().is_some() {
            return false;
        }
        let number = FIRST_VISIT + visits.len();
        let wall = self.calendar.at(now);
        let mut turn = Turn { now, wall, setup: &self.setup, chance: &mut self.chance, out };
        let visit = Visit::start(bytes.to_vec(), from, &mut turn);
        self.agenda.arm(number, visit.next_deadline());
        visits.insert(number, visit);
        self.calls.insert(view.call_id().to_vec(), number);
        true
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8], out: &mut Out) {
        let Ok(index) = Index::parse(bytes) else { return };
        let view = MessageView::new(bytes, &index);
        let number = self.calls.get(view.call_id()).copied();
        let mut is_taken = false;
        if let Some(number) = number {
            self.with_chat(now, number, out, |chat, turn| {
                is_taken = match view.is_request() {
                    true => chat.request(&view, from, number as u64, turn),
                    false => {
                        chat.response(&view, number as u64, turn);
                        true
                    }
                };
            });
        }
        let visited = number.filter(|_| view.is_request());
        is_taken |= visited
            .and_then(|number| {
                self.with_visit(now, number, out, |visit, turn| visit.request(&view, from, turn))
            })
            .is_some();
        is_taken |= !is_taken && number.is_none() && self.invited(now, &view, (from, bytes), out);
        // RFC 3261 12.2.2: no such dialog.
        if !is_taken && view.is_answerable() {
            let status = match view.to_tag() {
                Some(_) => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
                None => StatusCode::TEMPORARILY_UNAVAILABLE,
            };
            let wall = self.calendar.at(now);
            let mut turn = Turn { now, wall, setup: &self.setup, chance: &mut self.chance, out };
            call::respond(&view, from, status, &mut turn);
        }
    }
}

impl Actor for ChatUser {
    fn name(&self) -> Participant {
        Participant::ChatUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Start => self.has_started = true,
            Event::Datagram { from, bytes } => self.datagram(now, from, bytes, out),
            Event::Opened { link, opening: Opening::Connected { tag }, .. } => {
                self.links.insert(link, tag as usize);
                self.with_chat(now, tag as usize, out, |chat, turn| chat.opened(link, turn));
                self.with_visit(now, tag as usize, out, |visit, turn| visit.opened(link, turn));
            }
            Event::NotOpened { tag } => {
                self.with_chat(now, tag as usize, out, |chat, turn| chat.closed(turn));
                self.with_visit(now, tag as usize, out, |visit, _| visit.closed());
            }
            Event::Bytes { link, bytes } => {
                if let Some(number) = self.links.get(&link).copied() {
                    self.with_chat(now, number, out, |chat, turn| chat.bytes(bytes, turn));
                    self.with_visit(now, number, out, |visit, turn| visit.bytes(bytes, turn));
                }
            }
            Event::Closed { link } => {
                if let Some(number) = self.links.remove(&link) {
                    self.with_chat(now, number, out, |chat, turn| chat.closed(turn));
                    self.with_visit(now, number, out, |visit, _| visit.closed());
                }
            }
            // A UE listens for nothing but SIP.
            Event::Opened { opening: Opening::Accepted, .. } | Event::Letter { .. } | Event::Due => {}
        }
        while self.has_started
            && let Some(number) = self.agenda.take_due(now)
        {
            self.with_chat(now, number, out, |chat, turn| chat.advance(number as u64, turn));
            self.with_visit(now, number, out, |visit, turn| visit.advance(number as u64, turn));
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.agenda.next().filter(|_| self.has_started)
    }
}

/// Texts and numbers do not print.
impl fmt::Debug for ChatUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.records().filter(|record| record.is_done()).count();
        write!(f, "ChatUser({} chats, {done} done)", self.chats.len())
    }
}

impl fmt::Debug for UeSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UeSetup({}, {})", self.address, self.domain)
    }
}

/// More chats than this no UE begins.
const FIRST_VISIT: usize = 1 << 24;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod visit_tests;

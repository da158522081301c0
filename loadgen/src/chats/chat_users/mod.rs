//! All chat users of a run behind one S-CSCF: they begin their chats at a steady rate, as many at a time as are allowed.
//!
//! In: datagrams and connections, by the stage. Out: the same; accounts in the ledger.

mod call;
mod leg;
mod media;
mod messages;

use core::net::SocketAddr;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use actors::{Actor, Event, LinkName, Opening, Out, Participant};
use sip::{Index, MessageView, StatusCode, response_target};
use tempo::{Duration, Instant};

use super::agenda::Agenda;
use super::ledger::Ledger;
use super::order::ChatsOrder;
use call::{Call, Turn};
pub use media::Met;
use messages::Sender;

/// The chat users.
pub struct ChatUsers {
    order: ChatsOrder,
    sender: Sender,
    ledger: Rc<RefCell<Ledger>>,
    calls: HashMap<u32, Call>,
    links: HashMap<LinkName, u32>,
    agenda: Agenda,
    /// When the first chat begins.
    start: Option<Instant>,
    begun: u32,
    /// Chats that are not over.
    active: usize,
    /// What has been counted.
    pub counts: Counts,
}

/// What the chat users count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// SIP requests that were sent again.
    pub sip_repeated: u64,
    /// What the MSRP sessions of chats that are over have met.
    pub met: Met,
    /// SIP that is of no chat.
    pub strays: u64,
}

impl ChatUsers {
    /// Of this order.
    pub fn new(order: ChatsOrder, nonce: u64, ledger: Rc<RefCell<Ledger>>) -> ChatUsers {
        let sender = Sender::new(order.sip(), &order.domain, nonce);
        ChatUsers {
            order,
            sender,
            ledger,
            calls: HashMap::new(),
            links: HashMap::new(),
            agenda: Agenda::default(),
            start: None,
            begun: 0,
            active: 0,
            counts: Counts::default(),
        }
    }

    /// The first chat begins now.
    pub fn begin(&mut self, now: Instant) {
        self.start = Some(now);
    }

    /// Chats that have begun.
    pub fn begun(&self) -> u32 {
        self.begun
    }

    /// Chats that are going on.
    pub fn active(&self) -> usize {
        self.active
    }

    /// Have all chats come to their end?
    pub fn are_done(&self) -> bool {
        self.begun == self.order.chats && self.active == 0
    }

    /// When the next chat may begin.
    fn next_start(&self) -> Option<Instant> {
        let may = self.begun < self.order.chats && self.active < self.order.concurrency as usize;
        let nanos = u64::from(self.begun) * 1_000_000_000 / u64::from(self.order.rate);
        self.start.filter(|_| may).map(|start| start + Duration::from_nanos(nanos))
    }

    fn begin_due(&mut self, now: Instant, out: &mut Out) {
        while self.next_start().is_some_and(|at| at <= now) {
            let n = self.begun;
            self.begun += 1;
            self.active += 1;
            let ledger = &mut *self.ledger.borrow_mut();
            let repeated = &mut self.counts.sip_repeated;
            let mut turn = Turn { now, order: &self.order, sender: &self.sender, ledger, out, repeated };
            let call = Call::start(n, &mut turn);
            self.agenda.arm(n, call.next_deadline());
            self.calls.insert(n, call);
        }
    }

    /// Lets one chat act, and notes what has become of it.
    fn with_call<T>(
        &mut self,
        now: Instant,
        n: u32,
        out: &mut Out,
        act: impl FnOnce(&mut Call, &mut Turn<'_>) -> T,
    ) -> Option<T> {
        let call = self.calls.get_mut(&n)?;
        let was_over = call.is_over();
        let ledger = &mut *self.ledger.borrow_mut();
        let repeated = &mut self.counts.sip_repeated;
        let mut turn = Turn { now, order: &self.order, sender: &self.sender, ledger, out, repeated };
        let result = act(call, &mut turn);
        if call.is_over() && !was_over {
            self.active -= 1;
            let met = call.media.met;
            self.counts.met.lost += met.lost;
            self.counts.met.repeated += met.repeated;
            self.counts.met.heard_again += met.heard_again;
            self.counts.met.bound_elsewhere += met.bound_elsewhere;
        }
        if call.is_gone() {
            self.calls.remove(&n);
            self.agenda.arm(n, None);
        } else {
            self.agenda.arm(n, call.next_deadline());
        }
        Some(result)
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8], out: &mut Out) {
        let Ok(index) = Index::parse(bytes) else {
            self.counts.strays += 1;
            return;
        };
        let view = MessageView::new(bytes, &index);
        let n = self.sender.chat_of(view.call_id());
        if !view.is_request() {
            let n = n.filter(|_| view.validate_response().is_ok());
            if n.and_then(|n| self.with_call(now, n, out, |call, turn| call.response(&view, turn))).is_none()
            {
                self.counts.strays += 1;
            }
            return;
        }
        let is_taken =
            n.and_then(|n| self.with_call(now, n, out, |call, turn| call.request(&view, from, turn)));
        // RFC 3261 12.2.2: no such dialog, or not any more.
        if is_taken != Some(true) && view.is_answerable() {
            self.counts.strays += 1;
            let to = response_target(&view.via(), from);
            if self.order.allows(to) {
                let status = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                out.datagram(to, Sender::response(&view, from, status));
            }
        }
    }
}

impl Actor for ChatUsers {
    fn name(&self) -> Participant {
        Participant::ChatUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Datagram { from, bytes } => self.datagram(now, from, bytes, out),
            Event::Opened { link, opening: Opening::Connected { tag }, .. } => {
                self.links.insert(link, tag as u32);
                let known = self.with_call(now, tag as u32, out, |call, turn| call.opened(link, turn));
                if known.is_none() {
                    out.close(link);
                }
            }
            Event::NotOpened { tag } => {
                self.with_call(now, tag as u32, out, |call, turn| call.lost(None, turn));
            }
            Event::Bytes { link, bytes } => {
                if let Some(n) = self.links.get(&link).copied() {
                    self.with_call(now, n, out, |call, turn| call.bytes(bytes, turn));
                }
            }
            Event::Closed { link } => {
                if let Some(n) = self.links.remove(&link) {
                    self.with_call(now, n, out, |call, turn| call.lost(Some(link), turn));
                }
            }
            Event::Start | Event::Due | Event::Letter { .. } | Event::Opened { .. } => {}
        }
        while let Some(n) = self.agenda.take_due(now) {
            self.with_call(now, n, out, |call, turn| call.advance(turn));
        }
        self.begin_due(now, out);
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.agenda.next().into_iter().chain(self.next_start()).min()
    }
}

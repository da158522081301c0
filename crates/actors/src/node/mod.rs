//! A Diameter node: its neighbours, called or calling, each with the peer machine of RFC 6733 5.6.
//!
//! Refuses: to know any application. In: what happens to connections. Out: application messages, each one whole and sound;
//! who came up and who went down. What the base protocol says it says by itself.

mod base_messages;
mod neighbour;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use diameter::peer::{self, Action, Received, Side};
use diameter::{
    ApplicationId, EndToEnd, HopByHop, Identity, Ids, MessageView, ResultCode, SessionId, frame,
    write_refusal,
};
use tempo::{Entropy, Instant, WallClock};

use crate::message_text::written;
use crate::{Event, LinkName, Opening, Out};
use base_messages::Base;
use neighbour::Neighbour;

/// What a node is called, and where its chance comes from.
#[derive(Clone, Debug)]
pub struct NodeSetup {
    /// Origin-Host.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
    /// Host-IP-Address.
    pub address: IpAddr,
    /// What the calendar says at the start.
    pub wall: WallClock,
    /// All identifiers come from here.
    pub chance: Entropy,
}

/// What the owner of a node hears.
pub(crate) enum Heard {
    /// A request or an answer that is not of the base protocol.
    Message(LinkName, Vec<u8>),
    /// This neighbour is gone; what it was asked will not be answered.
    Down(LinkName),
}

/// The node.
pub(crate) struct Node {
    setup: NodeSetup,
    applications: &'static [ApplicationId],
    end_to_end: EndToEnd,
    hop_by_hop: u32,
    sessions: u32,
    /// By an own number: a neighbour that we call has no connection between two calls.
    neighbours: BTreeMap<u64, Neighbour>,
    next_number: u64,
    farewells: usize,
}

impl Node {
    pub(crate) fn new(setup: NodeSetup, applications: &'static [ApplicationId]) -> Self {
        let mut setup = setup;
        let end_to_end = EndToEnd::first(setup.wall, &mut setup.chance);
        let hop_by_hop = setup.chance.u32();
        Node {
            setup,
            applications,
            end_to_end,
            hop_by_hop,
            sessions: 0,
            neighbours: BTreeMap::new(),
            next_number: 0,
            farewells: 0,
        }
    }

    /// Will call this neighbour when the curtain rises, and again whenever the connection is lost.
    pub(crate) fn call(&mut self, host: &str, at: SocketAddr) {
        let neighbour = Neighbour::to_call(&self.setup.host, host, at);
        self.neighbours.insert(self.next_number, neighbour);
        self.next_number += 1;
    }

    /// Who we are.
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity { host: self.setup.host.as_bytes(), realm: self.setup.realm.as_bytes() }
    }

    /// Identifiers of a new request.
    pub(crate) fn ids(&mut self) -> Ids {
        self.hop_by_hop = self.hop_by_hop.wrapping_add(1);
        self.end_to_end = self.end_to_end.next();
        Ids { hop_by_hop: HopByHop(self.hop_by_hop), end_to_end: self.end_to_end, retransmitted: false }
    }

    /// The two halves of a new Session-Id.
    pub(crate) fn session(&mut self) -> (u32, u32) {
        self.sessions = self.sessions.wrapping_add(1);
        (self.setup.wall.unix_seconds as u32, self.sessions)
    }

    /// The Session-Id of these halves.
    pub(crate) fn session_id(&self, (high, low): (u32, u32)) -> SessionId<'_> {
        SessionId::new(self.setup.host.as_bytes(), high, low)
    }

    /// The neighbours that requests may go to, and whether we called them.
    pub(crate) fn up(&self) -> impl Iterator<Item = Up<'_>> {
        self.neighbours.values().filter_map(|neighbour| {
            let link =
                neighbour.link.filter(|_| neighbour.machine.as_ref().is_some_and(peer::Peer::is_up))?;
            let identity = Identity { host: &neighbour.host, realm: &neighbour.realm };
            Some(Up { link, identity, was_called: neighbour.side == Side::Initiator })
        })
    }

    /// Neighbours that said so before they went: DPRs.
    pub(crate) fn farewells(&self) -> usize {
        self.farewells
    }

    /// Who is at the other end.
    pub(crate) fn host_at(&self, link: LinkName) -> Option<&[u8]> {
        let neighbour = self.neighbours.values().find(|neighbour| neighbour.link == Some(link))?;
        Some(&neighbour.host)
    }

    /// Refuses a request.
    pub(crate) fn refuse(
        &self,
        link: LinkName,
        request: &MessageView<'_>,
        result: ResultCode,
        out: &mut Out,
    ) {
        out.bytes(link, written(|out| write_refusal(out, request, self.identity(), result, None)));
    }

    /// Refuses a request whose command could not be read.
    pub(crate) fn refuse_invalid(
        &self,
        link: LinkName,
        request: &MessageView<'_>,
        invalid: diameter::Invalid,
        out: &mut Out,
    ) {
        let failed = invalid.failed(request);
        let bytes = written(|out| write_refusal(out, request, self.identity(), invalid.result, Some(failed)));
        out.bytes(link, bytes);
    }

    /// When a peer machine wants to be woken.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.neighbours.values().filter_map(|neighbour| neighbour.alarm).min()
    }

    /// Takes what happened; what is none of a node's business it lets pass.
    pub(crate) fn handle(&mut self, now: Instant, event: &Event<'_>, out: &mut Out) -> Vec<Heard> {
        let mut heard = Vec::new();
        match *event {
            Event::Start => {
                for number in self.numbers(|neighbour| neighbour.calls.is_some()) {
                    self.feed(now, number, peer::Event::Start, &mut heard, out);
                }
            }
            Event::Opened { link, opening: Opening::Accepted, .. } => {
                self.neighbours.insert(self.next_number, Neighbour::accepted(link));
                self.next_number += 1;
            }
            Event::Opened { link, opening: Opening::Connected { tag }, .. } => {
                if let Some(neighbour) = self.neighbours.get_mut(&tag) {
                    neighbour.link = Some(link);
                    self.feed(now, tag, peer::Event::Connected, &mut heard, out);
                }
            }
            Event::NotOpened { tag } => self.feed(now, tag, peer::Event::ConnectFailed, &mut heard, out),
            Event::Bytes { link, bytes } => {
                for number in self.numbers(|neighbour| neighbour.link == Some(link)) {
                    self.receive(now, number, bytes, &mut heard, out);
                }
            }
            Event::Closed { link } => {
                for number in self.numbers(|neighbour| neighbour.link == Some(link)) {
                    self.lose(now, number, link, &mut heard, out);
                }
            }
            Event::Due => {
                for number in self.numbers(|neighbour| neighbour.alarm.is_some_and(|alarm| alarm <= now)) {
                    self.feed(now, number, peer::Event::TimerFired, &mut heard, out);
                }
            }
            Event::Datagram { .. } | Event::Letter { .. } => {}
        }
        heard
    }

    fn numbers(&self, which: impl Fn(&Neighbour) -> bool) -> Vec<u64> {
        let matching = self.neighbours.iter().filter(|(_, neighbour)| which(neighbour));
        matching.map(|(number, _)| *number).collect()
    }

    fn lose(&mut self, now: Instant, number: u64, link: LinkName, heard: &mut Vec<Heard>, out: &mut Out) {
        let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
        neighbour.link = None;
        neighbour.inbox.clear();
        let side = neighbour.side;
        heard.push(Heard::Down(link));
        self.feed(now, number, peer::Event::Disconnected(side), heard, out);
        self.neighbours.retain(|_, neighbour| neighbour.calls.is_some() || neighbour.link.is_some());
    }

    fn receive(&mut self, now: Instant, number: u64, bytes: &[u8], heard: &mut Vec<Heard>, out: &mut Out) {
        let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
        neighbour.inbox.extend_from_slice(bytes);
        loop {
            let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
            let Some(link) = neighbour.link else { return };
            match frame(&neighbour.inbox) {
                Ok(None) => return,
                Ok(Some(length)) => {
                    let message: Vec<u8> = neighbour.inbox.drain(..length).collect();
                    self.take(now, number, link, message, heard, out);
                }
                // The frame is lost, and with it everything behind it.
                Err(_) => {
                    out.close(link);
                    return self.lose(now, number, link, heard, out);
                }
            }
        }
    }

    /// One message.
    fn take(
        &mut self,
        now: Instant,
        number: u64,
        link: LinkName,
        message: Vec<u8>,
        heard: &mut Vec<Heard>,
        out: &mut Out,
    ) {
        let view = match MessageView::parse(&message) {
            Ok(view) => view,
            Err(malformed) => {
                if let Some(asked) = malformed.asked(&message) {
                    let (identity, failed) = (self.identity(), malformed.failed());
                    out.bytes(
                        link,
                        written(|out| write_refusal(out, asked, identity, malformed.result, failed)),
                    );
                }
                return;
            }
        };
        match Base::of(&view, self.applications) {
            Base::Other => {
                let is_open = self.neighbours.get(&number).is_some_and(|neighbour| {
                    neighbour.machine.as_ref().is_some_and(|machine| machine.open_side().is_some())
                });
                if is_open {
                    self.feed(now, number, peer::Event::AnyTraffic, heard, out);
                    heard.push(Heard::Message(link, message));
                } else {
                    // RFC 6733 5.3: capabilities come before anything else.
                    out.close(link);
                    self.lose(now, number, link, heard, out);
                }
            }
            Base::Invalid(invalid) => {
                if view.header().flags.request {
                    self.refuse_invalid(link, &view, invalid, out);
                }
            }
            Base::Cer { verdict, host, realm } => {
                let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
                neighbour.to_answer = message;
                let is_first = neighbour.introduce(&self.setup.host, host, realm);
                if is_first {
                    self.feed(now, number, peer::Event::Start, heard, out);
                    self.feed(now, number, peer::Event::Arrived(verdict), heard, out);
                } else {
                    self.hear(now, number, Received::Cer(verdict), heard, out);
                }
            }
            Base::Cea { verdict, realm } => {
                if let Some(neighbour) = self.neighbours.get_mut(&number) {
                    neighbour.realm = realm;
                }
                self.hear(now, number, Received::Cea(verdict), heard, out);
            }
            Base::Said(received) => {
                self.farewells += usize::from(matches!(received, Received::Dpr(_)));
                if let Some(neighbour) = self.neighbours.get_mut(&number) {
                    neighbour.to_answer = message;
                }
                self.hear(now, number, received, heard, out);
            }
        }
    }

    fn hear(&mut self, now: Instant, number: u64, what: Received, heard: &mut Vec<Heard>, out: &mut Out) {
        let Some(neighbour) = self.neighbours.get(&number) else { return };
        let side = neighbour.side;
        self.feed(now, number, peer::Event::Received(side, what), heard, out);
    }

    /// One event of a machine, and what it wants done.
    fn feed(&mut self, now: Instant, number: u64, event: peer::Event, heard: &mut Vec<Heard>, out: &mut Out) {
        let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
        let mut actions = Vec::new();
        if let Some(machine) = &mut neighbour.machine {
            machine.step(now, event, &mut self.setup.chance, |action| actions.push(action));
        }
        for action in actions {
            self.carry_out(number, action, heard, out);
        }
    }

    fn carry_out(&mut self, number: u64, action: Action, heard: &mut Vec<Heard>, out: &mut Out) {
        let ids = self.ids();
        let Some(neighbour) = self.neighbours.get_mut(&number) else { return };
        match action {
            Action::Arm(at) => neighbour.alarm = Some(at),
            Action::Disarm => neighbour.alarm = None,
            Action::Connect => {
                if let Some(at) = neighbour.calls {
                    out.connect(number, at);
                }
            }
            // A machine that suspects goes on; what waits is given up by the owner's own clock.
            Action::Accept | Action::Up(_) | Action::Suspect => {}
            Action::Down => heard.extend(neighbour.link.map(Heard::Down)),
            Action::Close(_) => {
                // What happens on it from now on is nobody's business.
                if let Some(link) = neighbour.link.take() {
                    neighbour.inbox.clear();
                    out.close(link);
                }
            }
            Action::Reject(_)
            | Action::SendCer
            | Action::SendCea(_)
            | Action::SendDwr(_)
            | Action::SendDwa(_)
            | Action::SendDpr(..)
            | Action::SendDpa(_) => {
                let Some(link) = neighbour.link else { return };
                let bytes = base_messages::written_for(
                    action,
                    &self.setup,
                    self.applications,
                    &neighbour.to_answer,
                    ids,
                );
                out.bytes(link, bytes);
                if matches!(action, Action::Reject(_)) {
                    neighbour.link = None;
                    out.close(link);
                }
            }
        }
    }
}

/// A neighbour that requests may go to.
pub(crate) struct Up<'n> {
    pub(crate) link: LinkName,
    pub(crate) identity: Identity<'n>,
    /// Did we call it?
    pub(crate) was_called: bool,
}

#[cfg(test)]
mod tests;

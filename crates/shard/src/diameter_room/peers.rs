//! The peers: one connection each, kept by RFC 6733's machine and RFC 3539's watchdog.

use alloc::vec::Vec;

use diameter::base::{Capabilities, CapabilitiesAnswer, Disconnect, DisconnectCause, Watchdog};
use diameter::peer::{Action, Event, Peer, Received, Role, Timing};
use diameter::{
    ApplicationId, Asked, EndToEnd, Identity, Ids, MessageView, Procedure, ResultCode, SessionId,
};
use octets::Writer;
use tempo::{Alarm, Entropy};

use super::HopByHopSpace;
use crate::desk::{Desk, Ringing};
use crate::driver::{Departure, LinkId, Outward, Request};
use crate::settings::{DiameterSettings, PeerSettings};
use crate::tally::Count;

/// Who we speak with, and who we are.
pub struct Peers {
    settings: DiameterSettings,
    all: Vec<PeerLink>,
    end_to_end: EndToEnd,
    /// Jitter of the peers' timers.
    chance: Entropy,
    /// The halves of our Session-Ids: the start of the gateway, and a counter.
    session_high: u32,
    session_low: u32,
}

/// What a peer is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// To take short messages.
    Submits,
    /// To tell about chat users.
    Subscribers,
}

impl Service {
    /// Is there a peer that gives it, connected or not?
    pub fn is_given(self, peers: &Peers) -> bool {
        peers.all.iter().any(|peer| self.is_given_by(&peer.settings))
    }

    fn is_given_by(self, peer: &PeerSettings) -> bool {
        match self {
            Service::Submits => peer.serves_submits,
            Service::Subscribers => peer.serves_subscribers,
        }
    }
}

/// A peer and its connection.
#[derive(Debug)]
struct PeerLink {
    settings: PeerSettings,
    machine: Peer,
    link: Option<LinkId>,
    alarm: Alarm,
}

impl PeerLink {
    fn all(settings: &DiameterSettings) -> Vec<PeerLink> {
        let timing = Timing { watchdog: settings.watchdog, ..Timing::default() };
        let peers = settings.peers.iter().map(|peer| PeerLink {
            settings: peer.clone(),
            // Nobody connects to us, so there is no election to win.
            machine: Peer::new(Role::Both, false, timing),
            link: None,
            alarm: Alarm::default(),
        });
        peers.collect()
    }
}

impl Peers {
    pub(super) fn new(settings: &DiameterSettings, desk: &mut Desk) -> Self {
        Peers {
            all: PeerLink::all(settings),
            end_to_end: EndToEnd::first(desk.moment.wall, &mut desk.entropy),
            chance: desk.entropy.fork(),
            session_high: settings.origin_state_id,
            session_low: 0,
            settings: settings.clone(),
        }
    }

    /// Begins to connect to all peers.
    pub fn start(&mut self, desk: &mut Desk, out: &mut impl Outward) {
        for peer in 0..self.all.len() {
            self.step(peer, Event::Start, None, desk, out);
        }
    }

    /// Says goodbye to all peers (DPR), who may then close.
    pub fn stop(&mut self, desk: &mut Desk, out: &mut impl Outward) {
        for peer in 0..self.all.len() {
            self.step(peer, Event::Stop(DisconnectCause::Rebooting), None, desk, out);
        }
    }

    /// Is no peer connected, and none about to be?
    pub fn is_silent(&self) -> bool {
        self.all.iter().all(|peer| peer.machine.is_closed() && peer.link.is_none())
    }

    /// Peers that take requests now.
    pub fn up(&self) -> usize {
        self.all.iter().filter(|peer| peer.machine.is_up()).count()
    }

    /// Alarms of peers that are set.
    pub fn alarms_set(&self) -> usize {
        self.all.iter().filter(|peer| peer.alarm.is_set()).count()
    }

    /// The connection that a peer's machine asked for is there.
    pub fn opened(&mut self, peer: usize, link: LinkId, desk: &mut Desk, out: &mut impl Outward) {
        let Some(place) = self.all.get_mut(peer) else { return };
        // Nobody waits for it any more: the gateway goes out of service, or has called again.
        if place.machine.is_closed() || place.link.is_some() {
            return out.request(Request::Close { link });
        }
        place.link = Some(link);
        self.step(peer, Event::Connected, None, desk, out);
    }

    /// It is not there, or there no more.
    pub fn closed(&mut self, peer: usize, link: Option<LinkId>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(place) = self.all.get_mut(peer) else { return };
        let event = match link {
            None => Event::ConnectFailed,
            Some(link) if place.link == Some(link) => {
                place.link = None;
                Event::Disconnected(diameter::peer::Side::Initiator)
            }
            // The machine closed it, and has thought of another one since.
            Some(_) => return,
        };
        self.step(peer, event, None, desk, out);
    }

    /// A timer of a peer has come up.
    pub fn ring(&mut self, peer: usize, desk: &mut Desk, out: &mut impl Outward) {
        let Some(place) = self.all.get_mut(peer) else { return };
        if desk.is_due(&mut place.alarm, Ringing::Peer(peer as u16)) {
            self.step(peer, Event::TimerFired, None, desk, out);
        }
    }

    /// A message of the base protocol.
    pub(super) fn base(
        &mut self,
        peer: usize,
        procedure: Procedure,
        message: &MessageView<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let is_request = message.header().flags.request;
        let received = match (procedure, is_request) {
            (Procedure::CapabilitiesExchange, true) => Received::Cer(ResultCode::UNABLE_TO_COMPLY),
            (Procedure::CapabilitiesExchange, false) => {
                let expected = &self.all[peer].settings.host;
                let verdict =
                    CapabilitiesAnswer::parse(message).map(|answer| answer.judge(expected, APPLICATIONS));
                Received::Cea(verdict.unwrap_or_else(|invalid| invalid.result))
            }
            (Procedure::DeviceWatchdog, true) => Received::Dwr,
            (Procedure::DeviceWatchdog, false) => Received::Dwa,
            (Procedure::DisconnectPeer, true) => Received::Dpr(
                Disconnect::parse(message).map_or(DisconnectCause::Rebooting, |request| request.cause),
            ),
            (_, _) => Received::Dpa,
        };
        let side = diameter::peer::Side::Initiator;
        self.step(peer, Event::Received(side, received), Some(Asked::from(message)), desk, out);
    }

    /// One event for a peer's machine. `asked` is the request that an answer would repeat.
    pub(super) fn step(
        &mut self,
        peer: usize,
        event: Event,
        asked: Option<Asked<'_>>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(place) = self.all.get_mut(peer) else { return };
        let mut machine = place.machine.clone();
        let mut chance = self.chance.clone();
        // The machine draws jitter while its actions need the room: both work on copies that are put back.
        let now = desk.moment.now;
        machine.step(now, event, &mut chance, |action| self.act(peer, action, asked, desk, out));
        self.chance = chance;
        self.all[peer].machine = machine;
    }

    fn act(
        &mut self,
        peer: usize,
        action: Action,
        asked: Option<Asked<'_>>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let place = &mut self.all[peer];
        match action {
            Action::Connect => out.request(Request::Connect { tag: peer as u64, to: place.settings.address }),
            Action::Close(_) => {
                if let Some(link) = place.link.take() {
                    out.request(Request::Close { link });
                }
            }
            Action::Arm(deadline) => desk.wheel.set(&mut place.alarm, Ringing::Peer(peer as u16), deadline),
            Action::Disarm => desk.wheel.clear(&mut place.alarm),
            Action::SendCer => {
                let ids = self.base_ids(desk);
                self.say(peer, desk, out, |room, out| room.capabilities().write_request(out, ids));
            }
            Action::SendCea(result) | Action::Reject(result) => {
                let Some(asked) = asked else { return };
                self.say(peer, desk, out, |room, out| room.capabilities().write_answer(out, asked, result));
            }
            Action::SendDwr(_) => {
                let ids = self.base_ids(desk);
                self.say(peer, desk, out, |room, out| room.watchdog().write_request(out, ids));
            }
            Action::SendDwa(_) => {
                let Some(asked) = asked else { return };
                self.say(peer, desk, out, |room, out| room.watchdog().write_answer(out, asked));
            }
            Action::SendDpr(_, cause) => {
                let ids = self.base_ids(desk);
                self.say(peer, desk, out, |room, out| {
                    Disconnect { origin: room.identity(), cause }.write_request(out, ids);
                });
            }
            Action::SendDpa(_) => {
                let Some(asked) = asked else { return };
                self.say(peer, desk, out, |room, out| Disconnect::write_answer(out, asked, room.identity()));
            }
            // Whether requests may go to a peer is asked of its machine each time; what waits is judged by its guard.
            Action::Accept | Action::Up(_) | Action::Suspect | Action::Down => {}
        }
    }

    fn say(
        &self,
        peer: usize,
        desk: &mut Desk,
        out: &mut impl Outward,
        fill: impl FnOnce(&Self, &mut Writer<'_>),
    ) {
        let Some(link) = self.all[peer].link else { return };
        self.transmit(link, desk, out, |out| fill(self, out));
    }

    /// Sends one message on `link`. `false`: there was no room, or no connection.
    pub(super) fn transmit(
        &self,
        link: LinkId,
        desk: &mut Desk,
        out: &mut impl Outward,
        fill: impl FnOnce(&mut Writer<'_>),
    ) -> bool {
        let sent = out.transmit(Departure::Stream { link }, MESSAGE_OCTETS_MAX, fill).is_ok();
        desk.count(if sent { Count::DiameterOut } else { Count::NoLoan });
        sent
    }

    fn base_ids(&mut self, desk: &mut Desk) -> Ids {
        let counter = desk.entropy.u32();
        Ids {
            hop_by_hop: HopByHopSpace::base(counter),
            end_to_end: self.next_end_to_end(),
            retransmitted: false,
        }
    }

    fn capabilities(&self) -> Capabilities<'_> {
        Capabilities {
            origin: self.identity(),
            host_addresses: core::slice::from_ref(&self.settings.host_ip),
            vendor_id: VENDOR_3GPP,
            product_name: PRODUCT,
            origin_state_id: Some(self.settings.origin_state_id),
            supported_vendors: &[VENDOR_3GPP],
            auth_applications: &[],
            vendor_applications: APPLICATIONS,
        }
    }

    fn watchdog(&self) -> Watchdog<'_> {
        Watchdog { origin: self.identity(), origin_state_id: Some(self.settings.origin_state_id) }
    }

    /// The preferred peer that gives `service` now, and its connection; any other before the one to `avoid`. RFC 3539 3.4.1 keeps
    /// new requests from a peer that is suspected, or back after a failure and not proved yet, so that they go to another
    /// one; where there is no other it is still better than to refuse everybody for a minute.
    pub(super) fn serving(&self, service: Service, avoid: Option<usize>) -> Option<(usize, LinkId)> {
        let ways = |is_fit: fn(&Peer) -> bool| {
            let serving =
                self.all.iter().enumerate().filter(move |(_, peer)| service.is_given_by(&peer.settings));
            serving
                .filter_map(move |(place, peer)| Some((place, peer.link.filter(|_| is_fit(&peer.machine))?)))
        };
        let is_other = |(place, _): &(usize, LinkId)| Some(*place) != avoid;
        let is_open: fn(&Peer) -> bool = |machine| machine.open_side().is_some();
        let trusted = ways(Peer::is_up).find(is_other).or_else(|| ways(Peer::is_up).next());
        trusted.or_else(|| ways(is_open).find(is_other)).or_else(|| ways(is_open).next())
    }

    /// The realm of a peer.
    pub(super) fn realm_of(&self, peer: usize) -> &[u8] {
        &self.all[peer].settings.realm
    }

    /// May a message of no base command come from a peer now? Capabilities must be exchanged; behind a goodbye only answers come.
    pub(super) fn may_say(&self, peer: usize, is_request: bool) -> bool {
        let machine = &self.all[peer].machine;
        machine.open_side().is_some() || (machine.is_closing() && !is_request)
    }

    /// Who we are.
    pub(super) fn identity(&self) -> Identity<'_> {
        Identity { host: &self.settings.origin_host, realm: &self.settings.origin_realm }
    }

    /// A Session-Id that nobody has used before.
    pub(super) fn next_session(&mut self) -> (u32, u32) {
        self.session_low = self.session_low.wrapping_add(1);
        (self.session_high, self.session_low)
    }

    /// The same, as a message carries it.
    pub(super) fn session_id(&self, (high, low): (u32, u32)) -> SessionId<'_> {
        SessionId::new(&self.settings.origin_host, high, low)
    }

    /// The End-to-End identifier of a new request.
    pub(super) fn next_end_to_end(&mut self) -> EndToEnd {
        self.end_to_end = self.end_to_end.next();
        self.end_to_end
    }

    /// The peer of a connection.
    pub(super) fn peer_of(&self, link: LinkId) -> Option<usize> {
        self.all.iter().position(|peer| peer.link == Some(link))
    }
}

/// What we do.
pub(super) const APPLICATIONS: &[ApplicationId] =
    &[ApplicationId::SGD, ApplicationId::S6C, ApplicationId::SH];
const VENDOR_3GPP: u32 = 10_415;
const PRODUCT: &str = "ipsmgw";
/// Larger than any message of ours: names, a TPDU, and what an answer repeats of its request.
const MESSAGE_OCTETS_MAX: usize = 4096;

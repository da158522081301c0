//! The conductor: owns the rooms and moves what they hear from one to the next.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use interwork::{Goodbye, Policy};
use ipnet::IpNet;
use sip::{Index, MessageView, Method};
use tempo::{Duration, Entropy, Instant, TimerWheel};

use crate::desk::{Desk, Ringing};
use crate::diameter_room::{DiameterEvent, DiameterRoom};
use crate::door::{Door, LinkKind, each_message};
use crate::driver::{Arrival, LinkId, Moment, Opening, Outward, Request};
use crate::interwork_room::{
    Arrived, Ending, Hands, InterworkRoom, Whose, end_chats, forget, is_wanted, next_deadline,
};
use crate::lanes::{Cargo, Lanes, Parcel};
use crate::limits::TIMERS_PER_TURN;
use crate::load::Load;
use crate::msrp_room::MsrpRoom;
use crate::obsolete::Obsolete;
use crate::owner::{owner_of_registrant, owner_of_sip};
use crate::settings::Settings;
use crate::sip_room::{SipEvent, SipRoom, Source};
use crate::tally::{Count, Tally, TallyBoard};

/// One core's world.
pub struct Shard {
    desk: Desk,
    door: Door,
    sip: SipRoom,
    msrp: MsrpRoom,
    diameter: DiameterRoom,
    interwork: InterworkRoom,
    board: Arc<TallyBoard>,
    /// Reminders of this turn; kept for its memory.
    due: Vec<Ringing>,
    /// More timers are due than one turn may fire.
    is_behind: bool,
    next_sweep: Instant,
    leave: Leave,
    /// Whom SIP is taken from; from everybody when nobody is named.
    trusted: Box<[IpNet]>,
    /// There are chats that are to end, and have not been told.
    is_ending_chats: bool,
}

/// Going out of service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Leave {
    /// Not yet.
    Serving,
    /// Chats are being ended; at this moment peers are told whether all have ended or not.
    EndingChats(Instant),
    /// Peers have been told; at this moment we go whether they have answered or not.
    LeavingPeers(Instant),
}

impl Shard {
    /// A shard in which nothing has happened.
    pub fn new(settings: Settings) -> Self {
        let mut entropy = Entropy::from_seed(settings.seed);
        let mut desk = Desk {
            moment: settings.moment,
            wheel: TimerWheel::new(
                settings.moment.now,
                settings.sessions_max.saturating_mul(REMINDERS_PER_SESSION),
            ),
            tally: Tally::new(),
            entropy: entropy.fork(),
            // A copy: what is borrowed for each visit must not be counted where other cores count, too.
            policy: Arc::new(Policy::clone(&settings.policy)),
            directory: settings.directory.clone(),
            obsolete: Obsolete::default(),
            load: Load::new(settings.moment.now),
            lanes: Arc::new(settings.lanes.clone()),
            is_stopping: false,
        };
        Shard {
            door: Door::default(),
            sip: SipRoom::new(&settings, &mut desk),
            msrp: MsrpRoom::new(&settings),
            diameter: DiameterRoom::new(&settings, &mut desk),
            interwork: InterworkRoom::new(&settings, &mut desk),
            board: settings.board,
            due: Vec::with_capacity(2 * TIMERS_PER_TURN),
            is_behind: false,
            next_sweep: settings.moment.now,
            leave: Leave::Serving,
            is_ending_chats: false,
            trusted: settings.trusted,
            desk,
        }
    }

    /// Makes the connections that we make.
    pub fn start(&mut self, moment: Moment, out: &mut impl Outward) {
        self.desk.moment = moment;
        self.diameter.peers.start(&mut self.desk, out);
    }

    /// Takes what has arrived.
    pub fn handle(&mut self, moment: Moment, arrival: Arrival<'_>, out: &mut impl Outward) {
        self.desk.moment = moment;
        match arrival {
            Arrival::Datagram { port, from, bytes } => self.datagram(Source { port, from }, bytes, out),
            Arrival::Stream { link, bytes } => self.stream(link, bytes, out),
            Arrival::Opened { link, opening: Opening::Accepted { .. }, .. } => {
                self.door.opened(link, LinkKind::Msrp);
                self.msrp.sessions.opened(link);
                let deadline = moment.now + UNBOUND_LINK_MAX;
                if let Some(alarm) = self.door.alarm(link) {
                    self.desk.arm(alarm, Ringing::Link(link), deadline);
                }
            }
            Arrival::Opened { link, opening: Opening::Connected { tag }, .. } => {
                self.door.opened(link, LinkKind::Diameter { peer: tag as u16 });
                self.diameter.peers.opened(tag as usize, link, &mut self.desk, out);
            }
            Arrival::NotOpened { tag } => self.diameter.peers.closed(tag as usize, None, &mut self.desk, out),
            Arrival::Closed { link } => self.closed(link, out),
        }
    }

    /// Takes what another shard has sent.
    pub fn take(&mut self, moment: Moment, parcel: &Parcel, out: &mut impl Outward) {
        self.desk.moment = moment;
        match parcel.cargo {
            Cargo::Sip { port, from } => {
                if let Ok(index) = Index::parse(&parcel.bytes) {
                    self.sip_message(MessageView::new(&parcel.bytes, &index), Source { port, from }, out);
                }
            }
            Cargo::ShortMessage { token, number, repeat } => {
                let (interwork, mut hands) = self.hands(out);
                interwork.arrived(Arrived { token, number, repeat, tpdu: &parcel.bytes }, &mut hands);
            }
            Cargo::SmOutcome { token, outcome } => {
                self.diameter.acknowledge(token, outcome, &mut self.desk, out)
            }
            Cargo::EndChats(ending) => self.end_chats(ending),
            Cargo::Stop => self.stop(),
        }
    }

    /// Does what has become due.
    pub fn advance(&mut self, moment: Moment, out: &mut impl Outward) {
        self.desk.moment = moment;
        let mut due = core::mem::take(&mut self.due);
        self.desk.wheel.advance(moment.now, TIMERS_PER_TURN, &mut due);
        self.is_behind = due.len() >= TIMERS_PER_TURN;
        for ringing in due.drain(..) {
            self.ring(ringing, out);
        }
        self.due = due;
        if moment.now >= self.next_sweep {
            self.next_sweep = moment.now + SWEEP_INTERVAL;
            self.msrp.sweep(moment.now);
        }
        let (interwork, mut hands) = self.hands(out);
        self.is_ending_chats = interwork.housekeep(&mut hands);
        let (directory, interwork) = (&*self.desk.directory, &mut self.interwork);
        self.desk.obsolete.take_out(directory, moment.now, OBSOLETE_PER_TURN, |gone| forget(interwork, gone));
        self.leave(out);
    }

    /// When `advance` next has something to do.
    pub fn next_deadline(&self) -> Option<Instant> {
        let leave = match self.leave {
            Leave::Serving => None,
            Leave::EndingChats(at) | Leave::LeavingPeers(at) => Some(at),
        };
        let reports = next_deadline(&self.interwork);
        [self.desk.wheel.next_deadline(), self.desk.obsolete.next_deadline(), reports, leave]
            .into_iter()
            .flatten()
            .min()
    }

    /// Is there more to do than one turn may do?
    pub fn is_busy(&self) -> bool {
        self.is_behind || self.is_ending_chats
    }

    /// Has it gone out of service?
    pub fn is_finished(&self, now: Instant) -> bool {
        matches!(self.leave, Leave::LeavingPeers(at) if now >= at || self.diameter.peers.is_silent())
    }

    /// The lanes to the other shards.
    pub fn lanes(&self) -> &Arc<Lanes> {
        &self.desk.lanes
    }

    /// A turn is over that had something to do since `woke`, and may have left something for the next.
    pub fn rest(&mut self, woke: Instant, now: Instant, is_something_left: bool) {
        let worked = self.desk.load.worked(woke, now, is_something_left || self.is_behind);
        self.desk.tally.add_many(Count::WorkNanoseconds, worked.as_nanos() as u64);
        self.publish();
    }

    /// Puts up the counters.
    fn publish(&mut self) {
        let peer_alarms = self.diameter.peers.alarms_set();
        let chats = self.interwork.gauges();
        let gauges = [
            (Count::Sessions, chats.chats),
            (Count::Leases, chats.leases),
            (Count::Resting, chats.resting),
            (Count::ChatsAside, chats.aside),
            (Count::Transactions, self.sip.transactions()),
            (Count::Dialogs, self.sip.invites.count()),
            (Count::MsrpSessions, self.msrp.sessions.count()),
            (Count::Timers, self.desk.wheel.alarms_set() - peer_alarms),
            (Count::Submits, self.diameter.submits.count()),
            (Count::Errands, self.diameter.subscriptions.count()),
            (Count::Forwards, self.diameter.forwards.count()),
            (Count::ChatMessages, chats.messages),
            (Count::DueReports, chats.due_reports),
            (Count::Links, self.door.links()),
            (Count::PeersUp, self.diameter.peers.up()),
        ];
        for (gauge, value) in gauges {
            self.desk.tally.set(gauge, value as u64);
        }
        self.board.publish(&self.desk.tally);
    }

    fn datagram(&mut self, source: Source, bytes: &[u8], out: &mut impl Outward) {
        self.desk.count(Count::DatagramsIn);
        // Whoever speaks here is believed when he says who somebody is (RFC 3325), so strangers are not even refused.
        let is_from = |network: &IpNet| network.contains(&source.from.ip());
        if !self.trusted.is_empty() && !self.trusted.iter().any(is_from) {
            return self.desk.count(Count::SipUntrusted);
        }
        let index = match Index::parse(bytes) {
            Ok(index) => index,
            Err(malformed) => {
                return self.sip.refuse_malformed(malformed, bytes, source, &mut self.desk, out);
            }
        };
        let message = MessageView::new(bytes, &index);
        let me = self.desk.me();
        let owner = match message.is_request() && message.method() == Method::Register {
            true => owner_of_registrant(&message, &self.desk),
            false => owner_of_sip(&message, self.desk.lanes.shards()),
        };
        let owner = owner.unwrap_or(me);
        if owner == me {
            return self.sip_message(message, source, out);
        }
        let Source { port, from } = source;
        match self.desk.lanes.push(owner, Cargo::Sip { port, from }, bytes) {
            Ok(()) => {
                self.desk.count(Count::Parcels);
                self.desk.tally.add_many(Count::ParcelOctets, bytes.len() as u64);
            }
            // The owner has too much to do: said here, so that the client does not wait for nothing.
            Err(_) => {
                self.desk.count(Count::ParcelsRefused);
                self.sip.refuse_overloaded(&message, source, &mut self.desk, out);
            }
        }
    }

    fn sip_message(&mut self, message: MessageView<'_>, source: Source, out: &mut impl Outward) {
        let event = match message.is_request() {
            true => self.sip.request(message, source, &mut self.desk, out),
            false => self.sip.response(message, &mut self.desk, out),
        };
        self.on_sip(event, out);
    }

    fn stream(&mut self, link: LinkId, bytes: &[u8], out: &mut impl Outward) {
        let Some(kind) = self.door.kind(link) else { return };
        let mut carry = self.door.lift_carry(link);
        let read = each_message(kind, &mut carry, bytes, |message| match kind {
            LinkKind::Diameter { .. } => {
                self.diameter_message(link, message, out);
                Ok(())
            }
            LinkKind::Msrp => self.msrp_message(link, message, out),
        });
        self.door.put_back_carry(link, carry);
        if read.is_err() {
            self.desk.count(Count::LinksClosedOnError);
            out.request(Request::Close { link });
        }
    }

    fn diameter_message(&mut self, link: LinkId, message: &[u8], out: &mut impl Outward) {
        let event = self.diameter.receive(link, message, &mut self.desk, out);
        self.on_diameter(event, out);
    }

    fn msrp_message(&mut self, link: LinkId, message: &[u8], out: &mut impl Outward) -> Result<(), ()> {
        let received = self.msrp.receive(link, message, &mut self.desk, out).map_err(|_| ())?;
        let (interwork, mut hands) = self.hands(out);
        interwork.on_msrp(received, &mut hands);
        Ok(())
    }

    fn closed(&mut self, link: LinkId, out: &mut impl Outward) {
        match self.door.closed(link, &mut self.desk) {
            None => {}
            Some(LinkKind::Diameter { peer }) => {
                self.diameter.peers.closed(usize::from(peer), Some(link), &mut self.desk, out);
                for lost in self.diameter.lost(link) {
                    let event = self.diameter.divert(lost, link, &mut self.desk, out);
                    self.on_diameter(event, out);
                }
            }
            Some(LinkKind::Msrp) => {
                while let Some(chat) = self.msrp.sessions.next_unbound(link) {
                    let (interwork, mut hands) = self.hands(out);
                    interwork.on_disconnected(chat, &mut hands);
                }
            }
        }
    }

    fn ring(&mut self, ringing: Ringing, out: &mut impl Outward) {
        match ringing {
            Ringing::Invite(key, timer) => {
                let event = self.sip.invites.ring_timer(key, timer, &mut self.desk, out);
                self.on_sip(event, out);
            }
            Ringing::Answered(key) => self.sip.requests.ring(key, &mut self.desk, out),
            Ringing::PagerMessage(key) => self.sip.pager.ring(key, &mut self.desk, out),
            Ringing::Page(key, timer) => {
                let event = self.sip.pages.ring(key, timer, &mut self.desk, out);
                self.on_sip(event, out);
            }
            Ringing::Recall(key, timer) => {
                let SipRoom { recalls, invites, .. } = &mut self.sip;
                let event = recalls.ring(key, timer, invites, &mut self.desk, out);
                self.on_sip(event, out);
            }
            Ringing::Chat(..) | Ringing::Joining(..) | Ringing::Postponed(_) | Ringing::Sm(_) => {
                let (interwork, mut hands) = self.hands(out);
                interwork.ring(ringing, &mut hands);
            }
            Ringing::Submit(key) => {
                let purpose = self.diameter.submits.purpose(key);
                if !purpose.is_some_and(|purpose| is_wanted(&self.interwork, purpose)) {
                    return self.diameter.submits.forget(key, &mut self.desk);
                }
                let event = self.diameter.submits.ring(key, &self.diameter.peers, &mut self.desk, out);
                self.on_diameter(event, out);
            }
            Ringing::Errand(key) => {
                let (subscriptions, peers) = (&mut self.diameter.subscriptions, &mut self.diameter.peers);
                let event = subscriptions.ring(key, peers, &mut self.desk, out);
                self.on_diameter(event, out);
            }
            Ringing::Forward(key) => {
                self.diameter.forwards.ring(key, &self.diameter.peers, &mut self.desk, out)
            }
            Ringing::Peer(peer) => self.diameter.peers.ring(usize::from(peer), &mut self.desk, out),
            Ringing::Link(link) => {
                let is_due = self.door.alarm(link).is_some_and(|alarm| self.desk.is_due(alarm, ringing));
                // RFC 4975 5.4: a connection that binds no session is nobody's.
                if is_due && !self.msrp.sessions.carries(link) {
                    out.request(Request::Close { link });
                }
            }
        }
    }

    fn on_sip<O: Outward>(&mut self, event: Option<SipEvent<'_>>, out: &mut O) {
        if let Some(event) = event {
            let (interwork, mut hands) = self.hands(out);
            interwork.on_sip(event, &mut hands);
        }
    }

    fn on_diameter<O: Outward>(&mut self, event: Option<DiameterEvent<'_>>, out: &mut O) {
        if let Some(event) = event {
            let (interwork, mut hands) = self.hands(out);
            interwork.on_diameter(event, &mut hands);
        }
    }

    fn stop(&mut self) {
        if self.leave != Leave::Serving {
            return;
        }
        self.desk.is_stopping = true;
        self.leave = Leave::EndingChats(self.desk.now() + GRACE_FOR_CHATS);
        self.end_chats(Ending { whose: Whose::Everybodys, goodbye: Goodbye::Service });
    }

    fn end_chats(&mut self, ending: Ending) {
        end_chats(&mut self.interwork, ending);
        self.is_ending_chats = true;
    }

    fn leave(&mut self, out: &mut impl Outward) {
        let Leave::EndingChats(at) = self.leave else { return };
        if self.is_ending_chats {
            return;
        }
        let is_quiet = self.interwork.gauges().chats == 0
            && self.interwork.gauges().postponed == 0
            && self.diameter.submits.count() == 0
            && self.diameter.forwards.count() == 0;
        if is_quiet || self.desk.now() >= at {
            self.leave = Leave::LeavingPeers(self.desk.now() + GRACE_FOR_PEERS);
            self.diameter.peers.stop(&mut self.desk, out);
        }
    }

    fn hands<'h, O>(&'h mut self, out: &'h mut O) -> (&'h mut InterworkRoom, Hands<'h, O>) {
        let Shard { sip, msrp, diameter, desk, interwork, .. } = self;
        (interwork, Hands { sip, msrp, diameter, desk, out })
    }
}

/// Timers of a chat, its INVITE and what waits for it, cleared ones included.
const REMINDERS_PER_SESSION: usize = 8;
/// RFC 4975 5.4: how long a connection may take to say which session it is for.
const UNBOUND_LINK_MAX: Duration = Duration::from_secs(30);
/// Things in the directory that one turn takes out.
const OBSOLETE_PER_TURN: usize = 64;
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How long goodbyes of chats may take when the gateway goes out of service.
const GRACE_FOR_CHATS: Duration = Duration::from_secs(3);
/// How long peers may take to answer our goodbye.
const GRACE_FOR_PEERS: Duration = Duration::from_secs(2);

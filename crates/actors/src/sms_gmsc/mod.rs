//! The SMS-GMSC: asks the HSS where a short message must go, and takes it there.
//!
//! Messages of one originator to one recipient go one after the other, so that a text keeps its order.
//! In: SMS-DELIVERs from the SMS centre; SRAs; TFAs of the gateway's shards. Out: SRRs, TFRs; how each message ended.

mod progress;

use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::time::Duration;

use diameter::s6c::{RoutingInfo, RoutingInfoAnswer, SmRpMti, SrrFlags};
use diameter::sgd::{MtForward, MtForwardAnswer};
use diameter::{ApplicationId, Destination, MessageView, Outcome, Procedure, ResultCode};
use octets::Digits;
use sms::MtTpdu;
use tempo::Instant;

use crate::agenda::Agenda;
use crate::diameter_label::answer_label;
use crate::message_text::written;
use crate::node::{Heard, Node, Up};
use crate::{Actor, Delivery, DeliveryEnd, Event, Letter, LinkName, NodeSetup, Out, Participant};
pub use progress::Persistence;
use progress::{Asked, Progress, Route, Unanswered};

/// The node.
pub struct SmsGmsc {
    node: Node,
    sc_address: Digits,
    realm: Vec<u8>,
    persistence: Persistence,
    queues: BTreeMap<Key, Queue>,
    agenda: Agenda<Key>,
    /// Whose answer has this Hop-by-Hop.
    asked: BTreeMap<u32, Key>,
    ended: Vec<Ended>,
}

/// Originator and recipient.
type Key = (Digits, Digits);

/// Messages of one originator to one recipient; the first is under way.
struct Queue {
    messages: VecDeque<Delivery>,
    progress: Progress,
    attempts: usize,
    /// The TFR of the first one.
    forwarded: Option<Unanswered>,
}

/// A short message that is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The SMS centre's number for it.
    pub id: u64,
    /// How often it was tried.
    pub attempts: usize,
    /// How it ended.
    pub end: DeliveryEnd,
}

/// Where the HSS is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HssAddress {
    /// Its Origin-Host.
    pub host: alloc::string::String,
    /// Where it listens.
    pub at: SocketAddr,
}

impl SmsGmsc {
    /// One that will call the HSS when the curtain rises. `sc_address` is that of the centre it works for.
    pub fn new(setup: NodeSetup, sc_address: Digits, hss: &HssAddress, persistence: Persistence) -> Self {
        let realm = setup.realm.clone().into_bytes();
        let mut node = Node::new(setup, &[ApplicationId::SGD, ApplicationId::S6C]);
        node.call(&hss.host, hss.at);
        SmsGmsc {
            node,
            sc_address,
            realm,
            persistence,
            queues: BTreeMap::new(),
            agenda: Agenda::default(),
            asked: BTreeMap::new(),
            ended: Vec::new(),
        }
    }

    /// The messages that are done with, in the order of their ends.
    pub fn ended(&self) -> &[Ended] {
        &self.ended
    }

    /// Messages that are still under way.
    pub fn under_way(&self) -> usize {
        self.queues.values().map(|queue| queue.messages.len()).sum()
    }

    /// Shards of the gateway that messages can go to.
    pub fn gateways_up(&self) -> usize {
        self.node.up().filter(|up| !up.was_called).count()
    }

    /// Connections of the gateway that were taken leave of (DPR) before they ended.
    pub fn farewells(&self) -> usize {
        self.node.farewells()
    }

    /// Can the HSS be asked?
    pub fn is_hss_up(&self) -> bool {
        self.node.up().any(|up| up.was_called)
    }

    fn accept(&mut self, now: Instant, delivery: &Delivery) {
        let key = (delivery.originator, delivery.recipient);
        if let Some(queue) = self.queues.get_mut(&key) {
            return queue.messages.push_back(delivery.clone());
        }
        let messages = VecDeque::from([delivery.clone()]);
        self.queues
            .insert(key, Queue { messages, progress: Progress::Resting, attempts: 0, forwarded: None });
        self.agenda.arm(key, Some(now));
    }

    /// Whoever has rested long enough is tried; whoever was not answered is tried again.
    fn advance(&mut self, now: Instant, out: &mut Out) {
        while let Some(key) = self.agenda.take_due(now) {
            match self.queues.get(&key).map(|queue| queue.progress) {
                Some(Progress::Resting) => self.ask(now, key, out),
                Some(Progress::Stranded) => self.repeat(now, key, out),
                Some(_) => self.fail(now, key, DeliveryEnd::Unanswered, true, out),
                None => {}
            }
        }
    }

    /// TS 23.204 6.14 step 3a.
    fn ask(&mut self, now: Instant, key: Key, out: &mut Out) {
        let is_report = self
            .queues
            .get(&key)
            .and_then(|queue| queue.messages.front())
            .is_some_and(|delivery| matches!(MtTpdu::parse(&delivery.tpdu), Ok(MtTpdu::StatusReport(_))));
        let (ids, session) = (self.node.ids(), self.node.session());
        let Some(hss) = self.node.up().find(|up| up.was_called) else {
            let end = DeliveryEnd::Refused(ResultCode::UNABLE_TO_DELIVER.into());
            return self.fail(now, key, end, true, out);
        };
        let request = RoutingInfo {
            session_id: self.node.session_id(session),
            origin: self.node.identity(),
            destination: Destination { host: Some(hss.identity.host), realm: &self.realm },
            msisdn: Some(key.1),
            user_name: None,
            sc_address: Some(self.sc_address),
            sm_rp_mti: Some(if is_report { SmRpMti::StatusReport } else { SmRpMti::Deliver }),
            sm_rp_smea: None,
            flags: SrrFlags::default(),
        };
        let link = hss.link;
        let bytes = written(|out| request.write(out, ids));
        out.sight(now, Participant::SmsGmsc, Participant::Hss, "SRR");
        out.bytes(link, bytes);
        self.wait(
            key,
            Progress::Routing(Asked { hop_by_hop: ids.hop_by_hop.0, link }),
            now + ROUTING_PATIENCE,
        );
    }

    /// From here on the first message of the queue waits for this, no longer than `until`.
    fn wait(&mut self, key: Key, progress: Progress, until: Instant) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        if let Some(asked) = queue.progress.asked() {
            self.asked.remove(&asked.hop_by_hop);
        }
        if let Some(asked) = progress.asked() {
            self.asked.insert(asked.hop_by_hop, key);
        }
        queue.progress = progress;
        self.agenda.arm(key, Some(until));
    }

    /// TS 23.204 6.14 step 4: to the node that the routing information names, the MT-Correlation-ID in place of the IMSI.
    fn forward(&mut self, now: Instant, key: Key, route: &Route, out: &mut Out) {
        let (ids, session) = (self.node.ids(), self.node.session());
        let Some(delivery) = self.queues.get(&key).and_then(|queue| queue.messages.front()) else { return };
        let gateways: Vec<_> = self.node.up().filter(|up| !up.was_called).collect();
        let named = gateways.iter().find(|up| {
            route.host.as_ref().is_some_and(|host| diameter::base::same_host(host, up.identity.host))
        });
        let Some(gateway) = named.or(gateways.first()) else {
            let end = DeliveryEnd::Refused(ResultCode::UNABLE_TO_DELIVER.into());
            return self.fail(now, key, end, true, out);
        };
        let request = MtForward {
            session_id: self.node.session_id(session),
            origin: self.node.identity(),
            destination: Destination { host: Some(gateway.identity.host), realm: gateway.identity.realm },
            user_name: &route.user_name,
            sc_address: self.sc_address,
            tpdu: delivery.tpdu.as_slice(),
            more_messages: delivery.more_messages,
            mme_number: None,
            sgsn_number: None,
            delivery_timer_s: None,
            delivery_start_ntp_s: None,
            retransmit_until_ntp_s: None,
            sms_gmsc_address: None,
        };
        let link = gateway.link;
        let bytes = written(|out| request.write(out, ids));
        out.sight(now, Participant::SmsGmsc, Participant::Gateway, format!("TFR {}", delivery.what));
        let host = gateway.identity.host.to_vec();
        out.bytes(link, bytes.clone());
        if let Some(queue) = self.queues.get_mut(&key) {
            queue.forwarded = Some(Unanswered { host, message: bytes, until: now + STRANDED_PATIENCE });
        }
        let asked = Asked { hop_by_hop: ids.hop_by_hop.0, link };
        self.wait(key, Progress::Forwarding(asked), now + FORWARDING_PATIENCE);
    }

    fn strand(&mut self, now: Instant, key: Key) {
        if let Some(forwarded) = self.queues.get_mut(&key).and_then(|queue| queue.forwarded.as_mut()) {
            forwarded.until = now + STRANDED_PATIENCE;
        }
        self.wait(key, Progress::Stranded, now + STRANDED_INTERVAL);
    }

    /// The connection is gone, and with it the answer: the same TFR again, as soon as its receiver is there again.
    fn repeat(&mut self, now: Instant, key: Key, out: &mut Out) {
        let ids = self.node.ids();
        let Some(queue) = self.queues.get_mut(&key) else { return };
        let Some(forwarded) = queue.forwarded.as_mut().filter(|forwarded| now < forwarded.until) else {
            return self.fail(now, key, DeliveryEnd::Unanswered, true, out);
        };
        let is_it =
            |up: &Up<'_>| !up.was_called && diameter::base::same_host(&forwarded.host, up.identity.host);
        let Some(link) = self.node.up().find(is_it).map(|gateway| gateway.link) else {
            return self.wait(key, Progress::Stranded, now + STRANDED_INTERVAL);
        };
        out.bytes(link, forwarded.again(ids.hop_by_hop.0));
        if let Some(delivery) = queue.messages.front() {
            let what = format!("TFR {} again", delivery.what);
            out.sight(now, Participant::SmsGmsc, Participant::Gateway, what);
        }
        let asked = Asked { hop_by_hop: ids.hop_by_hop.0, link };
        self.wait(key, Progress::Forwarding(asked), now + FORWARDING_PATIENCE);
    }

    fn answer(&mut self, now: Instant, link: LinkName, view: &MessageView<'_>, out: &mut Out) {
        let key = self.asked.get(&view.header().hop_by_hop.0).copied();
        let progress = key.and_then(|key| self.queues.get(&key)).map(|queue| queue.progress);
        let waiting = key.zip(progress).filter(|(_, progress)| progress.waits_on(link));
        match (Procedure::of(&view.header()), waiting) {
            (Ok(Procedure::RoutingInfo), Some((key, Progress::Routing(_)))) => {
                self.routed(now, key, view, out);
            }
            (Ok(Procedure::MtForward), waiting) => {
                let answer = MtForwardAnswer::parse(view);
                let outcome = answer.map_or(UNREADABLE, |answer| answer.outcome);
                out.sight(now, Participant::Gateway, Participant::SmsGmsc, answer_label("TFA", outcome));
                let Some((key, Progress::Forwarding(_))) = waiting else { return };
                match (outcome, answer) {
                    (Outcome::Success, _) => self.end(now, key, DeliveryEnd::Delivered, out),
                    (_, Ok(answer)) => {
                        let again = progress::is_worth_repeating(&answer);
                        self.fail(now, key, DeliveryEnd::Refused(outcome), again, out);
                    }
                    (_, Err(_)) => self.fail(now, key, DeliveryEnd::Refused(outcome), false, out),
                }
            }
            // An answer that came too late, or to nothing that was asked.
            _ => {}
        }
    }

    fn routed(&mut self, now: Instant, key: Key, view: &MessageView<'_>, out: &mut Out) {
        let Ok(answer) = RoutingInfoAnswer::parse(view) else {
            return self.fail(now, key, DeliveryEnd::Refused(UNREADABLE), false, out);
        };
        if answer.outcome != Outcome::Success {
            let again = progress::is_temporary(answer.outcome);
            return self.fail(now, key, DeliveryEnd::Refused(answer.outcome), again, out);
        }
        let Some(user_name) = answer.user_name else {
            return self.fail(now, key, DeliveryEnd::Refused(UNREADABLE), false, out);
        };
        let host = answer.serving_node.and_then(|node| {
            node.ip_sm_gw_name.or(node.mme.map(|mme| mme.host)).or(node.sgsn.map(|sgsn| sgsn.host))
        });
        let route = Route { user_name: user_name.to_vec(), host: host.map(<[u8]>::to_vec) };
        self.forward(now, key, &route, out);
    }

    fn fail(&mut self, now: Instant, key: Key, end: DeliveryEnd, is_temporary: bool, out: &mut Out) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        if is_temporary && queue.attempts + 1 < self.persistence.attempts_max {
            queue.attempts += 1;
            self.wait(key, Progress::Resting, now + self.persistence.pause);
        } else {
            self.end(now, key, end, out);
        }
    }

    /// The first message of a queue is done with; the next one has its turn.
    fn end(&mut self, now: Instant, key: Key, end: DeliveryEnd, out: &mut Out) {
        let Some(queue) = self.queues.get_mut(&key) else { return };
        let attempts = core::mem::take(&mut queue.attempts) + 1;
        if let Some(Delivery { id, .. }) = queue.messages.pop_front() {
            self.ended.push(Ended { id, attempts, end });
            out.letter(Participant::SmsCentre, Letter::Delivered { id, end });
        }
        let is_empty = queue.messages.is_empty();
        self.wait(key, Progress::Resting, now);
        if is_empty {
            self.queues.remove(&key);
            self.agenda.arm(key, None);
        }
    }

    fn message(&mut self, now: Instant, link: LinkName, message: &[u8], out: &mut Out) {
        let Ok(view) = MessageView::parse(message) else { return };
        if view.header().flags.request {
            let result = Procedure::of(&view.header()).err().unwrap_or(ResultCode::COMMAND_UNSUPPORTED);
            self.node.refuse(link, &view, result, out);
        } else {
            self.answer(now, link, &view, out);
        }
    }
}

impl Actor for SmsGmsc {
    fn name(&self) -> Participant {
        Participant::SmsGmsc
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        if let Event::Letter { letter: Letter::Deliver(delivery), .. } = event {
            self.accept(now, delivery);
        }
        for heard in self.node.handle(now, &event, out) {
            match heard {
                Heard::Message(link, message) => self.message(now, link, &message, out),
                Heard::Down(gone) => {
                    let lost = self.queues.iter().filter(|(_, queue)| queue.progress.waits_on(gone));
                    let lost = lost.map(|(key, queue)| (*key, queue.progress)).collect::<Vec<_>>();
                    for (key, progress) in lost {
                        match progress {
                            Progress::Forwarding(_) => self.strand(now, key),
                            _ => self.fail(now, key, DeliveryEnd::Unanswered, true, out),
                        }
                    }
                }
            }
        }
        self.advance(now, out);
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.node.next_deadline().into_iter().chain(self.agenda.next()).min()
    }
}

impl fmt::Debug for SmsGmsc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsGmsc({} under way, {} ended)", self.under_way(), self.ended.len())
    }
}

/// How long the HSS may take.
const ROUTING_PATIENCE: Duration = Duration::from_secs(6);
/// How long the serving node may take: a real one pages the user.
const FORWARDING_PATIENCE: Duration = Duration::from_secs(30);
/// How long a lost connection may take to come back, before the way is asked again; and how often that is looked at.
const STRANDED_PATIENCE: Duration = Duration::from_secs(120);
const STRANDED_INTERVAL: Duration = Duration::from_millis(100);
/// What an answer that cannot be read counts as.
const UNREADABLE: Outcome = Outcome::Result(ResultCode::INVALID_AVP_VALUE.0);

#[cfg(test)]
mod tests;

//! The HSS: asked for routing information about a number that is at home at the IP-SM-GW, it lets the IP-SM-GW answer.
//!
//! What it knows of chat users, it tells the gateway (Sh).
//!
//! In: SRRs of the SMS-GMSC; UDR, SNR and PUR. Out: the same SRR to a shard of the gateway, its SRA back; 5001 for everybody
//! else's number; answers over Sh, and PNRs.

mod homed;
mod subscribers;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use diameter::s6c::{ReportDelivery, ReportDeliveryAnswer, RoutingInfo, RoutingInfoAnswer};
use diameter::sh::ChatInterworking;
use diameter::{
    ApplicationId, AvpId, Experimental, Identity, Ids, MessageView, MessageWriter, Outcome, Procedure,
    ResultCode,
};
use octets::Digits;
use tempo::Instant;

use crate::agenda::Agenda;
use crate::diameter_label::answer_label;
use crate::message_text::written;
use crate::node::{Heard, Node};
use crate::{Actor, Event, LinkName, NodeSetup, Out, Participant};
pub use homed::HomedNumbers;
use subscribers::Subscribers;

/// The server.
pub struct Hss {
    node: Node,
    homed: HomedNumbers,
    subscribers: Subscribers,
    /// Those who ask and are never asked.
    sms_gmscs: Vec<String>,
    /// By our Hop-by-Hop.
    relayed: BTreeMap<u32, Relayed>,
    agenda: Agenda<u32>,
    turn: usize,
    refused: usize,
}

/// A request that waits for the gateway's answer.
struct Relayed {
    asker: LinkName,
    asked: LinkName,
    /// As the asker sent it.
    request: Vec<u8>,
}

impl Hss {
    /// `sms_gmscs` are the Origin-Hosts of those who ask; whoever else connects is a shard of the gateway.
    pub fn new(setup: NodeSetup, homed: HomedNumbers, sms_gmscs: Vec<String>) -> Self {
        let node = Node::new(setup, &[ApplicationId::S6C, ApplicationId::SH]);
        Hss {
            node,
            homed,
            subscribers: Subscribers::new(),
            sms_gmscs,
            relayed: BTreeMap::new(),
            agenda: Agenda::default(),
            turn: 0,
            refused: 0,
        }
    }

    /// A chat user with these settings; of everybody else it knows nothing.
    pub fn know(&mut self, number: Digits, settings: ChatInterworking) {
        self.subscribers.know(number, settings);
    }

    /// From `at` on a chat user has other settings, and whoever watches him is told.
    pub fn will_change(&mut self, at: Instant, number: Digits, settings: ChatInterworking) {
        self.subscribers.will_change(at, number, settings);
    }

    /// From now on each answer about chat users takes so long.
    pub fn think(&mut self, thinks: Duration) {
        self.subscribers.think(thinks);
    }

    /// Shards of the gateway that can be asked.
    pub fn gateways_up(&self) -> usize {
        self.node.up().filter(|up| !self.is_sms_gmsc(up.identity.host)).count()
    }

    /// Connections of the gateway that were taken leave of (DPR) before they ended.
    pub fn farewells(&self) -> usize {
        self.node.farewells()
    }

    /// Requests that were refused here.
    pub fn refused(&self) -> usize {
        self.refused
    }

    fn is_sms_gmsc(&self, host: &[u8]) -> bool {
        self.sms_gmscs.iter().any(|gmsc| diameter::base::same_host(gmsc.as_bytes(), host))
    }

    fn party_at(&self, link: LinkName) -> Participant {
        match self.node.host_at(link) {
            Some(host) if self.is_sms_gmsc(host) => Participant::SmsGmsc,
            _ => Participant::Gateway,
        }
    }

    fn message(&mut self, now: Instant, link: LinkName, message: Vec<u8>, out: &mut Out) {
        let Ok(view) = MessageView::parse(&message) else { return };
        let procedure = Procedure::of(&view.header());
        if !view.header().flags.request {
            if procedure == Ok(Procedure::PushNotification) {
                return out.sight(now, Participant::Gateway, Participant::Hss, "PNA");
            }
            return self.relay_back(now, link, &view, out);
        }
        match procedure {
            Ok(Procedure::RoutingInfo) => match RoutingInfo::parse(&view) {
                Ok(request) => self.route(now, link, &view, &request, out),
                Err(invalid) => self.node.refuse_invalid(link, &view, invalid, out),
            },
            // TS 29.338 5.3.2.7: it is noted; nobody here waits for an alert.
            Ok(Procedure::ReportDelivery) => match ReportDelivery::parse(&view) {
                Ok(_) => {
                    let answer = ReportDeliveryAnswer { outcome: Outcome::Success, user_identifier: None };
                    out.bytes(link, written(|out| answer.write(out, &view, self.node.identity())));
                }
                Err(invalid) => self.node.refuse_invalid(link, &view, invalid, out),
            },
            Ok(
                procedure @ (Procedure::UserData
                | Procedure::SubscribeNotifications
                | Procedure::ProfileUpdate),
            ) => {
                let heard = self.subscribers.hear(now, link, (procedure, &view), &self.node, out);
                if let Err(invalid) = heard {
                    self.node.refuse_invalid(link, &view, invalid, out);
                }
            }
            Ok(_) => self.node.refuse(link, &view, ResultCode::COMMAND_UNSUPPORTED, out),
            Err(result) => self.node.refuse(link, &view, result, out),
        }
    }

    fn route(
        &mut self,
        now: Instant,
        link: LinkName,
        view: &MessageView<'_>,
        request: &RoutingInfo<'_>,
        out: &mut Out,
    ) {
        let asker = self.party_at(link);
        if asker == Participant::Gateway {
            out.sight(now, asker, Participant::Hss, "SRR");
        }
        // A gateway that asks for a number of its own must not be asked itself.
        let is_homed = request.msisdn.is_some_and(|number| self.homed.contains(number));
        if !is_homed || asker == Participant::Gateway {
            return self.refuse(now, link, view, Experimental::USER_UNKNOWN.into(), out);
        }
        let ids = self.node.ids();
        let gateways: Vec<_> = self.node.up().filter(|up| !self.is_sms_gmsc(up.identity.host)).collect();
        let Some(gateway) = gateways.get(self.turn % gateways.len().max(1)) else {
            return self.refuse(now, link, view, ResultCode::UNABLE_TO_DELIVER.into(), out);
        };
        let ids = Ids { end_to_end: view.header().end_to_end, ..ids };
        let relayed = relayed(view, gateway.identity, request.origin.host, ids);
        let asked = gateway.link;
        self.turn = self.turn.wrapping_add(1);
        out.sight(now, Participant::Hss, Participant::Gateway, "SRR");
        out.bytes(asked, relayed);
        let request = view.bytes().to_vec();
        self.relayed.insert(ids.hop_by_hop.0, Relayed { asker: link, asked, request });
        self.agenda.arm(ids.hop_by_hop.0, Some(now + PATIENCE));
    }

    fn refuse(
        &mut self,
        now: Instant,
        link: LinkName,
        request: &MessageView<'_>,
        outcome: Outcome,
        out: &mut Out,
    ) {
        self.refused += 1;
        out.sight(now, Participant::Hss, self.party_at(link), answer_label("SRA", outcome));
        let answer = RoutingInfoAnswer::bare(outcome);
        out.bytes(link, written(|out| answer.write(out, request, self.node.identity())));
    }

    /// RFC 6733 6.2.2: the answer is the gateway's own; nothing but the Hop-by-Hop changes.
    fn relay_back(&mut self, now: Instant, link: LinkName, view: &MessageView<'_>, out: &mut Out) {
        let outcome = Outcome::read(view);
        if let Ok(outcome) = outcome {
            out.sight(now, Participant::Gateway, Participant::Hss, answer_label("SRA", outcome));
        }
        let number = view.header().hop_by_hop.0;
        let Some(relayed) = self.relayed.get(&number).filter(|relayed| relayed.asked == link) else { return };
        let asker = relayed.asker;
        let mut answer = view.bytes().to_vec();
        answer[HOP_BY_HOP].copy_from_slice(&relayed.request[HOP_BY_HOP]);
        self.forget(number);
        if let Ok(outcome) = outcome {
            out.sight(now, Participant::Hss, Participant::SmsGmsc, answer_label("SRA", outcome));
        }
        out.bytes(asker, answer);
    }

    fn forget(&mut self, number: u32) -> Option<Relayed> {
        self.agenda.arm(number, None);
        self.relayed.remove(&number)
    }

    /// The gateway did not answer: the asker hears it from us.
    fn give_up(&mut self, now: Instant, number: u32, out: &mut Out) {
        let Some(relayed) = self.forget(number) else { return };
        if let Ok(view) = MessageView::parse(&relayed.request) {
            self.refuse(now, relayed.asker, &view, ResultCode::UNABLE_TO_DELIVER.into(), out);
        }
    }

    fn numbers(&self, which: impl Fn(&Relayed) -> bool) -> Vec<u32> {
        self.relayed.iter().filter(|(_, relayed)| which(relayed)).map(|(number, _)| *number).collect()
    }
}

/// The request on its next hop: a Hop-by-Hop of ours, a Route-Record of the asker (RFC 6733 6.1.9), addressed to
/// the node that will answer.
fn relayed(view: &MessageView<'_>, to: Identity<'_>, asker: &[u8], ids: Ids) -> Vec<u8> {
    let header = view.header();
    written(|out| {
        let Ids { hop_by_hop, end_to_end, .. } = ids;
        let retransmitted = header.flags.retransmitted;
        let mut message = MessageWriter::request(
            out,
            header.command,
            header.application,
            hop_by_hop,
            end_to_end,
            retransmitted,
        );
        for avp in view.avps() {
            match avp.id() {
                AvpId::DESTINATION_HOST => {}
                AvpId::DESTINATION_REALM => {
                    message.avp_bytes(AvpId::DESTINATION_HOST, to.host);
                    message.avp_bytes(AvpId::DESTINATION_REALM, to.realm);
                }
                _ => {
                    message.copy(&avp);
                }
            }
        }
        message.avp_bytes(AvpId::ROUTE_RECORD, asker);
        message.finish();
    })
}

impl Actor for Hss {
    fn name(&self) -> Participant {
        Participant::Hss
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        for heard in self.node.handle(now, &event, out) {
            match heard {
                Heard::Message(link, message) => self.message(now, link, message, out),
                Heard::Down(link) => {
                    self.subscribers.lose(link);
                    for number in self.numbers(|relayed| relayed.asker == link) {
                        self.forget(number);
                    }
                    for number in self.numbers(|relayed| relayed.asked == link) {
                        self.give_up(now, number, out);
                    }
                }
            }
        }
        while let Some(number) = self.agenda.take_due(now) {
            self.give_up(now, number, out);
        }
        self.subscribers.advance(now, &mut self.node, out);
    }

    fn next_deadline(&self) -> Option<Instant> {
        let subscribers = self.subscribers.next_deadline();
        self.node.next_deadline().into_iter().chain(self.agenda.next()).chain(subscribers).min()
    }
}

impl fmt::Debug for Hss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hss({} relayed, {} refused)", self.relayed.len(), self.refused)
    }
}

/// How long the gateway may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Where the Hop-by-Hop stands in a header (RFC 6733 3).
const HOP_BY_HOP: core::ops::Range<usize> = 12..16;

#[cfg(test)]
mod tests;

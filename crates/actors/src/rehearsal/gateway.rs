//! The Diameter side of a gateway, as its neighbours see it: one shard, honest but simple.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use diameter::s6c::{RoutingInfo, RoutingInfoAnswer, ServingNode};
use diameter::sgd::{MoForward, MoForwardAnswer, MtForward, MtForwardAnswer};
use diameter::sh::{
    ChatInterworking, DataReference, DataReferences, IdentitySets, ProfileUpdate, PushNotification,
    PushNotificationAnswer, ServiceIndications, ShData, SubscribeNotifications, Subscription, UserData,
    UserDataAnswer, UserIdentity,
};
use diameter::user::UserIdentifier;
use diameter::{ApplicationId, AvpId, Destination, MessageView, Outcome, Procedure, ResultCode};
use octets::Digits;
use sms::{MtTpdu, Plan, SmsDeliver, SmsSubmit, Status, Validity};
use tempo::Instant;

use crate::message_text::written;
use crate::node::{Heard, Node};
use crate::{Actor, Event, LinkName, NodeSetup, Out, Participant};

pub(crate) struct FakeGateway {
    node: Node,
    /// Requests to the SMS centre that have not been sent yet.
    to_send: Vec<Vec<u8>>,
    /// Requests to the HSS that have not been sent yet.
    to_ask: Vec<Vec<u8>>,
    /// What the HSS has said of chat users.
    pub(crate) told: Vec<String>,
    /// Does it want to be told of them, or no more?
    pub(crate) watches: bool,
    /// How the next TFRs are answered; `None` is silence. Without one: success.
    pub(crate) tfr_outcomes: VecDeque<Option<Outcome>>,
    /// Does it answer routing queries?
    pub(crate) routes: bool,
    /// The serving node that it names; itself, if none.
    pub(crate) names: Option<String>,
    /// Outcomes of its OFRs.
    pub(crate) ofas: Vec<(Outcome, Option<Vec<u8>>)>,
    /// TP-OA, text and User-Name of the TFRs.
    pub(crate) delivered: Vec<(Digits, String, Vec<u8>)>,
    /// TP-MRs and TP-STs of status reports.
    pub(crate) reported: Vec<(u8, Status)>,
    /// Numbers that it was asked the way to, and the Route-Record of the question.
    pub(crate) asked: Vec<(Option<Digits>, Option<Vec<u8>>)>,
    host: String,
    correlation: u64,
}

impl FakeGateway {
    pub(crate) fn new(setup: NodeSetup, neighbours: &[(&str, SocketAddr)]) -> Self {
        let host = setup.host.clone();
        let mut node = Node::new(setup, &[ApplicationId::SGD, ApplicationId::S6C, ApplicationId::SH]);
        neighbours.iter().for_each(|(name, at)| node.call(&(String::from(*name) + ".ims.example"), *at));
        FakeGateway {
            node,
            to_send: Vec::new(),
            to_ask: Vec::new(),
            told: Vec::new(),
            watches: true,
            tfr_outcomes: VecDeque::new(),
            routes: true,
            names: None,
            ofas: Vec::new(),
            delivered: Vec::new(),
            reported: Vec::new(),
            asked: Vec::new(),
            host,
            correlation: 1_010_000_000_000,
        }
    }

    /// Submits a text, one OFR for each segment; the requests as they are sent.
    pub(crate) fn submit(&mut self, sc: Digits, from: Digits, to: Digits, text: &str) -> Vec<Vec<u8>> {
        let plan = Plan::of(text.chars(), 10).expect("not too long");
        let mut rest = text.chars();
        let mut sent = Vec::new();
        for index in 0..plan.segments() {
            let submit = SmsSubmit {
                message_reference: index,
                destination: to,
                reject_duplicates: false,
                status_report_requested: false,
                validity: Validity::DAY,
                protocol_id: 0,
            };
            let tpdu = written(|out| submit.write(&plan, index, 9, &mut rest, out));
            sent.push(self.submit_tpdu(sc, from, &tpdu));
        }
        sent
    }

    pub(crate) fn submit_tpdu(&mut self, sc: Digits, from: Digits, tpdu: &[u8]) -> Vec<u8> {
        let (ids, session) = (self.node.ids(), self.node.session());
        let request = MoForward {
            session_id: self.node.session_id(session),
            origin: self.node.identity(),
            destination: Destination { host: None, realm: b"ims.example" },
            sc_address: sc,
            user_identifier: UserIdentifier::msisdn(from),
            tpdu,
        };
        let bytes = written(|out| request.write(out, ids));
        self.repeat(bytes.clone());
        bytes
    }

    /// Sends these octets to the SMS centre at its next turn.
    pub(crate) fn repeat(&mut self, bytes: Vec<u8>) {
        self.to_send.push(bytes);
    }

    /// Asks the HSS of a chat user at its next turn.
    pub(crate) fn ask_hss(&mut self, procedure: Procedure, number: Digits) {
        let (ids, session) = (self.node.ids(), self.node.session());
        let (session_id, origin) = (self.node.session_id(session), self.node.identity());
        let destination = Destination { host: None, realm: b"ims.example" };
        let user_identity = UserIdentity::Msisdn(number);
        let data_references = DataReferences::of(&[DataReference::REPOSITORY_DATA]);
        let service_indications = ServiceIndications::one(ChatInterworking::SERVICE_INDICATION.as_bytes());
        let bytes = written(|out| match procedure {
            Procedure::UserData => UserData {
                session_id,
                origin,
                destination,
                user_identity,
                user_name: None,
                data_references,
                service_indications,
                identity_sets: IdentitySets::default(),
            }
            .write(out, ids),
            Procedure::SubscribeNotifications => SubscribeNotifications {
                session_id,
                origin,
                destination,
                user_identity,
                user_name: None,
                subscription: match self.watches {
                    true => Subscription::Subscribe,
                    false => Subscription::Unsubscribe,
                },
                data_references,
                service_indications,
                identity_sets: IdentitySets::default(),
                wants_data: false,
                once: false,
                expires_at_ntp_s: None,
            }
            .write(out, ids),
            _ => ProfileUpdate {
                session_id,
                origin,
                destination,
                user_identity,
                user_name: None,
                data_references: DataReferences::of(&[DataReference::SMS_REGISTRATION_INFO]),
                user_data: &ShData::default(),
            }
            .write(out, ids),
        });
        self.to_ask.push(bytes);
    }

    /// What the HSS says of somebody.
    fn hear(&mut self, view: &MessageView<'_>) {
        let may = |document| {
            let data = ShData::read(document).expect("a document");
            let ours = data.repository_of(ChatInterworking::SERVICE_INDICATION).expect("ours");
            let settings = ours.service_data.as_ref().expect("data").chat_interworking().expect("sound");
            if settings.expect("settings").is_authorised { "yes" } else { "no" }
        };
        let told = match Procedure::of(&view.header()) {
            Ok(Procedure::UserData) => {
                let answer = UserDataAnswer::parse(view).expect("a sound UDA");
                let word = answer.user_data.map(may);
                String::from("UDA ") + word.unwrap_or("5001")
            }
            Ok(Procedure::SubscribeNotifications) => "SNA".into(),
            Ok(Procedure::ProfileUpdate) => "PUA".into(),
            _ => String::from("PNR ") + may(PushNotification::parse(view).expect("a sound PNR").user_data),
        };
        self.told.push(told);
    }

    fn request(&mut self, link: LinkName, view: &MessageView<'_>, out: &mut Out) {
        match Procedure::of(&view.header()) {
            Ok(Procedure::RoutingInfo) => {
                let request = RoutingInfo::parse(view).expect("a sound SRR");
                let record = view.find(AvpId::ROUTE_RECORD).map(|avp| avp.data.to_vec());
                self.asked.push((request.msisdn, record));
                assert_eq!(request.destination.host, Some(self.host.as_bytes()), "addressed to us");
                if !self.routes {
                    return;
                }
                self.correlation += 1;
                let correlation = alloc::format!("{:015}", self.correlation);
                let name = self.names.as_ref().unwrap_or(&self.host);
                let node = ServingNode { ip_sm_gw_name: Some(name.as_bytes()), ..ServingNode::default() };
                let answer = RoutingInfoAnswer {
                    user_name: Some(correlation.as_bytes()),
                    serving_node: Some(node),
                    ..RoutingInfoAnswer::bare(Outcome::Success)
                };
                out.bytes(link, written(|out| answer.write(out, view, self.node.identity())));
            }
            Ok(Procedure::MtForward) => {
                let request = MtForward::parse(view).expect("a sound TFR");
                match MtTpdu::parse(request.tpdu).expect("a sound TPDU") {
                    MtTpdu::StatusReport(report) => {
                        self.reported.push((report.message_reference, report.status));
                    }
                    _ => {
                        let tpdu = SmsDeliver::parse(request.tpdu).expect("an SMS-DELIVER");
                        let from = tpdu.originating.digits().expect("a number");
                        let text = tpdu.user_data.chars().collect();
                        self.delivered.push((from, text, request.user_name.to_vec()));
                    }
                }
                let Some(outcome) = self.tfr_outcomes.pop_front().unwrap_or(Some(Outcome::Success)) else {
                    return;
                };
                let answer = MtForwardAnswer { outcome, ..MtForwardAnswer::DELIVERED };
                out.bytes(link, written(|out| answer.write(out, view, self.node.identity())));
            }
            Ok(Procedure::PushNotification) => {
                self.hear(view);
                let answer = PushNotificationAnswer { outcome: Outcome::Success };
                out.bytes(link, written(|out| answer.write(out, view, self.node.identity())));
            }
            _ => self.node.refuse(link, view, ResultCode::COMMAND_UNSUPPORTED, out),
        }
    }
}

impl Actor for FakeGateway {
    fn name(&self) -> Participant {
        Participant::Gateway
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        for heard in self.node.handle(now, &event, out) {
            let Heard::Message(link, message) = heard else { continue };
            let view = MessageView::parse(&message).expect("sound");
            if view.header().flags.request {
                self.request(link, &view, out);
            } else if view.header().application == ApplicationId::SH {
                self.hear(&view);
            } else {
                let answer = MoForwardAnswer::parse(&view).expect("a sound OFA");
                let report = answer.sm_rp_ui.or(answer.failure.and_then(|failure| failure.diagnostic));
                self.ofas.push((answer.outcome, report.map(<[u8]>::to_vec)));
            }
        }
        let centre = self.node.up().find(|up| up.identity.host.starts_with(b"smsc")).map(|up| up.link);
        if let Some(link) = centre {
            self.to_send.drain(..).for_each(|bytes| out.bytes(link, bytes));
        }
        let hss = self.node.up().find(|up| up.identity.host.starts_with(b"hss")).map(|up| up.link);
        if let Some(link) = hss {
            self.to_ask.drain(..).for_each(|bytes| out.bytes(link, bytes));
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let is_waiting = !self.to_send.is_empty() || !self.to_ask.is_empty();
        let waiting = is_waiting.then_some(Instant::ZERO);
        let waiting = waiting.filter(|_| self.node.up().count() > 0);
        waiting.into_iter().chain(self.node.next_deadline()).min()
    }
}

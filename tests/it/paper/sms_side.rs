//! The SMS side: a service centre that takes and sends short messages, and an HSS that relays routing queries.
//! One connection from each shard to each of the two.
//!
//! Manners say how it answers by itself; what it has been told not to answer waits until the test does.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use diameter::base::{Capabilities, Disconnect, DisconnectCause, Watchdog};
use diameter::delivery::{DeliveryFailure, FailureCause};
use diameter::s6c::{RoutingInfo, RoutingInfoAnswer};
use diameter::sgd::{MoForward, MoForwardAnswer, MtForward, MtForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{
    ApplicationId, Asked, AvpId, Command, Destination, EndToEnd, Experimental, HopByHop, Identity, Ids,
    MessageView, MessageWriter, Outcome, Procedure, ResultCode, SessionId,
};
use octets::{Digits, Writer};
use shard::{LinkId, PeerSettings};
use sms::SubmitView;

use super::hss::Hss;

/// How the SMS side behaves by itself.
#[derive(Clone, Copy)]
pub struct Manners {
    /// Are calls taken?
    pub listens: bool,
    /// Are CER, DWR and DPR answered?
    pub lives: bool,
    /// What a submitted short message hears.
    pub verdict: Verdict,
}

/// What a submitted short message hears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is taken.
    Taken,
    /// Nothing, until the test says it.
    Silence,
    /// An Experimental-Result of TS 29.338, perhaps with its cause.
    Refused(u32, Option<u32>),
    /// A Result-Code of the base protocol.
    Error(u32),
    /// The SMS-SUBMIT-REPORT says that it is there already (TP-FCS C5).
    Duplicate,
    /// The SMS-SUBMIT-REPORT has this TP-FCS.
    Report(u8),
}

/// What a short message that was sent to the gateway has heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// Nothing yet.
    Waiting,
    /// The chat user has it, or it was understood.
    Taken,
    /// Absent: keep it and try again.
    NotNow,
    /// It will never be taken.
    Never,
    /// Nobody is there.
    NoSession,
    /// A Result-Code of the base protocol.
    Error(u32),
}

/// A short message that the gateway has submitted.
pub struct Submitted {
    /// The shard that did.
    pub shard: usize,
    /// The peer that it was submitted to.
    pub peer: usize,
    /// The number that it comes from.
    pub number: String,
    /// Whom it is for.
    pub sms_user: String,
    /// What it says.
    pub text: String,
    /// Reference, total, sequence, when it is one of several.
    pub part: Option<(u16, u8, u8)>,
    /// The service centre that it is for.
    pub service_centre: String,
    /// TP-MR.
    pub reference: u8,
    /// TP-SRR.
    pub wants_report: bool,
    /// TP-VP, relative.
    pub validity: sms::ValidityPeriod,
    /// The whole request.
    pub request: Vec<u8>,
}

/// A request of the SMS side, to find its answer by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket(pub u32);

/// A short message on its way to the gateway.
#[derive(Clone, Copy)]
pub struct Mailing<'a> {
    /// MT-Correlation-ID.
    pub correlation: &'a str,
    /// The TPDU.
    pub tpdu: &'a [u8],
    /// The End-to-End identifier.
    pub end_to_end: u32,
    /// Perhaps seen before?
    pub repeated: bool,
}

/// All of it.
pub struct SmsSide {
    pub manners: Manners,
    /// What it says about chat users.
    pub hss: Hss,
    /// Short messages that came out of the gateway, in order.
    pub submitted: Vec<Submitted>,
    /// The number that the last of them came from.
    pub last_number: Option<String>,
    /// Goodbyes (DPR) that came out of the gateway.
    pub goodbyes: usize,
    /// Calls that were not taken.
    pub missed_calls: usize,
    answers: Vec<(Ticket, Vec<u8>)>,
    lines: Vec<Line>,
    last_id: u32,
}

/// One connection.
struct Line {
    shard: usize,
    peer: usize,
    link: LinkId,
    carry: Vec<u8>,
}

impl SmsSide {
    pub fn new() -> Self {
        SmsSide {
            manners: Manners { listens: true, lives: true, verdict: Verdict::Taken },
            hss: Hss::new(),
            submitted: Vec::new(),
            last_number: None,
            goodbyes: 0,
            missed_calls: 0,
            answers: Vec::new(),
            lines: Vec::new(),
            last_id: 0x0100_0000,
        }
    }

    /// Whom the gateway connects to: one service centre or two, and the HSS.
    pub fn peers(centres: usize, asks_hss: bool) -> Box<[PeerSettings]> {
        let settings = |peer: usize| PeerSettings {
            host: HOSTS[peer].as_bytes().into(),
            realm: REALM.as_bytes().into(),
            address: address(peer),
            serves_submits: peer != HSS,
            serves_subscribers: asks_hss && peer == HSS,
        };
        (0..=centres).map(settings).collect()
    }

    /// Is somebody at this address?
    pub fn peer_at(address_asked: SocketAddr) -> usize {
        (0..HOSTS.len()).find(|peer| address(*peer) == address_asked).expect("nobody lives there")
    }

    pub fn opened(&mut self, shard: usize, peer: usize, link: LinkId) {
        self.lines.push(Line { shard, peer, link, carry: Vec::new() });
    }

    pub fn closed(&mut self, shard: usize, link: LinkId) {
        self.lines.retain(|line| (line.shard, line.link) != (shard, link));
    }

    /// The connection of `shard` to a peer.
    pub fn link(&self, shard: usize, peer: usize) -> Option<LinkId> {
        self.lines.iter().find(|line| (line.shard, line.peer) == (shard, peer)).map(|line| line.link)
    }

    /// Connections that are there.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Takes octets from the gateway; `None` when the link is none of ours, else what is answered at once.
    pub fn receive(&mut self, shard: usize, link: LinkId, bytes: &[u8]) -> Option<Vec<u8>> {
        let at = self.lines.iter().position(|line| (line.shard, line.link) == (shard, link))?;
        self.lines[at].carry.extend_from_slice(bytes);
        let mut said = Vec::new();
        while let Ok(Some(length)) = diameter::frame(&self.lines[at].carry) {
            let message: Vec<u8> = self.lines[at].carry.drain(..length).collect();
            said.extend(self.hear(shard, self.lines[at].peer, &message));
        }
        Some(said)
    }

    fn hear(&mut self, shard: usize, peer: usize, bytes: &[u8]) -> Vec<u8> {
        let message = MessageView::parse(bytes).expect("the gateway writes sound Diameter");
        let header = message.header();
        if !header.flags.request {
            self.answers.push((Ticket(header.hop_by_hop.0), bytes.to_vec()));
            return Vec::new();
        }
        let me = identity(peer);
        match Procedure::of(&header).expect("the gateway asks what it can") {
            Procedure::CapabilitiesExchange if self.manners.lives => {
                written(|out| capabilities(me).write_answer(out, &message, ResultCode::SUCCESS))
            }
            Procedure::DeviceWatchdog if self.manners.lives => {
                let watchdog = Watchdog { origin: me, origin_state_id: Some(1) };
                written(|out| watchdog.write_answer(out, &message))
            }
            Procedure::DisconnectPeer => {
                self.goodbyes += 1;
                match self.manners.lives {
                    true => written(|out| Disconnect::write_answer(out, &message, me)),
                    false => Vec::new(),
                }
            }
            Procedure::MoForward => {
                assert_ne!(peer, HSS, "only a service centre takes short messages");
                let submitted = Submitted::read(shard, peer, bytes);
                self.last_number = Some(submitted.number.clone());
                self.submitted.push(submitted);
                answer(bytes, self.manners.verdict)
            }
            procedure @ (Procedure::UserData
            | Procedure::SubscribeNotifications
            | Procedure::ProfileUpdate) => {
                assert_eq!(peer, HSS, "only an HSS knows about people");
                let answer = self.hss.hear(procedure, &message, me);
                if !self.hss.keeps {
                    return answer;
                }
                self.hss.late.push((shard, answer));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The HSS says that what it knows of a user has changed.
    pub fn notify(&mut self, number: Digits, document: &str, host: &[u8]) -> (Ticket, Vec<u8>) {
        let ids = self.next_ids();
        (Ticket(ids.hop_by_hop.0), self.hss.notify(number, document, ids, identity(HSS), host))
    }

    /// A routing query for `number`.
    pub fn query(&mut self, number: &str) -> (Ticket, Vec<u8>) {
        let ids = self.next_ids();
        let query = RoutingInfo {
            session_id: SessionId::new(HOSTS[HSS].as_bytes(), 7, ids.hop_by_hop.0),
            origin: identity(HSS),
            destination: Destination { host: None, realm: REALM.as_bytes() },
            msisdn: Some(digits(number)),
            user_name: None,
            sc_address: Some(digits(CENTRE_NUMBER)),
            sm_rp_mti: None,
            sm_rp_smea: None,
            flags: Default::default(),
        };
        (Ticket(ids.hop_by_hop.0), written(|out| query.write(out, ids)))
    }

    /// A short message for the gateway.
    pub fn mail(&mut self, mailing: &Mailing<'_>, host: &[u8]) -> (Ticket, Vec<u8>) {
        let ids = self.next_ids();
        let ids = Ids {
            end_to_end: EndToEnd(mailing.end_to_end),
            retransmitted: mailing.repeated,
            hop_by_hop: ids.hop_by_hop,
        };
        let forward = MtForward {
            session_id: SessionId::new(HOSTS[CENTRE].as_bytes(), 7, ids.hop_by_hop.0),
            origin: identity(CENTRE),
            destination: Destination { host: Some(host), realm: REALM.as_bytes() },
            user_name: mailing.correlation.as_bytes(),
            sc_address: digits(CENTRE_NUMBER),
            tpdu: mailing.tpdu,
            more_messages: false,
            mme_number: None,
            sgsn_number: None,
            delivery_timer_s: None,
            delivery_start_ntp_s: None,
            retransmit_until_ntp_s: None,
            sms_gmsc_address: None,
        };
        (Ticket(ids.hop_by_hop.0), written(|out| forward.write(out, ids)))
    }

    /// Any request of a peer; `fill` writes what stands behind its header.
    pub fn ask(
        &mut self,
        command: Command,
        application: ApplicationId,
        fill: impl FnOnce(&mut MessageWriter<'_, '_>),
    ) -> (Ticket, Vec<u8>) {
        let ids = self.next_ids();
        let request = written(|out| {
            let mut message =
                MessageWriter::request(out, command, application, ids.hop_by_hop, ids.end_to_end, false);
            fill(&mut message);
            message.finish();
        });
        (Ticket(ids.hop_by_hop.0), request)
    }

    /// A goodbye of a peer.
    pub fn goodbye(&mut self, peer: usize) -> Vec<u8> {
        let ids = self.next_ids();
        let disconnect = Disconnect { origin: identity(peer), cause: DisconnectCause::Rebooting };
        written(|out| disconnect.write_request(out, ids))
    }

    /// An End-to-End identifier that nobody has used.
    pub fn next_end_to_end(&mut self) -> u32 {
        self.next_ids().end_to_end.0
    }

    /// The answer to a request of the SMS side.
    pub fn answer(&self, ticket: Ticket) -> Option<&[u8]> {
        let mut of_ticket = self.answers.iter().filter(|(answered, _)| *answered == ticket);
        let first = of_ticket.next().map(|(_, bytes)| &bytes[..]);
        assert!(of_ticket.next().is_none(), "a request is answered once");
        first
    }

    /// The MT-Correlation-ID, and the name of the gateway, in the answer to a routing query.
    pub fn route(&self, ticket: Ticket) -> Result<(String, Vec<u8>), Outcome> {
        let bytes = self.answer(ticket).expect("a routing query is answered at once");
        let message = MessageView::parse(bytes).expect("sound");
        let answer = RoutingInfoAnswer::parse(&message).expect("an SRA");
        if answer.outcome != Outcome::Success {
            return Err(answer.outcome);
        }
        let name = answer.serving_node.and_then(|node| node.ip_sm_gw_name).expect("the gateway's name");
        let correlation = answer.user_name.expect("an MT-Correlation-ID");
        Ok((String::from_utf8(correlation.to_vec()).expect("digits"), name.to_vec()))
    }

    /// What a short message to the gateway has heard.
    pub fn delivery(&self, ticket: Ticket) -> Delivery {
        let Some(bytes) = self.answer(ticket) else { return Delivery::Waiting };
        let message = MessageView::parse(bytes).expect("sound");
        let answer = MtForwardAnswer::parse(&message).expect("a TFA");
        match answer.outcome {
            Outcome::Success => {
                assert!(answer.sm_rp_ui.is_some(), "a success carries the SMS-DELIVER-REPORT");
                Delivery::Taken
            }
            Outcome::Experimental { code: 5550, .. } => {
                // TS 29.338: absent for IMS, no response via the IP-SM-GW.
                assert_eq!(answer.absent_user.map(|diagnostic| diagnostic.0), Some(12));
                Delivery::NotNow
            }
            Outcome::Experimental { code: 5555, .. } => {
                assert!(answer.failure.is_some(), "a delivery failure has a cause");
                Delivery::Never
            }
            Outcome::Experimental { code: 5001, .. } => Delivery::NoSession,
            Outcome::Result(code) => Delivery::Error(code),
            other => panic!("an answer that nobody expects: {other:?}"),
        }
    }

    fn next_ids(&mut self) -> Ids {
        self.last_id += 1;
        Ids {
            hop_by_hop: HopByHop(self.last_id),
            end_to_end: EndToEnd(self.last_id ^ 0x5A00_0000),
            retransmitted: false,
        }
    }
}

impl Submitted {
    fn read(shard: usize, peer: usize, request: &[u8]) -> Submitted {
        let message = MessageView::parse(request).expect("sound");
        let forward = MoForward::parse(&message).expect("an OFR");
        let UserIdentifier { user_name, msisdn, external } = forward.user_identifier;
        assert!(user_name.is_none() && external.is_none(), "a session has a number and nothing else");
        let tpdu = SubmitView::parse(forward.tpdu).expect("an SMS-SUBMIT");
        assert!(tpdu.destination.is_international(), "numbers go out in international form");
        Submitted {
            shard,
            peer,
            number: text_of(msisdn.expect("the number of the session")),
            sms_user: text_of(tpdu.destination.digits().expect("a number")),
            text: tpdu.user_data.chars().collect(),
            part: tpdu.user_data.concatenation().map(|part| (part.reference, part.total, part.sequence)),
            service_centre: text_of(forward.sc_address),
            reference: tpdu.message_reference,
            wants_report: tpdu.status_report_requested,
            validity: tpdu.validity,
            request: request.to_vec(),
        }
    }
}

/// The answer to an OFR; empty for silence.
pub fn answer(request: &[u8], verdict: Verdict) -> Vec<u8> {
    let message = MessageView::parse(request).expect("sound");
    let reported = |report| MoForwardAnswer {
        outcome: Experimental::SM_DELIVERY_FAILURE.into(),
        failure: Some(DeliveryFailure { cause: FailureCause::SC_CONGESTION, diagnostic: Some(report) }),
        sm_rp_ui: None,
    };
    let mut report = SUBMIT_REPORT;
    let plain = |outcome| MoForwardAnswer { outcome, failure: None, sm_rp_ui: None };
    let answer = match verdict {
        Verdict::Silence => return Vec::new(),
        Verdict::Taken => plain(Outcome::Success),
        Verdict::Error(code) => plain(Outcome::Result(code)),
        Verdict::Duplicate => reported(&SUBMIT_REPORT),
        Verdict::Report(tp_fcs) => {
            report[1] = tp_fcs;
            reported(&report)
        }
        Verdict::Refused(code, cause) => MoForwardAnswer {
            failure: cause.map(|cause| DeliveryFailure { cause: FailureCause(cause), diagnostic: None }),
            ..plain(Experimental(code).into())
        },
    };
    written(|out| answer.write(out, Asked::from(&message), identity(CENTRE)))
}

/// An answer that refuses a request: its Result-Code, and the AVP that Failed-AVP holds.
pub fn refusal(answer: &[u8]) -> (u32, Option<u32>) {
    let message = MessageView::parse(answer).expect("sound");
    let code = message.find(AvpId::RESULT_CODE).expect("a Result-Code").u32().expect("four octets");
    let failed = message.find(AvpId::FAILED_AVP).and_then(|avp| avp.grouped().expect("a group").next());
    (code, failed.map(|avp| avp.code))
}

pub fn digits(number: &str) -> Digits {
    Digits::from_ascii(number.trim_start_matches('+').as_bytes()).expect("a number of the test")
}

pub fn text_of(digits: Digits) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

pub fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = vec![0; 4096];
    let mut out = Writer::new(&mut room);
    fill(&mut out);
    let length = out.finish().expect("room for a message of the test");
    room.truncate(length);
    room
}

fn identity(peer: usize) -> Identity<'static> {
    Identity { host: HOSTS[peer].as_bytes(), realm: REALM.as_bytes() }
}

fn capabilities(origin: Identity<'static>) -> Capabilities<'static> {
    Capabilities {
        origin,
        host_addresses: &HOST_ADDRESSES,
        vendor_id: 10_415,
        product_name: "paper",
        origin_state_id: Some(1),
        supported_vendors: &[10_415],
        auth_applications: &[],
        vendor_applications: &[ApplicationId::SGD, ApplicationId::S6C, ApplicationId::SH],
    }
}

pub fn address(peer: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 9, 1 + peer as u8], 3868))
}

/// The service centre, which is SMS-IWMSC and SMS-GMSC too.
pub const CENTRE: usize = 0;
/// The HSS.
pub const HSS: usize = 1;
/// A second service centre, where a plan has one.
pub const SECOND_CENTRE: usize = 2;
pub const CENTRE_NUMBER: &str = "447700900005";
pub const REALM: &str = "home.example";
/// SMS-SUBMIT-REPORT for RP-ERROR: first octet, TP-FCS (C5, duplicate), TP-PI, TP-SCTS.
const SUBMIT_REPORT: [u8; 10] = *b"\x01\xC5\x00\x62\x10\x81\x51\x03\x00\x40";
const HOST_ADDRESSES: [IpAddr; 1] = [IpAddr::V4(Ipv4Addr::new(10, 0, 9, 1))];
const HOSTS: [&str; 3] = ["smsc.home.example", "hss.home.example", "smsc-b.home.example"];

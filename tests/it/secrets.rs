//! Numbers and texts of people do not print (law L11): whatever a log line or a panic shows with `{:?}`, nobody is in it.
//!
//! A secret is looked for as text, as the list of octets that `Debug` makes of a slice, in hexadecimal digits, and as it is
//! packed in a TPDU.

use std::fmt::Debug;
use std::net::SocketAddr;

use diameter::s6c::RoutingInfo;
use diameter::sgd::{MoForward, MtForward};
use diameter::user::UserIdentifier;
use diameter::{
    Asked, Destination, EndToEnd, FailedAvp, HopByHop, Ids, MessageView as DiameterView, SessionId,
};
use interwork::{
    Correlation, Identity, Lease, Meaning, Msisdn, MsisdnPool, MtCorrelationId, Pair, PeerId, Rest,
    Subscriber, Template, Variables,
};
use msrp::{ChunkView, Cpim, Offer};
use octets::Writer;
use shard::{Arrival, Cargo, LinkId, OWN_SIP, ShardId};
use sip::{Dialog, HeaderName, Index, MessageView, NameAddr, Uri};
use sms::{MoTpdu, MtTpdu, Plan, SmsDeliver, SmsSubmit, SubmitView, UserData, Validity};
use tempo::{Duration, Entropy, Instant};

use crate::paper::call::{ALICE, Call, Invitation};
use crate::paper::plan::ONE;
use crate::paper::sms_side::{digits, written};
use crate::paper::stage::{BOB, deliver};
use crate::paper::{self, Stage};

/// What somebody has said.
const WORDS: &str = "meet me at noon";

/// Every way in which one of the secrets could show.
fn secrets() -> Vec<String> {
    let mut secrets = Vec::new();
    let packed = Plan::of(WORDS.chars(), 1).expect("one segment");
    let user_data = written(|out| packed_text(&packed, out));
    let numbers = [BOB, ALICE].map(|number| number.trim_start_matches('+').as_bytes().to_vec());
    let tbcd = [BOB, ALICE].map(|number| written(|out| out.tbcd(digits(number))));
    let names = [b"alice".to_vec(), WORDS.as_bytes().to_vec(), user_data];
    for secret in numbers.into_iter().chain(tbcd).chain(names) {
        secrets.push(format!("{secret:?}").trim_matches(['[', ']']).to_string());
        secrets.push(secret.iter().map(|octet| format!("{octet:02x}")).collect());
        secrets.push(secret.iter().map(|octet| format!("{octet:02X}")).collect());
        secrets.extend(String::from_utf8(secret).ok().filter(|text| text.is_ascii()));
    }
    secrets
}

/// The text of `WORDS` as septets, without its length.
fn packed_text(plan: &Plan, out: &mut Writer<'_>) {
    let tpdu = written(|out| submit().write(plan, 0, 0, &mut WORDS.chars(), out));
    out.put(&tpdu[tpdu.len() - 13..]);
}

fn submit() -> SmsSubmit {
    SmsSubmit {
        message_reference: 7,
        destination: digits(BOB),
        reject_duplicates: false,
        status_report_requested: false,
        validity: Validity::of(Duration::from_secs(60)),
        protocol_id: 0,
    }
}

/// Fails when one of the secrets is in what a value shows.
fn keeps_quiet(what: &str, value: &dyn Debug) {
    let shown = format!("{value:?}\n{value:#?}");
    // The pretty form of a list has an octet a line.
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for secret in secrets() {
        assert!(!shown.contains(&secret) && !flat.contains(&secret), "{what} shows {secret:?}: {flat:.300}");
    }
}

#[test]
fn the_search_finds_a_secret_in_every_dress() {
    let tpdu = deliver(BOB, WORDS);
    for value in [
        &WORDS as &dyn Debug,
        &ALICE,
        &WORDS.as_bytes(),
        &Some(BOB.as_bytes()),
        &tpdu,
        &written(|out| out.hex(BOB.as_bytes())).escape_ascii().to_string(),
    ] {
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| keeps_quiet("it", value)));
        assert!(found.is_err(), "{value:?} went unnoticed");
    }
}

// interworking 11 row 40
#[test]
fn sip_keeps_quiet() {
    let call = Call::new(Invitation::to(BOB).with(&format!("Subject: {WORDS}")), 0);
    let invite = call.invite();
    let index = Index::parse(invite.as_bytes()).expect("an INVITE");
    let view = MessageView::new(invite.as_bytes(), &index);
    keeps_quiet("MessageView", &view);
    keeps_quiet("From", &view.from());
    keeps_quiet("To", &view.to());
    keeps_quiet("Contact", &view.contact());
    keeps_quiet("Via", &view.via());
    keeps_quiet("Request-URI", &Uri::parse(view.request_uri()));
    let identities = view.elements(HeaderName::PAssertedIdentity).filter_map(NameAddr::parse_asserted);
    identities.for_each(|identity| keeps_quiet("P-Asserted-Identity", &identity));
    keeps_quiet("Dialog", &Dialog::as_uas(view, b"tag"));
    keeps_quiet("Refusal", &view.validate_request());
    let broken = invite.replace("CSeq: 1 INVITE", "CSeq: one INVITE");
    let index = Index::parse(broken.as_bytes()).expect("headers");
    keeps_quiet("BadRequest", &MessageView::new(broken.as_bytes(), &index).validate_request());
    keeps_quiet("Malformed", &Index::parse(&invite.as_bytes()[..200]).err());
}

#[test]
fn msrp_keeps_quiet() {
    let body = format!(
        "From: <tel:{BOB}>\r\nTo: <sip:alice@x>\r\nSubject: {WORDS}\r\n\r\nContent-Type: text/plain\r\n\r\n{WORDS}"
    );
    let send = format!(
        "MSRP a1b2c3 SEND\r\nTo-Path: msrp://gw.example:2855/{WORDS_IN_PATH};tcp\r\nFrom-Path: msrp://alice@ue.example:2855/x;tcp\r\n\
         Message-ID: alice-1\r\nByte-Range: 1-{length}/{length}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------a1b2c3$\r\n",
        length = body.len(),
        WORDS_IN_PATH = "meet",
    );
    let chunk = ChunkView::parse(send.as_bytes()).expect("a SEND");
    keeps_quiet("ChunkView", &chunk);
    keeps_quiet("To-Path", &chunk.to_path());
    keeps_quiet("From-Path", &chunk.from_path());
    keeps_quiet("its first URI", &chunk.from_path().first());
    let cpim = Cpim::parse(body.as_bytes()).expect("CPIM");
    keeps_quiet("Cpim", &cpim);
    keeps_quiet("its sender", &cpim.from_address());
    keeps_quiet("CpimFault", &Cpim::parse(&body.as_bytes()[..30]).err());
    let offer =
        paper::call::offer("active").replace("198.51.100.7:2855/ue7session", "198.51.100.7:2855/alice");
    keeps_quiet("Offer", &Offer::parse(offer.as_bytes()));
    keeps_quiet("Malformed", &ChunkView::parse(&send.as_bytes()[..send.len() - 3]).err());
}

#[test]
fn sms_keeps_quiet() {
    let plan = Plan::of(WORDS.chars(), 1).expect("one segment");
    keeps_quiet("SmsSubmit", &submit());
    keeps_quiet("Plan", &plan);
    let tpdu = written(|out| submit().write(&plan, 0, 0, &mut WORDS.chars(), out));
    keeps_quiet("SubmitView", &SubmitView::parse(&tpdu));
    keeps_quiet("MoTpdu", &MoTpdu::parse(&tpdu));
    keeps_quiet("Malformed", &SubmitView::parse(&tpdu[..9]));
    let tpdu = deliver(BOB, WORDS);
    let parsed = SmsDeliver::parse(&tpdu).expect("an SMS-DELIVER");
    keeps_quiet("SmsDeliver", &parsed);
    keeps_quiet("MtTpdu", &MtTpdu::parse(&tpdu));
    keeps_quiet("TP-OA", &parsed.originating);
    keeps_quiet("TP-UD", &parsed.user_data);
    keeps_quiet("no TP-UD", &UserData::EMPTY);
}

#[test]
fn diameter_keeps_quiet() {
    let ids = Ids { hop_by_hop: HopByHop(1), end_to_end: EndToEnd(2), retransmitted: false };
    let me = diameter::Identity { host: b"gw.example", realm: b"example" };
    let tpdu = deliver(BOB, WORDS);
    let submit = MoForward {
        session_id: SessionId::new(me.host, 1, 2),
        origin: me,
        destination: Destination { host: None, realm: me.realm },
        sc_address: digits("447700900005"),
        user_identifier: UserIdentifier::msisdn(digits(ALICE)),
        tpdu: &tpdu[..],
    };
    keeps_quiet("MoForward", &submit);
    keeps_quiet("UserIdentifier", &submit.user_identifier);
    let bytes = written(|out| submit.write(out, ids));
    let view = DiameterView::parse(&bytes).expect("an OFR");
    keeps_quiet("MessageView", &view);
    keeps_quiet("its AVPs", &view.avps());
    view.avps().for_each(|avp| {
        keeps_quiet("AvpView", &avp);
        keeps_quiet("FailedAvp", &FailedAvp::Received(avp));
        keeps_quiet("a group", &avp.grouped().ok());
    });
    keeps_quiet("Asked", &Asked::from(&view));
    keeps_quiet("the OFR read", &MoForward::parse(&view));
    keeps_quiet("as a TFR", &MtForward::parse(&view).err());
    keeps_quiet("as an SRR", &RoutingInfo::parse(&view).err());
    keeps_quiet("Malformed", &DiameterView::parse(&bytes[..40]).err());
    let query = RoutingInfo {
        session_id: SessionId::Text(b"hss;1;2"),
        origin: me,
        destination: Destination { host: None, realm: me.realm },
        msisdn: Some(digits(BOB)),
        user_name: None,
        sc_address: None,
        sm_rp_mti: None,
        sm_rp_smea: None,
        flags: Default::default(),
    };
    keeps_quiet("RoutingInfo", &query);
}

// interworking 11 row 40
#[test]
fn the_interworking_keeps_quiet() {
    let number = Msisdn(digits(ALICE));
    let pair = Pair { number, sms_user: Msisdn(digits(BOB)) };
    keeps_quiet("Msisdn", &number);
    keeps_quiet("Pair", &pair);
    keeps_quiet("Lease", &Lease { pair, peer: PeerId::of(ALICE), rests: true });
    keeps_quiet("PeerId", &PeerId::of("alice"));
    keeps_quiet("MsisdnPool", &MsisdnPool::new([number]));
    keeps_quiet("MtCorrelationId", &MtCorrelationId(digits(BOB)));
    let mut pairs = Correlation::new(4, &mut Entropy::from_seed([1; 32]));
    pairs.bind(pair, 1).expect("room");
    keeps_quiet("Correlation", &pairs);
    let until = Instant::ZERO + Duration::from_secs(1);
    pairs.release(pair, Some(Rest { until, peer: PeerId::of(ALICE), language: Default::default() }));
    keeps_quiet("Correlation", &pairs);
    let resting: Option<Meaning<u32>> = pairs.meaning(pair, Instant::ZERO);
    keeps_quiet("Meaning", &resting);
    let policy = paper::Plan::new(ONE).policy;
    let variables = Variables { inviter: Some(digits(ALICE)), topic: WORDS };
    keeps_quiet("Variables", &variables);
    let template = Template::parse("{inviter} says {topic}").expect("a template");
    let mut phrase = policy.wording.phrase(&template, variables);
    keeps_quiet("Phrase", &phrase);
    // Half-way through the number, and through the topic.
    phrase.by_ref().take(5).for_each(drop);
    keeps_quiet("Phrase", &phrase);
    phrase.by_ref().take(16).for_each(drop);
    keeps_quiet("Phrase", &phrase);
    keeps_quiet("Policy", &policy);
}

#[test]
fn what_crosses_the_seams_of_a_shard_keeps_quiet() {
    let invite = Call::new(Invitation::to(BOB), 0).invite();
    let from = SocketAddr::from(([192, 0, 2, 10], 5060));
    keeps_quiet("a datagram", &Arrival::Datagram { port: OWN_SIP, from, bytes: invite.as_bytes() });
    let tpdu = deliver(BOB, WORDS);
    keeps_quiet("a stream", &Arrival::Stream { link: LinkId { index: 1, generation: 2 }, bytes: &tpdu });
    let lanes = shard::Lanes::connect(vec![std::sync::Arc::new(Nobody) as std::sync::Arc<dyn shard::Wake>]);
    lanes[0].push(ShardId(0), Cargo::Sip { port: OWN_SIP, from }, invite.as_bytes()).expect("room");
    assert!(lanes[0].take(|parcel| keeps_quiet("Parcel", parcel)));
    lanes[0].push(ShardId(0), Cargo::Stop, &tpdu).expect("room");
    assert!(lanes[0].take(|parcel| keeps_quiet("Parcel", parcel)));
}

struct Nobody;

impl shard::Wake for Nobody {
    fn wake(&self) {}
}

#[test]
fn the_directory_keeps_quiet() {
    use shard::Directory;
    let directory = directory::SharedDirectory::new(4, 4);
    directory.announce(MtCorrelationId(digits(BOB)), Msisdn(digits(ALICE)), Instant::ZERO);
    let subscriber = Subscriber { service_centre: Some(digits(BOB)), ..Subscriber::ANYBODY };
    let alice = Identity::Number(Msisdn(digits(ALICE)));
    directory.remember(alice, subscriber, Instant::ZERO);
    let uri = format!("sip:alice-{ALICE}@ims.example");
    let reach = shard::Reach::new(uri.as_bytes(), Some(uri.as_bytes()), ([192, 0, 2, 10], 5060).into());
    keeps_quiet("Reach", &reach);
    directory.attach(Msisdn(digits(ALICE)), reach.expect("a short address"), Instant::ZERO);
    let directory = directory.with_provisioned([(alice, subscriber)]);
    keeps_quiet("SharedDirectory", &directory);
}

#[test]
fn the_counters_name_nobody() {
    let mut stage = Stage::chatting(paper::Plan::new(ONE));
    stage.chat_user_says(WORDS);
    stage.sms_user_says(WORDS);
    for count in shard::Count::ALL {
        keeps_quiet("a counter", &(count, count.name(), count.meaning(), stage.network.count(*count)));
    }
    assert_eq!(stage.request(0, "BYE"), Some(200));
    stage.expect_nothing_left();
}

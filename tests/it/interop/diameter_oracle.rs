//! What we write of S6c and SGd, as OTP's diameter judges it by its ABNF, and as tshark reads it.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use diameter::delivery::{AbsentUserDiagnostic, DeliveryFailure, FailureCause};
use diameter::s6c::{
    AbsentUser, AlertServiceCentre, AlertServiceCentreAnswer, DeliveryCause, DeliveryOutcome, MwdStatus,
    NodeOutcome, ReportDelivery, ReportDeliveryAnswer, RoutingInfo, RoutingInfoAnswer, ServingNode, SmRpMti,
    Smsf, SrrFlags,
};
use diameter::sgd::{MtForward, MtForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{
    ApplicationId, AvpId, Destination, EndToEnd, Experimental, HopByHop, Identity, Ids, MessageView,
    MessageWriter, Outcome, ResultCode, SessionId, write_refusal,
};
use octets::{Digits, Writer};

use super::judges::Evidence;
use super::peers::Peers;
use super::program::Program;
use super::scratch::Scratch;

#[test]
fn everybody_takes_what_we_write_of_s6c_and_sgd() {
    let Some(_) = Peers::wanted("everybody_takes_what_we_write_of_s6c_and_sgd") else { return };
    let scratch = Scratch::new("diameter-oracle");
    Peers::compile_erlang(scratch.folder());
    let messages = messages();
    let names: Vec<_> = messages.iter().map(|(name, _)| format!("OK {name}")).collect();
    assert_eq!(judge(messages.iter().map(|(_, octets)| octets), &scratch), names);

    // The judge would have seen it: the first AVP of the command itself, twice.
    let doubled: Vec<_> = messages.iter().filter_map(|(_, octets)| doubled(octets)).collect();
    assert_eq!(doubled.len(), 9, "those with AVPs of their own");
    for verdict in judge(doubled.iter(), &scratch) {
        assert!(verdict.starts_with("BAD") && verdict.contains("5009"), "{verdict}");
    }

    let evidence = evidence(&messages, &scratch);
    let verdict = evidence.wirecheck(&format!("diameter={}", messages.len()));
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    for (field, values) in READ_BY_TSHARK {
        let name = format!("diameter.{field}");
        let read: Vec<String> = evidence.fields(&name, &[&name]).concat().concat();
        assert_eq!(read, *values, "{field}");
    }
}

/// By tshark's names: what stands in all messages, in order.
const READ_BY_TSHARK: &[(&str, &[&str])] = &[
    ("SM-RP-MTI", &["0"]),
    ("SRR-Flags", &["1"]),
    ("SM-RP-SMEA", &["0c91447700094065"]),
    ("MME-Name", &["mme.epc.example", "mme.epc.example"]),
    ("SGSN-Name", &["sgsn.epc.example"]),
    ("SMSF-3GPP-Name", &["smsf.5gc.example"]),
    ("SMSF-3GPP-Realm", &["5gc.example"]),
    ("SMSF-Non-3GPP-Number", &["447700090061"]),
    ("MWD-Status", &["6"]),
    ("MSC-Absent-User-Diagnostic-SM", &["0"]),
    ("SMSF-3GPP-Absent-User-Diagnostic-SM", &["13"]),
    ("SM-Delivery-Cause", &["1", "0", "2"]),
    ("SMS-GMSC-Alert-Event", &["1", "1"]),
    ("SM-Delivery-Timer", &["30"]),
    ("TFR-Flags", &["1"]),
    ("SM-Enumerated-Delivery-Failure-Cause", &["0"]),
    ("Experimental-Result-Code", &["5550", "5555"]),
];

/// One of each, with everything that may stand in it.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    let (us, network) =
        (identity("gw.ims.example", "ims.example"), identity("hss.epc.example", "epc.example"));
    let to = Destination { host: Some(network.host), realm: network.realm };
    let session_id = SessionId::new(us.host, 1, 2);
    let user = UserIdentifier { user_name: Some(IMSI), msisdn: Some(number("447700900123")), external: None };
    let mme = ServingNode {
        mme: Some(identity("mme.epc.example", "epc.example")),
        mme_number: Some(number("447700900011")),
        msc_number: Some(number("447700900012")),
        ..ServingNode::default()
    };
    let sgsn = ServingNode {
        sgsn: Some(identity("sgsn.epc.example", "epc.example")),
        sgsn_number: Some(number("447700900013")),
        ..ServingNode::default()
    };
    let srr = RoutingInfo {
        session_id,
        origin: us,
        destination: to,
        msisdn: user.msisdn,
        user_name: None,
        sc_address: Some(number(CENTRE)),
        sm_rp_mti: Some(SmRpMti::Deliver),
        sm_rp_smea: Some(&[0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x40, 0x65]),
        flags: SrrFlags(SrrFlags::GPRS_INDICATOR),
    };
    let srr = written(|out| srr.write(out, IDS));
    let smsf = Smsf {
        number: Some(number("447700900015")),
        node: Some(identity("smsf.5gc.example", "5gc.example")),
    };
    let sra = RoutingInfoAnswer {
        user_name: Some(IMSI),
        serving_node: Some(mme),
        additional_serving_node: Some(sgsn),
        smsf_3gpp: Some(smsf),
        smsf_non_3gpp: Some(Smsf { number: Some(number("447700900016")), node: None }),
        ..RoutingInfoAnswer::bare(Outcome::Success)
    };
    let absent = RoutingInfoAnswer {
        user_identifier: Some(user),
        mwd_status: Some(MwdStatus(MwdStatus::MNRF_SET | MwdStatus::MCEF_SET)),
        absent_user: AbsentUser {
            msc: Some(AbsentUserDiagnostic::NO_PAGING_RESPONSE_VIA_MSC),
            smsf_3gpp: Some(AbsentUserDiagnostic(13)),
            ..AbsentUser::default()
        },
        ..RoutingInfoAnswer::bare(Experimental::ABSENT_USER.into())
    };
    let outcome = |cause, absent_user| Some(NodeOutcome { cause: Some(cause), absent_user });
    let rdr = ReportDelivery {
        session_id,
        origin: us,
        destination: to,
        user_identifier: user,
        sc_address: number(CENTRE),
        delivery: DeliveryOutcome {
            mme: outcome(DeliveryCause::ABSENT_USER, Some(AbsentUserDiagnostic::IMSI_DETACHED)),
            sgsn: outcome(DeliveryCause::UE_MEMORY_CAPACITY_EXCEEDED, None),
            smsf_3gpp: outcome(DeliveryCause::SUCCESSFUL_TRANSFER, None),
            ..DeliveryOutcome::default()
        },
        single_attempt: true,
    };
    let rdr = written(|out| rdr.write(out, IDS));
    let rda = ReportDeliveryAnswer { outcome: Outcome::Success, user_identifier: Some(user) };
    let alr = AlertServiceCentre {
        session_id,
        origin: network,
        destination: Destination { host: Some(us.host), realm: us.realm },
        sc_address: number(CENTRE),
        user_identifier: user,
        alert_event: Some(1),
        available_until_ntp_s: Some(0xED17_1990),
        serving_node: Some(mme),
    };
    // Without what only an HSS says, as a serving node alerts.
    let of_node = AlertServiceCentre { serving_node: None, ..alr };
    let of_node = written(|out| of_node.write_on(ApplicationId::SGD, out, IDS));
    let alr = written(|out| alr.write(out, IDS));
    let tfr = MtForward {
        session_id,
        origin: us,
        destination: to,
        user_name: IMSI,
        sc_address: number(CENTRE),
        tpdu: DELIVER,
        more_messages: true,
        mme_number: Some(number("447700900011")),
        sgsn_number: None,
        delivery_timer_s: Some(30),
        delivery_start_ntp_s: Some(0xED17_1990),
        retransmit_until_ntp_s: Some(0xED17_2990),
        sms_gmsc_address: Some(number(CENTRE)),
    };
    let tfr = written(|out| tfr.write(out, IDS));
    let full = MtForwardAnswer {
        outcome: Experimental::SM_DELIVERY_FAILURE.into(),
        failure: Some(DeliveryFailure {
            cause: FailureCause::MEMORY_CAPACITY_EXCEEDED,
            diagnostic: Some(&[0x00, 0xD3, 0x00]),
        }),
        retransmit_at_ntp_s: Some(0xED17_2000),
        user_identifier: Some(user),
        ..MtForwardAnswer::DELIVERED
    };
    let answer = |request: &[u8], write: &dyn Fn(&mut Writer<'_>, &MessageView<'_>)| {
        let request = MessageView::parse(request).expect("a request of ours");
        written(|out| write(out, &request))
    };
    let sras = [sra, absent].map(|sra| answer(&srr, &|out, request| sra.write(out, request, network)));
    let [sra, absent] = sras;
    let rda = answer(&rdr, &|out, request| rda.write(out, request, network));
    let ala = AlertServiceCentreAnswer { outcome: Outcome::Success };
    let alas = [&alr, &of_node].map(|alr| answer(alr, &|out, request| ala.write(out, request, us)));
    let [ala, to_node] = alas;
    let tfas = [MtForwardAnswer::DELIVERED, full]
        .map(|tfa| answer(&tfr, &|out, request| tfa.write(out, request, network)));
    let [tfa, full] = tfas;
    let unable = answer(&rdr, &|out, request| {
        write_refusal(out, request, network, ResultCode::UNABLE_TO_COMPLY, None);
    });
    vec![
        ("SRR", srr),
        ("SRA", sra),
        ("SRA", absent),
        ("RDR", rdr),
        ("RDA", rda),
        ("RDA", unable),
        ("ALR", alr),
        ("ALA", ala),
        ("ALR", of_node),
        ("ALA", to_node),
        ("TFR", tfr),
        ("TFA", tfa),
        ("TFA", full),
    ]
}

/// `message` with the first AVP twice that only 3GPP knows; `None` when it has none.
fn doubled(message: &[u8]) -> Option<Vec<u8>> {
    let view = MessageView::parse(message).expect("ours");
    let own = Iterator::find(&mut view.avps(), |avp| avp.vendor == diameter::dictionary::VENDOR_3GPP)?;
    let mut octets = message.to_vec();
    let copy = written(|out| {
        let mut writer = MessageWriter::answer(out, &view.header(), false);
        writer.copy(&own);
        writer.finish();
    });
    octets.extend_from_slice(&copy[20..]);
    let length = (octets.len() as u32).to_be_bytes();
    octets[1..4].copy_from_slice(&length[1..]);
    assert_ne!(own.id(), AvpId::SUPPORTED_FEATURES, "that one may come twice");
    Some(octets)
}

/// OTP's verdict on each.
fn judge<'m>(messages: impl Iterator<Item = &'m Vec<u8>>, scratch: &Scratch) -> Vec<String> {
    let lines: String = messages.map(|octets| hexadecimal(octets, "") + "\n").collect();
    let input = scratch.write("judge.in", &lines);
    let input = Stdio::from(std::fs::File::open(input).expect("just written"));
    let mut command = Command::new("erl");
    command.args(["-noshell", "-pa"]).arg(scratch.folder()).args(["-run", "judge", "main"]);
    let mut program = Program::start_with("judge", &mut command, input, scratch);
    assert!(program.wait(PATIENCE).success(), "{}", program.log());
    program.stdout().lines().map(String::from).collect()
}

/// A capture of all of them.
fn evidence<'s>(messages: &[(&str, Vec<u8>)], scratch: &'s Scratch) -> Evidence<'s> {
    let dump: String =
        messages.iter().map(|(_, octets)| format!("0000 {}\n", hexadecimal(octets, " "))).collect();
    let (dump, file) = (scratch.write("messages.dump", &dump), scratch.path("messages.pcap"));
    let mut command = Command::new("text2pcap");
    command.args(["-q", "-T", "3868,3868"]).args([&dump, &file]);
    assert!(command.status().expect("text2pcap").success());
    Evidence { file, maps: vec!["tcp.port==3868,diameter".into()], scratch }
}

fn hexadecimal(octets: &[u8], between: &str) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}{between}");
        text
    })
}

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = [0; 4096];
    let mut out = Writer::new(&mut buffer);
    write(&mut out);
    out.finish().map(|length| buffer[..length].to_vec()).expect("room enough")
}

fn identity<'a>(host: &'a str, realm: &'a str) -> Identity<'a> {
    Identity { host: host.as_bytes(), realm: realm.as_bytes() }
}

fn number(digits: &str) -> Digits {
    Digits::from_ascii(digits.as_bytes()).expect("digits")
}

const IDS: Ids = Ids { hop_by_hop: HopByHop(1), end_to_end: EndToEnd(2), retransmitted: false };
const IMSI: &[u8] = b"001010000000042";
const PATIENCE: Duration = Duration::from_secs(60);
const CENTRE: &str = "447700900005";
/// SMS-DELIVER `Привет` of the vector sheet, but with more messages to come.
const DELIVER: &[u8] = &[
    0x00, 0x0C, 0x91, 0x44, 0x77, 0x00, 0x09, 0x10, 0x32, 0x00, 0x08, 0x62, 0x10, 0x81, 0x51, 0x03, 0x04,
    0x40, 0x0C, 0x04, 0x1F, 0x04, 0x40, 0x04, 0x38, 0x04, 0x32, 0x04, 0x35, 0x04, 0x42,
];

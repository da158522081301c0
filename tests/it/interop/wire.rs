//! What the wire saw: sound in the eyes of tshark, of a strict MSRP reader and of three SMS libraries; and each of these
//! judges shows on the same capture that it would have seen one broken octet.

use std::time::Duration;

use super::binary;
use super::capture::Capture;
use super::gateway::Wish;
use super::judges::{Evidence, sms_oracle};
use super::load::Stage;
use super::peers::Peers;
use super::ports::Ports;
use super::program::Program;
use super::scratch::Scratch;

#[test]
fn a_demonstration_is_sound_on_the_wire() {
    let Some(peers) = Peers::wanted("a_demonstration_is_sound_on_the_wire") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("wire-demo"));
    let capture = Capture::start(&ports, &scratch);
    let mut command = binary::command();
    command.args(["demo", "--json", "--shards", "2", "--first-port", &ports.port(0).to_string()]);
    let mut demo = Program::start("demo", &mut command, &scratch);
    let status = demo.wait(Duration::from_secs(30));
    assert!(status.success(), "{status}\n{}", demo.log());
    let evidence = evidence(capture, &ports, &scratch);

    // Five chats, each message seen at the UE and at the gateway.
    let verdict = evidence.wirecheck("sip=60,sdp=14,msrp=10,diameter=90,gsm_sms=36");
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    let msrp = msrp_ports(&ports);
    let verdict = evidence.msrp_check(&msrp, "streams=2,sends=7,cpim=5");
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    assert_commands(&evidence);
    assert_tpdus(&evidence, &peers, 36);

    for kind in ["avp-length", "avp-padding", "sdp-line", "tpdu-length"] {
        let broken = evidence.broken(kind).unwrap_or_else(|| panic!("nothing to break for {kind}"));
        assert_eq!(broken.wirecheck("").code, 1, "{kind} broken and not found");
    }
    assert!(evidence.broken("rp-length").is_none(), "nothing here travels in RP");
    for mark in [&b"\r\nByte-Range: "[..], b"\r\n-------", b"\r\nTo-Path: ", b"\r\nMessage-ID:"] {
        let broken = evidence.broken_behind(mark);
        let verdict = broken.msrp_check(&msrp, "");
        assert_eq!(verdict.code, 1, "{:?}: broken and not found", String::from_utf8_lossy(mark));
    }
}

#[test]
fn a_hundred_invitations_are_sound_on_the_wire() {
    let Some(peers) = Peers::wanted("a_hundred_invitations_are_sound_on_the_wire") else { return };
    const CALLS: u32 = 25;
    let stage = Stage::start("wire-load", Wish { io: "uring", numbers: "pool", answer_timer_s: 1 }, CALLS);
    let capture = Capture::start(&stage.ports, &stage.scratch);
    for (story, counted) in stage.play(25) {
        assert_eq!((counted.successful, counted.failed), (CALLS, 0), "{story}");
    }
    // The notices after the last BYEs are on their way when SIPp has gone.
    stage.wait_for_total("sm_submitted", 5 * u64::from(CALLS));
    let evidence = evidence(capture, &stage.ports, &stage.scratch);
    // Accepted and cancelled 7 messages each, rejected and unanswered 5; a YES and a NO for 25 each, 5 texts to SMS users for 25.
    let verdict = evidence.wirecheck("sip=600,sdp=125,diameter=550,gsm_sms=350");
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    assert_commands(&evidence);
    assert_tpdus(&evidence, &peers, 350);
}

/// The commands of SGd and S6c are there, and TPDUs inside those of SGd.
fn assert_commands(evidence: &Evidence<'_>) {
    for (command, has_tpdu) in [(8_388_645, true), (8_388_646, true), (8_388_647, false)] {
        let frames = evidence.fields(&format!("diameter.cmd.code == {command}"), &["frame.protocols"]);
        assert!(!frames.is_empty(), "no Diameter command {command} was seen");
        let with_tpdu = frames.iter().filter(|frame| frame[0][0].contains(":gsm_sms")).count();
        assert_eq!(with_tpdu, if has_tpdu { frames.len() } else { 0 }, "{command}: frames with a TPDU");
    }
}

/// Each TPDU means to everybody else what it means to us; the reports, which tshark cannot read, too.
fn assert_tpdus(evidence: &Evidence<'_>, peers: &Peers, least: usize) {
    let tpdus = evidence.tpdus();
    assert!(tpdus.len() >= least, "{} TPDUs", tpdus.len());
    for kind in ["submit", "submit-report", "deliver", "deliver-report"] {
        assert!(tpdus.iter().any(|(known, _)| *known == kind), "no TPDU of the kind {kind}");
    }
    let lines: Vec<_> = tpdus.iter().map(|(kind, octets)| format!("{kind} {octets}")).collect();
    for answer in sms_oracle(peers, &[], &lines, evidence.scratch) {
        assert_eq!(answer["pycrate"]["rewritten_equal"].as_bool(), Some(true), "{answer:#}");
        assert_ne!(answer["agree"].as_bool(), Some(false), "{answer:#}");
    }
}

/// SIP on the first three places, MSRP from 10, the demonstration's peers from 20, as in [`super::gateway`].
fn evidence<'s>(capture: Capture, ports: &Ports, scratch: &'s Scratch) -> Evidence<'s> {
    let map = |place, transport: &str, protocol: &str| {
        format!("{transport}.port=={},{protocol}", ports.port(place))
    };
    let sip = [0, 1, 2, 20, 21].map(|place| map(place, "udp", "sip"));
    let msrp = [10, 11].map(|place| map(place, "tcp", "msrp"));
    let diameter = [22, 23, 24].map(|place| map(place, "tcp", "diameter"));
    let maps = sip.into_iter().chain(msrp).chain(diameter).collect();
    Evidence { file: capture.finish(), maps, scratch }
}

fn msrp_ports(ports: &Ports) -> [u16; 2] {
    [10, 11].map(|place| ports.port(place))
}

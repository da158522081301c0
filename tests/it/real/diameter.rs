//! Chats over Diameter nodes that are not ours: through freeDiameter to an HSS and an SMS centre of python-diameter, and straight to
//! a strict SMS centre of OTP's diameter, which also judges every message of a capture.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use actors::{ChatRecord, ChatScript, Step};
use serde_json::Value;

use super::diameter_network::{DiameterNetwork, RELAY, STRICT};
use crate::interop::capture::Capture;
use crate::interop::gateway::Gateway;
use crate::interop::peers::Peers;
use crate::interop::ports::Ports;
use crate::interop::scratch::Scratch;
use crate::interop::sms_side::{SmsSide, number};
use crate::interop::waiting::wait_for;

/// A gateway between chat users and real Diameter nodes.
struct Stage {
    gateway: Gateway,
    network: DiameterNetwork,
    chat_users: SmsSide,
    capture: Capture,
    ports: Ports,
    scratch: Scratch,
}

impl Stage {
    fn start(name: &str, peers: &Peers) -> Self {
        let (ports, scratch) = (Ports::take(), Scratch::new(name));
        let capture = Capture::start(&ports, &scratch);
        let network = DiameterNetwork::start(peers, &ports, &scratch);
        // Its Diameter nodes stay alone: the gateway does not know them.
        let chat_users = SmsSide::start(&ports, &[]);
        let configuration = scratch.write("ipsmgw.toml", &configuration(&ports));
        let mut gateway = Gateway::start(&configuration, &ports, &scratch);
        gateway.wait_until_ready();
        let stage = Stage { gateway, network, chat_users, capture, ports, scratch };
        stage.wait_for_peers(2 * SHARDS, Duration::from_secs(15));
        stage
    }

    /// Plays chats at once; each must go as its script says.
    fn play(&self, scripts: impl IntoIterator<Item = ChatScript>) {
        for script in scripts {
            self.chat_users.ask(move |network| network.chat_user.add(script));
        }
        wait_for("the chats are over", Duration::from_secs(30), || {
            let records =
                self.chat_users.ask(|network| network.chat_user.records().cloned().collect::<Vec<_>>());
            let log = || self.gateway.log() + &self.network.log();
            let stuck = records.iter().find(|record| record.is_done() && !record.is_as_scripted());
            assert!(stuck.is_none(), "{stuck:?}\n{}", log());
            if records.iter().all(ChatRecord::is_done) {
                Ok(())
            } else {
                Err(format!("{records:?}\n{}", log()))
            }
        });
    }

    /// Waits until exactly so many connections take requests.
    fn wait_for_peers(&self, count: usize, patience: Duration) {
        wait_for(&format!("{count} connections are up"), patience, || {
            let up = self.gateway.status()["total"]["peers_up"].clone();
            if up == count {
                Ok(())
            } else {
                Err(format!("{up}\n{}{}", self.gateway.log(), self.network.log()))
            }
        });
    }

    /// Ends the gateway, which takes leave of its peers; what OTP says of everything that was on the wire.
    fn finish(mut self) -> Value {
        assert!(self.gateway.terminate().success(), "{}", self.gateway.log());
        let Stage { capture, ports, scratch, network, .. } = self;
        let capture = capture.finish();
        drop(network);
        abnf(&capture, &ports, &scratch)
    }
}

/// The verdict of OTP's diameter; nothing of ours may be wrong.
fn abnf(capture: &Path, ports: &Ports, scratch: &Scratch) -> Value {
    let check = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command
            .arg(Peers::file("diameter/abnf_check.py"))
            .arg("--judge")
            .arg(scratch.folder())
            .args(arguments);
        let output = command.output().expect("python3");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str::<Value>(&told).expect("JSON")
    };
    assert!(check(&["--self-test"])["vectors"].as_u64() > Some(10), "it finds what is planted");
    let capture = capture.to_str().expect("a path of ours");
    let [relay, strict] = [RELAY, STRICT].map(|place| ports.port(place).to_string());
    check(&[capture, "--port", &relay, "--port", &strict])
}

fn configuration(ports: &Ports) -> String {
    let port = |place| ports.port(place);
    format!(
        "[gateway]\nshards = {SHARDS}\n\
         [sip]\nport = {}\nown_port_first = {}\n\
         [msrp]\nport_first = {}\n\
         [diameter]\norigin_host = \"ipsmgw-{{shard}}.ims.example\"\norigin_realm = \"ims.example\"\nwatchdog_s = 6\n\
         [[diameter.peer]]\nhost = \"dra.epc.example\"\nrealm = \"epc.example\"\naddress = \"{}\"\n\
         serves = [\"sms_iwmsc\", \"sms_gmsc\", \"hss\"]\n\
         [[diameter.peer]]\nhost = \"smsc2.epc.example\"\nrealm = \"epc.example\"\naddress = \"{}\"\n\
         serves = [\"sms_iwmsc\"]\n\
         [admin]\nlisten = \"{}\"\n",
        port(0),
        port(1),
        port(10),
        ports.address(RELAY),
        ports.address(STRICT),
        ports.address(30),
    )
}

/// The SMS user says yes, both talk, the SMS user leaves.
fn chat(name: &str, sms_user: &str) -> ChatScript {
    ChatScript::new(name, number("15550100001"))
        .then(Step::Invite(number(sms_user)))
        .then(Step::ExpectStatus(180))
        .then(Step::ExpectStatus(200))
        .then(Step::SendText("ping".into()))
        .then(Step::ExpectText("pong".into()))
        .then(Step::SendText("that is all".into()))
        .then(Step::ExpectBye)
}

/// The invitation is taken by the SMS side, and withdrawn.
fn invitation(name: &str, sms_user: &str) -> ChatScript {
    ChatScript::new(name, number("15550100001"))
        .then(Step::Invite(number(sms_user)))
        .then(Step::ExpectStatus(180))
        .then(Step::Cancel)
        .then(Step::ExpectStatus(487))
}

#[test]
fn a_chat_goes_through_a_relay_to_a_centre_and_an_hss_that_are_not_ours() {
    let Some(peers) = Peers::wanted("a chat over real Diameter nodes") else { return };
    let stage = Stage::start("real-diameter", &peers);
    // Enough of them that both shards own some.
    let sms_users = (0..CHATS).map(|chat| format!("49155500{chat:02}1"));
    stage.play(sms_users.map(|sms_user| chat(&sms_user, &sms_user)));
    stage.network.wait_for_event("tfa", CHATS * 3);
    for tfa in stage.network.events("tfa") {
        // 0000: SMS-DELIVER-REPORT for RP-ACK, without parameters.
        assert_eq!((&tfa["result"], &tfa["report"]), (&2001.into(), &"0000".into()), "{tfa}");
    }
    let told = stage.network.events("ofr");
    let texts: Vec<_> = told.iter().filter_map(|ofr| ofr["text"].as_str()).collect();
    assert_eq!(texts.iter().filter(|text| text.contains("invites you")).count(), CHATS);
    assert_eq!(texts.iter().filter(|text| text.starts_with("ping")).count(), CHATS);
    assert!(told.iter().all(|ofr| ofr["session_number"] == "15550100001" && ofr["realm"] == "epc.example"));
    let origins = ["ipsmgw-0.ims.example", "ipsmgw-1.ims.example"];
    assert!(
        origins.iter().all(|origin| told.iter().any(|ofr| ofr["origin"] == *origin)),
        "both shards submit"
    );
    assert_eq!(stage.network.strictly_taken(), 0, "the first peer of the configuration is preferred");

    let verdict = stage.finish();
    println!("{verdict}");
    assert_eq!(verdict["gateway_faults"], serde_json::json!([]), "{verdict}");
    let count = |name: &str| verdict["gateway"][name].as_u64().unwrap_or_default();
    assert_eq!((count("CER"), count("DPR")), (4, 4), "each shard greets each peer and takes leave of it");
    let delivered = 3 * CHATS as u64;
    assert_eq!((count("SRA"), count("TFA"), count("OFR")), (delivered, delivered, told.len() as u64));
}

#[test]
fn while_the_relay_is_silent_or_gone_short_messages_go_to_the_second_centre() {
    let Some(peers) = Peers::wanted("failover between real Diameter nodes") else { return };
    let mut stage = Stage::start("real-failover", &peers);
    stage.play([invitation("by the relay", "4915550019")]);
    assert_eq!((stage.network.events("ofr").len(), stage.network.strictly_taken()), (1, 0));

    // Silent: what it does not answer is sent again, marked as perhaps sent before (RFC 6733 3, T bit). That it is silent, its
    // watchdog finds out after two intervals (RFC 3539 3.4.1); from then on it is asked nothing.
    stage.network.relay.signal("STOP");
    stage.play([invitation("into a silent relay", "4915550029")]);
    assert_eq!(stage.network.strictly_taken(), 1);
    stage.wait_for_peers(SHARDS, Duration::from_secs(25));
    stage.play([invitation("past a silent relay", "4915550039")]);
    assert_eq!(stage.network.strictly_taken(), 2);
    stage.network.relay.signal("CONT");
    stage.wait_for_peers(2 * SHARDS, Duration::from_secs(15));

    // Gone.
    stage.network.relay.signal("KILL");
    stage.wait_for_peers(SHARDS, Duration::from_secs(5));
    stage.play([invitation("past a relay that is gone", "4915550049")]);
    assert_eq!(stage.network.strictly_taken(), 3);
    let pause = Duration::from_secs(5);
    #[allow(clippy::disallowed_methods, reason = "that nobody hammers in vain shows in time only")]
    std::thread::sleep(pause);

    // Back: after a failure three answers to watchdogs come first (RFC 3539 3.4.1, REOPEN).
    stage.network.restart_relay(&stage.ports, &stage.scratch);
    stage.wait_for_peers(2 * SHARDS, Duration::from_secs(60));
    stage.play([chat("by the relay again", "4915550051")]);
    assert_eq!(stage.network.strictly_taken(), 3, "back to the preferred peer");

    let verdict = stage.finish();
    println!("{verdict}");
    let count = |side: &str, name: &str| verdict[side][name].as_u64().unwrap_or_default();
    assert_eq!(verdict["gateway_faults"], serde_json::json!([]), "{verdict}");
    assert!(count("gateway", "DWR") > 2 && count("others", "DWA") > 2, "watchdogs: {verdict}");
    assert_eq!(count("gateway", "DWA"), count("others", "DWR"), "each of theirs is answered: {verdict}");
    assert!(count("gateway", "CER") >= 6, "{verdict}");
    assert_eq!(verdict["retransmitted"], 1, "{verdict}");
    assert_eq!(count("gateway", "DPR"), 4, "{verdict}");
    // Each shard tries after one second, after two more, after four more; freeDiameter is ready a moment after it listens.
    let unanswered = verdict["unanswered"].as_u64().unwrap_or_default();
    assert!((2..=8).contains(&unanswered), "{verdict}");
}

const SHARDS: usize = 2;
const CHATS: usize = 10;

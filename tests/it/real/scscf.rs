//! Chats, and texts outside of any, through Kamailio as a real S-CSCF: its IMS modules learn the filter criteria from an HSS of python-diameter, send the
//! third-party REGISTER, and route the INVITE to the gateway with their own mark behind it in the Route.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actors::sms_user::{Reply, Rule, Script, When};
use serde_json::{Value, json};

use super::kamailio;
use super::template::fill_in;
use crate::interop::capture::Capture;
use crate::interop::gateway::{self, Gateway, SHARDS, Wish};
use crate::interop::judges::Evidence;
use crate::interop::peers::Peers;
use crate::interop::ports::Ports;
use crate::interop::program::Program;
use crate::interop::scratch::Scratch;
use crate::interop::sms_side::{SmsSide, number};
use crate::interop::waiting::wait_for;

/// A gateway behind a real S-CSCF; the SMS side are actors.
struct Stage {
    _turn: MutexGuard<'static, ()>,
    gateway: Gateway,
    sms_side: SmsSide,
    scscf: Program,
    hss: Program,
    ports: Ports,
    scratch: Scratch,
}

impl Stage {
    fn start(ports: Ports, scratch: Scratch, peers: &Peers) -> Self {
        // A test that has failed leaves nothing behind that the next one could fall over.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let sms_side = SmsSide::start(&ports, &[CHAT_USER]);
        let wish = Wish { io: "uring", numbers: "own", answer_timer_s: 10 };
        let configuration = gateway::configuration(wish, &ports, sms_side.addresses(), &scratch);
        let text = std::fs::read_to_string(&configuration).expect("just written");
        // The SMS centre here reports nothing: what it has taken counts as delivered.
        let text = text.replacen("[sms]\n", "[sms]\nstatus_reports = false\n", 1);
        // Whoever is not registered is refused with 403.
        let configuration =
            scratch.write("ipsmgw.toml", &(text + "[access]\nauthorisation = \"subscribers\"\n"));
        let mut gateway = Gateway::start(&configuration, &ports, &scratch);

        let mut hss = Command::new(peers.python());
        hss.arg(Peers::file("ims/hss.py")).args(["--port", &ports.port(HSS).to_string()]);
        hss.args(["--application-server", &ports.port(0).to_string()]);
        let hss = Program::start("hss", &mut hss, &scratch);
        let scscf = start_scscf(&ports, &scratch);
        wait_for("the S-CSCF has its HSS", Duration::from_secs(20), || {
            let said = hss.log();
            if said.contains("READY") { Ok(()) } else { Err(said + &scscf.log()) }
        });
        gateway.wait_until_ready();
        sms_side.wait_for_shards(SHARDS, || gateway.log());
        Stage { _turn: turn, gateway, sms_side, scscf, hss, ports, scratch }
    }

    /// One call of a SIPp, as its scenario says.
    fn call(&self, scenario: &str, fields: [&str; 2]) {
        let calls = format!("SEQUENTIAL\n{}\n", fields.join(";"));
        let calls = self.scratch.write(&format!("{scenario}.csv"), &calls);
        let port = |place| self.ports.port(place).to_string();
        let errors = self.scratch.path(&format!("{scenario}.errors"));
        let mut sipp = Command::new("sipp");
        sipp.current_dir(self.scratch.folder())
            .arg(self.ports.address(SCSCF).to_string())
            .arg("-sf")
            .arg(Peers::file(&format!("ims/{scenario}.xml")))
            .arg("-inf")
            .arg(calls)
            .args(["-i", "127.0.0.1", "-p", &port(UE), "-cp", &port(UE + 1), "-mp", &port(60)])
            .args(["-m", "1", "-timeout", "20", "-timeout_error", "-nostdin", "-trace_err", "-error_file"])
            .arg(&errors);
        let mut sipp = Program::start(scenario, &mut sipp, &self.scratch);
        let status = sipp.wait(Duration::from_secs(30));
        let said = || std::fs::read_to_string(&errors).unwrap_or_default();
        assert!(status.success(), "{scenario}: {status}\n{}\n{}", said(), self.log());
    }

    /// Waits until the gateway knows so many chat users.
    fn wait_for_subscribers(&self, count: usize) {
        wait_for(&format!("{count} are registered"), Duration::from_secs(10), || {
            let known = self.gateway.status()["subscribers"].clone();
            if known == count { Ok(()) } else { Err(format!("{known}\n{}", self.log())) }
        });
    }

    fn log(&self) -> String {
        self.hss.log() + &self.scscf.log() + &self.gateway.log()
    }
}

/// Kamailio, with the names of HSS and S-CSCF in its hosts file.
fn start_scscf(ports: &Ports, scratch: &Scratch) -> Program {
    let port = |place| ports.port(place).to_string();
    let folder = scratch.folder().display().to_string();
    fill_in("ims/cdp.xml", &[("HSS", port(HSS)), ("CX", port(CX))], scratch);
    let values = [("SCSCF", port(SCSCF)), ("FOLDER", folder)];
    let configuration = fill_in("ims/scscf.cfg", &values, scratch);
    let hosts = fill_in("ims/hosts", &[], scratch);
    kamailio::start(&configuration, &hosts, ports.address(SCSCF), scratch)
}

#[test]
fn chats_come_through_a_real_s_cscf_from_users_that_it_has_registered() {
    let Some(peers) = Peers::wanted("chats through a real S-CSCF") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-scscf"));
    let capture = Capture::start(&ports, &scratch);
    let mut stage = Stage::start(ports, scratch, &peers);
    let [yes, yes_and_stop, no] = SMS_USERS;
    stage.sms_side.ask(move |network| {
        let reply = |after, text: &str| Reply { after, text: text.into() };
        let replies = vec![reply(SOON, "YES"), reply(LATER, "STOP")];
        let silent = Script::silent;
        network.sms_user.add(number(yes), silent().on(When::Nth(1), SOON, "YES"));
        network.sms_user.add(number(yes_and_stop), silent().rule(Rule { when: When::Nth(1), replies }));
        network.sms_user.add(number(no), silent().on(When::Nth(1), SOON, "NO"));
    });

    stage.call("register", [CHAT_USER, "600"]);
    stage.wait_for_subscribers(1);
    stage.call("uac_leaves", [yes, CHAT_USER]);
    stage.call("uac_is_left", [yes_and_stop, CHAT_USER]);
    stage.call("uac_declined", [no, CHAT_USER]);
    stage.call("register", [CHAT_USER, "0"]);
    stage.wait_for_subscribers(0);

    let total = stage.gateway.status()["total"].clone();
    let expected = [
        ("registrations", 1),
        ("invitations", 3),
        ("invitations_accepted", 2),
        ("invitations_refused", 1),
        ("sip_malformed", 0),
        ("sip_dropped", 0),
        ("sip_stray_responses", 0),
    ];
    for (count, expected) in expected {
        assert_eq!(total[count], expected, "{count}\n{total:#}\n{}", stage.log());
    }
    assert!(stage.gateway.terminate().success(), "{}", stage.gateway.log());
    let Stage { ports, scratch, .. } = stage;

    let gateway = ports.port(0);
    let maps = (0..3).chain([SCSCF, UE]).map(|place| format!("udp.port=={},sip", ports.port(place)));
    let evidence = Evidence { file: capture.finish(), maps: maps.collect(), scratch: &scratch };
    let seen = |filter: &str, field: &str| -> Vec<String> {
        evidence.fields(filter, &[field]).into_iter().map(|frame| frame[0].join(";")).collect()
    };
    let routes = seen(&format!("sip.Method == \"INVITE\" && udp.dstport == {gateway}"), "sip.Route");
    assert_eq!(routes.len(), 3, "{routes:?}");
    let is_marked =
        |route: &String| route.contains(&format!(":{gateway};lr>")) && route.contains("sip:iscmark@");
    assert!(routes.iter().all(is_marked), "{routes:?}");
    let registered =
        seen(&format!("sip.CSeq.method == \"REGISTER\" && udp.srcport == {gateway}"), "sip.Status-Code");
    assert_eq!(registered, ["200", "200"], "the third-party REGISTER is answered");
    // From the shard's own port, by the Record-Route, and not past the S-CSCF.
    let left = seen(&format!("sip.Method == \"BYE\" && udp.dstport == {}", ports.port(UE)), "udp.srcport");
    assert_eq!(left, [ports.port(SCSCF).to_string()]);
}

#[test]
fn texts_outside_of_a_chat_go_both_ways_through_a_real_s_cscf() {
    let Some(peers) = Peers::wanted("texts outside of a chat through a real S-CSCF") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-scscf-pager"));
    let capture = Capture::start(&ports, &scratch);
    let mut stage = Stage::start(ports, scratch, &peers);
    let [bob, ..] = SMS_USERS;
    stage.sms_side.ask(move |network| {
        let script = Script::silent().on(When::Nth(1), MUCH_LATER, "yes, what is it?");
        network.sms_user.add(number(bob), script);
    });

    stage.call("register", [CHAT_USER, "600"]);
    stage.wait_for_subscribers(1);
    stage.call("uac_message", [bob, CHAT_USER]);
    // Whoever listens where the UE has registered is the UE. It hears of its text first; the reply comes some seconds later.
    stage.call("uas_imdn", [bob, CHAT_USER]);
    stage.call("uas_message", [bob, CHAT_USER]);
    wait_for("the reply is acknowledged", Duration::from_secs(5), || {
        let waiting = stage.gateway.status()["total"]["forwards"].clone();
        if waiting == 0 { Ok(()) } else { Err(stage.log()) }
    });
    stage.call("register", [CHAT_USER, "0"]);
    stage.wait_for_subscribers(0);

    let total = stage.gateway.status()["total"].clone();
    let expected = [
        ("pager_in", 1),
        ("pager_refused", 0),
        ("pager_out", 2),
        ("pager_failed", 0),
        ("sm_submitted", 1),
        ("sm_received", 1),
        ("sm_declined", 0),
        ("sip_malformed", 0),
        ("sip_stray_responses", 0),
    ];
    for (count, expected) in expected {
        assert_eq!(total[count], expected, "{count}\n{total:#}\n{}", stage.log());
    }
    assert!(stage.gateway.terminate().success(), "{}", stage.gateway.log());
    let Stage { ports, scratch, .. } = stage;

    let maps = (0..3).chain([SCSCF, UE]).map(|place| format!("udp.port=={},sip", ports.port(place)));
    let evidence = Evidence { file: capture.finish(), maps: maps.collect(), scratch: &scratch };
    // Chat, note and warning of tshark are below; what cannot be dissected is an error, too.
    let frames = evidence.fields("sip", &["_ws.expert.severity"]);
    let is_sound = |severity: &String| severity.parse::<u32>().is_ok_and(|severity| severity < 0x0080_0000);
    assert!(frames.len() >= 12, "{frames:?}");
    assert!(frames.iter().flatten().flatten().all(is_sound), "{frames:?}");
    let verdict = evidence.message_check(&[1, 2].map(|place| ports.port(place)), 2);
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    assert!(verdict.said.contains("\"errors\": []"), "{}", verdict.said);
    let seen = |to: u16, field: &str| -> Vec<String> {
        let filter = format!("sip.Method == \"MESSAGE\" && udp.dstport == {to}");
        evidence.fields(&filter, &[field]).into_iter().map(|frame| frame[0].join(";")).collect()
    };
    let routes = seen(ports.port(0), "sip.Route");
    assert!(!routes.is_empty() && routes.iter().all(|route| route.contains("sip:iscmark@")), "{routes:?}");
    // The gateway goes by the name that the S-CSCF has given itself, and to where it has said so from.
    let routes: Vec<String> =
        seen(ports.port(SCSCF), "sip.Route").into_iter().filter(|route| !route.contains("orig@")).collect();
    let scscf = format!("<sip:scscf.ims.example:{};lr>", ports.port(SCSCF));
    assert!(!routes.is_empty() && routes.iter().all(|route| *route == scscf), "{routes:?}");
    let reached = seen(ports.port(UE), "sip.r-uri");
    let contact = format!("sip:+{CHAT_USER}@127.0.0.1:{}", ports.port(UE));
    assert!(!reached.is_empty() && reached.iter().all(|uri| uri.starts_with(&contact)), "{reached:?}");
}

#[test]
fn a_widespread_user_agent_writes_invites_gives_up_and_leaves_through_a_real_s_cscf() {
    let Some(peers) = Peers::wanted("PJSIP behind a real S-CSCF") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-pjsip"));
    let mut stage = Stage::start(ports, scratch, &peers);
    let [accepts, declines, silent] = SMS_USERS;
    stage.sms_side.ask(move |network| {
        // The first that he hears is a text outside of a chat, the second an invitation.
        let script = Script::silent().on(When::Nth(1), SOON, "hello, PJSIP").on(When::Nth(2), SOON, "YES");
        network.sms_user.add(number(accepts), script);
        network.sms_user.add(number(declines), Script::silent().on(When::Nth(1), SOON, "NO"));
        network.sms_user.add(number(silent), Script::silent());
    });
    let mut ue = Command::new(peers.python());
    ue.arg(Peers::file("ims/pjsip_ue.py"));
    for (option, place) in [("--scscf", SCSCF), ("--sip", UE)] {
        ue.args([option, &stage.ports.port(place).to_string()]);
    }
    for (option, digits) in
        [("--number", CHAT_USER), ("--accepts", accepts), ("--declines", declines), ("--silent", silent)]
    {
        ue.args([option, digits]);
    }
    ue.arg("--go").arg(stage.scratch.path("go"));
    let mut ue = Program::start("pjsip", &mut ue, &stage.scratch);
    stage.wait_for_subscribers(1);
    stage.scratch.write("go", "");
    let status = ue.wait(Duration::from_secs(60));
    assert!(status.success(), "{status}\n{}{}", ue.log(), stage.log());
    let events: Vec<serde_json::Value> =
        ue.stdout().lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |event: &str, key: &str| -> Vec<serde_json::Value> {
        events.iter().filter(|told| told["event"] == event).map(|told| told[key].clone()).collect()
    };
    assert_eq!(of("register", "status"), [200, 200], "{events:?}");
    assert_eq!(of("message", "status"), [202], "{events:?}");
    assert_eq!(of("heard", "text"), ["hello, PJSIP"], "{events:?}");
    let ends: Vec<&serde_json::Value> = events
        .iter()
        .filter(|told| told["event"] == "call" && told["state"] == "DISCONNECTED")
        .map(|told| &told["status"])
        .collect();
    // 488 is what PJSIP says of an answer with media that it does not know, in its own BYE.
    assert_eq!(ends, [603, 487, 488], "{events:?}");
    stage.wait_for_subscribers(0);
    let total = stage.gateway.status()["total"].clone();
    let expected = [
        ("pager_in", 1),
        ("pager_refused", 0),
        ("pager_out", 1),
        ("invitations", 3),
        ("invitations_accepted", 1),
        ("invitations_refused", 1),
        ("invitations_withdrawn", 1),
        ("sip_malformed", 0),
        ("sip_dropped", 0),
        ("sessions", 0),
    ];
    for (count, expected) in expected {
        assert_eq!(total[count], expected, "{count}\n{total:#}\n{}", stage.log());
    }
    assert!(stage.gateway.terminate().success(), "{}", stage.gateway.log());
}

#[test]
fn a_chat_that_was_closed_idle_is_gone_on_with_through_a_real_s_cscf() {
    let Some(peers) = Peers::wanted("a call back through a real S-CSCF") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-scscf-recall"));
    let capture = Capture::start(&ports, &scratch);
    let mut stage = Stage::start(ports, scratch, &peers);
    let [bob, ..] = SMS_USERS;
    stage.sms_side.ask(move |network| {
        // "ping" is the second text that he gets, and "still here" the third: nobody tells him that the client has gone.
        let script = Script::silent().on(When::Nth(1), SOON, "YES").on(When::Nth(2), LATER, "still there?");
        network.sms_user.add(number(bob), script.on(When::Nth(3), SOON, "STOP"));
    });

    stage.call("register", [CHAT_USER, "600"]);
    stage.wait_for_subscribers(1);
    let mut ue = Command::new("python3");
    ue.arg(Peers::file("ims/ue_recalled.py")).args(["--number", CHAT_USER, "--sms-user", bob]);
    for (option, place) in [("--scscf", SCSCF), ("--sip", UE)] {
        ue.args([option, &stage.ports.port(place).to_string()]);
    }
    let mut ue = Program::start("ue", &mut ue, &stage.scratch);
    let status = ue.wait(Duration::from_secs(40));
    assert!(status.success(), "{}\n{}", ue.log(), stage.log());
    let told: Vec<Value> =
        ue.stdout().lines().map(|line| serde_json::from_str(line).expect("JSON, line by line")).collect();
    let of = |kind: &str| told.iter().filter(|event| event["event"] == kind).cloned().collect::<Vec<_>>();
    let by = format!("<tel:+{bob}>");
    assert_eq!(of("called"), [json!({"event": "called", "conversation": true, "by": by, "passive": true})]);
    assert_eq!(of("acknowledged"), [json!({"event": "acknowledged", "target": true, "to": true})]);
    assert_eq!(of("text"), [json!({"event": "text", "text": "still there?", "path": true})]);
    let said =
        of("said").iter().map(|said| (said["text"].clone(), said["status"].clone())).collect::<Vec<_>>();
    let said_well = |text: Value| (text, json!(200));
    assert_eq!(
        said,
        [Value::Null, json!("ping"), Value::Null, json!("still here")].map(said_well),
        "{}",
        ue.log()
    );
    assert_eq!(of("left")[0]["reason"], "SIP;cause=200;text=\"Call completed\"");
    let heard = stage.sms_side.ask(move |network| {
        let heard = network.sms_user.heard_by(number(bob));
        heard.map(|heard| heard.text.clone()).collect::<Vec<_>>()
    });
    let words = ["invites you", "ping", "still here"];
    assert_eq!(heard.len(), words.len(), "{heard:?}");
    assert!(heard.iter().zip(words).all(|(text, words)| text.contains(words)), "{heard:?}");
    stage.call("register", [CHAT_USER, "0"]);
    stage.wait_for_subscribers(0);

    let total = stage.gateway.status()["total"].clone();
    let expected = [
        ("recalls", 1),
        ("recalls_failed", 0),
        ("invitations", 1),
        ("chats_aside", 0),
        ("sessions", 0),
        ("pager_out", 0),
        ("sm_declined", 0),
        ("sip_malformed", 0),
        ("sip_stray_responses", 0),
    ];
    for (count, expected) in expected {
        assert_eq!(total[count], expected, "{count}\n{total:#}\n{}", stage.log());
    }
    assert!(stage.gateway.terminate().success(), "{}", stage.gateway.log());
    let Stage { ports, scratch, .. } = stage;
    let maps = (0..3).chain([SCSCF, UE]).map(|place| format!("udp.port=={},sip", ports.port(place)));
    let evidence = Evidence { file: capture.finish(), maps: maps.collect(), scratch: &scratch };
    let frames = evidence.fields("sip", &["_ws.expert.severity"]);
    let is_sound = |severity: &String| severity.parse::<u32>().is_ok_and(|severity| severity < 0x0080_0000);
    assert!(frames.iter().flatten().flatten().all(is_sound), "{frames:?}");
    // The ACK and the BYE of the gateway go by the Record-Route, and not past the S-CSCF.
    let reached = evidence.fields(
        &format!("(sip.Method == \"ACK\" || sip.Method == \"BYE\") && udp.dstport == {}", ports.port(UE)),
        &["udp.srcport"],
    );
    let scscf = ports.port(SCSCF).to_string();
    assert!(
        reached.len() >= 2 && reached.iter().flatten().flatten().all(|port| *port == scscf),
        "{reached:?}"
    );
}

/// Kamailio's Diameter module names its pipe in /tmp after its process and the second, and in a namespace of its own each has the same
/// process: two that start at once find it taken.
static TURN: Mutex<()> = Mutex::new(());
const SCSCF: u16 = 31;
const HSS: u16 = 32;
const CX: u16 = 33;
const UE: u16 = 34;
const CHAT_USER: &str = "15550100001";
const SMS_USERS: [&str; 3] = ["4915550001", "4915550002", "4915550003"];
const SOON: Duration = Duration::from_millis(200);
const LATER: Duration = Duration::from_millis(1200);
const MUCH_LATER: Duration = Duration::from_secs(5);

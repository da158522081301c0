//! Chats whose media go through Kamailio as MSRP relay of the UEs (RFC 4976): a UE's path has two URIs, and all the chats of a
//! shard share the one connection that the relay opens to it.

use std::process::Command;
use std::time::Duration;

use actors::sms_user::{Script, When};
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

#[test]
fn chats_go_through_a_relay_of_the_ues() {
    let Some(_) = Peers::wanted("chats through a real MSRP relay") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-msrp-relay"));
    let capture = Capture::start(&ports, &scratch);
    let configuration =
        fill_in("msrp_relay/relay.cfg", &[("RELAY", ports.port(RELAY).to_string())], &scratch);
    let hosts = fill_in("ims/hosts", &[], &scratch);
    let relay = kamailio::start(&configuration, &hosts, ports.address(RELAY), &scratch);
    let sms_side = SmsSide::start(&ports, &[CHAT_USERS]);
    sms_side.ask(|network| {
        for chat in 0..CHATS {
            let replies = [(1, "YES"), (2, "pong"), (3, "STOP")];
            let script = replies
                .into_iter()
                .fold(Script::silent(), |script, (text, reply)| script.on(When::Nth(text), SOON, reply));
            network.sms_user.add(number(&sms_user(chat)), script);
        }
    });
    let wish = Wish { io: "uring", numbers: "own", answer_timer_s: 10 };
    let configuration = gateway::configuration(wish, &ports, sms_side.addresses(), &scratch);
    // What the SMS centre has taken is then delivered, and reported (`Success-Report: yes`).
    let text = std::fs::read_to_string(&configuration).expect("just written");
    let configuration =
        scratch.write("ipsmgw.toml", &text.replace("[sms]\n", "[sms]\nstatus_reports = false\n"));
    let mut gateway = Gateway::start(&configuration, &ports, &scratch);
    gateway.wait_until_ready();
    sms_side.wait_for_shards(SHARDS, || gateway.log());

    let ues: Vec<_> = (0..CHATS).map(|chat| start_ue(chat, &ports, &scratch)).collect();
    for (chat, mut ue) in (0..).zip(ues) {
        let status = ue.wait(Duration::from_secs(40));
        let log = || format!("{}{}{}", ue.log(), relay.log(), gateway.log());
        assert!(status.success(), "{}", log());
        assert_was_a_chat(&ue.stdout(), log);
        let heard = sms_side.ask(move |network| {
            let heard = network.sms_user.heard_by(number(&sms_user(chat)));
            heard.map(|heard| heard.text.clone()).collect::<Vec<_>>()
        });
        let words = ["invites you", "ping", "that is all"];
        assert_eq!(heard.len(), words.len(), "{}", log());
        assert!(heard.iter().zip(words).all(|(text, words)| text.contains(words)), "{heard:?}");
    }
    let total = gateway.status()["total"].clone();
    for count in ["msrp_malformed", "chat_refused", "sm_failed", "sm_declined", "sip_malformed"] {
        assert_eq!(total[count], 0, "{count}\n{total:#}");
    }
    assert!(gateway.terminate().success(), "{}", gateway.log());
    drop(relay);
    let evidence = Evidence { file: capture.finish(), maps: Vec::new(), scratch: &scratch };
    // For each chat: one that binds, two from the UE, one to it.
    let required = format!("sends={},reports={},cpim={}", 4 * CHATS, 2 * CHATS, 3 * CHATS);
    let verdict = evidence.msrp_check(&[10, 11].map(|place| ports.port(place)), &required);
    assert_eq!(verdict.code, 0, "{}", verdict.said);
    let told: Value = serde_json::from_str(&verdict.said).expect("JSON");
    let streams = told["streams"].as_u64();
    assert!(matches!(streams, Some(1..=MOST)), "chats share a connection: {told}");
}

fn start_ue(chat: u16, ports: &Ports, scratch: &Scratch) -> Program {
    let mut ue = Command::new("python3");
    ue.arg(Peers::file("msrp_relay/ue.py"));
    ue.args(["--number", &format!("{CHAT_USERS}{chat:02}"), "--sms-user", &sms_user(chat)]);
    for (option, place) in [("--relay", RELAY), ("--gateway", 0), ("--sip", UE + chat)] {
        ue.args([option, &ports.port(place).to_string()]);
    }
    Program::start(&format!("ue-{chat}"), &mut ue, scratch)
}

/// What a UE has told of its chat, from its AUTH to the BYE.
fn assert_was_a_chat(told: &str, log: impl Fn() -> String) {
    let events: Vec<Value> =
        told.lines().map(|line| serde_json::from_str(line).expect("JSON, line by line")).collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).cloned().collect::<Vec<_>>();
    let statuses =
        |kind: &str| of(kind).iter().filter_map(|event| event["status"].as_u64()).collect::<Vec<_>>();
    assert_eq!(statuses("auth"), [401, 200], "{}", log());
    assert_eq!(statuses("invite"), [100, 180, 200], "{}", log());
    // The relay's own 200 and the gateway's: never anything else.
    assert!(statuses("response").iter().all(|status| *status == 200), "{}", log());
    // The gateway's word, all the way, by the path of the UE backwards.
    let report = |text| json!({"event": "report", "text": text, "status": "000 200 OK", "is_for_us": true, "path": true});
    assert_eq!(of("report"), [report("ping"), report("that is all")], "{}", log());
    let pong = json!({"event": "text", "text": "pong", "is_for_us": true, "path": true});
    assert_eq!(of("text"), [pong], "{}", log());
    assert_eq!(of("sip"), [json!({"event": "sip", "method": "BYE"})], "{}", log());
}

fn sms_user(chat: u16) -> String {
    format!("49155500{chat:02}")
}

const MOST: u64 = SHARDS as u64;
const RELAY: u16 = 31;
const UE: u16 = 40;
const CHATS: u16 = 8;
const CHAT_USERS: &str = "155501000";
const SOON: Duration = Duration::from_millis(200);

//! A chat whose media goes through Kamailio as MSRP relay of the UE (RFC 4976): the UE's path has two URIs.

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
fn a_chat_goes_through_a_relay_of_the_ue() {
    let Some(_) = Peers::wanted("a chat through a real MSRP relay") else { return };
    let (ports, scratch) = (Ports::take(), Scratch::new("real-msrp-relay"));
    let capture = Capture::start(&ports, &scratch);
    let configuration =
        fill_in("msrp_relay/relay.cfg", &[("RELAY", ports.port(RELAY).to_string())], &scratch);
    let hosts = fill_in("ims/hosts", &[], &scratch);
    let relay = kamailio::start(&configuration, &hosts, ports.address(RELAY), &scratch);
    let sms_side = SmsSide::start(&ports, &[CHAT_USER]);
    sms_side.ask(|network| {
        let script = Script::silent().on(When::Nth(1), SOON, "YES").on(When::Nth(2), SOON, "pong").on(
            When::Nth(3),
            SOON,
            "STOP",
        );
        network.sms_user.add(number(SMS_USER), script);
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

    let mut ue = Command::new("python3");
    ue.arg(Peers::file("msrp_relay/ue.py")).args(["--number", CHAT_USER, "--sms-user", SMS_USER]);
    for (option, place) in [("--relay", RELAY), ("--gateway", 0), ("--sip", UE)] {
        ue.args([option, &ports.port(place).to_string()]);
    }
    let mut ue = Program::start("ue", &mut ue, &scratch);
    let status = ue.wait(Duration::from_secs(40));
    let log = || format!("{}{}{}", ue.log(), relay.log(), gateway.log());
    assert!(status.success(), "{}", log());

    let events: Vec<Value> =
        ue.stdout().lines().map(|line| serde_json::from_str(line).expect("JSON, line by line")).collect();
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

    let heard = sms_side.ask(|network| {
        network.sms_user.heard_by(number(SMS_USER)).map(|heard| heard.text.clone()).collect::<Vec<_>>()
    });
    assert!(heard[0].contains("invites you"), "{heard:?}");
    assert!(heard[1].starts_with("ping") && heard[2].starts_with("that is all"), "{heard:?}");
    let total = gateway.status()["total"].clone();
    for count in ["msrp_malformed", "chat_refused", "sm_failed", "sm_declined", "sip_malformed"] {
        assert_eq!(total[count], 0, "{count}\n{total:#}");
    }
    assert!(gateway.terminate().success(), "{}", gateway.log());
    drop(relay);
    let evidence = Evidence { file: capture.finish(), maps: Vec::new(), scratch: &scratch };
    let verdict = evidence.msrp_check(&[10, 11].map(|place| ports.port(place)), "sends=4,reports=2,cpim=3");
    assert_eq!(verdict.code, 0, "{}", verdict.said);
}

const RELAY: u16 = 31;
const UE: u16 = 32;
const CHAT_USER: &str = "15550100001";
const SMS_USER: &str = "4915550001";
const SOON: Duration = Duration::from_millis(200);

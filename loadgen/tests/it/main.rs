//! The generator as its user meets it: a process, a UDP port, an exit code.

mod gateway;

use std::process::{Command, Output};

use gateway::Gateway;

fn loadgen(words: &str) -> Output {
    let words = words.split_whitespace();
    Command::new(env!("CARGO_BIN_EXE_ipsmgw-loadgen"))
        .arg("run")
        .args(words)
        .output()
        .expect("the binary runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn each_invitation_is_answered_and_told() {
    let gateway = Gateway::that_answers(480);
    let output =
        loadgen(&format!("--target {} --rate 200 --invitations 40 --answers 480 --json", gateway.address));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(told["answered"], serde_json::json!({ "480": 40 }), "{}", text(&output.stderr));
    assert_eq!((&told["sent"], &told["silent"], &told["strays"]), (&40.into(), &0.into(), &0.into()));
    assert_eq!(told["to_provisional_us"]["count"], 40);
    // On a machine that is busy with other tests the generator may be late, and then says so.
    let code = if told["validity"] == "valid" { 0 } else { 3 };
    assert_eq!(output.status.code(), Some(code));
    let seen = gateway.stop();
    assert_eq!((seen.sms_users.len(), seen.acks, seen.byes), (40, 40, 0), "as many SMS users as invitations");
}

#[test]
fn accepted_chats_are_ended() {
    let gateway = Gateway::that_answers(200);
    let output = loadgen(&format!("--target {} --rate 100 --invitations 10", gateway.address));
    let told = text(&output.stdout);
    assert!(told.contains("10  200 OK"), "{told}");
    let seen = gateway.stop();
    assert_eq!((seen.acks, seen.byes), (10, 10));
}

#[test]
fn an_answer_that_is_not_wanted_fails_the_run() {
    let gateway = Gateway::that_answers(503);
    let output =
        loadgen(&format!("--target {} --rate 100 --invitations 5 --answers 200,480", gateway.address));
    assert!(matches!(output.status.code(), Some(1 | 3)), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("5  503 Service Unavailable"));
}

#[test]
fn nobody_at_home_is_said_at_once() {
    let address = {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.local_addr().expect("its address")
    };
    let output = loadgen(&format!("--target {address}"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("nobody listens at"), "{}", text(&output.stderr));
}

#[test]
fn another_host_is_refused_with_the_reason() {
    let output = loadgen("--target 192.0.2.1:5060 --invitations 1");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--allow-remote"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

fn chats(words: &str) -> Output {
    let words = words.split_whitespace();
    Command::new(env!("CARGO_BIN_EXE_ipsmgw-loadgen"))
        .arg("chats")
        .args(words)
        .output()
        .expect("the binary runs")
}

#[test]
fn a_configuration_that_fits_is_printed_and_nothing_else_done() {
    let output = chats("--print-config --gateway 127.0.0.9:5060 --diameter-port-first 4000");
    let told = text(&output.stdout);
    assert!(output.status.success());
    for line in ["address = \"127.0.0.9\"", "address = \"127.0.0.1:4002\"", "serves = [\"hss\"]"] {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

#[test]
fn chats_without_a_gateway_say_what_is_missing() {
    let admin = {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        socket.local_addr().expect("its address")
    };
    let output = chats(&format!("--admin {admin}"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("tells no status"), "{}", text(&output.stderr));
}

#[test]
fn chats_on_another_host_are_refused_with_the_reason() {
    let output = chats("--gateway 192.0.2.1:5060");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--allow-remote"), "{}", text(&output.stderr));
}

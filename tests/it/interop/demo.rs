//! `ipsmgw demo`: what a newcomer sees first.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::binary;
use super::program::Program;
use super::scratch::Scratch;

#[test]
fn a_demonstration_shows_what_it_promises_on_every_driver() {
    let scratch = Scratch::new("demo-json");
    let demos = [("uring", "1"), ("uring", "2"), ("poll", "1"), ("poll", "2")].map(|(io, shards)| {
        let name = format!("demo-{io}-{shards}");
        let mut command = binary::command();
        command.args(["demo", "--json", "--io", io, "--shards", shards]);
        Program::start(&name, &mut command, &scratch)
    });
    for mut demo in demos {
        let status = demo.wait(PATIENCE);
        assert!(status.success(), "{status}\n{}", demo.log());
        let said = demo.stdout();
        assert_eq!(said.lines().count(), 1, "one line of JSON: {said}");
        assert_summary(&serde_json::from_str(&said).expect("JSON"));
        assert_eq!(demo.stderr(), "", "nothing to complain about");
    }
}

/// Five chats, each with its name, outcome, messages, milliseconds and verdict, and a verdict on the whole.
fn assert_summary(summary: &Value) {
    assert_eq!(keys(summary), ["chats", "ok"], "{summary:#}");
    assert_eq!(summary["ok"], true, "{summary:#}");
    let expected = [
        ("accepted", "accepted, talked both ways, ended by the SMS user", 5),
        ("rejected", "603 Decline", 2),
        ("unanswered", "480 Temporarily Unavailable", 1),
        ("cancelled", "487 Request Terminated", 1),
        ("ended by the chat user", "accepted, ended by the chat user, the SMS user was told", 3),
    ];
    let chats = summary["chats"].as_array().expect("a list");
    assert_eq!(chats.len(), expected.len(), "{summary:#}");
    for (chat, (name, outcome, messages)) in chats.iter().zip(expected) {
        assert_eq!(keys(chat), ["messages", "milliseconds", "name", "ok", "outcome"], "{chat:#}");
        let said = (&chat["name"], &chat["outcome"], &chat["messages"], &chat["ok"]);
        assert_eq!(said, (&name.into(), &outcome.into(), &messages.into(), &true.into()), "{chat:#}");
        assert!(chat["milliseconds"].as_u64().is_some_and(|passed| passed < 10_000), "{chat:#}");
    }
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_demonstration_draws_ladders() {
    let scratch = Scratch::new("demo-drawn");
    let mut command = binary::command();
    command.arg("demo");
    let mut demo = Program::start("demo", &mut command, &scratch);
    let status = demo.wait(PATIENCE);
    assert!(status.success(), "{status}\n{}", demo.log());
    let said = demo.stdout();
    // Each with an arrow on its line, whatever else stands there.
    for message in [
        "INVITE",
        "100 Trying",
        "180 Ringing",
        "200 OK",
        "ACK",
        "OFR",
        "OFA",
        "SRR",
        "SRA",
        "TFR",
        "TFA",
        "MSRP SEND",
        "MSRP 200",
        "CANCEL",
        "487 Request Terminated",
        "480 Temporarily Unavailable",
        "603 Decline",
        "BYE",
    ] {
        let is_drawn = |line: &&str| line.contains(message) && (line.contains('▶') || line.contains('◀'));
        assert!(said.lines().any(|line| is_drawn(&line)), "no arrow with {message} in\n{said}");
    }
    assert_eq!((said.matches('✔').count(), said.matches('✘').count()), (5, 0), "{said}");
    let ladders: Vec<_> = said.split("SMS-GMSC").skip(1).collect();
    assert_eq!(ladders.len(), 5, "five heads: {said}");
    for ladder in ladders {
        let first = ladder.lines().nth(1).expect("an arrow");
        assert!(first.contains("INVITE") && first.trim_start().starts_with("0.000"), "begins with {first}");
        let invites = ladder.lines().filter(|line| line.contains("INVITE")).count();
        assert_eq!(invites, 2, "its own, through the S-CSCF, and not that of the next chat:\n{ladder}");
    }
}

#[test]
fn a_demonstration_goes_on_when_its_reader_has_gone() {
    let mut demo = Command::new(binary::ipsmgw())
        .args(["demo", "--shards", "1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    drop(demo.stdout.take());
    // It is bounded by itself; what it says goes nowhere.
    let output = demo.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{}: {said}", output.status);
}

const PATIENCE: Duration = Duration::from_secs(40);

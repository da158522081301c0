//! Whole chats over a bad network: the real binary in one network namespace, `ipsmgw-loadgen chats` in another, and between them
//! loss and resets, or delay, reordering and duplicates. Both sides of each chat must have lived the same: no text lost, doubled or
//! misdelivered, and nothing left in the gateway.
//!
//! The generator judges, and its own tests show that it can say no; here it is made sure that the network was bad.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::binary;
use super::peers::Peers;
use super::program::Program;
use super::scratch::Scratch;

/// Plays `chats`; what the generator and the network said.
fn play(test: &str, chats: u32, rate: u32, surroundings: &[(&str, &str)]) -> Option<(Value, Vec<Value>)> {
    Peers::wanted(test)?;
    let scratch = Scratch::new(test);
    let mut command = Command::new(Peers::file("faults/run.sh"));
    command.arg(binary::ipsmgw()).arg(binary::loadgen());
    command.args(["--json", "--chats", &chats.to_string(), "--rate", &rate.to_string(), "--texts", "3"]);
    command.env("SCRATCH", scratch.folder()).envs(surroundings.iter().copied());
    let mut program = Program::start("faults", &mut command, &scratch);
    let status = program.wait(PATIENCE);
    assert!(status.success(), "{status}\n{}", program.log());
    let json = |line: &str| serde_json::from_str(line).ok().filter(Value::is_object);
    let told = program.stdout().lines().find_map(json).unwrap_or_else(|| panic!("{}", program.log()));
    let network = program.stderr().lines().filter_map(json).collect();
    Some((told, network))
}

fn count(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("{name} is no number: {value}"))
}

/// All began, most talked, and the judgement is good.
fn assert_good(told: &Value, chats: u64) {
    assert_eq!((&told["is_good"], count(told, "chats")), (&Value::Bool(true), chats), "{told:#}");
    for direction in ["to_sms_users", "to_chat_users"] {
        let texts = &told["verdict"][direction];
        assert!(count(texts, "taken_and_heard") > chats, "few texts arrived: {texts:#}");
    }
}

#[test]
fn whole_chats_survive_loss_and_resets() {
    let test = "whole_chats_survive_loss_and_resets";
    let surroundings = [("IO", "uring"), ("RESET_MSRP", "400"), ("RESET_DIAMETER", "3")];
    let Some((told, network)) = play(test, 1200, 240, &surroundings) else { return };
    assert_good(&told, 1200);
    let faults = network.first().expect("what the network did");
    for fault in ["lost_udp", "lost_tcp", "reset_msrp"] {
        assert!(count(faults, fault) > 20, "the network was too good: {faults}");
    }
}

#[test]
fn whole_chats_survive_delay_reordering_and_duplicates() {
    let test = "whole_chats_survive_delay_reordering_and_duplicates";
    let wire = "delay=20 jitter=10 reorder=5 duplicate=2 loss=1";
    let Some((told, network)) = play(test, 400, 80, &[("IO", "poll"), ("WIRE", wire)]) else { return };
    assert_good(&told, 400);
    let did = network.last().expect("what the wire did");
    for fault in ["lost", "duplicated", "reordered"] {
        assert!(count(did, fault) > 100, "the wire was too good: {did}");
    }
}

/// The chats, and half a minute until the gateway has forgotten the last one; on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(240);

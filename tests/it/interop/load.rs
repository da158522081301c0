//! A thousand invitations at two hundred a second, four stories at once, and nothing left of them afterwards.
//!
//! SIPp plays the chat users, `ipsmgw run` is between, the SMS users answer according to the number they own.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::sms_user::{Script, When};
use serde_json::Value;

use super::gateway::{self, Gateway, POOL_PREFIX, SHARDS, Wish};
use super::peers::Peers;
use super::ports::Ports;
use super::scratch::Scratch;
use super::sipp::{Counted, Rate, Sipp};
use super::sms_side::{SmsSide, number};
use super::waiting::wait_for;

/// Who is where: a gateway that is ready, and its network.
pub struct Stage {
    pub gateway: Gateway,
    pub sms_side: SmsSide,
    pub ports: Ports,
    pub scratch: Scratch,
    calls: u32,
}

impl Stage {
    /// With SMS users for `calls` calls of each story.
    pub fn start(name: &str, wish: Wish, calls: u32) -> Self {
        let (ports, scratch) = (Ports::take(), Scratch::new(name));
        let sms_side = SmsSide::start(&ports, &[CHAT_USERS, POOL_PREFIX]);
        sms_side.ask(move |network| {
            for call in 0..calls {
                for (story, answer) in [("accepted", "YES"), ("rejected", "NO")] {
                    let script = Script::silent().on(When::Nth(1), SOON, answer);
                    network.sms_user.add(number(&sms_user(story, call)), script);
                }
            }
        });
        let configuration = gateway::configuration(wish, &ports, sms_side.addresses(), &scratch);
        let mut gateway = Gateway::start(&configuration, &ports, &scratch);
        gateway.wait_until_ready();
        sms_side.wait_for_shards(SHARDS, || gateway.log());
        Stage { gateway, sms_side, ports, scratch, calls }
    }

    /// All four stories at once, each call as its scenario says.
    pub fn play(&self, per_second: u32) -> [(&'static str, Counted); 4] {
        // Two runs at once on two cores would measure each other.
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = Rate { calls: self.calls, per_second };
        let mut place = 0;
        let sipps = STORIES.map(|story| {
            let calls = (0..self.calls).map(|call| (sms_user(story, call), chat_user(call)));
            let sipp = Sipp::start(story, place, rate, calls, &self.ports, &self.scratch);
            place += 1;
            (story, sipp)
        });
        sipps.map(|(story, sipp)| (story, sipp.finish(|| self.gateway.log())))
    }

    /// The sum of `count` over all shards.
    fn total(status: &Value, count: &str) -> u64 {
        status["total"][count].as_u64().unwrap_or_else(|| panic!("/status knows no {count}: {status}"))
    }

    /// Waits until `count` stands at `value`.
    pub fn wait_for_total(&self, count: &str, value: u64) {
        wait_for(&format!("{count} stands at {value}"), Duration::from_secs(10), || {
            let stands = Self::total(&self.gateway.status(), count);
            if stands == value { Ok(()) } else { Err(stands.to_string()) }
        });
    }

    /// Waits until nothing is left of all chats but the memory of numbers that rest.
    fn wait_until_empty(&self) {
        wait_for("nothing is left", PATIENCE, || {
            let status = self.gateway.status();
            let gauges = GAUGES.map(|gauge| (gauge, Self::total(&status, gauge)));
            let queries = status["routing_queries"].as_u64().expect("a number");
            let left =
                gauges.into_iter().chain([("routing_queries", queries)]).filter(|(_, left)| *left != 0);
            match left.map(|(gauge, left)| format!("{gauge}: {left}\n")).collect::<String>() {
                left if left.is_empty() => Ok(()),
                left => Err(left + &self.gateway.log()),
            }
        });
    }

    /// Everything was counted, once.
    fn assert_counts(&self, numbers: &str) {
        let status = self.gateway.status();
        let calls = u64::from(self.calls);
        let expected = [
            ("invitations", 4 * calls),
            ("invitations_accepted", calls),
            // By the SMS user, and by the timer.
            ("invitations_refused", 2 * calls),
            ("invitations_withdrawn", calls),
            // The invitations, and the notice after each BYE.
            ("sm_submitted", 5 * calls),
            // YES and NO.
            ("sm_received", 2 * calls),
            // A number of the pool rests after its chat; the chat user's own is nobody else's.
            ("resting", if numbers == "pool" { 4 * calls } else { 0 }),
            ("peers_up", 3 * SHARDS as u64),
            ("links", 3 * SHARDS as u64),
        ];
        // Each SIPp comes in on one shard, and half of its calls belong to the other.
        assert_ne!(Self::total(&status, "parcels"), 0, "nothing crossed\n{status:#}");
        let nothing = TROUBLE.map(|count| (count, 0));
        for (count, expected) in expected.into_iter().chain(nothing) {
            assert_eq!(Self::total(&status, count), expected, "{count}\n{status:#}");
        }
    }

    /// What the SMS users saw: the invitation each, and whoever said yes the notice of the end.
    fn assert_sms_users_heard(&self) {
        let calls = self.calls;
        let heard = self.sms_side.ask(move |network| {
            let texts = |story: &'static str| {
                let users = (0..calls).map(move |call| number(&sms_user(story, call)));
                users.flat_map(|user| network.sms_user.heard_by(user)).collect::<Vec<_>>()
            };
            STORIES.map(|story| {
                let texts = texts(story);
                let invitations = texts.iter().filter(|heard| heard.text.contains("invites you")).count();
                (story, invitations, texts.len() - invitations)
            })
        });
        let calls = calls as usize;
        let expected = STORIES.map(|story| (story, calls, if story == "accepted" { calls } else { 0 }));
        assert_eq!(heard, expected, "(story, invitations, other texts)");
    }
}

/// One whole run.
fn run(test: &str, io: &'static str, numbers: &'static str, calls: u32, per_second: u32) {
    let Some(_) = Peers::wanted(test) else { return };
    let mut stage = Stage::start(test, Wish { io, numbers, answer_timer_s: 3 }, calls);
    assert_eq!(stage.gateway.status()["io"], io);
    for (story, counted) in stage.play(per_second) {
        let expected = Counted { successful: calls, failed: 0, stray: 0, ..counted };
        assert_eq!(counted, expected, "{story}");
        // T1 is half a second: a machine that stops for that long may repeat a few.
        assert!(counted.retransmissions <= 2 + calls / 10, "{story}: {counted:?}");
    }
    stage.wait_until_empty();
    stage.assert_counts(numbers);
    stage.assert_sms_users_heard();
    let status = stage.gateway.terminate();
    assert!(status.success(), "{status}\n{}", stage.gateway.log());
}

#[test]
fn a_thousand_invitations_at_two_hundred_a_second_end_as_they_should() {
    run("a_thousand_invitations_at_two_hundred_a_second_end_as_they_should", "uring", "own", 250, 50);
}

#[test]
fn on_poll_with_numbers_on_loan_they_end_alike() {
    run("on_poll_with_numbers_on_loan_they_end_alike", "poll", "pool", 25, 25);
}

/// The number of an SMS user: the story is told by its sixth digit.
fn sms_user(story: &str, call: u32) -> String {
    let digit = STORIES.iter().position(|known| *known == story).expect("a story");
    format!("49155{digit}{call:05}")
}

/// The number of a chat user: the same for one call of each story.
fn chat_user(call: u32) -> String {
    format!("{CHAT_USERS}{call:05}")
}

const STORIES: [&str; 4] = ["accepted", "rejected", "unanswered", "cancelled"];
const CHAT_USERS: &str = "155501";
const SOON: Duration = Duration::from_millis(300);
/// 64*T1 is 32 s: so long a 2xx and a BYE are remembered (RFC 3261 17.2.2, RFC 6026).
const PATIENCE: Duration = Duration::from_secs(60);
static TURN: Mutex<()> = Mutex::new(());

/// What must be zero when all chats are over.
const GAUGES: [&str; 9] = [
    "sessions",
    "leases",
    "transactions",
    "dialogs",
    "msrp_sessions",
    "timers",
    "submits",
    "forwards",
    "chat_messages",
];

/// What must not have happened.
const TROUBLE: [&str; 17] = [
    "sip_dropped",
    "sip_malformed",
    "sip_stray_responses",
    "overloads",
    "shed",
    "sm_failed",
    "sm_repeated",
    "sm_declined",
    "chat_in",
    "chat_out",
    "chat_refused",
    "diameter_refused",
    "diameter_stray_answers",
    "msrp_malformed",
    "parcels_refused",
    "no_loan",
    "links_closed_on_error",
];

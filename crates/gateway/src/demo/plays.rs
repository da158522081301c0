//! The five chats of the demonstration: who says what, and what must have been seen in the end.

use std::time::Duration;

use actors::sms_user::{Reply, Rule, Script, When};
use actors::{ChatScript, Step};
use octets::Digits;
use stage::HomeNetwork;

/// One chat.
pub struct Play {
    pub name: &'static str,
    pub story: &'static str,
    pub outcome: &'static str,
    pub sms_user: Digits,
    /// What the chat user does.
    pub script: ChatScript,
    /// What the SMS user does.
    pub reactions: Script,
    /// What the SMS user must have read, in order: each text must contain these words.
    reads: Vec<&'static str>,
    /// What the chat user must have read, in order.
    hears: Vec<&'static str>,
}

impl Play {
    /// Has everything happened that can happen?
    pub fn is_over(&self, cast: &HomeNetwork, number: usize) -> bool {
        let record = cast.chat_user.record(number);
        let is_done = record.is_some_and(|record| record.is_done());
        let has_failed = record.is_some_and(|record| record.failure.is_some());
        let has_read = cast.sms_user.heard_by(self.sms_user).count() >= self.reads.len();
        has_failed || is_done && has_read && cast.sms_gmsc.under_way() == 0
    }

    /// Was everything seen that had to be seen? `Err` names what was not.
    pub fn verdict(&self, cast: &HomeNetwork, number: usize) -> Result<(), String> {
        let record = cast.chat_user.record(number).ok_or("the chat user has no record of it")?;
        if !record.is_as_scripted() {
            return Err(format!("the chat user got stuck: {record:?}"));
        }
        if record.received != self.hears {
            return Err(format!(
                "the chat user read {} texts, expected {}",
                record.received.len(),
                self.hears.len()
            ));
        }
        let read: Vec<&str> =
            cast.sms_user.heard_by(self.sms_user).map(|heard| heard.text.as_str()).collect();
        if read.len() != self.reads.len() {
            return Err(format!("the SMS user read {} texts, expected {}", read.len(), self.reads.len()));
        }
        match read.iter().zip(&self.reads).position(|(text, words)| !text.contains(words)) {
            Some(place) => Err(format!("text {} of the SMS user is not what was sent", place + 1)),
            None => Ok(()),
        }
    }
}

/// All of them, in their order.
pub fn plays() -> Vec<Play> {
    let [alice, ..] = CALLERS;
    let invite = |name, sms_user| ChatScript::new(name, number(alice)).then(Step::Invite(sms_user));
    let [bob, carol, dave, erin, frank] =
        ["4915550001", "4915550002", "4915550003", "4915550004", "4915550005"].map(number);
    let invitation = When::Nth(1);
    vec![
        Play {
            name: "accepted",
            story: "the SMS user says YES, both talk, the SMS user says STOP",
            outcome: "accepted, talked both ways, ended by the SMS user",
            sms_user: bob,
            script: invite("accepted", bob)
                .then(Step::ExpectStatus(180))
                .then(Step::ExpectStatus(200))
                .then(Step::SendText(HELLO.into()))
                .then(Step::ExpectText(HELLO_BACK.into()))
                .then(Step::SendText(LONG.into()))
                .then(Step::ExpectText(THANKS.into()))
                .then(Step::ExpectBye),
            reactions: Script::silent()
                .on(invitation.clone(), SOON, "YES")
                .on(When::Nth(2), SOON, HELLO_BACK)
                .rule(Rule { when: When::Nth(3), replies: vec![reply(SOON, THANKS), reply(LATER, "STOP")] }),
            reads: vec!["invites you", HELLO, LONG],
            hears: vec![HELLO_BACK, THANKS],
        },
        Play {
            name: "rejected",
            story: "the SMS user asks back, is told how to answer, and says no",
            outcome: "603 Decline",
            sms_user: carol,
            script: invite("rejected", carol).then(Step::ExpectStatus(603)),
            reactions: Script::silent().on(invitation.clone(), SOON, "no, thanks!").on(
                invitation.clone(),
                LATER,
                "NO",
            ),
            reads: vec!["invites you", "Please reply"],
            hears: vec![],
        },
        Play {
            name: "unanswered",
            story: "the SMS user says nothing until the invitation timer ends",
            outcome: "480 Temporarily Unavailable",
            sms_user: dave,
            script: invite("unanswered", dave).then(Step::ExpectStatus(480)),
            reactions: Script::silent(),
            reads: vec!["invites you"],
            hears: vec![],
        },
        Play {
            name: "cancelled",
            story: "the chat user thinks better of it",
            outcome: "487 Request Terminated",
            sms_user: erin,
            script: invite("cancelled", erin)
                .then(Step::ExpectStatus(180))
                .then(Step::Cancel)
                .then(Step::ExpectStatus(487)),
            reactions: Script::silent(),
            reads: vec!["invites you"],
            hears: vec![],
        },
        Play {
            name: "ended by the chat user",
            story: "the chat user says BYE, the SMS user is told",
            outcome: "accepted, ended by the chat user, the SMS user was told",
            sms_user: frank,
            script: invite("ended by the chat user", frank)
                .then(Step::ExpectStatus(200))
                .then(Step::SendText(HELLO.into()))
                .then(Step::Bye),
            reactions: Script::silent().on(invitation, SOON, "ok"),
            reads: vec!["invites you", HELLO, "ended"],
            hears: vec![],
        },
    ]
}

fn reply(after: Duration, text: &str) -> Reply {
    Reply { after, text: text.into() }
}

pub fn number(digits: &str) -> Digits {
    // The digits are constants of this file.
    Digits::from_ascii(digits.as_bytes())
        .unwrap_or_else(|_| unreachable!("{} is one to fifteen digits", digits.len()))
}

pub fn service_centre() -> Digits {
    number("447700900005")
}

/// Who is at home at the gateway.
pub const CALLERS: [&str; 1] = ["15550100"];
const HELLO: &str = "Hello, this is Alice. Do you have a minute?";
const HELLO_BACK: &str = "Sure, what is it?";
const LONG: &str = "We meet on Saturday at ten in front of the old station, the side with the clock. Bring a coat, it will be windy \
on the ridge, and something to eat: the hut is closed in November. We will be back before dark, around five.";
const THANKS: &str = "Great, see you there! I bring bread, cheese and the map of my grandfather, on which the hut still has its old name. \
If the weather turns we can be back at the road within an hour; I know the short cut behind the chapel.";
const SOON: Duration = Duration::from_millis(150);
const LATER: Duration = Duration::from_millis(600);

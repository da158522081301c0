//! Both halves of the ledger compared: what is lost, doubled, gone to somebody else, and where the two do not agree.
//!
//! A text is *lost* when its writer was told that it was taken and its reader has not all of it, and *doubled* when its reader
//! got a word of it twice: an SMS user in two short messages, a chat user in two messages with different Message-IDs (what
//! comes again under one Message-ID is one message to every client). Texts whose writer was told that they failed, or was told
//! nothing, may have arrived or not, but once at most.

use std::collections::{BTreeMap, HashMap};

use actors::DeliveryEnd;
use actors::sms_centre::Handed;
use diameter::Outcome;
use serde::Serialize;

use super::ledger::{Account, ChatUserSees, Fate, Ledger, Text};
use super::sms_users::{STOP, SmsUsers};
use super::story::Answer;
use super::words::{Writer, words_in};

/// What has come out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// Chats by how they ended for the chat user.
    pub ends: BTreeMap<String, u64>,
    /// What chat users said.
    pub to_sms_users: Texts,
    /// What SMS users said.
    pub to_chat_users: Texts,
    /// Chats in which a text went to somebody whom it was not for.
    pub misdelivered: u64,
    /// Chats that stood still until somebody lost his patience: no fault by itself.
    pub stalled: u64,
    /// Texts that did not read as they were written.
    pub garbled: u64,
    /// Invitations that came more than once.
    pub invited_twice: u64,
    /// Chats about whose end the two do not agree.
    pub disagreements: BTreeMap<&'static str, u64>,
    /// The first chats that are not as they should be.
    pub named: Vec<String>,
}

/// What became of the texts of one direction.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Texts {
    /// All that were said.
    pub said: u64,
    /// Acknowledged to their writers.
    pub taken: u64,
    /// Acknowledged, and heard once by the right one.
    pub taken_and_heard: u64,
    /// Refused, by cause.
    pub refused: BTreeMap<u32, u64>,
    /// Never answered: their chat was over before.
    pub unanswered: u64,
    /// Refused or unanswered, and heard all the same.
    pub heard_unacknowledged: u64,
    /// Taken after the end of the chat, and the writer was told by a text that nobody read it.
    pub told_late: u64,
    /// Acknowledged, and not heard.
    pub lost: u64,
    /// Heard twice.
    pub doubled: u64,
}

/// Writes into the ledger what became of what SMS users said.
pub fn settle_deliveries(ledger: &mut Ledger, sms_users: &SmsUsers, deliveries: &[Handed]) {
    let mut texts: HashMap<(u32, u8), Fate> = HashMap::new();
    for Handed { text, end } in deliveries {
        let fate = match end {
            Some(DeliveryEnd::Delivered) => Fate::Taken,
            Some(DeliveryEnd::Refused(Outcome::Result(code) | Outcome::Experimental { code, .. })) => {
                Fate::Refused(*code)
            }
            _ => Fate::UnderWay,
        };
        match words_in(&text.text).next() {
            Some(word) => {
                let whole = texts.entry((word.chat, word.text)).or_insert(fate);
                *whole = (*whole).max(fate);
            }
            None => {
                let Some(chat) = sms_users.chat_of(text.from, text.to) else { continue };
                let sees = &mut ledger.account(chat).sms_user;
                if text.text == STOP { sees.stop_fate = fate } else { sees.answer_fate = fate }
            }
        }
    }
    for ((chat, number), fate) in texts {
        ledger.settle(chat, Writer::SmsUser, number, fate);
    }
}

impl Verdict {
    /// Of a run that is over; names at most so many chats.
    pub fn of(ledger: &Ledger, names_max: usize) -> Verdict {
        let mut verdict = Verdict {
            misdelivered: ledger.misdelivered.len() as u64,
            stalled: ledger.stalled.len() as u64,
            garbled: ledger.garbled.len() as u64,
            ..Verdict::default()
        };
        for (chat, account) in ledger.accounts() {
            verdict.judge(chat, account, names_max);
        }
        let lists = [
            (&ledger.misdelivered, "misdelivered"),
            (&ledger.garbled, "garbled"),
            (&ledger.stalled, "stood still"),
        ];
        for (chats, what) in lists {
            chats.iter().for_each(|chat| verdict.name(*chat, what, names_max));
        }
        // Nobody's words or numbers are in an account.
        for name in &mut verdict.named {
            let chat = name.split([' ', ':']).nth(1).and_then(|chat| chat.parse().ok());
            if let Some((_, account)) = chat.and_then(|chat: usize| ledger.accounts().nth(chat)) {
                *name += &format!(" {account:?}");
            }
        }
        verdict
    }

    /// Is nothing wrong?
    pub fn is_good(&self) -> bool {
        let faults = [
            self.misdelivered,
            self.garbled,
            self.invited_twice,
            self.to_sms_users.lost,
            self.to_sms_users.doubled,
            self.to_chat_users.lost,
            self.to_chat_users.doubled,
        ];
        faults.iter().all(|faults| *faults == 0) && self.disagreements.is_empty()
    }

    fn judge(&mut self, chat: u32, account: &Account, names_max: usize) {
        *self.ends.entry(end_of(account)).or_default() += 1;
        if account.sms_user.invitations > 1 {
            self.invited_twice += 1;
            self.name(chat, "invited twice", names_max);
        }
        if let Some(what) = disagreement(account) {
            *self.disagreements.entry(what).or_default() += 1;
            self.name(chat, what, names_max);
        }
        // An announcement that is not the notice of the end says that a text came too late.
        let has_stopped = account.sms_user.stop_fate == Fate::Taken;
        let is_notice_due = !has_stopped && was_accepted(account);
        let mut told_late = u64::from(account.sms_user.announcements).saturating_sub(is_notice_due.into());
        if account.sms_user.answer_fate == Fate::Taken && !was_accepted(account) && told_late > 0 {
            told_late -= 1;
        }
        for (side, texts) in account.texts.iter().enumerate() {
            let of_side = if side == 0 { &mut self.to_sms_users } else { &mut self.to_chat_users };
            let mut late = if side == 0 { 0 } else { told_late };
            let (lost, doubled) = (of_side.lost, of_side.doubled);
            texts.iter().for_each(|text| of_side.count(text, &mut late));
            let is_lost = of_side.lost > lost;
            let is_doubled = of_side.doubled > doubled;
            let to = if side == 0 { "to the SMS user" } else { "to the chat user" };
            if is_lost {
                self.name(chat, &format!("lost {to}"), names_max);
            }
            if is_doubled {
                self.name(chat, &format!("doubled {to}"), names_max);
            }
        }
    }

    fn name(&mut self, chat: u32, what: &str, names_max: usize) {
        if self.named.len() < names_max {
            self.named.push(format!("chat {chat}: {what}"));
        }
    }
}

impl Texts {
    fn count(&mut self, text: &Text, late: &mut u64) {
        self.said += 1;
        self.doubled += u64::from(text.is_doubled);
        match text.fate {
            Fate::Taken => {
                self.taken += 1;
                if text.is_heard() {
                    self.taken_and_heard += 1;
                } else if *late > 0 && !text.is_heard_in_part() {
                    *late -= 1;
                    self.told_late += 1;
                } else {
                    self.lost += 1;
                }
            }
            Fate::Refused(code) => {
                *self.refused.entry(code).or_default() += 1;
                self.heard_unacknowledged += u64::from(text.is_heard());
            }
            Fate::Unsaid | Fate::UnderWay => {
                self.unanswered += 1;
                self.heard_unacknowledged += u64::from(text.is_heard());
            }
        }
    }
}

fn was_accepted(account: &Account) -> bool {
    matches!(account.chat_user, ChatUserSees::Left | ChatUserSees::WasLeft(_))
}

/// Where the two do not agree about the end of their chat.
fn disagreement(account: &Account) -> Option<&'static str> {
    let sees = &account.sms_user;
    let is_told = sees.announcements > 0;
    let has_left = sees.has_stopped && sees.stop_fate == Fate::Taken;
    let believes = sees.answer == Some(Answer::Yes) && sees.answer_fate == Fate::Taken;
    match account.chat_user {
        ChatUserSees::Nothing | ChatUserSees::Inviting | ChatUserSees::Talking => {
            Some("it is not over for the chat user")
        }
        _ if was_accepted(account) && sees.answer != Some(Answer::Yes) => {
            Some("accepted, but the SMS user has not said yes")
        }
        _ if was_accepted(account) && !has_left && !is_told => Some("over, but the SMS user does not know"),
        _ if was_accepted(account) => None,
        _ if has_left && !is_told => Some("the SMS user has left a chat that the chat user never had"),
        _ if believes && !is_told => Some("the SMS user has said yes, and the chat user knows of no chat"),
        ChatUserSees::Refused(603) if sees.answer != Some(Answer::No) => {
            Some("rejected, but the SMS user has not said no")
        }
        _ => None,
    }
}

fn end_of(account: &Account) -> String {
    match account.chat_user {
        ChatUserSees::Nothing => "never begun".into(),
        ChatUserSees::Inviting => "still ringing".into(),
        ChatUserSees::Talking => "still going on".into(),
        ChatUserSees::Refused(status) => format!("refused {status}"),
        ChatUserSees::TookBack => "taken back".into(),
        ChatUserSees::Unanswered => "INVITE unanswered".into(),
        ChatUserSees::Left => "talked, BYE by the chat user".into(),
        ChatUserSees::WasLeft(200) => "talked, STOP by the SMS user".into(),
        ChatUserSees::WasLeft(cause) => format!("talked, BYE by the gateway, cause {cause}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chats::order::ChatsOrder;
    use crate::chats::story::Stories;
    use crate::chats::words::Shape;

    /// Four chats in which both have lived the same: accepted, said one text each way, left by the SMS user.
    fn good() -> Ledger {
        let order = ChatsOrder { chats: 4, ..ChatsOrder::default() };
        let mut ledger = Ledger::new(Stories::of(&order, 1), 4);
        for chat in 0..4 {
            for writer in [Writer::ChatUser, Writer::SmsUser] {
                let (number, text) = ledger.say(chat, writer, Shape::Long);
                ledger.settle(chat, writer, number, Fate::Taken);
                ledger.hear(chat, writer, &text);
            }
            let account = ledger.account(chat);
            account.chat_user = ChatUserSees::WasLeft(200);
            account.sms_user.invitations = 1;
            (account.sms_user.answer, account.sms_user.answer_fate) = (Some(Answer::Yes), Fate::Taken);
            (account.sms_user.has_stopped, account.sms_user.stop_fate) = (true, Fate::Taken);
        }
        ledger
    }

    #[test]
    fn chats_that_both_have_lived_alike_are_good() {
        let verdict = Verdict::of(&good(), 9);
        assert!(verdict.is_good(), "{verdict:?}");
        assert_eq!((verdict.to_sms_users.taken_and_heard, verdict.to_chat_users.taken_and_heard), (4, 4));
        assert_eq!(verdict.ends["talked, STOP by the SMS user"], 4);
    }

    #[test]
    fn a_text_that_was_acknowledged_and_not_heard_is_lost() {
        for heard in [0, 10] {
            let mut ledger = good();
            let (number, text) = ledger.say(2, Writer::ChatUser, Shape::Long);
            ledger.settle(2, Writer::ChatUser, number, Fate::Taken);
            if heard > 0 {
                ledger.hear(2, Writer::ChatUser, &text[..9 * heard]);
            }
            let verdict = Verdict::of(&ledger, 9);
            assert_eq!((verdict.is_good(), verdict.to_sms_users.lost), (false, 1), "{heard} words heard");
            assert!(verdict.named[0].starts_with("chat 2: lost to the SMS user"), "{:?}", verdict.named);
        }
    }

    #[test]
    fn a_text_that_failed_or_was_not_answered_may_have_arrived_once() {
        for fate in [Fate::Refused(408), Fate::UnderWay] {
            let mut ledger = good();
            let (number, text) = ledger.say(2, Writer::ChatUser, Shape::Short(1));
            ledger.settle(2, Writer::ChatUser, number, fate);
            ledger.hear(2, Writer::ChatUser, &text);
            let verdict = Verdict::of(&ledger, 9);
            assert!(verdict.is_good(), "{verdict:?}");
            assert_eq!(verdict.to_sms_users.heard_unacknowledged, 1);
            ledger.hear(2, Writer::ChatUser, &text);
            assert!(!Verdict::of(&ledger, 9).is_good(), "but not twice");
        }
    }

    #[test]
    fn one_word_heard_twice_is_a_text_doubled() {
        let mut ledger = good();
        let (number, text) = ledger.say(0, Writer::SmsUser, Shape::Long);
        ledger.settle(0, Writer::SmsUser, number, Fate::Taken);
        ledger.hear(0, Writer::SmsUser, &text);
        ledger.hear(0, Writer::SmsUser, &text[..9]);
        let verdict = Verdict::of(&ledger, 9);
        assert_eq!((verdict.is_good(), verdict.to_chat_users.doubled), (false, 1));
    }

    #[test]
    fn a_text_of_another_chat_or_of_one_s_own_is_misdelivered() {
        let mut ledger = good();
        let (_, text) = ledger.say(0, Writer::SmsUser, Shape::Short(1));
        ledger.hear(1, Writer::SmsUser, &text);
        ledger.hear(0, Writer::ChatUser, &text);
        let verdict = Verdict::of(&ledger, 9);
        assert_eq!((verdict.is_good(), verdict.misdelivered), (false, 2));
    }

    #[test]
    fn a_text_that_reads_differently_is_garbled() {
        let mut ledger = good();
        let (_, text) = ledger.say(0, Writer::SmsUser, Shape::Foreign);
        ledger.hear(0, Writer::SmsUser, text.trim_end_matches('\u{1F600}'));
        ledger.hear(0, Writer::SmsUser, "no word of anybody");
        assert_eq!(Verdict::of(&ledger, 9).garbled, 2);
    }

    #[test]
    fn what_the_two_do_not_agree_about_is_said() {
        type Case = (&'static str, fn(&mut Account));
        let cases: [Case; 6] = [
            ("it is not over for the chat user", |account| account.chat_user = ChatUserSees::Talking),
            ("accepted, but the SMS user has not said yes", |account| account.sms_user.answer = None),
            ("over, but the SMS user does not know", |account| {
                account.sms_user.stop_fate = Fate::Refused(5001)
            }),
            ("the SMS user has left a chat that the chat user never had", |account| {
                account.chat_user = ChatUserSees::TookBack;
            }),
            ("the SMS user has said yes, and the chat user knows of no chat", |account| {
                account.chat_user = ChatUserSees::Refused(480);
                account.sms_user.has_stopped = false;
            }),
            ("rejected, but the SMS user has not said no", |account| {
                account.chat_user = ChatUserSees::Refused(603);
                account.sms_user.has_stopped = false;
                account.sms_user.answer = None;
            }),
        ];
        for (what, change) in cases {
            let mut ledger = good();
            change(ledger.account(3));
            let verdict = Verdict::of(&ledger, 9);
            assert_eq!((verdict.is_good(), verdict.disagreements.get(what)), (false, Some(&1)), "{what}");
        }
        let mut ledger = good();
        ledger.account(3).sms_user.invitations = 2;
        assert!(!Verdict::of(&ledger, 9).is_good());
    }

    #[test]
    fn who_is_told_of_the_end_agrees_with_it() {
        let mut ledger = good();
        let account = ledger.account(3);
        account.chat_user = ChatUserSees::Left;
        (account.sms_user.has_stopped, account.sms_user.stop_fate) = (false, Fate::Unsaid);
        account.sms_user.announcements = 1;
        assert!(Verdict::of(&ledger, 9).is_good());
    }
}

//! What either side of each chat has said and heard: the two halves are written apart, and compared in the end.
//!
//! Refuses: to know how a text travels. In: what was said, acknowledged, heard. Out: accounts, for the verdict.

use super::story::{Answer, Stories};
use super::words::{Shape, Word, Writer, text, words_in};

/// All accounts of a run.
pub struct Ledger {
    stories: Stories,
    accounts: Vec<Account>,
    /// Words that somebody heard whom they were not for.
    pub misdelivered: Vec<u32>,
    /// Chats that stood still until somebody lost his patience.
    pub stalled: Vec<u32>,
    /// Whole texts that did not read as they were written.
    pub garbled: Vec<u32>,
}

/// One chat.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// As its chat user sees it.
    pub chat_user: ChatUserSees,
    /// As its SMS user sees it.
    pub sms_user: SmsUserSees,
    /// What the chat user said, what the SMS user said.
    pub texts: [Vec<Text>; 2],
}

/// How a chat stands for the chat user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChatUserSees {
    /// It has not begun.
    #[default]
    Nothing,
    /// He has invited.
    Inviting,
    /// It was accepted.
    Talking,
    /// It was refused with this status.
    Refused(u16),
    /// He took it back, and that was confirmed.
    TookBack,
    /// Nobody answered the invitation.
    Unanswered,
    /// It was accepted, and he left.
    Left,
    /// It was accepted, and the other side left, with this cause.
    WasLeft(u16),
}

/// How a chat stands for the SMS user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SmsUserSees {
    /// Invitations that came.
    pub invitations: u8,
    /// What he said to it.
    pub answer: Option<Answer>,
    /// What became of that.
    pub answer_fate: Fate,
    /// Did he say STOP?
    pub has_stopped: bool,
    /// What became of that.
    pub stop_fate: Fate,
    /// Texts of the operator after the invitation: the end of a chat, words after it.
    pub announcements: u8,
}

/// One text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// How it looks.
    pub shape: Shape,
    /// What its writer heard of it.
    pub fate: Fate,
    /// The words that its reader heard, a bit each.
    heard: u64,
    /// Was a word heard twice?
    pub is_doubled: bool,
}

/// What became of what somebody said, as far as he knows; of a text in several pieces the greatest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// He has not said it.
    #[default]
    Unsaid,
    /// The other side has answered for it.
    Taken,
    /// Nobody has answered for it.
    UnderWay,
    /// It was refused, with this code.
    Refused(u32),
}

impl Text {
    /// Was all of it heard?
    pub fn is_heard(&self) -> bool {
        self.heard.count_ones() == u32::from(self.shape.words())
    }

    /// Was some of it heard?
    pub fn is_heard_in_part(&self) -> bool {
        self.heard != 0
    }
}

impl Ledger {
    /// Accounts of `chats` chats.
    pub fn new(stories: Stories, chats: u32) -> Ledger {
        Ledger {
            stories,
            accounts: vec![Account::default(); chats as usize],
            misdelivered: Vec::new(),
            stalled: Vec::new(),
            garbled: Vec::new(),
        }
    }

    /// The account of a chat of this run.
    pub fn account(&mut self, chat: u32) -> &mut Account {
        &mut self.accounts[chat as usize]
    }

    /// All of them, by their numbers.
    pub fn accounts(&self) -> impl Iterator<Item = (u32, &Account)> {
        (0..).zip(&self.accounts)
    }

    /// Is there a chat with this number?
    pub fn knows(&self, chat: u32) -> bool {
        (chat as usize) < self.accounts.len()
    }

    /// Somebody is about to say his next text: which it is, and its words.
    pub fn say(&mut self, chat: u32, writer: Writer, shape: Shape) -> (u8, String) {
        let texts = &mut self.accounts[chat as usize].texts[side(writer)];
        let number = texts.len() as u8;
        texts.push(Text { shape, fate: Fate::UnderWay, heard: 0, is_doubled: false });
        (number, text(chat, writer, number, shape))
    }

    /// The writer of a text heard what became of it.
    pub fn settle(&mut self, chat: u32, writer: Writer, number: u8, fate: Fate) {
        let texts = self.accounts.get_mut(chat as usize).map(|account| &mut account.texts[side(writer)]);
        if let Some(text) = texts.and_then(|texts| texts.get_mut(usize::from(number))) {
            text.fate = fate;
        }
    }

    /// The partner of `writer` heard this in `chat`; `hint` may stand behind it.
    pub fn hear(&mut self, chat: u32, writer: Writer, heard: &str) {
        let mut first = None;
        let mut count = 0;
        for word in words_in(heard) {
            first.get_or_insert(word);
            count += 1;
            self.hear_word(chat, writer, word);
        }
        let Some(first) = first else {
            self.garbled.push(chat);
            return;
        };
        // A text that came whole reads as it was written; its pieces may come apart from each other.
        let texts = self.accounts.get(first.chat as usize).map(|account| &account.texts[side(writer)]);
        if let Some(said) = texts.and_then(|texts| texts.get(usize::from(first.text)))
            && count == usize::from(said.shape.words())
            && !heard.starts_with(&text(first.chat, first.writer, first.text, said.shape))
        {
            self.garbled.push(chat);
        }
    }

    fn hear_word(&mut self, chat: u32, writer: Writer, word: Word) {
        let is_for_him = word.chat == chat && word.writer == writer;
        let texts = &mut self.accounts[chat as usize].texts[side(writer)];
        let text = texts.get_mut(usize::from(word.text)).filter(|text| word.place < text.shape.words());
        match text.filter(|_| is_for_him) {
            Some(text) => {
                text.is_doubled |= text.heard & (1 << word.place) != 0;
                text.heard |= 1 << word.place;
            }
            None => self.misdelivered.push(chat),
        }
    }

    /// How many texts of `writer` his partner has heard to the end.
    pub fn heard_of(&self, chat: u32, writer: Writer) -> usize {
        let texts = &self.accounts[chat as usize].texts[side(writer)];
        texts.iter().filter(|text| text.is_heard()).count()
    }

    /// What the chats are to be.
    pub fn stories(&self) -> &Stories {
        &self.stories
    }
}

fn side(writer: Writer) -> usize {
    usize::from(writer == Writer::SmsUser)
}

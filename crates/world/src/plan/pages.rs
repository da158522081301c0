//! A text outside of any chat: who writes to whom, whether he is registered, and how he takes the answer.

use serde::{Deserialize, Serialize};

use crate::token::{Side, Token};

/// A MESSAGE, and what goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagePlan {
    /// What its tokens carry: unique in a world, chats included.
    pub id: u32,
    /// Who writes.
    pub chat_user: u32,
    /// To whom.
    pub sms_user: u32,
    /// When he registers; he writes a second later.
    pub at_ms: u64,
    /// For how long he registers; not at all: 0.
    #[serde(default)]
    pub registered_s: u32,
    /// Does he go some seconds later?
    #[serde(default)]
    pub deregisters: bool,
    /// Does he want to know whether it was delivered?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// How many characters he writes at least.
    #[serde(default)]
    pub characters: usize,
    /// What the SMS user says to it: so many characters; `None` is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<usize>,
    /// How he takes that.
    #[serde(default)]
    pub reader: Reader,
}

/// How a chat user takes a MESSAGE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// Reads it.
    #[default]
    Prompt,
    /// Refuses it: 486.
    Refusing,
    /// Says nothing.
    Silent,
}

impl PagePlan {
    /// The token of his text.
    pub fn token(&self) -> Token {
        Token { chat: self.id, side: Side::ChatUser, number: 0 }
    }
}

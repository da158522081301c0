//! A chat user's registrations, and what the HSS says of him.

use diameter::sh::ChatInterworking;
use serde::{Deserialize, Serialize};

/// Somebody whom the S-CSCF tells the gateway of (TS 23.204 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriberPlan {
    /// Who.
    pub chat_user: u32,
    /// When he registers.
    pub registers_ms: u64,
    /// For how long, each time.
    pub life_s: u32,
    /// How often he registers again, each time when half of that is over.
    #[serde(default)]
    pub refreshes: u32,
    /// When he goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_ms: Option<u64>,
    /// May he chat?
    pub is_authorised: bool,
    /// Is nobody asked whom he invites?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_accept: Option<bool>,
    /// What he does when he is called back into a chat.
    #[serde(default)]
    pub when_called: Callee,
    /// When it becomes the other way round whether he may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_ms: Option<u64>,
}

/// What somebody does who is called back into a chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Callee {
    /// Is not there: 480.
    #[default]
    Away,
    /// Has no time: 486.
    Busy,
    /// Does not want to: 603.
    Unwilling,
    /// Lets it ring.
    Ringing,
    /// Says nothing.
    Silent,
    /// Comes.
    Coming,
}

impl SubscriberPlan {
    /// Somebody who registers once, for so long, and may chat.
    pub fn welcome(chat_user: u32, registers_ms: u64, life_s: u32) -> Self {
        SubscriberPlan {
            chat_user,
            registers_ms,
            life_s,
            refreshes: 0,
            leaves_ms: None,
            is_authorised: true,
            auto_accept: None,
            when_called: Callee::Away,
            changes_ms: None,
        }
    }

    /// What the HSS says of him, before or after the change.
    pub fn settings(&self, is_changed: bool) -> ChatInterworking {
        ChatInterworking {
            is_authorised: self.is_authorised != is_changed,
            auto_accept: self.auto_accept,
            may_hide: None,
            language: None,
            preferred: None,
        }
    }
}

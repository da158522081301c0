//! What became of a chat.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What the chat user saw.
#[derive(Clone, Default)]
pub struct ChatRecord {
    /// [`super::ChatScript::name`].
    pub name: String,
    /// All statuses of the invitation, in their order.
    pub statuses: Vec<u16>,
    /// The texts that he sent, and what else.
    pub sent: Vec<SentText>,
    /// The texts that he got.
    pub received: Vec<String>,
    /// Who left first.
    pub ended_by: Option<EndedBy>,
    /// Why the script could not go on.
    pub failure: Option<Failure>,
    /// Did all steps happen?
    pub is_complete: bool,
}

/// A text of his.
#[derive(Clone)]
pub struct SentText {
    /// The text.
    pub text: String,
    /// The MSRP status that answered it.
    pub status: Option<u16>,
}

/// Who left first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The chat user.
    ChatUser,
    /// The other side.
    Gateway,
}

/// Where a script got stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step, counted from 0.
    pub step: usize,
    /// Why.
    pub why: Why,
}

/// Why a script got stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Something else happened than what was expected.
    Unexpected,
    /// Nothing happened for too long.
    NoPatience,
    /// The step makes no sense here: the chat is over, or has not begun.
    OutOfPlace,
    /// A SIP request was never answered.
    NoAnswer,
    /// The MSRP session cannot be opened.
    NoMedia,
}

impl ChatRecord {
    /// The final status of the invitation.
    pub fn final_status(&self) -> Option<u16> {
        self.statuses.iter().copied().find(|status| *status >= 200)
    }

    /// The texts of his that were answered 200.
    pub fn acknowledged(&self) -> impl Iterator<Item = &str> {
        self.sent.iter().filter(|sent| sent.status == Some(200)).map(|sent| sent.text.as_str())
    }

    /// Is there nothing more to wait for?
    pub fn is_done(&self) -> bool {
        self.is_complete || self.failure.is_some()
    }

    /// Did everything happen as the script has it, and was every text acknowledged?
    pub fn is_as_scripted(&self) -> bool {
        self.is_complete && self.sent.len() == self.acknowledged().count()
    }
}

/// Texts do not print.
impl fmt::Debug for ChatRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRecord")
            .field("name", &self.name)
            .field("statuses", &self.statuses)
            .field("sent", &self.sent)
            .field("received", &self.received.len())
            .field("ended_by", &self.ended_by)
            .field("failure", &self.failure)
            .field("is_complete", &self.is_complete)
            .finish()
    }
}

/// Texts do not print.
impl fmt::Debug for SentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentText({:?})", self.status)
    }
}

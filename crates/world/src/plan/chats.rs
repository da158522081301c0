//! One chat of a plan: who with whom, what is said, how it ends.
//!
//! Every text carries a token, so that whoever sees it knows whose it is: chat, side, number.

use actors::{ChatScript, Enclosure, Reliability, Step};
use serde::{Deserialize, Serialize};
use tempo::Duration;

use super::people::{chat_user, sms_user};
use super::session::SessionPlan;
use crate::token::{Side, Token};

/// A chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatPlan {
    /// What its tokens carry: unique in a world, and kept when others are left out.
    pub id: u32,
    /// Who invites.
    pub chat_user: u32,
    /// Who is invited.
    pub sms_user: u32,
    /// When.
    pub begins_ms: u64,
    /// Does he hide?
    #[serde(default)]
    pub hides: bool,
    /// What his client says of reliable provisional answers.
    #[serde(default, skip_serializing_if = "Ringing::is_plain")]
    pub ringing: Ringing,
    /// And what it does for its session; `None` when it knows no session timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionPlan>,
    /// What the SMS user says to it.
    pub answer: Answer,
    /// And how long he thinks.
    pub thinks_ms: u64,
    /// What the chat user says, and what the SMS user says to that.
    #[serde(default)]
    pub says: Vec<Say>,
    /// How it ends.
    pub end: End,
}

/// What a client says of reliable provisional answers (RFC 3262).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ringing {
    /// Nothing.
    #[default]
    Plain,
    /// That it knows them.
    Offered,
    /// That it wants them.
    Demanded,
    /// The same, and it never says PRACK.
    Forgotten,
}

impl Ringing {
    /// Is it nothing?
    pub fn is_plain(&self) -> bool {
        *self == Ringing::Plain
    }

    fn reliability(self) -> Reliability {
        match self {
            Ringing::Plain => Reliability::Unknown,
            Ringing::Offered => Reliability::Offered,
            Ringing::Demanded => Reliability::Demanded,
            Ringing::Forgotten => Reliability::Forgotten,
        }
    }
}

/// What an SMS user says to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Nothing.
    Nothing,
    /// First something that nobody understands, then yes.
    Nonsense,
    /// That he leaves, before he has come.
    Stop,
}

/// A text of the chat user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// How long he waits before it.
    pub after_ms: u64,
    /// Does he want to know whether it was delivered?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// Does he send it once more, as the same message?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Is it a text?
    #[serde(default, skip_serializing_if = "Content::is_text")]
    pub content: Content,
    /// How many characters at least.
    #[serde(default)]
    pub characters: usize,
    /// What the SMS user says to it: so many characters; `None` is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<usize>,
}

impl Say {
    /// A short text with a short answer.
    pub const ANSWERED: Say = Say {
        after_ms: 500,
        asks: false,
        again: false,
        content: Content::Text,
        characters: 0,
        reply: Some(0),
    };
}

/// What a chat user sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A text, in CPIM.
    #[default]
    Text,
    /// A picture, in CPIM.
    Picture,
    /// A picture as it is.
    BarePicture,
    /// That he is writing.
    Composing,
}

impl Content {
    /// Is it a text?
    pub fn is_text(&self) -> bool {
        *self == Content::Text
    }
}

/// How a chat ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The chat user takes his invitation back.
    Cancel,
    /// The chat user leaves.
    ChatUser,
    /// The SMS user says STOP to the last text.
    SmsUser,
    /// By silence.
    Silence,
    /// The chat user's client closes it, as nobody uses it; the SMS user writes once more.
    Closed,
}

impl ChatPlan {
    /// What the chat user does.
    pub fn script(&self) -> ChatScript {
        let mut script = ChatScript::new(&format!("chat {}", self.id), chat_user(self.chat_user))
            .shown_as(&self.token(Side::Invitation, NAME).to_string())
            .about(&self.token(Side::Invitation, TOPIC).to_string())
            .with_reliability(self.ringing.reliability())
            .with_session(self.session.map(|session| session.habit()))
            .patient_for(PATIENCE)
            .then(Step::Wait(Duration::from_millis(self.begins_ms)))
            .then(Step::Invite(sms_user(self.sms_user)));
        if self.hides {
            script = script.hidden();
        }
        if self.end == End::Cancel {
            return script.then(Step::Wait(Duration::from_millis(self.thinks_ms))).then(Step::Cancel);
        }
        script = script.then(Step::ExpectStatus(200));
        for (place, say) in self.says.iter().enumerate() {
            let text = self.token(Side::ChatUser, place as u32).text(say.characters);
            let other = |content_type: &str, is_wrapped, body: &str| {
                Step::Send(Enclosure {
                    content_type: content_type.into(),
                    is_wrapped,
                    body: body.as_bytes().into(),
                    told_as: None,
                })
            };
            let step = match say.content {
                Content::Text if say.asks => {
                    Step::Send(Enclosure::text(&text).told_as(told_as(self.id, place as u32)))
                }
                Content::Text => Step::SendText(text),
                Content::Picture => other("image/png", true, &text),
                Content::BarePicture => other("image/png", false, &text),
                Content::Composing => other("application/im-iscomposing+xml", true, COMPOSING),
            };
            script = script.then(Step::Wait(Duration::from_millis(say.after_ms))).then(step);
            if say.again {
                script = script.then(Step::SendAgain);
            }
        }
        match self.end {
            End::ChatUser => script.then(Step::Wait(Duration::from_secs(5))).then(Step::Bye),
            End::Closed => script.then(Step::Wait(Duration::from_secs(5))).then(Step::Close),
            // Long enough for a session that nobody refreshes any more.
            End::Silence if self.session.is_some() => script.then(Step::Wait(SILENCE)).then(Step::ExpectBye),
            _ => script.then(Step::ExpectBye),
        }
    }

    /// A token of it.
    pub fn token(&self, side: Side, number: u32) -> Token {
        Token { chat: self.id, side, number }
    }
}

/// The IMDN Message-ID of a text.
pub fn told_as(chat: u32, number: u32) -> String {
    format!("imdn-{chat}-{number}")
}

/// Which text has this IMDN Message-ID.
pub fn text_told_as(imdn_message_id: &[u8]) -> Option<Token> {
    let (chat, number) = std::str::from_utf8(imdn_message_id).ok()?.strip_prefix("imdn-")?.split_once('-')?;
    Some(Token { chat: chat.parse().ok()?, side: Side::ChatUser, number: number.parse().ok()? })
}

/// RFC 3994 3.
const COMPOSING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state></isComposing>";
/// The number of the token of an SMS user who writes once more.
pub const ONCE_MORE: u32 = 1000;
/// The number of the token that is the name of a chat user.
pub const NAME: u32 = 0;
/// And of the one that is the topic of his invitation.
pub const TOPIC: u32 = 1;
/// How long somebody says nothing, before he waits for the end of the chat.
const SILENCE: Duration = Duration::from_secs(70);
/// How long a chat user waits for anything.
pub const PATIENCE: Duration = Duration::from_secs(40);

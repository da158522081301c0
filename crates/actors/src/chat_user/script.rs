//! What a chat user does in one chat, as data.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use octets::Digits;

use super::session::SessionHabit;

/// One chat from its invitation to its end.
#[derive(Clone)]
pub struct ChatScript {
    /// What the test calls it.
    pub name: String,
    /// Who invites.
    pub caller: Caller,
    /// What happens, one after the other.
    pub steps: Vec<Step>,
    /// How long a step waits for the other side.
    pub patience: Duration,
}

/// Who invites.
#[derive(Clone)]
pub struct Caller {
    /// His own number.
    pub number: Digits,
    /// His name, if he shows one.
    pub display: Option<String>,
    /// What he wants to talk about, if he says so.
    pub topic: Option<String>,
    /// Does he hide both (`Privacy: id`)?
    pub is_private: bool,
    /// What his client says of reliable provisional answers.
    pub reliability: Reliability,
    /// What it does for its session; `None` when it knows no session timer.
    pub session: Option<SessionHabit>,
}

/// What a client says of reliable provisional answers (RFC 3262), and whether it keeps to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reliability {
    /// Nothing.
    #[default]
    Unknown,
    /// That it knows them: `Supported: 100rel`.
    Offered,
    /// That it wants them: `Require: 100rel`.
    Demanded,
    /// The same; but it never says PRACK.
    Forgotten,
}

/// One thing that he does, or waits for.
#[derive(Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing, for a while.
    Wait(Duration),
    /// Invites this number; once in a chat.
    Invite(Digits),
    /// Waits for this status of the invitation; earlier provisional ones are passed over, another final one is a failure.
    ExpectStatus(u16),
    /// Takes the invitation back, as soon as that is allowed.
    Cancel,
    /// Sends a text and waits for its MSRP response, whatever it says.
    SendText(String),
    /// Sends this, and waits for its MSRP response, whatever it says.
    Send(Enclosure),
    /// Sends what he has sent last once more, as the same message (RFC 4975 5.3: one Message-ID), and waits for its response.
    SendAgain,
    /// Waits for the next text, which must be this one.
    ExpectText(String),
    /// Waits for the next text, whichever it is.
    ExpectAnyText,
    /// Leaves, and waits for the answer.
    Bye,
    /// His client closes the chat as nobody uses it (OMA CPM), and waits for the answer.
    Close,
    /// Waits for the other side to leave.
    ExpectBye,
}

/// Something to send.
#[derive(Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// What it is.
    pub content_type: String,
    /// Does it go inside a CPIM message?
    pub is_wrapped: bool,
    /// What stands in it.
    pub body: Vec<u8>,
    /// The IMDN Message-ID under which he wants to be told whether it was delivered, by notification (RFC 5438) and by REPORT of
    /// success (RFC 4975 7.1.2).
    pub told_as: Option<String>,
}

impl Enclosure {
    /// A text, as clients send it.
    pub fn text(text: &str) -> Self {
        Enclosure { content_type: TEXT.into(), is_wrapped: true, body: text.into(), told_as: None }
    }

    /// The sender wants to be told whether it was delivered, under this name.
    #[must_use]
    pub fn told_as(mut self, imdn_message_id: String) -> Self {
        self.told_as = Some(imdn_message_id);
        self
    }
}

impl ChatScript {
    /// A chat of `number`, who shows himself, with nothing in it yet.
    pub fn new(name: &str, number: Digits) -> Self {
        let caller = Caller {
            number,
            display: None,
            topic: None,
            is_private: false,
            reliability: Reliability::Unknown,
            session: None,
        };
        ChatScript { name: name.into(), caller, steps: Vec::new(), patience: PATIENCE }
    }

    /// With one more step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// With this name shown.
    #[must_use]
    pub fn shown_as(mut self, display: &str) -> Self {
        self.caller.display = Some(display.into());
        self
    }

    /// With this topic.
    #[must_use]
    pub fn about(mut self, topic: &str) -> Self {
        self.caller.topic = Some(topic.into());
        self
    }

    /// With name and number hidden.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.caller.is_private = true;
        self
    }

    /// With a client that says this of reliable provisional answers.
    #[must_use]
    pub fn with_reliability(mut self, reliability: Reliability) -> Self {
        self.caller.reliability = reliability;
        self
    }

    /// With a client that does this for its session.
    #[must_use]
    pub fn with_session(mut self, session: Option<SessionHabit>) -> Self {
        self.caller.session = session;
        self
    }

    /// With another patience.
    #[must_use]
    pub fn patient_for(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// Texts and numbers do not print.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Wait(pause) => write!(f, "Wait({pause:?})"),
            Step::Invite(number) => write!(f, "Invite({number:?})"),
            Step::ExpectStatus(status) => write!(f, "ExpectStatus({status})"),
            Step::Cancel => f.write_str("Cancel"),
            Step::SendText(text) => write!(f, "SendText({} octets)", text.len()),
            Step::Send(this) => write!(f, "Send({}, {} octets)", this.content_type, this.body.len()),
            Step::ExpectText(text) => write!(f, "ExpectText({} octets)", text.len()),
            Step::ExpectAnyText => f.write_str("ExpectAnyText"),
            Step::SendAgain => f.write_str("SendAgain"),
            Step::Close => f.write_str("Close"),
            Step::Bye => f.write_str("Bye"),
            Step::ExpectBye => f.write_str("ExpectBye"),
        }
    }
}

/// Names and numbers do not print.
impl fmt::Debug for ChatScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChatScript({}, {:?})", self.name, self.steps)
    }
}

const TEXT: &str = "text/plain;charset=UTF-8";
/// An SMS user takes his time.
const PATIENCE: Duration = Duration::from_secs(60);

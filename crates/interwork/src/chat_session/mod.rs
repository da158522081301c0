//! One chat between a chat user and an SMS user, from the invitation to the last word.
//!
//! TS 23.204 6.15.1 (invitation, messages), 6.16.1 (the chat user ends it), 6.17 (the SMS user ends it).
//!
//! Refuses: to know how a message is carried, who owns a timer, where a text is stored.
//! In: `Event`. Out: `Action`, in the order in which they must be done.

mod machine;
#[cfg(test)]
mod tests;

use sip::StatusCode;
use tempo::Duration;
use visits::Machine;

use crate::{Reply, SmFailure, SmOutcome};

/// One chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChatSession {
    stage: Stage,
    asks_first: bool,
    was_hinted: bool,
}

/// How far a chat has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The invitation is on its way to the SMS centre.
    Inviting,
    /// The SMS centre has the invitation; the SMS user has not answered.
    Invited,
    /// The chat user is called back into it, and has not answered.
    Recalling,
    /// The SMS user has said yes; the chat user is not connected, not yet or not any more.
    Accepted,
    /// Both can talk.
    Active,
    /// We have said goodbye to the chat user, who has not answered yet.
    Leaving,
    /// Over.
    Ended,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// An INVITE was let in and has a number.
    Begin,
    /// The SMS centre has taken every segment of the invitation.
    InvitationSubmitted,
    /// The SMS side has refused the invitation.
    InvitationRefused(SmFailure),
    /// An SM from the SMS user, and what its words mean at this stage.
    Sm(Reply),
    /// The chat user has said something.
    Spoken,
    /// The chat user has accepted our INVITE.
    Recalled,
    /// He has not, or his client cannot; this is what it means for what the SMS user has said.
    NotRecalled(SmOutcome),
    /// CANCEL; the INVITE has its 487 already.
    Withdrawn,
    /// The 2xx was never acknowledged.
    Unconfirmed,
    /// The chat user's MSRP connection is bound to the session.
    Connected,
    /// That connection is gone.
    Disconnected,
    /// BYE from the chat user; it has its 200 already.
    PeerLeft,
    /// Our BYE was answered, or never will be.
    Parted,
    /// A timer of the session has run out.
    Due(Timer),
    /// It ends though neither of the two has ended it.
    Stop(Goodbye),
}

/// A timer of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The SMS user's time to think.
    Answer,
    /// The next repetition of the provisional answer.
    Refresh,
    /// The chat user's time to connect.
    Connect,
    /// The longest silence.
    Idle,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Submit the invitation.
    Invite,
    /// Tell the chat user that the SMS user has been asked (180).
    Ring,
    /// Accept the INVITE.
    Accept,
    /// Refuse the INVITE.
    Refuse(StatusCode),
    /// Tell the SMS user once more how to answer.
    Hint,
    /// Tell the SMS user that this answer of his was understood.
    Confirm(Reply),
    /// Tell the SMS user that the invitation is withdrawn.
    Withdraw,
    /// Tell the SMS user that the chat has ended.
    Notice,
    /// The SM was for us: acknowledge it.
    Take,
    /// The SM is chat text: hand it to the chat user, whose answer acknowledges it.
    Forward,
    /// The SM is chat text, but the chat user is not connected yet: keep it unacknowledged.
    Hold,
    /// The SM has no place here.
    Decline(SmOutcome),
    /// Each SM that was kept hears this.
    GiveBack(SmOutcome),
    /// End the SIP dialog, or what would become one; the reason is for the chat user.
    Bye(Goodbye),
    /// Start or move a timer.
    Arm(Timer, Duration),
    /// Stop a timer.
    Disarm(Timer),
    /// Give back the number and forget the session.
    End,
}

/// Why we end a dialog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goodbye {
    /// The SMS user has left: `SIP;cause=200;text="Call completed"`.
    UserLeft,
    /// The chat user's connection never came or was lost: `SIP;cause=480;text="Bearer unavailable"`.
    BearerLost,
    /// Nobody has said anything for too long.
    Silence,
    /// The gateway is going out of service.
    Service,
    /// The chat user is registered no more.
    Unregistered,
    /// The chat user may chat no more.
    NotAuthorised,
    /// The SMS side says again and again that the SMS user cannot get messages.
    Unreachable,
    /// The operator has said so.
    Operator,
}

impl ChatSession {
    /// A session before its first event. `asks_first`: is the SMS user asked before the INVITE is accepted (TS 23.204 6.15.1
    /// NOTE 2)?
    pub fn new(asks_first: bool) -> Self {
        ChatSession { stage: Stage::Inviting, asks_first, was_hinted: false }
    }

    /// A session that the chat user is called back into.
    pub fn recalling() -> Self {
        ChatSession { stage: Stage::Recalling, asks_first: false, was_hinted: true }
    }

    /// How far it has come.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Has its goodbye been said?
    pub fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Leaving | Stage::Ended)
    }

    /// Is the invitation still open?
    pub fn is_inviting(&self) -> bool {
        matches!(self.stage, Stage::Inviting | Stage::Invited)
    }

    /// Is the SMS user's answer outstanding, so that words are read as one? Where nobody is asked they are words in a chat.
    pub fn awaits_answer(&self) -> bool {
        self.asks_first && self.is_inviting()
    }
}

/// The machine of a chat.
pub static MACHINES: [&Machine; 1] = [&machine::VISITS];

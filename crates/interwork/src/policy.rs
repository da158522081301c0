//! What the operator decides where the standards leave it open; each value is a configuration key.

use alloc::boxed::Box;

use octets::Digits;
use sip::StatusCode;
use tempo::Duration;

use crate::{Access, Barring, Languages, Msisdn, MsisdnPool, Rate, Vocabulary, Wording};

/// Everything an operator may decide about chats.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Who may use the interworking.
    pub access: Access,
    /// Who may not, and who may not be reached.
    pub barring: Barring,
    /// How many chats one chat user may begin; without a limit when there is none.
    pub invitation_rate: Option<Rate>,
    /// How many messages he may send in one chat.
    pub message_rate: Option<Rate>,
    /// Ask the SMS user before the chat is accepted (TS 23.204 6.15.1 NOTE 2), or accept at once.
    pub ask_first: bool,
    /// How long the SMS user may think about the invitation.
    pub answer_timer: Duration,
    /// How often a provisional answer is repeated meanwhile (RFC 3261 13.3.1.1: every minute).
    pub refresh_timer: Duration,
    /// How long a chat may be silent.
    pub idle_timer: Duration,
    /// How long the chat user may take to connect after the answer.
    pub connect_timer: Duration,
    /// How long the SMS side may take to accept a chat message; below MSRP's 30 s.
    pub submit_guard: Duration,
    /// How long the chat user's side may take to accept an SM; below the patience of an SMS centre.
    pub forward_guard: Duration,
    /// How long a long text may wait for its next segment.
    pub concat_timer: Duration,
    /// How long a number stays away from strangers after a chat.
    pub rest: Duration,
    /// Final answer when the SMS user says nothing.
    pub no_answer_status: StatusCode,
    /// Final answer when the SMS user says no.
    pub reject_status: StatusCode,
    /// What a reply means that is neither yes nor no.
    pub unknown_reply: UnknownReply,
    /// May a chat user hide?
    pub anonymity: Anonymity,
    /// Final answer to one who may not: 433, or 403 with its Warning.
    pub anonymity_status: StatusCode,
    /// Which number stands for a session.
    pub number_source: NumberSource,
    /// The numbers that may be lent.
    pub pool: MsisdnPool,
    /// Tell the SMS user that his yes or no was understood.
    pub tell_answer: bool,
    /// Tell the SMS user when the chat user ends the chat.
    pub tell_at_bye: bool,
    /// End the chats of a chat user who is registered no more; else they end by silence.
    pub end_at_deregistration: bool,
    /// Tell the SMS user when the invitation is withdrawn before he has answered.
    pub tell_at_cancel: bool,
    /// Tell the SMS user, once in a chat, that the chat user has sent something that is no text.
    pub tell_unsupported: bool,
    /// So many messages that the SMS side refuses for good, one after the other, end a chat; 0: none do.
    pub refusals_max: u8,
    /// Tell an SMS user who writes after the end of a chat that it is over, once a day; his words are not kept.
    pub tell_late: bool,
    /// What becomes of a short message to a chat user's own number from somebody with whom he has no chat.
    pub without_chat: WithoutChat,
    /// Which messages end with a word on how to leave.
    pub leave_hint: LeaveHint,
    /// Ask for status reports of messages whose senders want to know (TS 23.204 6.18). Without them what the service centre
    /// has taken counts as delivered.
    pub status_reports: bool,
    /// Chats that one SMS user may have at the same time; a further invitation is refused with 486.
    pub chats_per_sms_user_max: usize,
    /// How long after a chat whose end the chat user has not wished (his client closed it idle, his connection was lost) a short
    /// message calls him back into it; none does when it is nothing.
    pub recall: Duration,
    /// Call a chat user back, likewise, when the SMS user says yes after the time to think was over.
    pub call_back: bool,
    /// Tell a chat user by MESSAGE what became of a message whose chat is over.
    pub late_reports: bool,
    /// Segments of one text at most; a longer one is refused with 413.
    pub segments_max: u8,
    /// Longest chat message in octets (`a=max-size`).
    pub message_octets_max: usize,
    /// Validity of a chat message at the SMS centre.
    pub message_validity: Duration,
    /// Service centre that messages are submitted to.
    pub service_centre: Digits,
    /// Where a message goes when that one does not know us or has too much to do, in this order.
    pub other_service_centres: Box<[Digits]>,
    /// Our own number as a network entity: what an SMS-GMSC is told in the answer to its routing query.
    pub own_number: Msisdn,
    /// MCC and MNC that MT-Correlation-IDs begin with.
    pub network: Digits,
    /// How long an MT-Correlation-ID waits for its Forward SM.
    pub correlation_life: Duration,
    /// The operator's texts, in the default language.
    pub wording: Wording,
    /// The SMS user's words in it.
    pub vocabulary: Vocabulary,
    /// The other languages.
    pub languages: Languages,
}

/// What a reply means that is neither yes nor no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnknownReply {
    /// TS 23.204 to the letter: what is not positive rejects.
    Reject,
    /// Say once more how to answer, then wait for the timer.
    Hint,
}

/// May a chat user hide?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anonymity {
    /// Yes: nothing of the chat user reaches the SMS user, the number least of all.
    Allowed,
    /// No: such an invitation is refused.
    Prohibited,
}

/// Which number stands for a session (TS 23.204 6.16.1 NOTE 1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberSource {
    /// The chat user's own.
    Own,
    /// One on loan from the pool.
    Pool,
}

/// What becomes of a short message to a chat user's own number from somebody with whom he has no chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WithoutChat {
    /// While he is registered it goes to him as a MESSAGE (TS 23.204 6.14).
    Message,
    /// It is refused: nobody is there.
    Refuse,
}

/// Which messages end with a word on how to leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeaveHint {
    /// None.
    Never,
    /// The first of each chat.
    First,
    /// All.
    Every,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The defaults of the product, for tests of what is decided by them.
    pub(crate) fn policy() -> Policy {
        let number = |text: &[u8]| Digits::from_ascii(text).expect("a number of the test");
        Policy {
            access: Access::Anyone,
            barring: Barring::none(),
            invitation_rate: Rate::new(10, Duration::from_secs(3600)),
            message_rate: Rate::new(30, Duration::from_secs(60)),
            ask_first: true,
            answer_timer: Duration::from_secs(600),
            refresh_timer: Duration::from_secs(60),
            idle_timer: Duration::from_secs(86_400),
            connect_timer: Duration::from_secs(30),
            submit_guard: Duration::from_secs(25),
            forward_guard: Duration::from_secs(20),
            concat_timer: Duration::from_secs(120),
            rest: Duration::from_secs(604_800),
            no_answer_status: StatusCode::TEMPORARILY_UNAVAILABLE,
            reject_status: StatusCode::DECLINE,
            unknown_reply: UnknownReply::Hint,
            anonymity: Anonymity::Allowed,
            anonymity_status: StatusCode::ANONYMITY_DISALLOWED,
            number_source: NumberSource::Own,
            pool: MsisdnPool::default(),
            tell_answer: false,
            tell_at_bye: true,
            end_at_deregistration: true,
            tell_at_cancel: false,
            tell_unsupported: false,
            refusals_max: 3,
            tell_late: false,
            without_chat: WithoutChat::Message,
            leave_hint: LeaveHint::First,
            status_reports: true,
            chats_per_sms_user_max: 8,
            recall: Duration::from_secs(86_400),
            call_back: false,
            late_reports: true,
            segments_max: 10,
            message_octets_max: 10_000,
            message_validity: Duration::from_secs(86_400),
            service_centre: number(b"447700900005"),
            other_service_centres: Box::default(),
            own_number: Msisdn(number(b"447700900006")),
            network: number(b"26299"),
            correlation_life: Duration::from_secs(60),
            wording: crate::wording::tests::english(),
            vocabulary: Vocabulary::new(["YES"], ["NO"], ["STOP"]),
            languages: Languages::new(None, [], []),
        }
    }
}

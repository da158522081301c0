//! How a failure on one side is told to the other: the SMS side's words into SIP and MSRP, MSRP's into SMS.

use msrp::Status;
use sip::StatusCode;

/// Why the SMS side did not take a message, in one vocabulary for every access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmFailure {
    /// Nobody has that number.
    UnknownSubscriber,
    /// The operator or the user bars it.
    Barred,
    /// Short messages are not part of the subscription.
    NotProvisioned,
    /// The user, or the equipment, is not allowed or not able.
    Unable,
    /// Not reachable now.
    Absent,
    /// Busy with another message.
    Busy,
    /// No room left in the phone.
    MemoryFull,
    /// The service centre does not know us, or has too much to do.
    ServiceCentre,
    /// The address makes no sense to the service centre.
    InvalidAddress,
    /// Something broke on the way.
    System,
    /// No answer in time, or no way there.
    Unreachable,
}

impl SmFailure {
    /// From an Experimental-Result of TS 29.338 and its SM-Delivery-Failure-Cause (interworking 2.7).
    pub fn from_experimental(code: u32, cause: Option<u32>) -> Self {
        match (code, cause) {
            (5001, _) => Self::UnknownSubscriber,
            (5550, _) => Self::Absent,
            (5551, _) => Self::Busy,
            (5552..=5554, _) => Self::Unable,
            (5555, Some(0)) => Self::MemoryFull,
            (5555, Some(3 | 4)) => Self::ServiceCentre,
            (5555, Some(5)) => Self::InvalidAddress,
            (5555, _) => Self::Unable,
            (5556, _) => Self::NotProvisioned,
            (5557, _) => Self::Barred,
            _ => Self::System,
        }
    }

    /// From a TP-Failure-Cause of TS 23.040 9.2.3.22; `None` when it says no more than the error that carried it.
    pub fn from_tp_fcs(cause: u8) -> Option<Self> {
        match cause {
            0xC0 => Some(Self::Busy),
            0xC1 => Some(Self::NotProvisioned),
            0xC2 => Some(Self::System),
            0xC3 => Some(Self::InvalidAddress),
            0xC4 => Some(Self::Barred),
            _ => None,
        }
    }

    /// Is it the way that failed, so that the same message may arrive by another, or a little later?
    pub fn is_of_the_way(self) -> bool {
        matches!(self, Self::Unreachable | Self::System)
    }

    /// Is it this service centre, so that another one may take the same message?
    pub fn is_of_the_centre(self) -> bool {
        self == Self::ServiceCentre
    }

    /// Is it the SMS user, who may be able to take the same message a little later?
    pub fn is_of_the_moment(self) -> bool {
        matches!(self, Self::Absent | Self::Busy | Self::MemoryFull)
    }

    /// Will the same always be said of the next message, too?
    pub fn is_for_good(self) -> bool {
        matches!(
            self,
            Self::UnknownSubscriber
                | Self::Barred
                | Self::NotProvisioned
                | Self::Unable
                | Self::InvalidAddress
        )
    }

    /// From a Result-Code of RFC 6733 other than success.
    pub fn from_result(code: u32) -> Self {
        match code {
            3002 | 3004 => Self::Unreachable,
            5003 => Self::Barred,
            _ => Self::System,
        }
    }
}

/// The final answer to an INVITE whose invitation the SMS side refused.
pub fn invitation_status(failure: SmFailure) -> StatusCode {
    // interworking 2.7 rows 2, 3, 4, 8, 9, 10 and 12 invitation.
    match failure {
        SmFailure::UnknownSubscriber | SmFailure::InvalidAddress => StatusCode::NOT_FOUND,
        SmFailure::Barred | SmFailure::NotProvisioned => StatusCode::FORBIDDEN,
        _ => StatusCode::TEMPORARILY_UNAVAILABLE,
    }
}

/// The answer to an MSRP SEND whose text the SMS side refused.
pub fn message_status(failure: SmFailure) -> Status {
    // interworking 2.7 rows 2, 3, 4, 8, 9, 10 and 12 chat.
    match failure {
        SmFailure::Barred
        | SmFailure::NotProvisioned
        | SmFailure::UnknownSubscriber
        | SmFailure::InvalidAddress => Status::FORBIDDEN,
        _ => Status::TIMEOUT,
    }
}

/// What the final answer to a MESSAGE that carries an SM means for that SM.
pub fn outcome_of_page(status: StatusCode) -> SmOutcome {
    match status.code() {
        200..=299 => SmOutcome::Taken,
        // Nobody is there, here or anywhere.
        404 | 410 | 484 | 604 => SmOutcome::NoSession,
        // He does not want it, or his device cannot show it, or what we write is not understood: no better the next time.
        400 | 403 | 405 | 406 | 413..=416 | 420 | 421 | 433 | 488 | 493 | 501 | 505 | 513 | 603 | 606 => {
            SmOutcome::Never
        }
        // Away, busy, overloaded, silent, or a matter of our network.
        _ => SmOutcome::NotNow,
    }
}

/// What the final answer to an INVITE that calls a chat user back means for the SM that waits for it (interworking 11 row 28).
pub fn outcome_of_recall(status: StatusCode) -> SmOutcome {
    match outcome_of_page(status) {
        // Not this chat, which is over then; the words themselves may still reach him another way.
        SmOutcome::Never => SmOutcome::NoSession,
        outcome => outcome,
    }
}

/// What becomes of an SM that arrived for us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmOutcome {
    /// The chat user has it, or it was meant for us.
    Taken,
    /// Not now: the SMS centre, whose job it is, keeps it and tries again.
    NotNow,
    /// Never: it cannot be shown in a chat.
    Never,
    /// There is no chat (any more) that it belongs to.
    NoSession,
}

/// What an MSRP peer's answer means for the SM that it answers.
pub fn outcome_of_chat(status: Status) -> SmOutcome {
    match status {
        Status::OK => SmOutcome::Taken,
        Status::NO_SUCH_SESSION | Status::TIMEOUT | Status::BOUND_ELSEWHERE => SmOutcome::NotNow,
        _ => SmOutcome::Never,
    }
}

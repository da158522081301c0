//! What a session timer hears and what it wants (RFC 4028 7 and 10).

use tempo::Instant;

use super::{SessionPolicy, Terms, terms};
use crate::wire::{HeaderName, MessageView, RetryAfter, SessionExpires, StatusCode};

/// What a refresh of ours was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// 2xx, and what it says; `None` when the timer is off from now on.
    Agreed(Option<Terms>),
    /// Any other final response.
    Refused(RefreshRefusal),
}

/// A refused refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshRefusal {
    /// The status; 408 also when nobody answered (RFC 3261 8.1.3.1).
    pub status: StatusCode,
    /// Min-SE of a 422.
    pub min_se_s: Option<u32>,
    /// Retry-After.
    pub retry_after_s: Option<u32>,
}

impl Answered {
    /// Reads the final response to a refresh of ours.
    pub fn of(response: &MessageView<'_>, policy: &SessionPolicy) -> Answered {
        match response.status() {
            Some(status) if status.is_success() => Answered::Agreed(policy.answered(response)),
            status => Answered::Refused(RefreshRefusal {
                status: status.unwrap_or(StatusCode::REQUEST_TIMEOUT),
                min_se_s: terms::min_se_s(response),
                retry_after_s: RetryAfter::of(response).map(|retry| retry.seconds),
            }),
        }
    }

    /// Nobody answered.
    pub fn timed_out() -> Answered {
        let status = StatusCode::REQUEST_TIMEOUT;
        Answered::Refused(RefreshRefusal { status, min_se_s: None, retry_after_s: None })
    }
}

/// What happens to a session timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionTimerEvent {
    /// We answered an INVITE or UPDATE of theirs 2xx; `None` when without Session-Expires.
    Refreshed(Option<Terms>),
    /// A refresh of ours was answered. `random` spreads the next attempt after a 491.
    RefreshAnswered {
        /// What came back.
        answered: Answered,
        /// Any random bits.
        random: u32,
    },
    /// The alarm rang.
    Timer,
}

/// How a session is refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefreshMethod {
    /// UPDATE: it needs no offer and no ACK (RFC 4028 7.4).
    Update,
    /// INVITE with the present offer, for peers that do not know UPDATE.
    ReInvite,
}

/// What a refresh says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRefresh {
    /// Which request.
    pub method: RefreshMethod,
    /// Its Session-Expires.
    pub session_expires: SessionExpires,
    /// Its Min-SE.
    pub min_se_s: u32,
}

/// What a session timer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionTimerAction {
    /// Write the refresh, with `Supported: timer`.
    SendRefresh(SessionRefresh),
    /// Set the alarm; there is one.
    Arm(Instant),
    /// Clear the alarm.
    Disarm,
    /// Nobody refreshed in time: send BYE.
    Expired,
    /// The peer does not know the dialog any more (481), or is not there (408): send BYE, expect no answer
    /// (RFC 3261 12.2.1.2).
    DialogDead,
}

/// What is known of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialogPeer {
    /// Its Allow lists UPDATE.
    pub allows_update: bool,
    /// We sent the INVITE that made the dialog, so its Call-ID is ours: after a 491 the owner waits longer.
    pub call_id_is_ours: bool,
}

impl DialogPeer {
    /// From the INVITE, or from the 2xx, that made the dialog.
    pub fn of(message: &MessageView<'_>) -> DialogPeer {
        DialogPeer {
            allows_update: message.lists(HeaderName::Allow, b"UPDATE"),
            call_id_is_ours: !message.is_request(),
        }
    }
}

impl RefreshRefusal {
    /// Is the dialog gone with it (RFC 4028 10, RFC 3261 12.2.1.2)?
    pub(super) fn is_fatal(self) -> bool {
        matches!(self.status, StatusCode::REQUEST_TIMEOUT | StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST)
    }
}

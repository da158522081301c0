//! The session timer of a dialog: a session that nobody refreshes is ended, so that no lease outlives a lost BYE
//! (RFC 4028).
//!
//! A leaf machine with one alarm. It holds no message: `SendRefresh` means "write an UPDATE or a re-INVITE with these
//! values". The room gives it every INVITE and UPDATE of the dialog that was answered 2xx, in either direction.
//!
//! Refuses: to refresh a session more often than its terms say, except when the peer asks for longer ones.
//! In: `SessionTimerEvent`. Out: `SessionTimerAction` through the sink.

mod terms;

use core::time::Duration;

use tempo::Instant;

use crate::limits;
use crate::wire::{HeaderName, MessageView, Refresher, RetryAfter, SessionExpires, StatusCode};

pub use terms::{Negotiated, RefreshedBy, SessionPolicy, Terms};

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
    /// The session ended otherwise.
    Ended,
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

/// The session timer of one dialog.
#[derive(Clone, Copy, Debug)]
pub struct SessionTimer {
    state: State,
    peer: DialogPeer,
    /// What our refreshes ask for; a 422 raises it.
    asked_s: u32,
    /// The largest minimum heard in this dialog (RFC 4028 7.4).
    min_se_s: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No timer runs.
    Off,
    /// They refresh; at `deadline` it is too late.
    Watching {
        deadline: Instant,
    },
    /// We refresh at `due`.
    Holding {
        due: Instant,
        deadline: Instant,
    },
    /// A refresh is out. `raised` counts the 422s to it.
    Asking {
        deadline: Instant,
        raised: u8,
    },
    Over,
}

impl SessionTimer {
    /// The 2xx has been sent or received.
    pub fn start(
        now: Instant,
        terms: Option<Terms>,
        peer: DialogPeer,
        mut act: impl FnMut(SessionTimerAction),
    ) -> Self {
        let mut timer = SessionTimer { state: State::Off, peer, asked_s: 0, min_se_s: terms::MIN_SE_S };
        timer.state = timer.agree(now, terms, &mut act);
        timer
    }

    /// Takes one event.
    pub fn step(&mut self, now: Instant, event: SessionTimerEvent, mut act: impl FnMut(SessionTimerAction)) {
        use SessionTimerAction::{Arm, DialogDead, Expired};
        use SessionTimerEvent::{Ended, RefreshAnswered, Refreshed, Timer};
        use State::{Asking, Holding, Off, Over, Watching};
        self.state = match (self.state, event) {
            (Over, _) => Over,
            // A request of theirs refreshes even while ours is out; whatever ours is answered then is news, too.
            (_, Refreshed(terms)) => self.agree(now, terms, &mut act),
            (_, RefreshAnswered { answered: Answered::Agreed(terms), .. }) => {
                self.agree(now, terms, &mut act)
            }
            // RFC 4028 10, RFC 3261 12.2.1.2
            (state, RefreshAnswered { answered: Answered::Refused(refusal), .. }) if refusal.is_fatal() => {
                disarm(state, &mut act);
                act(DialogDead);
                Over
            }
            (
                Asking { deadline, raised },
                RefreshAnswered { answered: Answered::Refused(refusal), random },
            ) => self.refused(now, deadline, raised, refusal, random, &mut act),
            (Holding { due, deadline }, Timer) if now >= due => {
                act(SessionTimerAction::SendRefresh(self.refresh()));
                act(Arm(deadline));
                Asking { deadline, raised: 0 }
            }
            (Watching { deadline } | Asking { deadline, .. }, Timer) if now >= deadline => {
                act(Expired);
                Over
            }
            (state, Ended) => {
                disarm(state, &mut act);
                Over
            }
            // An alarm of earlier terms, and a refusal after their own refresh came first.
            (
                state @ (Off | Holding { .. } | Watching { .. } | Asking { .. }),
                Timer | RefreshAnswered { .. },
            ) => state,
        };
    }

    /// Does a timer run?
    pub fn is_running(&self) -> bool {
        !matches!(self.state, State::Off | State::Over)
    }

    /// New terms: the session lives for another interval from now.
    fn agree(
        &mut self,
        now: Instant,
        terms: Option<Terms>,
        act: &mut impl FnMut(SessionTimerAction),
    ) -> State {
        let Some(terms) = terms else {
            disarm(self.state, act);
            return State::Off;
        };
        self.asked_s = terms.interval_s.max(self.min_se_s);
        let deadline = now + terms.patience();
        match terms.refresher {
            RefreshedBy::Them => {
                act(SessionTimerAction::Arm(deadline));
                State::Watching { deadline }
            }
            RefreshedBy::Us => {
                // RFC 4028 10: at half the interval.
                let due = now + terms.interval() / 2;
                act(SessionTimerAction::Arm(due));
                State::Holding { due, deadline }
            }
        }
    }

    /// A refresh was refused, but the dialog stands: again later, as long as the session lasts (RFC 4028 10).
    fn refused(
        &mut self,
        now: Instant,
        deadline: Instant,
        raised: u8,
        refusal: RefreshRefusal,
        random: u32,
        act: &mut impl FnMut(SessionTimerAction),
    ) -> State {
        let wait = match refusal.status {
            // RFC 4028 7.3: at once, with the interval that they want. A 422 that asks for nothing longer is no answer.
            StatusCode::SESSION_INTERVAL_TOO_SMALL
                if refusal
                    .min_se_s
                    .is_some_and(|min| min > self.asked_s && min <= limits::SESSION_INTERVAL_S_MAX)
                    && raised < RAISED_MAX =>
            {
                self.min_se_s = refusal.min_se_s.unwrap_or_default().max(self.min_se_s);
                self.asked_s = self.asked_s.max(self.min_se_s);
                act(SessionTimerAction::SendRefresh(self.refresh()));
                return State::Asking { deadline, raised: raised + 1 };
            }
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED if self.peer.allows_update => {
                self.peer.allows_update = false;
                act(SessionTimerAction::SendRefresh(self.refresh()));
                return State::Asking { deadline, raised };
            }
            StatusCode::REQUEST_PENDING => self.glare_wait(random),
            _ => {
                let asked = Duration::from_secs(u64::from(refusal.retry_after_s.unwrap_or_default()));
                asked.max(RETRY_WAIT_MIN)
            }
        };
        let due = now + wait;
        if due >= deadline {
            // Nothing can be asked before it is too late; the alarm for that is set already.
            return State::Asking { deadline, raised };
        }
        act(SessionTimerAction::Arm(due));
        State::Holding { due, deadline }
    }

    /// RFC 3261 14.1: 2.1 to 4 seconds for the owner of the Call-ID, 0 to 2 for the other, in steps of 10 ms.
    fn glare_wait(&self, random: u32) -> Duration {
        let (least, steps) = if self.peer.call_id_is_ours { (2100, 191) } else { (0, 201) };
        Duration::from_millis(least + u64::from(random) % steps * 10)
    }

    fn refresh(&self) -> SessionRefresh {
        let method = if self.peer.allows_update { RefreshMethod::Update } else { RefreshMethod::ReInvite };
        // RFC 4028 7.4: the roles stay; the sender of a request is its UAC, whoever made the dialog.
        let session_expires = SessionExpires { seconds: self.asked_s, refresher: Some(Refresher::Uac) };
        SessionRefresh { method, session_expires, min_se_s: self.min_se_s }
    }
}

fn disarm(state: State, act: &mut impl FnMut(SessionTimerAction)) {
    if state != State::Off {
        act(SessionTimerAction::Disarm);
    }
}

impl RefreshRefusal {
    fn is_fatal(self) -> bool {
        matches!(self.status, StatusCode::REQUEST_TIMEOUT | StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST)
    }
}

/// How often a peer may ask for longer terms within one refresh: a real one knows its minimum, a hostile one would
/// keep us sending.
const RAISED_MAX: u8 = 3;

/// Between attempts, also when the peer asks for less.
const RETRY_WAIT_MIN: Duration = Duration::from_secs(5);

#[cfg(test)]
#[path = "session_timer/tests.rs"]
mod tests;

//! The session timer of a dialog: a session that nobody refreshes is ended, so that no lease outlives a lost BYE
//! (RFC 4028).
//!
//! A leaf machine with one alarm. It holds no message: `SendRefresh` means "write an UPDATE or a re-INVITE with these
//! values". The room gives it every INVITE and UPDATE of the dialog that was answered 2xx, in either direction, and drops it
//! with its alarm when the dialog ends otherwise.
//!
//! Refuses: to refresh a session more often than its terms say, except when the peer asks for longer ones.
//! In: `SessionTimerEvent`. Out: `SessionTimerAction` through the sink.

mod signals;
mod terms;

use core::time::Duration;

use tempo::Instant;
use visits::{Machine, kinds};

use crate::limits;
use crate::wire::{Refresher, SessionExpires, StatusCode};

pub use signals::{
    Answered, DialogPeer, RefreshMethod, RefreshRefusal, SessionRefresh, SessionTimerAction,
    SessionTimerEvent,
};
pub use terms::{Negotiated, RefreshedBy, SessionPolicy, Terms};

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
        use SessionTimerEvent::{RefreshAnswered, Refreshed, Timer};
        use State::{Asking, Holding, Off, Over, Watching};
        VISITS.visit(&self.state, &event);
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

/// How often a peer may ask for longer terms within one refresh: a real one knows its minimum, a hostile one would
/// keep us sending.
const RAISED_MAX: u8 = 3;

/// Between attempts, also when the peer asks for less.
const RETRY_WAIT_MIN: Duration = Duration::from_secs(5);

/// The machine of this module.
pub static MACHINES: [&Machine; 1] = [&VISITS];

static VISITS: Machine = Machine::of::<State, SessionTimerEvent>("SessionTimer");

kinds! { State: Off, Watching, Holding, Asking, Over }
kinds! { SessionTimerEvent: Timer;
    Self::Refreshed(Some(_)) => "Refreshed(on)",
    Self::Refreshed(None) => "Refreshed(off)",
    Self::RefreshAnswered { answered: Answered::Agreed(Some(_)), .. } => "RefreshAnswered(on)",
    Self::RefreshAnswered { answered: Answered::Agreed(None), .. } => "RefreshAnswered(off)",
    Self::RefreshAnswered { answered: Answered::Refused(refusal), .. } if refusal.is_fatal() => "RefreshAnswered(dead)",
    Self::RefreshAnswered { answered: Answered::Refused(_), .. } => "RefreshAnswered(refused)",
}

#[cfg(test)]
#[path = "session_timer/tests.rs"]
mod tests;

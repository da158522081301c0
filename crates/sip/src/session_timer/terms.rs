//! How long a session lives without a refresh, and who refreshes (RFC 4028 7 and 9).

use core::time::Duration;

use crate::limits;
use crate::wire::{HeaderName, MessageView, Refresher, SessionExpires, StatusCode};

/// Who refreshes, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefreshedBy {
    /// We do.
    Us,
    /// The other side does.
    Them,
}

/// What both sides have agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Seconds that the session lives after a refresh.
    pub interval_s: u32,
    /// Who refreshes.
    pub refresher: RefreshedBy,
    /// Our 2xx says `Require: timer`: the peer knows the timer and shall keep to it.
    pub require_in_answer: bool,
}

impl Terms {
    /// Session-Expires for our 2xx.
    pub fn in_answer(self) -> SessionExpires {
        let refresher = match self.refresher {
            RefreshedBy::Us => Refresher::Uas,
            RefreshedBy::Them => Refresher::Uac,
        };
        SessionExpires { seconds: self.interval_s, refresher: Some(refresher) }
    }

    pub(super) fn interval(self) -> Duration {
        Duration::from_secs(u64::from(self.interval_s))
    }

    /// How long to wait for a refresh: a little less than the interval, so that our BYE comes before the peer
    /// forgets the dialog (RFC 4028 10).
    pub(super) fn patience(self) -> Duration {
        self.interval() - (self.interval() / 3).min(Duration::from_secs(32))
    }
}

/// What becomes of an INVITE or UPDATE as far as the session timer is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiated {
    /// No timer: the 2xx has no Session-Expires.
    Off,
    /// The 2xx has `Terms::in_answer`.
    On(Terms),
    /// It is refused with 422.
    TooSmall {
        /// Min-SE of the 422.
        min_se_s: u32,
    },
}

impl Negotiated {
    /// What the session timer is told once the 2xx is sent.
    pub fn terms(self) -> Option<Terms> {
        if let Negotiated::On(terms) = self { Some(terms) } else { None }
    }

    /// The refusal, if it is one.
    pub fn status(self) -> Option<StatusCode> {
        matches!(self, Negotiated::TooSmall { .. }).then_some(StatusCode::SESSION_INTERVAL_TOO_SMALL)
    }
}

/// What we want of session timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionPolicy {
    /// The shortest interval that we accept; below 90 it counts as 90 (RFC 4028 5).
    pub min_se_s: u32,
    /// The interval that we ask for, and the longest that we grant.
    pub default_s: u32,
    /// Is there to be a timer even if the peer does not ask for one?
    pub want: bool,
}

impl SessionPolicy {
    /// As UAS: reads an INVITE or UPDATE of theirs. A Session-Expires that cannot be read counts as none.
    pub fn negotiate(&self, request: &MessageView<'_>) -> Negotiated {
        let knows_timer =
            [HeaderName::Supported, HeaderName::Require].iter().any(|name| request.lists(*name, b"timer"));
        let asked = session_expires(request);
        // RFC 4028 9: our answer may shorten the interval down to their Min-SE.
        let least = self.least_s().max(min_se_s(request).unwrap_or_default());
        let most = self.default_s.max(least);
        let interval_s = match asked {
            // A proxy asks on behalf of a client that would not understand a 422; what it asks for stays (RFC 4028 9).
            Some(asked) if !knows_timer => {
                Some(asked.seconds.min(most)).filter(|seconds| *seconds >= MIN_SE_S)
            }
            Some(asked) if asked.seconds < self.least_s() => {
                return Negotiated::TooSmall { min_se_s: self.least_s() };
            }
            Some(asked) => Some(asked.seconds.min(most)),
            None => None,
        };
        let Some(interval_s) = interval_s.or(self.want.then_some(most)) else { return Negotiated::Off };
        // RFC 4028 Table 2. Left to us, the work is theirs: a gateway has more dialogs than a handset.
        let refresher = match asked.and_then(|asked| asked.refresher) {
            _ if !knows_timer => RefreshedBy::Us,
            Some(Refresher::Uas) => RefreshedBy::Us,
            Some(Refresher::Uac) | None => RefreshedBy::Them,
        };
        Negotiated::On(Terms { interval_s, refresher, require_in_answer: knows_timer })
    }

    /// As UAC: reads the 2xx to an INVITE or UPDATE of ours; `None` when there is no timer.
    pub fn answered(&self, response: &MessageView<'_>) -> Option<Terms> {
        let terms = |interval_s, refresher| Terms { interval_s, refresher, require_in_answer: false };
        match session_expires(response) {
            Some(granted) => {
                // Less than 90 was never asked for; who waits less than that would end a living session.
                let interval_s = granted.seconds.max(MIN_SE_S);
                let refresher = if granted.refresher == Some(Refresher::Uas) {
                    RefreshedBy::Them
                } else {
                    RefreshedBy::Us
                };
                Some(terms(interval_s, refresher))
            }
            // RFC 4028 7.2: the peer does not know the timer; it works all the same when we refresh.
            None => self.want.then(|| terms(self.default_s.max(self.least_s()), RefreshedBy::Us)),
        }
    }

    /// Session-Expires for an INVITE of ours; who refreshes is left to the answer (RFC 4028 7.1).
    pub fn in_request(&self) -> SessionExpires {
        SessionExpires { seconds: self.default_s.max(self.least_s()), refresher: None }
    }

    /// What to ask for after a 422 to an INVITE of ours (RFC 4028 7.3); `None` when it asks for nothing longer.
    pub fn raised(&self, refusal: &MessageView<'_>) -> Option<SessionPolicy> {
        let min_se_s = min_se_s(refusal)
            .filter(|min| *min <= limits::SESSION_INTERVAL_S_MAX && *min > self.in_request().seconds)?;
        Some(SessionPolicy { min_se_s, default_s: min_se_s, ..*self })
    }

    fn least_s(&self) -> u32 {
        self.min_se_s.max(MIN_SE_S)
    }
}

fn session_expires(message: &MessageView<'_>) -> Option<SessionExpires> {
    message.header(HeaderName::SessionExpires).and_then(SessionExpires::parse)
}

/// Min-SE has the form of Session-Expires without a refresher (RFC 4028 5).
pub(super) fn min_se_s(message: &MessageView<'_>) -> Option<u32> {
    message.header(HeaderName::MinSe).and_then(SessionExpires::parse).map(|min| min.seconds)
}

/// The shortest interval that anybody may ask for (RFC 4028 4).
pub(super) const MIN_SE_S: u32 = 90;

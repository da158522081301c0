//! What a chat user's client does for its session (RFC 4028).

use actors::{Refresh, Refreshing, SessionHabit};
use serde::{Deserialize, Serialize};
use tempo::Duration;

/// A client that knows the session timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPlan {
    /// What it asks for.
    pub interval_s: u32,
    /// Who is to refresh, as the INVITE has it.
    #[serde(default)]
    pub at_first: Refresher,
    /// And as the refreshes have it.
    #[serde(default)]
    pub later: Refresher,
    /// With what it refreshes.
    #[serde(default)]
    pub by: By,
    /// How long it waits before each refresh.
    pub every_ms: u64,
    /// After so many it stops.
    pub times: u32,
    /// Does it grant the refreshes of the gateway?
    #[serde(default)]
    pub grants: bool,
}

/// Who is to refresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refresher {
    /// There is no Session-Expires.
    #[default]
    Unsaid,
    /// The gateway may choose.
    Open,
    /// The client.
    Client,
    /// The gateway.
    Gateway,
}

/// What a refresh is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// UPDATE.
    #[default]
    Update,
    /// A re-INVITE with the same offer.
    Invite,
    /// A re-INVITE without one.
    BareInvite,
    /// A re-INVITE that would put the chat on hold.
    Hold,
}

impl SessionPlan {
    /// What the client does.
    pub(super) fn habit(&self) -> SessionHabit {
        let refreshing = |refresher| match refresher {
            Refresher::Unsaid => Refreshing::Unsaid,
            Refresher::Open => Refreshing::Open,
            Refresher::Client => Refreshing::Own,
            Refresher::Gateway => Refreshing::Theirs,
        };
        SessionHabit {
            interval_s: self.interval_s,
            at_first: refreshing(self.at_first),
            later: refreshing(self.later),
            by: match self.by {
                By::Update => Refresh::Update,
                By::Invite => Refresh::Invite,
                By::BareInvite => Refresh::BareInvite,
                By::Hold => Refresh::Hold,
            },
            every: Duration::from_millis(self.every_ms),
            times: self.times,
            grants: self.grants,
        }
    }
}

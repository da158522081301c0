//! How patient a peer machine is.

use tempo::Duration;

/// The timers; `default` is what the standards recommend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Tw, the watchdog interval before its jitter of two seconds to either side (RFC 3539 3.4.1).
    pub watchdog: Duration,
    /// Wait for a transport connection.
    pub connect: Duration,
    /// Wait for a CEA.
    pub capabilities: Duration,
    /// Wait for a DPA, or for the other side to close.
    pub disconnect: Duration,
    /// The pause before the first new attempt; it doubles up to `reconnect_max`.
    pub reconnect_first: Duration,
    /// Tc (RFC 6733 12): the pause between attempts that go on failing.
    pub reconnect_max: Duration,
    /// The pause after a peer said that it does not want to talk. RFC 6733 5.4.3 says that we SHOULD NOT come back by
    /// ourselves; a gateway that never did would have lost the route until a person noticed.
    pub unwanted: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            watchdog: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            capabilities: Duration::from_secs(10),
            disconnect: Duration::from_secs(5),
            reconnect_first: Duration::from_secs(1),
            reconnect_max: Duration::from_secs(30),
            unwanted: Duration::from_secs(300),
        }
    }
}

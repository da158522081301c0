//! How far one short message has come, and what its answers mean for it.

use alloc::vec::Vec;
use core::time::Duration;

use tempo::Instant;

use crate::LinkName;
use diameter::delivery::FailureCause;
use diameter::sgd::MtForwardAnswer;
use diameter::{Experimental, Outcome, ResultCode};

/// What the message at the front of a queue waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Its turn, or the end of the pause before its next attempt.
    Resting,
    /// The SRA.
    Routing(Asked),
    /// The TFA.
    Forwarding(Asked),
    /// The connection on which its TFR was sent to come back: nobody knows whether that arrived.
    Stranded,
}

/// A request that is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) hop_by_hop: u32,
    pub(super) link: LinkName,
}

impl Progress {
    pub(super) fn asked(self) -> Option<Asked> {
        match self {
            Progress::Resting | Progress::Stranded => None,
            Progress::Routing(asked) | Progress::Forwarding(asked) => Some(asked),
        }
    }

    /// Does it wait for an answer on this connection?
    pub(super) fn waits_on(self, link: LinkName) -> bool {
        self.asked().is_some_and(|asked| asked.link == link)
    }
}

/// A TFR that was sent and not answered.
pub(super) struct Unanswered {
    /// Whom it was for.
    pub(super) host: Vec<u8>,
    pub(super) message: Vec<u8>,
    /// How long its connection is waited for.
    pub(super) until: Instant,
}

impl Unanswered {
    /// RFC 6733 5.5.4: the same request again, with the T flag and the same End-to-End Identifier, under a new Hop-by-Hop one.
    pub(super) fn again(&mut self, hop_by_hop: u32) -> Vec<u8> {
        self.message[FLAGS] |= RETRANSMITTED;
        self.message[HOP_BY_HOP].copy_from_slice(&hop_by_hop.to_be_bytes());
        self.message.clone()
    }
}

/// RFC 6733 3: where the command flags stand in a header, T among them, and the Hop-by-Hop Identifier.
const FLAGS: usize = 4;
const RETRANSMITTED: u8 = 0x10;
const HOP_BY_HOP: core::ops::Range<usize> = 12..16;

/// Where the routing information says to go.
pub(super) struct Route {
    /// The IMSI, or the MT-Correlation-ID in its place.
    pub(super) user_name: Vec<u8>,
    /// The serving node's name, if it was given one.
    pub(super) host: Option<Vec<u8>>,
}

/// How often and after which pause something that failed for now is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persistence {
    /// Attempts altogether.
    pub attempts_max: usize,
    /// Between two of them.
    pub pause: Duration,
}

impl Default for Persistence {
    fn default() -> Self {
        Persistence { attempts_max: 4, pause: Duration::from_secs(1) }
    }
}

/// Can it be better next time? Protocol errors and transient failures can; of TS 29.338's own codes those that speak of
/// now: absent, busy, memory full.
pub(super) fn is_temporary(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Success => false,
        Outcome::Result(code) => matches!(code / 1000, 3 | 4) || code == ResultCode::UNABLE_TO_COMPLY.0,
        Outcome::Experimental { code, .. } => {
            [Experimental::ABSENT_USER, Experimental::USER_BUSY_FOR_MT_SMS, Experimental::SM_DELIVERY_FAILURE]
                .contains(&Experimental(code))
        }
    }
}

/// The same for a whole TFA: SM_DELIVERY_FAILURE has a cause that says more.
pub(super) fn is_worth_repeating(answer: &MtForwardAnswer<'_>) -> bool {
    let for_now = [FailureCause::MEMORY_CAPACITY_EXCEEDED, FailureCause::SC_CONGESTION];
    is_temporary(answer.outcome)
        && answer.failure.is_none_or(|failure| {
            answer.outcome != Experimental::SM_DELIVERY_FAILURE.into() || for_now.contains(&failure.cause)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use diameter::delivery::DeliveryFailure;

    #[test]
    fn only_what_can_change_is_tried_again() {
        for code in [ResultCode::TOO_BUSY, ResultCode::UNABLE_TO_DELIVER, ResultCode::OUT_OF_SPACE] {
            assert!(is_temporary(code.into()), "{code:?}");
        }
        for code in [Experimental::ABSENT_USER, Experimental::USER_BUSY_FOR_MT_SMS] {
            assert!(is_temporary(code.into()), "{code:?}");
        }
        for code in [Experimental::USER_UNKNOWN, Experimental::SERVICE_BARRED, Experimental::ILLEGAL_USER] {
            assert!(!is_temporary(code.into()), "{code:?}");
        }
        assert!(!is_temporary(ResultCode::MISSING_AVP.into()));
    }

    #[test]
    fn the_cause_of_a_failed_delivery_decides() {
        let answer = |cause| MtForwardAnswer {
            outcome: Experimental::SM_DELIVERY_FAILURE.into(),
            failure: Some(DeliveryFailure { cause, diagnostic: None }),
            ..MtForwardAnswer::DELIVERED
        };
        assert!(is_worth_repeating(&answer(FailureCause::MEMORY_CAPACITY_EXCEEDED)));
        assert!(!is_worth_repeating(&answer(FailureCause::EQUIPMENT_PROTOCOL_ERROR)));
    }
}

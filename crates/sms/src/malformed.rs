//! What is wrong with their octets, where, and how that is answered.

use octets::Truncated;

use crate::{FailureCause, RpCause};

/// A TPDU or RPDU that cannot be read; `at` is the offset of the offending octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The message ended before the field did.
    Truncated {
        /// Where more was expected.
        at: usize,
    },
    /// A message type that has no meaning here, or not in this direction.
    MessageType {
        /// The octet with TP-MTI or RP-MTI.
        at: usize,
    },
    /// An address of more than twenty digits, or of an impossible length.
    AddressTooLong {
        /// The length octet.
        at: usize,
    },
    /// User data longer than the message type may carry.
    UserDataTooLong {
        /// The length octet.
        at: usize,
    },
    /// A user data header that is longer than the user data: where the text starts is unknown.
    UserDataHeader {
        /// The header's length octet.
        at: usize,
    },
    /// An information element of a length that its definition does not allow.
    Element {
        /// The element's length octet.
        at: usize,
    },
}

impl Malformed {
    /// Offset of the offending octet in the message.
    pub fn offset(self) -> usize {
        match self {
            Self::Truncated { at }
            | Self::MessageType { at }
            | Self::AddressTooLong { at }
            | Self::UserDataTooLong { at }
            | Self::UserDataHeader { at }
            | Self::Element { at } => at,
        }
    }

    /// The TP-FCS of the report that refuses it (TS 23.040 9.2.3.22).
    pub fn failure_cause(self) -> FailureCause {
        match self {
            Self::MessageType { .. } => FailureCause::TPDU_NOT_SUPPORTED,
            _ => FailureCause::UNSPECIFIED,
        }
    }

    /// The RP-Cause of the RP-ERROR that refuses it (TS 24.011 8.2.5.4, and 9 for protocol errors).
    pub fn rp_cause(self) -> RpCause {
        match self {
            Self::Truncated { .. } => RpCause::PROTOCOL_ERROR,
            Self::MessageType { .. } => RpCause::MESSAGE_TYPE_NON_EXISTENT,
            Self::AddressTooLong { .. } | Self::Element { .. } => RpCause::INVALID_MANDATORY_INFORMATION,
            Self::UserDataTooLong { .. } | Self::UserDataHeader { .. } => RpCause::SEMANTICALLY_INCORRECT,
        }
    }
}

impl From<Truncated> for Malformed {
    fn from(short: Truncated) -> Self {
        Self::Truncated { at: short.at }
    }
}

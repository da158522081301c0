//! RP-Cause (TS 24.011 8.2.5.4): why an RP-DATA was refused.

use octets::Reader;

use crate::Malformed;

/// The value of RP-Cause. Values without a name here are legal too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RpCause(pub u8);

impl RpCause {
    /// The number is not assigned.
    pub const UNASSIGNED_NUMBER: Self = Self(1);
    /// Barred by the operator.
    pub const OPERATOR_BARRING: Self = Self(8);
    /// Call barred.
    pub const CALL_BARRED: Self = Self(10);
    /// The transfer was rejected.
    pub const TRANSFER_REJECTED: Self = Self(21);
    /// Memory capacity exceeded: only a mobile says it.
    pub const MEMORY_EXCEEDED: Self = Self(22);
    /// The destination is out of order.
    pub const DESTINATION_OUT_OF_ORDER: Self = Self(27);
    /// The subscriber is not identified.
    pub const UNIDENTIFIED_SUBSCRIBER: Self = Self(28);
    /// The facility was rejected.
    pub const FACILITY_REJECTED: Self = Self(29);
    /// The subscriber is unknown.
    pub const UNKNOWN_SUBSCRIBER: Self = Self(30);
    /// The network is out of order.
    pub const NETWORK_OUT_OF_ORDER: Self = Self(38);
    /// A temporary failure.
    pub const TEMPORARY_FAILURE: Self = Self(41);
    /// Congestion.
    pub const CONGESTION: Self = Self(42);
    /// Resources unavailable.
    pub const RESOURCES_UNAVAILABLE: Self = Self(47);
    /// The facility is not subscribed to.
    pub const NOT_SUBSCRIBED: Self = Self(50);
    /// The facility is not implemented.
    pub const NOT_IMPLEMENTED: Self = Self(69);
    /// The message reference is not in use.
    pub const INVALID_REFERENCE: Self = Self(81);
    /// The message makes no sense.
    pub const SEMANTICALLY_INCORRECT: Self = Self(95);
    /// A mandatory part is invalid.
    pub const INVALID_MANDATORY_INFORMATION: Self = Self(96);
    /// There is no such message type.
    pub const MESSAGE_TYPE_NON_EXISTENT: Self = Self(97);
    /// The message does not fit the state.
    pub const NOT_COMPATIBLE_WITH_STATE: Self = Self(98);
    /// There is no such information element.
    pub const ELEMENT_NON_EXISTENT: Self = Self(99);
    /// Any other protocol error.
    pub const PROTOCOL_ERROR: Self = Self(111);
    /// Interworking: something else went wrong behind.
    pub const INTERWORKING: Self = Self(127);

    /// Is it worth another try later? The others stay true.
    pub fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::MEMORY_EXCEEDED
                | Self::DESTINATION_OUT_OF_ORDER
                | Self::NETWORK_OUT_OF_ORDER
                | Self::TEMPORARY_FAILURE
                | Self::CONGESTION
                | Self::RESOURCES_UNAVAILABLE
        )
    }

    /// Reads length, cause and, when the length leaves room for it, the diagnostic.
    pub(super) fn parse(reader: &mut Reader<'_>) -> Result<(Self, Option<u8>), Malformed> {
        let at = reader.offset();
        let length = usize::from(reader.u8()?);
        // Bit 7 of the cause is for an extension that nobody has defined.
        match reader.take(length)? {
            [] => Err(Malformed::Element { at }),
            [cause] => Ok((Self(cause & 0x7F), None)),
            [cause, diagnostic, ..] => Ok((Self(cause & 0x7F), Some(*diagnostic))),
        }
    }
}

//! TP-FCS (TS 23.040 9.2.3.22): why a TPDU was refused, said by the mobile or the SMS centre.

/// The octet of TP-FCS. Values without a name here are legal too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FailureCause(pub u8);

impl FailureCause {
    /// Telematic interworking not supported.
    pub const TELEMATIC_NOT_SUPPORTED: Self = Self(0x80);
    /// Short message type 0 not supported.
    pub const TYPE_0_NOT_SUPPORTED: Self = Self(0x81);
    /// Cannot replace the short message.
    pub const CANNOT_REPLACE: Self = Self(0x82);
    /// Unspecified TP-PID error.
    pub const PROTOCOL_ID: Self = Self(0x8F);
    /// Alphabet not supported.
    pub const ALPHABET_NOT_SUPPORTED: Self = Self(0x90);
    /// Message class not supported.
    pub const CLASS_NOT_SUPPORTED: Self = Self(0x91);
    /// Unspecified TP-DCS error.
    pub const DATA_CODING: Self = Self(0x9F);
    /// Command cannot be actioned.
    pub const COMMAND_NOT_ACTIONED: Self = Self(0xA0);
    /// Command not supported.
    pub const COMMAND_NOT_SUPPORTED: Self = Self(0xA1);
    /// Unspecified TP-Command error.
    pub const COMMAND: Self = Self(0xAF);
    /// TPDU not supported.
    pub const TPDU_NOT_SUPPORTED: Self = Self(0xB0);
    /// SMS centre busy.
    pub const CENTRE_BUSY: Self = Self(0xC0);
    /// No SMS centre subscription.
    pub const NO_CENTRE_SUBSCRIPTION: Self = Self(0xC1);
    /// SMS centre system failure.
    pub const CENTRE_FAILURE: Self = Self(0xC2);
    /// Invalid address of the other side.
    pub const INVALID_SME_ADDRESS: Self = Self(0xC3);
    /// The destination is barred.
    pub const DESTINATION_BARRED: Self = Self(0xC4);
    /// Rejected as a duplicate: the earlier one was accepted.
    pub const DUPLICATE: Self = Self(0xC5);
    /// TP-VPF not supported.
    pub const VALIDITY_FORMAT_NOT_SUPPORTED: Self = Self(0xC6);
    /// TP-VP not supported.
    pub const VALIDITY_NOT_SUPPORTED: Self = Self(0xC7);
    /// The card's storage is full.
    pub const STORAGE_FULL: Self = Self(0xD0);
    /// The card has no storage for messages.
    pub const NO_STORAGE: Self = Self(0xD1);
    /// An error in the mobile.
    pub const ERROR_IN_MOBILE: Self = Self(0xD2);
    /// Memory capacity exceeded.
    pub const MEMORY_EXCEEDED: Self = Self(0xD3);
    /// The card's application toolkit is busy.
    pub const TOOLKIT_BUSY: Self = Self(0xD4);
    /// An error of data download.
    pub const DOWNLOAD_ERROR: Self = Self(0xD5);
    /// Unspecified.
    pub const UNSPECIFIED: Self = Self(0xFF);
}

//! Why an offer is refused, and with which words.

/// An offer that no answer can be made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAcceptable {
    /// No session description by its grammar, or an attribute of MSRP that cannot be read.
    Malformed,
    /// Longer, or of more media, than the limits.
    TooLong,
    /// No medium is MSRP.
    NoMsrp,
    /// The MSRP medium is switched off.
    PortZero,
    /// A file transfer, RFC 5547, is no chat.
    FileTransfer,
    /// No path, so nowhere to send to.
    NoPath,
    /// Neither `message/cpim` with text inside nor `text/plain` may be sent.
    NoCommonType,
}

impl NotAcceptable {
    /// The SIP status of the refusal.
    pub fn sip_status(self) -> u16 {
        match self {
            NotAcceptable::Malformed => 400,
            _ => 488,
        }
    }

    /// The code for the Warning header, RFC 3261 20.43.
    pub fn warning(self) -> u16 {
        match self {
            NotAcceptable::NoMsrp | NotAcceptable::PortZero => 304,
            NotAcceptable::FileTransfer | NotAcceptable::NoCommonType => 305,
            NotAcceptable::Malformed | NotAcceptable::TooLong | NotAcceptable::NoPath => 399,
        }
    }

    /// The text for the Warning header.
    pub fn text(self) -> &'static str {
        match self {
            NotAcceptable::Malformed => "Session description not understood",
            NotAcceptable::TooLong => "Session description too long",
            NotAcceptable::NoMsrp => "No MSRP medium",
            NotAcceptable::PortZero => "MSRP medium has port zero",
            NotAcceptable::FileTransfer => "File transfer not supported",
            NotAcceptable::NoPath => "No MSRP path",
            NotAcceptable::NoCommonType => "No common message type",
        }
    }
}

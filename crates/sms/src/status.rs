//! TP-ST (TS 23.040 9.2.3.15): what became of a submitted message.

/// The octet of TP-ST.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

/// What TP-ST means for the one who wrote the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The transaction is complete.
    Delivered,
    /// The SMS centre still tries: another report follows.
    Pending,
    /// The SMS centre has given up.
    Failed,
}

impl Status {
    /// Received by the other side.
    pub const DELIVERED: Self = Self(0x00);
    /// Forwarded, but the centre cannot confirm that it was received.
    pub const FORWARDED_UNCONFIRMED: Self = Self(0x01);
    /// Replaced by a later message.
    pub const REPLACED: Self = Self(0x02);
    /// Still trying: congestion.
    pub const TRYING_CONGESTION: Self = Self(0x20);
    /// Still trying: the other side is busy.
    pub const TRYING_BUSY: Self = Self(0x21);
    /// Still trying: no response from the other side.
    pub const TRYING_NO_RESPONSE: Self = Self(0x22);
    /// Still trying: service rejected.
    pub const TRYING_REJECTED: Self = Self(0x23);
    /// Given up: remote procedure error.
    pub const REMOTE_PROCEDURE_ERROR: Self = Self(0x40);
    /// Given up: incompatible destination.
    pub const INCOMPATIBLE_DESTINATION: Self = Self(0x41);
    /// Given up: the other side rejected the connection.
    pub const REJECTED: Self = Self(0x42);
    /// Given up: not obtainable.
    pub const NOT_OBTAINABLE: Self = Self(0x43);
    /// Given up: the validity period ended.
    pub const VALIDITY_EXPIRED: Self = Self(0x46);
    /// Given up: deleted by the one who wrote it.
    pub const DELETED_BY_ORIGINATOR: Self = Self(0x47);
    /// Given up: deleted by the SMS centre.
    pub const DELETED_BY_CENTRE: Self = Self(0x48);
    /// Given up: the message does not exist.
    pub const DOES_NOT_EXIST: Self = Self(0x49);
    /// Given up after a temporary error: service rejected.
    pub const STOPPED_REJECTED: Self = Self(0x63);

    /// Delivered, still pending, or failed: by the band that the value lies in.
    ///
    /// 0x01 counts as delivered here; a stricter policy compares with [`Status::FORWARDED_UNCONFIRMED`].
    pub fn outcome(self) -> Outcome {
        match self.0 {
            0x00..=0x1F => Outcome::Delivered,
            0x20..=0x3F => Outcome::Pending,
            // 0x80 and above are reserved: TS 23.040 9.2.3.15 has them read as "service rejected".
            0x40..=0xFF => Outcome::Failed,
        }
    }

    /// Did somebody refuse it, instead of fail at it?
    pub fn is_rejection(self) -> bool {
        matches!(self, Self::REJECTED | Self::TRYING_REJECTED | Self::STOPPED_REJECTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_band_has_one_outcome() {
        for (band, outcome) in [
            (0x00..=0x1F, Outcome::Delivered),
            (0x20..=0x3F, Outcome::Pending),
            (0x40..=0x5F, Outcome::Failed),
            (0x60..=0xFF, Outcome::Failed),
        ] {
            for value in band {
                assert_eq!(Status(value).outcome(), outcome, "{value:02X}");
            }
        }
    }
}

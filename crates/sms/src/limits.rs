//! What a short message may be at most, and what happens beyond.

/// Octets of TP-UD in a message (TS 23.040 9.2.3.24). Beyond it the TPDU is `Malformed::UserDataTooLong`.
pub const USER_DATA_OCTETS_MAX: usize = 140;

/// Semi-octets of a TP address (TS 23.040 9.1.2.5). Beyond it the TPDU is `Malformed::AddressTooLong`.
pub const ADDRESS_SEMI_OCTETS_MAX: usize = 20;

/// Segments of one text: the octet that counts them ends here. Beyond it `Plan` answers `TooLong`.
pub const SEGMENTS_MAX: usize = 255;

/// Octets of a whole TPDU in MAP and Diameter (SignalInfo, SIZE 1 to 200). No TPDU of ours is longer.
pub const TPDU_OCTETS_MAX: usize = 200;

/// Octets of an RPDU's user data (TS 24.011 8.2.5.3). Beyond it the RPDU is `Malformed::UserDataTooLong`.
pub const RP_USER_DATA_OCTETS_MAX: usize = 233;

//! How much of anything there may be, and what a peer hears beyond it.

/// Longest message: 5015 beyond it, and the connection is closed because its framing cannot be trusted.
/// A multiple of four, as every message length is.
pub const MESSAGE_OCTETS_MAX: usize = 65_532;

/// Longest SM-RP-UI (TS 29.338 5.3.3.2): 5014 beyond it.
pub const TPDU_OCTETS_MAX: usize = 200;

/// Longest AVP that an answer repeats inside Failed-AVP; a longer one is shown by its header and zeros.
pub const FAILED_AVP_OCTETS_MAX: usize = 512;

/// Longest Session-Id, host or realm of a request that we keep and repeat: 5014 beyond it.
/// A DNS name ends at 255 octets; a Session-Id is a name, two numbers and whatever the peer likes to add.
pub const NAME_OCTETS_MAX: usize = 512;

//! How much of anything there may be, and what a peer hears beyond it.

/// Longest message: 5015 beyond it, and the connection is closed because its framing cannot be trusted.
/// A multiple of four, as every message length is.
pub const MESSAGE_OCTETS_MAX: usize = 65_532;

/// Longest SM-RP-UI (TS 29.338 5.3.3.2): 5014 beyond it.
pub const TPDU_OCTETS_MAX: usize = 200;

/// Longest SM-RP-SMEA: a length, a type and twenty digits (TS 23.040 9.1.2.5): 5014 beyond it.
pub const SME_ADDRESS_OCTETS_MAX: usize = 12;

/// Longest AVP that an answer repeats inside Failed-AVP; a longer one is shown by its header and zeros.
pub const FAILED_AVP_OCTETS_MAX: usize = 512;

/// Longest Session-Id, host or realm of a request that we keep and repeat: 5014 beyond it.
/// A DNS name ends at 255 octets; a Session-Id is a name, two numbers and whatever the peer likes to add.
pub const NAME_OCTETS_MAX: usize = 512;

/// Longest Sh-Data: experimental 5008 (TOO_MUCH_DATA) beyond it. We ask for one user and one service at a time.
pub const SH_DATA_OCTETS_MAX: usize = 32_768;

/// Most elements, texts and comments in an XML document: experimental 5100 (USER_DATA_NOT_RECOGNIZED) beyond it.
pub const XML_NODES_MAX: u32 = 2_048;

/// Most equals signs in an XML document, and so most attributes: experimental 5100 beyond it. The time that the
/// attributes of an element take grows with their square.
pub const XML_EQUALS_MAX: usize = 1_024;

/// Deepest element of an XML document, the root being the first: experimental 5100 beyond it.
/// The schema of Sh nests a handful of `Extension` elements.
pub const XML_DEPTH_MAX: usize = 32;

/// Most Service-Indications of one request: 5009 beyond it.
pub const SERVICE_INDICATIONS_MAX: usize = 4;

/// Longest Service-Indication: 5014 beyond it.
pub const SERVICE_INDICATION_OCTETS_MAX: usize = 128;

/// Longest language tag in our own service data: experimental 5100 beyond it. RFC 5646 4.4.1 asks for 35 octets.
pub const LANGUAGE_OCTETS_MAX: usize = 35;

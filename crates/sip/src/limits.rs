//! What is too much, and what the peer hears about it.

/// Octets of one message: the offsets of the index are 16 bits wide, and a datagram cannot be longer anyway.
/// Beyond: 513 Message Too Large to a request, a response is dropped, a stream is closed after the answer.
pub const MESSAGE_OCTETS_MAX: usize = 65_535;

/// Octets of one header with its continuation lines (RFC 4475 3.1.1.7 has some of several hundred).
/// Beyond: 513.
pub const HEADER_OCTETS_MAX: usize = 16 * 1024;

/// Header lines of one message; an IMS INVITE has 20 to 35. Beyond: 513.
pub const HEADERS_MAX: usize = 64;

/// The largest CSeq number (RFC 3261 8.1.1.5: below 2^31). Beyond: 400.
pub const CSEQ_MAX: u32 = (1 << 31) - 1;

/// The largest Max-Forwards (RFC 3261 20.22). Beyond: 400.
pub const MAX_FORWARDS_MAX: u64 = 255;

/// What our own requests start with (RFC 3261 8.1.1.6).
pub const MAX_FORWARDS_OURS: u64 = 70;

//! Every bound of this crate by name, and what the peer hears beyond it.

/// Octets of one request or response with its body. Beyond it: 413 (the caller may then [`crate::Skip`] it).
pub const FRAME_OCTETS_MAX: usize = 16 * 1024;

/// Octets of a whole message, announced as `a=max-size`. Beyond it: 413.
pub const MESSAGE_OCTETS_MAX: usize = 10_000;

/// Octets of the start line; the longest part is a response's comment. Beyond it: the connection closes,
/// because no end of the frame can be known.
pub const START_LINE_OCTETS_MAX: usize = 512;

/// Shortest transaction identifier, RFC 4975 9. Below it: the connection closes.
pub const TRANSACTION_ID_OCTETS_MIN: usize = 4;

/// Longest transaction identifier, RFC 4975 9. Beyond it: the connection closes.
pub const TRANSACTION_ID_OCTETS_MAX: usize = 32;

/// Longest Message-ID that is read. The grammar ends at 32, the field does not. Beyond it: 400.
pub const MESSAGE_ID_OCTETS_MAX: usize = 64;

/// Header lines of one request or response. Beyond it: 400.
pub const HEADERS_MAX: usize = 64;

/// URIs of one path: relays on both sides and the two ends. Beyond it: 400.
pub const PATH_URIS_MAX: usize = 10;

/// Disjoint pieces of one unfinished message. Beyond it: 413, and the message is forgotten.
pub const PIECES_MAX: usize = 16;

/// Unfinished messages of one session. Beyond it: 413 for the new one.
pub const UNFINISHED_PER_SESSION_MAX: usize = 4;

/// Media lines of one session description. Beyond it: 488 with Warning 399.
pub const MEDIA_LINES_MAX: usize = 16;

/// Octets of a session description. Beyond it: 488 with Warning 399.
pub const SDP_OCTETS_MAX: usize = 16 * 1024;

/// Header lines of one CPIM message, both blocks together. Beyond it: 400.
pub const CPIM_HEADERS_MAX: usize = 64;

/// Tags of one IMDN document. Beyond it: the notification is taken for malformed and is not acted on.
pub const XML_TAGS_MAX: usize = 64;

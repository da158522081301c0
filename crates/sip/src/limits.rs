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

/// Parts of one multipart body; a chat INVITE has two or three. Beyond: 413.
pub const MULTIPART_PARTS_MAX: usize = 16;

/// Octets of a multipart boundary (RFC 2046 5.1.1). Beyond: 400.
pub const BOUNDARY_OCTETS_MAX: usize = 70;

/// Octets of the XML that a third-party REGISTER carries for us; the element around a number needs some 80.
/// Beyond: 413.
pub const IMS_XML_OCTETS_MAX: usize = 4096;

/// Octets of one service identifier, percent escapes removed; the longest that is known here has 57.
/// Beyond: it names no service.
pub const SERVICE_ID_OCTETS_MAX: usize = 96;

/// Seconds that a 422 may make us ask for; a session of days needs no timer. Beyond: we do not ask again, and the
/// session ends when its present interval does.
pub const SESSION_INTERVAL_S_MAX: u32 = 86_400;

/// Octets of a document about a group: who is invited, who is in it. Beyond: 413.
pub const DOCUMENT_OCTETS_MAX: usize = MESSAGE_OCTETS_MAX;

/// Tags of such a document; a participant takes some twelve. Beyond: 400.
pub const DOCUMENT_TAGS_MAX: usize = 8192;

/// Elements inside each other; a sidebar in a conference is twelve deep. Beyond: 400.
pub const DOCUMENT_DEPTH_MAX: usize = 16;

/// Recipients of one invitation to a group. Beyond: 413.
pub const RECIPIENTS_MAX: usize = 1024;

/// Octets of a URI in such a document, references resolved. Beyond: it names no telephone.
pub const URI_OCTETS_MAX: usize = 256;

/// Octets of a Contribution-ID in Session-Replaces. Beyond: nothing is replaced.
pub const CONTRIBUTION_ID_OCTETS_MAX: usize = 128;

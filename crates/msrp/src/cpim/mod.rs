//! CPIM, RFC 3862: a message with its sender, its time and what the sender wants to hear of it.
//!
//! Refuses: a `Require` that it does not know, headers without an end. Tolerates: LF line ends, unknown headers,
//! a wrong Content-length (the octets that came are the message).

mod address;
mod disposition;
mod escape;
mod read;
mod write;

pub use address::Address;
pub use disposition::Disposition;
pub use escape::{escape, unescape};
pub use read::{Cpim, CpimFault};
pub use write::{CpimHeaders, write_cpim, write_date_time};

/// The address of somebody who is known by the session and not by the message, GSMA one-to-one practice.
pub const ANONYMOUS: &[u8] = b"<sip:anonymous@anonymous.invalid>";

/// The namespace of the IMDN headers, RFC 5438 6.
const IMDN_NAMESPACE: &[u8] = b"urn:ietf:params:imdn";

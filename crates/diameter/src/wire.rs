//! Octets of RFC 6733: framing of a stream, views over a message, and a writer into a lent buffer.

mod avp;
mod frame;
mod header;
mod malformed;
mod view;
mod writer;

pub(crate) use avp::refuse_unknown;
pub use avp::{AvpFlags, AvpView, Avps};
pub use frame::frame;
pub use header::{ApplicationId, Command, EndToEnd, Flags, Header, HopByHop, Ids};
pub use malformed::{Invalid, Malformed};
pub use view::MessageView;
pub use writer::MessageWriter;

//! One request or response on the stream: found, read, written.

mod byte_range;
mod fields;
mod frame;
mod malformed;
mod path;
mod refusal;
mod response;
mod send;
mod skip;
mod start_line;
mod uri;
mod view;

pub use byte_range::ByteRange;
pub use fields::FailureReport;
pub use frame::{Frame, frame, frame_from, keep_alives};
pub use malformed::{Malformed, Part};
pub use path::MsrpPath;
pub use refusal::write_refusal;
pub use response::{ReportRequest, write_report, write_response};
pub use send::{SendFault, SendRequest};
pub use skip::{Skip, Skipped};
pub use start_line::{Kind, Method};
pub use uri::{Matching, MsrpUri, write_uri};
pub use view::{ChunkView, Continuation};

/// What stands in front of the transaction identifier in an end-line, RFC 4975 9.
const END_LINE_DASHES: &[u8; 7] = b"-------";

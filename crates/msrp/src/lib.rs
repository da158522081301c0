//! MSRP (RFC 4975), the SDP that sets it up (RFC 4975 8, 6135, 6714), and what it carries: CPIM, IMDN, isComposing.
//!
//! Refuses: to open connections, to read clocks, to draw random numbers, to allocate after birth.
//! In: octets of a stream, octets of a body. Out: borrowed views, and octets in a lent [`octets::Writer`].
//!
//! | door | what is behind it |
//! |---|---|
//! | [`wire`] | one request or response: [`frame`], [`ChunkView`], [`SendRequest`] |
//! | [`report`] | who is owed a response or a REPORT |
//! | [`reassembly`] | chunks back into a message |
//! | [`sdp`] | [`Offer`], [`Answer`] |
//! | [`cpim`], [`imdn`], [`composing`] | the bodies |
//! | [`session_id`] | the identifiers that we mint, and that come home |
//! | [`limits`] | every bound, with its answer on the wire |
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

pub mod composing;
pub mod content;
pub mod cpim;
pub mod imdn;
pub mod limits;
pub mod reassembly;
pub mod report;
pub mod sdp;
pub mod session_id;
mod status;
pub mod wire;

pub use content::ContentKind;
pub use cpim::{Cpim, CpimHeaders, Disposition, write_cpim};
pub use reassembly::{Joined, Reassembly};
pub use report::{failure_report_is_due, response_is_due, success_report_is_due};
pub use sdp::{Answer, Direction, NotAcceptable, Offer, Proposal, Setup};
pub use session_id::{SessionId, TransactionId, write_session_id};
pub use status::Status;
pub use wire::{
    ByteRange, ChunkView, Continuation, FailureReport, Frame, Kind, Malformed, Matching, Method, MsrpPath,
    MsrpUri, Part, ReportRequest, SendFault, SendRequest, Skip, Skipped, frame, frame_from, keep_alives,
    write_refusal, write_report, write_response, write_uri,
};

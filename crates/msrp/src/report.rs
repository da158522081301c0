//! Who is owed what: responses and REPORTs by the Success-Report and Failure-Report of a request.

use crate::Status;
use crate::wire::{ChunkView, FailureReport, Kind, Method};

/// Is a response with `status` owed to `chunk`? RFC 4975 7.2: REPORTs and responses are never answered;
/// `Failure-Report: no` wants no response, `partial` only one that is not 200.
pub fn response_is_due(chunk: &ChunkView<'_>, status: Status) -> bool {
    match chunk.kind() {
        Kind::Response(_) | Kind::Request(Method::Report) => false,
        Kind::Request(Method::Send | Method::Other) => match chunk.failure_report() {
            FailureReport::Yes => true,
            FailureReport::No => false,
            FailureReport::Partial => status != Status::OK,
        },
    }
}

/// Is a REPORT with 200 owed once the message is delivered? RFC 4975 7.1.2.
pub fn success_report_is_due(chunk: &ChunkView<'_>) -> bool {
    chunk.kind() == Kind::Request(Method::Send) && chunk.success_report()
}

/// Is a REPORT of failure owed when a message fails after its SEND was answered 200? RFC 4975 7.1.2.
pub fn failure_report_is_due(chunk: &ChunkView<'_>) -> bool {
    chunk.kind() == Kind::Request(Method::Send) && chunk.failure_report() != FailureReport::No
}

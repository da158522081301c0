//! Answering a request that could not be read, or was not read to its end.
//!
//! Refuses: to answer responses, REPORTs, and a sender that asked for silence.

use octets::{LineEnd, Lines, Writer};

use super::fields::{FailureReport, failure_report, split_header};
use super::frame::keep_alives;
use super::response::write_answer;
use super::start_line::{Kind, Method};
use super::view::read_head;
use crate::Status;

/// Appends `status` as the answer to the request at the front of `bytes`, whole or not. `false`: nothing is owed, or
/// the start line and the paths cannot be read; nothing of use has then been written.
pub fn write_refusal(out: &mut Writer<'_>, bytes: &[u8], status: Status) -> bool {
    let bytes = &bytes[keep_alives(bytes)..];
    let Ok((start, paths, at)) = read_head(bytes) else { return false };
    if matches!(start.kind, Kind::Response(_) | Kind::Request(Method::Report)) || wants_silence(&bytes[at..])
    {
        return false;
    }
    let (to, from) = (paths.from_path.first(), paths.to_path.first());
    write_answer(out, start.transaction_id, to, from, status, None).is_ok()
}

/// Is there a `Failure-Report: no` among the headers that can be read?
fn wants_silence(headers: &[u8]) -> bool {
    Lines::new(headers)
        .map_while(|(_, line, ended)| (!line.is_empty() && ended != LineEnd::Missing).then_some(line))
        .filter_map(split_header)
        .find(|(name, _)| name.eq_ignore_ascii_case(b"Failure-Report"))
        .is_some_and(|(_, value)| failure_report(value) == Some(FailureReport::No))
}

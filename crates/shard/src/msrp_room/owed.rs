//! What a SEND is owed while its text is with the SMS side: a response, and maybe a REPORT.

use msrp::{ByteRange, ChunkView, FailureReport, Status};
use octets::Writer;

use crate::kept::Kept;

/// The head of a SEND, kept until the SMS side has spoken.
#[derive(Debug)]
pub struct Owed {
    /// A SEND without its body, which can be read again.
    head: Kept<HEAD_OCTETS_MAX>,
    octets: u64,
}

impl Owed {
    /// No response and no REPORT: no SEND has brought the text.
    pub const NOTHING: Owed = Owed { head: Kept::EMPTY, octets: 0 };

    /// Keeps what the answer to `chunk` needs; `octets` is the length of the whole message. `None`: too long a head.
    pub fn keep(chunk: &ChunkView<'_>, octets: u64) -> Option<Owed> {
        let head = Kept::write(|out| {
            let mut line = |parts: [&[u8]; 3]| {
                parts.into_iter().for_each(|part| out.put(part));
                out.text("\r\n");
            };
            let yes_or_no = |yes: bool| if yes { &b"yes"[..] } else { b"no" };
            line([b"MSRP ", chunk.transaction_id(), b" SEND"]);
            line([b"To-Path: ", chunk.to_path().as_bytes(), b""]);
            line([b"From-Path: ", chunk.from_path().as_bytes(), b""]);
            line([b"Message-ID: ", chunk.message_id().unwrap_or_default(), b""]);
            line([b"Success-Report: ", yes_or_no(chunk.success_report()), b""]);
            let failures = match chunk.failure_report() {
                FailureReport::Partial => b"partial",
                failures => yes_or_no(failures == FailureReport::Yes),
            };
            line([b"Failure-Report: ", failures, b""]);
            line([b"-------", chunk.transaction_id(), b"$"]);
        })?;
        Some(Owed { head, octets })
    }

    /// Writes the response, if one is due, now that it is known how the message was taken.
    pub(super) fn write_response(&self, status: Status, out: &mut Writer<'_>) {
        let Ok(chunk) = ChunkView::parse(self.head.as_bytes()) else { return };
        if msrp::response_is_due(&chunk, status) {
            let _ = msrp::write_response(out, &chunk, status, None);
        }
    }

    /// Writes the REPORT, if one is due, now that it is known what became of the message. `transaction_id` names it.
    pub(super) fn write_report(&self, status: Status, transaction_id: &[u8], out: &mut Writer<'_>) {
        let Ok(chunk) = ChunkView::parse(self.head.as_bytes()) else { return };
        let is_due = match status {
            Status::OK => msrp::success_report_is_due(&chunk),
            _ => msrp::failure_report_is_due(&chunk),
        };
        if is_due {
            let report = msrp::ReportRequest {
                transaction_id,
                to_path: chunk.from_path().as_bytes(),
                from_path: chunk.to_path().first().as_bytes(),
                message_id: chunk.message_id().unwrap_or_default(),
                byte_range: ByteRange { start: 1, end: Some(self.octets), total: Some(self.octets) },
                status,
                comment: None,
            };
            let _ = msrp::write_report(out, &report);
        }
    }
}

/// Transaction identifier, both paths, Message-ID; a longer head is refused with 400.
const HEAD_OCTETS_MAX: usize = 1024;

//! Where a message ends in a stream (RFC 3261 18.3), and the line ends that keep it alive (RFC 5626 3.5.1).
//!
//! Refuses: to copy, to remember. In: what has arrived and was not consumed. Out: how much of it is one thing.

use crate::limits;
use crate::wire::{ContentLength, HeaderLines, HeaderName, Step};

/// What stands at the front of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Line ends between messages. Four octets are a ping and are answered with CRLF.
    KeepAlive {
        /// How many octets to consume.
        length: usize,
    },
    /// A message, fit for `Index::parse`.
    Complete {
        /// How many octets it has.
        length: usize,
    },
    /// More octets are needed. See `is_pong` for a lone CRLF.
    Incomplete,
    /// Nobody can tell where the next message starts: answer what `Index::salvage` can read, then close.
    Malformed,
}

/// Looks for one message of at most `limit` octets at the front of `bytes`.
pub fn frame(bytes: &[u8], limit: usize) -> Frame {
    match bytes {
        [b'\r', b'\n', b'\r', b'\n', ..] => return Frame::KeepAlive { length: 4 },
        // It may be the first half of a ping, and half a ping is not answered.
        [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Frame::Incomplete,
        [b'\r', b'\n', ..] => return Frame::KeepAlive { length: 2 },
        [b'\n', ..] => return Frame::KeepAlive { length: 1 },
        [first, ..] if !first.is_ascii_graphic() => return Frame::Malformed,
        _ => {}
    }
    let limit = limit.min(limits::MESSAGE_OCTETS_MAX);
    let unended = if bytes.len() < limit { Frame::Incomplete } else { Frame::Malformed };
    let Some(feed) = memchr::memchr(b'\n', bytes) else { return unended };
    let mut lines = HeaderLines::new(bytes, feed + 1);
    let mut content_length = ContentLength::Absent;
    loop {
        match lines.step() {
            Step::Header(line) if line.classify() == Some(HeaderName::ContentLength) => {
                content_length.note(line.value);
            }
            // A header that is wrong does not hide where the message ends: it gets its 400 and the stream lives on.
            Step::Header(_) | Step::Bad(..) => {}
            Step::Unended(_) => return unended,
            Step::Body(at) => return with_body(bytes.len(), at, content_length, limit),
        }
    }
}

/// Is all that has arrived one CRLF? On a connection where we sent a ping this is its pong.
pub fn is_pong(bytes: &[u8]) -> bool {
    bytes == b"\r\n"
}

// RFC 3261 20.14: on a stream Content-Length is mandatory.
fn with_body(arrived: usize, body: usize, content_length: ContentLength, limit: usize) -> Frame {
    let ContentLength::Octets(octets) = content_length else { return Frame::Malformed };
    match body.checked_add(octets) {
        Some(length) if length > limit => Frame::Malformed,
        Some(length) if length <= arrived => Frame::Complete { length },
        Some(_) => Frame::Incomplete,
        None => Frame::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"MESSAGE sip:a@b SIP/2.0\r\nContent-Length:    5\r\nX: 1\r\n\r\nhello";
    const LIMIT: usize = 4096;

    #[test]
    fn a_message_ends_where_content_length_says() {
        assert_eq!(frame(MESSAGE, LIMIT), Frame::Complete { length: MESSAGE.len() });
        let two = [MESSAGE, MESSAGE].concat();
        assert_eq!(frame(&two, LIMIT), Frame::Complete { length: MESSAGE.len() });
    }

    #[test]
    fn every_beginning_of_a_message_is_incomplete() {
        for length in 0..MESSAGE.len() {
            assert_eq!(frame(&MESSAGE[..length], LIMIT), Frame::Incomplete, "{length} octets");
        }
    }

    #[test]
    fn line_ends_between_messages_are_keep_alives() {
        assert_eq!(frame(b"\r\n\r\n", LIMIT), Frame::KeepAlive { length: 4 });
        assert_eq!(frame(b"\r\n\r\nMESSAGE", LIMIT), Frame::KeepAlive { length: 4 });
        assert_eq!(frame(b"\r\nMESSAGE", LIMIT), Frame::KeepAlive { length: 2 });
        for half in [&b"\r"[..], b"\r\n", b"\r\n\r"] {
            assert_eq!(frame(half, LIMIT), Frame::Incomplete);
        }
        assert!(is_pong(b"\r\n") && !is_pong(b"\r\n\r"));
    }

    #[test]
    fn compact_folded_and_lf_only_lengths_are_read() {
        let message = b"BYE sip:a@b SIP/2.0\nl :\n 2\nX: 1\n\nhi";
        assert_eq!(frame(message, LIMIT), Frame::Complete { length: message.len() });
    }

    #[test]
    fn a_bad_header_does_not_cost_the_connection() {
        let message = b"BYE sip:a@b SIP/2.0\r\nno colon here\r\nl: 2\r\n\r\nhi";
        assert_eq!(frame(message, LIMIT), Frame::Complete { length: message.len() });
    }

    #[test]
    fn without_a_length_that_can_be_believed_the_stream_ends() {
        for head in [
            &b"BYE sip:a@b SIP/2.0\r\nX: 1\r\n\r\n"[..],
            b"BYE sip:a@b SIP/2.0\r\nl: -1\r\n\r\n",
            b"BYE sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx",
            b"BYE sip:a@b SIP/2.0\r\nl: 99999999999999999999999\r\n\r\n",
            b"BYE sip:a@b SIP/2.0\r\nl: 18446744073709551615\r\n\r\n",
            b"BYE sip:a@b SIP/2.0\r\nl: 4096\r\n\r\n",
            b"\rBYE",
            b"\x16\x03\x01\x02\x00",
        ] {
            assert_eq!(frame(head, LIMIT), Frame::Malformed);
        }
    }

    #[test]
    fn a_head_that_never_ends_is_given_up_at_the_limit() {
        let endless = [b'a'; 100];
        assert_eq!(frame(&endless[..99], 100), Frame::Incomplete);
        assert_eq!(frame(&endless, 100), Frame::Malformed);
    }
}

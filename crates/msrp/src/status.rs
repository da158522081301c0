//! Response status codes, RFC 4975 10.

/// A three-digit status code, as a response and the Status header carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status(pub u16);

impl Status {
    /// 200: received; for the sender, the transaction succeeded.
    pub const OK: Status = Status(200);
    /// 400: the request was unintelligible.
    pub const BAD_REQUEST: Status = Status(400);
    /// 403: the attempted action is not allowed.
    pub const FORBIDDEN: Status = Status(403);
    /// 408: a transaction further down the path was not answered in time.
    pub const TIMEOUT: Status = Status(408);
    /// 413: stop sending this message.
    pub const STOP_SENDING: Status = Status(413);
    /// 415: the media type is not understood.
    pub const UNSUPPORTED_MEDIA_TYPE: Status = Status(415);
    /// 423: a parameter is out of bounds.
    pub const OUT_OF_BOUNDS: Status = Status(423);
    /// 481: no such session.
    pub const NO_SUCH_SESSION: Status = Status(481);
    /// 501: the method is not understood.
    pub const UNKNOWN_METHOD: Status = Status(501);
    /// 506: the session is bound to another connection.
    pub const BOUND_ELSEWHERE: Status = Status(506);

    /// From exactly three digits.
    pub fn from_ascii(text: &[u8]) -> Option<Status> {
        if text.len() != 3 {
            return None;
        }
        octets::decimal(text).and_then(|value| u16::try_from(value).ok()).map(Status)
    }

    /// Is it a success?
    pub fn is_success(self) -> bool {
        (200..300).contains(&self.0)
    }

    /// Does it end the session, not only the message? The MSRP side is then torn down with BYE.
    pub fn ends_session(self) -> bool {
        matches!(self, Status::NO_SUCH_SESSION | Status::BOUND_ELSEWHERE)
    }

    /// The usual comment; empty for a code that RFC 4975 does not know.
    pub fn comment(self) -> &'static str {
        match self {
            Status::OK => "OK",
            Status::BAD_REQUEST => "Bad Request",
            Status::FORBIDDEN => "Forbidden",
            Status::TIMEOUT => "Timeout",
            Status::STOP_SENDING => "Stop Sending",
            Status::UNSUPPORTED_MEDIA_TYPE => "Unsupported Media Type",
            Status::OUT_OF_BOUNDS => "Out of Bounds",
            Status::NO_SUCH_SESSION => "No Such Session",
            Status::UNKNOWN_METHOD => "Unknown Method",
            Status::BOUND_ELSEWHERE => "Session Already In Use",
            _ => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_three_digits() {
        assert_eq!(Status::from_ascii(b"200"), Some(Status::OK));
        for bad in [&b""[..], b"20", b"2000", b"2x0", b"+20"] {
            assert_eq!(Status::from_ascii(bad), None);
        }
    }

    #[test]
    fn only_481_and_506_cost_the_session() {
        let ending = (100..700).map(Status).filter(|status| status.ends_session());
        assert!(ending.eq([Status(481), Status(506)]));
    }
}

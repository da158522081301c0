//! CSeq and RAck: which request of a dialog this is about (RFC 3261 20.16, RFC 3262 7.2).

use super::Method;
use super::grammar::{is_token, is_white, trim};
use crate::limits;

/// The number and method of a request, repeated by its responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31.
    pub number: u32,
    /// The method.
    pub method: Method,
}

impl CSeq {
    /// Reads the value; `None` outside the grammar, or when the number is too large (RFC 4475 3.1.2.4).
    pub fn parse(value: &[u8]) -> Option<CSeq> {
        let (number, method) = split(value)?;
        Some(CSeq { number, method: Method::parse(method) })
    }
}

/// Which reliable provisional response a PRACK acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RAck {
    /// RSeq of the response.
    pub rseq: u32,
    /// CSeq of the response.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads the value.
    pub fn parse(value: &[u8]) -> Option<RAck> {
        let (rseq, cseq) = split_word(value)?;
        Some(RAck { rseq: u32::try_from(octets::decimal(rseq)?).ok()?, cseq: CSeq::parse(cseq)? })
    }
}

/// Number, and the method as written.
pub(crate) fn split(value: &[u8]) -> Option<(u32, &[u8])> {
    let (number, method) = split_word(value)?;
    let number = octets::decimal(number).filter(|number| *number <= u64::from(limits::CSEQ_MAX))?;
    is_token(method).then_some((number as u32, method))
}

fn split_word(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let value = trim(value);
    let end = value.iter().position(|octet| is_white(*octet))?;
    Some((&value[..end], trim(&value[end..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_folds_are_read() {
        let expected = CSeq { number: 9, method: Method::Invite };
        assert_eq!(CSeq::parse(b"0009\r\n  INVITE"), Some(expected));
        assert_eq!(
            RAck::parse(b"776656 1 INVITE").map(|rack| (rack.rseq, rack.cseq.number)),
            Some((776_656, 1))
        );
    }

    #[test]
    fn numbers_end_below_two_to_the_thirty_first() {
        assert!(CSeq::parse(b"2147483647 BYE").is_some());
        for bad in
            [&b"2147483648 BYE"[..], b"36893488147419103232 BYE", b"-1 BYE", b"BYE", b"1", b"1 B YE", b""]
        {
            assert_eq!(CSeq::parse(bad), None);
        }
    }
}

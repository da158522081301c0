//! Content-Type and the ranges of Accept (RFC 3261 20.1, 20.15).

use core::fmt;

use super::Params;
use super::grammar::{take_octet, take_token, trim};

/// `type/subtype;params`, borrowed.
#[derive(Clone, Copy)]
pub struct MediaType<'a> {
    /// Before the slash.
    pub kind: &'a [u8],
    /// Behind it.
    pub subtype: &'a [u8],
    /// Charset, boundary and the like.
    pub params: Params<'a>,
}

impl<'a> MediaType<'a> {
    /// Reads one media type or range; `None` outside the grammar.
    pub fn parse(value: &'a [u8]) -> Option<MediaType<'a>> {
        let mut rest = trim(value);
        let kind = take_token(&mut rest)?;
        take_octet(&mut rest, b'/')?;
        let subtype = take_token(&mut rest)?;
        let params = Params::parse(rest)?;
        params.is_well_formed().then_some(MediaType { kind, subtype, params })
    }

    /// Is it `name`, such as `application/sdp`? Parameters are not compared.
    pub fn is(&self, name: &[u8]) -> bool {
        let Some(slash) = memchr::memchr(b'/', name) else { return false };
        self.kind.eq_ignore_ascii_case(&name[..slash])
            && self.subtype.eq_ignore_ascii_case(&name[slash + 1..])
    }

    /// Taken as a range of Accept: does it permit `name`? `q=0` forbids.
    pub fn permits(&self, name: &[u8]) -> bool {
        let Some(slash) = memchr::memchr(b'/', name) else { return false };
        let fits = |range: &[u8], word: &[u8]| range == b"*" || range.eq_ignore_ascii_case(word);
        let is_refused =
            self.params.value(b"q").is_some_and(|q| q.iter().all(|octet| matches!(octet, b'0' | b'.')));
        !is_refused && fits(self.kind, &name[..slash]) && fits(self.subtype, &name[slash + 1..])
    }
}

impl fmt::Debug for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<media type>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_permit_what_they_cover() {
        let permits =
            |range: &'static [u8]| MediaType::parse(range).expect("a range").permits(b"application/sdp");
        assert!(permits(b"application/SDP") && permits(b"application/*;q=0.5") && permits(b"*/*"));
        assert!(!permits(b"application/sdp;q=0.0") && !permits(b"text/*") && !permits(b"application/sdpx"));
        assert!(MediaType::parse(b"application").is_none());
    }
}

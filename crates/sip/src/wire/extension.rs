//! Session-Expires: how long a session lives without being refreshed (RFC 4028 4).

use octets::Writer;

use super::grammar::trim;
use super::params::Params;

/// Who refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answers it.
    Uas,
}

/// The value of Session-Expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    /// Seconds until the session counts as dead.
    pub seconds: u32,
    /// Who refreshes; in a request it may be left to the answerer.
    pub refresher: Option<Refresher>,
}

impl SessionExpires {
    /// Reads the value; `None` outside the grammar.
    pub fn parse(value: &[u8]) -> Option<SessionExpires> {
        let value = trim(value);
        let (seconds, params) = value.split_at(memchr::memchr(b';', value).unwrap_or(value.len()));
        let refresher = match Params::parse(params)?.value(b"refresher") {
            None => None,
            Some(who) if who.eq_ignore_ascii_case(b"uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case(b"uas") => Some(Refresher::Uas),
            Some(_) => return None,
        };
        // Larger than any session: a number that does not fit means the same.
        let seconds = octets::decimal(trim(seconds))?.min(u64::from(u32::MAX)) as u32;
        Some(SessionExpires { seconds, refresher })
    }

    /// Writes the value.
    pub fn write(self, out: &mut Writer<'_>) {
        out.decimal(u64::from(self.seconds));
        match self.refresher {
            Some(Refresher::Uac) => out.text(";refresher=uac"),
            Some(Refresher::Uas) => out.text(";refresher=uas"),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_refreshes_may_be_left_open() {
        let read = |value: &[u8]| SessionExpires::parse(value).map(|read| (read.seconds, read.refresher));
        assert_eq!(read(b"1800;refresher=uac"), Some((1800, Some(Refresher::Uac))));
        assert_eq!(read(b" 90 ; Refresher = UAS"), Some((90, Some(Refresher::Uas))));
        assert_eq!(read(b"1800"), Some((1800, None)));
        assert_eq!(read(b"1800;refresher=me"), None);
        assert_eq!(read(b"soon"), None);
    }
}

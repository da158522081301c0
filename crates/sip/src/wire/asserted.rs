//! Who somebody is, as the trusted network says: P-Asserted-Identity (RFC 3325) and P-Served-User (RFC 5502).
//!
//! Refuses: to judge whether the sender is trusted; only peers on ISC are asked.

use core::fmt;

use octets::Digits;

use super::{HeaderName, MessageView, NameAddr, Scheme};

/// An identity that the network vouches for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Asserted<'a> {
    /// The telephone number: of the tel URI, else of the SIP URI; `None` for a name.
    pub tel: Option<Digits>,
    /// The SIP URI, or the tel URI when there is no other.
    pub uri: &'a [u8],
}

impl<'a> Asserted<'a> {
    /// Reads P-Asserted-Identity. RFC 3325 9.1 allows one SIP and one tel URI; of more, the first of each kind counts.
    pub fn of(message: &MessageView<'a>) -> Option<Asserted<'a>> {
        Self::read(message.elements(HeaderName::PAssertedIdentity).filter_map(NameAddr::parse_asserted))
    }

    /// An identity that stands alone, as in To.
    pub fn of_address(address: NameAddr<'a>) -> Option<Asserted<'a>> {
        Self::read(core::iter::once(address))
    }

    fn read(addresses: impl Iterator<Item = NameAddr<'a>>) -> Option<Asserted<'a>> {
        let (mut sip, mut tel) = (None, None);
        for address in addresses {
            let Some(uri) = address.parsed_uri() else { continue };
            let slot = match uri.scheme {
                Scheme::Sip | Scheme::Sips => &mut sip,
                Scheme::Tel => &mut tel,
                Scheme::Other => continue,
            };
            slot.get_or_insert((address.uri, uri.digits()));
        }
        let digits = |found: Option<(&'a [u8], Option<Digits>)>| found.and_then(|(_, digits)| digits);
        let (uri, _) = sip.or(tel)?;
        Some(Asserted { tel: digits(tel).or(digits(sip)), uri })
    }
}

impl fmt::Debug for Asserted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<identity, {}a number>", if self.tel.is_some() { "" } else { "not " })
    }
}

/// In which role the served user is served (RFC 5502 4, RFC 8498).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionCase {
    /// The served user calls.
    Originating,
    /// The served user is called.
    Terminating,
    /// The served user diverts; what leaves is an originating session of its own.
    OriginatingAfterDiversion,
}

/// The user that this request is about for us, as the S-CSCF says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ServedUser<'a> {
    /// Who.
    pub identity: Asserted<'a>,
    /// In which role; `None` when the S-CSCF does not say.
    pub case: Option<SessionCase>,
    /// Registered at that time? `None` when the S-CSCF does not say.
    pub is_registered: Option<bool>,
}

impl<'a> ServedUser<'a> {
    /// Reads P-Served-User. Without angle brackets parameters belong to the header, unlike in P-Asserted-Identity
    /// (RFC 5502 7: it has parameters of its own).
    pub fn of(message: &MessageView<'a>) -> Option<ServedUser<'a>> {
        let address = NameAddr::parse(message.elements(HeaderName::PServedUser).next()?)?;
        let says = |param: &[u8], word: &[u8]| {
            address.params.value(param).is_some_and(|value| value.eq_ignore_ascii_case(word))
        };
        let case = if address.params.has(b"orig-cdiv") {
            Some(SessionCase::OriginatingAfterDiversion)
        } else if says(b"sescase", b"orig") {
            Some(SessionCase::Originating)
        } else if says(b"sescase", b"term") {
            Some(SessionCase::Terminating)
        } else {
            None
        };
        let is_registered = if says(b"regstate", b"reg") {
            Some(true)
        } else if says(b"regstate", b"unreg") {
            Some(false)
        } else {
            None
        };
        Some(ServedUser { identity: Asserted::of_address(address)?, case, is_registered })
    }
}

impl fmt::Debug for ServedUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<served user, {:?}, registered {:?}>", self.case, self.is_registered)
    }
}

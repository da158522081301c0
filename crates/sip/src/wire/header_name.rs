//! Header names: which ones the gateway tells apart, and their compact forms.
//!
//! Rate: once per header line, some 25 a message. A name is told apart by its length and one fold of its
//! letters, then compared once; a linear search through the table would cost more than the rest of the index.

macro_rules! header_names {
    ($($variant:ident = $name:literal $($compact:literal)?;)*) => {
        /// A header field, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum HeaderName {
            $(#[doc = $name] $variant,)*
            /// Any other name: kept in the index, told apart by its text.
            Other,
        }

        impl HeaderName {
            /// The full name as standards write it; empty for `Other`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(HeaderName::$variant => $name,)*
                    HeaderName::Other => "",
                }
            }

            /// The one-letter form of RFC 3261 7.3.3, in lower case.
            const fn of_compact(letter: u8) -> HeaderName {
                $($(if letter == $compact {
                    return HeaderName::$variant;
                })?)*
                HeaderName::Other
            }
        }

        static ALL: &[(&[u8], HeaderName)] = &[$(($name.as_bytes(), HeaderName::$variant),)*];
    };
}

header_names! {
    Via = "Via" b'v';
    From = "From" b'f';
    To = "To" b't';
    CallId = "Call-ID" b'i';
    CSeq = "CSeq";
    MaxForwards = "Max-Forwards";
    Contact = "Contact" b'm';
    ContentLength = "Content-Length" b'l';
    ContentType = "Content-Type" b'c';
    Route = "Route";
    RecordRoute = "Record-Route";
    Allow = "Allow";
    Supported = "Supported" b'k';
    Require = "Require";
    ProxyRequire = "Proxy-Require";
    Unsupported = "Unsupported";
    UserAgent = "User-Agent";
    Server = "Server";
    Expires = "Expires";
    Accept = "Accept";
    AcceptContact = "Accept-Contact" b'a';
    AcceptEncoding = "Accept-Encoding";
    AcceptLanguage = "Accept-Language";
    AlertInfo = "Alert-Info";
    AllowEvents = "Allow-Events" b'u';
    AuthenticationInfo = "Authentication-Info";
    Authorization = "Authorization";
    CallInfo = "Call-Info";
    ContentDisposition = "Content-Disposition";
    ContentEncoding = "Content-Encoding" b'e';
    ContentId = "Content-ID";
    ContentLanguage = "Content-Language";
    ContributionId = "Contribution-ID";
    ConversationId = "Conversation-ID";
    Date = "Date";
    Diversion = "Diversion";
    ErrorInfo = "Error-Info";
    Event = "Event" b'o';
    FeatureCaps = "Feature-Caps";
    HistoryInfo = "History-Info";
    Identity = "Identity" b'y';
    InReplyTo = "In-Reply-To";
    InReplyToContributionId = "InReplyTo-Contribution-ID";
    MimeVersion = "MIME-Version";
    MinExpires = "Min-Expires";
    MinSe = "Min-SE";
    Organization = "Organization";
    PAccessNetworkInfo = "P-Access-Network-Info";
    PAssertedIdentity = "P-Asserted-Identity";
    PAssertedService = "P-Asserted-Service";
    PAssociatedUri = "P-Associated-URI";
    PCalledPartyId = "P-Called-Party-ID";
    PChargingFunctionAddresses = "P-Charging-Function-Addresses";
    PChargingVector = "P-Charging-Vector";
    PEarlyMedia = "P-Early-Media";
    PPreferredIdentity = "P-Preferred-Identity";
    PPreferredService = "P-Preferred-Service";
    PServedUser = "P-Served-User";
    PVisitedNetworkId = "P-Visited-Network-ID";
    Path = "Path";
    Priority = "Priority";
    Privacy = "Privacy";
    ProxyAuthenticate = "Proxy-Authenticate";
    ProxyAuthorization = "Proxy-Authorization";
    RAck = "RAck";
    RSeq = "RSeq";
    Reason = "Reason";
    ReferTo = "Refer-To" b'r';
    ReferredBy = "Referred-By" b'b';
    RejectContact = "Reject-Contact" b'j';
    Replaces = "Replaces";
    ReplyTo = "Reply-To";
    RequestDisposition = "Request-Disposition" b'd';
    RetryAfter = "Retry-After";
    ServiceRoute = "Service-Route";
    SessionExpires = "Session-Expires" b'x';
    SessionReplaces = "Session-Replaces";
    SipEtag = "SIP-ETag";
    SipIfMatch = "SIP-If-Match";
    Subject = "Subject" b's';
    SubscriptionState = "Subscription-State";
    Timestamp = "Timestamp";
    UserToUser = "User-to-User";
    Warning = "Warning";
    WwwAuthenticate = "WWW-Authenticate";
}

impl HeaderName {
    /// Names are case-insensitive (RFC 3261 7.3.1).
    #[inline]
    pub fn parse(name: &[u8]) -> HeaderName {
        match name {
            [letter] => HeaderName::of_compact(letter.to_ascii_lowercase()),
            [first, .., last] => {
                let mut slot = slot_of(*first, *last, name.len());
                loop {
                    let candidate = SLOTS[slot];
                    if candidate == EMPTY {
                        return HeaderName::Other;
                    }
                    let (text, candidate) = ALL[candidate as usize];
                    // Most senders write names as the standards do, and equal octets compare faster.
                    if text == name || text.eq_ignore_ascii_case(name) {
                        return candidate;
                    }
                    slot = (slot + 1) % SLOT_COUNT;
                }
            }
            [] => HeaderName::Other,
        }
    }
}

/// The full name, for writers; `Other` has none and is written by its text instead.
impl AsRef<[u8]> for HeaderName {
    fn as_ref(&self) -> &[u8] {
        self.name().as_bytes()
    }
}

/// Where the search for a name begins: first letter, last letter and length spread the table well.
const fn slot_of(first: u8, last: u8, length: usize) -> usize {
    let first = first.to_ascii_lowercase() as usize;
    let last = last.to_ascii_lowercase() as usize;
    (first.wrapping_mul(31) ^ last.wrapping_mul(171) ^ length.wrapping_mul(67)) % SLOT_COUNT
}

/// About three slots a name, so that most searches end at the first slot.
const SLOT_COUNT: usize = 256;
const EMPTY: u8 = u8::MAX;

/// Position in `ALL` of the name that belongs at each slot, or of one that was pushed on by a neighbour.
static SLOTS: [u8; SLOT_COUNT] = {
    let mut slots = [EMPTY; SLOT_COUNT];
    let mut position = 0;
    while position < ALL.len() {
        let (name, _) = ALL[position];
        let mut slot = slot_of(name[0], name[name.len() - 1], name.len());
        while slots[slot] != EMPTY {
            slot = (slot + 1) % SLOT_COUNT;
        }
        slots[slot] = position as u8;
        position += 1;
    }
    slots
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case() {
        extern crate std;
        for (text, name) in ALL {
            assert_eq!(name.name().as_bytes(), *text);
            assert_eq!(HeaderName::parse(text), *name);
            assert_eq!(HeaderName::parse(&text.to_ascii_uppercase()), *name);
            assert_eq!(HeaderName::parse(&text.to_ascii_lowercase()), *name);
        }
    }

    #[test]
    fn compact_forms_mean_the_long_ones() {
        // RFC 3261 7.3.3, RFC 3841 (a, d, j), RFC 4028 (x), RFC 6665 (o, u), RFC 3515 (r), RFC 3892 (b).
        for (letter, name) in [
            (b'a', HeaderName::AcceptContact),
            (b'c', HeaderName::ContentType),
            (b'e', HeaderName::ContentEncoding),
            (b'f', HeaderName::From),
            (b'i', HeaderName::CallId),
            (b'k', HeaderName::Supported),
            (b'l', HeaderName::ContentLength),
            (b'm', HeaderName::Contact),
            (b'r', HeaderName::ReferTo),
            (b's', HeaderName::Subject),
            (b't', HeaderName::To),
            (b'v', HeaderName::Via),
            (b'x', HeaderName::SessionExpires),
        ] {
            assert_eq!(HeaderName::parse(&[letter]), name);
            assert_eq!(HeaderName::parse(&[letter.to_ascii_uppercase()]), name);
        }
        assert_eq!(HeaderName::parse(b"z"), HeaderName::Other);
    }

    #[test]
    fn what_only_resembles_a_name_is_another() {
        for name in [&b"Vias"[..], b"Call_ID", b"Froth", b"C%6Fntact", b"", b"Cso"] {
            assert_eq!(HeaderName::parse(name), HeaderName::Other);
        }
    }
}

//! Is a message fit to be worked on? The part of RFC 3261 8.2 and 8.1.3 that asks nobody's policy.

use super::view::is_word;
use super::{CSeq, HeaderName, MessageView, Method, NameAddr, Scheme, StatusCode, Uri, Via, cseq};

/// A request that cannot be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRequest {
    /// What the client hears.
    pub status: StatusCode,
    /// The header that is to blame; `None` for the request line.
    pub header: Option<HeaderName>,
}

/// A response that is dropped: nobody answers a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// The header that is to blame.
    pub header: HeaderName,
}

impl MessageView<'_> {
    /// Checks syntax, then method, then Request-URI (RFC 3261 8.2.1, 8.2.2.1). What depends on what this server can do
    /// (405, 406, 415, 420) is asked of `Capabilities`; an ACK is checked too, but never answered.
    pub fn validate_request(&self) -> Result<(), BadRequest> {
        self.check_headers().map_err(|header| bad(Some(header)))?;
        let (_, method) =
            self.header(HeaderName::CSeq).and_then(cseq::split).ok_or(bad(Some(HeaderName::CSeq)))?;
        let is_unknown = self.method() == Method::Other;
        if method != self.method_name() {
            // RFC 4475 3.1.2.17 and 18: whoever knows the method objects to the mismatch, whoever does not to the method.
            let status = if is_unknown { StatusCode::NOT_IMPLEMENTED } else { StatusCode::BAD_REQUEST };
            return Err(BadRequest { status, header: Some(HeaderName::CSeq) });
        }
        if self.header(HeaderName::MaxForwards).is_some() && self.max_forwards().is_none() {
            return Err(bad(Some(HeaderName::MaxForwards)));
        }
        // REGISTER may say `*` (RFC 3261 10.2.2).
        let mut contacts = self.elements(HeaderName::Contact);
        if !contacts.all(|contact| contact == b"*" || NameAddr::parse(contact).is_some()) {
            return Err(bad(Some(HeaderName::Contact)));
        }
        if is_unknown {
            return Err(BadRequest { status: StatusCode::NOT_IMPLEMENTED, header: None });
        }
        match Uri::parse(self.request_uri()) {
            Some(uri) if uri.scheme == Scheme::Other => {
                Err(BadRequest { status: StatusCode::UNSUPPORTED_URI_SCHEME, header: None })
            }
            // RFC 3261 19.1.1: a Request-URI has no headers.
            Some(uri) if uri.headers.is_none() => Ok(()),
            _ => Err(bad(None)),
        }
    }

    /// Checks a response before it is matched to a client transaction. Whether its Via is ours is asked of
    /// `Via::is_sent_by` or of the branch that we minted.
    pub fn validate_response(&self) -> Result<(), Unusable> {
        self.check_headers().map_err(|header| Unusable { header })?;
        // RFC 3261 8.1.3.3: a second Via means that it was meant for somebody behind us; we have nobody there.
        if self.elements(HeaderName::Via).nth(1).is_some() {
            return Err(Unusable { header: HeaderName::Via });
        }
        match self.header(HeaderName::CSeq).and_then(CSeq::parse) {
            Some(_) => Ok(()),
            None => Err(Unusable { header: HeaderName::CSeq }),
        }
    }

    /// What every message must have, once, and readable (RFC 3261 8.1.1, 7.3.1).
    fn check_headers(&self) -> Result<(), HeaderName> {
        let (seen, repeated) = self.index.census();
        if let Some(missing) = MANDATORY.iter().find(|name| seen & bit(**name) == 0) {
            return Err(*missing);
        }
        if repeated & SINGLE_MASK != 0 {
            let twice = SINGLE.iter().find(|name| repeated & bit(**name) != 0);
            return Err(twice.copied().unwrap_or(HeaderName::Other));
        }
        if Via::parse(self.top_via()).is_none() {
            return Err(HeaderName::Via);
        }
        for name in [HeaderName::From, HeaderName::To] {
            if self.header(name).and_then(NameAddr::parse).is_none() {
                return Err(name);
            }
        }
        // A hop that cannot be read would be left out of the route set, and our requests would pass it by.
        if !self.elements(HeaderName::RecordRoute).all(|route| NameAddr::parse(route).is_some()) {
            return Err(HeaderName::RecordRoute);
        }
        if is_word(self.call_id()) { Ok(()) } else { Err(HeaderName::CallId) }
    }
}

fn bad(header: Option<HeaderName>) -> BadRequest {
    BadRequest { status: StatusCode::BAD_REQUEST, header }
}

/// The place of a name in the masks of `Index::census`.
pub(crate) const fn bit(name: HeaderName) -> u128 {
    1 << name as u8
}

/// Max-Forwards is mandatory too, but RFC 2543 clients do not send it.
const MANDATORY: [HeaderName; 5] =
    [HeaderName::Via, HeaderName::From, HeaderName::To, HeaderName::CallId, HeaderName::CSeq];

/// RFC 4475 3.3.8: with two different values nobody can say which one is meant.
const SINGLE: [HeaderName; 11] = [
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::MaxForwards,
    HeaderName::ContentType,
    HeaderName::Expires,
    HeaderName::SessionExpires,
    HeaderName::MinSe,
    HeaderName::RAck,
    HeaderName::RSeq,
];

const SINGLE_MASK: u128 = {
    let mut mask = 0;
    let mut at = 0;
    while at < SINGLE.len() {
        mask |= bit(SINGLE[at]);
        at += 1;
    }
    mask
};

//! A message read through its index.

use core::fmt;

use super::grammar::{is_white, trim};
use super::start_line::StartLine;
use super::{CSeq, Elements, HeaderName, Index, MediaType, Method, NameAddr, Params, StatusCode, Via};
use crate::limits;

/// One message, borrowed, and its index. What is asked for is parsed when it is asked for.
///
/// `via`, `from`, `to` and `cseq` are total: a header that is missing or unreadable reads as an empty one. After
/// `validate_request` or `validate_response` has passed, they are what the message says.
#[derive(Clone, Copy)]
pub struct MessageView<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) index: &'a Index,
}

/// All of it, as it came.
impl AsRef<[u8]> for MessageView<'_> {
    fn as_ref(&self) -> &[u8] {
        self.bytes
    }
}

impl<'a> MessageView<'a> {
    /// `index` was made from `bytes`, or from octets that `bytes` is a copy of.
    pub fn new(bytes: &'a [u8], index: &'a Index) -> Self {
        MessageView { bytes, index }
    }

    /// Is it a request?
    pub fn is_request(&self) -> bool {
        matches!(self.index.start_line, StartLine::Request { .. })
    }

    /// The method of a request; of a response that of its CSeq.
    pub fn method(&self) -> Method {
        match self.index.start_line {
            StartLine::Request { method, .. } => method,
            StartLine::Status(_) => self.cseq().method,
        }
    }

    /// The method as written, also when it is an unknown one; empty for a response.
    pub fn method_name(&self) -> &'a [u8] {
        match self.index.start_line {
            StartLine::Request { method_name, .. } => method_name.of(self.bytes),
            StartLine::Status(_) => b"",
        }
    }

    /// The Request-URI; empty for a response.
    pub fn request_uri(&self) -> &'a [u8] {
        match self.index.start_line {
            StartLine::Request { uri, .. } => uri.of(self.bytes),
            StartLine::Status(_) => b"",
        }
    }

    /// The status code of a response.
    pub fn status(&self) -> Option<StatusCode> {
        match self.index.start_line {
            StartLine::Request { .. } => None,
            StartLine::Status(status) => Some(status),
        }
    }

    /// The first line, as it is on the wire.
    pub fn start_line(&self) -> &'a [u8] {
        self.index.start_line_span.of(self.bytes)
    }

    /// The value of the first header `name`, white space around it removed. A folded value still holds its folds.
    pub fn header(&self, name: HeaderName) -> Option<&'a [u8]> {
        self.index.first(name).map(|value| value.of(self.bytes))
    }

    /// The values of all headers `name`, one for each line.
    pub fn headers(&self, name: HeaderName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.bytes;
        self.index.places_of(name).map(move |value| value.of(bytes))
    }

    /// The elements of all headers `name`, where commas separate (not in From, To, Call-ID, Date, Subject and
    /// the challenge headers).
    pub fn elements(&self, name: HeaderName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.headers(name).flat_map(Elements::new)
    }

    /// The value of the first header with this name, for names that `HeaderName` does not know.
    pub fn header_named(&self, name: &[u8]) -> Option<&'a [u8]> {
        let (_, value) = self.all_headers().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Name as written, and value, of every header in order.
    pub fn all_headers(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let bytes = self.bytes;
        self.index.all().map(move |(start, value)| {
            let line = bytes.get(start..value.start()).unwrap_or_default();
            (trim(line.split(|octet| *octet == b':').next().unwrap_or_default()), value.of(bytes))
        })
    }

    /// Call-ID; empty when it is missing.
    pub fn call_id(&self) -> &'a [u8] {
        self.header(HeaderName::CallId).unwrap_or_default()
    }

    /// CSeq; number 0 of an unknown method when it is unreadable.
    pub fn cseq(&self) -> CSeq {
        let value = self.header(HeaderName::CSeq).and_then(CSeq::parse);
        value.unwrap_or(CSeq { number: 0, method: Method::Other })
    }

    /// The topmost Via as it is written, without what follows it in its line.
    pub fn top_via(&self) -> &'a [u8] {
        self.elements(HeaderName::Via).next().unwrap_or_default()
    }

    /// The topmost Via.
    pub fn via(&self) -> Via<'a> {
        Via::parse(self.top_via()).unwrap_or_default()
    }

    /// From.
    pub fn from(&self) -> NameAddr<'a> {
        self.address(HeaderName::From)
    }

    /// To.
    pub fn to(&self) -> NameAddr<'a> {
        self.address(HeaderName::To)
    }

    /// The tag of From.
    pub fn from_tag(&self) -> Option<&'a [u8]> {
        self.from().tag()
    }

    /// The tag of To: there in everything that belongs to a dialog.
    pub fn to_tag(&self) -> Option<&'a [u8]> {
        self.to().tag()
    }

    /// The first Contact.
    pub fn contact(&self) -> Option<NameAddr<'a>> {
        self.elements(HeaderName::Contact).next().and_then(NameAddr::parse)
    }

    /// The URI of the first Contact: where in-dialog requests go.
    pub fn contact_uri(&self) -> Option<&'a [u8]> {
        self.contact().map(|contact| contact.uri)
    }

    /// Where an element of the header `name` has the parameter `param` (Accept-Contact, Contact): its value.
    pub fn param(&self, name: HeaderName, param: &[u8]) -> Option<&'a [u8]> {
        self.elements(name).find_map(|element| {
            let at = match NameAddr::parse(element) {
                Some(address) => return address.params.value(param),
                None => memchr::memchr(b';', element)?,
            };
            Params::parse(&element[at..])?.value(param)
        })
    }

    /// Does the header `name` list `token`, as Supported, Require and Allow do?
    pub fn lists(&self, name: HeaderName, token: &[u8]) -> bool {
        self.elements(name).any(|element| element.eq_ignore_ascii_case(token))
    }

    /// The body: what Content-Length says, or the rest of the datagram without it.
    pub fn body(&self) -> &'a [u8] {
        self.index.body.of(self.bytes)
    }

    /// Content-Type as written.
    pub fn content_type(&self) -> Option<&'a [u8]> {
        self.header(HeaderName::ContentType)
    }

    /// Content-Type in parts.
    pub fn media_type(&self) -> Option<MediaType<'a>> {
        self.content_type().and_then(MediaType::parse)
    }

    /// Max-Forwards; `None` when it is missing (RFC 2543) or unreadable.
    pub fn max_forwards(&self) -> Option<u8> {
        let hops = octets::decimal(self.header(HeaderName::MaxForwards)?)?;
        (hops <= limits::MAX_FORWARDS_MAX).then_some(hops as u8)
    }

    /// Is there somebody to answer? Not for a response, not for an ACK (RFC 3261 17), not without a Via.
    pub fn is_answerable(&self) -> bool {
        self.is_request() && self.method() != Method::Ack && self.header(HeaderName::Via).is_some()
    }

    /// Reads From or To; an unreadable one is an empty one.
    fn address(&self, name: HeaderName) -> NameAddr<'a> {
        self.header(name).and_then(NameAddr::parse).unwrap_or_default()
    }
}

impl fmt::Debug for MessageView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index.start_line {
            StartLine::Request { method, .. } => {
                write!(f, "<{} of {} octets>", method.name(), self.bytes.len())
            }
            StartLine::Status(status) => write!(f, "<{} of {} octets>", status.code(), self.bytes.len()),
        }
    }
}

/// One word: a Call-ID has no white space inside (RFC 3261 25.1).
pub(crate) fn is_word(value: &[u8]) -> bool {
    !value.is_empty() && !value.iter().any(|octet| is_white(*octet))
}

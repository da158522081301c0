//! What a server can do, and the answer to what it cannot (RFC 3261 8.2.1 to 8.2.3).

use octets::Writer;

use super::grammar::trim;
use super::{BadRequest, HeaderName, MediaType, MessageView, Method, Params, StatusCode};

/// What this server accepts. Its lists are written into the answers that refuse something else.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities<'c> {
    /// Methods, for 405 and Allow.
    pub methods: &'c [Method],
    /// Option tags, for 420 and Supported.
    pub extensions: &'c [&'c str],
    /// Media types of bodies that are understood, for 415 and Accept.
    pub bodies: &'c [&'c str],
    /// Media types that an answer to an INVITE would have, for 406.
    pub answers: &'c [&'c str],
}

impl Capabilities<'_> {
    /// Checks a request that `validate_request` has passed: method, Require, body, Accept, in this order.
    pub fn check(&self, request: &MessageView<'_>) -> Result<(), BadRequest> {
        let method = request.method();
        if !self.methods.contains(&method) {
            return Err(BadRequest { status: StatusCode::METHOD_NOT_ALLOWED, header: None });
        }
        // RFC 3261 8.2.2.3: Require is ignored in ACK and CANCEL.
        let may_require = !matches!(method, Method::Ack | Method::Cancel);
        if may_require && self.unsupported(request).next().is_some() {
            return refuse(StatusCode::BAD_EXTENSION, HeaderName::Require);
        }
        if method != Method::Ack && !request.body().is_empty() {
            self.check_body(request)?;
        }
        if method == Method::Invite && !self.answers.is_empty() && !self.may_answer(request) {
            return refuse(StatusCode::NOT_ACCEPTABLE, HeaderName::Accept);
        }
        Ok(())
    }

    /// The value of Allow.
    pub fn write_allow(&self, out: &mut Writer<'_>) {
        separated(out, self.methods.iter().map(|method| method.name().as_bytes()));
    }

    /// The value of Supported.
    pub fn write_supported(&self, out: &mut Writer<'_>) {
        separated(out, self.extensions.iter().map(|tag| tag.as_bytes()));
    }

    /// The value of Accept.
    pub fn write_accept(&self, out: &mut Writer<'_>) {
        separated(out, self.bodies.iter().map(|name| name.as_bytes()));
    }

    /// The value of Unsupported: what `request` requires and this server lacks.
    pub fn write_unsupported(&self, request: &MessageView<'_>, out: &mut Writer<'_>) {
        separated(out, self.unsupported(request));
    }

    fn unsupported<'a>(&self, request: &MessageView<'a>) -> impl Iterator<Item = &'a [u8]> {
        let required = request.elements(HeaderName::Require).filter(|tag| !tag.is_empty());
        required.filter(|tag| !self.extensions.iter().any(|ours| ours.as_bytes().eq_ignore_ascii_case(tag)))
    }

    // RFC 3261 8.2.3
    fn check_body(&self, request: &MessageView<'_>) -> Result<(), BadRequest> {
        let is_optional = request.header(HeaderName::ContentDisposition).is_some_and(is_handling_optional);
        if is_optional {
            return Ok(());
        }
        let Some(kind) = request.content_type() else {
            return refuse(StatusCode::BAD_REQUEST, HeaderName::ContentType);
        };
        let kind = MediaType::parse(kind);
        if !kind.is_some_and(|kind| self.bodies.iter().any(|ours| kind.is(ours.as_bytes()))) {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, HeaderName::ContentType);
        }
        if request
            .elements(HeaderName::ContentEncoding)
            .any(|coding| !coding.eq_ignore_ascii_case(b"identity"))
        {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, HeaderName::ContentEncoding);
        }
        Ok(())
    }

    fn may_answer(&self, request: &MessageView<'_>) -> bool {
        let mut ranges = request.elements(HeaderName::Accept).filter_map(MediaType::parse).peekable();
        // RFC 3261 20.1: without Accept, application/sdp is accepted.
        ranges.peek().is_none()
            || ranges.any(|range| self.answers.iter().any(|ours| range.permits(ours.as_bytes())))
    }
}

fn refuse(status: StatusCode, header: HeaderName) -> Result<(), BadRequest> {
    Err(BadRequest { status, header: Some(header) })
}

/// RFC 3261 20.11: `handling=optional` lets a body be ignored that is not understood.
fn is_handling_optional(value: &[u8]) -> bool {
    let value = trim(value);
    let Some(at) = memchr::memchr(b';', value) else { return false };
    let handling = Params::parse(&value[at..]).and_then(|params| params.value(b"handling"));
    handling.is_some_and(|handling| handling.eq_ignore_ascii_case(b"optional"))
}

fn separated<'a>(out: &mut Writer<'_>, words: impl Iterator<Item = &'a [u8]>) {
    for (position, word) in words.enumerate() {
        if position > 0 {
            out.text(", ");
        }
        super::put_value(out, word);
    }
}

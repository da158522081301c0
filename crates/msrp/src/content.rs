//! What a body is, by its Content-Type.

use octets::eq_ignore_case;

/// The kinds of body that the gateway tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// `text/plain`.
    Text {
        /// Can it be read as UTF-8? US-ASCII can; no charset means US-ASCII.
        utf8: bool,
    },
    /// `message/cpim`, RFC 3862.
    Cpim,
    /// `message/imdn+xml`, RFC 5438.
    Imdn,
    /// `application/im-iscomposing+xml`, RFC 3994.
    IsComposing,
    /// Anything else.
    Other,
}

impl ContentKind {
    /// Of a Content-Type value; case and parameters other than charset do not matter.
    pub fn of(content_type: &[u8]) -> ContentKind {
        let media_type = media_type(content_type);
        let is = |known: &str| eq_ignore_case(media_type, known.as_bytes());
        if is(TEXT) {
            ContentKind::Text { utf8: is_utf8(content_type) }
        } else if is(CPIM) {
            ContentKind::Cpim
        } else if is(IMDN) {
            ContentKind::Imdn
        } else if is(IS_COMPOSING) {
            ContentKind::IsComposing
        } else {
            ContentKind::Other
        }
    }
}

/// `type/subtype` of a Content-Type value.
pub fn media_type(content_type: &[u8]) -> &[u8] {
    let end = memchr::memchr(b';', content_type).unwrap_or(content_type.len());
    content_type[..end].trim_ascii()
}

/// The value of a parameter, without its quotes.
pub fn parameter<'a>(content_type: &'a [u8], name: &str) -> Option<&'a [u8]> {
    content_type.split(|octet| *octet == b';').skip(1).find_map(|parameter| {
        let equals = memchr::memchr(b'=', parameter)?;
        let value = parameter[equals + 1..].trim_ascii();
        let bare = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value);
        eq_ignore_case(parameter[..equals].trim_ascii(), name.as_bytes()).then_some(bare)
    })
}

fn is_utf8(content_type: &[u8]) -> bool {
    parameter(content_type, "charset")
        .is_none_or(|charset| UTF8_NAMES.iter().any(|name| eq_ignore_case(charset, name.as_bytes())))
}

/// `text/plain`.
pub const TEXT: &str = "text/plain";
/// `message/cpim`.
pub const CPIM: &str = "message/cpim";
/// `message/imdn+xml`.
pub const IMDN: &str = "message/imdn+xml";
/// `application/im-iscomposing+xml`.
pub const IS_COMPOSING: &str = "application/im-iscomposing+xml";

const UTF8_NAMES: [&str; 4] = ["utf-8", "utf8", "us-ascii", "ascii"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_parameters_do_not_hide_a_type() {
        let utf8 = ContentKind::Text { utf8: true };
        for (content_type, kind) in [
            (&b"text/plain"[..], utf8),
            (b"Text/PLAIN;charset=UTF-8", utf8),
            (b"text/plain ; format=flowed ; Charset = \"utf-8\"", utf8),
            (b"text/plain;charset=us-ascii", utf8),
            (b"text/plain;charset=iso-8859-1", ContentKind::Text { utf8: false }),
            (b"text/plain; charset=\"\"", ContentKind::Text { utf8: false }),
            (b"Message/CPIM", ContentKind::Cpim),
            (b"message/imdn+xml; charset=utf-8", ContentKind::Imdn),
            (b"application/im-isComposing+xml", ContentKind::IsComposing),
            (b"text/plainer", ContentKind::Other),
            (b"text", ContentKind::Other),
            (b"", ContentKind::Other),
            (b";;=;", ContentKind::Other),
        ] {
            assert_eq!(ContentKind::of(content_type), kind, "{}", content_type.escape_ascii());
        }
    }
}

//! `accept-types` and `accept-wrapped-types`: media types, patterns among them.

use core::fmt;

use crate::content::media_type;

/// Media types separated by spaces; `*` and `type/*` stand for many.
#[derive(Clone, Copy)]
pub struct TypeList<'a>(&'a [u8]);

impl<'a> TypeList<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        TypeList(text)
    }

    /// May a body of this media type be sent? Its parameters do not matter.
    pub fn accepts(&self, content_type: &str) -> bool {
        let wanted = media_type(content_type.as_bytes());
        self.iter().any(|entry| matches(media_type(entry), wanted))
    }

    /// The entries as received.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let text = self.0;
        text.split(|octet| *octet == b' ').filter(|entry| !entry.is_empty())
    }
}

fn matches(entry: &[u8], wanted: &[u8]) -> bool {
    if entry == b"*" || entry == b"*/*" {
        return true;
    }
    match entry.strip_suffix(b"*").filter(|kind| kind.ends_with(b"/")) {
        Some(kind) => wanted.get(..kind.len()).is_some_and(|front| front.eq_ignore_ascii_case(kind)),
        None => entry.eq_ignore_ascii_case(wanted),
    }
}

impl fmt::Debug for TypeList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} types>", self.iter().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_accept_what_they_stand_for_and_no_more() {
        for (list, content_type, accepted) in [
            ("message/cpim", "message/cpim", true),
            ("Message/CPIM", "message/cpim", true),
            ("text/plain message/cpim", "message/cpim; x=y", true),
            ("text/plain;charset=utf-8", "text/plain", true),
            ("*", "image/png", true),
            ("text/*", "text/plain", true),
            ("text/*", "texture/plain", false),
            ("text/*", "text", false),
            ("te*", "text/plain", false),
            ("text/plain", "text/plain-er", false),
            ("", "text/plain", false),
            ("  ", "text/plain", false),
        ] {
            assert_eq!(
                TypeList::new(list.as_bytes()).accepts(content_type),
                accepted,
                "{list} / {content_type}"
            );
        }
    }
}

//! The MSISDN in `application/3gpp-ims+xml` (TS 24.229 7.6, TS 24.341 5.3.3 item 2).
//!
//! Only the text inside `<service-info>` is looked for, whatever else is around it: the operator writes it by hand
//! into the filter criteria. No entity is resolved, so nothing grows while it is read.

use octets::{Digits, find};

use crate::wire::{Uri, read_digits, trim};

/// The first text inside `service-info` that is a telephone number: plain, with `+`, or as a tel or SIP URI.
// TS 24.341 5.3.3 item 2
pub(super) fn msisdn(xml: &[u8]) -> Option<Digits> {
    let mut is_inside = false;
    let mut rest = xml;
    while let Some(open) = memchr::memchr(b'<', rest) {
        let (text, markup) = rest.split_at(open);
        if is_inside && let Some(number) = number(text) {
            return Some(number);
        }
        let (found, behind) = Markup::take(markup)?;
        match found {
            Markup::Text(text) if is_inside => {
                if let Some(number) = number(text) {
                    return Some(number);
                }
            }
            Markup::Start(b"service-info") => is_inside = true,
            Markup::End(b"service-info") => is_inside = false,
            _ => {}
        }
        rest = behind;
    }
    None
}

enum Markup<'a> {
    /// Local name of a start tag that has an end tag.
    Start(&'a [u8]),
    /// Local name of an end tag.
    End(&'a [u8]),
    /// The inside of a CDATA section.
    Text(&'a [u8]),
    /// Comments, instructions, declarations, empty elements.
    Other,
}

impl<'a> Markup<'a> {
    /// Reads what starts with `<`; `None` when it does not end.
    fn take(text: &'a [u8]) -> Option<(Markup<'a>, &'a [u8])> {
        if let Some(inside) = text.strip_prefix(b"<!--") {
            return Some((Markup::Other, &inside[find(inside, b"-->")? + 3..]));
        }
        if let Some(inside) = text.strip_prefix(b"<![CDATA[") {
            let end = find(inside, b"]]>")?;
            return Some((Markup::Text(&inside[..end]), &inside[end + 3..]));
        }
        let end = tag_end(text)?;
        let (tag, behind) = (&text[1..end], &text[end + 1..]);
        let markup = match tag {
            [b'!' | b'?', ..] | [.., b'/'] => Markup::Other,
            [b'/', name @ ..] => Markup::End(local_name(name)),
            name => Markup::Start(local_name(name)),
        };
        Some((markup, behind))
    }
}

/// The `>` that is in no attribute value.
fn tag_end(text: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, octet) in text.iter().enumerate() {
        match (quote, octet) {
            (Some(open), octet) if *octet == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(*octet),
            (None, b'>') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The name of a tag without prefix and attributes.
fn local_name(tag: &[u8]) -> &[u8] {
    let name = &tag[..tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len())];
    &name[memchr::memchr(b':', name).map_or(0, |colon| colon + 1)..]
}

fn number(text: &[u8]) -> Option<Digits> {
    let text = trim(text);
    match Uri::parse(text) {
        Some(uri) => uri.digits(),
        None => read_digits(text, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &[u8]) -> Option<Digits> {
        Digits::from_ascii(text).ok()
    }

    #[test]
    fn the_number_is_found_however_it_is_dressed() {
        for xml in [
            &b"<ims-3gpp version=\"1\"><service-info>447700900456</service-info></ims-3gpp>"[..],
            b"<?xml version=\"1.0\"?>\r\n<ims-3gpp version=\"1\">\r\n <service-info>\r\n +447700900456 \r\n</service-info></ims-3gpp>",
            b"<!-- <service-info>1</service-info> --><x:ims-3gpp xmlns:x='urn:a>b'><x:service-info a=\">\">tel:+44-7700-900456</x:service-info></x:ims-3gpp>",
            b"<ims-3gpp><service-info><![CDATA[447700900456]]></service-info></ims-3gpp>",
            b"<ims-3gpp><service-info><profile>gold</profile><msisdn>447700900456</msisdn></service-info></ims-3gpp>",
            b"<service-info>sip:+447700900456@ims.example.net;user=phone</service-info>",
            b"<service-info/><service-info>447700900456</service-info>",
        ] {
            assert_eq!(msisdn(xml), digits(b"447700900456"), "{:?}", core::str::from_utf8(xml));
        }
    }

    #[test]
    fn what_is_elsewhere_or_no_number_is_not_taken() {
        for xml in [
            &b""[..],
            b"447700900456",
            b"<service-info>",
            b"<service-info></service-info><other>447700900456</other>",
            b"<service-information>447700900456</service-information>",
            b"<service-info/>447700900456<x/>",
            b"<service-info>gold</service-info>",
            b"<service-info>4477009004561234</service-info>",
            b"<service-info>447700900456",
            b"<service-info><![CDATA[447700900456",
            b"<service-info><!-- 447700900456",
            b"<service-info a=\"447700900456",
        ] {
            assert_eq!(msisdn(xml), None, "{:?}", core::str::from_utf8(xml));
        }
    }
}

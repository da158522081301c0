//! The smallest pieces of RFC 3261 25: tokens, linear white space, quoted strings.
//!
//! A folded value holds CR and LF; here they are white space like any other, so no parser above knows of folding.

/// Is it white space inside a header value, the line ends of a folded one included?
pub(crate) fn is_white(octet: u8) -> bool {
    CLASSES[usize::from(octet)] & WHITE != 0
}

/// RFC 3261 25.1 token.
pub(crate) fn is_token_octet(octet: u8) -> bool {
    CLASSES[usize::from(octet)] & TOKEN != 0
}

/// May it stand in an unquoted parameter value, or in a URI? More than the grammar allows, as the field needs it:
/// all but white space, controls, quotes and angle brackets.
pub(crate) fn is_plain_octet(octet: u8) -> bool {
    CLASSES[usize::from(octet)] & PLAIN != 0
}

/// Is it one or more token characters?
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|octet| is_token_octet(*octet))
}

/// `text` without white space at either side.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    trim_front(trim_back(text))
}

/// `text` without white space in front.
pub(crate) fn trim_front(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_white(*first)
    {
        text = rest;
    }
    text
}

/// `text` without white space behind.
pub(crate) fn trim_back(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., last] = text
        && is_white(*last)
    {
        text = rest;
    }
    text
}

/// The inside of a quoted string at the front of `text`, escapes kept, and what follows it.
pub(crate) fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        match *inside.get(at)? {
            b'"' => return Some((&inside[..at], &inside[at + 1..])),
            // RFC 3261 25.1 quoted-pair: the next octet is not a closing quote.
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// `value` without the quotes around it, if there are any.
pub(crate) fn unquoted(value: &[u8]) -> &[u8] {
    match quoted(value) {
        Some((inside, [])) => inside,
        _ => value,
    }
}

/// Splits at the first `separator` that is outside quotes and angle brackets.
pub(crate) fn split_at_separator(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let mut at = 0;
    while let Some(found) = memchr::memchr3(separator, b'"', b'<', &text[at..]) {
        at += found;
        let behind = match text[at] {
            b'"' => quoted(&text[at..]).map(|(_, rest)| text.len() - rest.len()),
            b'<' => memchr::memchr(b'>', &text[at..]).map(|end| at + end + 1),
            _ => return (&text[..at], Some(&text[at + 1..])),
        };
        // What is open swallows the rest; the element's own parser refuses it.
        let Some(behind) = behind else { break };
        at = behind;
    }
    (text, None)
}

/// Removes the token at the front of `text`.
pub(crate) fn take_token<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = text.iter().take_while(|octet| is_token_octet(**octet)).count();
    let (token, rest) = text.split_at(length);
    *text = rest;
    (length > 0).then_some(token)
}

/// Removes `octet` and the white space around it from the front of `text`.
pub(crate) fn take_octet(text: &mut &[u8], octet: u8) -> Option<()> {
    let [first, rest @ ..] = trim_front(text) else { return None };
    if *first != octet {
        return None;
    }
    *text = trim_front(rest);
    Some(())
}

const WHITE: u8 = 1;
const TOKEN: u8 = 2;
const PLAIN: u8 = 4;

/// What each octet may be: a look-up costs less than the comparisons that it stands for, and headers are many octets.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let value = octet as u8;
        if matches!(value, b' ' | b'\t' | b'\r' | b'\n') {
            classes[octet] |= WHITE;
        }
        if value.is_ascii_alphanumeric()
            || matches!(value, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
        {
            classes[octet] |= TOKEN;
        }
        if value > b' ' && !matches!(value, b'"' | b'<' | b'>' | 0x7F) {
            classes[octet] |= PLAIN;
        }
        octet += 1;
    }
    classes
};

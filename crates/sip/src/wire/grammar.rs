//! The smallest pieces of RFC 3261 25: tokens, linear white space, quoted strings.
//!
//! A folded value holds CR and LF; here they are white space like any other, so no parser above knows of folding.

/// Is it white space inside a header value, the line ends of a folded one included?
pub(crate) fn is_white(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// RFC 3261 25.1 token.
pub(crate) fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(octet, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
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
    let mut in_brackets = false;
    while let Some(octet) = text.get(at) {
        match octet {
            b'"' if !in_brackets => match quoted(&text[at..]) {
                Some((_, rest)) => {
                    at = text.len() - rest.len();
                    continue;
                }
                // An open quote swallows the rest; the element's own parser refuses it.
                None => return (text, None),
            },
            b'<' => in_brackets = true,
            b'>' => in_brackets = false,
            _ if *octet == separator && !in_brackets => return (&text[..at], Some(&text[at + 1..])),
            _ => {}
        }
        at += 1;
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

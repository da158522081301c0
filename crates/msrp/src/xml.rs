//! As much XML as IMDN and isComposing documents need: tags and text, one after the other.
//!
//! Refuses: document types (and with them entities of one's own), tags without end, more tags than the limit.
//! Prefixes are cut off, attributes passed over.

use octets::Writer;

use crate::limits::XML_TAGS_MAX;

/// What comes next in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `<name …>`.
    Open(&'a [u8]),
    /// `<name …/>`.
    Empty(&'a [u8]),
    /// `</name>`.
    Close(&'a [u8]),
    /// What stands between tags, references included.
    Text(&'a [u8]),
}

/// No document that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotXml;

/// Cuts a document into tokens.
#[derive(Clone)]
pub(crate) struct Tokens<'a> {
    rest: &'a [u8],
    tags: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(document: &'a [u8]) -> Self {
        let rest = document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document);
        Tokens { rest, tags: 0 }
    }

    /// The octets up to `end`, which is taken too.
    fn until(&mut self, end: &[u8]) -> Result<&'a [u8], NotXml> {
        let at = octets::find(self.rest, end).ok_or(NotXml)?;
        let inside = &self.rest[..at];
        self.rest = &self.rest[at + end.len()..];
        Ok(inside)
    }

    /// The inside of a tag, up to the `>` that is not in quotes.
    fn tag(&mut self) -> Result<&'a [u8], NotXml> {
        let mut quote = None;
        for (at, octet) in self.rest.iter().enumerate() {
            match (quote, octet) {
                (None, b'>') => {
                    let inside = &self.rest[..at];
                    self.rest = &self.rest[at + 1..];
                    return Ok(inside);
                }
                (None, b'<') => return Err(NotXml),
                (None, b'"' | b'\'') => quote = Some(octet),
                (Some(open), octet) if open == octet => quote = None,
                _ => {}
            }
        }
        Err(NotXml)
    }

    fn step(&mut self) -> Result<Token<'a>, NotXml> {
        loop {
            if let Some(rest) = self.rest.strip_prefix(b"<?") {
                self.rest = rest;
                self.until(b"?>")?;
            } else if let Some(rest) = self.rest.strip_prefix(b"<!--") {
                self.rest = rest;
                self.until(b"-->")?;
            } else {
                break;
            }
            if self.rest.is_empty() {
                return Ok(Token::Text(b""));
            }
        }
        if self.rest.starts_with(b"<!") {
            return Err(NotXml);
        }
        let Some(rest) = self.rest.strip_prefix(b"<") else {
            let end = memchr::memchr(b'<', self.rest).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(Token::Text(text));
        };
        self.rest = rest;
        self.tags += 1;
        if self.tags > XML_TAGS_MAX {
            return Err(NotXml);
        }
        let inside = self.tag()?;
        if let Some(name) = inside.strip_prefix(b"/") {
            return Ok(Token::Close(local_name(name)?));
        }
        match inside.strip_suffix(b"/") {
            Some(inside) => Ok(Token::Empty(local_name(inside)?)),
            None => Ok(Token::Open(local_name(inside)?)),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, NotXml>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let token = self.step();
        if token.is_err() {
            self.rest = &[];
        }
        Some(token)
    }
}

/// The name at the front of a tag, without its prefix.
fn local_name(inside: &[u8]) -> Result<&[u8], NotXml> {
    let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    let name = &inside[..end];
    let local = memchr::memrchr(b':', name).map_or(name, |colon| &name[colon + 1..]);
    let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet) || *octet >= 0x80;
    if local.is_empty() || !local.iter().all(legal) { Err(NotXml) } else { Ok(local) }
}

/// Does `text`, references included, say `plain`?
pub(crate) fn says(text: &[u8], plain: &[u8]) -> bool {
    let mut rest = text;
    let mut wanted = plain.iter();
    while let [first, behind @ ..] = rest {
        let (octet, behind) = match first {
            b'&' => match reference(behind) {
                Some(found) => found,
                None => return false,
            },
            octet => (*octet, behind),
        };
        if wanted.next() != Some(&octet) {
            return false;
        }
        rest = behind;
    }
    wanted.next().is_none()
}

/// The ASCII character that a reference means; the ampersand is already taken.
fn reference(text: &[u8]) -> Option<(u8, &[u8])> {
    let end = memchr::memchr(b';', text)?;
    let octet = match &text[..end] {
        b"amp" => b'&',
        b"lt" => b'<',
        b"gt" => b'>',
        b"quot" => b'"',
        b"apos" => b'\'',
        [b'#', b'x', digits @ ..] => hexadecimal(digits)?,
        [b'#', digits @ ..] => u8::try_from(octets::decimal(digits)?).ok().filter(u8::is_ascii)?,
        _ => return None,
    };
    Some((octet, &text[end + 1..]))
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let text = core::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u8::from_str_radix(text, 16).ok().filter(u8::is_ascii)
}

/// Appends `plain` as text between tags.
pub(crate) fn write_text(out: &mut Writer<'_>, plain: &[u8]) {
    for octet in plain {
        match octet {
            b'&' => out.put(b"&amp;"),
            b'<' => out.put(b"&lt;"),
            b'>' => out.put(b"&gt;"),
            // No control character but these may stand in a document.
            0..=8 | 0xB | 0xC | 0xE..=0x1F => {}
            plain => out.u8(*plain),
        }
    }
}

//! As much XML as small documents of a protocol need: tags and text, one after the other, and where they stand.
//!
//! Refuses: to allocate, document types (and with them entities of one's own), CDATA, tags without end, more tags than the
//! limit. Prefixes are cut off.
//! In: a document, borrowed. Out: tokens, borrowed, references kept until somebody asks what they say.

use crate::Writer;

/// What comes next in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
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
pub struct NotXml;

/// Cuts a document into tokens.
#[derive(Clone)]
pub struct Tokens<'a> {
    rest: &'a [u8],
    tags_left: usize,
    /// What follows the name in the last start tag or empty tag.
    attributes: &'a [u8],
}

impl<'a> Tokens<'a> {
    /// The tokens of `document`, which may have as many tags; beyond them it is none.
    pub fn new(document: &'a [u8], tags_max: usize) -> Self {
        let rest = document.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(document);
        Tokens { rest, tags_left: tags_max, attributes: b"" }
    }

    /// The value of attribute `name`, references included, in the start tag or empty tag that came last. Its prefix is
    /// cut off, and a declaration of a namespace is none.
    pub fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        let mut rest = self.attributes;
        loop {
            let (whole, behind) = rest.split_at(memchr::memchr(b'=', rest)?);
            let (quote, value) = behind[1..].trim_ascii_start().split_first()?;
            if !matches!(quote, b'"' | b'\'') {
                return None;
            }
            let end = memchr::memchr(*quote, value)?;
            rest = &value[end + 1..];
            let whole = whole.trim_ascii();
            if local_name(whole).is_ok_and(|local| local == name) && !whole.starts_with(b"xmlns:") {
                return Some(&value[..end]);
            }
        }
    }

    /// The octets up to `end`, which is taken too.
    fn until(&mut self, end: &[u8]) -> Result<&'a [u8], NotXml> {
        let at = crate::find(self.rest, end).ok_or(NotXml)?;
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
        self.tags_left = self.tags_left.checked_sub(1).ok_or(NotXml)?;
        let inside = self.tag()?;
        if let Some(name) = inside.strip_prefix(b"/") {
            self.attributes = b"";
            return Ok(Token::Close(local_name(name)?));
        }
        let (inside, is_empty) = match inside.strip_suffix(b"/") {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let name = local_name(inside)?;
        self.attributes = &inside[inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len())..];
        Ok(if is_empty { Token::Empty(name) } else { Token::Open(name) })
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

/// The elements that are open, outermost first; a document deeper than `DEPTH` is none.
#[derive(Clone)]
pub struct Nest<'a, const DEPTH: usize> {
    names: [&'a [u8]; DEPTH],
    depth: usize,
}

impl<const DEPTH: usize> Default for Nest<'_, DEPTH> {
    fn default() -> Self {
        Nest { names: [b""; DEPTH], depth: 0 }
    }
}

impl<'a, const DEPTH: usize> Nest<'a, DEPTH> {
    /// Goes into the element `name`.
    pub fn push(&mut self, name: &'a [u8]) -> Result<(), NotXml> {
        *self.names.get_mut(self.depth).ok_or(NotXml)? = name;
        self.depth += 1;
        Ok(())
    }

    /// Leaves the element `name`, which must be the innermost.
    pub fn pop(&mut self, name: &[u8]) -> Result<(), NotXml> {
        self.depth = self.depth.checked_sub(1).filter(|depth| self.names[*depth] == name).ok_or(NotXml)?;
        Ok(())
    }

    /// The names of the open elements.
    pub fn path(&self) -> &[&'a [u8]] {
        &self.names[..self.depth]
    }

    /// Are exactly these open?
    pub fn is_at(&self, path: &[&[u8]]) -> bool {
        self.path() == path
    }
}

/// Does `text`, references included, say `plain`?
pub fn says(text: &[u8], plain: &[u8]) -> bool {
    let mut rest = text;
    let mut wanted = plain;
    while let [first, behind @ ..] = rest {
        let mut room = [0; 4];
        let (octets, behind): (&[u8], _) = match first {
            b'&' => match reference(behind) {
                Some((character, behind)) => (character.encode_utf8(&mut room).as_bytes(), behind),
                None => return false,
            },
            _ => (&rest[..1], behind),
        };
        let Some(left) = wanted.strip_prefix(octets) else { return false };
        (wanted, rest) = (left, behind);
    }
    wanted.is_empty()
}

/// The octets that `text` says; a reference that nobody defined says itself.
pub fn unescaped(text: &[u8]) -> Unescaped<'_> {
    Unescaped { rest: text, decoded: [0; 4], next: 4 }
}

/// The octets of a text, one after the other.
#[derive(Clone)]
pub struct Unescaped<'a> {
    rest: &'a [u8],
    /// What a reference means, at the end of the room.
    decoded: [u8; 4],
    next: usize,
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if let Some(octet) = self.decoded.get(self.next) {
            self.next += 1;
            return Some(*octet);
        }
        let (first, behind) = self.rest.split_first()?;
        self.rest = behind;
        if *first == b'&'
            && let Some((character, behind)) = reference(behind)
        {
            self.rest = behind;
            self.next = 4 - character.len_utf8();
            character.encode_utf8(&mut self.decoded[self.next..]);
            return self.next();
        }
        Some(*first)
    }
}

/// The character that a reference means; the ampersand is already taken.
fn reference(text: &[u8]) -> Option<(char, &[u8])> {
    let end = memchr::memchr(b';', text)?;
    let character = match &text[..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => character(hexadecimal(digits)?)?,
        [b'#', digits @ ..] => character(u32::try_from(crate::decimal(digits)?).ok()?)?,
        _ => return None,
    };
    Some((character, &text[end + 1..]))
}

/// XML 1.0 2.2: of the control characters only these.
fn character(code: u32) -> Option<char> {
    char::from_u32(code).filter(|character| *character >= ' ' || matches!(character, '\t' | '\n' | '\r'))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let text = core::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, 16).ok()
}

/// Appends `plain` as text between tags.
pub fn write_text(out: &mut Writer<'_>, plain: &[u8]) {
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

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn tags(document: &[u8]) -> Result<Vec<&[u8]>, NotXml> {
        let named = Tokens::new(document, 8).map(|token| match token? {
            Token::Open(name) | Token::Empty(name) | Token::Close(name) => Ok(name),
            Token::Text(text) => Ok(text),
        });
        named.collect()
    }

    #[test]
    fn attributes_are_those_of_the_last_start_tag() {
        let document = b"<a xmlns:uri='no' cp:uri = \"x&amp;y>\" b='\"'><c/></a>";
        let mut tokens = Tokens::new(document, 3);
        assert!(matches!(tokens.next(), Some(Ok(Token::Open(b"a")))));
        assert_eq!(tokens.attribute(b"uri"), Some(&b"x&amp;y>"[..]));
        assert_eq!(tokens.attribute(b"b"), Some(&b"\""[..]));
        assert_eq!((tokens.attribute(b"ri"), tokens.attribute(b"a")), (None, None));
        assert!(matches!(tokens.next(), Some(Ok(Token::Empty(b"c")))));
        assert_eq!(tokens.attribute(b"b"), None);
        assert!(matches!(tokens.next(), Some(Ok(Token::Close(b"a")))));
        assert!(tokens.next().is_none());
        for odd in [&b"<a b>"[..], b"<a b=>", b"<a b=c>", b"<a =>", b"<a b= >", b"<a b = 'c' =''>"] {
            let mut tokens = Tokens::new(odd, 1);
            assert!(matches!(tokens.next(), Some(Ok(Token::Open(b"a")))), "{:?}", core::str::from_utf8(odd));
            assert_eq!(tokens.attribute(b"c"), None);
        }
    }

    #[test]
    fn a_document_ends_at_its_first_fault() {
        assert_eq!(tags(b"<?xml ?><a><!-- <x> -->t</a>"), Ok([&b"a"[..], b"t", b"a"].to_vec()));
        let many = b"<a/>".repeat(9);
        assert!(tags(&many[..32]).is_ok());
        for bad in
            [&many[..], b"<a", b"<a <b>", b"<!DOCTYPE a>", b"<![CDATA[x]]>", b"<!-- ", b"<>", b"<a b=\">"]
        {
            assert_eq!(tags(bad), Err(NotXml), "{:?}", core::str::from_utf8(bad));
        }
    }

    #[test]
    fn elements_close_in_the_order_in_which_they_were_opened() {
        let mut nest = Nest::<2>::default();
        assert_eq!(nest.pop(b"a"), Err(NotXml));
        nest.push(b"a").expect("room");
        nest.push(b"b").expect("room");
        assert_eq!(nest.push(b"c"), Err(NotXml), "too deep");
        assert!(nest.is_at(&[b"a", b"b"]) && !nest.is_at(&[b"a"]));
        assert_eq!(nest.pop(b"a"), Err(NotXml));
        nest.pop(b"b").expect("the innermost");
        assert_eq!(nest.path(), [b"a"]);
    }

    #[test]
    fn references_say_what_they_mean() {
        for (text, plain) in [
            (&b"a&amp;b&lt;&gt;&quot;&apos;"[..], "a&b<>\"'"),
            (b"&#65;&#x42;&#228;&#x1F600;", "AB\u{e4}\u{1F600}"),
            ("\u{e4}".as_bytes(), "\u{e4}"),
        ] {
            assert!(says(text, plain.as_bytes()));
            assert_eq!(unescaped(text).collect::<Vec<_>>(), plain.as_bytes());
            assert!(!says(text, &plain.as_bytes()[1..]) && !says(&text[..text.len() - 1], plain.as_bytes()));
        }
        for odd in
            [&b"&"[..], b"&amp", b"&eacute;", b"&#0;", b"&#x+41;", b"&#xD800;", b"&#99999999999;", b"&#;"]
        {
            assert_eq!(unescaped(odd).collect::<Vec<_>>(), odd, "it says itself");
            assert!(!says(odd, odd), "but nobody meant that");
        }
    }

    #[test]
    fn what_is_written_as_text_is_read_as_text() {
        let mut buffer = [0; 64];
        let mut out = Writer::new(&mut buffer);
        write_text(&mut out, b"<a & \"b\">\x01\x0B\n");
        assert_eq!(unescaped(out.written()).collect::<Vec<_>>(), b"<a & \"b\">\n");
        assert!(memchr::memchr(b'<', out.written()).is_none());
    }
}

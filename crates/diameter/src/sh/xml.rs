//! XML as far as Sh needs it: a tree of bounded size to read from, elements written in place.
//!
//! Refuses: document types, and with them all entities but the five of XML itself; other encodings than UTF-8;
//! characters that XML cannot carry.

use alloc::string::String;

use octets::{Digits, Writer};
use roxmltree::{Document, Error, Node, ParsingOptions};

use super::Unreadable;
use crate::limits::{SH_DATA_OCTETS_MAX, XML_DEPTH_MAX, XML_EQUALS_MAX, XML_NODES_MAX};

/// Reads the tree of a whole document.
pub fn tree(octets: &[u8]) -> Result<Document<'_>, Unreadable> {
    if octets.len() > SH_DATA_OCTETS_MAX {
        return Err(Unreadable::TooLong);
    }
    let text = core::str::from_utf8(octets).map_err(|_| Unreadable::Encoding)?;
    if octets.iter().filter(|octet| **octet == b'=').count() > XML_EQUALS_MAX {
        return Err(Unreadable::TooMany);
    }
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: XML_NODES_MAX, ..ParsingOptions::default() };
    let tree = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Unreadable::DocumentType,
        Error::NodesLimitReached => Unreadable::TooMany,
        _ => Unreadable::Syntax,
    })?;
    // The ancestors of an element are itself, the elements around it, and the document.
    let is_deep = |node: Node<'_, '_>| node.is_element() && node.ancestors().nth(XML_DEPTH_MAX + 1).is_some();
    if tree.descendants().any(is_deep) {
        return Err(Unreadable::TooDeep);
    }
    Ok(tree)
}

/// The local name of an element without hyphens and in lower case. Releases and vendors write `S-CSCFName` and
/// `SCSCFName`, `SC-Address` and `SCAddress`, and mean the same.
pub fn key(element: Node<'_, '_>) -> String {
    let letters = element.tag_name().name().chars().filter(|letter| *letter != '-');
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The elements right inside `element`.
pub fn elements<'a, 'i>(element: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    element.children().filter(Node::is_element)
}

/// The text right inside `element`, without the space around it; `None` when nothing is left.
pub fn text(element: Node<'_, '_>) -> Option<String> {
    let pieces = element.children().filter(Node::is_text).filter_map(|piece| piece.text());
    let whole: String = pieces.collect();
    let trimmed = whole.trim();
    (!trimmed.is_empty()).then(|| trimmed.into())
}

/// The number inside `element`, with or without the plus of its international form.
pub fn digits(element: Node<'_, '_>) -> Result<Option<Digits>, Unreadable> {
    let Some(text) = text(element) else { return Ok(None) };
    let number = text.strip_prefix('+').unwrap_or(&text);
    Digits::from_ascii(number.as_bytes()).map(Some).map_err(|_| Unreadable::Value)
}

/// The unsigned number inside `element`, at most `max`.
pub fn number(element: Node<'_, '_>, max: u16) -> Result<Option<u16>, Unreadable> {
    let Some(text) = text(element) else { return Ok(None) };
    let value = octets::decimal(text.as_bytes()).filter(|value| *value <= max.into());
    // At most `max`, so nothing is cut off.
    value.map(|value| Some(value as u16)).ok_or(Unreadable::Value)
}

/// Writes elements.
pub struct Elements<'w, 'b> {
    out: &'w mut Writer<'b>,
}

impl<'w, 'b> Elements<'w, 'b> {
    pub fn new(out: &'w mut Writer<'b>) -> Self {
        Elements { out }
    }

    /// An element with what `inside` writes.
    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.tag("<", name);
        inside(self);
        self.tag("</", name);
    }

    /// `depth` elements `Extension` inside each other, and in the innermost what `inside` writes.
    pub fn extension(&mut self, depth: usize, inside: impl FnOnce(&mut Self)) {
        (0..depth).for_each(|_| self.tag("<", "Extension"));
        inside(self);
        (0..depth).for_each(|_| self.tag("</", "Extension"));
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, |inside| inside.escaped(text));
    }

    /// An element with a number of somebody or something.
    pub fn digits(&mut self, name: &str, digits: Digits) {
        self.element(name, |inside| inside.out.digits(digits));
    }

    /// An element with a value.
    pub fn number(&mut self, name: &str, value: u16) {
        self.element(name, |inside| inside.out.decimal(value.into()));
    }

    /// What is XML already.
    pub fn raw(&mut self, xml: &str) {
        self.out.text(xml);
    }

    fn tag(&mut self, open: &str, name: &str) {
        self.out.text(open);
        self.out.text(name);
        self.out.text(">");
    }

    fn escaped(&mut self, text: &str) {
        let mut letters = [0; 4];
        for letter in text.chars() {
            match letter {
                '&' => self.out.text("&amp;"),
                '<' => self.out.text("&lt;"),
                '>' => self.out.text("&gt;"),
                // Bare, a reader makes it a line feed.
                '\r' => self.out.text("&#13;"),
                // XML 1.0 2.2: not even a reference may stand for these.
                '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => {
                    self.out.spoil();
                }
                _ => self.out.text(letter.encode_utf8(&mut letters)),
            }
        }
    }
}

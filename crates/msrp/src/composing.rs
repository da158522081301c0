//! isComposing, RFC 3994: the other side is typing. It is answered and swallowed; no SMS says it.

use octets::xml::{Token, Tokens};
use octets::{Overflow, Writer};

use crate::ContentKind;
use crate::limits::XML_TAGS_MAX;

/// What the other side is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composing {
    /// Typing.
    Active,
    /// Not typing.
    Idle,
}

impl Composing {
    /// Reads a document; `None` when its state cannot be read.
    pub fn parse(document: &[u8]) -> Option<Composing> {
        let mut in_state = false;
        for token in Tokens::new(document, XML_TAGS_MAX) {
            match token.ok()? {
                Token::Open(name) => in_state = name == b"state",
                Token::Text(text) if in_state => {
                    return match text.trim_ascii() {
                        b"active" => Some(Composing::Active),
                        b"idle" => Some(Composing::Idle),
                        _ => None,
                    };
                }
                Token::Text(_) => {}
                Token::Empty(_) | Token::Close(_) => in_state = false,
            }
        }
        None
    }

    /// Appends a document.
    pub fn write(self, out: &mut Writer<'_>) -> Result<(), Overflow> {
        out.text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
        out.text("<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>");
        out.text(match self {
            Composing::Active => "active",
            Composing::Idle => "idle",
        });
        out.text("</state><contenttype>text/plain</contenttype></isComposing>\r\n");
        if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
    }
}

/// Does this Content-Type say that the body is about typing?
pub fn is_composing(content_type: &[u8]) -> bool {
    ContentKind::of(content_type) == ContentKind::IsComposing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for state in [Composing::Active, Composing::Idle] {
            let mut buffer = [0; 256];
            let mut out = Writer::new(&mut buffer);
            state.write(&mut out).expect("it fits");
            assert_eq!(Composing::parse(out.written()), Some(state));
            assert_eq!(state.write(&mut Writer::new(&mut [0; 40])), Err(Overflow));
        }
    }

    #[test]
    fn a_document_without_state_says_nothing() {
        for bad in
            ["", "<isComposing/>", "<state/>active", "<state>typing</state>", "<state>act", "<!DOCTYPE x>"]
        {
            assert_eq!(Composing::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn the_type_is_known_in_any_case() {
        assert!(is_composing(b"APPLICATION/im-iscomposing+xml; charset=utf-8"));
        assert!(!is_composing(b"application/im-iscomposing"));
    }
}

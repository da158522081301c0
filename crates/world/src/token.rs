//! What every text carries: of which chat it is, who says it, and which of his texts it is.

use std::fmt;

/// The token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// The chat.
    pub chat: u32,
    /// Who says it.
    pub side: Side,
    /// The how-manieth of his, from 0.
    pub number: u32,
}

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The name of the chat user: it stands in the invitation.
    Invitation,
    /// The chat user.
    ChatUser,
    /// The SMS user.
    SmsUser,
}

impl Token {
    /// A text of at least so many characters; each segment of it holds the token whole.
    pub fn text(self, characters: usize) -> String {
        let token = self.to_string();
        let mut text = format!("{token} hello");
        while text.len() < characters {
            text.push_str(" and ");
            text.push_str(&token);
        }
        text
    }

    /// All tokens in some octets, in their order.
    pub fn all_in(octets: &[u8]) -> impl Iterator<Item = Token> + '_ {
        let mut rest = octets;
        std::iter::from_fn(move || {
            loop {
                let at = rest.iter().position(|octet| *octet == MARK)?;
                rest = &rest[at + 1..];
                let end = rest.iter().take(LENGTH_MAX).position(|octet| *octet == MARK);
                if let Some(token) = end.and_then(|end| Token::read(&rest[..end])) {
                    rest = &rest[end.unwrap_or_default() + 1..];
                    return Some(token);
                }
            }
        })
    }

    /// The first of them.
    pub fn first_in(octets: &[u8]) -> Option<Token> {
        Token::all_in(octets).next()
    }

    fn read(inside: &[u8]) -> Option<Token> {
        let text = std::str::from_utf8(inside).ok()?;
        let at = text.find(['i', 'u', 's'])?;
        let side = match text.as_bytes()[at] {
            b'i' => Side::Invitation,
            b'u' => Side::ChatUser,
            _ => Side::SmsUser,
        };
        Some(Token { chat: text[..at].parse().ok()?, side, number: text[at + 1..].parse().ok()? })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Invitation => 'i',
            Side::ChatUser => 'u',
            Side::SmsUser => 's',
        };
        write!(f, "Q{}{side}{}Q", self.chat, self.number)
    }
}

/// Begins and ends a token.
const MARK: u8 = b'Q';
/// Longer than any token.
const LENGTH_MAX: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_what_carries_it() {
        let one = Token { chat: 17, side: Side::ChatUser, number: 3 };
        let other = Token { chat: 4, side: Side::SmsUser, number: 0 };
        assert_eq!(one.to_string(), "Q17u3Q");
        let text = format!("xQ {} Q9z1Q {}Q", one.text(60), other);
        let found: Vec<_> = Token::all_in(text.as_bytes()).collect();
        assert!(found.len() > 4 && found[..found.len() - 1].iter().all(|token| *token == one), "{found:?}");
        assert_eq!(found.last(), Some(&other));
        assert_eq!(Token::first_in(b"no token Q1u"), None);
    }
}

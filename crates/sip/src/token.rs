//! Tags, branches and the like that we mint, so that what we mint comes home.
//!
//! A response carries our branch and an in-dialog request our tag; each names the shard, the slot in its table and the
//! generation of that slot, so both are found without a shared map. The random part keeps strangers from guessing.

use octets::Writer;

/// What a token says. It is a hint where to look: what is found there is still compared with the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The shard.
    pub owner: u16,
    /// The place in its table.
    pub slot: u32,
    /// How often the place has been used: an old token finds nothing.
    pub generation: u32,
    /// 64 bits of entropy (RFC 3261 19.3 asks for 32).
    pub random: u64,
}

impl Token {
    /// Octets of a written token; always the same, so that messages of one kind have one length.
    pub const OCTETS: usize = 36;

    /// As text: tag, Call-ID part or session-id.
    pub fn to_tag(self) -> [u8; Token::OCTETS] {
        let mut text = [0; Token::OCTETS];
        write_token(&mut Writer::new(&mut text), self.owner, self.slot, self.generation, self.random);
        text
    }

    /// As the branch of a Via.
    pub fn to_branch(self) -> [u8; COOKIE.len() + Token::OCTETS] {
        let mut text = [0; COOKIE.len() + Token::OCTETS];
        write_branch(&mut Writer::new(&mut text), self);
        text
    }
}

/// RFC 3261 8.1.1.7: a branch that starts so is unique in space and time.
pub const COOKIE: &[u8] = b"z9hG4bK";

/// Writes a token as hexadecimal digits of fixed width.
pub fn write_token(out: &mut Writer<'_>, owner: u16, slot: u32, generation: u32, random: u64) {
    out.hex(&owner.to_be_bytes());
    out.hex(&slot.to_be_bytes());
    out.hex(&generation.to_be_bytes());
    out.hex(&random.to_be_bytes());
}

/// Writes a token as the branch of a Via.
pub fn write_branch(out: &mut Writer<'_>, token: Token) {
    out.put(COOKIE);
    write_token(out, token.owner, token.slot, token.generation, token.random);
}

/// Reads a token of ours, with or without the cookie of a branch; `None` for anybody else's.
pub fn parse_token(text: &[u8]) -> Option<Token> {
    let text = text.strip_prefix(COOKIE).unwrap_or(text);
    if text.len() != Token::OCTETS {
        return None;
    }
    let (owner, rest) = text.split_at(4);
    let (slot, rest) = rest.split_at(8);
    let (generation, random) = rest.split_at(8);
    Some(Token {
        owner: hex(owner)? as u16,
        slot: hex(slot)? as u32,
        generation: hex(generation)? as u32,
        random: hex(random)?,
    })
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | u64::from(char::from(*digit).to_digit(16)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: Token = Token { owner: 7, slot: 0xABCDEF, generation: 3, random: 0x0123_4567_89AB_CDEF };

    #[test]
    fn what_we_mint_comes_home() {
        assert_eq!(&TOKEN.to_tag(), b"000700abcdef000000030123456789abcdef");
        assert_eq!(parse_token(&TOKEN.to_tag()), Some(TOKEN));
        assert_eq!(&TOKEN.to_branch()[..7], COOKIE);
        assert_eq!(parse_token(&TOKEN.to_branch()), Some(TOKEN));
    }

    #[test]
    fn what_others_mint_is_not_ours() {
        for text in
            [&b""[..], b"z9hG4bK", b"z9hG4bK-524287-1---abcdef", b"000700abcdef000000030123456789abcdeg"]
        {
            assert_eq!(parse_token(text), None);
        }
        assert_eq!(parse_token(&[b'0'; 37]), None);
    }
}

//! The texts of a run: words that say of which chat, from whom, which text and which place in it they are.
//!
//! A word has eight characters and a separator behind it, so that seventeen of them fill one segment of a long text, and a
//! text that is cut between two segments is never cut inside a word. The other end knows each word again, wherever it turns up.
//!
//! Refuses: to read a word whose check character is wrong.

use std::fmt::Write;

/// Who wrote a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The chat user, to the SMS user.
    ChatUser,
    /// The SMS user, to the chat user.
    SmsUser,
    /// The chat user, in the subject of his invitation.
    Invitation,
}

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The chat, from 0.
    pub chat: u32,
    /// Who wrote it.
    pub writer: Writer,
    /// Which of his texts, from 0.
    pub text: u8,
    /// Its place in the text, from 0.
    pub place: u8,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One to three words.
    Short(u8),
    /// Short, with characters that the GSM alphabet lacks.
    Foreign,
    /// More than fits into one short message.
    Long,
}

impl Shape {
    /// How many words it has.
    pub fn words(self) -> u8 {
        match self {
            Shape::Short(words) => words,
            Shape::Foreign => 2,
            Shape::Long => 22,
        }
    }
}

/// A whole text.
pub fn text(chat: u32, writer: Writer, text: u8, shape: Shape) -> String {
    let mut said = String::with_capacity(shape.words() as usize * WORD_OCTETS);
    for place in 0..shape.words() {
        Word { chat, writer, text, place }.write(&mut said);
        said.push(if place + 1 == shape.words() { '.' } else { ' ' });
    }
    if shape == Shape::Foreign {
        said.push_str(" \u{4F60}\u{1F600}");
    }
    said
}

/// The words in what was heard, in their order.
pub fn words_in(heard: &str) -> impl Iterator<Item = Word> + '_ {
    heard.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(Word::read)
}

impl Word {
    /// Appends its eight characters.
    pub fn write(self, out: &mut String) {
        let start = out.len();
        for place in (0..CHAT_DIGITS).rev() {
            out.push(digit(self.chat / BASE.pow(place) % BASE));
        }
        let writer = match self.writer {
            Writer::ChatUser => 'U',
            Writer::SmsUser => 'S',
            Writer::Invitation => 'I',
        };
        // A `String` takes whatever it is given.
        let _ = write!(out, "{writer}{}{}", digit(self.text.into()), digit(self.place.into()));
        let check = check(&out.as_bytes()[start..]);
        out.push(check);
    }

    fn read(piece: &str) -> Option<Word> {
        let octets = piece.as_bytes();
        let (last, body) = octets.split_last()?;
        if octets.len() != WORD_OCTETS - 1 || char::from(*last) != check(body) {
            return None;
        }
        let value = |octet: u8| char::from(octet).to_digit(BASE);
        let chat = body[..CHAT_DIGITS as usize]
            .iter()
            .try_fold(0, |chat, octet| Some(chat * BASE + value(*octet)?))?;
        let writer = match body[4] {
            b'U' => Writer::ChatUser,
            b'S' => Writer::SmsUser,
            b'I' => Writer::Invitation,
            _ => return None,
        };
        Some(Word { chat, writer, text: value(body[5])? as u8, place: value(body[6])? as u8 })
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value % BASE, BASE).unwrap_or('0')
}

/// The weights have no divisor in common with the base: one wrong character is always seen.
fn check(body: &[u8]) -> char {
    let values = body.iter().map(|octet| char::from(*octet).to_digit(BASE).unwrap_or(0));
    digit(values.fold(7, |sum: u32, value| (sum * 31 + value) % BASE))
}

const BASE: u32 = 36;
const CHAT_DIGITS: u32 = 4;
const WORD_OCTETS: usize = 9;
/// Chats that the words can tell apart.
pub const CHATS_MAX: u32 = BASE.pow(CHAT_DIGITS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_again_word_by_word() {
        for (chat, shape) in [(0, Shape::Short(1)), (99_999, Shape::Foreign), (CHATS_MAX - 1, Shape::Long)] {
            let said = text(chat, Writer::SmsUser, 35, shape) + " (STOP ends the chat)";
            let read: Vec<_> = words_in(&said).collect();
            assert_eq!(read.len(), usize::from(shape.words()), "{said}");
            for (place, word) in read.into_iter().enumerate() {
                assert_eq!(word, Word { chat, writer: Writer::SmsUser, text: 35, place: place as u8 });
            }
        }
    }

    #[test]
    fn a_word_with_one_wrong_character_is_none() {
        let said = text(4711, Writer::ChatUser, 3, Shape::Short(1));
        for at in 0..8 {
            let mut octets = said.clone().into_bytes();
            octets[at] = if octets[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(words_in(&String::from_utf8(octets).expect("text")).next(), None, "at {at}");
        }
        assert_eq!(words_in("accepted YOU INVITEME delivered").next(), None);
    }

    #[test]
    fn a_long_text_is_cut_between_two_words() {
        let said = text(1, Writer::ChatUser, 0, Shape::Long);
        assert!(said.len() > 160);
        assert_eq!(&said[152..153], " ", "153 septets of the first segment end behind a word");
    }
}

//! What an SMS user's words mean: yes, no, enough, or just words.
//!
//! A word counts only when it is the whole message: a chat about stopping must not stop the chat.
//! Forgiven: case, accents on Latin letters, spaces around and between, quotes around, punctuation at the end.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// What the whole of a message says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reply {
    /// Yes, I will chat.
    Accept,
    /// No, I will not.
    Reject,
    /// I have had enough.
    Leave,
    /// Anything else.
    Text,
}

/// The operator's words for each meaning.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    accept: Box<[Box<str>]>,
    reject: Box<[Box<str>]>,
    leave: Box<[Box<str>]>,
}

impl Vocabulary {
    /// From the operator's words, in any case.
    pub fn new<'a>(
        accept: impl IntoIterator<Item = &'a str>,
        reject: impl IntoIterator<Item = &'a str>,
        leave: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Vocabulary { accept: normalised(accept), reject: normalised(reject), leave: normalised(leave) }
    }

    /// What `message` says to somebody who has been invited.
    pub fn answer(&self, message: impl Iterator<Item = char> + Clone) -> Reply {
        let said = |words: &[Box<str>]| words.iter().any(|word| normal(message.clone()).eq(word.chars()));
        if said(&self.accept) {
            Reply::Accept
        } else if said(&self.reject) || said(&self.leave) {
            Reply::Reject
        } else {
            Reply::Text
        }
    }

    /// What `message` says inside a chat.
    pub fn remark(&self, message: impl Iterator<Item = char> + Clone) -> Reply {
        match self.leave.iter().any(|word| normal(message.clone()).eq(word.chars())) {
            true => Reply::Leave,
            false => Reply::Text,
        }
    }
}

fn normalised<'a>(words: impl IntoIterator<Item = &'a str>) -> Box<[Box<str>]> {
    let mut words: Vec<Box<str>> =
        words.into_iter().map(|word| normal(word.chars()).collect::<String>().into_boxed_str()).collect();
    words.retain(|word| !word.is_empty());
    words.into_boxed_slice()
}

/// The characters of `message` as they are compared (interworking 2.6 item 10, 11 row 9): lower case, single spaces, nothing at the ends that is no word.
fn normal(message: impl Iterator<Item = char> + Clone) -> impl Iterator<Item = char> + Clone {
    let is_dressing = |c: &char| !c.is_alphanumeric();
    let body = message.skip_while(is_dressing);
    let mut words = 0_usize;
    // Where the last alphanumeric character stands; what follows it is dressing.
    let mut position = 0;
    for c in body.clone() {
        position += 1;
        if c.is_alphanumeric() {
            words = position;
        }
    }
    let mut was_space = false;
    body.take(words)
        .filter(move |c| {
            let is_repeated = c.is_whitespace() && was_space;
            was_space = c.is_whitespace();
            !is_repeated
        })
        .map(|c| if c.is_whitespace() { ' ' } else { without_accent(c) })
        // An accent that was typed apart from its letter.
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
}

/// A Latin letter without its accent. In other scripts a mark makes another letter.
fn without_accent(c: char) -> char {
    let mut letter = None;
    decompose_canonical(c, |part| {
        letter.get_or_insert(part);
    });
    letter.filter(char::is_ascii_alphabetic).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> Vocabulary {
        Vocabulary::new(["YES", "Y", "OK"], ["NO", "N"], ["STOP", "LEAVE CHAT"])
    }

    // interworking 2.6 item 10, 11 row 9
    #[test]
    fn an_answer_is_understood_however_it_is_dressed() {
        for yes in ["yes", "YES", " Yes! ", "\"yes\".", "y", "Ok...", "«OK»"] {
            assert_eq!(english().answer(yes.chars()), Reply::Accept, "{yes}");
        }
        for no in ["no", "No.", "STOP"] {
            assert_eq!(english().answer(no.chars()), Reply::Reject, "{no}");
        }
        for other in ["", "   ", "yes but who are you?", "yesno", "?!"] {
            assert_eq!(english().answer(other.chars()), Reply::Text, "{other}");
        }
    }

    #[test]
    fn accents_are_forgiven_where_they_make_no_other_letter() {
        let words =
            Vocabulary::new(["SÍ", "OUI", "да", "はい"], ["NÃO", "нет"], ["BITTE AUFHÖREN", "arrêter"]);
        for yes in ["si", "Sí", "SI\u{301}!", "oui", "ДА.", "はい"] {
            assert_eq!(words.answer(yes.chars()), Reply::Accept, "{yes}");
        }
        for no in ["nao", "Não", "NA\u{303}O", "Нет"] {
            assert_eq!(words.answer(no.chars()), Reply::Reject, "{no}");
        }
        for leave in ["bitte aufhoren", "Bitte aufhören", "ARRETER"] {
            assert_eq!(words.remark(leave.chars()), Reply::Leave, "{leave}");
        }
        assert_eq!(words.answer("ばい".chars()), Reply::Text, "another word");
    }

    #[test]
    fn only_the_whole_message_leaves_the_chat() {
        for leave in ["stop", "Stop!", "leave   chat", "LEAVE\nCHAT"] {
            assert_eq!(english().remark(leave.chars()), Reply::Leave, "{leave}");
        }
        for text in ["do not stop", "stop it", "yes", "no"] {
            assert_eq!(english().remark(text.chars()), Reply::Text, "{text}");
        }
    }

    #[test]
    fn other_alphabets_fold_too() {
        let greek = Vocabulary::new(["ΝΑΙ"], ["ΟΧΙ"], ["ΤΕΛΟΣ"]);
        assert_eq!(greek.answer("ναι".chars()), Reply::Accept);
        assert_eq!(Vocabulary::new(["ДА"], ["НЕТ"], []).answer("да!".chars()), Reply::Accept);
    }
}

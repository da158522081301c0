//! The operator's words: templates with variables, read at boot, spoken without an allocation.
//!
//! A phrase is an iterator of characters, so that it is counted, encoded and cut into segments
//! without ever being put together in memory.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::iter::FusedIterator;

use octets::Digits;

/// What is wrong with a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemplateError {
    /// A `{` without its `}`; the octet offset of it.
    Unclosed(usize),
    /// A variable that no event fills; the octet offset of it.
    UnknownVariable(usize),
    /// Nothing to say.
    Empty,
}

/// A text with places to fill in: `{inviter}`, `{topic}`, `{accept}`, `{reject}`, `{leave}`.
#[derive(Clone, Debug)]
pub struct Template(Box<[Piece]>);

#[derive(Clone, Debug)]
enum Piece {
    Literal(Box<str>),
    Inviter,
    Topic,
    Accept,
    Reject,
    Leave,
}

/// What the places of a template are filled with.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    /// Who invites; `None` when the chat user asked not to be named.
    pub inviter: Option<Digits>,
    /// What the chat is about.
    pub topic: &'a str,
}

/// A topic is somebody's words, so it does not print.
impl fmt::Debug for Variables<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variables({:?}, <{} octets>)", self.inviter, self.topic.len())
    }
}

/// All texts of one language.
#[derive(Clone, Debug)]
pub struct Wording {
    /// The invitation: who, what it is, how to accept, reject and end.
    pub invite: Template,
    /// Said once to somebody whose answer was neither yes nor no.
    pub hint: Template,
    /// He has said yes, and is in the chat.
    pub accepted_ack: Template,
    /// He has said no, and nothing follows.
    pub rejected_ack: Template,
    /// How to leave; appended to messages by policy.
    pub leave_hint: Template,
    /// The chat user has sent something that is no text.
    pub unsupported_content: Template,
    /// The chat user has withdrawn the invitation.
    pub withdrawn: Template,
    /// The chat user has ended the chat.
    pub ended_by_peer: Template,
    /// An answer to words that come after the end of a chat.
    pub no_session: Template,
    /// Named instead of an inviter who hides.
    pub unknown_inviter: Box<str>,
    /// The word that accepts, as it is named in texts.
    pub accept: Box<str>,
    /// The word that rejects.
    pub reject: Box<str>,
    /// The word that ends.
    pub leave: Box<str>,
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(open) = text[at..].find('{').map(|offset| at + offset) {
            let close =
                text[open..].find('}').map(|offset| open + offset).ok_or(TemplateError::Unclosed(open))?;
            if open > at {
                pieces.push(Piece::Literal(text[at..open].into()));
            }
            pieces.push(match &text[open + 1..close] {
                "inviter" => Piece::Inviter,
                "topic" => Piece::Topic,
                "accept" => Piece::Accept,
                "reject" => Piece::Reject,
                "leave" => Piece::Leave,
                _ => return Err(TemplateError::UnknownVariable(open)),
            });
            at = close + 1;
        }
        if at < text.len() {
            pieces.push(Piece::Literal(text[at..].into()));
        }
        if pieces.is_empty() {
            return Err(TemplateError::Empty);
        }
        Ok(Template(pieces.into_boxed_slice()))
    }
}

impl Wording {
    /// `template` as a run of characters.
    pub fn phrase<'a>(&'a self, template: &'a Template, variables: Variables<'a>) -> Phrase<'a> {
        Phrase { wording: self, variables, pieces: template.0.iter(), text: "".chars(), digits: None }
    }
}

/// The characters of a filled template, first to last.
#[derive(Clone)]
pub struct Phrase<'a> {
    wording: &'a Wording,
    variables: Variables<'a>,
    pieces: core::slice::Iter<'a, Piece>,
    text: core::str::Chars<'a>,
    /// The number that is being spoken, and how many of its characters (a plus sign first) are out.
    digits: Option<(Digits, usize)>,
}

impl Iterator for Phrase<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            if let Some((digits, spoken)) = &mut self.digits {
                let next = match *spoken {
                    0 => Some('+'),
                    place => digits.iter().nth(place - 1).map(|digit| char::from(b'0' + digit)),
                };
                *spoken += 1;
                match next {
                    Some(c) => return Some(c),
                    None => self.digits = None,
                }
            }
            if let Some(c) = self.text.next() {
                return Some(c);
            }
            match self.pieces.next()? {
                Piece::Literal(text) => self.text = text.chars(),
                Piece::Inviter => match self.variables.inviter {
                    Some(number) => self.digits = Some((number, 0)),
                    None => self.text = self.wording.unknown_inviter.chars(),
                },
                Piece::Topic => self.text = self.variables.topic.chars(),
                Piece::Accept => self.text = self.wording.accept.chars(),
                Piece::Reject => self.text = self.wording.reject.chars(),
                Piece::Leave => self.text = self.wording.leave.chars(),
            }
        }
    }
}

impl FusedIterator for Phrase<'_> {}

impl fmt::Debug for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phrase({:?})", self.variables)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::string::String;

    pub(crate) fn english() -> Wording {
        let template = |text| Template::parse(text).expect("a template of the test");
        Wording {
            invite: template(
                "{inviter} invites you to chat{topic}. Reply {accept} or {reject}; {leave} ends it.",
            ),
            hint: template("Reply {accept} or {reject}."),
            accepted_ack: template("You are in the chat."),
            rejected_ack: template("You are not in the chat."),
            leave_hint: template(" ({leave} ends)"),
            withdrawn: template("The invitation is withdrawn."),
            unsupported_content: template("This was no text."),
            ended_by_peer: template("The chat has ended."),
            no_session: template("This chat is over."),
            unknown_inviter: "Somebody".into(),
            accept: "YES".into(),
            reject: "NO".into(),
            leave: "STOP".into(),
        }
    }

    #[test]
    fn an_invitation_says_who_and_how() {
        let wording = english();
        let inviter = Digits::from_ascii(b"15550100").ok();
        let said: String = wording.phrase(&wording.invite, Variables { inviter, topic: "" }).collect();
        assert_eq!(said, "+15550100 invites you to chat. Reply YES or NO; STOP ends it.");
        let said: String =
            wording.phrase(&wording.invite, Variables { inviter: None, topic: " on ski" }).collect();
        assert!(said.starts_with("Somebody invites you to chat on ski."));
    }

    #[test]
    fn a_wrong_template_says_where() {
        assert_eq!(Template::parse("ab {inviter").err(), Some(TemplateError::Unclosed(3)));
        assert_eq!(Template::parse("ab {caller}").err(), Some(TemplateError::UnknownVariable(3)));
        assert_eq!(Template::parse("").err(), Some(TemplateError::Empty));
        assert!(Template::parse("}").is_ok());
    }
}

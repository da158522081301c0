//! What an onlooker sees: one arrow of a ladder diagram.
//!
//! Each arrow is seen once: by the actor that sends it, and by the one that receives it when the sender is the gateway.

use alloc::string::String;
use core::fmt;

use tempo::Instant;

use crate::Participant;

/// One arrow.
#[derive(Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: Instant,
    /// From which column.
    pub from: Participant,
    /// To which column.
    pub to: Participant,
    /// What stands on it, such as `180 Ringing` or `OFR SMS-SUBMIT 1/2`. It may show the front of a text: the texts of
    /// actors are made up.
    pub what: String,
}

/// `text` in quotes, cut to what fits on an arrow.
pub fn shown(text: &str) -> String {
    let mut shown = String::from("\"");
    let mut rest = text.chars();
    shown.extend(rest.by_ref().take(CHARACTERS_SHOWN).map(|c| if c.is_control() { ' ' } else { c }));
    shown.push_str(if rest.next().is_some() { "…\"" } else { "\"" });
    shown
}

/// Whoever wants to read the text asks for the field; a log line does not show it by accident.
impl fmt::Debug for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sighting({} -> {})", self.from, self.to)
    }
}

const CHARACTERS_SHOWN: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_stays_on_one_line() {
        assert_eq!(shown("YES"), "\"YES\"");
        assert_eq!(shown("one\r\ntwo"), "\"one  two\"");
        assert_eq!(shown("Александр писал письмо домой"), "\"Александр писал письмо д…\"");
    }
}

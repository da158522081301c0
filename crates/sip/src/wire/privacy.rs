//! Privacy (RFC 3323 4.2, RFC 3325 9.3): what the caller does not want to be known.
//!
//! Refuses: to decide whether an anonymous chat is let in; that is policy (433, TS 23.204 6.15.1).

use super::grammar::trim;
use super::{HeaderName, MessageView, NameAddr};

/// What the Privacy headers of a message ask for, all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Privacy {
    /// The asserted identity stays inside the trust domain.
    pub id: bool,
    /// Headers that the caller cannot change itself are to be obscured.
    pub header: bool,
    /// The addresses of the media are to be obscured.
    pub session: bool,
    /// The network does what the user agent could have done: From, Call-ID, Contact.
    pub user: bool,
    /// Asks for no privacy, whatever the subscription says.
    pub none: bool,
    /// Rather no session than one without the privacy that is asked for.
    pub critical: bool,
}

impl Privacy {
    /// Reads the headers; words that are not known here ask for nothing.
    pub fn of(message: &MessageView<'_>) -> Privacy {
        let mut privacy = Privacy::default();
        // RFC 3323 separates by semicolons; commas come from elements that join header lines.
        let values = message.headers(HeaderName::Privacy);
        for word in values.flat_map(|value| value.split(|octet| matches!(octet, b';' | b','))) {
            privacy.note(trim(word));
        }
        privacy
    }

    fn note(&mut self, word: &[u8]) {
        let flags: [(&[u8], &mut bool); 6] = [
            (b"id", &mut self.id),
            (b"header", &mut self.header),
            (b"session", &mut self.session),
            (b"user", &mut self.user),
            (b"none", &mut self.none),
            (b"critical", &mut self.critical),
        ];
        for (name, flag) in flags {
            *flag |= word.eq_ignore_ascii_case(name);
        }
    }

    /// Must the other side not learn who calls?
    ///
    /// `session` hides addresses of media, which an SMS user never sees. `none` beside another word contradicts
    /// RFC 3323 4.2; then the identity is hidden, for what has been disclosed cannot be taken back.
    pub fn asks_to_hide(self) -> bool {
        self.id || self.header || self.user
    }
}

/// Is it the address of nobody (RFC 3323 4.1.1.3, TS 23.003 13.6)? The display name does not matter: anybody may be
/// called Anonymous.
pub fn is_anonymous(address: &NameAddr<'_>) -> bool {
    address.parsed_uri().is_some_and(|uri| uri.host.eq_ignore_ascii_case(ANONYMOUS_HOST))
}

const ANONYMOUS_HOST: &[u8] = b"anonymous.invalid";

//! Who a MESSAGE of ours comes from, as TP-OA says.
//!
//! In: the address of a short message. Out: a name-addr, for From, P-Asserted-Identity and the From of CPIM.

use octets::{Digits, Writer};
use sip::Uri;
use sms::Address;

use crate::kept::Kept;

/// An SMS user, or a service with a short code or a word for a number. It does not print.
#[derive(Debug)]
pub struct Sender {
    address: Kept<ADDRESS_OCTETS_MAX>,
    /// Is it an identity that we can vouch for (RFC 3325)? A word is none.
    is_asserted: bool,
}

impl Sender {
    /// Somebody with an E.164 number.
    pub fn number(number: Digits) -> Sender {
        let uri = |out: &mut Writer<'_>| {
            out.text("<tel:+");
            out.digits(number);
            out.u8(b'>');
        };
        // A number always fits.
        Sender { address: Kept::write(uri).unwrap_or(Kept::EMPTY), is_asserted: true }
    }

    /// Whoever stands in TP-OA of a short message to the user `identity`. A short code means something in the home network only, so
    /// it has that for its context (RFC 3966 5.1.5). `None`: nobody does.
    pub fn of(originating: &Address<'_>, identity: &[u8]) -> Option<Sender> {
        match originating.digits() {
            Some(number) if originating.is_international() => Some(Sender::number(number)),
            Some(number) => {
                let home = Uri::parse(identity).map(|uri| uri.host).filter(|host| !host.is_empty());
                let address = Kept::write(|out| match home {
                    Some(home) => {
                        out.text("<tel:");
                        out.digits(number);
                        out.text(";phone-context=");
                        out.put(home);
                        out.u8(b'>');
                    }
                    None => {
                        out.u8(b'"');
                        out.digits(number);
                        out.text(NOBODY);
                    }
                });
                Some(Sender { address: address?, is_asserted: home.is_some() })
            }
            None => {
                let mut word =
                    originating.word().filter(|c| !c.is_control() && !matches!(c, '"' | '\\')).peekable();
                word.peek()?;
                let address = Kept::write(|out| {
                    out.u8(b'"');
                    let mut octets = [0; 4];
                    word.for_each(|c| out.text(c.encode_utf8(&mut octets)));
                    out.text(NOBODY);
                });
                Some(Sender { address: address?, is_asserted: false })
            }
        }
    }

    /// As a name-addr.
    pub fn address(&self) -> &[u8] {
        self.address.as_bytes()
    }

    /// The same, where we can vouch for it.
    pub fn asserted(&self) -> Option<&[u8]> {
        self.is_asserted.then_some(self.address.as_bytes())
    }
}

/// Behind a name that no address belongs to: nobody can answer it.
const NOBODY: &str = "\" <sip:anonymous@anonymous.invalid>";
/// A code and the name of a home network, or a word and the address of nobody.
const ADDRESS_OCTETS_MAX: usize = 160;

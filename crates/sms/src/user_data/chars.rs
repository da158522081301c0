//! The characters of user data, whatever its alphabet.

use super::{InformationElement, UserData};
use crate::Alphabet;
use crate::alphabet::decode::{Gsm7Chars, Latin1Chars, Ucs2Chars};
use crate::alphabet::septets::{Septets, first_behind};
use crate::alphabet::tables;

#[derive(Clone)]
pub(super) enum Chars<'a> {
    Gsm7(Gsm7Chars<'a>),
    Ucs2(Ucs2Chars<'a>),
    Latin1(Latin1Chars<'a>),
}

impl<'a> Chars<'a> {
    pub(super) fn new(user_data: &UserData<'a>) -> Self {
        if user_data.data_coding.is_compressed() {
            return Self::Latin1(Latin1Chars([].iter()));
        }
        match user_data.data_coding.alphabet() {
            Alphabet::Ucs2 => Self::Ucs2(Ucs2Chars(user_data.payload())),
            Alphabet::Octets => Self::Latin1(Latin1Chars(user_data.payload().iter())),
            Alphabet::Gsm7 => {
                let (mut locking, mut single) = (0, 0);
                for element in user_data.elements() {
                    match element {
                        InformationElement {
                            identifier: InformationElement::LOCKING_SHIFT,
                            data: [language],
                        } => {
                            locking = *language;
                        }
                        InformationElement {
                            identifier: InformationElement::SINGLE_SHIFT,
                            data: [language],
                        } => {
                            single = *language;
                        }
                        _ => {}
                    }
                }
                let first = first_behind(usize::from(user_data.header_octets));
                let septets = Septets::new(user_data.octets, first, usize::from(user_data.length));
                Self::Gsm7(Gsm7Chars::new(septets, tables::locking(locking), tables::single_shift(single)))
            }
        }
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        match self {
            Self::Gsm7(chars) => chars.next(),
            Self::Ucs2(chars) => chars.next(),
            Self::Latin1(chars) => chars.next(),
        }
    }
}

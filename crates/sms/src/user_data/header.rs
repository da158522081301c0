//! The user data header (TS 23.040 9.2.3.24): information elements, and the one that says which segment this is.

/// One element of the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InformationElement<'a> {
    /// What kind it is.
    pub identifier: u8,
    /// Its octets, without identifier and length.
    pub data: &'a [u8],
}

impl InformationElement<'_> {
    /// Concatenation with an 8 bit reference.
    pub const CONCATENATION_8: u8 = 0x00;
    /// Concatenation with a 16 bit reference.
    pub const CONCATENATION_16: u8 = 0x08;
    /// Application ports of 8 bits.
    pub const PORTS_8: u8 = 0x04;
    /// Application ports of 16 bits.
    pub const PORTS_16: u8 = 0x05;
    /// Wireless control messages.
    pub const WIRELESS_CONTROL: u8 = 0x09;
    /// The single shift table of a language.
    pub const SINGLE_SHIFT: u8 = 0x24;
    /// The locking shift table of a language.
    pub const LOCKING_SHIFT: u8 = 0x25;

    /// Does it send the message to an application or the card instead of to a person?
    pub(super) fn is_for_the_machine(&self) -> bool {
        // 0x70 to 0x7F: security headers of the (U)SIM toolkit.
        matches!(self.identifier, Self::PORTS_8 | Self::PORTS_16 | Self::WIRELESS_CONTROL | 0x70..=0x7F)
    }
}

impl core::fmt::Debug for InformationElement<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<element {:02X}, {} octets>", self.identifier, self.data.len())
    }
}

/// The elements of a header, first one first; ends before an element that runs past the header.
#[derive(Clone, Debug)]
pub struct InformationElements<'a>(&'a [u8]);

impl<'a> InformationElements<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        InformationElements(octets)
    }

    /// Does the header end where its last element ends?
    pub(super) fn are_sound(mut self) -> bool {
        self.by_ref().for_each(drop);
        self.0.is_empty()
    }
}

impl<'a> Iterator for InformationElements<'a> {
    type Item = InformationElement<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let [identifier, length, rest @ ..] = self.0 else { return None };
        let (data, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some(InformationElement { identifier: *identifier, data })
    }
}

/// Which segment of which text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Concatenation {
    /// The same in all segments of a text from one sender.
    pub reference: u16,
    /// Is the reference one of 16 bits? One of 8 bits with the same value is another text.
    pub wide: bool,
    /// How many segments the text has: 1 to 255.
    pub total: u8,
    /// Which one this is: 1 to `total`.
    pub sequence: u8,
}

impl Concatenation {
    /// TS 23.040 9.2.3.24.1: an element that counts from zero, or past its total, is ignored.
    pub(super) fn from_element(element: InformationElement<'_>) -> Option<Self> {
        let (reference, wide, total, sequence) = match (element.identifier, element.data) {
            (InformationElement::CONCATENATION_8, [reference, total, sequence]) => {
                (u16::from(*reference), false, *total, *sequence)
            }
            (InformationElement::CONCATENATION_16, [high, low, total, sequence]) => {
                (u16::from_be_bytes([*high, *low]), true, *total, *sequence)
            }
            _ => return None,
        };
        (1..=total).contains(&sequence).then_some(Concatenation { reference, wide, total, sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_runs_past_the_header_spoils_it() {
        assert!(InformationElements::new(&[]).are_sound());
        assert!(InformationElements::new(&[0x24, 1, 3, 0x70, 0]).are_sound());
        for bad in [&[0x00][..], &[0x00, 3, 1, 2], &[0x24, 1, 3, 0x00]] {
            assert!(!InformationElements::new(bad).are_sound(), "{bad:02X?}");
        }
    }

    #[test]
    fn impossible_counts_are_no_concatenation() {
        let element = |data| InformationElement { identifier: InformationElement::CONCATENATION_8, data };
        for bad in [&[7, 0, 0][..], &[7, 0, 1], &[7, 2, 0], &[7, 2, 3], &[7, 2], &[7, 2, 1, 1]] {
            assert_eq!(Concatenation::from_element(element(bad)), None, "{bad:?}");
        }
        let one = Concatenation { reference: 7, wide: false, total: 2, sequence: 2 };
        assert_eq!(Concatenation::from_element(element(&[7, 2, 2])), Some(one));
    }
}

//! What actors say to each other where a real network has a protocol that the gateway never sees:
//! the radio between SMS centre and SMS user, the inside of the SMS centre.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use octets::Digits;

/// A letter from one actor of a stage to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// A whole text: from the SMS centre to the SMS user, or back.
    Text(ShortText),
    /// From the SMS centre to the SMS-GMSC: deliver this.
    Deliver(Delivery),
    /// From the SMS-GMSC to the SMS centre: what became of it.
    Delivered {
        /// [`Delivery::id`].
        id: u64,
        /// How it ended.
        end: DeliveryEnd,
    },
}

/// A text on its way, all segments together.
#[derive(Clone, PartialEq, Eq)]
pub struct ShortText {
    /// Whose text it is.
    pub from: Digits,
    /// Whom it is for.
    pub to: Digits,
    /// The text.
    pub text: String,
}

/// One SMS-DELIVER to be carried out.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Chosen by the SMS centre.
    pub id: u64,
    /// TP-OA. Messages of one originator to one recipient are delivered one after the other.
    pub originator: Digits,
    /// Whose routing information is asked for.
    pub recipient: Digits,
    /// The TPDU.
    pub tpdu: Vec<u8>,
    /// Does another one follow at once?
    pub more_messages: bool,
    /// What stands on its arrow, such as `SMS-DELIVER 1/2`.
    pub what: String,
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryEnd {
    /// The serving node has taken it.
    Delivered,
    /// It was refused for good, or too often.
    Refused(diameter::Outcome),
    /// Nobody answered, too often.
    Unanswered,
}

/// Texts do not print.
impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortText({} octets)", self.text.len())
    }
}

/// Texts do not print, not even packed ones.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({}, {} octets)", self.id, self.tpdu.len())
    }
}

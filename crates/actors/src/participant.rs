//! Who takes part in a conversation: the columns of a ladder diagram, from left to right.

use core::fmt;

/// A party, on stage or off it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Participant {
    /// The UE of the chat users.
    ChatUser,
    /// Their S-CSCF.
    Scscf,
    /// The IP-SM-GW: never an actor, always the other side.
    Gateway,
    /// The home subscriber server.
    Hss,
    /// The SMS-GMSC.
    SmsGmsc,
    /// SMS-IWMSC and SMS centre in one.
    SmsCentre,
    /// Those who have nothing but SMS.
    SmsUser,
}

impl Participant {
    /// All, from left to right.
    pub const ALL: [Participant; 7] = [
        Participant::ChatUser,
        Participant::Scscf,
        Participant::Gateway,
        Participant::Hss,
        Participant::SmsGmsc,
        Participant::SmsCentre,
        Participant::SmsUser,
    ];

    /// What stands above its column.
    pub fn label(self) -> &'static str {
        match self {
            Participant::ChatUser => "UE",
            Participant::Scscf => "S-CSCF",
            Participant::Gateway => "IP-SM-GW",
            Participant::Hss => "HSS",
            Participant::SmsGmsc => "SMS-GMSC",
            Participant::SmsCentre => "SMS-SC",
            Participant::SmsUser => "SMS user",
        }
    }
}

impl fmt::Display for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

//! One invitation on its way: its transactions and their timers.

use sip::{ClientAction, InviteClient, Method, NonInviteClient, Timer, TimerSlot, Timers};
use tempo::{Alarm, Instant};

use crate::tally::Outcome;

/// One of the two transactions of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// The INVITE.
    Invite,
    /// The BYE or CANCEL that ends it.
    Closing,
}

/// What rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bell {
    /// Which invitation.
    pub n: u32,
    /// Which transaction of it.
    pub leg: Leg,
    /// Which of its two alarms.
    pub slot: TimerSlot,
}

/// An invitation that has been sent.
pub struct Invitation {
    /// When it was to leave.
    pub intended: Instant,
    /// Its transaction.
    pub invite: InviteClient,
    /// What ends it, once something does.
    pub closing: Option<(Method, NonInviteClient)>,
    /// The 2xx, kept for the BYE.
    pub success: Option<Box<[u8]>>,
    /// Has anything come back?
    pub was_heard: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Is there still something to wait for?
    pub is_pending: bool,
    alarms: [(Alarm, Timer); 4],
}

impl Invitation {
    /// One that leaves at `now`.
    pub fn start(intended: Instant, now: Instant, act: impl FnMut(ClientAction)) -> Invitation {
        Invitation {
            intended,
            invite: InviteClient::start(now, Timers::default(), false, act),
            closing: None,
            success: None,
            was_heard: false,
            outcome: None,
            is_pending: true,
            alarms: [(Alarm::default(), Timer::A); 4],
        }
    }

    /// The alarm of `bell`, and the timer that it was last set for.
    pub fn alarm(&mut self, bell: Bell) -> &mut (Alarm, Timer) {
        &mut self.alarms[bell.place() as usize]
    }
}

impl Bell {
    /// As a key of the timer wheel.
    pub fn key(self) -> u32 {
        self.n << 2 | self.place()
    }

    /// From a key of the timer wheel.
    pub fn of_key(key: u32) -> Bell {
        Bell {
            n: key >> 2,
            leg: if key & 2 == 0 { Leg::Invite } else { Leg::Closing },
            slot: if key & 1 == 0 { TimerSlot::Repeat } else { TimerSlot::Life },
        }
    }

    fn place(self) -> u32 {
        u32::from(self.leg == Leg::Closing) << 1 | u32::from(self.slot == TimerSlot::Life)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_back_to_its_bell() {
        for n in [0, 1, 999_999] {
            for leg in [Leg::Invite, Leg::Closing] {
                for slot in [TimerSlot::Repeat, TimerSlot::Life] {
                    let bell = Bell { n, leg, slot };
                    assert_eq!(Bell::of_key(bell.key()), bell);
                }
            }
        }
    }
}

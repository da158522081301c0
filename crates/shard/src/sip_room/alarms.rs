//! The two alarms of a SIP transaction: one to send again, one for the end of its state.
//!
//! Timers take turns on the second: H then I, F then K. A reminder of the wheel that was set for the one may come up for the
//! other, so which of them is due is kept here and not read from the reminder's name.

use sip::Timer;
use sip::transaction::TimerSlot;
use tempo::{Alarm, Instant, TimerWheel};

use crate::desk::{Desk, Ringing};

/// The alarms of one transaction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TransactionAlarms {
    repeat: Alarm,
    life: Alarm,
    /// The timer that `life` was set for last.
    ends: Option<Timer>,
}

impl TransactionAlarms {
    /// Sets a timer; `ringing` leads back here, whichever timer it names.
    pub(super) fn arm(
        &mut self,
        timer: Timer,
        ringing: Ringing,
        deadline: Instant,
        wheel: &mut TimerWheel<Ringing>,
    ) {
        if timer.slot() == TimerSlot::Life {
            self.ends = Some(timer);
        }
        wheel.set(self.of(timer), ringing, deadline);
    }

    /// Clears a timer.
    pub(super) fn disarm(&mut self, timer: Timer, wheel: &mut TimerWheel<Ringing>) {
        wheel.clear(self.of(timer));
    }

    /// Clears both.
    pub(super) fn disarm_all(&mut self, desk: &mut Desk) {
        desk.disarm(&mut self.repeat);
        desk.disarm(&mut self.life);
    }

    /// The timer that is due, if the alarm is that a reminder for `timer` leads to.
    pub(super) fn due(&mut self, timer: Timer, ringing: Ringing, desk: &mut Desk) -> Option<Timer> {
        if !desk.is_due(self.of(timer), ringing) {
            return None;
        }
        match timer.slot() {
            TimerSlot::Repeat => Some(timer),
            TimerSlot::Life => self.ends,
        }
    }

    fn of(&mut self, timer: Timer) -> &mut Alarm {
        match timer.slot() {
            TimerSlot::Repeat => &mut self.repeat,
            TimerSlot::Life => &mut self.life,
        }
    }
}

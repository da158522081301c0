//! How the SMS centre treats what is submitted for a number.

use core::time::Duration;

use diameter::{Experimental, Outcome, ResultCode};

/// A manner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes it and answers at once.
    Prompt,
    /// Takes it and answers after a while.
    Late(Duration),
    /// Takes nothing and says nothing.
    Silent,
    /// Refuses it with an Experimental-Result of 3GPP.
    Refuse(Experimental),
    /// Refuses it with a Result-Code of the base protocol.
    Fail(ResultCode),
    /// Refuses it the first so many times with 3004 TOO_BUSY, then takes it.
    BusyAtFirst(usize),
}

/// What is done with one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    Take,
    Ignore,
    Postpone(Duration),
    Refuse(Outcome),
}

impl Manner {
    /// For the submission number `nth` to this destination, counted from 0.
    pub(super) fn treatment(self, nth: usize) -> Treatment {
        match self {
            Manner::Prompt => Treatment::Take,
            Manner::Late(after) => Treatment::Postpone(after),
            Manner::Silent => Treatment::Ignore,
            Manner::Refuse(code) => Treatment::Refuse(code.into()),
            Manner::Fail(code) => Treatment::Refuse(code.into()),
            Manner::BusyAtFirst(times) if nth < times => Treatment::Refuse(ResultCode::TOO_BUSY.into()),
            Manner::BusyAtFirst(_) => Treatment::Take,
        }
    }
}

//! What one stage found.

use core::fmt;

/// Is it as wanted?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As wanted.
    Fit,
    /// Not as wanted.
    Unfit,
    /// It cannot be seen from here, as many numbers cannot from inside a container. That is no fault of the host.
    Unseen,
}

/// What can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A command for a root shell.
    Run(String),
    /// Something that no single command does.
    Advice(String),
}

/// The answer of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    /// Is it as wanted?
    pub verdict: Verdict,
    /// What was found.
    pub value: String,
    /// What was wanted.
    pub wanted: String,
    /// What happens otherwise.
    pub why: &'static str,
    /// What to do when it is not as wanted.
    pub remedy: Remedy,
}

impl Finding {
    /// Does nothing speak against it?
    pub fn is_ok(&self) -> bool {
        self.verdict != Verdict::Unfit
    }
}

impl Verdict {
    /// Fit or not.
    pub(crate) fn of(is_fit: bool) -> Verdict {
        if is_fit { Verdict::Fit } else { Verdict::Unfit }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Fit => "ok",
            Verdict::Unfit => "NOT OK",
            Verdict::Unseen => "unseen",
        })
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Remedy::Run(text) | Remedy::Advice(text)) = self;
        f.write_str(text)
    }
}

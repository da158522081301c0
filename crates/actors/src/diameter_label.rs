//! What stands on the arrow of a Diameter answer.

use alloc::format;
use alloc::string::String;

use diameter::{Outcome, ResultCode};

/// The name and the number of the outcome, whosever it is: `OFA 2001`.
pub(crate) fn answer_label(name: &str, outcome: Outcome) -> String {
    let code = match outcome {
        Outcome::Success => ResultCode::SUCCESS.0,
        Outcome::Result(code) | Outcome::Experimental { code, .. } => code,
    };
    format!("{name} {code}")
}

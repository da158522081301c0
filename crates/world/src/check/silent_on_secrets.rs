//! silent_on_secrets: nothing that a log line could show of what a shard knows holds a number or a text of somebody.
//!
//! The shard itself logs nothing; what could be logged of it is what `Debug` shows: the messages as they lie in its hands, and
//! the directory.

use std::fmt::{Debug, Write};

use tempo::Instant;

use super::{Checker, Kept, Scene};
use crate::gateway::Gateway;
use crate::token::Token;
use crate::watch::{Crossing, What};

/// The room in which lines are written.
#[derive(Default)]
pub struct SilentOnSecrets {
    line: String,
    seen: u64,
}

impl Checker for SilentOnSecrets {
    fn promise(&self) -> &'static str {
        "silent_on_secrets"
    }

    fn see(&mut self, crossing: &Crossing<'_>, _: &Scene) -> Kept {
        // Formatting is slow: one message of so many.
        self.seen += 1;
        if !self.seen.is_multiple_of(SAMPLE) {
            return Ok(());
        }
        match &crossing.what {
            What::Sip { message, .. } => self.listen(&(message, message.from(), message.to(), message.via())),
            What::Msrp { chunk, .. } => self.listen(&(chunk, chunk.to_path(), chunk.from_path())),
            What::Diameter { message, .. } => self.listen(&(
                message,
                diameter::sgd::MoForward::parse(message),
                diameter::sgd::MtForward::parse(message),
            )),
            What::Gone { .. } | What::Untrusted | What::Crash => Ok(()),
        }
    }

    fn rest(&mut self, _: Instant, gateway: &Gateway, _: &Scene) -> Kept {
        self.listen(&gateway.directory)
    }

    fn turned(&mut self, _: Instant, _: u16, gateway: &Gateway, _: &Scene) -> Kept {
        self.seen += 1;
        if self.seen.is_multiple_of(16 * SAMPLE) { self.listen(&gateway.directory) } else { Ok(()) }
    }
}

impl SilentOnSecrets {
    fn listen(&mut self, what: &impl Debug) -> Kept {
        self.line.clear();
        let _ = write!(self.line, "{what:?}");
        if let Some(token) = Token::first_in(self.line.as_bytes()) {
            return Err(format!("a text shows: {token}"));
        }
        let runs = self.line.split(|character: char| !character.is_ascii_digit());
        if let Some(number) = runs.into_iter().find(|run| is_somebodys(run)) {
            return Err(format!("a number shows: {}…", &number[..8]));
        }
        if let Some(beginning) = LISTED.into_iter().find(|beginning| self.line.contains(beginning)) {
            return Err(format!("a number shows, octet by octet: {beginning}…"));
        }
        Ok(())
    }
}

/// Is it the whole number of somebody? Moments have more digits, and other things fewer.
fn is_somebodys(run: &str) -> bool {
    (run.len() == 11 && run.starts_with("15550100")) || (run.len() == 12 && run.starts_with("49155500"))
}

/// What the numbers of people begin with, as the list of octets that `Debug` makes of a slice.
const LISTED: [&str; 2] = ["49, 53, 53, 53, 48, 49, 48", "52, 57, 49, 53, 53, 53"];
const SAMPLE: u64 = 16;

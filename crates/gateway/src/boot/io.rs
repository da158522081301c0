//! io_uring or poll: resolved once, at boot, and reported.

use super::StartError;
use crate::config::Io;

/// How the dataplane does I/O.
#[derive(Clone, Debug)]
pub struct IoChoice {
    /// What the kernel offers, when io_uring is used.
    pub(crate) features: Option<uring::Features>,
    /// Why, for the log and the status.
    pub reason: String,
}

impl IoChoice {
    /// The name of the driver.
    pub fn name(&self) -> &'static str {
        if self.features.is_some() { "uring" } else { "poll" }
    }
}

/// Resolves what the configuration says.
pub(super) fn choose(io: Io) -> Result<IoChoice, StartError> {
    match (io, uring::probe()) {
        (Io::Poll, _) => Ok(IoChoice { features: None, reason: "asked for by the configuration".into() }),
        (Io::Auto | Io::Uring, Ok(features)) => {
            let reason = format!("the kernel offers {}", features.names().join(", "));
            Ok(IoChoice { features: Some(features), reason })
        }
        (Io::Auto, Err(unsupported)) => {
            Ok(IoChoice { features: None, reason: format!("no io_uring here: {unsupported}") })
        }
        (Io::Uring, Err(unsupported)) => Err(StartError::new(
            format!("gateway.io is \"uring\", but {unsupported}"),
            "set gateway.io to \"poll\", or to \"auto\" to have it chosen",
        )),
    }
}

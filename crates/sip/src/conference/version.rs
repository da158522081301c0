//! Which documents of a subscription are worked on (RFC 4575 4.6).

use super::{ConferenceInfo, DocumentState};

/// What to do with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coherence {
    /// It follows what is known: work on it.
    Apply,
    /// It is older than what is known: answer it, and forget it.
    Stale,
    /// Something between is missing: subscribe again, and a full document will come.
    Gap,
}

/// The version that is known. One for each subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionTracker(Option<u32>);

impl VersionTracker {
    /// Judges the next document; one to apply moves the version on.
    ///
    /// A document without a version is taken as it comes: whoever does not count cannot be counted on.
    // RFC 4575 4.6
    pub fn judge(&mut self, info: &ConferenceInfo<'_>) -> Coherence {
        let Some(version) = info.version else { return Coherence::Apply };
        let verdict = match self.0 {
            Some(known) if version <= known => Coherence::Stale,
            _ if info.state != DocumentState::Partial => Coherence::Apply,
            Some(known) if version == known + 1 => Coherence::Apply,
            _ => Coherence::Gap,
        };
        if verdict == Coherence::Apply {
            self.0 = Some(version);
        }
        verdict
    }
}

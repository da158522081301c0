//! One script, every driver, the same transcript.

//! Actors over real sockets: the stage itself, and the home network.

mod home_network;
mod stage;

/// Time zero of a stage.
#[allow(clippy::disallowed_methods, reason = "a test is a main: it says when time begins")]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

//! Which pairs of a state and an event the machines of the product were in: what a hunt has shown, and what it has not.
//!
//! A machine names its states and events ([`kinds!`]), has one [`Machine`], and calls [`Machine::visit`] at the top of its step.
//!
//! Refuses: to cost anything, or to keep anything, in a build without the feature `recorded`; to see what a state or an event
//! carries: a kind is a name that stands in the code, so that no number and no text of anybody can get here.
//! In: pairs, inside of [`recorded`]. Out: how often there was which.
#![cfg_attr(not(feature = "recorded"), no_std)]
#![forbid(unsafe_code)]

mod machine;
#[cfg(feature = "recorded")]
mod recording;

pub use machine::{Machine, Pair};

/// States, or events, told apart as far as their machine does. Implemented by [`kinds!`].
pub trait Kind {
    /// Every name.
    const NAMES: &'static [&'static str];

    /// The name of this one.
    fn name(&self) -> &'static str;
}

/// Names the kinds of an enum: plain variants by themselves, whatever they carry, and behind a semicolon patterns with a name
/// each, for variants that a machine tells apart further. A variant that is left out does not compile.
///
/// ```
/// enum Event {
///     Came,
///     Said(u16),
/// }
/// visits::kinds! { Event: Came; Self::Said(200..=299) => "Said(2xx)", Self::Said(_) => "Said(other)" }
/// assert_eq!(visits::Kind::name(&Event::Said(204)), "Said(2xx)");
/// ```
#[macro_export]
macro_rules! kinds {
    ($of:ty: $($plain:ident),* $(; $($pattern:pat $(if $guard:expr)? => $name:literal),+ $(,)?)?) => {
        impl $crate::Kind for $of {
            const NAMES: &'static [&'static str] = &[$(stringify!($plain),)* $($($name,)+)?];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$plain { .. } => stringify!($plain),)*
                    $($($pattern $(if $guard)? => $name,)+)?
                }
            }
        }
    };
}

/// Are visits recorded in this build?
pub const ARE_RECORDED: bool = cfg!(feature = "recorded");

/// Does something whose visits count. What happens outside of it, or in other threads, does not: the peers of a simulation are
/// made of the same machines as the product.
pub fn recorded<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(feature = "recorded")]
    let _recording = recording::Recording::begin();
    work()
}

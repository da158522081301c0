//! Plays a plan, whatever happens in it: a panic of a shard is a broken promise, too.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tempo::{Duration, Instant};

use crate::check::Broken;
use crate::plan::Plan;
use crate::trace::Trace;
use crate::world::{Outcome, Tampering, World};

/// Plays a plan.
pub fn play(plan: &Plan) -> Outcome {
    play_with(plan, Trace::default(), Tampering::default())
}

/// Plays a plan and writes down what crosses.
pub fn traced(plan: &Plan) -> Outcome {
    play_with(plan, Trace::written(), Tampering::default())
}

pub(crate) fn play_with(plan: &Plan, trace: Trace, tampering: Tampering) -> Outcome {
    let play = || World::new(plan, trace, tampering).play();
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let why = panic.downcast_ref::<String>().cloned();
        let why = why.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        Outcome {
            broken: Some(Broken { promise: "no_panic", at: Instant::ZERO, why: why.unwrap_or_default() }),
            hash: 0,
            crossings: 0,
            lasted: Duration::ZERO,
            fates: Vec::new(),
            counted: Vec::new(),
            trace: Vec::new(),
        }
    })
}

//! From a world that breaks a promise to the smallest that breaks the same one: delta debugging of faults, chats, texts and terms.

use crate::plan::{Plan, Terms};
use crate::{Broken, play};

/// The smallest plan that still breaks the promise that `plan` breaks; `None` when it breaks none. `tell` hears of each step.
pub fn shrink(plan: &Plan, mut tell: impl FnMut(&Plan)) -> Option<Plan> {
    let wanted = kind(&play(plan).broken?);
    let mut smallest = plan.clone();
    let mut breaks = |candidate: &Plan, smallest: &mut Plan| {
        let is_broken = play(candidate).broken.is_some_and(|broken| kind(&broken) == wanted);
        if is_broken && candidate != smallest {
            *smallest = candidate.clone();
            tell(smallest);
            return true;
        }
        false
    };
    loop {
        let before = smallest.clone();
        fewer(&mut smallest, |plan| &mut plan.faults, &mut breaks);
        fewer(&mut smallest, |plan| &mut plan.chats, &mut breaks);
        fewer(&mut smallest, |plan| &mut plan.pages, &mut breaks);
        for chat in 0..smallest.chats.len() {
            fewer(&mut smallest, |plan| &mut plan.chats[chat].says, &mut breaks);
        }
        for ease in EASINGS {
            let mut candidate = smallest.clone();
            ease(&mut candidate);
            breaks(&candidate, &mut smallest);
        }
        if smallest == before {
            return Some(smallest);
        }
    }
}

/// What is broken, and how, whoever it is about.
fn kind(broken: &Broken) -> String {
    let why = broken.why.chars().filter(|character| !character.is_ascii_digit());
    broken.promise.chars().chain(why).collect()
}

/// Leaves out as many of a list as can be left out: halves first, then ever smaller runs.
fn fewer<T: Clone>(
    smallest: &mut Plan,
    list: impl Fn(&mut Plan) -> &mut Vec<T>,
    breaks: &mut impl FnMut(&Plan, &mut Plan) -> bool,
) {
    let mut run = list(smallest).len().div_ceil(2);
    while run > 0 {
        let mut at = 0;
        while at < list(smallest).len() {
            let mut candidate = smallest.clone();
            let items = list(&mut candidate);
            let end = (at + run).min(items.len());
            items.drain(at..end);
            if !breaks(&candidate, smallest) {
                at += run;
            }
        }
        run = if run == 1 { 0 } else { run.div_ceil(2) };
    }
}

/// What makes a world simpler, one thing each.
const EASINGS: [fn(&mut Plan); 12] = [
    |plan| plan.network = Terms::CALM,
    |plan| plan.network.loss = 0,
    |plan| plan.network.twice = 0,
    |plan| plan.network.late = 0,
    |plan| plan.network.damaged = 0,
    |plan| plan.network.truncated = 0,
    |plan| plan.network.pieces = 0,
    |plan| plan.network.jitter_us = 0,
    |plan| plan.operator.invitations_per_hour = 0,
    |plan| plan.operator.rest_s = 0,
    |plan| {
        let ample = 64;
        let limits = &mut plan.limits;
        (limits.sessions, limits.pairs, limits.announcements, limits.subscribers) =
            (ample, ample, ample, ample);
    },
    |plan| {
        if !plan.faults.iter().any(|fault| fault.what.names_shard()) {
            plan.shards = 1;
        }
    },
];

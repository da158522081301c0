//! From a world that breaks a promise to the smallest that breaks the same one: delta debugging of faults, chats, texts and terms.

use crate::plan::{Plan, Ringing, Terms};
use crate::{Broken, play};

/// The smallest plan that still breaks the promise that `plan` breaks; `None` when it breaks none. `tell` hears of each step.
pub fn shrink(plan: &Plan, tell: impl FnMut(&Plan)) -> Option<Plan> {
    shrink_by(plan, |plan| play(plan).broken, tell)
}

/// The same, by somebody's judgement of what a plan breaks.
fn shrink_by(
    plan: &Plan,
    judge: impl Fn(&Plan) -> Option<Broken>,
    mut tell: impl FnMut(&Plan),
) -> Option<Plan> {
    let wanted = kind(&judge(plan)?);
    let mut smallest = plan.clone();
    let mut breaks = |candidate: &Plan, smallest: &mut Plan| {
        let is_broken = judge(candidate).is_some_and(|broken| kind(&broken) == wanted);
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
        fewer(&mut smallest, |plan| &mut plan.subscribers, &mut breaks);
        fewer(&mut smallest, |plan| &mut plan.barred.chat_users, &mut breaks);
        fewer(&mut smallest, |plan| &mut plan.barred.sms_users, &mut breaks);
        fewer(&mut smallest, |plan| &mut plan.reports, &mut breaks);
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
const EASINGS: [fn(&mut Plan); 20] = [
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
    |plan| plan.operator.two_languages = false,
    |plan| plan.operator.distrusts = false,
    |plan| plan.operator.asks_hss = false,
    |plan| (plan.operator.recall_s, plan.operator.call_back) = (0, false),
    |plan| plan.operator.subscribers_only = false,
    |plan| plan.chats.iter_mut().for_each(|chat| chat.ringing = Ringing::Plain),
    |plan| plan.chats.iter_mut().for_each(|chat| chat.session = None),
    |plan| {
        for subscriber in &mut plan.subscribers {
            (subscriber.refreshes, subscriber.leaves_ms, subscriber.changes_ms) = (0, None, None);
        }
    },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{ChatPlan, Fault, Size, What};
    use tempo::Instant;

    /// A world that is drawn, with three chats at least and some faults.
    fn drawn() -> Plan {
        let mut plans = (0..).map(|seed| Plan::draw(seed, Size::default()));
        let is_rich = |plan: &Plan| {
            (3..40).contains(&plan.chats.len())
                && plan.chats.iter().any(|chat| chat.says.len() > 2)
                && plan.faults.len() > 2
                && plan.network.loss > 0
        };
        plans.find(is_rich).expect("there is one among so many")
    }

    fn broken(promise: &'static str, why: &str) -> Option<Broken> {
        Some(Broken { promise, at: Instant::ZERO, why: why.into() })
    }

    #[test]
    fn what_a_promise_is_broken_by_stays_and_nothing_else() {
        let mut plan = drawn();
        let long = plan.chats.iter().find(|chat| chat.says.len() > 2).expect("a chat that talks").id;
        plan.faults.push(Fault { at_ms: 1000, for_ms: 50, what: What::Leap(17) });
        let is_to_blame = |chat: &ChatPlan| chat.id == long && !chat.says.is_empty();
        let judge = |plan: &Plan| {
            let has_leapt = plan.faults.iter().any(|fault| fault.what == What::Leap(17));
            if has_leapt && plan.chats.iter().any(is_to_blame) {
                return broken("conserved", "chat 9 is to blame");
            }
            broken("answered", "something else")
        };
        let mut told = 0;
        let smallest = shrink_by(&plan, judge, |_| told += 1).expect("it breaks a promise");
        assert_eq!(smallest.chats.iter().map(|chat| chat.id).collect::<Vec<_>>(), [long]);
        assert_eq!(smallest.chats[0].says.len(), 1);
        assert_eq!(smallest.faults.iter().map(|fault| fault.what).collect::<Vec<_>>(), [What::Leap(17)]);
        assert_eq!((&smallest.pages, smallest.shards, smallest.network), (&vec![], 1, Terms::CALM));
        assert!(told > 3, "each step is told");
    }

    #[test]
    fn another_break_of_the_same_promise_is_the_same_whoever_it_is_about() {
        let plan = drawn();
        let judge = |plan: &Plan| match plan.chats.len() {
            0 => None,
            chats => broken("bounded", &format!("{chats} sessions are left")),
        };
        let smallest = shrink_by(&plan, judge, |_| {}).expect("it breaks a promise");
        assert_eq!(smallest.chats.len(), 1);
    }

    #[test]
    fn of_a_world_that_breaks_nothing_there_is_no_smaller_one() {
        assert_eq!(shrink_by(&drawn(), |_| None, |_| panic!("there is nothing to tell")), None);
    }
}

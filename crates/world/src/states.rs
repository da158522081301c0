//! Which pairs of a state and an event the machines of the gateway have been in, over all worlds of this process.
//!
//! A pair that no world has reached is explained in `states/explained.rs`, or it is a question. An explanation that a world
//! contradicts is a wrong one.
//!
//! Refuses: to know anything in a build without the feature `visits`. In: the machines themselves. Out: text.

mod explained;

use std::fmt;

use visits::{Machine, Pair};

use explained::Reason;
pub use visits::ARE_RECORDED;

/// The pairs of one machine, as far as they were visited.
#[derive(Debug)]
pub struct States {
    machine: &'static str,
    pairs: Vec<(Pair, Option<Reason>)>,
}

/// All machines.
pub fn states() -> Vec<States> {
    machines().map(States::of).collect()
}

fn machines() -> impl Iterator<Item = &'static Machine> {
    let sip = sip::transaction::MACHINES.into_iter().chain(sip::session_timer::MACHINES);
    sip.chain(diameter::peer::MACHINES).chain(interwork::MACHINES)
}

impl States {
    fn of(machine: &Machine) -> Self {
        let reason = |pair: Pair| (pair, explained::reason(machine.name(), &pair));
        States { machine: machine.name(), pairs: machine.pairs().map(reason).collect() }
    }

    /// Every pair: how often, or why not.
    pub fn table(&self) -> String {
        let line = |(pair, reason): &(Pair, Option<Reason>)| {
            let why = reason.map_or("", |reason| reason.why);
            let line = format!("  {:<18} {:<24} {:>10}  {why}", pair.state, pair.event, pair.visits);
            format!("{}\n", line.trim_end())
        };
        self.pairs.iter().map(line).collect()
    }
}

/// How much of it, what is missing, and which explanation is wrong.
impl fmt::Display for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let possible = self.pairs.iter().filter(|(_, reason)| reason.is_none_or(|reason| reason.is_seldom));
        let visited = possible.clone().filter(|(pair, _)| pair.visits > 0).count();
        let possible = possible.count();
        let never = self.pairs.len() - possible;
        write!(f, "{}: {visited} of {possible} pairs; {never} never come up", self.machine)?;
        for (pair, reason) in &self.pairs {
            let Pair { state, event, visits } = pair;
            match (visits, reason) {
                (0, None) => write!(f, "\n  not visited: {state} x {event}")?,
                (1.., Some(Reason { why, is_seldom: false })) => {
                    write!(f, "\n  visited {visits} times: {state} x {event}, though {why}")?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pairs: Vec<(Pair, Option<Reason>)>) -> String {
        States { machine: "Door", pairs }.to_string()
    }

    fn pair(event: &'static str, visits: u64) -> Pair {
        Pair { state: "Shut", event, visits }
    }

    #[test]
    fn what_was_not_visited_is_shown_and_so_is_what_should_not_have_been() {
        let reason = |is_seldom| Some(Reason { why: "it is heavy", is_seldom });
        let whole =
            vec![(pair("Push", 3), None), (pair("Pull", 0), reason(false)), (pair("Kick", 0), reason(true))];
        assert_eq!(shown(whole), "Door: 1 of 2 pairs; 1 never come up");
        let odd =
            vec![(pair("Push", 0), None), (pair("Pull", 7), reason(false)), (pair("Kick", 7), reason(true))];
        assert_eq!(
            shown(odd),
            "Door: 1 of 2 pairs; 1 never come up\n  not visited: Shut x Push\n  visited 7 times: Shut x Pull, though it is heavy"
        );
    }

    #[test]
    fn a_world_visits_what_it_visits_in_a_build_that_records() {
        crate::play(&crate::Plan::draw(1, crate::Size::default()).calmed());
        let chat = states().into_iter().find(|states| states.machine == "ChatSession").expect("a machine");
        assert_eq!(chat.pairs.iter().any(|(pair, _)| pair.visits > 0), ARE_RECORDED);
    }
}

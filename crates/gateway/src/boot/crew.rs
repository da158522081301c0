//! The threads of the shards: who is still there, and how they went.
//!
//! A shard goes when it is told to, and all of them are; one that goes alone has broken a promise of its own, and what it
//! held (its chats, its part of the SMS users) is served by nobody.

use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

/// The threads of all shards.
#[derive(Debug, Default)]
pub(super) struct Crew {
    threads: Vec<JoinHandle<()>>,
    roll: Roll,
}

/// Who is there, for those who only ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll(Vec<Weak<()>>);

impl Crew {
    /// Gives `life` a thread.
    pub(super) fn hire(&mut self, name: String, life: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        // Dropped at the end of the thread, by whatever way it ends.
        let presence = Arc::new(());
        let seen = Arc::downgrade(&presence);
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let _presence = presence;
            life();
        })?;
        self.threads.push(thread);
        self.roll.0.push(seen);
        Ok(())
    }

    /// Waits for all of them; how many have broken a promise.
    pub(super) fn wait(self) -> usize {
        self.threads.into_iter().map(|thread| usize::from(thread.join().is_err())).sum()
    }

    /// Have all gone?
    pub(super) fn is_finished(&self) -> bool {
        self.threads.iter().all(|thread| thread.is_finished())
    }

    /// Who is there.
    pub(super) fn roll(&self) -> &Roll {
        &self.roll
    }
}

impl Roll {
    /// Has anybody gone?
    pub(crate) fn any_finished(&self) -> bool {
        self.0.iter().any(|presence| presence.strong_count() == 0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn one_who_breaks_down_is_missed_while_the_other_works_on() {
        let mut crew = Crew::default();
        let (break_down, broken) = channel::<()>();
        let (go_home, evening) = channel::<()>();
        let nobody = "the test keeps the other end";
        crew.hire("breaks".into(), move || {
            broken.recv().expect(nobody);
            panic!("a broken promise of the test");
        })
        .expect("a thread");
        crew.hire("works".into(), move || evening.recv().expect(nobody)).expect("a thread");
        let roll = crew.roll().clone();
        assert!(!roll.any_finished() && !crew.is_finished());

        break_down.send(()).expect("it listens");
        while !roll.any_finished() {
            std::thread::yield_now();
        }
        assert!(!crew.is_finished(), "the other one works");

        go_home.send(()).expect("it listens");
        assert_eq!(crew.wait(), 1, "one of two broke a promise");
        assert!(roll.any_finished());
    }
}

//! The stage: runs a cast on a driver until something is the case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use actors::{Event, Sighting};
use shard::{Driver, Wake};
use tempo::{Duration, Instant};

use crate::company::Company;
use crate::{Cast, Door};

/// A cast on a driver, for one thread.
pub struct Stage<D, C> {
    driver: D,
    cast: C,
    company: Company,
    has_started: bool,
    stopper: Stopper,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// What was waited for is the case.
    Done,
    /// It was not the case in time.
    TimeUp,
    /// Somebody used a [`Stopper`].
    Stopped,
}

/// Ends a run from any thread.
#[derive(Clone)]
pub struct Stopper {
    is_stopped: Arc<AtomicBool>,
    waker: Arc<dyn Wake>,
}

impl Stopper {
    /// Ends the run, and every later one.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl<D: Driver, C: Cast> Stage<D, C> {
    /// `doors` says which of the driver's ports are whose; `waker` is what rouses the driver. Nothing happens before the
    /// first run.
    pub fn new(
        driver: D,
        waker: Arc<dyn Wake>,
        cast: C,
        doors: Vec<Door>,
        sightings: Option<Sender<Sighting>>,
    ) -> Self {
        let stopper = Stopper { is_stopped: Arc::new(AtomicBool::new(false)), waker };
        Stage { driver, cast, company: Company::new(doors, sightings), has_started: false, stopper }
    }

    /// What ends a run from outside.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// What time it is on the stage.
    pub fn now(&self) -> Instant {
        self.driver.moment().now
    }

    /// The cast and its records.
    pub fn cast(&self) -> &C {
        &self.cast
    }

    /// The cast, to be given more to do between two runs.
    pub fn cast_mut(&mut self) -> &mut C {
        &mut self.cast
    }

    /// The cast, when the play is over.
    pub fn into_cast(self) -> C {
        self.cast
    }

    /// Letters that were written to somebody who is not in the cast: a mistake in how it was put together.
    pub fn lost_letters(&self) -> usize {
        self.company.lost_letters()
    }

    /// Plays until `is_done` says so, at most for `patience`. The curtain rises with the first run.
    pub fn run_until(&mut self, is_done: impl Fn(&C) -> bool, patience: Duration) -> Ending {
        let end = self.driver.moment().now + patience;
        let Stage { driver, cast, company, has_started, stopper } = self;
        let positions = 0..cast.size();
        // What was given to actors between two runs is looked at in the first turn, due or not.
        let mut is_first = true;
        loop {
            let now = driver.moment().now;
            for position in positions.clone() {
                let is_due = cast.actor(position).next_deadline().is_some_and(|deadline| deadline <= now);
                if !*has_started {
                    company.tell(now, position, Event::Start, cast, driver.out());
                } else if is_due || is_first {
                    company.tell(now, position, Event::Due, cast, driver.out());
                }
            }
            (*has_started, is_first) = (true, false);
            company.retry(driver.out());
            driver.flush();
            if is_done(cast) {
                return Ending::Done;
            }
            if stopper.is_stopped.load(Ordering::Acquire) {
                return Ending::Stopped;
            }
            if driver.moment().now >= end {
                return Ending::TimeUp;
            }
            let until = next_moment(cast, company, now).map_or(end, |next| next.min(end));
            driver.receive(Some(until), |moment, arrival, out| {
                company.arrive(moment.now, &arrival, cast, out);
            });
            driver.flush();
        }
    }
}

/// When somebody wants to be woken, or something is to be tried again.
fn next_moment(cast: &impl Cast, company: &Company, now: Instant) -> Option<Instant> {
    let deadlines = (0..cast.size()).filter_map(|position| cast.actor(position).next_deadline());
    let retry = company.has_backlog().then_some(now + RETRY);
    deadlines.chain(retry).min()
}

/// How soon a full send buffer is tried again.
const RETRY: Duration = Duration::from_millis(2);

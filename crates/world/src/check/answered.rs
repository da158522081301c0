//! answered: each request gets its final response in bounded time: SIP but for ACK, MSRP where a response is wanted, Diameter.
//!
//! What excuses: a crash, a lost connection, and that a datagram was lost (the client asks again, and that is counted anew).
//! While a shard lacks buffers or turns, the clock of its requests stands still.

use std::collections::{BTreeMap, BTreeSet};

use msrp::{FailureReport, Kind, Method as MsrpMethod};
use shard::Count;
use sip::Method;
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene};
use crate::gateway::Gateway;
use crate::links::LinkNumber;
use crate::watch::{Crossing, Way, What};

/// What waits for its answer.
#[derive(Default)]
pub struct Answered {
    waiting: BTreeMap<Request, Waiting>,
    /// SIP requests that have their answer: their repetitions may be too late for another.
    answered: BTreeSet<Request>,
    /// Nobody waits for less long than this.
    next_look: Option<Instant>,
    /// How often each shard has found no buffer.
    no_loans: BTreeMap<u16, u64>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Request {
    Sip { branch: Vec<u8>, sent_by: Vec<u8>, method: String },
    Msrp { link: LinkNumber, transaction: Vec<u8> },
    Diameter { link: LinkNumber, hop_by_hop: u32 },
}

struct Waiting {
    since: Instant,
    until: Instant,
    shard: u16,
}

impl Checker for Answered {
    fn promise(&self) -> &'static str {
        "answered"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        match &crossing.what {
            What::Sip { is_damaged: true, .. } => {}
            What::Sip { message, .. } => {
                let via = message.via();
                let request = Request::Sip {
                    branch: via.branch.unwrap_or_default().to_vec(),
                    sent_by: via.host.to_vec(),
                    method: format!("{:?}", message.cseq().method),
                };
                match (crossing.way, message.status()) {
                    (Way::In, None)
                        if message.method() != Method::Ack
                            && message.is_answerable()
                            && !self.answered.contains(&request) =>
                    {
                        let patience = match message.method() {
                            Method::Invite => of_invite(scene),
                            _ => Duration::from_secs(32),
                        };
                        self.ask(request, crossing, patience);
                    }
                    (Way::Out, Some(status)) if status.is_final() => {
                        self.waiting.remove(&request);
                        self.answered.insert(request);
                    }
                    _ => {}
                }
            }
            What::Msrp { link, chunk } => {
                let request = Request::Msrp { link: *link, transaction: chunk.transaction_id().to_vec() };
                match (chunk.kind(), crossing.way) {
                    (Kind::Request(MsrpMethod::Send), Way::In)
                        if chunk.failure_report() == FailureReport::Yes =>
                    {
                        self.ask(request, crossing, Duration::from_secs(30));
                    }
                    (Kind::Response(_), Way::Out) => {
                        self.waiting.remove(&request);
                    }
                    _ => {}
                }
            }
            What::Diameter { link, message } => {
                let header = message.header();
                let request = Request::Diameter { link: *link, hop_by_hop: header.hop_by_hop.0 };
                match (header.flags.request, crossing.way) {
                    (true, Way::In) => self.ask(request, crossing, Duration::from_secs(30)),
                    (false, Way::Out) => {
                        self.waiting.remove(&request);
                    }
                    _ => {}
                }
            }
            What::Gone { link: gone } => self.waiting.retain(|request, _| match request {
                Request::Msrp { link, .. } | Request::Diameter { link, .. } => link != gone,
                Request::Sip { .. } => true,
            }),
            What::Untrusted => {}
            // A SIP request may lie with another shard than the one that it came to.
            What::Crash => self.waiting.retain(|request, waiting| {
                waiting.shard != crossing.shard && !matches!(request, Request::Sip { .. })
            }),
        }
        self.look(crossing.at)
    }

    fn turned(&mut self, at: Instant, shard: u16, gateway: &Gateway, _: &Scene) -> Kept {
        // What found no buffer is asked again, in vain where its transaction is over, or ends with its connection.
        let no_loans = gateway.count_of(shard, Count::NoLoan);
        if self.no_loans.insert(shard, no_loans).unwrap_or(0) != no_loans {
            let is_lost = |request: &Request, waiting: &Waiting| {
                waiting.shard == shard || matches!(request, Request::Sip { .. })
            };
            let lost: Vec<_> =
                self.waiting.extract_if(.., |request, waiting| is_lost(request, waiting)).collect();
            self.answered.extend(lost.into_iter().map(|(request, _)| request));
        }
        self.look(at)
    }

    fn rest(&mut self, at: Instant, _: &Gateway, _: &Scene) -> Kept {
        let mut old = self.waiting.iter().filter(|(_, waiting)| at.since(waiting.since) > JUST_NOW);
        match old.next() {
            Some((request, _)) => Err(format!("{request:?} has no answer")),
            None => Ok(()),
        }
    }
}

impl Answered {
    fn ask(&mut self, request: Request, crossing: &Crossing<'_>, patience: Duration) {
        let until = crossing.at + patience + GRACE;
        self.waiting.entry(request).or_insert(Waiting { since: crossing.at, until, shard: crossing.shard });
        self.next_look = Some(self.next_look.map_or(until, |look| look.min(until)));
    }

    fn look(&mut self, at: Instant) -> Kept {
        if self.next_look.is_none_or(|look| at < look) {
            return Ok(());
        }
        if let Some((request, _)) = self.waiting.iter().find(|(_, waiting)| waiting.until <= at) {
            return Err(format!("{request:?} has no answer for too long"));
        }
        self.next_look = self.waiting.values().map(|waiting| waiting.until).min();
        Ok(())
    }
}

/// An invitation waits for the SMS side, then for the SMS user.
fn of_invite(scene: &Scene) -> Duration {
    let operator = &scene.plan.operator;
    Duration::from_secs(operator.answer_timer_s + 3 * operator.submit_guard_s)
}

/// A request that has just come has no answer yet.
const JUST_NOW: Duration = Duration::from_secs(1);
/// What a shard may be late: a stall of it is no silence.
const GRACE: Duration = Duration::from_secs(45);

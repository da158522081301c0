//! transaction_law: one final response per server transaction, nothing provisional behind it; requests are repeated by the clock
//! of RFC 3261 and not after their final response.
//!
//! A shard that has no way to the owner of a request refuses it without a transaction (503), and so does one that cannot read it
//! (400): the law is that of each shard, and of what came undamaged.

use std::collections::BTreeMap;

use sip::{Method, StatusCode};
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene};
use crate::plan::What as Fault;
use crate::watch::{Crossing, Way, What};

/// The transactions of both sides, by branch and method.
#[derive(Default)]
pub struct TransactionLaw {
    servers: BTreeMap<(Key, u16), Server>,
    /// Requests as they came: may they have been damaged?
    asked: BTreeMap<Key, Asked>,
    clients: BTreeMap<Key, Client>,
}

/// Branch, sent-by, method.
type Key = (Vec<u8>, Vec<u8>, Vec<u8>);

#[derive(Default)]
struct Asked {
    /// How often.
    times: u32,
    /// When it first came.
    first: Option<Instant>,
    /// When it last came, or was answered.
    last: Option<Instant>,
    is_murky: bool,
    /// When the ACK came.
    acknowledged: Option<Instant>,
}

#[derive(Default)]
struct Server {
    /// The final status, and since when.
    last: Option<(u16, Instant)>,
    /// How often there was one.
    finals: u32,
}

struct Client {
    last_at: Instant,
    times: u32,
    is_final: bool,
    shard: u16,
}

impl Checker for TransactionLaw {
    fn promise(&self) -> &'static str {
        "transaction_law"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        let What::Sip { message, is_damaged, .. } = &crossing.what else {
            if let What::Crash = crossing.what {
                self.servers.retain(|(_, shard), _| *shard != crossing.shard);
                // What was asked before may be asked again of one who knows nothing of it.
                self.asked.values_mut().for_each(|asked| asked.is_murky = true);
                self.clients.retain(|_, client| client.shard != crossing.shard);
            }
            return Ok(());
        };
        let via = message.via();
        let method = message.cseq().method;
        let name = format!("{method:?}");
        let branch = via.branch.unwrap_or_default().to_vec();
        let key = (branch.clone(), via.host.to_vec(), name.clone().into_bytes());
        match (crossing.way, message.status()) {
            (Way::In, None) if method == Method::Ack => {
                let of_invite = (branch, via.host.to_vec(), b"Invite".to_vec());
                if let Some(asked) = self.asked.get_mut(&of_invite) {
                    asked.acknowledged.get_or_insert(crossing.at);
                }
                Ok(())
            }
            (Way::In, None) => {
                let asked = self.asked.entry(key).or_default();
                asked.times += 1;
                asked.first.get_or_insert(crossing.at);
                asked.last = Some(crossing.at);
                asked.is_murky |= is_damaged;
                Ok(())
            }
            (Way::Out, Some(status)) => {
                // Refused without a transaction: it may be another shard's, or come again and be let in.
                let is_plain = status == StatusCode::SERVICE_UNAVAILABLE
                    || status == StatusCode::BAD_REQUEST && scene.plan.network.can_damage();
                if is_plain {
                    self.asked.entry(key).or_default().is_murky = true;
                    return Ok(());
                }
                // Where the table of answered requests is full, a repetition is answered anew.
                let is_tiny = scene.plan.limits.sessions <= TINY && method != Method::Invite;
                let invited = (method == Method::Cancel).then(|| {
                    let of_invite = (branch, via.host.to_vec(), b"Invite".to_vec());
                    self.asked.get(&of_invite).and_then(|asked| asked.last)
                });
                if let Some(asked) = self.asked.get_mut(&key) {
                    asked.last = Some(crossing.at);
                }
                let Some(asked) =
                    self.asked.get_mut(&key).filter(|_| !is_tiny).filter(|asked| !asked.is_murky)
                else {
                    return Ok(());
                };
                // Not every final response is seen where a shard finds no buffer, and not every ACK is that of its INVITE
                // where a branch may be damaged.
                let starves =
                    scene.plan.faults.iter().any(|fault| matches!(fault.what, Fault::NoDatagrams(_)));
                let is_clear = !starves && !scene.plan.network.can_damage();
                let server = self.servers.entry((key, crossing.shard)).or_default();
                // Where the first answer found no buffer, its transaction was over before the first that was seen.
                let may_be_over = asked.first.is_some_and(|first| crossing.at.since(first) >= LIFE);
                if starves && may_be_over && server.last.is_some_and(|(last, _)| last != status.code()) {
                    *server = Server::default();
                }
                server.answer(crossing.at, status.code(), (asked, invited.flatten()), &name, is_clear)
            }
            (Way::Out, None) if method == Method::Ack => Ok(()),
            (Way::Out, None) => match self.clients.get_mut(&key) {
                Some(client) => {
                    // A timer counts from within a turn, and what is said leaves at its end.
                    let soonest = if scene.plan.costs.are_nothing() { T1_OR_SO } else { T1_OR_SO / 2 };
                    client.repeat(crossing.at, &name, soonest, scene.plan.network.can_damage())
                }
                None => {
                    let client =
                        Client { last_at: crossing.at, times: 1, is_final: false, shard: crossing.shard };
                    self.clients.insert(key, client);
                    Ok(())
                }
            },
            (Way::In, Some(status)) => {
                if let Some(client) = self.clients.get_mut(&key) {
                    client.is_final |= status.is_final() && !is_damaged;
                }
                Ok(())
            }
        }
    }
}

impl Server {
    /// `invited`: when the INVITE of a CANCEL last came, or was answered: it may have lain with a shard that had no turn.
    fn answer(
        &mut self,
        at: Instant,
        status: u16,
        (asked, invited): (&mut Asked, Option<Instant>),
        method: &str,
        is_clear: bool,
    ) -> Kept {
        let is_final = status >= 200;
        // Timer I or L is over: to the gateway what comes now is new.
        let has_acknowledged = asked.acknowledged.is_some_and(|since| at.since(since) >= T4);
        let is_over = self.last.is_some_and(|(_, since)| at.since(since) >= LIFE) || has_acknowledged;
        if is_over && self.last.is_some_and(|(last, _)| last != status) {
            *self = Server::default();
            asked.acknowledged = None;
        }
        self.finals += u32::from(is_final);
        let last = self.last;
        self.last = is_final.then_some((status, last.map_or(at, |(_, since)| since)));
        let Some((last, last_at)) = last else { return Ok(()) };
        let is_late = asked.acknowledged.is_some_and(|since| at.since(since) > IN_ITS_HANDS);
        let is_unasked = self.finals > asked.times;
        match status {
            // RFC 3261 9.2: a CANCEL is answered by what there is of its INVITE now.
            481 if last == 200 && method == "Cancel" => Ok(()),
            200 if last == 481 && method == "Cancel" && invited >= Some(last_at) => Ok(()),
            _ if !is_final && !is_clear => Ok(()),
            _ if !is_final => Err(format!("{method}: {status} after {last}")),
            _ if last != status && method == "Invite" && !is_clear => Ok(()),
            _ if last != status => Err(format!("{method}: two final responses, {last} and {status}")),
            // T1 to T2 within 64*T1: ten repetitions.
            _ if self.finals > asked.times + REPETITIONS_MAX => {
                Err(format!("{method}: {last} is repeated too often"))
            }
            _ if last >= 300 && is_unasked && is_late && is_clear => {
                Err(format!("{method}: {last} is repeated after its ACK"))
            }
            _ => Ok(()),
        }
    }
}

impl Client {
    fn repeat(&mut self, at: Instant, method: &str, soonest: Duration, is_murky: bool) -> Kept {
        let pause = at.since(self.last_at);
        self.last_at = at;
        self.times += 1;
        // A request that was damaged on its way has an answer that is none.
        if self.is_final && !is_murky {
            return Err(format!("{method} is repeated after its final response"));
        }
        if pause < soonest {
            return Err(format!("{method} is repeated after {pause:?}"));
        }
        if self.times > REPETITIONS_MAX {
            return Err(format!("{method} is repeated too often"));
        }
        Ok(())
    }
}

/// Fewer sessions than this have tables that fill up by the way.
const TINY: usize = 8;
/// RFC 3261 17.1.1.2.
const T4: Duration = Duration::from_secs(5);
/// 64*T1.
const LIFE: Duration = Duration::from_secs(32);
const REPETITIONS_MAX: u32 = 11;
/// How long an ACK may lie before its shard has read it: stalls are as long.
const IN_ITS_HANDS: Duration = Duration::from_secs(25);
/// T1, and what a wheel may be early.
const T1_OR_SO: Duration = Duration::from_millis(450);

//! reported: a chat user who wants to know whether a text was delivered is told that it was only where the service centre has said
//! so of each of its segments, or, where nobody asks it, has taken them; he is told at most once in each way, and nobody else is.
//! Who still waits when all is quiet, waits for what the centre has not said.

use std::collections::{BTreeMap, BTreeSet};

use diameter::s6c::{RoutingInfo, RoutingInfoAnswer};
use diameter::sgd::{MoForward, MoForwardAnswer, MtForward};
use diameter::{MessageView, Outcome, Procedure};
use msrp::imdn::{Fate, Imdn};
use msrp::{ChunkView, ContentKind, Cpim, Kind, Method as MsrpMethod};
use shard::Count;
use sip::Method;
use sms::{MtTpdu, Status, SubmitView};
use tempo::Instant;

use super::{Checker, Kept, Scene, invited};
use crate::gateway::Gateway;
use crate::links::LinkNumber;
use crate::plan::{chat_user, text_told_as};
use crate::token::Token;
use crate::trace::{number, text_of};
use crate::watch::{Crossing, Way, What};

/// Texts, and what is known of them.
#[derive(Default)]
pub struct Reported {
    /// Chats by the paths of their UEs.
    paths: BTreeMap<Vec<u8>, u32>,
    /// Texts by the Message-IDs of their SENDs.
    names: BTreeMap<Vec<u8>, Token>,
    /// Texts whose senders want to know.
    wanted: BTreeSet<Token>,
    /// Segments that were submitted: whose number, to whom, TP-MR.
    segments: BTreeMap<(String, String, u8), BTreeSet<(Token, u8)>>,
    /// How many segments a text has, by what those have in common.
    totals: BTreeMap<Token, u8>,
    /// Submissions that are not answered.
    submitted: BTreeMap<(LinkNumber, u32), (Token, u8)>,
    /// Segments that the centre has taken, and that it says are delivered.
    taken: BTreeSet<(Token, u8)>,
    delivered: BTreeSet<(Token, u8)>,
    /// Submissions of a text's first segment that the centre has not refused, by shard and End-to-End: a MESSAGE that comes to a
    /// gateway which has forgotten it is a text of its own.
    times: BTreeMap<Token, BTreeSet<(u16, u32)>>,
    /// Of which it says that they are not.
    failed: BTreeSet<Token>,
    /// Numbers that routing queries asked for, and behind MT-Correlation-IDs.
    routing: BTreeMap<(LinkNumber, u32), String>,
    correlations: BTreeMap<Vec<u8>, String>,
    /// How often a text was said: whoever says one again that was refused, may hear again that it was.
    said: BTreeMap<Token, usize>,
    /// What was told, by notification and by REPORT, and was it good news: each in how many messages.
    told: BTreeMap<(Token, Told, bool), BTreeSet<Vec<u8>>>,
}

/// How a sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Notification,
    Report,
}

impl Checker for Reported {
    fn promise(&self) -> &'static str {
        "reported"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        match (&crossing.what, crossing.way) {
            (What::Sip { message, .. }, Way::In) if message.is_request() => {
                if let (Some(chat), Ok(offer)) = (invited(message), msrp::Offer::parse(message.body())) {
                    self.paths.insert(offer.path.to_vec(), chat);
                }
                if message.method() == Method::Message {
                    self.wanted.extend(asked_in(message.body()));
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::Out)
                if message.is_request() && message.method() == Method::Message =>
            {
                let Some((token, fate)) = notified_in(message.body()) else { return Ok(()) };
                let whose = scene.people(token.chat).map(|(user, _)| number(chat_user(user)));
                let uri = String::from_utf8_lossy(message.request_uri());
                // A registration that was damaged may have brought another name.
                let is_his = whose.is_some_and(|whose| uri.contains(&whose));
                if !is_his && !scene.plan.network.can_damage() {
                    return Err(format!("what became of {token} is told to somebody else"));
                }
                self.tells((token, Told::Notification), fate, message.call_id(), scene)
            }
            (What::Msrp { chunk, .. }, way) => self.talk(chunk, way, scene),
            (What::Diameter { link, message }, way) => {
                self.short_message(crossing.shard, *link, message, way);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn rest(&mut self, _: Instant, gateway: &Gateway, _: &Scene) -> Kept {
        // A text that was said again after it was refused is told of once more.
        let times = |token: Token, how| -> usize {
            let told =
                [true, false].map(|is_good| self.told.get(&(token, how, is_good)).map_or(0, BTreeSet::len));
            told.into_iter().sum()
        };
        let is_told = |token: &&Token| {
            let told = times(**token, Told::Notification).max(times(**token, Told::Report));
            self.failed.contains(*token) || told >= self.said.get(*token).copied().unwrap_or(1)
        };
        let most = self.wanted.iter().filter(|token| !is_told(token)).count() as u64;
        let wait = gateway.count(Count::DueReports);
        if wait > most {
            return Err(format!("{wait} texts wait for their reports, and {most} are not reported on"));
        }
        Ok(())
    }
}

impl Reported {
    fn talk(&mut self, chunk: &ChunkView<'_>, way: Way, scene: &Scene) -> Kept {
        let body = chunk.body().unwrap_or_default();
        match (chunk.kind(), way) {
            (Kind::Request(MsrpMethod::Send), Way::In) => {
                if let Some(token) = asked_in(body) {
                    self.wanted.insert(token);
                    *self.said.entry(token).or_default() += 1;
                    self.names.insert(chunk.message_id().unwrap_or_default().to_vec(), token);
                }
                Ok(())
            }
            (Kind::Request(MsrpMethod::Send), Way::Out) => {
                let Some((token, fate)) = notified_in(body) else { return Ok(()) };
                let chat = self.paths.get(chunk.to_path().as_bytes()).copied();
                if chat != Some(token.chat) {
                    return Err(format!("what became of {token} is told in chat {chat:?}"));
                }
                let name = chunk.message_id().unwrap_or_default();
                self.tells((token, Told::Notification), fate, name, scene)
            }
            (Kind::Request(MsrpMethod::Report), Way::Out) => {
                let token = chunk.message_id().and_then(|name| self.names.get(name)).copied();
                let Some(token) = token else { return Err("a text is reported on that nobody said".into()) };
                let is_delivered = chunk.report_status().is_some_and(|status| status.0 == 200);
                let fate = if is_delivered { Fate::Delivered } else { Fate::Failed };
                self.tells((token, Told::Report), fate, chunk.transaction_id(), scene)
            }
            _ => Ok(()),
        }
    }

    fn tells(&mut self, (token, how): (Token, Told), fate: Fate, name: &[u8], scene: &Scene) -> Kept {
        if !self.wanted.contains(&token) && !scene.plan.network.can_damage() {
            return Err(format!("what became of {token} is told, and nobody wants to know"));
        }
        let is_good = fate == Fate::Delivered;
        let said = self.said.get(&token).copied().filter(|_| !is_good).unwrap_or(1);
        let most = self.times.get(&token).map_or(0, BTreeSet::len).max(said);
        let times = self.told.entry((token, how, is_good)).or_default();
        times.insert(name.to_vec());
        if times.len() > most {
            return Err(format!("what became of {token} is told once too often ({how:?})"));
        }
        if !is_good {
            return Ok(());
        }
        let known = if scene.plan.operator.status_reports { &self.delivered } else { &self.taken };
        let total = self.totals.get(&token).copied();
        // A text that was damaged is delivered in words that nobody knows.
        if total.is_none() && scene.plan.network.can_damage() {
            return Ok(());
        }
        let total = total.unwrap_or(u8::MAX);
        match (1..=total).all(|segment| known.contains(&(token, segment))) {
            true => Ok(()),
            false => Err(format!("{token} is told to be delivered, and nobody has said so")),
        }
    }

    fn short_message(&mut self, shard: u16, link: LinkNumber, message: &MessageView<'_>, way: Way) {
        let header = message.header();
        let submission = (shard, header.end_to_end.0);
        let key = (link, header.hop_by_hop.0);
        match (Procedure::of(&header), header.flags.request, way) {
            (Ok(Procedure::MoForward), true, Way::Out) => {
                let Some(carried) = text_of(message) else { return };
                let Some(token) = Token::first_in(carried.text.as_bytes()) else { return };
                let submit = MoForward::parse(message).ok();
                let view = submit.as_ref().and_then(|submit| SubmitView::parse(submit.tpdu).ok());
                let Some(view) = view else { return };
                let (total, sequence) = carried.part.map_or((1, 1), |(_, total, sequence)| (total, sequence));
                self.totals.insert(token, total);
                self.submitted.insert(key, (token, sequence));
                if sequence == 1 {
                    self.times.entry(token).or_default().insert(submission);
                }
                let name = (carried.from, carried.to, view.message_reference);
                self.segments.entry(name).or_default().insert((token, sequence));
            }
            (Ok(Procedure::MoForward), false, Way::In) => {
                let Some(segment) = self.submitted.remove(&key) else { return };
                // One that is there already is taken, too.
                let is_taken = MoForwardAnswer::parse(message).is_ok_and(|answer| {
                    answer.outcome == Outcome::Success || super::conserved::is_duplicate(&answer)
                });
                if is_taken {
                    self.taken.insert(segment);
                } else if let Some(times) = self.times.get_mut(&segment.0) {
                    times.remove(&submission);
                }
            }
            (Ok(Procedure::RoutingInfo), true, Way::In) => {
                let asked = RoutingInfo::parse(message).ok().and_then(|asked| asked.msisdn);
                self.routing.extend(asked.map(|asked| (key, number(asked))));
            }
            (Ok(Procedure::RoutingInfo), false, Way::Out) => {
                let Some(asked) = self.routing.remove(&key) else { return };
                let name = RoutingInfoAnswer::parse(message).ok().and_then(|answer| answer.user_name);
                self.correlations.extend(name.map(|name| (name.to_vec(), asked)));
            }
            (Ok(Procedure::MtForward), true, Way::In) => {
                let Ok(forward) = MtForward::parse(message) else { return };
                let Ok(MtTpdu::StatusReport(report)) = MtTpdu::parse(forward.tpdu) else { return };
                let whose = self.correlations.get(forward.user_name).cloned();
                let Some((whose, to)) = whose.zip(report.recipient.digits()) else { return };
                let name = (whose, number(to), report.message_reference);
                for segment in self.segments.get(&name).into_iter().flatten() {
                    match report.status {
                        Status::DELIVERED => {
                            self.delivered.insert(*segment);
                        }
                        status if status.outcome() == sms::Outcome::Failed => {
                            self.failed.insert(segment.0);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// The text that a CPIM message holds, if its sender wants to know what becomes of it.
fn asked_in(body: &[u8]) -> Option<Token> {
    let cpim = Cpim::parse(body).ok().filter(|cpim| !cpim.disposition.is_empty())?;
    text_told_as(cpim.imdn_message_id?)
}

/// Which text a notification is about, and what became of it.
fn notified_in(body: &[u8]) -> Option<(Token, Fate)> {
    let cpim = Cpim::parse(body).ok().filter(|cpim| cpim.content_kind() == ContentKind::Imdn)?;
    let imdn = Imdn::parse(cpim.body).ok()?;
    Some((text_told_as(imdn.message_id)?, imdn.fate))
}

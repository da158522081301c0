//! SMS-IWMSC and SMS centre in one: takes texts from the gateway over SGd, gives them to their users, and hands the
//! users' answers to the SMS-GMSC.
//!
//! In: OFRs on the connections of the gateway's shards; letters from SMS users and the SMS-GMSC.
//! Out: OFAs with an SMS-SUBMIT-REPORT; whole texts; SMS-DELIVERs, segment by segment; SMS-STATUS-REPORTs; what became of
//! them, for tests.

mod joining;
mod manner;
mod memory;
mod reports;
mod submission;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use diameter::delivery::DeliveryFailure;
use diameter::sgd::{MoForward, MoForwardAnswer};
use diameter::{ApplicationId, Experimental, MessageView, Outcome, Procedure, ResultCode};
use octets::Digits;
use sms::{Address, DeliverHead, Plan, ScTimestamp, SmsStatusReport, SmsSubmitReport};
use tempo::Instant;

use crate::diameter_label::answer_label;
use crate::message_text::written;
use crate::node::{Heard, Node};
use crate::{
    Actor, Calendar, Delivery, DeliveryEnd, Event, Letter, LinkName, NodeSetup, Out, Participant, ShortText,
    shown,
};
use joining::Joining;
pub use manner::Manner;
use manner::Treatment;
use memory::{Memory, Verdict};
pub use reports::Report;
use reports::Reports;
use submission::Submission;

/// The centre.
pub struct SmsCentre {
    node: Node,
    sc_address: Digits,
    calendar: Calendar,
    manners: BTreeMap<Digits, Manner>,
    /// Submissions by destination, repeats not counted.
    submissions: BTreeMap<Digits, usize>,
    memory: Memory,
    joining: Joining,
    reports: Reports,
    postponed: Vec<(Instant, LinkName, Vec<u8>)>,
    texts: Vec<ShortText>,
    deliveries: Vec<Handed>,
    references: u8,
}

/// A segment that was handed to the SMS-GMSC.
#[derive(Clone)]
pub struct Handed {
    /// Whose text it is a part of.
    pub text: ShortText,
    /// How it ended; `None` while it is under way.
    pub end: Option<DeliveryEnd>,
}

impl SmsCentre {
    /// A centre that is prompt with everybody.
    pub fn new(setup: NodeSetup, sc_address: Digits) -> Self {
        let calendar = Calendar::new(Instant::ZERO, setup.wall);
        SmsCentre {
            node: Node::new(setup, &[ApplicationId::SGD]),
            sc_address,
            calendar,
            manners: BTreeMap::new(),
            submissions: BTreeMap::new(),
            memory: Memory::default(),
            joining: Joining::default(),
            reports: Reports::default(),
            postponed: Vec::new(),
            texts: Vec::new(),
            deliveries: Vec::new(),
            references: 0,
        }
    }

    /// With this manner for what is submitted for `number`.
    #[must_use]
    pub fn with(mut self, number: Digits, manner: Manner) -> Self {
        self.treat(number, manner);
        self
    }

    /// From now on this manner for what is submitted for `number`.
    pub fn treat(&mut self, number: Digits, manner: Manner) {
        self.manners.insert(number, manner);
    }

    /// From now on segments for `number` whose sender wants to know are reported on like this, one after the other and then from
    /// the first again; without any, they are not.
    pub fn report(&mut self, number: Digits, habit: Vec<Report>) {
        self.reports.expect(number, habit);
    }

    /// Reports that are still to be sent.
    pub fn reports_due(&self) -> usize {
        self.reports.count()
    }

    /// The whole texts that were taken, in their order.
    pub fn texts(&self) -> &[ShortText] {
        &self.texts
    }

    /// The segments that were handed to the SMS-GMSC, in their order.
    pub fn deliveries(&self) -> &[Handed] {
        &self.deliveries
    }

    /// Texts of which a segment is missing.
    pub fn unfinished(&self) -> usize {
        self.joining.len()
    }

    /// Connections of the gateway that are up.
    pub fn neighbours_up(&self) -> usize {
        self.node.up().count()
    }

    /// Connections of the gateway that were taken leave of (DPR) before they ended.
    pub fn farewells(&self) -> usize {
        self.node.farewells()
    }

    fn request(&mut self, now: Instant, link: LinkName, message: Vec<u8>, out: &mut Out) {
        let Ok(view) = MessageView::parse(&message) else { return };
        // The centre asks nothing of its neighbours, so no answer is awaited.
        if !view.header().flags.request {
            return;
        }
        match Procedure::of(&view.header()) {
            Ok(Procedure::MoForward) => {}
            Ok(_) => return self.node.refuse(link, &view, ResultCode::COMMAND_UNSUPPORTED, out),
            Err(result) => return self.node.refuse(link, &view, result, out),
        }
        match MoForward::parse(&view) {
            Ok(request) => {
                let what = submission::label(request.tpdu);
                out.sight(now, Participant::Gateway, Participant::SmsCentre, what);
                self.submit(now, link, &view, &request, out);
            }
            Err(invalid) => self.node.refuse_invalid(link, &view, invalid, out),
        }
    }

    fn submit(
        &mut self,
        now: Instant,
        link: LinkName,
        view: &MessageView<'_>,
        request: &MoForward<'_>,
        out: &mut Out,
    ) {
        let end_to_end = view.header().end_to_end.0;
        if let Some(verdict) = self.memory.verdict(request.origin.host, end_to_end) {
            return self.answer(now, link, view, verdict, out);
        }
        let submission = match Submission::read(request, self.sc_address) {
            Ok(submission) => submission,
            Err(refusal) => {
                self.memory.remember(request.origin.host, end_to_end, Verdict::Failed(refusal));
                return self.answer(now, link, view, Verdict::Failed(refusal), out);
            }
        };
        let nth = self.submissions.entry(submission.to).or_default();
        let manner = self.manners.get(&submission.to).copied().unwrap_or(Manner::Prompt);
        let treatment = manner.treatment(*nth);
        *nth += 1;
        match treatment {
            Treatment::Take => self.take(now, link, view, request, submission, out),
            Treatment::Ignore => {}
            Treatment::Postpone(after) => self.postponed.push((now + after, link, view.bytes().to_vec())),
            Treatment::Refuse(outcome) => {
                self.memory.remember(request.origin.host, end_to_end, Verdict::Refused(outcome));
                self.answer(now, link, view, Verdict::Refused(outcome), out);
            }
        }
    }

    fn take(
        &mut self,
        now: Instant,
        link: LinkName,
        view: &MessageView<'_>,
        request: &MoForward<'_>,
        submission: Submission,
        out: &mut Out,
    ) {
        let verdict = if self.memory.is_duplicate(&submission) {
            Verdict::Failed(submission::Refusal {
                cause: diameter::delivery::FailureCause::EQUIPMENT_PROTOCOL_ERROR,
                report: sms::FailureCause::DUPLICATE,
            })
        } else {
            Verdict::Taken
        };
        self.memory.remember(request.origin.host, view.header().end_to_end.0, verdict);
        self.answer(now, link, view, verdict, out);
        if verdict != Verdict::Taken {
            return;
        }
        self.memory.note(&submission);
        if !self.reports.take(now, &submission) {
            return;
        }
        let Submission { from, to, text, place, .. } = submission;
        if let Some(text) = self.joining.take(from, to, place, text) {
            let what = String::from("SMS ") + &shown(&text);
            let text = ShortText { from, to, text };
            self.texts.push(text.clone());
            out.sight(now, Participant::SmsCentre, Participant::SmsUser, what);
            out.letter(Participant::SmsUser, Letter::Text(text));
        }
    }

    fn answer(
        &mut self,
        now: Instant,
        link: LinkName,
        view: &MessageView<'_>,
        verdict: Verdict,
        out: &mut Out,
    ) {
        let scts = self.timestamp(now);
        let report = match verdict {
            Verdict::Taken => Some(written(|out| SmsSubmitReport::ack(scts).write(out))),
            Verdict::Refused(_) => None,
            Verdict::Failed(refusal) => {
                Some(written(|out| SmsSubmitReport::error(refusal.report, scts).write(out)))
            }
        };
        let answer = match verdict {
            Verdict::Taken => {
                MoForwardAnswer { outcome: Outcome::Success, failure: None, sm_rp_ui: report.as_deref() }
            }
            Verdict::Refused(outcome) => MoForwardAnswer { outcome, failure: None, sm_rp_ui: None },
            Verdict::Failed(refusal) => MoForwardAnswer {
                outcome: Experimental::SM_DELIVERY_FAILURE.into(),
                failure: Some(DeliveryFailure { cause: refusal.cause, diagnostic: report.as_deref() }),
                sm_rp_ui: None,
            },
        };
        let bytes = written(|out| answer.write(out, view, self.node.identity()));
        let what = answer_label("OFA", answer.outcome);
        out.sight(now, Participant::SmsCentre, Participant::Gateway, what);
        out.bytes(link, bytes);
    }

    fn take_postponed(&mut self, now: Instant, out: &mut Out) {
        while let Some(at) = self.postponed.iter().position(|(at, ..)| *at <= now) {
            let (_, link, message) = self.postponed.remove(at);
            let Ok(view) = MessageView::parse(&message) else { continue };
            let Ok(request) = MoForward::parse(&view) else { continue };
            // A repeat may have been postponed too: only the first is taken.
            match self.memory.verdict(request.origin.host, view.header().end_to_end.0) {
                Some(verdict) => self.answer(now, link, &view, verdict, out),
                None => {
                    if let Ok(submission) = Submission::read(&request, self.sc_address) {
                        self.take(now, link, &view, &request, submission, out);
                    }
                }
            }
        }
    }

    /// A user writes: one SMS-DELIVER for each segment.
    fn deliver(&mut self, now: Instant, text: &ShortText, out: &mut Out) {
        let Ok(plan) = Plan::of(text.text.chars(), u8::MAX) else { return };
        self.references = self.references.wrapping_add(1);
        let head = DeliverHead::new(Address::international(text.from), self.timestamp(now));
        let mut rest = text.text.chars();
        for index in 0..plan.segments() {
            let tpdu = written(|out| head.write(&plan, index, self.references, &mut rest, out));
            let what = format!("SMS-DELIVER {}/{}", index + 1, plan.segments());
            out.sight(now, Participant::SmsCentre, Participant::SmsGmsc, what.clone());
            let delivery = Delivery {
                id: self.deliveries.len() as u64,
                originator: text.from,
                recipient: text.to,
                tpdu,
                more_messages: index + 1 < plan.segments(),
                what,
            };
            self.deliveries.push(Handed { text: text.clone(), end: None });
            out.letter(Participant::SmsGmsc, Letter::Deliver(delivery));
        }
    }

    /// The SMS-STATUS-REPORTs whose time has come go to whoever submitted.
    fn report_due(&mut self, now: Instant, out: &mut Out) {
        for due in self.reports.take_due(now) {
            let (taken, discharge) = (self.timestamp(due.taken), self.timestamp(now));
            let recipient = Address::international(due.to);
            let report = SmsStatusReport::new(due.message_reference, recipient, taken, discharge, due.status);
            let what = format!("SMS-STATUS-REPORT {:#04x}", due.status.0);
            out.sight(now, Participant::SmsCentre, Participant::SmsGmsc, what.clone());
            let delivery = Delivery {
                // None of those whose end somebody wants to know.
                id: u64::MAX - due.number,
                originator: due.to,
                recipient: due.from,
                tpdu: written(|out| report.write(out)),
                more_messages: false,
                what,
            };
            out.letter(Participant::SmsGmsc, Letter::Deliver(delivery));
        }
    }

    fn timestamp(&self, now: Instant) -> ScTimestamp {
        let wall = self.calendar.at(now);
        ScTimestamp::from_unix(wall.unix_seconds, wall.quarter_hours)
    }
}

impl Actor for SmsCentre {
    fn name(&self) -> Participant {
        Participant::SmsCentre
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Letter { letter: Letter::Text(text), .. } => self.deliver(now, text, out),
            Event::Letter { letter: Letter::Delivered { id, end }, .. } => {
                let handed = usize::try_from(*id).ok().and_then(|id| self.deliveries.get_mut(id));
                if let Some(handed) = handed {
                    handed.end = Some(*end);
                }
            }
            _ => {
                for heard in self.node.handle(now, &event, out) {
                    match heard {
                        Heard::Message(link, message) => self.request(now, link, message, out),
                        Heard::Down(link) => self.postponed.retain(|(_, from, _)| *from != link),
                    }
                }
            }
        }
        self.take_postponed(now, out);
        self.report_due(now, out);
    }

    fn next_deadline(&self) -> Option<Instant> {
        let postponed = self.postponed.iter().map(|(at, ..)| *at).min();
        let reports = self.reports.next_deadline();
        self.node.next_deadline().into_iter().chain(postponed).chain(reports).min()
    }
}

/// Texts do not print.
impl fmt::Debug for SmsCentre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsCentre({} texts, {} deliveries)", self.texts.len(), self.deliveries.len())
    }
}

/// Texts do not print.
impl fmt::Debug for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handed({:?})", self.end)
    }
}

#[cfg(test)]
mod tests;

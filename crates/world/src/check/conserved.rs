//! conserved: a SEND that is answered 200 was taken by the SMS side, every segment of it; a short message that is answered with
//! success has reached the UE. Nothing vanishes, nothing doubles.

use std::collections::{BTreeMap, BTreeSet};

use diameter::sgd::{MoForwardAnswer, MtForwardAnswer};
use diameter::{Experimental, Outcome, Procedure};
use msrp::{Kind, Method as MsrpMethod};
use sip::Method;
use sms::{FailureCause, SmsSubmitReport};
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene, invited, is_about_invitation};
use crate::links::LinkNumber;
use crate::plan::OVER;
use crate::token::{Side, Token};
use crate::trace::{Carried, text_of};
use crate::watch::{Crossing, Way, What};

/// What is on the way, and what has arrived.
#[derive(Default)]
pub struct Conserved {
    /// Texts in SENDs of chat users that are not answered.
    said: BTreeMap<(LinkNumber, Vec<u8>), Token>,
    /// Texts that were last answered with 408; and how often such a one was said again: whoever does that tries again.
    unsure: BTreeSet<Token>,
    tried_again: BTreeMap<Token, usize>,
    /// Short messages that were submitted and are not answered.
    submitted: BTreeMap<(LinkNumber, u32), Carried>,
    /// Segments that the SMS side has, of a text: by reference. Total, and which.
    taken: BTreeMap<(Token, Option<u16>), (u8, BTreeSet<u8>)>,
    /// As what the SMS side took each segment: by End-to-End identifier, under which it knows a repetition (RFC 6733 3).
    fresh: BTreeMap<(Token, Option<u16>, u8), BTreeSet<u32>>,
    /// Texts in SENDs of the gateway that are not answered.
    shown: BTreeMap<(LinkNumber, Vec<u8>), Token>,
    /// And in its MESSAGEs, by branch.
    paged: BTreeMap<Vec<u8>, Token>,
    /// Texts in MESSAGEs of chat users, by branch.
    written: BTreeMap<Vec<u8>, Option<Token>>,
    /// When each was first said.
    since: BTreeMap<Token, Instant>,
    /// How many pieces of a text the UE has taken.
    read: BTreeMap<Token, usize>,
    /// Short messages of SMS users that are not answered: by connection and Hop-by-Hop, with its segment.
    forwarded: BTreeMap<(LinkNumber, u32), (Token, u8)>,
    /// Which segments of them were answered with success: the same one may come again.
    acknowledged: BTreeMap<Token, BTreeSet<u8>>,
    /// SMS users who were told that a chat is over: words after the end are acknowledged once, with that.
    told: usize,
    excused: usize,
    /// Invitations by Call-ID: when each was answered. Until then whatever their SMS users say is an answer to the gateway.
    invited: BTreeMap<Vec<u8>, Option<Instant>>,
    /// The Call-IDs by SMS user.
    calls: BTreeMap<u32, BTreeSet<Vec<u8>>>,
    /// All chats that were begun, and those of them that were under way at a crash: nobody rests their numbers.
    begun: BTreeSet<u32>,
    crashed: BTreeSet<u32>,
    /// Late words that were taken for an answer to the next invitation on the same number.
    excused_tokens: BTreeSet<Token>,
}

impl Checker for Conserved {
    fn promise(&self) -> &'static str {
        "conserved"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        match (&crossing.what, crossing.way) {
            (What::Msrp { link, chunk }, way) => {
                let key = (*link, chunk.transaction_id().to_vec());
                match (chunk.kind(), way) {
                    (Kind::Request(MsrpMethod::Send), _) => {
                        if let Some(token) = Token::first_in(chunk.body().unwrap_or_default()) {
                            if way == Way::In && self.unsure.remove(&token) {
                                *self.tried_again.entry(token).or_default() += 1;
                            }
                            let book = if way == Way::In { &mut self.said } else { &mut self.shown };
                            book.insert(key, token);
                        }
                        Ok(())
                    }
                    (Kind::Response(status), Way::Out) if status.0 == 200 => {
                        self.said.remove(&key).map_or(Ok(()), |token| self.is_taken(token))
                    }
                    (Kind::Response(status), Way::Out) if status.0 == 408 => {
                        self.unsure.extend(self.said.remove(&key));
                        Ok(())
                    }
                    (Kind::Response(status), Way::In) if status.0 == 200 => {
                        if let Some(token) = self.shown.remove(&key) {
                            *self.read.entry(token).or_default() += 1;
                        }
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }
            (What::Sip { message, .. }, way) if message.method() == Method::Invite => {
                match (invited(message), message.status()) {
                    (Some(chat), _) if way == Way::In => {
                        self.begun.insert(chat);
                        self.invite(chat, message.call_id(), scene);
                    }
                    // A late repetition may invite anew.
                    (None, Some(status)) if !status.is_final() => {
                        let name =
                            Token::all_in(message.as_ref()).find(|token| token.side == Side::Invitation);
                        if let Some(name) = name {
                            self.invite(name.chat, message.call_id(), scene);
                        }
                    }
                    // Who has no room refuses without a transaction, and so does who cannot read a copy: the same INVITE may
                    // yet be let in, or has been.
                    (None, Some(status))
                        if status.is_final()
                            && ![400, 503].contains(&status.code())
                            && is_about_invitation(message) =>
                    {
                        if let Some(answered) = self.invited.get_mut(message.call_id()) {
                            *answered = Some(crossing.at);
                        }
                    }
                    _ => {}
                }
                Ok(())
            }
            (What::Sip { message, is_damaged, .. }, way)
                if message.method() == Method::Message && message.is_request() == (way == Way::In) =>
            {
                self.written_in(crossing.at, message, *is_damaged)
            }
            (What::Sip { message, .. }, Way::Out)
                if message.is_request() && message.method() == Method::Message =>
            {
                let branch = message.via().branch.unwrap_or_default().to_vec();
                if let Some(token) = Token::first_in(message.body()) {
                    self.paged.insert(branch, token);
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::In) if message.method() == Method::Message => {
                let branch = message.via().branch.unwrap_or_default();
                if message.status().is_some_and(|status| status.is_success())
                    && let Some(token) = self.paged.remove(branch)
                {
                    *self.read.entry(token).or_default() += 1;
                }
                Ok(())
            }
            (What::Crash, _) => {
                self.crashed.extend(self.begun.iter().copied());
                Ok(())
            }
            (What::Diameter { link, message }, way) => {
                self.diameter(crossing.at, (*link, message, way), scene)
            }
            _ => Ok(()),
        }
    }
}

impl Conserved {
    fn invite(&mut self, chat: u32, call_id: &[u8], scene: &Scene) {
        self.invited.insert(call_id.to_vec(), None);
        if let Some(sms_user) = sms_user_of(chat, scene) {
            self.calls.entry(sms_user).or_default().insert(call_id.to_vec());
        }
    }

    /// A MESSAGE of a chat user, or its answer.
    fn written_in(&mut self, at: Instant, message: &sip::MessageView<'_>, is_damaged: bool) -> Kept {
        let branch = message.via().branch.unwrap_or_default().to_vec();
        match message.status() {
            None => {
                // One that was damaged says something else, and is answered for that.
                let token = Token::first_in(message.body()).filter(|_| !is_damaged);
                self.begun.extend(Token::first_in(message.body()).map(|token| token.chat));
                if let Some(token) = token {
                    self.since.entry(token).or_insert(at);
                }
                self.written
                    .entry(branch)
                    .and_modify(|known| *known = known.filter(|_| !is_damaged))
                    .or_insert(token);
                Ok(())
            }
            Some(status) if status.is_success() => {
                self.written.get(&branch).copied().flatten().map_or(Ok(()), |token| self.is_taken(token))
            }
            Some(_) => Ok(()),
        }
    }

    fn diameter(
        &mut self,
        at: Instant,
        (link, message, way): (LinkNumber, &diameter::MessageView<'_>, Way),
        scene: &Scene,
    ) -> Kept {
        let header = message.header();
        let key = (link, header.hop_by_hop.0);
        match (Procedure::of(&header), header.flags.request, way) {
            (Ok(Procedure::MoForward), true, Way::Out) => {
                if let Some(carried) = text_of(message) {
                    self.told += usize::from(OVER.contains(&carried.text.as_str()));
                    // RFC 3261 17.2.2: timer J is over, and what lay before a shard without a turn is new to it.
                    let token = Token::first_in(carried.text.as_bytes());
                    if let Some(token) = token.filter(|token| {
                        self.since.get(token).is_some_and(|since| at.since(*since) > ALMOST_J)
                    }) {
                        self.crashed.insert(token.chat);
                    }
                    self.submitted.insert(key, carried);
                }
                Ok(())
            }
            (Ok(Procedure::MoForward), false, Way::In) => {
                let Some(carried) = self.submitted.remove(&key) else { return Ok(()) };
                let Ok(answer) = MoForwardAnswer::parse(message) else { return Ok(()) };
                let is_fresh = answer.outcome == Outcome::Success;
                let fresh = is_fresh.then_some(header.end_to_end.0);
                if is_fresh || is_duplicate(&answer) { self.took(&carried, fresh) } else { Ok(()) }
            }
            (Ok(Procedure::MtForward), true, Way::In) => {
                let Some(carried) = text_of(message) else { return Ok(()) };
                let Some(token) = Token::first_in(carried.text.as_bytes()) else { return Ok(()) };
                self.excuse(token, at, scene);
                self.forwarded.insert(key, (token, carried.part.map_or(1, |(_, _, sequence)| sequence)));
                Ok(())
            }
            (Ok(Procedure::MtForward), false, Way::Out) => {
                let Some((token, segment)) = self.forwarded.remove(&key) else { return Ok(()) };
                let outcome = MtForwardAnswer::parse(message).map(|answer| answer.outcome);
                if outcome != Ok(Outcome::Success) {
                    return Ok(());
                }
                self.excuse(token, at, scene);
                self.acknowledge(token, segment)
            }
            _ => Ok(()),
        }
    }

    /// Late words may be taken for an answer to the next invitation of the same SMS user; and after a crash nobody knows
    /// whose they are.
    fn excuse(&mut self, token: Token, at: Instant, scene: &Scene) {
        let invitations = sms_user_of(token.chat, scene).and_then(|sms_user| self.calls.get(&sms_user));
        let is_answer = invitations.into_iter().flatten().filter_map(|call| self.invited.get(call)).any(
            // What has answered it is acknowledged a moment later.
            |answered| answered.is_none_or(|answered| at.since(answered) < A_MOMENT),
        );
        if is_answer || self.crashed.contains(&token.chat) {
            self.excused_tokens.insert(token);
        }
    }

    fn took(&mut self, carried: &Carried, fresh: Option<u32>) -> Kept {
        let Some(token) = Token::first_in(carried.text.as_bytes()) else { return Ok(()) };
        let (reference, total, sequence) = match carried.part {
            Some((reference, total, sequence)) => (Some(reference), total, sequence),
            None => (None, 1, 1),
        };
        let (known, segments) = self.taken.entry((token, reference)).or_default();
        *known = total;
        segments.insert(sequence);
        let times = self.fresh.entry((token, reference, sequence)).or_default();
        times.extend(fresh);
        // An INVITE that is repeated after its transaction is over invites once more: nobody could tell.
        // So does a MESSAGE that is repeated to a gateway which has forgotten it.
        let is_known = token.side == Side::ChatUser && !self.crashed.contains(&token.chat);
        // What was refused with 408 is said again, as another text: a short one has no reference that would tell them apart.
        let tried_again = self.tried_again.get(&token).copied().unwrap_or(0);
        let most = if reference.is_none() { 1 + tried_again } else { 1 };
        if times.len() > most && is_known {
            return Err(format!("the SMS side has segment {sequence} of {token} twice"));
        }
        let all = (token, None, 0)..=(token, Some(u16::MAX), u8::MAX);
        let distinct: BTreeSet<_> = self.fresh.range(all).map(|((_, reference, _), _)| reference).collect();
        if is_known && distinct.len() > 1 + tried_again {
            return Err(format!("{token} was said once, and submitted as two texts"));
        }
        Ok(())
    }

    fn is_taken(&self, token: Token) -> Kept {
        let mut texts = self.taken.range((token, None)..=(token, Some(u16::MAX)));
        if texts.any(|(_, (total, segments))| segments.len() == usize::from(*total)) {
            return Ok(());
        }
        Err(format!("{token} was answered with success before the SMS side had it"))
    }

    fn acknowledge(&mut self, token: Token, segment: u8) -> Kept {
        let all = self.acknowledged.entry(token).or_default();
        all.insert(segment);
        if self.excused_tokens.contains(&token) || all.len() <= self.read.get(&token).copied().unwrap_or(0) {
            return Ok(());
        }
        if self.excused < self.told {
            self.excused += 1;
            self.excused_tokens.insert(token);
            return Ok(());
        }
        Err(format!("{token} was acknowledged to the SMS side before the UE had it"))
    }
}

fn sms_user_of(id: u32, scene: &Scene) -> Option<u32> {
    scene.people(id).map(|(_, sms_user)| sms_user)
}

/// The SMS-SUBMIT-REPORT says that it is there already.
pub(super) fn is_duplicate(answer: &MoForwardAnswer<'_>) -> bool {
    answer.outcome == Experimental::SM_DELIVERY_FAILURE.into()
        && answer
            .failure
            .and_then(|failure| failure.diagnostic)
            .and_then(|report| SmsSubmitReport::parse_error(report).ok())
            .is_some_and(|report| report.failure_cause == Some(FailureCause::DUPLICATE))
}

/// How long the acknowledgement of what has answered an invitation may take.
const A_MOMENT: Duration = Duration::from_secs(1);
/// 64*T1, and what an answer may have taken.
const ALMOST_J: Duration = Duration::from_secs(31);

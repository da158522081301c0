//! Short messages of ours on their way to the SMS centre (OFR), and their acknowledgements.

use alloc::vec::Vec;
use core::cell::Cell;

use diameter::sgd::{MoForward, MoForwardAnswer};
use diameter::user::UserIdentifier;
use diameter::{Destination, EndToEnd, Ids, MessageView, Outcome};
use interwork::{Msisdn, SmFailure};
use octets::{Digits, Writer};
use sms::{FailureCause, Plan, SmsSubmit, SmsSubmitReport};
use tempo::{Alarm, Duration, Instant};

use super::{DiameterEvent, HopByHopSpace, Peers, Service};
use crate::desk::{Desk, Ringing};
use crate::driver::{LinkId, Outward};
use crate::interwork_room::{Chat, ChatMessage, PagerText};
use crate::kept::Kept;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A short message that the SMS side has not acknowledged.
#[derive(Debug)]
pub struct Submit {
    purpose: Purpose,
    number: Msisdn,
    service_centre: Digits,
    /// The TPDU as it left, to be sent again: the same TP-MR, so that the service centre can tell.
    tpdu: Kept<TPDU_OCTETS_MAX>,
    session: (u32, u32),
    end_to_end: EndToEnd,
    /// The connection that it went out on; none while it waits for its next attempt.
    link: Option<LinkId>,
    /// The peer that it went out to last.
    peer: usize,
    attempts: u8,
    /// Other service centres that were tried.
    others: u8,
    /// How often it has waited for the SMS user.
    pauses: u8,
    /// When there must be a way for it to leave at all.
    way_by: Instant,
    /// When the way there must be settled.
    guard: Instant,
    /// When it must be settled, however often the SMS user cannot take it.
    last_moment: Instant,
    alarm: Alarm,
}

impl Submit {
    /// As another message of the Diameter application: with names of its own.
    fn begin_anew(&mut self, peers: &mut Peers) {
        (self.end_to_end, self.session) = (peers.next_end_to_end(), peers.next_session());
        self.attempts = 0;
    }
}

/// What a short message of ours is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A segment of the invitation of a chat.
    Invitation(Key<Chat>),
    /// A segment of what a chat user has said.
    ChatMessage(Key<ChatMessage>),
    /// A segment of what a chat user has said outside of a chat.
    PagerText(Key<PagerText>),
    /// A hint or a notice: nobody waits for what becomes of it.
    Courtesy,
    /// Tells an SMS user that his words came too late. They are acknowledged with it, so it leaves at once or not at all.
    TooLate,
}

/// A segment to be submitted.
#[derive(Clone, Copy, Debug)]
pub struct Order<'p> {
    /// What it is.
    pub purpose: Purpose,
    /// The number that stands for the chat: RP-Originating-Address.
    pub number: Msisdn,
    /// The service centre.
    pub service_centre: Digits,
    /// The short message but for its text.
    pub submit: SmsSubmit,
    /// How the text is cut.
    pub plan: &'p Plan,
    /// Which segment, from 0.
    pub index: u8,
    /// The reference that all segments of the text share.
    pub reference: u8,
}

/// The short messages that the SMS side has not acknowledged.
#[derive(Debug)]
pub struct Submits {
    table: Table<Submit>,
}

impl Submits {
    pub(super) fn new(sessions_max: usize) -> Self {
        Submits {
            table: Table::new(sessions_max.saturating_mul(SUBMITS_PER_SESSION).min(HopByHopSpace::SLOTS)),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// Submits segment `order.index` of `text`, which stands at the beginning of that segment and moves past it.
    pub fn submit<I: Iterator<Item = char> + Clone>(
        &mut self,
        order: &Order<'_>,
        text: &mut I,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<(), SmFailure> {
        let way = peers.serving(Service::Submits, None);
        // A connection that was reset is back after a second; and nobody would say a notice again.
        let (patience, guard) = match order.purpose {
            Purpose::Courtesy => (COURTESY_GUARD, COURTESY_GUARD),
            Purpose::TooLate => (Duration::ZERO, COURTESY_GUARD),
            _ => (WAY_PATIENCE, desk.policy.submit_guard),
        };
        // It waits before it is sent: the answer must never find nobody.
        let session = peers.next_session();
        let end_to_end = peers.next_end_to_end();
        let guard = desk.now() + guard;
        let waiting = Submit {
            purpose: order.purpose,
            number: order.number,
            service_centre: order.service_centre,
            tpdu: Kept::EMPTY,
            session,
            end_to_end,
            link: None,
            peer: 0,
            attempts: 0,
            others: 0,
            pauses: 0,
            way_by: desk.now() + patience,
            guard,
            last_moment: match order.purpose {
                // The chat user waits as long for his answer.
                Purpose::Invitation(_) => guard.max(desk.now() + desk.policy.answer_timer),
                _ => guard,
            },
            alarm: Alarm::default(),
        };
        let key = self.table.insert(waiting).map_err(|_| SmFailure::Unreachable)?;
        let start = text.clone();
        let kept = Cell::new(Kept::EMPTY);
        let tpdu = |out: &mut Writer<'_>| {
            let from = out.len();
            order.submit.write(order.plan, order.index, order.reference, &mut start.clone(), out);
            // Written where it leaves, and copied from there for the attempt that may follow.
            kept.set(Kept::copy(&out.written()[from..]).unwrap_or(Kept::EMPTY));
        };
        let ids = Ids {
            hop_by_hop: HopByHopSpace::mint(HopByHopSpace::SUBMIT, key, 1),
            end_to_end,
            retransmitted: false,
        };
        let leave = |(peer, link): (usize, LinkId), desk: &mut Desk, out: &mut _| {
            let request = request(peers, peer, session, order.number, order.service_centre, &tpdu);
            peers.transmit(link, desk, out, |out| request.write(out, ids))
        };
        let mut sent = way.filter(|way| leave(*way, desk, out));
        if let Some((peer, _)) = way.filter(|_| sent.is_none()) {
            // Nothing of it has left: another peer may have room.
            let other = peers.serving(Service::Submits, Some(peer)).filter(|(other, _)| *other != peer);
            sent = other.filter(|other| leave(*other, desk, out));
        }
        if sent.is_none() && patience == Duration::ZERO {
            self.forget(key, desk);
            return Err(SmFailure::Unreachable);
        }
        if sent.is_none() {
            let _: Option<Kept<TPDU_OCTETS_MAX>> = Kept::write(tpdu);
        }
        if let Some(submit) = self.table.find_mut(key) {
            submit.tpdu = kept.into_inner();
            let patience = match sent {
                Some((peer, link)) => {
                    (submit.peer, submit.link, submit.attempts) = (peer, Some(link), 1);
                    ATTEMPT
                }
                None => PAUSE,
            };
            let deadline = submit.guard.min(desk.now() + patience);
            desk.arm(&mut submit.alarm, Ringing::Submit(key), deadline);
        }
        order.plan.skip(text);
        desk.count(Count::SmSubmitted);
        Ok(())
    }

    /// An OFA.
    pub(super) fn answered(
        &mut self,
        answer: &MessageView<'_>,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        let found = HopByHopSpace::find(&self.table, answer)
            .and_then(|(key, attempt)| Some((key, attempt, self.table.find(key)?)))
            .filter(|(.., submit)| submit.end_to_end == answer.header().end_to_end);
        let Some((key, attempt, submit)) = found else {
            desk.count(Count::DiameterStrayAnswers);
            return None;
        };
        let is_late = attempt != u32::from(submit.attempts);
        // An answer that cannot be read says only that something is wrong over there.
        let result = MoForwardAnswer::parse(answer).map_or(Err(SmFailure::System), |answer| verdict(&answer));
        match result {
            // Of a former attempt: it is the present one that decides, which may be arriving.
            Err(_) if is_late => {
                desk.count(Count::DiameterStrayAnswers);
                None
            }
            Err(failure) if failure.is_of_the_way() && self.again(key, peers, desk, out) => None,
            // interworking 11 row 13
            Err(failure) if failure.is_of_the_centre() && self.elsewhere(key, peers, desk, out) => None,
            // interworking 2.7 rows 5 to 7 and 11 invitation, 2.7 rows 5 to 7 and 11 chat, 11 row 29
            Err(failure) if failure.is_of_the_moment() && self.later(key, peers, desk) => None,
            result => self.end(key, result, desk),
        }
    }

    /// The alarm of a short message has come up: an attempt has taken too long, the next one is due, or time is up.
    pub fn ring(
        &mut self,
        key: Key<Submit>,
        peers: &Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        let submit = self.table.find_mut(key)?;
        if !desk.is_due(&mut submit.alarm, Ringing::Submit(key)) || self.again(key, peers, desk, out) {
            return None;
        }
        self.end(key, Err(SmFailure::Unreachable), desk)
    }

    /// What a short message is; `None` when it is settled.
    pub fn purpose(&self, key: Key<Submit>) -> Option<Purpose> {
        self.table.find(key).map(|submit| submit.purpose)
    }

    /// Nobody wants it any more: what has left has left, and nothing of it will be sent again.
    pub fn forget(&mut self, key: Key<Submit>, desk: &mut Desk) {
        if let Some(mut submit) = self.table.remove(key) {
            desk.disarm(&mut submit.alarm);
        }
    }

    /// What is under way on `link`, in the order in which it went out.
    pub(super) fn on_link(&self, link: LinkId) -> impl Iterator<Item = Key<Submit>> {
        let on_link = |key: &Key<Submit>| Some(self.table.find(*key)?.session.1);
        let mut keys: Vec<(u32, Key<Submit>)> = (self.table.keys_from(0))
            .filter(|key| self.is_on(*key, link))
            .filter_map(|key| Some((on_link(&key)?, key)))
            .collect();
        keys.sort_unstable_by_key(|(counter, _)| *counter);
        keys.into_iter().map(|(_, key)| key)
    }

    /// The connection that a short message went out on is gone: it goes another way, or has failed.
    pub(super) fn divert(
        &mut self,
        key: Key<Submit>,
        link: LinkId,
        peers: &Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        if !self.is_on(key, link) || self.again(key, peers, desk, out) {
            return None;
        }
        self.end(key, Err(SmFailure::Unreachable), desk)
    }

    fn is_on(&self, key: Key<Submit>, link: LinkId) -> bool {
        self.table.find(key).is_some_and(|submit| submit.link == Some(link))
    }

    /// Sends a short message again, or arranges for it: another peer at once, the same one after a pause. `false`: it has had its
    /// attempts, or its time.
    fn again(&mut self, key: Key<Submit>, peers: &Peers, desk: &mut Desk, out: &mut impl Outward) -> bool {
        let now = desk.now();
        let Some(submit) = self.table.find_mut(key) else { return false };
        let never_left = submit.attempts == 0 && now >= submit.way_by;
        if submit.attempts >= ATTEMPTS_MAX || now >= submit.guard || never_left {
            return false;
        }
        let has_paused = submit.link.take().is_none();
        let way = peers.serving(Service::Submits, Some(submit.peer));
        let Some(way) = way.filter(|(peer, _)| has_paused || *peer != submit.peer) else {
            let deadline = submit.guard.min(now + PAUSE);
            desk.arm(&mut submit.alarm, Ringing::Submit(key), deadline);
            return true;
        };
        self.resend(key, way, peers, desk, out);
        true
    }

    /// Sends a short message to the next service centre: it has not been there before, so it is a new one. `false`: there is none
    /// left, or no time.
    fn elsewhere(
        &mut self,
        key: Key<Submit>,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> bool {
        let Some(submit) = self.table.find_mut(key).filter(|submit| desk.now() < submit.guard) else {
            return false;
        };
        let others = &desk.policy.other_service_centres;
        let Some(centre) = others.get(usize::from(submit.others)).copied() else { return false };
        let Some(way) = peers.serving(Service::Submits, None) else { return false };
        (submit.service_centre, submit.others, submit.pauses) = (centre, submit.others + 1, 0);
        submit.way_by = desk.now() + WAY_PATIENCE;
        submit.begin_anew(peers);
        self.resend(key, way, peers, desk, out);
        true
    }

    /// The SMS user cannot take it at the moment: it is sent again after a pause. `false`: there is no time for that.
    fn later(&mut self, key: Key<Submit>, peers: &mut Peers, desk: &mut Desk) -> bool {
        let now = desk.now();
        let Some(submit) = self.table.find_mut(key) else { return false };
        let pause = RETRY_PAUSES[usize::from(submit.pauses).min(RETRY_PAUSES.len() - 1)];
        if now + pause >= submit.last_moment {
            return false;
        }
        submit.pauses = submit.pauses.saturating_add(1);
        submit.guard = submit.last_moment.min(now + pause + desk.policy.submit_guard);
        submit.way_by = now + pause + WAY_PATIENCE;
        submit.link = None;
        // It was answered, so this is another request (RFC 6733 3): a relay that remembers the former would answer it again.
        submit.begin_anew(peers);
        desk.arm(&mut submit.alarm, Ringing::Submit(key), now + pause);
        true
    }

    /// Writes a short message again as it was, on its next way.
    fn resend(
        &mut self,
        key: Key<Submit>,
        (peer, link): (usize, LinkId),
        peers: &Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(submit) = self.table.find_mut(key) else { return };
        // RFC 6733 3: T, because the first sending may have arrived; TS 23.040 9.2.3.25: TP-RD, for the same reason
        // (interworking 2.4 TP-RD).
        let retransmitted = submit.attempts > 0;
        let rd = if retransmitted || submit.pauses > 0 { TP_RD } else { 0 };
        let hop_by_hop = HopByHopSpace::mint(HopByHopSpace::SUBMIT, key, submit.attempts + 1);
        let ids = Ids { hop_by_hop, end_to_end: submit.end_to_end, retransmitted };
        let octets = submit.tpdu.as_bytes();
        let tpdu = |out: &mut Writer<'_>| {
            if let Some((first, rest)) = octets.split_first() {
                out.u8(first | rd);
                out.put(rest);
            }
        };
        let request = request(peers, peer, submit.session, submit.number, submit.service_centre, tpdu);
        let has_left = peers.transmit(link, desk, out, |out| request.write(out, ids));
        let patience = if has_left { ATTEMPT } else { PAUSE };
        if has_left {
            submit.attempts += 1;
            (submit.peer, submit.link) = (peer, Some(link));
            desk.count(Count::SmRetried);
        }
        let deadline = submit.guard.min(desk.now() + patience);
        desk.arm(&mut submit.alarm, Ringing::Submit(key), deadline);
    }

    fn end(
        &mut self,
        key: Key<Submit>,
        result: Result<(), SmFailure>,
        desk: &mut Desk,
    ) -> Option<DiameterEvent<'static>> {
        let purpose = self.table.find(key)?.purpose;
        self.forget(key, desk);
        if result.is_err() {
            desk.count(Count::SmFailed);
        }
        Some(DiameterEvent::Submitted { purpose, result })
    }
}

fn request<'p, T>(
    peers: &'p Peers,
    peer: usize,
    session: (u32, u32),
    number: Msisdn,
    service_centre: Digits,
    tpdu: T,
) -> MoForward<'p, T> {
    // TS 23.204 6.16.1 step 3; interworking 2.4 SM-RP-OA and SM-RP-DA
    MoForward {
        session_id: peers.session_id(session),
        origin: peers.identity(),
        destination: Destination { host: None, realm: peers.realm_of(peer) },
        sc_address: service_centre,
        user_identifier: UserIdentifier::msisdn(number.digits()),
        tpdu,
    }
}

/// What an OFA says of the short message.
fn verdict(answer: &MoForwardAnswer<'_>) -> Result<(), SmFailure> {
    let report = answer.failure.and_then(|failure| failure.diagnostic).or(answer.sm_rp_ui);
    let tp_fcs = report
        .and_then(|report| SmsSubmitReport::parse_error(report).ok())
        .and_then(|report| report.failure_cause);
    match answer.outcome {
        Outcome::Success => Ok(()),
        // The service centre says that it has the message already: the first sending did arrive.
        // interworking 2.7 row 13 invitation, 2.7 row 13 chat.
        _ if tp_fcs == Some(FailureCause::DUPLICATE) => Ok(()),
        Outcome::Result(code) => Err(SmFailure::from_result(code)),
        Outcome::Experimental { code, .. } => {
            let cause = answer.failure.map(|failure| failure.cause.0);
            Err(tp_fcs
                .and_then(|fcs| SmFailure::from_tp_fcs(fcs.0))
                .unwrap_or(SmFailure::from_experimental(code, cause)))
        }
    }
}

/// TS 23.040 9.2.3.1: TP-RD in the first octet of SMS-SUBMIT.
const TP_RD: u8 = 0x04;
/// A SUBMIT with TP-DA, TP-VP and 140 octets of TP-UD.
const TPDU_OCTETS_MAX: usize = 180;
/// How long a hint or a notice may wait for a way to the SMS side: as long as it is still news.
const COURTESY_GUARD: Duration = Duration::from_secs(120);
/// How long an invitation or a message may wait for a way to the SMS side: a connection that was reset is back within it.
const WAY_PATIENCE: Duration = Duration::from_secs(3);
/// How long one attempt may take before the next.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The pause before the same peer is asked again.
const PAUSE: Duration = Duration::from_secs(1);
const ATTEMPTS_MAX: u8 = 3;
/// How long a message waits for an SMS user who is away, busy, or has no room; the last one again and again.
const RETRY_PAUSES: [Duration; 3] =
    [Duration::from_secs(10), Duration::from_secs(30), Duration::from_secs(60)];
/// Segments on their way to the SMS centre, per chat on average; beyond it messages are refused as "not now".
const SUBMITS_PER_SESSION: usize = 8;

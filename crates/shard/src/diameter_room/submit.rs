//! Short messages of ours on their way to the SMS centre (OFR), and their acknowledgements.

use diameter::sgd::{MoForward, MoForwardAnswer};
use diameter::{Destination, MessageView, Outcome};
use interwork::{Msisdn, SmFailure};
use octets::Digits;
use sms::{Plan, SmsSubmit};
use tempo::Alarm;

use super::{DiameterEvent, HopByHopSpace, Peers};
use crate::desk::{Desk, Ringing};
use crate::driver::{LinkId, Outward};
use crate::interwork_room::{Chat, ChatMessage};
use crate::table::{Key, Table};
use crate::tally::Count;

/// A short message that the SMS side has not acknowledged.
#[derive(Debug)]
pub struct Submit {
    purpose: Purpose,
    link: LinkId,
    alarm: Alarm,
}

/// What a short message of ours is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A segment of the invitation of a chat.
    Invitation(Key<Chat>),
    /// A segment of what a chat user has said.
    ChatMessage(Key<ChatMessage>),
    /// A hint or a notice: nobody waits for what becomes of it.
    Courtesy,
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
        let (link, _) = peers.for_submits().ok_or(SmFailure::Unreachable)?;
        // It waits before it is sent: the answer must never find nobody.
        let waiting = Submit { purpose: order.purpose, link, alarm: Alarm::default() };
        let key = self.table.insert(waiting).map_err(|_| SmFailure::Unreachable)?;
        let deadline = desk.now() + desk.policy.submit_guard;
        if let Some(submit) = self.table.find_mut(key) {
            desk.arm(&mut submit.alarm, Ringing::Submit(key), deadline);
        }
        let ids = peers.next_ids(HopByHopSpace::mint(key.slot, key.generation));
        let session = peers.next_session();
        let (_, realm) = peers.for_submits().ok_or(SmFailure::Unreachable)?;
        let start = text.clone();
        let request = MoForward {
            session_id: peers.session_id(session),
            origin: peers.identity(),
            destination: Destination { host: None, realm },
            sc_address: order.service_centre,
            user_identifier: diameter::user::UserIdentifier::msisdn(order.number.digits()),
            tpdu: |out: &mut octets::Writer<'_>| {
                order.submit.write(order.plan, order.index, order.reference, &mut start.clone(), out);
            },
        };
        if !peers.transmit(link, desk, out, |out| request.write(out, ids)) {
            self.forget(key, desk);
            return Err(SmFailure::Unreachable);
        }
        order.plan.skip(text);
        desk.count(Count::SmSubmitted);
        Ok(())
    }

    /// An OFA.
    pub(super) fn answered(
        &mut self,
        answer: &MessageView<'_>,
        desk: &mut Desk,
    ) -> Option<DiameterEvent<'static>> {
        let (slot, low_bits) = HopByHopSpace::read(answer.header().hop_by_hop);
        let waiting = self.table.key_at(slot).filter(|key| HopByHopSpace::agrees(key.generation, low_bits));
        let Some(key) = waiting else {
            desk.count(Count::DiameterStrayAnswers);
            return None;
        };
        // An answer that cannot be read says only that something is wrong over there.
        let result = match MoForwardAnswer::parse(answer) {
            Ok(answer) => verdict(&answer),
            Err(_) => Err(SmFailure::System),
        };
        self.end(key, result, desk)
    }

    /// The guard of a short message has come up.
    pub fn ring(&mut self, key: Key<Submit>, desk: &mut Desk) -> Option<DiameterEvent<'static>> {
        let submit = self.table.find_mut(key)?;
        if !desk.is_due(&mut submit.alarm, Ringing::Submit(key)) {
            return None;
        }
        self.end(key, Err(SmFailure::Unreachable), desk)
    }

    /// A connection is gone, and with it the answers to what went out on it: the next one of them from `slot` on, as
    /// failed. `slot` moves behind it.
    pub fn next_lost(
        &mut self,
        link: LinkId,
        slot: &mut u32,
        desk: &mut Desk,
    ) -> Option<DiameterEvent<'static>> {
        let is_lost = |key: &Key<Submit>| self.table.find(*key).is_some_and(|submit| submit.link == link);
        let key = self.table.keys_from(*slot).find(is_lost)?;
        *slot = key.slot + 1;
        self.end(key, Err(SmFailure::Unreachable), desk)
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

    fn forget(&mut self, key: Key<Submit>, desk: &mut Desk) {
        if let Some(mut submit) = self.table.remove(key) {
            desk.disarm(&mut submit.alarm);
        }
    }
}

fn verdict(answer: &MoForwardAnswer<'_>) -> Result<(), SmFailure> {
    match answer.outcome {
        Outcome::Success => Ok(()),
        Outcome::Result(code) => Err(SmFailure::from_result(code)),
        Outcome::Experimental { code, .. } => {
            Err(SmFailure::from_experimental(code, answer.failure.map(|failure| failure.cause.0)))
        }
    }
}

/// Segments on their way to the SMS centre, per chat on average; beyond it messages are refused as "not now".
const SUBMITS_PER_SESSION: usize = 8;

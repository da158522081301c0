//! Short messages that came for us (TFR): each waits for its acknowledgement until its chat has spoken.

use core::hash::BuildHasher;

use diameter::delivery::{AbsentUserDiagnostic, DeliveryFailure, FailureCause};
use diameter::sgd::{MtForward, MtForwardAnswer};
use diameter::{Asked, AvpId, Experimental, Header, Invalid, MessageView, ResultCode};
use interwork::{MtCorrelationId, SmOutcome};
use octets::Digits;
use tempo::{Alarm, Duration};

use super::{DiameterEvent, Peers};
use crate::desk::{Desk, Ringing};
use crate::driver::{LinkId, Outward};
use crate::kept::Kept;
use crate::lanes::{ForwardToken, RepeatKey};
use crate::table::{Key, Table};
use crate::tally::Count;

/// A TFR that has no answer yet.
#[derive(Debug)]
pub struct Forward {
    link: LinkId,
    header: Header,
    /// What the answer repeats: Session-Id and Proxy-Info.
    repeated: Kept<REPEATED_OCTETS_MAX>,
    alarm: Alarm,
}

/// The TFRs that have no answer yet.
#[derive(Debug)]
pub struct Forwards {
    table: Table<Forward>,
}

impl Forwards {
    pub(super) fn new(sessions_max: usize) -> Self {
        Forwards { table: Table::new(sessions_max.saturating_mul(FORWARDS_PER_SESSION)) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// A TFR.
    pub(super) fn arrived<'a>(
        &mut self,
        link: LinkId,
        request: &MessageView<'a>,
        desk: &mut Desk,
    ) -> Result<DiameterEvent<'a>, Invalid> {
        let forward = MtForward::parse(request)?;
        let correlation =
            Digits::from_ascii(forward.user_name).map(MtCorrelationId).map_err(|_| Invalid {
                result: ResultCode::INVALID_AVP_VALUE,
                avp: AvpId::USER_NAME,
                at: request.find(AvpId::USER_NAME).map(|avp| avp.at),
            })?;
        let refuse = |result| Invalid { result, avp: AvpId::SESSION_ID, at: None };
        let asked = Asked::from(request);
        let repeated = Kept::write(|out| asked.keep(out)).ok_or(refuse(ResultCode::RESOURCES_EXCEEDED))?;
        let waiting = Forward { link, header: request.header(), repeated, alarm: Alarm::default() };
        let key = self.table.insert(waiting).map_err(|_| refuse(ResultCode::TOO_BUSY))?;
        // A backstop: the owner of the chat has its own, shorter guard and answers first.
        let deadline = desk.now() + desk.policy.forward_guard + BACKSTOP;
        if let Some(forward) = self.table.find_mut(key) {
            desk.arm(&mut forward.alarm, Ringing::Forward(key), deadline);
        }
        desk.count(Count::SmReceived);
        let token = ForwardToken { shard: desk.me(), slot: key.slot, generation: key.generation };
        // The same for every shard and every start: a repetition may come in on another shard.
        let hasher = foldhash::fast::FixedState::with_seed(REPEAT_SEED);
        let origin = RepeatKey(hasher.hash_one((forward.origin.host, request.header().end_to_end.0)));
        Ok(DiameterEvent::Forwarded { token, correlation, origin, tpdu: forward.tpdu })
    }

    /// Acknowledges a short message, or says why not.
    pub fn acknowledge(
        &mut self,
        token: ForwardToken,
        outcome: SmOutcome,
        peers: &Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let key = Key::new(token.slot, token.generation);
        // TS 23.204 6.14 step 10; interworking 2.8 item 13, 11 row 18
        let Some(mut forward) = self.table.remove(key) else { return };
        desk.disarm(&mut forward.alarm);
        if outcome != SmOutcome::Taken {
            desk.count(Count::SmDeclined);
        }
        let asked = Asked::of(forward.header, forward.repeated.as_bytes());
        let answer = answer(outcome);
        // Without its connection the answer is lost; the SMS centre asks again on another one.
        peers.transmit(forward.link, desk, out, |out| answer.write(out, asked, peers.identity()));
    }

    /// The backstop of a short message has come up.
    pub fn ring(&mut self, key: Key<Forward>, peers: &Peers, desk: &mut Desk, out: &mut impl Outward) {
        let Some(forward) = self.table.find_mut(key) else { return };
        if desk.is_due(&mut forward.alarm, Ringing::Forward(key)) {
            let token = ForwardToken { shard: desk.me(), slot: key.slot, generation: key.generation };
            self.acknowledge(token, SmOutcome::NotNow, peers, desk, out);
        }
    }
}

fn answer(outcome: SmOutcome) -> MtForwardAnswer<'static> {
    let plain = |outcome: diameter::Outcome| MtForwardAnswer { outcome, ..MtForwardAnswer::DELIVERED };
    match outcome {
        SmOutcome::Taken => {
            MtForwardAnswer { sm_rp_ui: Some(DELIVER_REPORT_ACK), ..plain(ResultCode::SUCCESS.into()) }
        }
        // TS 23.204 6.14 step 11
        SmOutcome::NotNow => MtForwardAnswer {
            absent_user: Some(AbsentUserDiagnostic::NO_RESPONSE_VIA_IP_SM_GW),
            ..plain(Experimental::ABSENT_USER.into())
        },
        SmOutcome::Never => MtForwardAnswer {
            failure: Some(DeliveryFailure {
                cause: FailureCause::EQUIPMENT_PROTOCOL_ERROR,
                diagnostic: None,
            }),
            ..plain(Experimental::SM_DELIVERY_FAILURE.into())
        },
        SmOutcome::NoSession => plain(Experimental::USER_UNKNOWN.into()),
    }
}

/// SMS-DELIVER-REPORT for RP-ACK: first octet, then TP-PI with nothing that follows.
// TS 29.311 6.1.4 item 3
const DELIVER_REPORT_ACK: &[u8] = &[0x00, 0x00];
/// Session-Id and the Proxy-Info of some relays; beyond it 5006.
const REPEATED_OCTETS_MAX: usize = 512;
/// How much longer than the owner's guard the backstop waits.
const BACKSTOP: Duration = Duration::from_secs(4);
const REPEAT_SEED: u64 = 0x6733_0003;
/// Short messages waiting for their acknowledgement, per chat on average; beyond it 3004.
const FORWARDS_PER_SESSION: usize = 4;

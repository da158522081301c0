//! Routing queries: an SMS-GMSC asks, through the HSS, where a number can be reached (SRR). We say: here.

use diameter::s6c::{RoutingInfo, RoutingInfoAnswer, ServingNode};
use diameter::{Asked, AvpId, Invalid, MessageView, Outcome, ResultCode};
use interwork::{Msisdn, MtCorrelationId};
use octets::Digits;

use super::{DiameterEvent, DiameterRoom};
use crate::desk::Desk;
use crate::driver::{LinkId, Outward};
use crate::kept::Kept;

/// An SRR, to be answered in the same visit.
#[derive(Debug)]
pub struct RoutingQuery<'a> {
    link: LinkId,
    asked: Asked<'a>,
    /// The number that is asked for.
    pub number: Msisdn,
}

/// Why a query is not answered with the way to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoRoute {
    /// There is no room to remember one more query.
    Busy,
}

impl DiameterRoom {
    /// An SRR.
    pub(super) fn asked<'a>(
        &mut self,
        link: LinkId,
        request: &MessageView<'a>,
    ) -> Result<DiameterEvent<'a>, Invalid> {
        let query = RoutingInfo::parse(request)?;
        let number = query.msisdn.ok_or(Invalid::missing(AvpId::MSISDN))?;
        Ok(DiameterEvent::Asked(RoutingQuery { link, asked: Asked::from(request), number: Msisdn(number) }))
    }

    /// Answers with our own address and the MT-Correlation-ID in the place of the IMSI (TS 23.204 6.14 step 3c).
    pub fn route(
        &mut self,
        query: &RoutingQuery<'_>,
        way: Result<MtCorrelationId, NoRoute>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let imsi = way.ok().and_then(|id| Kept::<{ Digits::LENGTH_MAX }>::write(|out| out.digits(id.0)));
        let serving_node = ServingNode {
            ip_sm_gw_number: Some(desk.policy.own_number.digits()),
            ip_sm_gw_name: Some(self.peers.identity().host),
            ..ServingNode::default()
        };
        let outcome: Outcome = match way {
            Ok(_) => ResultCode::SUCCESS.into(),
            Err(NoRoute::Busy) => ResultCode::TOO_BUSY.into(),
        };
        let answer = RoutingInfoAnswer {
            user_name: imsi.as_ref().map(Kept::as_bytes),
            serving_node: way.is_ok().then_some(serving_node),
            ..RoutingInfoAnswer::bare(outcome)
        };
        self.peers
            .transmit(query.link, desk, out, |out| answer.write(out, query.asked, self.peers.identity()));
    }
}

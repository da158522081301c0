//! Whole messages of Diameter connections, told apart.

use diameter::peer::Event;
use diameter::{Asked, FailedAvp, Invalid, MessageView, Outcome, Procedure, ResultCode, write_refusal};

use super::{DiameterEvent, DiameterRoom};
use crate::desk::Desk;
use crate::driver::{LinkId, Outward};
use crate::tally::Count;

impl DiameterRoom {
    /// Takes one message, whole by its own length.
    pub fn receive<'a>(
        &mut self,
        link: LinkId,
        bytes: &'a [u8],
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'a>> {
        desk.count(Count::DiameterIn);
        let peer = self.peers.peer_of(link)?;
        let message = match MessageView::parse(bytes) {
            Ok(message) => message,
            Err(malformed) => {
                desk.count(Count::DiameterRefused);
                // An answer that cannot be read is dropped: what waits for it has its guard.
                if let Some(asked) = malformed.asked(bytes) {
                    self.refuse(link, asked, malformed.result, None, desk, out);
                }
                return None;
            }
        };
        let header = message.header();
        let procedure = match Procedure::of(&header) {
            Ok(procedure) => procedure,
            Err(result) => {
                desk.count(Count::DiameterRefused);
                if header.flags.request {
                    self.refuse(link, Asked::from(&message), result, None, desk, out);
                }
                return None;
            }
        };
        use Procedure::{
            CapabilitiesExchange, DeviceWatchdog, DisconnectPeer, MoForward, MtForward, ProfileUpdate,
            PushNotification, RoutingInfo, SubscribeNotifications, UserData,
        };
        if matches!(procedure, CapabilitiesExchange | DeviceWatchdog | DisconnectPeer) {
            self.peers.base(peer, procedure, &message, desk, out);
            return None;
        }
        self.peers.step(peer, Event::AnyTraffic, None, desk, out);
        if !self.peers.may_say(peer, header.flags.request) {
            // Capabilities come first (RFC 6733 5.6): without them the machine is closing the connection.
            return None;
        }
        let event = match (procedure, header.flags.request) {
            (MoForward, false) => return self.submits.answered(&message, &mut self.peers, desk, out),
            (UserData | SubscribeNotifications | ProfileUpdate, false) => {
                return self.subscriptions.answered(procedure, &message, &mut self.peers, desk, out);
            }
            (PushNotification, true) => match self.notified(link, &message, desk, out) {
                Ok(event) => return event,
                Err(invalid) => Err(invalid),
            },
            (MtForward, true) => self.forwards.arrived(link, &message, desk),
            (RoutingInfo, true) => self.asked(link, &message),
            (_, false) => {
                desk.count(Count::DiameterStrayAnswers);
                return None;
            }
            (_, true) => Err(Invalid {
                result: ResultCode::COMMAND_UNSUPPORTED,
                avp: diameter::AvpId::SESSION_ID,
                at: None,
            }),
        };
        event.map_err(|invalid| self.refuse_invalid(link, &message, invalid, desk, out)).ok()
    }

    fn refuse_invalid(
        &mut self,
        link: LinkId,
        message: &MessageView<'_>,
        invalid: Invalid,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        desk.count(Count::DiameterRefused);
        let names_avp = !matches!(
            invalid.result,
            ResultCode::COMMAND_UNSUPPORTED | ResultCode::TOO_BUSY | ResultCode::RESOURCES_EXCEEDED
        );
        let failed = names_avp.then(|| invalid.failed(message));
        self.refuse(link, Asked::from(message), invalid.result, failed, desk, out);
    }

    fn refuse(
        &self,
        link: LinkId,
        asked: Asked<'_>,
        result: ResultCode,
        failed: Option<FailedAvp<'_>>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        self.peers.transmit(link, desk, out, |out| {
            write_refusal(out, asked, self.peers.identity(), Outcome::from(result), failed)
        });
    }
}

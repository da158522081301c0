//! Which request this is, or why nobody here answers to it.

use crate::result::ResultCode;
use crate::wire::{ApplicationId, Command, Header};

/// The procedures that we know, by application and command together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// CER, CEA.
    CapabilitiesExchange,
    /// DWR, DWA.
    DeviceWatchdog,
    /// DPR, DPA.
    DisconnectPeer,
    /// OFR, OFA on SGd.
    MoForward,
    /// TFR, TFA on SGd.
    MtForward,
    /// SRR, SRA on S6c.
    RoutingInfo,
    /// ALR, ALA on S6c, where the HSS alerts, and on SGd, where a serving node does (TS 29.338 6.2.3).
    AlertServiceCentre,
    /// RDR, RDA on S6c.
    ReportDelivery,
    /// UDR, UDA on Sh.
    UserData,
    /// PUR, PUA on Sh.
    ProfileUpdate,
    /// SNR, SNA on Sh.
    SubscribeNotifications,
    /// PNR, PNA on Sh.
    PushNotification,
}

impl Procedure {
    /// 3007 for an application that we do not serve, 3001 for a command that its application does not have.
    pub fn of(header: &Header) -> Result<Procedure, ResultCode> {
        match (header.application, header.command) {
            (ApplicationId::BASE, Command::CAPABILITIES_EXCHANGE) => Ok(Procedure::CapabilitiesExchange),
            (ApplicationId::BASE, Command::DEVICE_WATCHDOG) => Ok(Procedure::DeviceWatchdog),
            (ApplicationId::BASE, Command::DISCONNECT_PEER) => Ok(Procedure::DisconnectPeer),
            (ApplicationId::SGD, Command::MO_FORWARD_SHORT_MESSAGE) => Ok(Procedure::MoForward),
            (ApplicationId::SGD, Command::MT_FORWARD_SHORT_MESSAGE) => Ok(Procedure::MtForward),
            (ApplicationId::S6C, Command::SEND_ROUTING_INFO_FOR_SM) => Ok(Procedure::RoutingInfo),
            (ApplicationId::S6C | ApplicationId::SGD, Command::ALERT_SERVICE_CENTRE) => {
                Ok(Procedure::AlertServiceCentre)
            }
            (ApplicationId::S6C, Command::REPORT_SM_DELIVERY_STATUS) => Ok(Procedure::ReportDelivery),
            (ApplicationId::SH, Command::USER_DATA) => Ok(Procedure::UserData),
            (ApplicationId::SH, Command::PROFILE_UPDATE) => Ok(Procedure::ProfileUpdate),
            (ApplicationId::SH, Command::SUBSCRIBE_NOTIFICATIONS) => Ok(Procedure::SubscribeNotifications),
            (ApplicationId::SH, Command::PUSH_NOTIFICATION) => Ok(Procedure::PushNotification),
            (ApplicationId::BASE | ApplicationId::SGD | ApplicationId::S6C | ApplicationId::SH, _) => {
                Err(ResultCode::COMMAND_UNSUPPORTED)
            }
            _ => Err(ResultCode::APPLICATION_UNSUPPORTED),
        }
    }
}

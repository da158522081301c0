//! The messages of the base protocol, read for the peer machine and written for it.

use alloc::vec::Vec;

use diameter::base::{Advertised, Capabilities, CapabilitiesAnswer, Disconnect, Watchdog};
use diameter::dictionary::VENDOR_3GPP;
use diameter::peer::{Action, Received};
use diameter::{ApplicationId, Identity, Ids, Invalid, MessageView, Procedure, ResultCode};

use super::NodeSetup;
use crate::message_text::written;

/// What a message means to the peer machine.
pub(super) enum Base {
    /// Nothing: it belongs to an application, known or not.
    Other,
    /// It cannot be read.
    Invalid(Invalid),
    Cer {
        verdict: ResultCode,
        host: Vec<u8>,
        realm: Vec<u8>,
    },
    Cea {
        verdict: ResultCode,
        realm: Vec<u8>,
    },
    Said(Received),
}

impl Base {
    pub(super) fn of(view: &MessageView<'_>, applications: &[ApplicationId]) -> Self {
        let is_request = view.header().flags.request;
        let read = match Procedure::of(&view.header()) {
            Ok(Procedure::CapabilitiesExchange) if is_request => {
                Advertised::parse(view).map(|theirs| Base::Cer {
                    verdict: theirs.judge(true, applications),
                    host: theirs.origin.host.to_vec(),
                    realm: theirs.origin.realm.to_vec(),
                })
            }
            Ok(Procedure::CapabilitiesExchange) => CapabilitiesAnswer::parse(view).map(|answer| {
                let origin = answer.advertised.map(|theirs| theirs.origin);
                let Identity { host, realm } = origin.unwrap_or(Identity { host: b"", realm: b"" });
                // Who answers at the address that was given is who is meant.
                Base::Cea { verdict: answer.judge(host, applications), realm: realm.to_vec() }
            }),
            Ok(Procedure::DeviceWatchdog) if is_request => {
                Watchdog::parse(view).map(|_| Base::Said(Received::Dwr))
            }
            Ok(Procedure::DeviceWatchdog) => Ok(Base::Said(Received::Dwa)),
            Ok(Procedure::DisconnectPeer) if is_request => {
                Disconnect::parse(view).map(|farewell| Base::Said(Received::Dpr(farewell.cause)))
            }
            Ok(Procedure::DisconnectPeer) => Ok(Base::Said(Received::Dpa)),
            _ => Ok(Base::Other),
        };
        read.unwrap_or_else(Base::Invalid)
    }
}

/// The message that carries out `action`; `to_answer` is the request that it may answer.
pub(super) fn written_for(
    action: Action,
    setup: &NodeSetup,
    applications: &[ApplicationId],
    to_answer: &[u8],
    ids: Ids,
) -> Vec<u8> {
    let origin = Identity { host: setup.host.as_bytes(), realm: setup.realm.as_bytes() };
    let ours = Capabilities {
        origin,
        host_addresses: &[setup.address],
        vendor_id: VENDOR_3GPP,
        product_name: "actors",
        origin_state_id: None,
        supported_vendors: &[VENDOR_3GPP],
        auth_applications: &[],
        vendor_applications: applications,
    };
    let watchdog = Watchdog { origin, origin_state_id: None };
    let request = MessageView::parse(to_answer).ok();
    written(|out| match (action, request) {
        (Action::SendCer, _) => ours.write_request(out, ids),
        (Action::SendCea(result) | Action::Reject(result), Some(request)) => {
            ours.write_answer(out, &request, result);
        }
        (Action::SendDwr(_), _) => watchdog.write_request(out, ids),
        (Action::SendDwa(_), Some(request)) => watchdog.write_answer(out, &request),
        (Action::SendDpr(_, cause), _) => Disconnect { origin, cause }.write_request(out, ids),
        (Action::SendDpa(_), Some(request)) => Disconnect::write_answer(out, &request, origin),
        // No answer without a request; the others send nothing.
        _ => {}
    })
}

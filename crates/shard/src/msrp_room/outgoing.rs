//! Frames to chat users.

use msrp::{CpimHeaders, FailureReport, SendRequest, Status, TransactionId};
use octets::{Digits, Writer};
use tempo::Civil;

use super::incoming::RESPONSE_OCTETS_MAX;
use super::{MsrpRoom, MsrpSession, Outgoing, Owed};
use crate::desk::Desk;
use crate::driver::{Departure, NoLoan, Outward};
use crate::interwork_room::InboundSm;
use crate::kept::Kept;
use crate::table::Key;
use crate::tally::Count;

/// The text could not be handed to the chat user's connection now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotSent;

impl MsrpRoom {
    /// Sends a text of the SMS user `from` as one message; its response will name `sm`.
    #[allow(clippy::too_many_arguments, reason = "each is one part of the message or one of the two sinks")]
    pub fn send_text(
        &mut self,
        key: Key<MsrpSession>,
        sm: Key<InboundSm>,
        from: Digits,
        sent: Civil,
        text: impl Fn(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Key<Outgoing>, NotSent> {
        let own_path = self.sessions.own_path(key, desk.me()).ok_or(NotSent)?;
        let session = self.sessions.table.find(key).ok_or(NotSent)?;
        let link = session.link.ok_or(NotSent)?;
        let message_id = message_id(desk).ok_or(NotSent)?;
        // The transaction id carries the place where it waits, and the place is known once it waits.
        let waiting = Outgoing { id: TransactionId::new(0, 0), sm };
        let place = self.outgoing.insert(waiting).map_err(|_| NotSent)?;
        let id = TransactionId::new(place.slot, desk.entropy.u64());
        if let Some(waiting) = self.outgoing.find_mut(place) {
            waiting.id = id;
        }
        let sender = Kept::<32>::write(|out| {
            out.text("<tel:+");
            out.digits(from);
            out.u8(b'>');
        });
        let wraps = session.wraps;
        let request = SendRequest {
            transaction_id: id.as_bytes(),
            to_path: session.peer_path.as_bytes(),
            from_path: own_path.as_bytes(),
            message_id: message_id.as_bytes(),
            byte_range: None,
            success_report: false,
            failure_report: FailureReport::Yes,
            content_type: Some(if wraps { msrp::content::CPIM.as_bytes() } else { PLAIN_UTF8 }),
            continuation: msrp::Continuation::Last,
        };
        let mut fault = None;
        let loan = out.transmit(Departure::Stream { link }, TEXT_OCTETS_MAX, |out| {
            let written = request.write(out, |out| {
                if !wraps {
                    return text(out);
                }
                let headers = CpimHeaders {
                    from: sender.as_ref().map_or(msrp::cpim::ANONYMOUS, Kept::as_bytes),
                    date_time: Some(sent),
                    imdn_message_id: Some(message_id.as_bytes()),
                    ..CpimHeaders::default()
                };
                let _ = msrp::write_cpim(out, &headers, PLAIN_UTF8, &text);
            });
            // The body holds our own end-line by malice only, and 64 random bits were against it: nothing is sent.
            if let Err(found) = written {
                fault = Some(found);
                out.spoil();
            }
        });
        if loan.is_err() || fault.is_some() {
            desk.count(Count::NoLoan);
            self.outgoing.remove(place);
            return Err(NotSent);
        }
        desk.count(Count::ChatOut);
        Ok(place)
    }

    /// Settles what a SEND of the chat user is owed.
    pub fn settle(
        &mut self,
        key: Key<MsrpSession>,
        owed: &Owed,
        status: Status,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        if status != Status::OK {
            desk.count(Count::ChatRefused);
        }
        // Without its connection there is nobody to hear it: the sender counts the message as failed.
        let Some(link) = self.sessions.link_of(key) else { return };
        let id = TransactionId::new(key.slot, desk.entropy.u64());
        let settle = |out: &mut Writer<'_>| owed.settle(status, id.as_bytes(), out);
        match out.transmit(Departure::Stream { link }, 2 * RESPONSE_OCTETS_MAX, settle) {
            // Nothing written: the sender wanted to hear of failures only, or of nothing.
            Ok(()) | Err(NoLoan::Unfinished) => {}
            Err(NoLoan::Full | NoLoan::Gone) => desk.count(Count::NoLoan),
        }
    }

    /// Nobody waits for this response any more.
    pub fn forget(&mut self, place: Key<Outgoing>) {
        self.outgoing.remove(place);
    }

    /// The short message that a response answers.
    pub(super) fn answered(&mut self, transaction_id: &[u8]) -> Option<Key<InboundSm>> {
        let id = TransactionId::parse(transaction_id)?;
        let place = self.outgoing.key_at(id.slot())?;
        if self.outgoing.find(place)?.id != id {
            return None;
        }
        Some(self.outgoing.remove(place)?.sm)
    }
}

fn message_id(desk: &mut Desk) -> Option<Kept<24>> {
    let random = desk.entropy.u64();
    Kept::write(|out| {
        out.text("sm");
        out.hex(&random.to_be_bytes());
    })
}

const PLAIN_UTF8: &[u8] = b"text/plain;charset=UTF-8";
/// Two paths, headers, and the text of one short message in UTF-8.
const TEXT_OCTETS_MAX: usize = 4096;

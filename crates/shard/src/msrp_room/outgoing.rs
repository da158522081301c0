//! Frames to chat users.

use msrp::imdn::NotificationDocument;
use msrp::{ByteRange, Continuation, CpimHeaders, FailureReport, SendRequest, Status, TransactionId};
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

/// A text of an SMS user on its way to the chat user, or a part of one.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Who says it.
    pub from: Digits,
    /// When it was said, in UTC.
    pub said: Civil,
    /// The message that it belongs to.
    pub message_id: &'a MessageId,
    /// Octets of the message that went before.
    pub behind: u64,
    /// Does the message end with it?
    pub is_last: bool,
}

/// The name of a message of ours.
pub type MessageId = Kept<24>;

impl MsrpRoom {
    /// Sends words of an SMS user as one chunk; its response will name `sm`. Returns where the chunk waits for its response, and
    /// the octets of the message up to its end.
    pub fn send_words(
        &mut self,
        key: Key<MsrpSession>,
        sm: Key<InboundSm>,
        words: &Words<'_>,
        text: impl Fn(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<(Key<Outgoing>, u64), NotSent> {
        let own_path = self.sessions.own_path(key, desk.me()).ok_or(NotSent)?;
        let session = self.sessions.table.find(key).ok_or(NotSent)?;
        let link = session.link.ok_or(NotSent)?;
        // The transaction id carries the place where it waits, and the place is known once it waits.
        let waiting = Outgoing { id: TransactionId::new(0, 0), sm };
        let place = self.outgoing.insert(waiting).map_err(|_| NotSent)?;
        let id = TransactionId::new(place.slot, desk.entropy.u64());
        if let Some(waiting) = self.outgoing.find_mut(place) {
            waiting.id = id;
        }
        let is_whole = words.behind == 0 && words.is_last;
        let request = SendRequest {
            transaction_id: id.as_bytes(),
            to_path: session.peer_path.as_bytes(),
            from_path: own_path.as_bytes(),
            message_id: words.message_id.as_bytes(),
            // The length of a message that comes piece by piece is known with its last piece (RFC 4975 7.1.1).
            byte_range: (!is_whole).then_some(ByteRange { start: words.behind + 1, end: None, total: None }),
            success_report: false,
            failure_report: FailureReport::Yes,
            content_type: Some(if session.wraps { msrp::content::CPIM.as_bytes() } else { PLAIN_UTF8 }),
            continuation: if words.is_last { Continuation::Last } else { Continuation::More },
        };
        let is_wrapped = session.wraps && words.behind == 0;
        let mut octets = words.behind;
        let mut fault = None;
        let loan = out.transmit(Departure::Stream { link }, TEXT_OCTETS_MAX, |out| {
            let written = request.write(out, |out| {
                let start = out.len();
                match is_wrapped {
                    true => write_wrapped(words, is_whole, &text, out),
                    false => text(out),
                }
                octets += (out.len() - start) as u64;
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
        Ok((place, octets))
    }

    /// Sends a chunk of our own making that ends a message, `behind` octets after its start. Nobody waits for the response: it is
    /// about a message, or the end of one that was given up.
    pub fn send_courtesy(
        &mut self,
        key: Key<MsrpSession>,
        message_id: &MessageId,
        behind: u64,
        body: impl FnOnce(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let Some(own_path) = self.sessions.own_path(key, desk.me()) else { return };
        let Some(session) = self.sessions.table.find(key) else { return };
        let Some(link) = session.link else { return };
        let id = TransactionId::new(key.slot, desk.entropy.u64());
        let request = SendRequest {
            transaction_id: id.as_bytes(),
            to_path: session.peer_path.as_bytes(),
            from_path: own_path.as_bytes(),
            message_id: message_id.as_bytes(),
            byte_range: (behind > 0).then_some(ByteRange { start: behind + 1, end: None, total: None }),
            success_report: false,
            failure_report: FailureReport::No,
            content_type: Some(if session.wraps { msrp::content::CPIM.as_bytes() } else { PLAIN_UTF8 }),
            continuation: Continuation::Last,
        };
        let loan = out.transmit(Departure::Stream { link }, TEXT_OCTETS_MAX, |out| {
            if request.write(out, body).is_err() {
                out.spoil();
            }
        });
        if loan.is_err() {
            desk.count(Count::NoLoan);
        }
    }

    /// Says nothing on the connection of a session (RFC 4975 7.1: a SEND without a body): one that is dead is then found to be.
    pub(super) fn probe(&mut self, key: Key<MsrpSession>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(own_path) = self.sessions.own_path(key, desk.me()) else { return };
        let message_id = message_id(desk);
        let Some((session, link)) =
            self.sessions.table.find(key).and_then(|session| Some((session, session.link?)))
        else {
            return;
        };
        let id = TransactionId::new(key.slot, desk.entropy.u64());
        let request = SendRequest {
            transaction_id: id.as_bytes(),
            to_path: session.peer_path.as_bytes(),
            from_path: own_path.as_bytes(),
            message_id: message_id.as_bytes(),
            byte_range: None,
            success_report: false,
            failure_report: FailureReport::No,
            content_type: None,
            continuation: Continuation::Last,
        };
        let loan = out.transmit(Departure::Stream { link }, RESPONSE_OCTETS_MAX, |out| {
            if request.write(out, |_| {}).is_err() {
                out.spoil();
            }
        });
        if loan.is_err() {
            desk.count(Count::NoLoan);
        }
    }

    /// Tells the chat user what became of a message that asked for it (RFC 5438). A client that takes no CPIM cannot have asked.
    pub fn notify(
        &mut self,
        key: Key<MsrpSession>,
        document: &NotificationDocument<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        if !self.sessions.table.find(key).is_some_and(|session| session.wraps) {
            return;
        }
        let message_id = message_id(desk);
        let headers = CpimHeaders {
            date_time: Some(desk.moment.wall.utc()),
            imdn_message_id: Some(message_id.as_bytes()),
            ..CpimHeaders::default()
        };
        let body = |out: &mut Writer<'_>| {
            // The writer remembers an overflow.
            let _ = msrp::imdn::write_notification(out, &headers, document);
        };
        self.send_courtesy(key, &message_id, 0, body, desk, out);
    }

    /// Answers a SEND of the chat user, now that the SMS side has spoken.
    pub fn answer(
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
        self.pay(key, |out| owed.write_response(status, out), desk, out);
    }

    /// Reports what became of a message of the chat user, if its sender wanted to know.
    pub fn report(
        &mut self,
        key: Key<MsrpSession>,
        owed: &Owed,
        status: Status,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let id = TransactionId::new(key.slot, desk.entropy.u64());
        self.pay(key, |out| owed.write_report(status, id.as_bytes(), out), desk, out);
    }

    fn pay(
        &self,
        key: Key<MsrpSession>,
        fill: impl FnOnce(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        // Without its connection there is nobody to hear it: the sender counts the message as failed.
        let Some(link) = self.sessions.link_of(key) else { return };
        match out.transmit(Departure::Stream { link }, RESPONSE_OCTETS_MAX, fill) {
            // Nothing written: the sender did not want to hear it.
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
        // TS 23.204 6.14 step 9
        let id = TransactionId::parse(transaction_id)?;
        let place = self.outgoing.key_at(id.slot())?;
        if self.outgoing.find(place)?.id != id {
            return None;
        }
        Some(self.outgoing.remove(place)?.sm)
    }
}

/// A name for a new message.
pub fn message_id(desk: &mut Desk) -> MessageId {
    let random = desk.entropy.u64();
    // Eighteen octets always fit; the empty name keeps a panic out of reach of a slip here.
    MessageId::write(|out| {
        out.text("sm");
        out.hex(&random.to_be_bytes());
    })
    .unwrap_or(MessageId::EMPTY)
}

fn write_wrapped(words: &Words<'_>, is_whole: bool, text: impl Fn(&mut Writer<'_>), out: &mut Writer<'_>) {
    let sender = Kept::<32>::write(|out| {
        out.text("<tel:+");
        out.digits(words.from);
        out.u8(b'>');
    });
    let headers = CpimHeaders {
        from: sender.as_ref().map_or(msrp::cpim::ANONYMOUS, Kept::as_bytes),
        date_time: Some(words.said),
        imdn_message_id: Some(words.message_id.as_bytes()),
        is_whole,
        ..CpimHeaders::default()
    };
    // The writer remembers an overflow.
    let _ = msrp::write_cpim(out, &headers, PLAIN_UTF8, text);
}

const PLAIN_UTF8: &[u8] = b"text/plain;charset=UTF-8";
/// Two paths, headers, and the text of one short message in UTF-8.
const TEXT_OCTETS_MAX: usize = 4096;

//! Frames from chat users.

use msrp::{ChunkView, Joined, Kind, Method, Reassembly, Status};

use super::sessions::reassembly_key;
use super::{MsrpRoom, MsrpSession};
use crate::desk::Desk;
use crate::driver::{Departure, LinkId, Outward};
use crate::interwork_room::{Chat, InboundSm};
use crate::table::Key;
use crate::tally::Count;

/// What a frame means, in the order in which it must be told.
#[derive(Default)]
pub struct Received<'a> {
    /// The user of this chat is connected from now on.
    pub connected: Option<Key<Chat>>,
    /// What was said or answered.
    pub event: Option<MsrpEvent<'a>>,
}

/// What was said or answered.
#[allow(clippy::large_enum_variant, reason = "it lives on the stack for one visit and is never stored")]
pub enum MsrpEvent<'a> {
    /// The chat user has said something, whole. It is not answered yet.
    Message {
        /// The chat.
        chat: Key<Chat>,
        /// Its session.
        session: Key<MsrpSession>,
        /// The chunk that made the message whole.
        chunk: ChunkView<'a>,
        /// The whole message.
        body: Body<'a>,
    },
    /// The chat user's side has answered a text of the SMS user.
    Answered {
        /// The short message.
        sm: Key<InboundSm>,
        /// The answer.
        status: Status,
    },
}

/// A whole message. It is somebody's words, so it does not print.
pub enum Body<'a> {
    /// In the receive buffer: it came in one chunk.
    InPlace(&'a [u8]),
    /// Joined from chunks.
    Joined(msrp::reassembly::Slot),
}

/// The frame could not be read, so the next one cannot be found: the connection must go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreadable;

impl MsrpRoom {
    /// Takes one frame. What the protocol itself must answer is answered here.
    pub fn receive<'a>(
        &mut self,
        link: LinkId,
        frame: &'a [u8],
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Received<'a>, Unreadable> {
        let Ok(chunk) = ChunkView::parse(frame) else {
            desk.count(Count::MsrpMalformed);
            // What can be read of it still gets its 400; then nobody knows where the next frame begins.
            self.say(link, desk, out, |out| {
                let _ = msrp::write_refusal(out, frame, Status::BAD_REQUEST);
            });
            return Err(Unreadable);
        };
        let mut received = Received::default();
        match chunk.kind() {
            Kind::Response(status) => {
                received.event =
                    self.answered(chunk.transaction_id()).map(|sm| MsrpEvent::Answered { sm, status });
            }
            // What became of a text of the SMS user was said by the response already.
            Kind::Request(Method::Report) => {}
            Kind::Request(Method::Other) => self.respond(link, &chunk, Status::UNKNOWN_METHOD, desk, out),
            Kind::Request(Method::Send) => match self.bind(&chunk, link, desk) {
                Ok((session, connected)) => {
                    received.connected = connected;
                    received.event = self.sent(link, session, chunk, desk, out);
                }
                Err(status) => {
                    self.respond(link, &chunk, status, desk, out);
                    // A client that has lost its connection knows it before we do: whether ours lives shows when it is used.
                    if status == Status::BOUND_ELSEWHERE
                        && let Some(session) = self.sessions.named(&chunk.to_path(), desk)
                    {
                        self.probe(session, desk, out);
                    }
                }
            },
        }
        Ok(received)
    }

    fn sent<'a>(
        &mut self,
        link: LinkId,
        session: Key<MsrpSession>,
        chunk: ChunkView<'a>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<MsrpEvent<'a>> {
        let chat = self.sessions.table.find(session)?.chat;
        let body = chunk.body().unwrap_or_default();
        let message = |body| Some(MsrpEvent::Message { chat, session, chunk, body });
        // interworking 2.8 item 6
        let status = if body.is_empty() && chunk.is_whole() {
            // RFC 4975 5.4: an empty SEND binds the connection, or keeps it alive. An empty last chunk ends a message.
            Status::OK
        } else if chunk.is_whole() && body.len() <= self.message_octets_max {
            return message(Body::InPlace(body));
        } else if chunk.is_whole() {
            Status::STOP_SENDING
        } else {
            // interworking 2.8 item 1
            match self.reassembly.accept(reassembly_key(session), &chunk) {
                Joined::Whole(slot) => return message(Body::Joined(slot)),
                // The last chunk answers for the whole message: this one is only put aside.
                Joined::Partial | Joined::Abandoned => Status::OK,
                Joined::Refused(status) => status,
            }
        };
        self.respond(link, &chunk, status, desk, out);
        None
    }

    /// The session that a SEND names, bound to the connection that it came on; and its chat, when that is news.
    fn bind(
        &mut self,
        chunk: &ChunkView<'_>,
        link: LinkId,
        desk: &Desk,
    ) -> Result<(Key<MsrpSession>, Option<Key<Chat>>), Status> {
        let key = self.sessions.named(&chunk.to_path(), desk).ok_or(Status::NO_SUCH_SESSION)?;
        let session = self.sessions.table.find(key).ok_or(Status::NO_SUCH_SESSION)?;
        let (chat, bound) = (session.chat, session.link);
        match bound {
            Some(bound) if bound == link => Ok((key, None)),
            Some(_) => Err(Status::BOUND_ELSEWHERE),
            None if self.sessions.link_up(key, link) => Ok((key, Some(chat))),
            None => Err(Status::NO_SUCH_SESSION),
        }
    }

    /// Lends the memory of joined messages, so that a message can be read while the room works; give it back.
    pub fn lift_joined(&mut self) -> Reassembly {
        core::mem::replace(&mut self.reassembly, Reassembly::new(0, 0))
    }

    /// Gives the memory back, and frees the message that was read.
    pub fn put_back_joined(&mut self, mut reassembly: Reassembly, slot: msrp::reassembly::Slot) {
        reassembly.release(slot);
        self.reassembly = reassembly;
    }

    /// Answers a request at once, if an answer is due.
    pub fn respond(
        &mut self,
        link: LinkId,
        chunk: &ChunkView<'_>,
        status: Status,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        if status != Status::OK {
            desk.count(Count::ChatRefused);
        }
        if msrp::response_is_due(chunk, status) {
            self.say(link, desk, out, |out| {
                let _ = msrp::write_response(out, chunk, status, None);
            });
        }
    }

    fn say(
        &self,
        link: LinkId,
        desk: &mut Desk,
        out: &mut impl Outward,
        fill: impl FnOnce(&mut octets::Writer<'_>),
    ) {
        if out.transmit(Departure::Stream { link }, RESPONSE_OCTETS_MAX, fill).is_err() {
            desk.count(Count::NoLoan);
        }
    }
}

/// A response: two paths and a little.
pub(super) const RESPONSE_OCTETS_MAX: usize = 4096;

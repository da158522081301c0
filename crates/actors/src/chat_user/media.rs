//! The MSRP side of one chat: the connecting end.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use msrp::{
    ChunkView, ContentKind, Continuation, Cpim, CpimHeaders, Disposition, FailureReport, Frame, Kind, Method,
    Offer, SendRequest, Status, response_is_due, write_cpim, write_response,
};
use octets::Writer;

use super::script::Enclosure;
use super::turn::{Turn, host};
use crate::message_text::written;
use crate::{LinkName, shown};

pub(super) struct Media {
    path: String,
    remote_path: Vec<u8>,
    state: State,
    inbox: Vec<u8>,
    /// Messages of which the last chunk is missing, by Message-ID.
    /// What was sent last, and under which Message-ID.
    last: Option<(Enclosure, String)>,
    unfinished: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Which text of the record a transaction carries; `None` for the one that binds the connection.
    unanswered: BTreeMap<Vec<u8>, Option<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unopened,
    Connecting,
    Open(LinkName),
    Closed,
}

/// What the chat hears of its session.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum News {
    /// A text.
    Text(String),
    /// The text number `sent` was answered.
    Answered { sent: usize, status: u16 },
}

impl Media {
    pub(super) fn new(turn: &mut Turn<'_>) -> Self {
        let path = format!("msrp://{}:{PORT}/{}{};tcp", host(turn.setup.address), turn.word(), turn.word());
        Media {
            path,
            remote_path: Vec::new(),
            state: State::Unopened,
            inbox: Vec::new(),
            last: None,
            unfinished: BTreeMap::new(),
            unanswered: BTreeMap::new(),
        }
    }

    /// Our MSRP URI.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Connects to where the answer says; `None` when it says nothing of use.
    pub(super) fn connect(&mut self, answer: &[u8], tag: u64, turn: &mut Turn<'_>) -> Option<()> {
        let answer = Offer::parse(answer).ok()?;
        let (host, port) = answer.endpoint()?;
        let address: IpAddr = core::str::from_utf8(host).ok()?.parse().ok()?;
        self.remote_path = answer.path.to_vec();
        self.state = State::Connecting;
        turn.out.connect(tag, SocketAddr::new(address, port));
        Some(())
    }

    /// The connection is there. RFC 4975 5.4: a SEND goes out at once, so that the other side knows whose it is.
    pub(super) fn opened(&mut self, link: LinkName, turn: &mut Turn<'_>) {
        // It came too late: the chat is over.
        if self.state != State::Connecting {
            return turn.out.close(link);
        }
        self.state = State::Open(link);
        let message_id = turn.word();
        self.send(link, None, (&message_id, None), turn);
    }

    /// The connection is gone, or will not come.
    pub(super) fn closed(&mut self) {
        self.state = State::Closed;
    }

    pub(super) fn close(&mut self, turn: &mut Turn<'_>) {
        if let State::Open(link) = self.state {
            turn.out.close(link);
        }
        self.state = State::Closed;
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Sends something, the number `sent` of the record.
    pub(super) fn send_enclosure(&mut self, enclosure: &Enclosure, sent: usize, turn: &mut Turn<'_>) {
        if let State::Open(link) = self.state {
            let message_id = turn.word();
            self.last = Some((enclosure.clone(), message_id.clone()));
            self.send(link, Some(enclosure), (&message_id, Some(sent)), turn);
        }
    }

    /// Sends once more what was sent last, the number `sent` of the record.
    pub(super) fn send_again(&mut self, sent: usize, turn: &mut Turn<'_>) {
        if let (State::Open(link), Some((enclosure, message_id))) = (self.state, self.last.clone()) {
            self.send(link, Some(&enclosure), (&message_id, Some(sent)), turn);
        }
    }

    fn send(
        &mut self,
        link: LinkName,
        enclosure: Option<&Enclosure>,
        (message_id, sent): (&str, Option<usize>),
        turn: &mut Turn<'_>,
    ) {
        let (transaction_id, own_id) = (turn.word(), turn.word());
        let told_as = enclosure.and_then(|enclosure| enclosure.told_as.as_deref());
        let request = SendRequest {
            transaction_id: transaction_id.as_bytes(),
            to_path: &self.remote_path,
            from_path: self.path.as_bytes(),
            message_id: message_id.as_bytes(),
            byte_range: None,
            success_report: told_as.is_some(),
            failure_report: FailureReport::Yes,
            content_type: enclosure.map(|enclosure| match enclosure.is_wrapped {
                true => msrp::content::CPIM.as_bytes(),
                false => enclosure.content_type.as_bytes(),
            }),
            continuation: Continuation::Last,
        };
        let headers = CpimHeaders {
            date_time: Some(turn.wall.utc()),
            imdn_message_id: Some(told_as.unwrap_or(&own_id).as_bytes()),
            disposition: if told_as.is_some() { DELIVERY } else { Disposition::NONE },
            ..CpimHeaders::default()
        };
        let bytes = written(|out| {
            // A text that holds its own end-line would have guessed 64 random bits; what does not fit `written` finds.
            let _ = request.write(out, |out| {
                let Some(enclosure) = enclosure else { return };
                if enclosure.is_wrapped {
                    let content_type = enclosure.content_type.as_bytes();
                    let _ = write_cpim(out, &headers, content_type, |out| out.put(&enclosure.body));
                } else {
                    out.put(&enclosure.body);
                }
            });
        });
        let text = enclosure.map(|enclosure| String::from_utf8_lossy(&enclosure.body));
        let what = text.map_or("MSRP SEND".into(), |text| format!("MSRP SEND {}", shown(&text)));
        turn.sight_msrp(true, what);
        self.unanswered.insert(transaction_id.into_bytes(), sent);
        turn.out.bytes(link, bytes);
    }

    /// Octets came.
    pub(super) fn receive(&mut self, bytes: &[u8], turn: &mut Turn<'_>) -> Vec<News> {
        self.inbox.extend_from_slice(bytes);
        let mut news = Vec::new();
        while let State::Open(link) = self.state {
            match msrp::frame(&self.inbox, OCTETS_MAX) {
                Frame::Incomplete => break,
                Frame::Malformed(_) => self.close(turn),
                Frame::Complete { length } => {
                    let message: Vec<u8> = self.inbox.drain(..length).collect();
                    match ChunkView::parse(&message) {
                        Ok(chunk) => news.extend(self.take(&chunk, link, turn)),
                        Err(_) => self.close(turn),
                    }
                }
            }
        }
        news
    }

    fn take(&mut self, chunk: &ChunkView<'_>, link: LinkName, turn: &mut Turn<'_>) -> Option<News> {
        match chunk.kind() {
            Kind::Response(status) => {
                turn.sight_msrp(false, format!("MSRP {}", status.0));
                let sent = self.unanswered.remove(chunk.transaction_id())??;
                Some(News::Answered { sent, status: status.0 })
            }
            Kind::Request(Method::Send) => {
                let text = self.join(chunk);
                let what =
                    text.as_ref().map_or("MSRP SEND".into(), |text| format!("MSRP SEND {}", shown(text)));
                turn.sight_msrp(false, what);
                answer(chunk, Status::OK, link, turn);
                text.map(News::Text)
            }
            Kind::Request(Method::Report) => {
                turn.sight_msrp(false, "MSRP REPORT".into());
                None
            }
            Kind::Request(Method::Other) => {
                answer(chunk, Status::UNKNOWN_METHOD, link, turn);
                None
            }
        }
    }

    /// Takes a chunk; gives the text once its message is whole.
    fn join(&mut self, chunk: &ChunkView<'_>) -> Option<String> {
        let message_id = chunk.message_id()?.to_vec();
        let message = self.unfinished.entry(message_id.clone()).or_default();
        // One connection keeps the order of the chunks.
        message.extend_from_slice(chunk.body().unwrap_or_default());
        match chunk.continuation() {
            Continuation::More => None,
            Continuation::Abandoned => {
                self.unfinished.remove(&message_id);
                None
            }
            Continuation::Last => {
                let message = self.unfinished.remove(&message_id)?;
                text_in(chunk.content_type()?, &message)
            }
        }
    }
}

/// The text of a message; `None` when it is none, such as a notification.
fn text_in(content_type: &[u8], message: &[u8]) -> Option<String> {
    let body = match ContentKind::of(content_type) {
        ContentKind::Text { .. } => message,
        ContentKind::Cpim => {
            let cpim = Cpim::parse(message).ok()?;
            matches!(cpim.content_kind(), ContentKind::Text { .. }).then_some(cpim.body)?
        }
        _ => return None,
    };
    Some(String::from_utf8_lossy(body).into_owned())
}

fn answer(chunk: &ChunkView<'_>, status: Status, link: LinkName, turn: &mut Turn<'_>) {
    if !response_is_due(chunk, status) {
        return;
    }
    let response = written(|out: &mut Writer<'_>| {
        let _ = write_response(out, chunk, status, None);
    });
    turn.sight_msrp(true, format!("MSRP {}", status.0));
    turn.out.bytes(link, response);
}

/// Whoever wants to know wants to know either way.
const DELIVERY: Disposition = Disposition::POSITIVE_DELIVERY.with(Disposition::NEGATIVE_DELIVERY);
/// Nobody connects to it, but an MSRP URI has a port (RFC 4975 6).
const PORT: u16 = 2855;
/// Longer than anything that we announce.
const OCTETS_MAX: usize = 200_000;

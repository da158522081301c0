//! The MSRP side of one chat user: the end that connects, and connects again.
//!
//! A connection that is lost is opened anew, and what was sent on the old one without an answer is sent again under the same
//! Message-ID; whoever receives it twice knows it by that name. What comes in twice under one name is one message here, too.
//!
//! In: what the stage says of the connection. Out: requests to it; texts that were heard, and what became of those said.

use core::net::{IpAddr, SocketAddr};
use std::collections::{HashMap, HashSet};

use actors::{LinkName, Out};
use msrp::{
    ChunkView, ContentKind, Continuation, Cpim, CpimHeaders, FailureReport, Frame, Kind, Method, Offer,
    SendRequest, Status, response_is_due, write_cpim, write_response,
};
use octets::Writer;
use tempo::{Duration, Entropy, Instant};

/// The session of one chat.
pub struct Media {
    path: String,
    remote_path: Vec<u8>,
    remote: Option<SocketAddr>,
    state: State,
    inbox: Vec<u8>,
    unanswered: Vec<Unanswered>,
    /// Messages that were heard to the end.
    heard: HashSet<Vec<u8>>,
    /// Those of which the end is missing.
    unfinished: HashMap<Vec<u8>, Vec<u8>>,
    is_parting: bool,
    /// When something was last said or heard.
    last_sign: Instant,
    /// What this session has met.
    pub met: Met,
}

/// What a session has met.
#[derive(Clone, Copy, Debug, Default)]
pub struct Met {
    /// Connections that were lost before the end of the chat.
    pub lost: u64,
    /// Messages that were sent again under the same Message-ID.
    pub repeated: u64,
    /// Messages that came again under the same Message-ID.
    pub heard_again: u64,
    /// Refusals because the gateway holds the lost connection for a living one.
    pub bound_elsewhere: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unopened,
    Connecting,
    Open(LinkName),
    /// Lost; to be opened again at this moment.
    Lost(Instant),
    Over,
}

/// A SEND of ours without an answer.
struct Unanswered {
    transaction_id: String,
    message_id: String,
    /// Its text, and which of the chat it is; `None` for one that only binds the connection.
    text: Option<(u8, String)>,
}

/// What the chat hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A text of the SMS user, or a part of one.
    Text(String),
    /// What the gateway said to this text of ours.
    Answered(u8, u16),
}

impl Media {
    /// Of a chat user at this address; nothing is open yet.
    pub fn new(host: &str, port: u16, chance: &mut Entropy) -> Media {
        Media {
            path: format!("msrp://{host}:{port}/{};tcp", word(chance)),
            remote_path: Vec::new(),
            remote: None,
            state: State::Unopened,
            inbox: Vec::new(),
            unanswered: Vec::new(),
            heard: HashSet::new(),
            unfinished: HashMap::new(),
            is_parting: false,
            last_sign: Instant::ZERO,
            met: Met::default(),
        }
    }

    /// Our MSRP URI.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Connects to where the answer says, if `allows` it.
    pub fn begin(&mut self, answer: &[u8], tag: u64, allows: impl Fn(SocketAddr) -> bool, out: &mut Out) {
        let Ok(answer) = Offer::parse(answer) else { return };
        let endpoint = answer.endpoint().and_then(|(host, port)| {
            let address: IpAddr = core::str::from_utf8(host).ok()?.parse().ok()?;
            Some(SocketAddr::new(address, port)).filter(|address| allows(*address))
        });
        self.remote = endpoint;
        self.remote_path = answer.path.to_vec();
        self.connect(tag, out);
    }

    fn connect(&mut self, tag: u64, out: &mut Out) {
        if let Some(remote) = self.remote {
            self.state = State::Connecting;
            out.connect(tag, remote);
        }
    }

    /// The connection is there. RFC 4975 5.4: the first SEND says whose it is; then comes what is still unanswered.
    pub fn opened(&mut self, link: LinkName, now: Instant, chance: &mut Entropy, out: &mut Out) {
        if self.state != State::Connecting {
            return out.close(link);
        }
        self.state = State::Open(link);
        self.last_sign = now;
        let again = core::mem::take(&mut self.unanswered);
        self.send(link, word(chance), None, chance, out);
        for Unanswered { transaction_id, message_id, text } in again {
            if text.is_some() {
                self.met.repeated += u64::from(!transaction_id.is_empty());
                self.send(link, message_id, text, chance, out);
            }
        }
    }

    /// The connection did not come, or is gone.
    pub fn lost(&mut self, link: Option<LinkName>, now: Instant) {
        let is_news = match self.state {
            State::Open(open) => link == Some(open),
            State::Connecting => link.is_none(),
            _ => false,
        };
        if is_news && self.is_parting {
            self.state = State::Over;
        } else if is_news {
            self.met.lost += u64::from(link.is_some());
            self.state = State::Lost(now + RECONNECT_AFTER);
            self.inbox.clear();
        }
    }

    /// He is about to leave: a connection that ends from now on is not lost.
    pub fn part(&mut self) {
        if let State::Lost(_) = self.state {
            self.state = State::Over;
        }
        self.is_parting = true;
    }

    /// The chat is over. What has come of a message without its end is nothing: clients show whole messages.
    pub fn end(&mut self, out: &mut Out) {
        if let State::Open(link) = self.state {
            out.close(link);
        }
        self.state = State::Over;
    }

    /// Connects again, or shows that it is alive, when it is time for that.
    pub fn advance(&mut self, tag: u64, now: Instant, chance: &mut Entropy, out: &mut Out) {
        match self.state {
            State::Lost(at) if at <= now => self.connect(tag, out),
            State::Open(link) if self.last_sign + KEEP_ALIVE <= now => {
                self.last_sign = now;
                self.send(link, word(chance), None, chance, out);
            }
            _ => {}
        }
    }

    /// When it wants to be woken.
    pub fn next_deadline(&self) -> Option<Instant> {
        match self.state {
            State::Lost(at) => Some(at),
            State::Open(_) => Some(self.last_sign + KEEP_ALIVE),
            _ => None,
        }
    }

    /// Says a text; without a connection it waits for one.
    pub fn say(&mut self, number: u8, text: String, now: Instant, chance: &mut Entropy, out: &mut Out) {
        let (message_id, text) = (word(chance), Some((number, text)));
        match self.state {
            State::Open(link) => {
                self.last_sign = now;
                self.send(link, message_id, text, chance, out);
            }
            _ => self.unanswered.push(Unanswered { transaction_id: String::new(), message_id, text }),
        }
    }

    /// Texts without an answer.
    pub fn unanswered(&self) -> usize {
        self.unanswered.iter().filter(|sent| sent.text.is_some()).count()
    }

    fn send(
        &mut self,
        link: LinkName,
        message_id: String,
        text: Option<(u8, String)>,
        chance: &mut Entropy,
        out: &mut Out,
    ) {
        let transaction_id = word(chance);
        let request = SendRequest {
            transaction_id: transaction_id.as_bytes(),
            to_path: &self.remote_path,
            from_path: self.path.as_bytes(),
            message_id: message_id.as_bytes(),
            byte_range: None,
            success_report: false,
            failure_report: FailureReport::Yes,
            content_type: text.as_ref().map(|_| msrp::content::CPIM.as_bytes()),
            continuation: Continuation::Last,
        };
        let headers = CpimHeaders { imdn_message_id: Some(message_id.as_bytes()), ..CpimHeaders::default() };
        let bytes = written(|out| {
            // A text that holds its own end-line would have guessed 64 random bits.
            let _ = request.write(out, |out| {
                let text = text.as_ref().map_or("", |(_, text)| text.as_str());
                let _ = write_cpim(out, &headers, b"text/plain;charset=UTF-8", |out| out.text(text));
            });
        });
        self.unanswered.push(Unanswered { transaction_id, message_id, text });
        out.bytes(link, bytes);
    }

    /// Octets came.
    pub fn receive(&mut self, bytes: &[u8], now: Instant, out: &mut Out) -> Vec<News> {
        self.last_sign = now;
        self.inbox.extend_from_slice(bytes);
        let inbox = core::mem::take(&mut self.inbox);
        let mut at = 0;
        let mut news = Vec::new();
        while let State::Open(link) = self.state {
            match msrp::frame(&inbox[at..], OCTETS_MAX) {
                Frame::Incomplete => break,
                Frame::Malformed(_) => self.hang_up(link, now, out),
                Frame::Complete { length } => {
                    match ChunkView::parse(&inbox[at..at + length]) {
                        Ok(chunk) => news.extend(self.take(&chunk, link, now, out)),
                        Err(_) => self.hang_up(link, now, out),
                    }
                    at += length;
                }
            }
        }
        self.inbox = inbox[at..].to_vec();
        news
    }

    /// Closes what cannot be used any more; the next one is opened soon.
    fn hang_up(&mut self, link: LinkName, now: Instant, out: &mut Out) {
        out.close(link);
        self.state = State::Lost(now + RECONNECT_AFTER);
    }

    fn take(&mut self, chunk: &ChunkView<'_>, link: LinkName, now: Instant, out: &mut Out) -> Option<News> {
        match chunk.kind() {
            Kind::Response(status) => {
                let is_it = |sent: &Unanswered| sent.transaction_id.as_bytes() == chunk.transaction_id();
                let place = self.unanswered.iter().position(is_it)?;
                if status == Status::BOUND_ELSEWHERE {
                    // The gateway does not know yet that the other connection is gone: later.
                    self.met.bound_elsewhere += 1;
                    self.hang_up(link, now, out);
                    return None;
                }
                let (number, _) = self.unanswered.remove(place).text?;
                Some(News::Answered(number, status.0))
            }
            Kind::Request(Method::Send) => {
                let text = self.join(chunk);
                respond(chunk, Status::OK, link, out);
                text.map(News::Text)
            }
            Kind::Request(Method::Report) => None,
            Kind::Request(Method::Other) => {
                respond(chunk, Status::UNKNOWN_METHOD, link, out);
                None
            }
        }
    }

    /// Takes a chunk; gives the text once its message is whole, and not again when it comes again.
    fn join(&mut self, chunk: &ChunkView<'_>) -> Option<String> {
        let message_id = chunk.message_id()?.to_vec();
        if self.heard.contains(&message_id) {
            self.met.heard_again += 1;
            return None;
        }
        let message = self.unfinished.entry(message_id.clone()).or_default();
        // What came of it before may come again, on another connection.
        let behind = chunk.byte_range().map_or(0, |range| range.start.saturating_sub(1));
        message.truncate(usize::try_from(behind).unwrap_or(usize::MAX));
        message.extend_from_slice(chunk.body().unwrap_or_default());
        if chunk.continuation() == Continuation::More {
            return None;
        }
        let message = self.unfinished.remove(&message_id)?;
        self.heard.insert(message_id);
        text_in(chunk.content_type()?, &message)
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
    Some(String::from_utf8_lossy(body).into_owned()).filter(|text| !text.is_empty())
}

fn respond(chunk: &ChunkView<'_>, status: Status, link: LinkName, out: &mut Out) {
    if response_is_due(chunk, status) {
        out.bytes(
            link,
            written(|out| {
                let _ = write_response(out, chunk, status, None);
            }),
        );
    }
}

fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = [0; 4096];
    let mut out = Writer::new(&mut room);
    fill(&mut out);
    out.finish().map(|length| room[..length].to_vec()).unwrap_or_default()
}

fn word(chance: &mut Entropy) -> String {
    format!("{:016x}", chance.u64())
}

/// A handset needs a moment to see that its connection is gone, and to find another way.
const RECONNECT_AFTER: Duration = Duration::from_millis(300);
/// A client says something at least so often, or it would never learn that its connection is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Longer than anything that we announce.
const OCTETS_MAX: usize = 200_000;

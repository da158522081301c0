//! Chat users of another S-CSCF, who register, write MESSAGEs outside of any chat, and get some; called back into a chat, those
//! come whom the other S-CSCF serves.
//!
//! UE and S-CSCF in one, as the gateway sees only the latter. In: what its plan says, responses, MESSAGEs of the gateway. Out:
//! REGISTER and MESSAGE, each a client transaction; an answer to each MESSAGE, the same for its repetitions.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use actors::{Actor, Event, Out, Participant};
use sip::{
    ClientAction, ClientEvent, Index, MessageView, Method, NonInviteClient, ResponseWriter, StatusCode,
    Timer, Timers, response_target,
};
use tempo::{Duration, Instant};

use crate::paper::BIRTH;
use crate::places::{GATEWAY_SIP, PAGER, REALM, SCSCF};
use crate::plan::{Callee, PagePlan, Reader, SubscriberPlan, chat_user, place_of, sms_user, told_as};
use crate::token::Token;
use crate::trace::number;
use crate::written::written;

/// All of them.
#[derive(Default)]
pub struct Pager {
    requests: Vec<Request>,
    /// What the MESSAGEs of the gateway were answered with, by branch.
    answered: BTreeMap<Vec<u8>, StatusCode>,
    /// What they do when they are called, by their places.
    callees: BTreeMap<u32, Callee>,
    /// INVITEs that ring, by branch.
    ringing: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What they are like, by the number of the page that they began.
    readers: BTreeMap<u32, Reader>,
}

/// A request of theirs.
struct Request {
    begins: Instant,
    bytes: Vec<u8>,
    client: Option<NonInviteClient>,
    alarms: Vec<(Timer, Instant)>,
    is_over: bool,
}

impl std::fmt::Debug for Pager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let over = self.requests.iter().filter(|request| request.is_over).count();
        write!(f, "Pager({} requests, {over} over)", self.requests.len())
    }
}

impl Pager {
    /// Does what these plans say.
    pub fn new(pages: &[PagePlan], subscribers: &[SubscriberPlan]) -> Self {
        let mut pager = Pager::default();
        subscribers.iter().for_each(|subscriber| pager.register(BIRTH, subscriber));
        for page in pages {
            let at = BIRTH + Duration::from_millis(page.at_ms);
            if page.registered_s > 0 {
                pager.ask(at, register(("reg", page.id), page.chat_user, page.registered_s, 1));
            }
            pager.ask(at + Duration::from_secs(1), message(page));
            if page.deregisters {
                pager.ask(at + Duration::from_secs(8), register(("reg", page.id), page.chat_user, 0, 2));
            }
            pager.readers.insert(page.id, page.reader);
        }
        pager
    }

    /// One more who comes, again and again, and perhaps goes.
    pub fn register(&mut self, beginning: Instant, subscriber: &SubscriberPlan) {
        let SubscriberPlan { chat_user, life_s, .. } = *subscriber;
        self.callees.insert(chat_user, subscriber.when_called);
        let served_by = if subscriber.when_called == Callee::Coming { SCSCF } else { PAGER };
        let at = beginning + Duration::from_millis(subscriber.registers_ms);
        let leaves = subscriber.leaves_ms.map(|leaves_ms| beginning + Duration::from_millis(leaves_ms));
        for turn in 0..=subscriber.refreshes {
            let at = at + Duration::from_secs(u64::from(life_s / 2 * turn));
            if leaves.is_none_or(|leaves| at < leaves) {
                self.ask(at, register_at(served_by, ("sub", chat_user), chat_user, life_s, turn + 1));
            }
        }
        if let Some(leaves) = leaves {
            self.ask(
                leaves,
                register_at(served_by, ("sub", chat_user), chat_user, 0, subscriber.refreshes + 2),
            );
        }
    }

    /// Has everything been answered, or given up?
    pub fn is_done(&self) -> bool {
        self.requests.iter().all(|request| request.is_over)
    }

    fn ask(&mut self, begins: Instant, text: String) {
        let bytes = text.into_bytes();
        self.requests.push(Request { begins, bytes, client: None, alarms: Vec::new(), is_over: false });
    }

    fn respond(&mut self, message: &MessageView<'_>, from: SocketAddr, out: &mut Out) {
        if [Method::Invite, Method::Cancel].contains(&message.method()) {
            return self.called(message, from, out);
        }
        let reader = Token::first_in(message.body()).and_then(|token| self.readers.get(&token.chat));
        let status = match reader {
            _ if message.method() != Method::Message => StatusCode::METHOD_NOT_ALLOWED,
            Some(Reader::Silent) => return,
            Some(Reader::Refusing) => StatusCode::BUSY_HERE,
            _ => StatusCode::OK,
        };
        let branch = message.via().branch.unwrap_or_default().to_vec();
        let status = *self.answered.entry(branch).or_insert(status);
        answer(message, from, status, out);
    }

    /// Somebody is called, or no more. Repetitions get the same answer, which is repeated for nothing else.
    fn called(&mut self, message: &MessageView<'_>, from: SocketAddr, out: &mut Out) {
        let branch = message.via().branch.unwrap_or_default().to_vec();
        if message.method() == Method::Cancel {
            answer(message, from, StatusCode::OK, out);
            let ringing = self.ringing.get(&branch);
            if let Some((bytes, index)) = ringing.and_then(|bytes| Some((bytes, Index::parse(bytes).ok()?))) {
                let invite = MessageView::new(bytes, &index);
                answer(&invite, from, StatusCode::REQUEST_TERMINATED, out);
            }
            return;
        }
        let whose = message.to().parsed_uri().and_then(|uri| uri.digits()).and_then(place_of);
        let status = match whose.and_then(|place| self.callees.get(&place)) {
            Some(Callee::Silent) => return,
            Some(Callee::Ringing) => StatusCode::RINGING,
            Some(Callee::Busy) => StatusCode::BUSY_HERE,
            Some(Callee::Unwilling) => StatusCode::DECLINE,
            // He is called through his own S-CSCF.
            Some(Callee::Away | Callee::Coming) | None => StatusCode::TEMPORARILY_UNAVAILABLE,
        };
        if status == StatusCode::RINGING {
            self.ringing.insert(branch, message.as_ref().to_vec());
        }
        answer(message, from, status, out);
    }
}

/// A response without a body.
fn answer(message: &MessageView<'_>, from: SocketAddr, status: StatusCode, out: &mut Out) {
    let bytes = written(|out| {
        let mut response = ResponseWriter::start(out, message, from, status, None, Some(b"pager"), false);
        // What does not fit is not sent.
        let _ = response.finish_without_body();
    });
    out.datagram(response_target(&message.via(), from), bytes);
}

impl Request {
    fn step(&mut self, now: Instant, event: Option<ClientEvent>, out: &mut Out) {
        let (mut sends, mut is_over, alarms) = (false, false, &mut self.alarms);
        let act = |action| match action {
            ClientAction::Transmit => sends = true,
            ClientAction::Arm(timer, at) => {
                alarms.retain(|(other, _)| other.slot() != timer.slot());
                alarms.push((timer, at));
            }
            ClientAction::Disarm(timer) => alarms.retain(|(other, _)| other.slot() != timer.slot()),
            ClientAction::Terminated => is_over = true,
            _ => {}
        };
        match (&mut self.client, event) {
            (None, _) => self.client = Some(NonInviteClient::start(now, Timers::default(), false, act)),
            (Some(client), Some(event)) => client.step(now, event, act),
            (Some(_), None) => {}
        }
        if is_over {
            self.alarms.clear();
        }
        self.is_over |= is_over;
        if sends {
            out.datagram(GATEWAY_SIP, self.bytes.clone());
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match &self.client {
            None => Some(self.begins),
            Some(_) => self.alarms.iter().map(|(_, at)| *at).min(),
        }
    }
}

impl Actor for Pager {
    fn name(&self) -> Participant {
        Participant::Scscf
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        if let Event::Datagram { from, bytes } = event {
            let Ok(index) = Index::parse(bytes) else { return };
            let message = MessageView::new(bytes, &index);
            match message.status() {
                None if message.is_answerable() => self.respond(&message, from, out),
                None => {}
                Some(status) => {
                    let branch = message.via().branch.unwrap_or_default().to_vec();
                    let ours = self.requests.iter_mut().find(|request| {
                        let index = Index::parse(&request.bytes);
                        index.is_ok_and(|index| {
                            MessageView::new(&request.bytes, &index).via().branch == Some(&branch[..])
                        })
                    });
                    if let Some(request) = ours {
                        request.step(now, Some(ClientEvent::Response(status)), out);
                    }
                }
            }
        }
        for request in &mut self.requests {
            if request.client.is_none() {
                if request.begins <= now {
                    request.step(now, None, out);
                }
                continue;
            }
            let due: Vec<_> = request.alarms.iter().copied().filter(|(_, at)| *at <= now).collect();
            for (timer, _) in due {
                request.alarms.retain(|(other, _)| *other != timer);
                request.step(now, Some(ClientEvent::Timer(timer)), out);
            }
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.requests.iter().filter_map(Request::deadline).min()
    }
}

/// A third-party REGISTER (TS 24.229 5.4.1.7), with the number in its service information.
fn register(name: (&str, u32), who: u32, seconds: u32, cseq: u32) -> String {
    register_at(PAGER, name, who, seconds, cseq)
}

/// The same, of somebody whom another S-CSCF serves.
fn register_at(scscf: SocketAddr, (name, id): (&str, u32), who: u32, seconds: u32, cseq: u32) -> String {
    let own = number(chat_user(who));
    let body = format!("<ims-3gpp version=\"1\"><service-info>{own}</service-info></ims-3gpp>");
    let length = body.len();
    format!(
        "REGISTER sip:ipsmgw.{REALM} SIP/2.0\r\nVia: SIP/2.0/UDP {PAGER};branch=z9hG4bK-{name}{id}-{cseq}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:scscf.{REALM}>;tag={name}{id}\r\nTo: <sip:+{own}@{REALM}>\r\n\
         Call-ID: {name}{id}@{REALM}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{scscf}>\r\nExpires: {seconds}\r\n\
         Content-Type: application/3gpp-ims+xml\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// A MESSAGE outside of any chat.
fn message(page: &PagePlan) -> String {
    let (own, to) = (number(chat_user(page.chat_user)), number(sms_user(page.sms_user)));
    let text = page.token().text(page.characters);
    let (content_type, body) = match page.asks {
        false => ("text/plain;charset=UTF-8", text),
        true => ("message/cpim", asking(page, &own, &to, &text)),
    };
    let (id, length) = (page.id, body.len());
    format!(
        "MESSAGE tel:+{to} SIP/2.0\r\nVia: SIP/2.0/UDP {PAGER};branch=z9hG4bK-page{id}\r\nMax-Forwards: 68\r\n\
         P-Asserted-Identity: <sip:+{own}@{REALM}>, <tel:+{own}>\r\nFrom: <sip:+{own}@{REALM}>;tag=p{id}\r\n\
         To: <tel:+{to}>\r\nCall-ID: page{id}@{REALM}\r\nCSeq: 1 MESSAGE\r\nContent-Type: {content_type}\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// The text in CPIM (RFC 5438): he wants to know whether it was delivered.
fn asking(page: &PagePlan, own: &str, to: &str, text: &str) -> String {
    format!(
        "From: <sip:+{own}@{REALM}>\r\nTo: <tel:+{to}>\r\nNS: imdn <urn:ietf:params:imdn>\r\n\
         imdn.Message-ID: {id}\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery\r\n\r\n\
         Content-Type: text/plain;charset=UTF-8\r\n\r\n{text}",
        id = told_as(page.id, 0),
    )
}

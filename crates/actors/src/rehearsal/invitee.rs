//! The SIP and MSRP side of a gateway, as a UE sees it: one chat at a time, honest but simple.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use msrp::{
    ChunkView, Continuation, Cpim, CpimHeaders, FailureReport, Frame, Kind, Method as Msrp, Offer,
    SendRequest, Status,
};
use sip::{
    Dialog, HeaderName, InDialog, Index, MessageView, Method, RAck, ResponseWriter, SentBy, StatusCode,
    Transport, in_dialog_request,
};
use tempo::Instant;

use crate::message_text::written;
use crate::{Actor, Event, LinkName, Out, Participant};

/// How the invitation is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Status(u16),
    /// Only 180, for ever.
    Ring,
    /// Nothing at all.
    Silence,
}

pub(crate) struct FakeInvitee {
    address: SocketAddr,
    answer: Answer,
    /// After how long.
    after: Duration,
    /// The MSRP status of texts.
    pub(crate) msrp_status: Status,
    /// Leaves after so many texts.
    pub(crate) leaves_after: Option<usize>,
    invite: Option<(SocketAddr, Vec<u8>)>,
    due: Option<Instant>,
    is_answered: bool,
    link: Option<LinkName>,
    inbox: Vec<u8>,
    pub(crate) requests: Vec<String>,
    /// What PRACKs have spoken of.
    pub(crate) racks: Vec<RAck>,
    /// Session-Expires of what came.
    pub(crate) expires: Vec<String>,
    pub(crate) texts: Vec<String>,
    pub(crate) bound: bool,
    pub(crate) responses: Vec<u16>,
    /// Did the MSRP connection end only after a BYE?
    pub(crate) hung_up_after_bye: bool,
    sends: u32,
}

const PATH: &str = "msrp://127.0.0.1:5090/session;tcp";
const TAG: &[u8] = b"ourtag";

impl FakeInvitee {
    pub(crate) fn new(address: SocketAddr, answer: Answer, after: Duration) -> Self {
        FakeInvitee {
            address,
            answer,
            after,
            msrp_status: Status::OK,
            leaves_after: None,
            invite: None,
            due: None,
            is_answered: false,
            link: None,
            inbox: Vec::new(),
            requests: Vec::new(),
            racks: Vec::new(),
            expires: Vec::new(),
            texts: Vec::new(),
            bound: false,
            responses: Vec::new(),
            hung_up_after_bye: false,
            sends: 0,
        }
    }

    fn respond(&mut self, view: &MessageView<'_>, from: SocketAddr, code: u16, out: &mut Out) {
        let status = StatusCode::new(code).expect("a status");
        let with_dialog = view.method() == Method::Invite && status.is_success();
        let bytes = written(|out| {
            let mut writer = ResponseWriter::start(out, view, from, status, None, Some(TAG), with_dialog);
            writer.header("Contact", format!("<sip:shard@{}>", self.address));
            if code == 180 && view.lists(HeaderName::Require, b"100rel") {
                writer.header("Require", "100rel").header("RSeq", "17");
            }
            if with_dialog {
                let offer = Offer::parse(view.body()).expect("an offer");
                let answer = msrp::Answer {
                    offer: &offer,
                    address: b"127.0.0.1",
                    port: 5090,
                    path: PATH.as_bytes(),
                    session: 1,
                    version: 1,
                    max_size: 10_000,
                    cema: false,
                    fingerprint: None,
                };
                writer.body("application/sdp", |out| answer.write(out).expect("room")).expect("room");
            } else {
                writer.finish_without_body().expect("room");
            }
        });
        out.datagram(from, bytes);
    }

    fn with_invite(
        &mut self,
        out: &mut Out,
        act: impl FnOnce(&mut Self, &MessageView<'_>, SocketAddr, &mut Out),
    ) {
        let Some((from, invite)) = self.invite.clone() else { return };
        let index = Index::parse(&invite).expect("sound");
        act(self, &MessageView::new(&invite, &index), from, out);
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8], out: &mut Out) {
        let index = Index::parse(bytes).expect("sound");
        let view = MessageView::new(bytes, &index);
        if let Some(status) = view.status() {
            return self.responses.push(status.code());
        }
        view.validate_request().expect("a valid request");
        self.requests.push(String::from_utf8_lossy(view.method_name()).into_owned());
        let expires = view.header(HeaderName::SessionExpires).map(String::from_utf8_lossy);
        self.expires.extend(expires.map(String::from));
        match view.method() {
            // Whatever a refresh asks for, it is not granted here.
            Method::Invite if view.to_tag().is_some() => self.respond(&view, from, 488, out),
            Method::Invite if self.answer == Answer::Silence => {}
            Method::Invite if self.invite.is_some() => self.respond(&view, from, 180, out),
            Method::Invite => {
                self.invite = Some((from, bytes.to_vec()));
                self.respond(&view, from, 100, out);
                self.respond(&view, from, 180, out);
                self.due = Some(now + self.after);
            }
            Method::Cancel => {
                self.respond(&view, from, 200, out);
                (self.due, self.is_answered) = (None, true);
                self.with_invite(out, |this, invite, from, out| this.respond(invite, from, 487, out));
            }
            Method::Bye => self.respond(&view, from, 200, out),
            Method::Prack => {
                self.racks.extend(view.header(HeaderName::RAck).and_then(RAck::parse));
                self.respond(&view, from, 200, out);
            }
            // RFC 3261 13.3.1.4: the 2xx need not be repeated any more.
            Method::Ack => self.due = None,
            _ => self.respond(&view, from, 405, out),
        }
    }

    /// Answers, and repeats the answer until the ACK comes.
    fn answer(&mut self, now: Instant, out: &mut Out) {
        let Answer::Status(code) = self.answer else {
            self.due = None;
            return;
        };
        self.is_answered = true;
        self.due = Some(now + Duration::from_millis(500));
        self.with_invite(out, |this, invite, from, out| this.respond(invite, from, code, out));
    }

    fn leave(&mut self, out: &mut Out) {
        let address = self.address;
        self.with_invite(out, |_, invite, from, out| {
            let request = InDialog {
                method: Method::Bye,
                cseq: 1,
                sent_by: SentBy { transport: Transport::Udp, host: b"127.0.0.1", port: address.port() },
                branch: b"z9hG4bKleave",
            };
            let dialog = Dialog::as_uas(*invite, TAG);
            let bytes = written(|out| {
                in_dialog_request(out, &dialog, &request).finish_without_body().expect("room");
            });
            out.datagram(from, bytes);
        });
    }

    fn stream(&mut self, link: LinkName, bytes: &[u8], out: &mut Out) {
        self.inbox.extend_from_slice(bytes);
        while let Frame::Complete { length } = msrp::frame(&self.inbox, 100_000) {
            let message: Vec<u8> = self.inbox.drain(..length).collect();
            let chunk = ChunkView::parse(&message).expect("sound");
            if chunk.kind() != Kind::Request(Msrp::Send) {
                continue;
            }
            assert_eq!(chunk.to_path().as_bytes(), PATH.as_bytes());
            let Some(body) = chunk.body() else {
                self.bound = true;
                let response =
                    written(|out| msrp::write_response(out, &chunk, Status::OK, None).expect("room"));
                out.bytes(link, response);
                continue;
            };
            let cpim = Cpim::parse(body).expect("CPIM");
            let text = String::from_utf8(cpim.body.to_vec()).expect("text");
            let status = self.msrp_status;
            out.bytes(link, written(|out| msrp::write_response(out, &chunk, status, None).expect("room")));
            let reply = format!("re: {text}");
            self.texts.push(text);
            self.send(link, chunk.from_path().as_bytes(), &reply, out);
            if self.leaves_after == Some(self.texts.len()) {
                self.leave(out);
            }
        }
    }

    /// In two chunks, as a relay may cut it.
    fn send(&mut self, link: LinkName, to: &[u8], text: &str, out: &mut Out) {
        self.sends += 1;
        let whole = written(|out| {
            msrp::write_cpim(out, &CpimHeaders::default(), b"text/plain", |out| out.text(text))
                .expect("room");
        });
        let message_id = format!("message{}", self.sends);
        let (front, back) = whole.split_at(whole.len() / 2);
        let chunks = [(front, 1, Continuation::More), (back, front.len() as u64 + 1, Continuation::Last)];
        for (index, (octets, start, continuation)) in chunks.into_iter().enumerate() {
            let id = format!("transaction{}{index}", self.sends);
            let end = Some(start + octets.len() as u64 - 1);
            let request = SendRequest {
                transaction_id: id.as_bytes(),
                to_path: to,
                from_path: PATH.as_bytes(),
                message_id: message_id.as_bytes(),
                byte_range: Some(msrp::ByteRange { start, end, total: Some(whole.len() as u64) }),
                success_report: false,
                failure_report: FailureReport::Yes,
                content_type: Some(b"message/cpim"),
                continuation,
            };
            out.bytes(link, written(|out| request.write(out, |out| out.put(octets)).expect("room")));
        }
    }
}

impl Actor for FakeInvitee {
    fn name(&self) -> Participant {
        Participant::Gateway
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Datagram { from, bytes } => self.datagram(now, from, bytes, out),
            Event::Opened { link, .. } => self.link = Some(link),
            Event::Bytes { link, bytes } => self.stream(link, bytes, out),
            Event::Closed { .. } => {
                self.hung_up_after_bye = self.requests.iter().any(|request| request == "BYE");
            }
            _ => {}
        }
        if self.due.is_some_and(|due| due <= now) {
            self.answer(now, out);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.due
    }
}

//! The SIP side of one chat: INVITE, CANCEL, ACK, BYE, and what the gateway asks inside the dialog.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use sip::{
    Dialog, HeaderName, InDialog, Index, MessageView, Method, ResponseWriter, StatusCode, in_dialog_request,
    response_target, write_cancel, write_non_2xx_ack,
};
use tempo::Instant;

use super::request::{Heard, Request};
use super::script::{Caller, Reliability};
use super::session::{Session, SessionHabit};
use super::turn::{Turn, host, sent_by};
use crate::message_text::written;
use crate::sip_label::label;

pub(super) struct Call {
    invite: Request,
    cancel: Option<Request>,
    bye: Option<Request>,
    /// The last one, and the number of the response that it acknowledges.
    prack: Option<(Request, u32)>,
    acknowledges: bool,
    habit: Option<SessionHabit>,
    session: Option<Session>,
    /// The first 2xx: the dialog.
    accepted: Option<Vec<u8>>,
    cseq: u32,
    is_over: bool,
}

/// What the chat hears of its call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// A response to the invitation, each status once a response.
    Status(u16),
    /// It was accepted: this is the session description.
    Accepted(Vec<u8>),
    /// Our BYE was answered, or nobody was there to answer it.
    Left,
    /// They left.
    TheyLeft,
    /// The invitation was never answered.
    NoAnswer,
}

impl Call {
    /// Sends the invitation.
    pub(super) fn start(invite: Vec<u8>, caller: &Caller, turn: &mut Turn<'_>) -> Self {
        Call {
            invite: Request::invite(invite, turn),
            cancel: None,
            bye: None,
            prack: None,
            acknowledges: caller.reliability != Reliability::Forgotten,
            habit: caller.session,
            session: None,
            accepted: None,
            cseq: 1,
            is_over: false,
        }
    }

    /// May the invitation be taken back now?
    pub(super) fn may_cancel(&self) -> bool {
        self.cancel.is_none() && self.invite.may_cancel()
    }

    /// The Call-ID of its messages.
    pub(super) fn call_id(&self) -> Vec<u8> {
        of_message(self.invite.bytes(), |invite| invite.call_id().to_vec()).unwrap_or_default()
    }

    /// Takes the invitation back.
    pub(super) fn cancel(&mut self, turn: &mut Turn<'_>) {
        let bytes = of_message(self.invite.bytes(), |invite| {
            written(|out| {
                // What does not fit is found by `written`.
                let _ = write_cancel(out, invite);
            })
        });
        if let Some(bytes) = bytes {
            self.cancel = Some(Request::other("CANCEL", bytes, turn));
        }
    }

    /// Is there a dialog that nobody has left?
    pub(super) fn is_established(&self) -> bool {
        self.accepted.is_some() && !self.is_over
    }

    /// Leaves, and perhaps says why.
    pub(super) fn leave(&mut self, reason: Option<&str>, turn: &mut Turn<'_>) {
        self.cseq += 1;
        let reason: Vec<_> = reason.map(|reason| ("Reason", reason)).into_iter().collect();
        let bytes = self
            .accepted
            .as_deref()
            .and_then(|head| in_dialog(head, (Method::Bye, self.cseq), &reason, &[], turn));
        if let Some(bytes) = bytes {
            self.end();
            self.bye = Some(Request::other("BYE", bytes, turn));
        }
    }

    /// A response for this call.
    pub(super) fn response(&mut self, view: &MessageView<'_>, turn: &mut Turn<'_>) -> Vec<News> {
        let Some(status) = view.status() else { return Vec::new() };
        if let (Some(session), Some(head)) = (&mut self.session, &self.accepted)
            && session.response(head, view, turn)
        {
            return Vec::new();
        }
        let request = match view.method() {
            Method::Invite => Some(&mut self.invite),
            Method::Cancel => self.cancel.as_mut(),
            Method::Bye => self.bye.as_mut(),
            Method::Prack => self.prack.as_mut().map(|(prack, _)| prack),
            _ => None,
        };
        let Some(request) = request.filter(|request| has_branch(request.bytes(), view)) else {
            return Vec::new();
        };
        let heard = request.respond(status, turn);
        let mut news = Vec::new();
        for heard in heard {
            match (view.method(), heard) {
                (Method::Invite, Heard::Status(status)) => self.invited(status, view, &mut news, turn),
                (Method::Invite, Heard::AckIsDue) => {
                    let ack = of_message(self.invite.bytes(), |invite| {
                        written(|out| {
                            let _ = write_non_2xx_ack(out, invite, view);
                        })
                    });
                    if let Some(ack) = ack {
                        turn.say_sip("ACK", ack);
                    }
                }
                (Method::Bye, Heard::Status(status)) if status.is_final() => news.push(News::Left),
                _ => {}
            }
        }
        news
    }

    fn invited(
        &mut self,
        status: StatusCode,
        view: &MessageView<'_>,
        news: &mut Vec<News>,
        turn: &mut Turn<'_>,
    ) {
        if status.is_success() {
            let is_first = self.accepted.is_none();
            if is_first {
                self.accepted = Some(whole(view));
                self.session = self.habit.map(|habit| Session::start(habit, turn.now));
                news.push(News::Status(status.code()));
                news.push(News::Accepted(view.body().to_vec()));
            }
            // RFC 3261 13.2.2.4: each 2xx is acknowledged, for it is repeated until one arrives.
            let ack =
                self.accepted.as_deref().and_then(|head| in_dialog(head, (Method::Ack, 1), &[], &[], turn));
            if let Some(ack) = ack {
                turn.say_sip("ACK", ack);
            }
        } else {
            news.push(News::Status(status.code()));
            if !status.is_final() && self.acknowledges {
                self.acknowledge(view, turn);
            }
        }
    }

    /// RFC 3262 4: a provisional response that must arrive gets a PRACK, and its repetitions none but that.
    fn acknowledge(&mut self, view: &MessageView<'_>, turn: &mut Turn<'_>) {
        let rseq = view.header(HeaderName::RSeq).and_then(octets::decimal);
        let Some(rseq) = rseq.and_then(|rseq| u32::try_from(rseq).ok()) else { return };
        if !view.lists(HeaderName::Require, b"100rel")
            || self.prack.as_ref().is_some_and(|(_, last)| rseq <= *last)
        {
            return;
        }
        self.cseq += 1;
        let rack = format!("{rseq} 1 INVITE");
        if let Some(bytes) =
            in_dialog(&whole(view), (Method::Prack, self.cseq), &[("RAck", &rack)], &[], turn)
        {
            self.prack = Some((Request::other("PRACK", bytes, turn), rseq));
        }
    }

    /// A request inside the dialog; `None` when there is none like that.
    pub(super) fn request(
        &mut self,
        view: &MessageView<'_>,
        from: SocketAddr,
        turn: &mut Turn<'_>,
    ) -> Option<Vec<News>> {
        let accepted = self.accepted.as_deref()?;
        of_message(accepted, |head| Dialog::as_uac(*head).owns(view)).filter(|owns| *owns)?;
        let (status, news) = match view.method() {
            Method::Bye if self.is_over => (StatusCode::OK, Vec::new()),
            Method::Bye => {
                self.end();
                (StatusCode::OK, alloc::vec![News::TheyLeft])
            }
            Method::Update if self.habit.is_some_and(|habit| habit.grants) => {
                let granted = view.header(HeaderName::SessionExpires).map(String::from_utf8_lossy);
                let headers: Vec<_> =
                    granted.iter().map(|granted| ("Session-Expires", &granted[..])).collect();
                respond_with(view, from, StatusCode::OK, &headers, turn);
                return Some(Vec::new());
            }
            Method::Options | Method::Update => (StatusCode::OK, Vec::new()),
            Method::Ack => return Some(Vec::new()),
            Method::Invite => (StatusCode::NOT_ACCEPTABLE_HERE, Vec::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, Vec::new()),
        };
        respond(view, from, status, turn);
        Some(news)
    }

    /// Alarms may have rung.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_>) -> Vec<News> {
        let mut news = Vec::new();
        let unanswered = |heard: Vec<Heard>| heard.contains(&Heard::Nothing);
        if unanswered(self.invite.advance(turn)) {
            news.push(News::NoAnswer);
        }
        if let Some(cancel) = &mut self.cancel {
            // RFC 3261 9.1: whoever does not answer a CANCEL will answer the INVITE, or nothing.
            cancel.advance(turn);
        }
        if let Some((prack, _)) = &mut self.prack {
            // An unanswered one ends by itself: the final response tells what became of it.
            prack.advance(turn);
        }
        self.refresh(turn);
        if self.bye.as_mut().is_some_and(|bye| unanswered(bye.advance(turn))) {
            news.push(News::Left);
        }
        news
    }

    fn refresh(&mut self, turn: &mut Turn<'_>) {
        let (Some(session), Some(head)) = (&mut self.session, &self.accepted) else { return };
        session.advance(turn);
        if session.is_due(turn.now) {
            self.cseq += 1;
            session.refresh(head, self.invite.bytes(), self.cseq, turn);
        }
    }

    fn end(&mut self) {
        self.is_over = true;
        if let Some(session) = &mut self.session {
            session.end();
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let prack = self.prack.as_ref().map(|(prack, _)| prack);
        let requests = [Some(&self.invite), self.cancel.as_ref(), self.bye.as_ref(), prack];
        let session = self.session.as_ref().and_then(Session::next_deadline);
        requests.into_iter().flatten().filter_map(Request::next_deadline).chain(session).min()
    }
}

/// A request inside the dialog that a response has made, with headers of its own, and a session description or none.
pub(super) fn in_dialog(
    head: &[u8],
    (method, cseq): (Method, u32),
    headers: &[(&str, &str)],
    description: &[u8],
    turn: &mut Turn<'_>,
) -> Option<Vec<u8>> {
    let (own_host, branch) = (host(turn.setup.address), turn.branch());
    let sent_by = sent_by(&own_host, turn.setup.address);
    let request = InDialog { method, cseq, sent_by, branch: &branch };
    of_message(head, |head| {
        written(|out| {
            let dialog = Dialog::as_uac(*head);
            let mut request = in_dialog_request(out, &dialog, &request);
            for (name, value) in headers {
                request.header(*name, *value);
            }
            let _ = match description {
                [] => request.finish_without_body(),
                _ => request.body("application/sdp", |out| out.put(description)),
            };
        })
    })
}

/// Answers a request that needs no body.
pub(super) fn respond(view: &MessageView<'_>, from: SocketAddr, status: StatusCode, turn: &mut Turn<'_>) {
    respond_with(view, from, status, &[], turn);
}

fn respond_with(
    view: &MessageView<'_>,
    from: SocketAddr,
    status: StatusCode,
    headers: &[(&str, &str)],
    turn: &mut Turn<'_>,
) {
    let tag = turn.word();
    let bytes = written(|out| {
        let mut writer = ResponseWriter::start(out, view, from, status, None, Some(tag.as_bytes()), false);
        for (name, value) in headers {
            writer.header(*name, *value);
        }
        let _ = writer.finish_without_body();
    });
    let what = of_message(&bytes, label).unwrap_or_default();
    turn.answer_sip(response_target(&view.via(), from), &what, bytes);
}

pub(super) fn of_message<T>(bytes: &[u8], read: impl FnOnce(&MessageView<'_>) -> T) -> Option<T> {
    let index = Index::parse(bytes).ok()?;
    Some(read(&MessageView::new(bytes, &index)))
}

pub(super) fn has_branch(request: &[u8], response: &MessageView<'_>) -> bool {
    of_message(request, |request| request.via().branch == response.via().branch).unwrap_or(false)
}

/// The octets of a message, without what may follow it in its datagram.
fn whole(view: &MessageView<'_>) -> Vec<u8> {
    written(|out| {
        out.put(view.start_line());
        out.put(b"\r\n");
        for (name, value) in view.all_headers() {
            out.put(name);
            out.put(b": ");
            sip::put_value(out, value);
            out.put(b"\r\n");
        }
        out.put(b"\r\n");
        out.put(view.body());
    })
}

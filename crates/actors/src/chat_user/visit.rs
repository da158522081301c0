//! A chat that somebody else begins: the UE rings, accepts, connects, and reads until the other side leaves.
//!
//! Refuses: to say anything itself. In: INVITE, ACK, CANCEL, BYE, MSRP. Out: their answers, each repeated until its ACK comes.

use alloc::format;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use msrp::Offer;
use sip::{MessageView, Method, ResponseWriter, StatusCode, response_target};
use tempo::Instant;

use super::call::{of_message, respond};
use super::media::Media;
use super::turn::{Turn, host};
use crate::LinkName;
use crate::message_text::written;

pub(super) struct Visit {
    invite: Vec<u8>,
    from: SocketAddr,
    tag: Vec<u8>,
    media: Media,
    state: State,
    /// When the answer goes out, or goes out again; what comes after that, and until when.
    due: Option<(Instant, Duration)>,
    until: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ringing,
    Accepted,
    Withdrawn,
    Over,
}

impl Visit {
    /// It rings, for a moment.
    pub(super) fn start(invite: Vec<u8>, from: SocketAddr, turn: &mut Turn<'_>) -> Self {
        let media = Media::new(turn);
        let tag = turn.word().into_bytes();
        let rings = RINGS_AT_LEAST + Duration::from_millis(u64::from(turn.chance.u32() % 3000));
        let due = Some((turn.now + rings, T1));
        let visit = Visit { invite, from, tag, media, state: State::Ringing, due, until: Instant::ZERO };
        visit.answer(turn);
        visit
    }

    /// A request under its Call-ID.
    pub(super) fn request(&mut self, view: &MessageView<'_>, from: SocketAddr, turn: &mut Turn<'_>) {
        match view.method() {
            Method::Invite if view.to_tag().is_none() => self.answer(turn),
            Method::Ack => self.due = None,
            Method::Cancel => {
                respond(view, from, StatusCode::OK, turn);
                if self.state == State::Ringing {
                    self.settle(State::Withdrawn, turn);
                }
            }
            Method::Bye if self.state == State::Ringing || self.state == State::Withdrawn => {
                respond(view, from, StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST, turn);
            }
            Method::Bye => {
                (self.state, self.due) = (State::Over, None);
                respond(view, from, StatusCode::OK, turn);
                self.media.close(turn);
            }
            Method::Update | Method::Options => respond(view, from, StatusCode::OK, turn),
            _ => respond(view, from, StatusCode::METHOD_NOT_ALLOWED, turn),
        }
    }

    /// The alarm may have rung. `tag` is what the connection is asked for with.
    pub(super) fn advance(&mut self, tag: u64, turn: &mut Turn<'_>) {
        let Some((_, pause)) = self.due.filter(|(at, _)| *at <= turn.now) else { return };
        if self.state == State::Ringing {
            self.settle(State::Accepted, turn);
            let offer = of_message(&self.invite, |invite| invite.body().to_vec()).unwrap_or_default();
            // Whoever cannot be reached is left to find that out.
            let _ = self.media.connect(&offer, tag, turn);
            return;
        }
        self.answer(turn);
        // RFC 3261 13.3.1.4
        let at = turn.now + pause;
        self.due = (at < self.until).then(|| (at, (2 * pause).min(T2)));
    }

    pub(super) fn opened(&mut self, link: LinkName, turn: &mut Turn<'_>) {
        self.media.opened(link, turn);
    }

    pub(super) fn closed(&mut self) {
        self.media.closed();
    }

    /// Octets came: whatever is in them is read, and answered.
    pub(super) fn bytes(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        self.media.receive(bytes, turn);
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.due.map(|(at, _)| at)
    }

    fn settle(&mut self, state: State, turn: &mut Turn<'_>) {
        self.state = state;
        self.until = turn.now + 64 * T1;
        self.due = Some((turn.now + T1, 2 * T1));
        self.answer(turn);
    }

    /// How it stands with the invitation.
    fn answer(&self, turn: &mut Turn<'_>) {
        let status = match self.state {
            State::Ringing => StatusCode::RINGING,
            State::Withdrawn => StatusCode::REQUEST_TERMINATED,
            State::Accepted | State::Over => StatusCode::OK,
        };
        let setup = turn.setup;
        let (own_host, port) = (host(setup.address), setup.address.port());
        let written = of_message(&self.invite, |invite| {
            let bytes = written(|out| {
                let (from, tag) = (self.from, Some(&self.tag[..]));
                let with_dialog = status != StatusCode::REQUEST_TERMINATED;
                let mut response = ResponseWriter::start(out, invite, from, status, None, tag, with_dialog);
                response.header("Contact", format!("<sip:ue@{own_host}:{port}>"));
                // What does not fit is found by `written`.
                let _ = match Offer::parse(invite.body()) {
                    Ok(offer) if status.is_success() => {
                        let address = format!("{}", setup.address.ip());
                        let answer = msrp::Answer {
                            offer: &offer,
                            address: address.as_bytes(),
                            port,
                            path: self.media.path().as_bytes(),
                            session: 1,
                            version: 1,
                            max_size: 100_000,
                            cema: false,
                            fingerprint: None,
                        };
                        response.body("application/sdp", |out| {
                            let _ = answer.write(out);
                        })
                    }
                    _ => response.finish_without_body(),
                };
            });
            (response_target(&invite.via(), self.from), bytes)
        });
        if let Some((to, bytes)) = written {
            turn.answer_sip(to, &format!("{}", status.code()), bytes);
        }
    }
}

const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
const RINGS_AT_LEAST: Duration = Duration::from_millis(20);

//! A client that keeps its session alive (RFC 4028): it asks inside the dialog, again and again, until it stops.
//!
//! Refuses: to end a session that nobody refreshes; that is for the other side to do.
//! In: the 2xx that made the dialog, responses, the time. Out: UPDATE or re-INVITE, and the ACK that a re-INVITE wants.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use sip::{HeaderName, MessageView, Method, write_non_2xx_ack};
use tempo::Instant;

use super::call::{has_branch, in_dialog, of_message};
use super::request::{Heard, Request};
use super::turn::Turn;
use crate::message_text::written;

/// What a client does for its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionHabit {
    /// Session-Expires, where it says so: seconds.
    pub interval_s: u32,
    /// Who is to refresh, as the INVITE has it.
    pub at_first: Refreshing,
    /// And as the refreshes have it.
    pub later: Refreshing,
    /// What a refresh is.
    pub by: Refresh,
    /// How long it waits before each refresh.
    pub every: Duration,
    /// After so many it stops.
    pub times: u32,
    /// Does it grant the refreshes of the other side, with Session-Expires in its answers?
    pub grants: bool,
}

/// Who is to refresh, in the words of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshing {
    /// There is no Session-Expires.
    Unsaid,
    /// Whoever answers may choose.
    Open,
    /// The client.
    Own,
    /// The other side.
    Theirs,
}

/// What a refresh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// UPDATE.
    Update,
    /// A re-INVITE with the offer that there was.
    Invite,
    /// A re-INVITE that asks for an offer.
    BareInvite,
    /// A re-INVITE that would put the chat on hold.
    Hold,
}

impl SessionHabit {
    /// Session-Expires of a request.
    pub(super) fn expires(&self, refreshing: Refreshing) -> Option<String> {
        let seconds = self.interval_s;
        match refreshing {
            Refreshing::Unsaid => None,
            Refreshing::Open => Some(format!("{seconds}")),
            Refreshing::Own => Some(format!("{seconds};refresher=uac")),
            Refreshing::Theirs => Some(format!("{seconds};refresher=uas")),
        }
    }
}

/// The session of a dialog.
pub(super) struct Session {
    habit: SessionHabit,
    left: u32,
    next: Option<Instant>,
    asked: Option<Asked>,
}

struct Asked {
    request: Request,
    cseq: u32,
    is_answered: bool,
}

impl Session {
    /// Begins with the dialog.
    pub(super) fn start(habit: SessionHabit, now: Instant) -> Self {
        let next = (habit.times > 0).then(|| now + habit.every);
        Session { habit, left: habit.times, next, asked: None }
    }

    /// The dialog is over: nothing more is asked.
    pub(super) fn end(&mut self) {
        self.next = None;
    }

    /// Does it refresh now? One request at a time (RFC 3261 14.1, RFC 3311 5.1).
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        if self.next.is_none_or(|next| now < next) {
            return false;
        }
        self.left -= 1;
        self.next = (self.left > 0).then(|| now + self.habit.every);
        self.asked.as_ref().is_none_or(|asked| asked.is_answered)
    }

    /// Refreshes. `head` made the dialog, `invite` asked for it.
    pub(super) fn refresh(&mut self, head: &[u8], invite: &[u8], cseq: u32, turn: &mut Turn<'_>) {
        let habit = self.habit;
        let of_invite = |invite: &MessageView<'_>| {
            let contact = invite.header(HeaderName::Contact).unwrap_or_default();
            (String::from_utf8_lossy(contact).into_owned(), invite.body().to_vec())
        };
        let Some((contact, offer)) = of_message(invite, of_invite) else { return };
        let (method, body) = match habit.by {
            Refresh::Update => (Method::Update, Vec::new()),
            Refresh::Invite => (Method::Invite, offer),
            Refresh::BareInvite => (Method::Invite, Vec::new()),
            Refresh::Hold => (Method::Invite, [&offer, ON_HOLD].concat()),
        };
        let expires = habit.expires(habit.later);
        let mut headers = alloc::vec![("Contact", &contact[..]), ("Supported", "timer")];
        headers.extend(expires.as_deref().map(|expires| ("Session-Expires", expires)));
        let Some(bytes) = in_dialog(head, (method, cseq), &headers, &body, turn) else { return };
        let request = match method {
            Method::Update => Request::other("UPDATE", bytes, turn),
            _ => Request::invite(bytes, turn),
        };
        self.asked = Some(Asked { request, cseq, is_answered: false });
    }

    /// A response; `false` when it answers nothing of this.
    pub(super) fn response(&mut self, head: &[u8], view: &MessageView<'_>, turn: &mut Turn<'_>) -> bool {
        let asked = self.asked.as_mut().filter(|asked| has_branch(asked.request.bytes(), view));
        let Some((asked, status)) = asked.zip(view.status()) else { return false };
        for heard in asked.request.respond(status, turn) {
            asked.is_answered |= status.is_final();
            let ack = match heard {
                Heard::Status(status) if status.is_success() && view.method() == Method::Invite => {
                    in_dialog(head, (Method::Ack, asked.cseq), &[], &[], turn)
                }
                Heard::AckIsDue => of_message(asked.request.bytes(), |invite| {
                    written(|out| {
                        // What does not fit is found by `written`.
                        let _ = write_non_2xx_ack(out, invite, view);
                    })
                }),
                _ => None,
            };
            if let Some(ack) = ack {
                turn.say_sip("ACK", ack);
            }
        }
        true
    }

    /// Alarms may have rung.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_>) {
        if let Some(asked) = &mut self.asked {
            asked.is_answered |= asked.request.advance(turn).contains(&Heard::Nothing);
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let asked = self.asked.as_ref().and_then(|asked| asked.request.next_deadline());
        self.next.into_iter().chain(asked).min()
    }
}

const ON_HOLD: &[u8] = b"a=inactive\r\n";

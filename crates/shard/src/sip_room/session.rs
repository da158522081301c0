//! What keeps a dialog alive and what its peer may still ask of it: the session timer, re-INVITE and UPDATE
//! (RFC 4028, RFC 3261 14, RFC 3311).
//!
//! The session stays as it was agreed first. A request that offers the same again refreshes it; one that offers
//! something else is refused, and costs the session nothing.

use core::hash::BuildHasher;

use sip::transaction::{AckWaitAction, AckWaitEvent};
use sip::{
    DialogAckWait, DialogPeer, MessageView, Negotiated, RefreshMethod, RefreshedBy, ServerEvent,
    SessionPolicy, SessionTimer, SessionTimerAction, SessionTimerEvent, StatusCode, Timers,
};

use super::dialog::description_of;
use super::invite::{Invite, InviteTimer, Invites};
use super::ours::Purpose;
use super::render::CAPABILITIES;
use super::{Description, SipEvent};
use crate::desk::{Desk, Ringing};
use crate::driver::Outward;
use crate::kept::Kept;
use crate::table::Key;

/// What a dialog knows of its session.
#[derive(Debug)]
pub(super) struct Session {
    /// What the INVITE asked for and gets.
    pub(super) negotiated: Negotiated,
    /// Runs while there is a dialog.
    timer: Option<SessionTimer>,
    peer: DialogPeer,
    /// The offer, as far as it must not change.
    offer: u64,
    /// Where the peer is reached since its last refresh; `None` while that is the Contact of the INVITE.
    pub(super) target: Option<Kept<TARGET_OCTETS_MAX>>,
    /// The last re-INVITE in this dialog.
    pub(super) again: Option<Key<Invite>>,
}

impl Session {
    /// Of an INVITE with this session description.
    pub(super) fn new(request: &MessageView<'_>, description: &[u8], policy: &SessionPolicy) -> Session {
        Session {
            negotiated: negotiate(request, policy),
            timer: None,
            peer: DialogPeer::of(request),
            offer: digest(description),
            target: None,
            again: None,
        }
    }
}

impl Session {
    /// Before ours is answered.
    pub(super) fn unanswered() -> Session {
        Session {
            negotiated: Negotiated::Off,
            timer: None,
            peer: DialogPeer { allows_update: false, call_id_is_ours: true },
            offer: 0,
            target: None,
            again: None,
        }
    }

    /// Of the 2xx to ours with this session description. We refresh with UPDATE only, here as well.
    pub(super) fn answered(
        response: &MessageView<'_>,
        description: &[u8],
        policy: &SessionPolicy,
    ) -> Session {
        let peer = DialogPeer::of(response);
        let terms = policy.answered(response);
        let terms = terms.filter(|terms| terms.refresher == RefreshedBy::Them || peer.allows_update);
        let negotiated = terms.map_or(Negotiated::Off, Negotiated::On);
        Session { negotiated, peer, offer: digest(description), ..Session::unanswered() }
    }
}

/// What becomes of a request's wish for a session timer. We refresh with UPDATE only, so a peer that does not take it
/// has to refresh by itself.
pub(super) fn negotiate(request: &MessageView<'_>, policy: &SessionPolicy) -> Negotiated {
    match policy.negotiate(request) {
        Negotiated::On(terms)
            if terms.refresher == RefreshedBy::Us && !DialogPeer::of(request).allows_update =>
        {
            Negotiated::Off
        }
        negotiated => negotiated,
    }
}

impl Invite {
    /// Waits for the ACK of the 2xx that is about to be sent.
    pub(super) fn await_ack(&mut self, key: Key<Invite>, timers: Timers, desk: &mut Desk) {
        let alarm = &mut self.alarms.ack;
        let wait = DialogAckWait::start(desk.moment.now, timers, |action| {
            if let AckWaitAction::Arm(deadline) = action {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Ack), deadline);
            }
        });
        self.wait = Some(wait);
    }

    /// The dialog is made: its session lives as long as it is refreshed.
    pub(super) fn start_session(&mut self, key: Key<Invite>, desk: &mut Desk) {
        self.is_dialog = true;
        let session = &mut self.session;
        let alarm = &mut self.alarms.session;
        let terms = session.negotiated.terms();
        session.timer = Some(SessionTimer::start(desk.moment.now, terms, session.peer, |action| {
            if let SessionTimerAction::Arm(at) = action {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Session), at);
            }
        }));
    }

    /// The dialog is over, and with it its session.
    pub(super) fn end_session(&mut self, desk: &mut Desk) {
        self.is_dialog = false;
        self.session.timer = None;
        desk.disarm(&mut self.alarms.session);
    }

    /// A request of theirs may have moved the peer (RFC 3261 12.2.2).
    pub(super) fn follow(&mut self, request: &MessageView<'_>) {
        // A Contact too long to be kept is not followed: the one that worked so far stays.
        if let Some(target) = request.contact_uri().and_then(Kept::copy) {
            self.session.target = Some(target);
        }
    }
}

impl Invites {
    /// One event for the session timer.
    pub(super) fn step_session(
        &mut self,
        key: Key<Invite>,
        event: SessionTimerEvent,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let invite = self.table.find_mut(key)?;
        let timer = invite.session.timer.as_mut()?;
        let alarm = &mut invite.alarms.session;
        let mut refresh = None;
        let mut is_dead = false;
        timer.step(desk.moment.now, event, |action| match action {
            SessionTimerAction::SendRefresh(wanted) => refresh = Some(wanted),
            SessionTimerAction::Arm(at) => {
                desk.wheel.set(alarm, Ringing::Invite(key, InviteTimer::Session), at);
            }
            SessionTimerAction::Disarm => desk.wheel.clear(alarm),
            SessionTimerAction::Expired | SessionTimerAction::DialogDead => is_dead = true,
        });
        let chat = invite.chat;
        match refresh {
            Some(refresh) if refresh.method == RefreshMethod::Update => {
                self.ask(key, Purpose::Refresh(refresh), desk, out);
            }
            // It said that it takes UPDATE, and does not: the session goes on without a timer.
            Some(_) => {
                invite.session.timer = None;
                desk.disarm(&mut invite.alarms.session);
            }
            None => {}
        }
        chat.filter(|_| is_dead).map(SipEvent::Unconfirmed)
    }

    /// 200 OK to a re-INVITE that changes nothing, with the description that the session has.
    pub(super) fn answer_again(
        &mut self,
        key: Key<Invite>,
        dialog: Key<Invite>,
        request: &MessageView<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        // A client that asks once more has had the answer to the request before, whatever became of its ACK.
        if let Some(former) = self.table.find(dialog)?.session.again {
            self.step_wait(former, AckWaitEvent::Ack, desk, out);
        }
        let made = self.table.find_mut(dialog)?;
        made.follow(request);
        made.session.again = Some(key);
        let description = Description::copy(made.description.as_bytes())?;
        let again = self.table.find_mut(key)?;
        again.description = description;
        again.inside = Some(dialog);
        again.await_ack(key, self.timers, desk);
        let terms = again.session.negotiated.terms();
        self.step_server(key, ServerEvent::Respond(StatusCode::OK), desk, out);
        self.step_session(dialog, SessionTimerEvent::Refreshed(terms), desk, out)
    }
}

/// Judges an INVITE inside a dialog: the dialog that it refreshes, or why it does not.
pub(super) fn judge_reinvite(
    request: &MessageView<'_>,
    invites: &mut Invites,
) -> Result<Key<Invite>, StatusCode> {
    let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
    let key = invites.dialog_of(request).ok_or(gone)?;
    let dialog = invites.table.find_mut(key).filter(|invite| invite.is_dialog).ok_or(gone)?;
    dialog.sequence.receive(request.cseq())?;
    CAPABILITIES.check(request).map_err(|bad| bad.status)?;
    if !is_same_offer(dialog, request)? {
        return Err(StatusCode::NOT_ACCEPTABLE_HERE);
    }
    match negotiate(request, &invites.session_policy).status() {
        Some(status) => Err(status),
        None => Ok(key),
    }
}

/// The INVITE that an ACK inside a dialog is for: the one that made the dialog, or the last one since.
pub(super) fn acknowledged(request: &MessageView<'_>, invites: &Invites) -> Option<Key<Invite>> {
    let dialog = invites.dialog_of(request)?;
    let number = request.cseq().number;
    let candidates = [Some(dialog), invites.table.find(dialog)?.session.again];
    let is_meant = |key: &Key<Invite>| {
        // Theirs only: the numbers of ours are a count of their own.
        let theirs = invites.table.find(*key).filter(|invite| invite.wait.is_some());
        theirs.is_some_and(|invite| invite.cseq == number)
    };
    candidates.into_iter().flatten().find(is_meant)
}

/// Does a request offer what the session has? Without an offer it asks for ours.
pub(super) fn is_same_offer(dialog: &Invite, request: &MessageView<'_>) -> Result<bool, StatusCode> {
    if request.body().is_empty() {
        return Ok(true);
    }
    Ok(digest(description_of(request)?) == dialog.session.offer)
}

/// What must not change of a session description: all but its version (RFC 3264 8).
fn digest(description: &[u8]) -> u64 {
    let lines = description.split(|octet| *octet == b'\n').filter(|line| !line.starts_with(b"o="));
    let hasher = foldhash::fast::FixedState::default();
    lines.fold(0, |digest: u64, line| digest.rotate_left(5) ^ hasher.hash_one(line))
}

/// A Contact URI of an IMS has some 100 octets.
const TARGET_OCTETS_MAX: usize = 256;

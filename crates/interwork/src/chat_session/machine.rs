//! The machine: one `match` on (stage, event).

use visits::{Machine, kinds};

use super::{Action, ChatSession, Event, Goodbye, Stage, Timer};
use crate::{Policy, Reply, SmOutcome, UnknownReply, invitation_status};

impl ChatSession {
    /// Moves on by one event. Actions come in the order in which they must be done.
    pub fn step(&mut self, event: Event, policy: &Policy, mut act: impl FnMut(Action)) {
        use Event::*;
        VISITS.visit(&self.stage, &event);
        self.stage = match (self.stage, event) {
            // TS 23.204 6.15.1 step 5; interworking 2.9 T-answer and T-refresh.
            (Stage::Inviting, Begin) => {
                act(Action::Invite);
                act(Action::Arm(Timer::Answer, policy.answer_timer));
                act(Action::Arm(Timer::Refresh, policy.refresh_timer));
                Stage::Inviting
            }
            // TS 23.204 6.15.1 NOTE 2; interworking 2.3 item 4, 11 row 1: without asking first straight to step 8, as soon as the SMS side knows of the SMS user at all.
            (Stage::Inviting, InvitationSubmitted) if !self.asks_first => accepted(policy, &mut act),
            // He says something before we know that he has been told: not an answer, as nobody was asked.
            (Stage::Inviting, Sm(Reply::Text | Reply::Accept | Reply::Reject)) if !self.asks_first => {
                act(Action::Hold);
                Stage::Inviting
            }
            // interworking 2.3 item 1, 2.7 row 1 invitation, 11 row 30.
            (Stage::Inviting, InvitationSubmitted) => {
                act(Action::Ring);
                Stage::Invited
            }
            // interworking 2.3 row 13.
            (Stage::Inviting | Stage::Invited, InvitationRefused(failure)) => {
                act(Action::Refuse(invitation_status(failure)));
                act(Action::End);
                Stage::Ended
            }
            // interworking 2.3 item 2. RFC 3261 13.3.1.1: a proxy gives up after three minutes without a provisional answer.
            (stage @ (Stage::Inviting | Stage::Invited), Due(Timer::Refresh)) => {
                act(Action::Ring);
                act(Action::Arm(Timer::Refresh, policy.refresh_timer));
                stage
            }

            // TS 23.204 6.15.1 steps 7 and 8; TS 29.311 6.1.1 item 7; interworking 2.3 rows 15 and 16. An answer may overtake the SMS centre's own acknowledgement.
            (Stage::Inviting | Stage::Invited, Sm(Reply::Accept)) => {
                act(Action::Take);
                let stage = accepted(policy, &mut act);
                // interworking 2.6 item 7
                if policy.tell_answer {
                    act(Action::Confirm(Reply::Accept));
                }
                stage
            }
            (Stage::Inviting | Stage::Invited, Sm(Reply::Reject | Reply::Leave)) => reject(policy, &mut act),
            // interworking 2.6 item 11, 11 row 8.
            (stage @ (Stage::Inviting | Stage::Invited), Sm(Reply::Text)) => match policy.unknown_reply {
                UnknownReply::Reject => reject(policy, &mut act),
                UnknownReply::Hint => {
                    act(Action::Take);
                    if !core::mem::replace(&mut self.was_hinted, true) {
                        act(Action::Hint);
                    }
                    stage
                }
            },
            // interworking 2.3 row 14, 11 row 3.
            (Stage::Inviting | Stage::Invited, Due(Timer::Answer)) => {
                act(Action::Refuse(policy.no_answer_status));
                act(Action::End);
                Stage::Ended
            }
            // interworking 2.3 row 17, 11 row 12.
            (stage @ (Stage::Inviting | Stage::Invited), Withdrawn) => {
                // Somebody whom the SMS side does not know to be asked yet is not told about it either.
                if policy.tell_at_cancel && stage == Stage::Invited {
                    act(Action::Withdraw);
                }
                act(Action::End);
                Stage::Ended
            }
            (Stage::Inviting | Stage::Invited, Stop(_)) => {
                act(Action::Refuse(policy.no_answer_status));
                act(Action::End);
                Stage::Ended
            }

            // interworking 2.8 item 15, 2.9 rule 7, 11 row 28: it rings as long as somebody waits for the answer, who is the SMS centre.
            (Stage::Recalling, Begin) => {
                act(Action::Arm(Timer::Answer, policy.forward_guard));
                Stage::Recalling
            }
            (Stage::Recalling, Sm(Reply::Text | Reply::Accept | Reply::Reject)) => {
                act(Action::Hold);
                act(Action::Arm(Timer::Answer, policy.forward_guard));
                Stage::Recalling
            }
            (Stage::Recalling, Recalled) => {
                act(Action::Disarm(Timer::Answer));
                act(Action::Arm(Timer::Connect, policy.connect_timer));
                Stage::Accepted
            }
            (Stage::Recalling, NotRecalled(outcome)) => {
                act(Action::GiveBack(outcome));
                act(Action::End);
                Stage::Ended
            }
            (Stage::Recalling, Due(Timer::Answer)) => {
                act(Action::GiveBack(SmOutcome::NotNow));
                act(Action::Bye(Goodbye::Silence));
                Stage::Leaving
            }
            (Stage::Recalling, Sm(Reply::Leave)) => {
                act(Action::Take);
                // Nobody will read them any more: they must not come again and call.
                act(Action::GiveBack(SmOutcome::NoSession));
                act(Action::Bye(Goodbye::UserLeft));
                Stage::Leaving
            }
            (Stage::Recalling, Stop(goodbye)) => {
                act(Action::Bye(goodbye));
                Stage::Leaving
            }

            (Stage::Accepted, Connected) => {
                act(Action::Disarm(Timer::Connect));
                act(Action::Arm(Timer::Idle, policy.idle_timer));
                Stage::Active
            }
            // The SMS user may be quicker than the chat user's connection.
            (Stage::Accepted, Sm(Reply::Text | Reply::Accept | Reply::Reject)) => {
                act(Action::Hold);
                Stage::Accepted
            }
            // interworking 2.9 T-msrp-connect.
            (Stage::Accepted, Due(Timer::Connect)) => part(Goodbye::BearerLost, policy, &mut act),

            // TS 23.204 6.15.1 step 10, 6.14 step 6; TS 29.311 6.1.10.
            (Stage::Active, Sm(Reply::Text | Reply::Accept | Reply::Reject)) => {
                act(Action::Forward);
                act(Action::Arm(Timer::Idle, policy.idle_timer));
                Stage::Active
            }
            (Stage::Active, Spoken) => {
                act(Action::Arm(Timer::Idle, policy.idle_timer));
                Stage::Active
            }
            // interworking 2.9 T-idle, 2.8 item 18, 11 row 27.
            (Stage::Active, Due(Timer::Idle)) => part(Goodbye::Silence, policy, &mut act),
            // RFC 4975 5.4: the side that connected may connect again. And a client that says BYE often hangs up first: its
            // BYE, which has further to go, must not cross one of ours.
            (Stage::Active, Disconnected) => {
                act(Action::Disarm(Timer::Idle));
                act(Action::Arm(Timer::Connect, policy.connect_timer));
                Stage::Accepted
            }

            // TS 23.204 6.17 step 2; TS 29.311 6.1.1 item 3; interworking 2.8 item 16: the SM is acknowledged whatever becomes of the BYE.
            (Stage::Accepted | Stage::Active, Sm(Reply::Leave)) => {
                act(Action::Take);
                act(Action::Bye(Goodbye::UserLeft));
                Stage::Leaving
            }
            // TS 23.204 6.16.1 step 5 and NOTE 2; interworking 2.8 item 17, 11 row 11.
            (Stage::Accepted | Stage::Active, PeerLeft) => {
                if policy.tell_at_bye {
                    act(Action::Notice);
                }
                act(Action::End);
                Stage::Ended
            }
            // RFC 3261 13.3.1.4: a session whose answer nobody acknowledged is ended with BYE.
            (Stage::Accepted | Stage::Active, Unconfirmed) => part(Goodbye::BearerLost, policy, &mut act),
            (Stage::Accepted | Stage::Active, Stop(goodbye)) => part(goodbye, policy, &mut act),

            // TS 23.204 6.17 step 3.
            (Stage::Leaving, Parted | PeerLeft) => {
                act(Action::End);
                Stage::Ended
            }

            (stage @ (Stage::Leaving | Stage::Ended), Sm(_)) => {
                act(Action::Decline(SmOutcome::NoSession));
                stage
            }
            // What is left came too late or too early to matter: an acknowledgement of the SMS centre after the SMS user's
            // answer, a timer that was stopped, a connection that was lost after the goodbye, a second goodbye.
            (stage, _) => stage,
        };
    }
}

fn accepted(policy: &Policy, act: &mut impl FnMut(Action)) -> Stage {
    act(Action::Disarm(Timer::Answer));
    act(Action::Disarm(Timer::Refresh));
    act(Action::Accept);
    act(Action::Arm(Timer::Connect, policy.connect_timer));
    Stage::Accepted
}

fn reject(policy: &Policy, act: &mut impl FnMut(Action)) -> Stage {
    act(Action::Take);
    if policy.tell_answer {
        act(Action::Confirm(Reply::Reject));
    }
    // interworking 11 row 4
    act(Action::Refuse(policy.reject_status));
    act(Action::End);
    Stage::Ended
}

/// Ends a chat that neither of the two has ended: both are told.
fn part(goodbye: Goodbye, policy: &Policy, act: &mut impl FnMut(Action)) -> Stage {
    act(Action::Bye(goodbye));
    if policy.tell_at_bye {
        act(Action::Notice);
    }
    Stage::Leaving
}

pub(crate) static VISITS: Machine = Machine::of::<Stage, Event>("ChatSession");

kinds! { Stage: Inviting, Invited, Recalling, Accepted, Active, Leaving, Ended }
kinds! { Event: Begin, InvitationSubmitted, InvitationRefused, Spoken, Recalled, NotRecalled, Withdrawn, Unconfirmed, Connected,
    Disconnected, PeerLeft, Parted, Stop;
    Self::Sm(Reply::Accept) => "Sm(Accept)",
    Self::Sm(Reply::Reject) => "Sm(Reject)",
    Self::Sm(Reply::Leave) => "Sm(Leave)",
    Self::Sm(Reply::Text) => "Sm(Text)",
    Self::Due(Timer::Answer) => "Due(Answer)",
    Self::Due(Timer::Refresh) => "Due(Refresh)",
    Self::Due(Timer::Connect) => "Due(Connect)",
    Self::Due(Timer::Idle) => "Due(Idle)",
}

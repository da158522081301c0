//! One chat as its chat user lives it: he invites, talks, and leaves or is left.

use core::net::SocketAddr;

use actors::{LinkName, Out};
use sip::{Dialog, MessageView, Method, Reason, ReasonProtocol, StatusCode, response_target};
use tempo::{Duration, Entropy, Instant};

use super::leg::{Leg, Wanted};
use super::media::{Media, News};
use super::messages::{MSRP_PORT, Sender, of_message};
use crate::chats::ledger::{ChatUserSees, Fate, Ledger};
use crate::chats::order::ChatsOrder;
use crate::chats::story::{Ender, Story, pause};
use crate::chats::words::Writer;

/// What a call needs of the world.
pub struct Turn<'t> {
    pub now: Instant,
    pub order: &'t ChatsOrder,
    pub sender: &'t Sender,
    pub ledger: &'t mut Ledger,
    pub out: &'t mut Out,
    /// SIP requests that were sent again.
    pub repeated: &'t mut u64,
}

/// The chat.
pub struct Call {
    n: u32,
    story: Story,
    chance: Entropy,
    stage: Stage,
    invite: Leg,
    closing: Option<(Method, Leg)>,
    /// The 2xx: the dialog.
    head: Option<Box<[u8]>>,
    pub media: Media,
    said: usize,
    cancel_at: Option<Instant>,
    speak_at: Option<Instant>,
    leave_at: Option<Instant>,
    /// When it is clear that nothing more will happen.
    give_up_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Inviting,
    Talking,
    /// BYE or CANCEL is under way.
    Leaving,
    Over,
}

impl Call {
    /// Invites.
    pub fn start(n: u32, turn: &mut Turn<'_>) -> Call {
        let stories = turn.ledger.stories();
        let (story, numbers) = (stories.story(n), stories.numbers(n));
        let mut chance = stories.chance(n, 1);
        let media = Media::new(&turn.sender.host, MSRP_PORT, &mut chance);
        let (invite, wanted) = Leg::invite(turn.sender.invite(n, numbers, media.path()), turn.now);
        let mut call = Call {
            n,
            story,
            chance,
            stage: Stage::Inviting,
            invite,
            closing: None,
            head: None,
            media,
            said: 0,
            cancel_at: None,
            speak_at: None,
            leave_at: None,
            give_up_at: turn.now + turn.order.patience(),
        };
        turn.ledger.account(n).chat_user = ChatUserSees::Inviting;
        call.carry_out(Method::Invite, wanted, None, turn);
        call
    }

    /// Is the chat over for its user?
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Can nothing come any more that must be answered?
    pub fn is_gone(&self) -> bool {
        let is_closed = self.closing.as_ref().is_none_or(|(_, leg)| leg.is_terminated());
        self.is_over() && self.invite.is_terminated() && is_closed
    }

    /// When it wants to be woken.
    pub fn next_deadline(&self) -> Option<Instant> {
        let legs = [Some(&self.invite), self.closing.as_ref().map(|(_, leg)| leg)];
        let alarms = legs.into_iter().flatten().filter_map(Leg::next_deadline);
        let own = [self.cancel_at, self.speak_at, self.leave_at, self.media.next_deadline()];
        let patience = (!self.is_over()).then_some(self.give_up_at);
        alarms.chain(own.into_iter().flatten()).chain(patience).min()
    }

    /// Does what is due.
    pub fn advance(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now;
        let wanted = self.invite.advance(now);
        *turn.repeated += wanted.iter().filter(|wanted| **wanted == Wanted::Transmit).count() as u64;
        self.carry_out(Method::Invite, wanted, None, turn);
        if let Some((method, leg)) = &mut self.closing {
            let (method, wanted) = (*method, leg.advance(now));
            *turn.repeated += wanted.iter().filter(|wanted| **wanted == Wanted::Transmit).count() as u64;
            self.carry_out(method, wanted, None, turn);
        }
        self.media.advance(self.n.into(), now, &mut self.chance, turn.out);
        if self.cancel_at.is_some_and(|at| at <= now) {
            self.cancel(turn);
        }
        if self.speak_at.is_some_and(|at| at <= now) {
            self.speak(turn);
        }
        if self.leave_at.is_some_and(|at| at <= now) {
            self.leave(turn);
        }
        if self.give_up_at <= now && !self.is_over() {
            self.give_up_at = now + turn.order.patience();
            turn.ledger.stalled.push(self.n);
            match self.stage {
                Stage::Inviting => self.cancel(turn),
                Stage::Talking => self.leave(turn),
                Stage::Leaving | Stage::Over => {}
            }
        }
    }

    /// A response of the gateway.
    pub fn response(&mut self, view: &MessageView<'_>, turn: &mut Turn<'_>) {
        let Some(status) = view.status() else { return };
        let method = view.method();
        let leg = match &mut self.closing {
            _ if method == Method::Invite => Some(&mut self.invite),
            Some((closing, leg)) if *closing == method => Some(leg),
            _ => None,
        };
        let is_its = |leg: &&mut Leg| of_message(&leg.bytes, |sent| sent.via().branch == view.via().branch);
        let Some(leg) = leg.filter(|leg| is_its(leg) == Some(true)) else { return };
        let wanted = leg.respond(turn.now, status);
        self.carry_out(method, wanted, Some(view), turn);
    }

    fn carry_out(
        &mut self,
        method: Method,
        wanted: Vec<Wanted>,
        response: Option<&MessageView<'_>>,
        turn: &mut Turn<'_>,
    ) {
        for wanted in wanted {
            match (method, wanted) {
                (Method::Invite, Wanted::Transmit) => {
                    turn.out.datagram(turn.order.gateway, self.invite.bytes.clone())
                }
                (_, Wanted::Transmit) => {
                    if let Some((_, leg)) = &self.closing {
                        turn.out.datagram(self.hop(turn), leg.bytes.clone());
                    }
                }
                (Method::Invite, Wanted::Ack) => {
                    if let Some(refusal) = response {
                        let ack = Sender::ack_of_refusal(&self.invite.bytes, refusal);
                        turn.out.datagram(turn.order.gateway, ack);
                    }
                }
                (Method::Invite, Wanted::Hear(status)) => self.hear(status, response, turn),
                (Method::Invite, Wanted::GiveUp) => self.end(ChatUserSees::Unanswered, turn),
                // RFC 3261 9.1: whatever becomes of the CANCEL, the INVITE has an answer of its own.
                (Method::Bye, Wanted::Hear(status)) if status.is_final() => {
                    self.end(ChatUserSees::Left, turn)
                }
                (Method::Bye, Wanted::GiveUp) => self.end(ChatUserSees::Left, turn),
                _ => {}
            }
        }
    }

    /// A response to the INVITE.
    fn hear(&mut self, status: StatusCode, response: Option<&MessageView<'_>>, turn: &mut Turn<'_>) {
        if status == StatusCode::RINGING && self.cancel_at.is_none() && self.stage == Stage::Inviting {
            self.cancel_at = self.story.cancel_after.map(|after| turn.now + after);
        }
        if status.is_success() {
            if let Some(success) = response {
                self.accepted(success, turn);
            }
        } else if status.is_final() {
            self.end(
                match status.code() {
                    487 => ChatUserSees::TookBack,
                    code => ChatUserSees::Refused(code),
                },
                turn,
            );
        }
    }

    fn accepted(&mut self, success: &MessageView<'_>, turn: &mut Turn<'_>) {
        let is_first = self.head.is_none();
        if is_first {
            let mut room = [0; HEAD_OCTETS_MAX];
            let mut out = octets::Writer::new(&mut room);
            sip::keep_head(success, &mut out);
            let Ok(length) = out.finish() else { return };
            self.head = Some(room[..length].into());
        }
        // RFC 3261 13.2.2.4: each 2xx is acknowledged, for it is repeated until one arrives.
        if let Some(head) = &self.head {
            let ack = turn.sender.ack(self.n, head);
            turn.out.datagram(self.hop(turn), ack);
        }
        if !is_first || self.stage == Stage::Over {
            return;
        }
        turn.ledger.account(self.n).chat_user = ChatUserSees::Talking;
        self.give_up_at = turn.now + turn.order.patience();
        if self.stage == Stage::Leaving {
            // The CANCEL came too late: RFC 3261 15.
            return self.leave(turn);
        }
        self.stage = Stage::Talking;
        self.cancel_at = None;
        self.media.begin(success.body(), self.n.into(), |address| turn.order.allows(address), turn.out);
        self.speak_at = Some(turn.now + pause(&mut self.chance));
    }

    /// A request of the gateway; what is to be answered to it, if it is one of this dialog.
    pub fn request(&mut self, view: &MessageView<'_>, from: SocketAddr, turn: &mut Turn<'_>) -> bool {
        let owns =
            self.head.as_deref().and_then(|head| of_message(head, |head| Dialog::as_uac(*head).owns(view)));
        if owns != Some(true) {
            return false;
        }
        let status = match view.method() {
            Method::Bye => StatusCode::OK,
            Method::Options | Method::Update => StatusCode::OK,
            Method::Ack => return true,
            Method::Invite => StatusCode::NOT_ACCEPTABLE_HERE,
            _ => StatusCode::METHOD_NOT_ALLOWED,
        };
        let response = Sender::response(view, from, status);
        turn.out.datagram(response_target(&view.via(), from), response);
        if view.method() == Method::Bye && !self.is_over() {
            let cause = Reason::of(view, ReasonProtocol::Sip).and_then(|reason| reason.cause);
            self.end(ChatUserSees::WasLeft(cause.unwrap_or_default()), turn);
        }
        true
    }

    /// The MSRP connection is there.
    pub fn opened(&mut self, link: LinkName, turn: &mut Turn<'_>) {
        self.media.opened(link, turn.now, &mut self.chance, turn.out);
    }

    /// The MSRP connection did not come (no link), or is gone.
    pub fn lost(&mut self, link: Option<LinkName>, turn: &mut Turn<'_>) {
        self.media.lost(link, turn.now);
    }

    /// Octets of MSRP.
    pub fn bytes(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        let news = self.media.receive(bytes, turn.now, turn.out);
        if !news.is_empty() && !self.is_over() {
            self.give_up_at = turn.now + turn.order.patience();
        }
        self.hear_all(news, turn);
        self.plan_to_leave(turn);
    }

    fn hear_all(&mut self, news: Vec<News>, turn: &mut Turn<'_>) {
        for news in news {
            match news {
                News::Text(text) => turn.ledger.hear(self.n, Writer::SmsUser, &text),
                News::Answered(number, 200) => {
                    turn.ledger.settle(self.n, Writer::ChatUser, number, Fate::Taken)
                }
                News::Answered(number, status) => {
                    turn.ledger.settle(self.n, Writer::ChatUser, number, Fate::Refused(status.into()));
                }
            }
        }
    }

    fn speak(&mut self, turn: &mut Turn<'_>) {
        self.speak_at = None;
        let Some(shape) = self.story.chat_user_says.get(self.said).filter(|_| self.stage == Stage::Talking)
        else {
            return self.plan_to_leave(turn);
        };
        self.said += 1;
        let (number, text) = turn.ledger.say(self.n, Writer::ChatUser, *shape);
        self.media.say(number, text, turn.now, &mut self.chance, turn.out);
        self.speak_at = Some(turn.now + pause(&mut self.chance));
        self.give_up_at = turn.now + turn.order.patience();
    }

    /// Whoever ends the chat does it when all is said, answered and heard; who is rude, when he has said his.
    fn plan_to_leave(&mut self, turn: &mut Turn<'_>) {
        let has_said_all = self.said == self.story.chat_user_says.len() && self.speak_at.is_none();
        if self.stage != Stage::Talking
            || self.story.ender != Ender::ChatUser
            || !has_said_all
            || self.leave_at.is_some()
        {
            return;
        }
        let has_heard_all = turn.ledger.heard_of(self.n, Writer::SmsUser) >= self.story.sms_user_says.len();
        if self.story.is_rude || (has_heard_all && self.media.unanswered() == 0) {
            self.leave_at = Some(turn.now + pause(&mut self.chance));
        } else {
            self.give_up_at = self.give_up_at.min(turn.now + STANDSTILL);
        }
    }

    fn leave(&mut self, turn: &mut Turn<'_>) {
        self.leave_at = None;
        let Some(head) = self.head.as_deref().filter(|_| self.stage != Stage::Over) else { return };
        if matches!(self.closing, Some((Method::Bye, _))) {
            return;
        }
        let (leg, wanted) = Leg::other(turn.sender.bye(self.n, head), turn.now);
        self.closing = Some((Method::Bye, leg));
        self.stage = Stage::Leaving;
        self.media.part();
        self.carry_out(Method::Bye, wanted, None, turn);
    }

    fn cancel(&mut self, turn: &mut Turn<'_>) {
        self.cancel_at = None;
        if self.stage != Stage::Inviting || !self.invite.may_cancel() {
            return;
        }
        let (leg, wanted) = Leg::other(Sender::cancel(&self.invite.bytes), turn.now);
        self.closing = Some((Method::Cancel, leg));
        self.stage = Stage::Leaving;
        self.carry_out(Method::Cancel, wanted, None, turn);
    }

    fn end(&mut self, how: ChatUserSees, turn: &mut Turn<'_>) {
        if self.is_over() {
            return;
        }
        turn.ledger.account(self.n).chat_user = how;
        self.stage = Stage::Over;
        (self.cancel_at, self.speak_at, self.leave_at) = (None, None, None);
        // RFC 4975 5.4: the connection ends after the dialog; the other way round it would look like one that was lost.
        self.media.end(turn.out);
    }

    /// Where the dialog says; to the gateway's address when it names none, or one that we may not load.
    fn hop(&self, turn: &Turn<'_>) -> SocketAddr {
        let hop = self.head.as_deref().and_then(|head| {
            of_message(head, |head| sip::next_hop(&Dialog::as_uac(*head)).and_then(|hop| hop.address()))
                .flatten()
        });
        hop.filter(|address| turn.order.allows(*address)).unwrap_or(turn.order.gateway)
    }
}

/// Who waits for the other's last words waits no longer than this.
const STANDSTILL: Duration = Duration::from_secs(15);
/// Octets of a 2xx without its body.
const HEAD_OCTETS_MAX: usize = 8192;

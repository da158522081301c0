//! One chat: its script, its call, its MSRP session.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use sip::MessageView;
use tempo::Instant;

use super::call::{self, Call};
use super::invitation;
use super::media::{self, Media};
use super::record::{ChatRecord, EndedBy, Failure, SentText, Why};
use super::script::{ChatScript, Enclosure, Step};
use super::turn::Turn;
use crate::LinkName;

pub(super) struct Chat {
    script: ChatScript,
    /// The step that is under way, and since when.
    step: usize,
    since: Option<Instant>,
    record: ChatRecord,
    call: Option<Call>,
    media: Option<Media>,
    /// Statuses and texts that no step has seen yet.
    unseen_statuses: VecDeque<u16>,
    unread: VecDeque<String>,
    has_left: bool,
    new_call_id: Option<Vec<u8>>,
}

/// How a step stands.
enum Standing {
    Done,
    Waiting,
    Failed(Why),
}

impl Chat {
    pub(super) fn new(script: ChatScript) -> Self {
        let record = ChatRecord { name: script.name.clone(), ..ChatRecord::default() };
        Chat {
            script,
            step: 0,
            since: None,
            record,
            call: None,
            media: None,
            unseen_statuses: VecDeque::new(),
            unread: VecDeque::new(),
            has_left: false,
            new_call_id: None,
        }
    }

    pub(super) fn record(&self) -> &ChatRecord {
        &self.record
    }

    /// The Call-ID of an invitation that has just been sent: from here on its messages come here.
    pub(super) fn take_new_call_id(&mut self) -> Option<Vec<u8>> {
        self.new_call_id.take()
    }

    /// Goes as far as the script can go now. `tag` is what connections are asked for with.
    pub(super) fn advance(&mut self, tag: u64, turn: &mut Turn<'_>) {
        let news = self.call.as_mut().map(|call| call.advance(turn)).unwrap_or_default();
        self.hear_of_call(news, tag, turn);
        self.play(turn);
    }

    /// A response to a request of its call.
    pub(super) fn response(&mut self, view: &MessageView<'_>, tag: u64, turn: &mut Turn<'_>) {
        let news = self.call.as_mut().map(|call| call.response(view, turn)).unwrap_or_default();
        self.hear_of_call(news, tag, turn);
        self.play(turn);
    }

    /// A request inside its dialog; `false` when it is not.
    pub(super) fn request(
        &mut self,
        view: &MessageView<'_>,
        from: SocketAddr,
        tag: u64,
        turn: &mut Turn<'_>,
    ) -> bool {
        let Some(news) = self.call.as_mut().and_then(|call| call.request(view, from, turn)) else {
            return false;
        };
        self.hear_of_call(news, tag, turn);
        self.play(turn);
        true
    }

    pub(super) fn opened(&mut self, link: LinkName, turn: &mut Turn<'_>) {
        if let Some(media) = &mut self.media {
            media.opened(link, turn);
        }
        self.play(turn);
    }

    /// The connection is gone, or will not come.
    pub(super) fn closed(&mut self, turn: &mut Turn<'_>) {
        if let Some(media) = &mut self.media {
            media.closed();
        }
        self.play(turn);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        let news = self.media.as_mut().map(|media| media.receive(bytes, turn)).unwrap_or_default();
        for news in news {
            match news {
                media::News::Text(text) => {
                    self.record.received.push(text.clone());
                    self.unread.push_back(text);
                }
                media::News::Answered { sent, status } => {
                    if let Some(sent) = self.record.sent.get_mut(sent) {
                        sent.status = Some(status);
                    }
                }
            }
        }
        self.play(turn);
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let patience = match self.script.steps.get(self.step) {
            Some(Step::Wait(pause)) => Some(*pause),
            Some(_) => Some(self.script.patience),
            None => None,
        };
        let step = self.since.zip(patience).filter(|_| !self.record.is_done());
        let call = self.call.as_ref().and_then(Call::next_deadline);
        step.map(|(since, patience)| since + patience).into_iter().chain(call).min()
    }

    fn hear_of_call(&mut self, news: Vec<call::News>, tag: u64, turn: &mut Turn<'_>) {
        for news in news {
            match news {
                call::News::Status(status) => {
                    self.record.statuses.push(status);
                    self.unseen_statuses.push_back(status);
                }
                call::News::Accepted(answer) => {
                    let media = self.media.as_mut();
                    if media.and_then(|media| media.connect(&answer, tag, turn)).is_none() {
                        self.fail(Why::NoMedia, turn);
                    }
                }
                call::News::Left => {
                    self.has_left = true;
                    self.hang_up(turn);
                }
                call::News::TheyLeft => {
                    self.record.ended_by.get_or_insert(EndedBy::Gateway);
                    self.hang_up(turn);
                }
                call::News::NoAnswer => self.fail(Why::NoAnswer, turn),
            }
        }
    }

    fn play(&mut self, turn: &mut Turn<'_>) {
        while !self.record.is_done() {
            let Some(step) = self.script.steps.get(self.step).cloned() else {
                self.record.is_complete = true;
                return;
            };
            let is_new = self.since.is_none();
            let since = *self.since.get_or_insert(turn.now);
            match self.try_step(&step, is_new, since, turn) {
                Standing::Done => {
                    self.step += 1;
                    self.since = None;
                }
                Standing::Failed(why) => return self.fail(why, turn),
                Standing::Waiting if turn.now.since(since) >= self.script.patience && !step.is_pause() => {
                    return self.fail(Why::NoPatience, turn);
                }
                Standing::Waiting => return,
            }
        }
    }

    fn try_step(&mut self, step: &Step, is_new: bool, since: Instant, turn: &mut Turn<'_>) -> Standing {
        match step {
            Step::Wait(pause) if turn.now.since(since) < *pause => Standing::Waiting,
            Step::Wait(_) => Standing::Done,
            Step::Invite(_) if self.call.is_some() => Standing::Failed(Why::OutOfPlace),
            Step::Invite(target) => {
                let media = self.media.insert(Media::new(turn));
                let invite = invitation::write(&self.script.caller, *target, media.path(), turn);
                let call = self.call.insert(Call::start(invite, &self.script.caller, turn));
                self.new_call_id = Some(call.call_id());
                Standing::Done
            }
            Step::ExpectStatus(wanted) => self.expect_status(*wanted),
            Step::Cancel => match &mut self.call {
                Some(call) if call.may_cancel() => {
                    call.cancel(turn);
                    Standing::Done
                }
                Some(_) if self.record.final_status().is_none() => Standing::Waiting,
                _ => Standing::Failed(Why::OutOfPlace),
            },
            Step::SendText(text) => self.send(&Enclosure::text(text), is_new, turn),
            Step::SendAgain => self.send_again(is_new, turn),
            Step::Send(enclosure) => self.send(enclosure, is_new, turn),
            Step::ExpectText(wanted) => match self.unread.pop_front() {
                Some(text) if text == *wanted => Standing::Done,
                Some(_) => Standing::Failed(Why::Unexpected),
                None => self.waiting_for_talk(),
            },
            Step::ExpectAnyText => match self.unread.pop_front() {
                Some(_) => Standing::Done,
                None => self.waiting_for_talk(),
            },
            Step::Bye | Step::Close => match &mut self.call {
                _ if self.has_left => Standing::Done,
                Some(call) if call.is_established() => {
                    call.leave((*step == Step::Close).then_some(IDLE), turn);
                    self.record.ended_by.get_or_insert(EndedBy::ChatUser);
                    Standing::Waiting
                }
                Some(_) if !is_new && self.record.ended_by == Some(EndedBy::ChatUser) => Standing::Waiting,
                _ => Standing::Failed(Why::OutOfPlace),
            },
            Step::ExpectBye => match self.record.ended_by {
                Some(EndedBy::Gateway) => Standing::Done,
                Some(EndedBy::ChatUser) => Standing::Failed(Why::OutOfPlace),
                None => Standing::Waiting,
            },
        }
    }

    fn expect_status(&mut self, wanted: u16) -> Standing {
        if self.call.is_none() {
            return Standing::Failed(Why::OutOfPlace);
        }
        while let Some(status) = self.unseen_statuses.pop_front() {
            if status == wanted {
                return Standing::Done;
            }
            if status >= 200 {
                return Standing::Failed(Why::Unexpected);
            }
        }
        // The final status was seen before: no other will come.
        match self.record.final_status() {
            Some(_) => Standing::Failed(Why::OutOfPlace),
            None => Standing::Waiting,
        }
    }

    fn send(&mut self, enclosure: &Enclosure, is_new: bool, turn: &mut Turn<'_>) -> Standing {
        let Some(media) = self.media.as_mut() else { return Standing::Failed(Why::OutOfPlace) };
        if !is_new && self.record.sent.last().is_some_and(|sent| sent.status.is_some()) {
            return Standing::Done;
        }
        if media.is_closed() {
            return Standing::Failed(Why::OutOfPlace);
        }
        let is_under_way = self.record.sent.last().is_some_and(|sent| sent.status.is_none());
        if media.is_open() && !is_under_way {
            let text = String::from_utf8_lossy(&enclosure.body).into_owned();
            self.record.sent.push(SentText { text, status: None });
            media.send_enclosure(enclosure, self.record.sent.len() - 1, turn);
        }
        Standing::Waiting
    }

    fn send_again(&mut self, is_new: bool, turn: &mut Turn<'_>) -> Standing {
        let Some(media) = self.media.as_mut().filter(|media| !media.is_closed()) else {
            return Standing::Failed(Why::OutOfPlace);
        };
        match self.record.sent.last_mut() {
            None => Standing::Failed(Why::OutOfPlace),
            Some(sent) if !is_new && sent.status.is_some() => Standing::Done,
            Some(_) if !is_new => Standing::Waiting,
            Some(sent) => {
                sent.status = None;
                media.send_again(self.record.sent.len() - 1, turn);
                Standing::Waiting
            }
        }
    }

    /// Nobody will say anything any more in a chat that is over.
    fn waiting_for_talk(&self) -> Standing {
        match self.record.ended_by {
            None => Standing::Waiting,
            Some(_) => Standing::Failed(Why::OutOfPlace),
        }
    }

    /// The MSRP connection ends after the dialog: the other way round it would look like a connection that was lost.
    fn hang_up(&mut self, turn: &mut Turn<'_>) {
        if let Some(media) = &mut self.media {
            media.close(turn);
        }
    }

    /// The script cannot go on: the other side is not left hanging.
    fn fail(&mut self, why: Why, turn: &mut Turn<'_>) {
        if self.record.is_done() {
            return;
        }
        self.record.failure = Some(Failure { step: self.step, why });
        if let Some(call) = &mut self.call {
            if call.is_established() {
                call.leave(None, turn);
                self.record.ended_by.get_or_insert(EndedBy::ChatUser);
            } else if call.may_cancel() {
                call.cancel(turn);
            }
        }
    }
}

impl Step {
    fn is_pause(&self) -> bool {
        matches!(self, Step::Wait(_))
    }
}

/// Why a client closes a chat by itself.
const IDLE: &str = "SIP;cause=480;text=\"Bearer Unavailable\"";

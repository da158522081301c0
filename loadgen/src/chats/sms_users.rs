//! All SMS users of a run: to each of them a chat is the number it comes from.
//!
//! In: texts from the SMS centre, as letters. Out: what they say, as letters; accounts in the ledger.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use actors::{Actor, Event, Letter, Out, Participant, ShortText};
use octets::Digits;
use tempo::{Duration, Entropy, Instant};

use super::agenda::Agenda;
use super::ledger::{Fate, Ledger};
use super::story::{Answer, Ender, Story, pause};
use super::words::{Writer, words_in};

/// The SMS users.
pub struct SmsUsers {
    ledger: Rc<RefCell<Ledger>>,
    /// By own number and partner: which chat that is.
    partners: HashMap<(Digits, Digits), u32>,
    talks: HashMap<u32, Talk>,
    agenda: Agenda,
    /// Texts that are no word of any chat, from numbers that have not invited.
    pub strangers: u64,
}

/// One SMS user in one chat.
struct Talk {
    story: Story,
    chance: Entropy,
    user: Digits,
    partner: Digits,
    stage: Stage,
    said: usize,
    act_at: Option<Instant>,
    is_waiting_to_stop: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Invited,
    Talking,
    Over,
}

impl SmsUsers {
    /// Nobody has been invited.
    pub fn new(ledger: Rc<RefCell<Ledger>>) -> SmsUsers {
        SmsUsers {
            ledger,
            partners: HashMap::new(),
            talks: HashMap::new(),
            agenda: Agenda::default(),
            strangers: 0,
        }
    }

    /// Does nobody mean to say something?
    pub fn are_quiet(&self) -> bool {
        self.agenda.is_empty()
    }

    /// The chat that `user` has with this number.
    pub fn chat_of(&self, user: Digits, partner: Digits) -> Option<u32> {
        self.partners.get(&(user, partner)).copied()
    }

    fn read(&mut self, now: Instant, text: &ShortText) {
        let ledger = &mut *self.ledger.borrow_mut();
        let invitation = words_in(&text.text).find(|word| word.writer == Writer::Invitation);
        let known = self.partners.get(&(text.to, text.from)).copied();
        match (invitation, known) {
            (Some(word), _)
                if !ledger.knows(word.chat) || ledger.stories().numbers(word.chat).1 != text.to =>
            {
                ledger.misdelivered.extend(known.or(Some(word.chat).filter(|chat| ledger.knows(*chat))));
                self.strangers += 1;
            }
            (Some(word), _) => {
                let n = word.chat;
                let invitations = &mut ledger.account(n).sms_user.invitations;
                *invitations = invitations.saturating_add(1);
                if *invitations == 1 {
                    let story = ledger.stories().story(n);
                    let answers = story.answer != Answer::Nothing;
                    let act_at = answers.then(|| now + story.answer_after);
                    let chance = ledger.stories().chance(n, 2);
                    let (user, partner) = (text.to, text.from);
                    self.partners.insert((user, partner), n);
                    let stage = Stage::Invited;
                    let talk = Talk {
                        story,
                        chance,
                        user,
                        partner,
                        stage,
                        said: 0,
                        act_at,
                        is_waiting_to_stop: false,
                    };
                    self.talks.insert(n, talk);
                    self.agenda.arm(n, act_at);
                }
            }
            (None, None) => self.strangers += 1,
            (None, Some(n)) => {
                let is_talk = words_in(&text.text).next().is_some();
                if is_talk {
                    ledger.hear(n, Writer::ChatUser, &text.text);
                } else {
                    let announcements = &mut ledger.account(n).sms_user.announcements;
                    *announcements = announcements.saturating_add(1);
                }
                let Some(talk) = self.talks.get_mut(&n) else { return };
                if !is_talk && talk.stage == Stage::Talking {
                    // The operator says that it is over.
                    (talk.stage, talk.act_at) = (Stage::Over, None);
                } else if talk.is_waiting_to_stop && talk.has_heard_all(n, ledger) {
                    talk.act_at = Some(now + pause(&mut talk.chance));
                }
                self.agenda.arm(n, talk.act_at);
                if talk.stage == Stage::Over {
                    self.talks.remove(&n);
                }
            }
        }
    }

    fn act(&mut self, now: Instant, n: u32, out: &mut Out) {
        let ledger = &mut *self.ledger.borrow_mut();
        let Some(talk) = self.talks.get_mut(&n) else { return };
        talk.act(now, n, ledger, out);
        self.agenda.arm(n, talk.act_at);
        if talk.stage == Stage::Over {
            self.talks.remove(&n);
        }
    }
}

impl Talk {
    fn act(&mut self, now: Instant, n: u32, ledger: &mut Ledger, out: &mut Out) {
        self.act_at = None;
        match self.stage {
            Stage::Invited => {
                let sees = &mut ledger.account(n).sms_user;
                (sees.answer, sees.answer_fate) = (Some(self.story.answer), Fate::UnderWay);
                let is_yes = self.story.answer == Answer::Yes;
                self.say(if is_yes { YES } else { NO }.into(), out);
                self.stage = if is_yes { Stage::Talking } else { Stage::Over };
                self.act_at = is_yes.then(|| now + pause(&mut self.chance));
            }
            Stage::Talking => match self.story.sms_user_says.get(self.said).copied() {
                Some(shape) => {
                    self.said += 1;
                    let (_, text) = ledger.say(n, Writer::SmsUser, shape);
                    self.say(text, out);
                    self.act_at = Some(now + pause(&mut self.chance));
                }
                None if self.story.ender == Ender::ChatUser => {}
                None if self.is_waiting_to_stop || self.story.is_rude || self.has_heard_all(n, ledger) => {
                    let sees = &mut ledger.account(n).sms_user;
                    (sees.has_stopped, sees.stop_fate) = (true, Fate::UnderWay);
                    self.say(STOP.into(), out);
                    self.stage = Stage::Over;
                }
                None => {
                    self.is_waiting_to_stop = true;
                    self.act_at = Some(now + STANDSTILL);
                }
            },
            Stage::Over => {}
        }
    }

    fn has_heard_all(&self, n: u32, ledger: &Ledger) -> bool {
        ledger.heard_of(n, Writer::ChatUser) >= self.story.chat_user_says.len()
    }

    fn say(&self, text: String, out: &mut Out) {
        let text = ShortText { from: self.user, to: self.partner, text };
        out.letter(Participant::SmsCentre, Letter::Text(text));
    }
}

impl Actor for SmsUsers {
    fn name(&self) -> Participant {
        Participant::SmsUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        if let Event::Letter { letter: Letter::Text(text), .. } = event {
            self.read(now, text);
        }
        while let Some(n) = self.agenda.take_due(now) {
            self.act(now, n, out);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.agenda.next()
    }
}

/// What SMS users say, as the default configuration of the gateway understands it.
pub const YES: &str = "Yes";
/// To an invitation that they do not want.
pub const NO: &str = "no";
/// To end a chat.
pub const STOP: &str = "STOP";
/// Who waits for the other's last words waits no longer than this.
const STANDSTILL: Duration = Duration::from_secs(15);

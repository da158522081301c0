//! What each chat is to be, drawn from the seed of the run and the number of the chat: the same again for the same seed.

use octets::Digits;
use tempo::{Duration, Entropy};

use super::order::ChatsOrder;
use super::words::Shape;

/// One chat as its two people mean it to go.
#[derive(Clone, Debug)]
pub struct Story {
    /// What the SMS user says to the invitation.
    pub answer: Answer,
    /// How long he thinks before.
    pub answer_after: Duration,
    /// When the chat user takes the invitation back, from the first 180 on.
    pub cancel_after: Option<Duration>,
    /// What the chat user says.
    pub chat_user_says: Vec<Shape>,
    /// What the SMS user says.
    pub sms_user_says: Vec<Shape>,
    /// Who ends it.
    pub ender: Ender,
    /// Does he end it whatever is still on its way?
    pub is_rude: bool,
}

/// What the SMS user says to the invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// YES.
    Yes,
    /// NO.
    No,
    /// Nothing.
    Nothing,
}

/// Who ends the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ender {
    /// The chat user, with BYE.
    ChatUser,
    /// The SMS user, with STOP.
    SmsUser,
}

/// All chats of a run.
#[derive(Clone, Debug)]
pub struct Stories {
    seed: u64,
    texts_max: u8,
    mix: [u32; 4],
    people: u32,
}

impl Stories {
    /// Of this order.
    pub fn of(order: &ChatsOrder, seed: u64) -> Stories {
        // As many people on either side as make each pair of them meet at most once.
        let people =
            (1..).find(|people: &u32| people * people >= order.chats).unwrap_or(u32::MAX).max(PEOPLE_MIN);
        Stories { seed, texts_max: order.texts, mix: order.mix.0, people }
    }

    /// A stream of chance of chat `n` and nobody else.
    pub fn chance(&self, n: u32, purpose: u8) -> Entropy {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        seed[8..12].copy_from_slice(&n.to_be_bytes());
        seed[12] = purpose;
        Entropy::from_seed(seed)
    }

    /// Chat `n`.
    pub fn story(&self, n: u32) -> Story {
        let mut chance = self.chance(n, 0);
        let mut kind = chance.below(self.mix.iter().sum::<u32>().into()) as u32;
        let kind = self.mix.iter().position(|share| match kind.checked_sub(*share) {
            Some(rest) => {
                kind = rest;
                false
            }
            None => true,
        });
        let (answer, is_cancelled) = match kind {
            Some(1) => (Answer::No, false),
            Some(2) => (Answer::Nothing, false),
            // Half of those who are not waited for are just about to answer.
            Some(3) => ([Answer::Yes, Answer::Nothing][chance.below(2) as usize], true),
            _ => (Answer::Yes, false),
        };
        let mut says = || {
            let count = 1 + chance.below(self.texts_max.into());
            (0..count).map(|_| shape(&mut chance)).collect()
        };
        let (chat_user_says, sms_user_says) = (says(), says());
        let answer_after = pause(&mut chance);
        Story {
            answer,
            answer_after,
            cancel_after: is_cancelled.then(|| pause(&mut chance)),
            chat_user_says,
            sms_user_says,
            ender: [Ender::ChatUser, Ender::SmsUser][chance.below(2) as usize],
            is_rude: chance.below(5) == 0,
        }
    }

    /// The numbers of chat user and SMS user of chat `n`: no other chat has the same two.
    pub fn numbers(&self, n: u32) -> (Digits, Digits) {
        let (column, row) = (n % self.people, n / self.people);
        (number(CHAT_USERS, column), number(SMS_USERS, (column + row) % self.people))
    }
}

/// A number of a range.
fn number(range: u64, place: u32) -> Digits {
    // Twelve digits always make a number.
    Digits::from_number(range + u64::from(place), NUMBER_DIGITS)
        .unwrap_or_else(|_| unreachable!("twelve digits"))
}

fn shape(chance: &mut Entropy) -> Shape {
    match chance.below(16) {
        0 => Shape::Long,
        1 | 2 => Shape::Foreign,
        other => Shape::Short(1 + (other % 3) as u8),
    }
}

/// How long people think here: a quarter of a second to a second and a half.
pub fn pause(chance: &mut Entropy) -> Duration {
    Duration::from_millis(250 + chance.below(1250))
}

/// What the numbers of chat users begin with: the HSS knows them to be at home at the gateway.
pub const CHAT_USERS_PREFIX: &[u8] = b"9992";
const CHAT_USERS: u64 = 999_200_000_000;
const SMS_USERS: u64 = 999_100_000_000;
const NUMBER_DIGITS: usize = 12;
const PEOPLE_MIN: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chats::order::Mix;
    use std::collections::BTreeSet;

    fn stories(chats: u32) -> Stories {
        let order = ChatsOrder { chats, texts: 3, mix: Mix([70, 10, 10, 10]), ..ChatsOrder::default() };
        Stories::of(&order, 7)
    }

    #[test]
    fn no_two_chats_are_between_the_same_two() {
        let stories = stories(20_000);
        let pairs: BTreeSet<_> = (0..20_000).map(|n| stories.numbers(n)).collect();
        assert_eq!(pairs.len(), 20_000);
        let people: BTreeSet<_> = pairs.iter().map(|(chat_user, _)| chat_user).collect();
        assert_eq!(people.len(), 142, "people have many chats, some at a time");
    }

    #[test]
    fn the_mix_is_as_it_was_asked_for() {
        let stories = stories(4000);
        let count = |matches: fn(&Story) -> bool| (0..4000).filter(|n| matches(&stories.story(*n))).count();
        let accepted = count(|story| story.answer == Answer::Yes && story.cancel_after.is_none());
        assert!((2600..3000).contains(&accepted), "{accepted} of 4000");
        let cancelled = count(|story| story.cancel_after.is_some());
        assert!((300..500).contains(&cancelled), "{cancelled} of 4000");
        let twice = [stories.story(5), stories.story(5)].map(|story| format!("{story:?}"));
        assert_eq!(twice[0], twice[1]);
    }
}

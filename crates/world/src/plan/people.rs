//! The numbers of those who play.

use octets::Digits;

use super::{Answer, ChatPlan, End, Ringing, Say, SubscriberPlan};

/// The own number of a chat user.
pub fn chat_user(place: u32) -> Digits {
    numbered(CHAT_USERS, place)
}

/// The number of an SMS user.
pub fn sms_user(place: u32) -> Digits {
    numbered(SMS_USERS, place)
}

/// A number of the pool.
pub fn pooled(place: u32) -> Digits {
    numbered(POOL, place)
}

/// What the numbers begin with that are at home at the gateway.
pub fn home_prefixes() -> [Digits; 2] {
    [CHAT_USERS, POOL].map(|first| numbered(first / 10_000, 0))
}

/// Does an SMS user read another language than most, where there are two?
pub fn has_another_language(sms_user: u32) -> bool {
    sms_user % 2 == 1 && !(PEOPLE_MAX..FIRST_CANARY).contains(&sms_user)
}

/// The SMS users who do.
pub(super) fn those_with_another_language() -> impl Iterator<Item = u32> {
    (0..PEOPLE_MAX).chain(FIRST_CANARY..FIRST_CANARY + CANARIES).filter(|place| has_another_language(*place))
}

/// Chats of people who have done nothing yet: once everything is quiet again they must go as they are scripted.
pub fn chats_of_canaries(first_id: u32, asks_first: bool) -> Vec<ChatPlan> {
    (0..CANARIES)
        .map(|place| ChatPlan {
            id: first_id + place,
            chat_user: FIRST_CANARY + place,
            sms_user: FIRST_CANARY + place,
            begins_ms: 100 * u64::from(place),
            hides: false,
            ringing: Ringing::Plain,
            session: None,
            answer: if asks_first { Answer::Yes } else { Answer::Nothing },
            thinks_ms: 1000,
            says: vec![Say::ANSWERED; 2],
            end: End::ChatUser,
        })
        .collect()
}

/// Their registrations, where somebody wants to know of such: at once, for long enough.
pub fn canaries() -> impl Iterator<Item = SubscriberPlan> {
    (FIRST_CANARY..FIRST_CANARY + CANARIES).map(|chat_user| SubscriberPlan::welcome(chat_user, 0, 300))
}

/// Which chat user has this number.
pub fn place_of(number: Digits) -> Option<u32> {
    let digits = number.iter().fold(0, |value, digit| 10 * value + u64::from(digit));
    digits.checked_sub(CHAT_USERS).and_then(|place| u32::try_from(place).ok()).filter(|place| *place < 10_000)
}

fn numbered(first: u64, place: u32) -> Digits {
    let number = first + u64::from(place);
    Digits::from_ascii(number.to_string().as_bytes()).unwrap_or_else(|_| unreachable!("digits are digits"))
}

const CHAT_USERS: u64 = 15_550_100_000;
const SMS_USERS: u64 = 491_555_000_000;
const POOL: u64 = 491_519_900_000;
/// People of this place and later are nobody's but the canaries'.
const FIRST_CANARY: u32 = 9000;
const CANARIES: u32 = 2;
/// More than play in a world.
const PEOPLE_MAX: u32 = 256;

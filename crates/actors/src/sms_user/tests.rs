use core::time::Duration;

use super::*;
use crate::Effect;

fn number(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("digits")
}

fn user() -> SmsUser {
    let script = Script::default()
        .on(When::Contains("Mallory".into()), Duration::from_secs(1), "NO")
        .on(When::Nth(1), Duration::from_secs(2), "YES")
        .on(When::Nth(2), Duration::from_secs(1), "two")
        .on(When::Nth(2), Duration::ZERO, "one");
    SmsUser::new().with(number("4915550001"), script)
}

fn texts_after(user: &mut SmsUser, now: u64, event: Event<'_>) -> Vec<String> {
    let mut out = Out::new();
    user.handle(Instant::ZERO + Duration::from_secs(now), event, &mut out);
    let texts = out.drain().filter_map(|effect| match effect {
        Effect::Letter { to: Participant::SmsCentre, letter: Letter::Text(text) } => Some(text.text),
        _ => None,
    });
    texts.collect()
}

fn text(from: &str, text: &str) -> Letter {
    Letter::Text(ShortText { from: number(from), to: number("4915550001"), text: text.into() })
}

fn letter(letter: &Letter) -> Event<'_> {
    Event::Letter { from: Participant::SmsCentre, letter }
}

#[test]
fn an_answer_comes_after_its_delay_and_not_before() {
    let mut user = user();
    assert!(texts_after(&mut user, 10, letter(&text("4670", "Alice invites you"))).is_empty());
    assert_eq!(user.next_deadline(), Some(Instant::ZERO + Duration::from_secs(12)));
    assert!(texts_after(&mut user, 11, Event::Due).is_empty());
    assert_eq!(texts_after(&mut user, 12, Event::Due), ["YES"]);
    assert!(user.is_quiet());
}

#[test]
fn each_partner_has_a_conversation_of_its_own() {
    let mut user = user();
    texts_after(&mut user, 0, letter(&text("4670", "Alice invites you")));
    texts_after(&mut user, 0, letter(&text("4671", "Mallory invites you")));
    assert_eq!(texts_after(&mut user, 5, Event::Due), ["NO", "YES"], "in the order of their times");
    assert_eq!(texts_after(&mut user, 6, letter(&text("4670", "Hello"))), ["one"]);
    assert_eq!(texts_after(&mut user, 7, Event::Due), ["two"], "one rule, two replies");
    assert!(texts_after(&mut user, 7, letter(&text("4670", "Hello again"))).is_empty(), "no rule is left");
    assert_eq!(user.heard_by(number("4915550001")).count(), 4);
}

#[test]
fn a_number_without_a_script_hears_and_keeps_still() {
    let mut user = user();
    let stray = Letter::Text(ShortText { from: number("1"), to: number("2"), text: "?".into() });
    assert!(texts_after(&mut user, 0, letter(&stray)).is_empty());
    assert_eq!(user.heard().len(), 1);
}

#[test]
fn texts_do_not_print() {
    let mut user = user();
    texts_after(&mut user, 0, letter(&text("4670", "secret")));
    let shown = alloc::format!("{user:?} {:?} {:?}", user.heard(), user.scripts);
    assert!(!shown.contains("secret") && !shown.contains("YES") && !shown.contains("4670"));
}

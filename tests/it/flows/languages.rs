//! What an SMS user reads, and which of his words are understood, in the language of his chat (interworking page 2.6).

use interwork::{
    Identity, Language, LanguageTag, Languages, LeaveHint, Msisdn, Policy, Prefix, Subscriber, Template,
    Vocabulary, Wording,
};
use tempo::Duration;

use super::registration::register;
use super::subscribers::{YES, asking, notify};
use crate::paper::call::ALICE;
use crate::paper::hss::{Answer, document};
use crate::paper::plan::{ENDED, FAREWELL, HINT, OVER, WELCOME};
use crate::paper::sms_side::digits;
use crate::paper::stage::BOB;
use crate::paper::{Delivery, Invitation, Plan, Stage, Verdict, on_every_layout};

/// Spanish for numbers of Spain and Russian for those of Russia; German for whoever prefers it; English for all others. German has no
/// texts of its own but the invitation.
pub fn speak(policy: &mut Policy) {
    let text = |text| Template::parse(text).expect("a template of the test");
    let english = policy.wording.clone();
    let spanish = Language {
        tag: tag("es"),
        wording: Wording {
            invite: text("{inviter} le invita a un chat. Responda {accept} o {reject}; {leave} lo termina."),
            hint: text("Responda {accept} o {reject}, por favor."),
            accepted_ack: text(DENTRO),
            rejected_ack: text(FUERA),
            leave_hint: text(" ({leave} termina el chat)"),
            ended_by_peer: text(FIN),
            no_session: text(TARDE),
            accept: "SI".into(),
            reject: "NO".into(),
            leave: "SALIR".into(),
            ..english.clone()
        },
        vocabulary: Vocabulary::new(["SI"], ["NO", "PASO"], ["SALIR"]),
    };
    let russian = Language {
        tag: tag("ru"),
        wording: Wording {
            invite: text(
                "{inviter} приглашает вас в чат. Ответьте {accept} или {reject}; чтобы выйти, пошлите {leave}.",
            ),
            accept: "ДА".into(),
            reject: "НЕТ".into(),
            leave: "СТОП".into(),
            ..english.clone()
        },
        vocabulary: Vocabulary::new(["ДА"], ["НЕТ"], ["СТОП"]),
    };
    let german = Language {
        tag: tag("de"),
        wording: Wording {
            invite: text("{inviter} lädt Sie zum Chat ein. {accept}, {reject} oder {leave}?"),
            accept: "JA".into(),
            reject: "NEIN".into(),
            leave: "ENDE".into(),
            ..english
        },
        vocabulary: Vocabulary::new(["JA"], ["NEIN"], ["ENDE"]),
    };
    let by_number = [("34", "es"), ("7", "ru")];
    let by_number = by_number.map(|(prefix, name)| (Prefix::of(digits(prefix)), tag(name)));
    policy.languages = Languages::new(Some(tag("en")), [spanish, russian, german], by_number);
}

pub fn tag(name: &str) -> LanguageTag {
    LanguageTag::of(name).expect("a language")
}

/// The texts that an SMS user has got, in order.
fn heard<'s>(stage: &'s Stage, sms_user: &str) -> Vec<&'s str> {
    let number = sms_user.trim_start_matches('+');
    let submitted = stage.network.sms.submitted.iter().filter(|submitted| submitted.sms_user == number);
    submitted.map(|submitted| &submitted.text[..]).collect()
}

/// The number that this SMS user was last written to from.
fn number_for(stage: &Stage, sms_user: &str) -> String {
    let number = sms_user.trim_start_matches('+');
    let mut submitted = stage.network.sms.submitted.iter().rev();
    submitted.find(|submitted| submitted.sms_user == number).expect("a text").number.clone()
}

/// An SMS user answers whoever wrote to him last.
fn says(stage: &mut Stage, sms_user: &str, text: &str) -> Delivery {
    let number = number_for(stage, sms_user);
    let ticket = stage.text(sms_user, &number, text);
    stage.network.sms.delivery(ticket)
}

// interworking 2.6 item 13, 11 row 9
#[test]
fn two_chats_on_one_gateway_are_in_two_languages_to_the_last_word() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| {
            speak(policy);
            (policy.leave_hint, policy.tell_late) = (LeaveHint::First, true);
        }));
        let users = [(BOB, "yes"), (JUAN, "SÍ!")];
        for (call, (sms_user, _)) in users.iter().enumerate() {
            assert_eq!(stage.invite(Invitation::to(sms_user)), call);
        }
        assert!(heard(&stage, BOB)[0].ends_with("invites you to chat. Reply YES or NO; STOP ends it."));
        assert!(heard(&stage, JUAN)[0].ends_with("a un chat. Responda SI o NO; SALIR lo termina."));
        for (sms_user, _) in users {
            assert_eq!(says(&mut stage, sms_user, "quién?"), Delivery::Taken);
        }
        assert_eq!(heard(&stage, BOB)[1], HINT);
        assert_eq!(heard(&stage, JUAN)[1], "Responda SI o NO, por favor.");
        for (call, (sms_user, yes)) in users.iter().enumerate() {
            assert_eq!(says(&mut stage, sms_user, yes), Delivery::Taken);
            assert_eq!(stage.statuses(call), [100, 180, 200], "{yes}");
            stage.ack(call);
            stage.connect(call);
            let transaction = stage.send_text(call, "hola", "");
            let wire = stage.calls[call].wire.expect("a connection");
            assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));
        }
        assert_eq!(heard(&stage, BOB)[2], "hola (STOP ends)");
        assert_eq!(heard(&stage, JUAN)[2], "hola (SALIR termina el chat)");
        assert_eq!(says(&mut stage, BOB, "salir"), Delivery::Taken, "to Bob it is a word like others");
        for call in [0, 1] {
            assert_eq!(stage.request(call, "BYE"), Some(200));
        }
        for (sms_user, ended, over) in [(BOB, ENDED, OVER), (JUAN, FIN, TARDE)] {
            assert_eq!(heard(&stage, sms_user)[3], ended);
            assert_eq!(says(&mut stage, sms_user, "still there?"), Delivery::Taken);
            assert_eq!(heard(&stage, sms_user)[4], over, "also after the end");
        }
        stage
    });
}

// interworking 2.6 item 7
#[test]
fn whoever_answers_is_told_by_policy_that_he_was_understood() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| {
            speak(policy);
            policy.tell_answer = true;
        }));
        for (call, (sms_user, answer, status, understood)) in [
            (BOB, "yes", 200, WELCOME),
            (BOB, "no", 603, FAREWELL),
            (BOB, "stop", 603, FAREWELL),
            (JUAN, "sí", 200, DENTRO),
            (JUAN, "paso", 603, FUERA),
        ]
        .into_iter()
        .enumerate()
        {
            stage.invite(Invitation::to(sms_user));
            stage.network.sms.submitted.drain(..stage.network.sms.submitted.len() - 1);
            assert_eq!(says(&mut stage, sms_user, answer), Delivery::Taken);
            assert_eq!(heard(&stage, sms_user)[1..], [understood]);
            assert_eq!(stage.answer(call).status(), Some(status));
            stage.ack(call);
            if status == 200 {
                assert_eq!(stage.request(call, "BYE"), Some(200));
            }
        }
        stage
    });
}

#[test]
fn nobody_is_told_so_who_was_not_asked_or_said_nothing_of_use() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| {
            (policy.tell_answer, policy.ask_first) = (true, false);
        }));
        let call = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(call), [100, 200]);
        stage.ack(call);
        stage.connect(call);
        assert_eq!(stage.sms_user_says("yes"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["yes"]);
        assert_eq!(stage.sms_user_heard().len(), 1, "the invitation");
        assert_eq!(stage.request(call, "BYE"), Some(200));
        stage
    });
}

#[test]
fn the_words_of_the_chat_and_those_of_the_default_language_are_understood() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, speak);
        plan.announcements_max = 1000;
        let mut stage = Stage::of(plan);
        for (word, status) in [
            ("si", 200),
            ("\"Sí.\"", 200),
            ("Yes", 200),
            ("paso", 603),
            ("No!", 603),
            ("salir", 603),
            ("stop", 603),
        ] {
            let call = stage.invite(Invitation::to(JUAN));
            assert_eq!(says(&mut stage, JUAN, word), Delivery::Taken);
            assert_eq!(stage.answer(call).status(), Some(status), "{word}");
            stage.ack(call);
            if status == 200 {
                assert_eq!(
                    says(&mut stage, JUAN, if word == "Yes" { "Stop" } else { "¡Salir!" }),
                    Delivery::Taken
                );
                assert_eq!(stage.byes(call).len(), 1, "after {word}");
            }
        }
        // Of a third language nothing is understood, and of his own nothing to somebody else.
        for (sms_user, word) in [(JUAN, "да"), (JUAN, "ja"), (BOB, "si")] {
            let call = stage.invite(Invitation::to(sms_user));
            assert_eq!(says(&mut stage, sms_user, word), Delivery::Taken);
            assert_eq!(stage.statuses(call), [100, 180], "{word}");
            assert_eq!(says(&mut stage, sms_user, "no"), Delivery::Taken);
            stage.ack(call);
        }
        stage
    });
}

#[test]
fn a_language_with_another_alphabet_takes_more_segments_and_rings_after_the_last() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, speak));
        stage.network.sms.manners.verdict = Verdict::Silence;
        let call = stage.invite(Invitation::to(IVAN));
        let parts: Vec<_> =
            stage.network.sms.submitted.iter().map(|one| (one.part, one.text.clone())).collect();
        assert_eq!(parts.len(), 2, "UCS2 has 67 characters in each");
        assert!(parts.iter().enumerate().all(|(at, (part, _))| {
            part.is_some_and(|(_, total, sequence)| (total, usize::from(sequence)) == (2, at + 1))
        }));
        let whole: String = parts.into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            whole,
            format!("{ALICE} приглашает вас в чат. Ответьте ДА или НЕТ; чтобы выйти, пошлите СТОП.")
        );
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(stage.statuses(call), [100]);
        stage.network.take_submitted(1, Verdict::Taken);
        assert_eq!(stage.statuses(call), [100, 180]);
        stage.network.sms.manners.verdict = Verdict::Taken;
        assert_eq!(says(&mut stage, IVAN, "Да."), Delivery::Taken);
        assert_eq!(stage.statuses(call), [100, 180, 200]);
        stage.ack(call);
        assert_eq!(stage.request(call, "BYE"), Some(200));
        assert_eq!(heard(&stage, IVAN).last(), Some(&ENDED), "what Russian leaves out is as in the default");
        stage
    });
}

#[test]
fn the_readers_country_comes_before_what_the_chat_user_prefers() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, speak);
        let alice = Identity::Number(Msisdn(digits(ALICE.trim_start_matches('+'))));
        let carol = Identity::Number(Msisdn(digits(CAROL.trim_start_matches('+'))));
        let prefers = |name| Subscriber { language: LanguageTag::of(name), ..Subscriber::ANYBODY };
        plan.provisioned = vec![(alice, prefers("de-AT")), (carol, prefers("tlh"))];
        let mut stage = Stage::of(plan);
        for (call, (invitation, sms_user, begins)) in [
            (Invitation::to(BOB), BOB, "lädt Sie"),
            (Invitation::to(JUAN), JUAN, "le invita"),
            (Invitation::to(BOB).from("carol", CAROL), BOB, "invites you"),
            (Invitation::to(JUAN).from("carol", CAROL), JUAN, "le invita"),
        ]
        .into_iter()
        .enumerate()
        {
            stage.invite(invitation);
            let said = heard(&stage, sms_user).last().expect("an invitation").to_string();
            assert!(said.contains(begins), "{said}");
            assert_eq!(says(&mut stage, sms_user, "no"), Delivery::Taken);
            stage.ack(call);
        }
        stage
    });
}

#[test]
fn a_preference_that_changes_counts_from_the_next_chat_on() {
    on_every_layout(|layout| {
        let mut plan = asking(layout);
        speak(&mut plan.policy);
        let mut stage = Stage::of(plan);
        let prefers = |name| document(&format!("{YES}<Language>{name}</Language>"), None);
        stage.network.sms.hss.says = Some(Answer::Document(prefers("en")));
        register(&mut stage, 0, 600);
        stage.invite(Invitation::to(BOB));
        notify(&mut stage, &prefers("DE"));
        assert_eq!(says(&mut stage, BOB, "ja"), Delivery::Taken);
        assert_eq!(heard(&stage, BOB)[1..], [HINT], "a chat keeps its language");
        assert_eq!(says(&mut stage, BOB, "no"), Delivery::Taken);
        stage.ack(0);
        let next = stage.invite(Invitation::to(BOB));
        assert!(heard(&stage, BOB)[2].ends_with("lädt Sie zum Chat ein. JA, NEIN oder ENDE?"));
        assert_eq!(says(&mut stage, BOB, "ja!"), Delivery::Taken);
        assert_eq!(stage.statuses(next), [100, 180, 200]);
        stage.ack(next);
        assert_eq!(stage.request(next, "BYE"), Some(200));
        stage.network.wait(Duration::from_secs(1));
        stage
    });
}

const JUAN: &str = "+34600123456";
const IVAN: &str = "+79161234567";
const CAROL: &str = "+491517654321";
const DENTRO: &str = "Está en el chat.";
const FUERA: &str = "No está en el chat.";
const FIN: &str = "El chat ha terminado.";
const TARDE: &str = "Este chat ha terminado, nadie lo lee.";

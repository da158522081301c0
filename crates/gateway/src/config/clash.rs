//! What is wrong between the languages of a configuration, each of which may be right alone.
//!
//! Refuses: a word that says yes and no to the same SMS user, an invitation that does not tell him his words, a language that nobody
//! has written anything in.

use interwork::{LanguageTag, Reply};

use super::languages::InLanguage;
use super::{Config, Words};

/// What is wrong, at the first of these keys that the file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Dotted.
    pub keys: Vec<String>,
    /// What is wrong and what was expected.
    pub what: String,
}

impl Clash {
    fn at<const N: usize>(keys: [String; N], what: String) -> Option<Clash> {
        Some(Clash { keys: keys.into(), what })
    }
}

/// The first thing that is wrong.
pub fn clash(config: &Config) -> Option<Clash> {
    let default = config.default_language();
    let mut languages = core::iter::once(default).chain(config.other_languages());
    tags(config).or_else(|| {
        languages.find_map(|language| invitation(config, &language).or_else(|| words(&language, &default)))
    })
}

/// Each language once, and only such that something is written in.
fn tags(config: &Config) -> Option<Clash> {
    let default = config.texts.language.0;
    if config.languages.contains_key(&default) {
        let what = format!(
            "{default} is the language of [texts] and [words] themselves (texts.language); expected another one"
        );
        return Clash::at([key("texts", Some(default), ""), key("words", Some(default), "")], what);
    }
    if config.languages.len() > LANGUAGES_MAX {
        let what = format!(
            "there are {} languages; expected at most {LANGUAGES_MAX} beside the default",
            config.languages.len()
        );
        return Clash::at(["texts".into()], what);
    }
    let mut read = config.numbers.languages.0.iter().map(|(_, tag)| tag.0);
    let unwritten = read.find(|tag| *tag != default && !config.languages.contains_key(tag))?;
    let what = format!(
        "nothing is written in {unwritten}; expected [texts.{unwritten}] or [words.{unwritten}], or the language of [texts], {default}"
    );
    Clash::at(["numbers.languages".into()], what)
}

/// TS 23.204 6.15.1 step 5: the invitation says how to accept, to reject and to end.
fn invitation(config: &Config, language: &InLanguage<'_>) -> Option<Clash> {
    let needed: &[&str] = match config.chat.ask_first {
        true => &["{accept}", "{reject}", "{leave}"],
        false => &["{leave}"],
    };
    let missing = needed.iter().find(|variable| !language.invite.source.contains(**variable))?;
    let what = format!("the invitation does not say {missing}; expected {} in it", needed.join(", "));
    Clash::at([key("texts", language.tag, "invite"), key("texts", None, "invite")], what)
}

/// A word means one thing in a language and the default one, which are understood together.
fn words(language: &InLanguage<'_>, default: &InLanguage<'_>) -> Option<Clash> {
    let (own, other) = (language.vocabulary(), default.vocabulary());
    let find = |words: &Words, reply| {
        let means = |word: &&String| own.answer(word.chars()) == reply || other.answer(word.chars()) == reply;
        words.0.iter().find(means).cloned()
    };
    for (list, words, means, says) in [
        ("accept", language.accept, Reply::Reject, ("yes", "no")),
        ("reject", language.reject, Reply::Accept, ("no", "yes")),
        ("leave", language.leave, Reply::Accept, ("no", "yes")),
    ] {
        if let Some(word) = find(words, means) {
            let what = format!(
                "{word:?} says {} to an invitation here, and {} on another list of this language or of the default one, which are understood together; expected one meaning",
                says.0, says.1
            );
            let others = ["accept", "reject", "leave"].map(|list| key("words", None, list));
            let keys = [key("words", language.tag, list)].into_iter().chain(others).collect();
            return Some(Clash { keys, what });
        }
    }
    None
}

fn key(table: &str, tag: Option<LanguageTag>, key: &str) -> String {
    let parts = [Some(table.to_string()), tag.map(|tag| tag.to_string()), Some(key.to_string())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}

/// A chat keeps its language in one octet.
const LANGUAGES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use interwork::{LanguageId, Msisdn, Reply};
    use octets::Digits;

    use super::super::{Complaint, DEFAULT, parse};

    fn complaint(text: &str) -> Complaint {
        parse("test.toml", text).expect_err("a complaint")
    }

    fn expect(text: &str, line: usize, key: &str, wrong: &str) {
        let said = complaint(text);
        assert_eq!((said.line, said.key.as_str()), (line, key), "{text}: {said}");
        assert!(said.what.contains(wrong), "{text}: {said}");
    }

    #[test]
    fn what_a_language_leaves_out_is_as_in_the_default() {
        let text = "[numbers]\nlanguages = { \"+34\" = \"es\", 49 = \"de-DE\" }\n\
                    [texts.es]\ninvite = \"{inviter}: {accept}/{reject}/{leave}\"\nunknown_inviter = \"Alguien\"\n\
                    [words.es]\naccept = [\"SÍ\"]\n[words.DE]\nleave = [\"ENDE\"]\n";
        let policy = parse("test.toml", text).expect("a configuration").policy();
        let in_language = |number: &[u8]| {
            policy.language_between(None, Msisdn(Digits::from_ascii(number).expect("digits")))
        };
        let said = |language: LanguageId| {
            let wording = policy.wording_in(language);
            let variables = interwork::Variables { inviter: None, topic: "" };
            [&wording.invite, &wording.leave_hint]
                .map(|template| wording.phrase(template, variables).collect::<String>())
        };
        let [spanish, german] = [in_language(b"34600"), in_language(b"4915")];
        assert_eq!(said(spanish), ["Alguien: SÍ/NO/STOP", " (STOP ends the chat)"]);
        let [invite, hint] = said(german);
        assert!(invite.starts_with("Somebody invites you") && invite.contains("Send ENDE"), "{invite}");
        assert_eq!(hint, " (ENDE ends the chat)");
        assert_eq!(policy.answer_in(spanish, "si".chars()), Reply::Accept);
        assert_eq!(policy.remark_in(german, "ende!".chars()), Reply::Leave);
        assert_eq!(in_language(b"33"), LanguageId::default());
    }

    #[test]
    fn a_word_that_says_yes_and_no_is_refused_where_the_file_says_it() {
        for (text, line, key, word) in [
            ("[words.es]\nreject = [\"NO\",\n\"ok\"]\n", 2, "words.es.reject", "\"ok\""),
            ("[words.es]\naccept = [\"SÍ\", \"N\"]\n", 2, "words.es.accept", "\"N\""),
            ("[words.es]\nleave = [\"Yes!\"]\n", 2, "words.es.leave", "\"Yes!\""),
            ("[words.pt]\naccept = [\"NAO\"]\nreject = [\"NÃO\"]\n", 3, "words.pt.reject", "\"NÃO\""),
            ("\n[words]\naccept = [\"STOP\"]\n", 3, "words.accept", "\"STOP\""),
        ] {
            expect(text, line, key, word);
        }
        // Two languages that nobody understands together may contradict each other; and no in one may be the end in the other.
        let fine =
            "[words.el]\naccept = [\"NAI\"]\n[words.xx]\nreject = [\"NAI\", \"STOP\"]\nleave = [\"no\"]\n";
        assert!(parse("test.toml", fine).is_ok());
    }

    #[test]
    fn an_invitation_that_does_not_name_the_words_is_refused() {
        let invite = "{inviter}: {accept} or {reject}";
        expect(
            &format!("[texts.es]\nhint = \"?\"\ninvite = \"{invite}\"\n"),
            3,
            "texts.es.invite",
            "{leave}",
        );
        expect(&format!("[texts]\ninvite = \"{invite}\"\n"), 2, "texts.invite", "{leave}");
        let unasked =
            "[chat]\nask_first = false\n[texts]\ninvite = \"{inviter} writes to you, {leave} ends it\"\n";
        assert!(parse("test.toml", unasked).is_ok(), "there is nothing to accept");
    }

    #[test]
    fn languages_that_cannot_be_are_refused_by_name() {
        for (text, line, key, wrong) in [
            ("[texts.e]\n", 1, "texts.e", "is no language"),
            ("[words.de-AT]\n", 1, "words.de-AT", "is no language"),
            ("[texts.es]\n[texts.ES]\n", 1, "texts.es", "already"),
            ("[texts.es]\ninvit = \"\"\n", 2, "texts.es.invit", "invite"),
            ("[texts.es]\nhint = \"{x}\"\n", 2, "texts.es.hint", "{inviter}"),
            ("[words.es]\naccept = []\n", 2, "words.es.accept", "at least one word"),
            ("[texts.en]\n", 1, "texts.en", "texts.language"),
            ("[texts]\nlanguage = \"english language\"\n", 2, "texts.language", "such as"),
            ("[numbers]\nlanguages = { \"+34\" = \"es\" }\n", 2, "numbers.languages", "[texts.es]"),
            ("[numbers]\nlanguages = [\"es\"]\n", 2, "numbers.languages", "a table"),
            ("[numbers.languages]\n34 = \"en\"\n\"+34\" = \"en\"\n", 1, "numbers.languages", "each once"),
        ] {
            expect(text, line, key, wrong);
        }
        assert!(parse("test.toml", "[numbers]\nlanguages = { \"+44\" = \"en\" }\n").is_ok(), "the default");
    }

    #[test]
    fn no_complaint_about_languages_repeats_a_number() {
        for text in [
            "[numbers.languages]\n\"+4477009000O5\" = \"en\"\n",
            "[numbers.languages]\n\"+447700900005\" = \"e\"\n",
            "[numbers.languages]\n447700900005 = 1\n",
        ] {
            let said = complaint(text);
            assert_eq!((said.line, said.key.as_str()), (2, "numbers.languages"), "{said}");
            assert!(!said.to_string().contains("4477"), "{said}");
        }
    }

    #[test]
    fn the_examples_of_the_default_configuration_are_right() {
        let uncommented = DEFAULT
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|line| is_example(line)).unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n");
        assert_ne!(uncommented, DEFAULT);
        let config = parse("default.toml", &uncommented).expect("a configuration");
        assert_eq!(config.other_languages().count(), 1);
    }

    /// `[words.es]`, `[texts.es]` and what stands in them.
    fn is_example(line: &str) -> bool {
        let in_spanish = ["ACEPTO", "RECHAZO", "SALIR", "le invita"];
        line.ends_with(".es]") || in_spanish.iter().any(|word| line.contains(word))
    }
}

//! Which language a chat is in: what is said to its SMS user, and which of his words are understood.
//!
//! All texts are read by the SMS user, so his country is the first guide; what the chat user prefers, who shares a language with
//! him, is the second; then the operator's default (DECISIONS). All is settled at boot, and a chat keeps one octet.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU64;

use crate::{Msisdn, Policy, Prefix, Prefixes, Reply, Vocabulary, Wording};

/// The primary subtag of an RFC 5646 language tag: two to eight letters, in any case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LanguageTag(NonZeroU64);

impl LanguageTag {
    /// The language of `tag`, whatever its script and region; `None` when it does not begin with a language.
    pub fn of(tag: &str) -> Option<LanguageTag> {
        let primary = tag.split_once('-').map_or(tag, |(primary, _)| primary).as_bytes();
        let is_language = (2..=8).contains(&primary.len()) && primary.iter().all(u8::is_ascii_alphabetic);
        if !is_language {
            return None;
        }
        let pack = |packed, letter: &u8| packed << 8 | u64::from(letter.to_ascii_lowercase());
        NonZeroU64::new(primary.iter().fold(0, pack)).map(LanguageTag)
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = self.0.get().to_be_bytes();
        letters
            .iter()
            .filter(|letter| **letter != 0)
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One of the operator's languages: his default, unless another was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LanguageId(u8);

/// What is said and understood in one language.
#[derive(Clone, Debug)]
pub struct Language {
    /// Which it is.
    pub tag: LanguageTag,
    /// The operator's texts.
    pub wording: Wording,
    /// The SMS user's words.
    pub vocabulary: Vocabulary,
}

/// The languages beside the operator's default, and who reads which.
#[derive(Clone, Debug)]
pub struct Languages {
    default: Option<LanguageTag>,
    others: Box<[Language]>,
    by_number: Prefixes<LanguageId>,
}

impl Languages {
    /// The tag of the default language, all others (no more than there are octets' values), and what numbers that begin like this speak.
    pub fn new(
        default: Option<LanguageTag>,
        others: impl IntoIterator<Item = Language>,
        by_number: impl IntoIterator<Item = (Prefix, LanguageTag)>,
    ) -> Self {
        let others: Vec<_> = others.into_iter().take(usize::from(u8::MAX)).collect();
        let mut languages =
            Languages { default, others: others.into_boxed_slice(), by_number: Prefixes::new([]) };
        let known = by_number.into_iter().filter_map(|(prefix, tag)| Some((prefix, languages.find(tag)?)));
        languages.by_number = Prefixes::new(known.collect::<Vec<_>>());
        languages
    }

    fn find(&self, tag: LanguageTag) -> Option<LanguageId> {
        if self.default == Some(tag) {
            return Some(LanguageId::default());
        }
        let place = self.others.iter().position(|language| language.tag == tag)?;
        u8::try_from(place + 1).ok().map(LanguageId)
    }

    fn other(&self, id: LanguageId) -> Option<&Language> {
        self.others.get(usize::from(id.0).checked_sub(1)?)
    }
}

impl Policy {
    /// The language of a chat between these two. A language in which there is nothing to say is no preference.
    // interworking 2.6 item 13
    pub fn language_between(&self, chat_user: Option<LanguageTag>, sms_user: Msisdn) -> LanguageId {
        let preferred = || chat_user.and_then(|tag| self.languages.find(tag));
        self.languages.by_number.find(sms_user).or_else(preferred).unwrap_or_default()
    }

    /// What is said in a language.
    pub fn wording_in(&self, language: LanguageId) -> &Wording {
        self.languages.other(language).map_or(&self.wording, |language| &language.wording)
    }

    /// What `message` says to somebody who has been invited in a language. The default language is always understood.
    pub fn answer_in(&self, language: LanguageId, message: impl Iterator<Item = char> + Clone) -> Reply {
        let other = self.languages.other(language);
        match other.map_or(Reply::Text, |language| language.vocabulary.answer(message.clone())) {
            Reply::Text => self.vocabulary.answer(message),
            reply => reply,
        }
    }

    /// What `message` says inside a chat in a language.
    pub fn remark_in(&self, language: LanguageId, message: impl Iterator<Item = char> + Clone) -> Reply {
        let other = self.languages.other(language);
        match other.map_or(Reply::Text, |language| language.vocabulary.remark(message.clone())) {
            Reply::Text => self.vocabulary.remark(message),
            reply => reply,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::tests::policy;
    use alloc::format;
    use octets::Digits;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::of(text).expect("a language")
    }

    fn number(text: &[u8]) -> Msisdn {
        Msisdn(Digits::from_ascii(text).expect("digits"))
    }

    fn prefix(text: &[u8]) -> Prefix {
        Prefix::of(number(text).digits())
    }

    /// English by default, Spanish in Spain, Catalan in a part of it, German for whoever prefers it.
    fn polyglot() -> Policy {
        let mut policy = policy();
        let language = |name, accept, reject| Language {
            tag: tag(name),
            wording: Wording { accept: Box::from(accept), ..policy.wording.clone() },
            vocabulary: Vocabulary::new([accept], [reject], []),
        };
        let others = [language("es", "SÍ", "NO"), language("ca", "SÍ", "NO"), language("de", "JA", "NEIN")];
        let by_number =
            [(prefix(b"34"), "es"), (prefix(b"3497"), "ca"), (prefix(b"44"), "en"), (prefix(b"7"), "ru")];
        let by_number = by_number.map(|(prefix, name)| (prefix, tag(name)));
        policy.languages = Languages::new(Some(tag("en")), others, by_number);
        policy
    }

    #[test]
    fn a_tag_is_its_primary_language_in_any_case() {
        assert_eq!(tag("de-AT"), tag("DE"));
        assert_ne!(tag("de"), tag("den"));
        assert_eq!(format!("{} {:?}", tag("zh-Hant-TW"), tag("ES")), "zh es");
        for none in ["", "d", "d-AT", "12", "de_AT", "deutschland", "-de", "ñu"] {
            assert_eq!(LanguageTag::of(none), None, "{none}");
        }
        assert_eq!(size_of::<Option<LanguageTag>>(), 8);
    }

    #[test]
    fn the_readers_country_guides_then_the_chat_users_preference_then_the_operator() {
        let policy = polyglot();
        let (default, spanish, catalan, german) =
            (LanguageId(0), LanguageId(1), LanguageId(2), LanguageId(3));
        for (sms_user, prefers, language) in [
            (&b"34600"[..], Some("de"), spanish),
            (b"349712", None, catalan),
            (b"4477", Some("de"), default),
            (b"4915", Some("de-CH"), german),
            (b"4915", None, default),
            (b"4915", Some("tlh"), default),
            // Nothing can be said in Russian.
            (b"7495", Some("de"), german),
        ] {
            assert_eq!(
                policy.language_between(prefers.map(tag), number(sms_user)),
                language,
                "{sms_user:?} {prefers:?}"
            );
        }
    }

    #[test]
    fn words_of_the_chat_and_of_the_default_language_are_understood_and_no_others() {
        let policy = polyglot();
        let spanish = policy.language_between(None, number(b"34600"));
        assert_eq!(&*policy.wording_in(spanish).accept, "SÍ");
        for (said, reply) in [
            ("si!", Reply::Accept),
            ("yes", Reply::Accept),
            ("no", Reply::Reject),
            ("stop", Reply::Reject),
            ("ja", Reply::Text),
        ] {
            assert_eq!(policy.answer_in(spanish, said.chars()), reply, "{said}");
        }
        assert_eq!(policy.remark_in(spanish, "Stop.".chars()), Reply::Leave);
        assert_eq!(policy.remark_in(spanish, "si".chars()), Reply::Text);
        assert_eq!(policy.answer_in(LanguageId::default(), "si".chars()), Reply::Text);
        assert_eq!(&*policy.wording_in(LanguageId::default()).accept, "YES");
    }
}

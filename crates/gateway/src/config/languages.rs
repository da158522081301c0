//! What is said and understood, language by language: `[texts]` and `[words]` are the default language, `[texts.es]` and
//! `[words.es]` another one, in which whatever is left out is as in the default.
//!
//! In: the tables of a file. Out: `OtherLanguages`, and what the shards make of them.

use std::collections::BTreeMap;
use std::ops::Range;

use interwork::{Language, LanguageTag, Languages, Template, Vocabulary, Wording};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Unexpected, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, NumberPrefix, Text, Words};

/// A language by its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub LanguageTag);

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a language such as \"es\" (RFC 5646)";
        LanguageTag::of(&text)
            .map(Tag)
            .ok_or_else(|| de::Error::invalid_value(Unexpected::Str(&text), &expected))
    }
}

/// What people read whose numbers begin like this.
#[derive(Clone, Debug, Default)]
pub struct LanguagesByNumber(pub Vec<(NumberPrefix, Tag)>);

impl<'de> Deserialize<'de> for LanguagesByNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;
        impl<'de> Visitor<'de> for Table {
            type Value = LanguagesByNumber;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table such as { \"+34\" = \"es\" }")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LanguagesByNumber, A::Error> {
                let mut entries: Vec<(NumberPrefix, Tag)> = Vec::new();
                while let Some((prefix, tag)) = map.next_entry::<NumberPrefix, Tag>()? {
                    if entries.iter().any(|(other, _)| *other == prefix) {
                        let what = "two keys are the same beginning of numbers; expected each once";
                        return Err(de::Error::custom(what));
                    }
                    entries.push((prefix, tag));
                }
                Ok(LanguagesByNumber(entries))
            }
        }
        deserializer.deserialize_map(Table)
    }
}

/// `[texts.es]`
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtherTexts {
    invite: Option<Text>,
    hint: Option<Text>,
    accepted_ack: Option<Text>,
    rejected_ack: Option<Text>,
    leave_hint: Option<Text>,
    withdrawn: Option<Text>,
    unsupported_content: Option<Text>,
    ended_by_peer: Option<Text>,
    no_session: Option<Text>,
    unknown_inviter: Option<String>,
}

/// `[words.es]`
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtherWords {
    accept: Option<Words>,
    reject: Option<Words>,
    leave: Option<Words>,
}

/// What the file has of a language beside the default one.
#[derive(Clone, Debug, Default)]
pub struct OtherLanguage {
    texts: OtherTexts,
    words: OtherWords,
}

/// All of them.
pub type OtherLanguages = BTreeMap<LanguageTag, OtherLanguage>;

/// Where in the file, and what is wrong there.
pub type Wrong = (Option<Range<usize>>, String);

/// Takes the tables of other languages out of `[texts]` and `[words]`.
pub fn take_out(config: &mut DeTable<'_>) -> Result<OtherLanguages, Wrong> {
    let mut languages = OtherLanguages::new();
    for (tag, table) in tables_in(config, "texts")? {
        languages.entry(tag).or_default().texts = read(table)?;
    }
    for (tag, table) in tables_in(config, "words")? {
        languages.entry(tag).or_default().words = read(table)?;
    }
    Ok(languages)
}

fn tables_in<'i>(
    config: &mut DeTable<'i>,
    place: &str,
) -> Result<BTreeMap<LanguageTag, Spanned<DeTable<'i>>>, Wrong> {
    let mut tables = BTreeMap::new();
    let Some(DeValue::Table(table)) = config.get_mut(place).map(Spanned::get_mut) else { return Ok(tables) };
    for (key, value) in std::mem::take(table) {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(inner) => {
                let name = key.get_ref();
                // A region or a script would promise more than is looked at.
                let tag = LanguageTag::of(name).filter(|tag| name.eq_ignore_ascii_case(&tag.to_string()));
                let is_new = |tag| tables.insert(tag, Spanned::new(span, inner)).is_none();
                if !tag.is_some_and(is_new) {
                    let what = format!(
                        "{name:?} is no language, or one that stands here already; expected a language such as \"es\" (the first subtag of RFC 5646), once"
                    );
                    return Err((Some(key.span()), what));
                }
            }
            other => {
                table.insert(key, Spanned::new(span, other));
            }
        }
    }
    Ok(tables)
}

fn read<T: de::DeserializeOwned>(table: Spanned<DeTable<'_>>) -> Result<T, Wrong> {
    let read = T::deserialize(toml::de::Deserializer::from(table));
    read.map_err(|error| (error.span(), error.message().to_string()))
}

/// One language: what it has, and where it has nothing, what the default has.
#[derive(Clone, Copy)]
pub struct InLanguage<'c> {
    /// `None`: the default.
    pub tag: Option<LanguageTag>,
    /// The invitation.
    pub invite: &'c Text,
    /// Yes.
    pub accept: &'c Words,
    /// No.
    pub reject: &'c Words,
    /// Enough.
    pub leave: &'c Words,
}

impl InLanguage<'_> {
    /// The SMS user's words.
    pub fn vocabulary(&self) -> Vocabulary {
        let [accept, reject, leave] =
            [self.accept, self.reject, self.leave].map(|words| words.0.iter().map(String::as_str));
        Vocabulary::new(accept, reject, leave)
    }

    /// What is said: `otherwise`, with this invitation and these words.
    fn wording(&self, otherwise: Wording) -> Wording {
        let [accept, reject, leave] = [self.accept, self.reject, self.leave]
            .map(|words| words.0.first().map_or("", String::as_str).into());
        Wording { invite: self.invite.template.clone(), accept, reject, leave, ..otherwise }
    }
}

impl Config {
    /// The default language.
    pub fn default_language(&self) -> InLanguage<'_> {
        let Config { texts, words, .. } = self;
        let (invite, accept, reject, leave) = (&texts.invite, &words.accept, &words.reject, &words.leave);
        InLanguage { tag: None, invite, accept, reject, leave }
    }

    /// The others, in the order of their tags.
    pub fn other_languages(&self) -> impl Iterator<Item = InLanguage<'_>> {
        let default = self.default_language();
        self.languages.iter().map(move |(tag, OtherLanguage { texts, words })| InLanguage {
            tag: Some(*tag),
            invite: texts.invite.as_ref().unwrap_or(default.invite),
            accept: words.accept.as_ref().unwrap_or(default.accept),
            reject: words.reject.as_ref().unwrap_or(default.reject),
            leave: words.leave.as_ref().unwrap_or(default.leave),
        })
    }

    /// What is said in the default language.
    pub(super) fn wording(&self) -> Wording {
        let texts = &self.texts;
        self.default_language().wording(Wording {
            invite: texts.invite.template.clone(),
            hint: texts.hint.template.clone(),
            accepted_ack: texts.accepted_ack.template.clone(),
            rejected_ack: texts.rejected_ack.template.clone(),
            leave_hint: texts.leave_hint.template.clone(),
            withdrawn: texts.withdrawn.template.clone(),
            unsupported_content: texts.unsupported_content.template.clone(),
            ended_by_peer: texts.ended_by_peer.template.clone(),
            no_session: texts.no_session.template.clone(),
            unknown_inviter: texts.unknown_inviter.as_str().into(),
            accept: Box::default(),
            reject: Box::default(),
            leave: Box::default(),
        })
    }

    /// The other languages, and who reads which.
    pub(super) fn polyglot(&self) -> Languages {
        let default = self.wording();
        let others = self.other_languages().zip(&self.languages).map(|(language, (tag, own))| {
            let texts = &own.texts;
            let or = |own: &Option<Text>, default: &Template| {
                own.as_ref().map_or(default, |text| &text.template).clone()
            };
            let name = texts.unknown_inviter.as_deref();
            let wording = language.wording(Wording {
                invite: or(&texts.invite, &default.invite),
                hint: or(&texts.hint, &default.hint),
                accepted_ack: or(&texts.accepted_ack, &default.accepted_ack),
                rejected_ack: or(&texts.rejected_ack, &default.rejected_ack),
                leave_hint: or(&texts.leave_hint, &default.leave_hint),
                withdrawn: or(&texts.withdrawn, &default.withdrawn),
                unsupported_content: or(&texts.unsupported_content, &default.unsupported_content),
                ended_by_peer: or(&texts.ended_by_peer, &default.ended_by_peer),
                no_session: or(&texts.no_session, &default.no_session),
                unknown_inviter: name.map_or_else(|| default.unknown_inviter.clone(), Box::from),
                // Its own words, by `wording`.
                accept: Box::default(),
                reject: Box::default(),
                leave: Box::default(),
            });
            Language { tag: *tag, wording, vocabulary: language.vocabulary() }
        });
        let by_number = self.numbers.languages.0.iter().map(|(prefix, tag)| (prefix.0, tag.0));
        Languages::new(Some(self.texts.language.0), others, by_number)
    }
}

//! Reading a configuration, and saying what is wrong with it.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::{Config, DEFAULT, NumberSource, Serves, Shards, subscribers};

/// What is wrong, where, and what was expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The key, with its table.
    pub key: String,
    /// What is wrong and what was expected.
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Complaint {}

/// Reads the configuration in `path`, and the file of subscribers that it names.
pub fn read(path: &Path) -> Result<Config, Complaint> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mut config = parse(&file, &text)?;
            if let Some(subscribers) = &config.access.subscribers_file {
                config.provisioned = subscribers::read(subscribers, Some(path))?;
            }
            Ok(config)
        }
        Err(error) => Err(Complaint {
            what: format!(
                "cannot be read: {error}; `ipsmgw default-config > {file}` writes one to start from"
            ),
            file,
            line: 0,
            key: String::new(),
        }),
    }
}

/// Reads another TOML file, with the same complaints.
pub(super) fn read_as<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Complaint> {
    let file = path.display().to_string();
    let complain = |line, what: String| Complaint { file: file.clone(), line, key: String::new(), what };
    let text =
        std::fs::read_to_string(path).map_err(|error| complain(0, format!("cannot be read: {error}")))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(&text, span.start));
        complain(line, error.message().to_string())
    })
}

/// Reads a configuration from `text`; `file` is only its name in complaints.
pub fn parse(file: &str, text: &str) -> Result<Config, Complaint> {
    let complain =
        |span: Option<std::ops::Range<usize>>, table: Option<&DeTable<'_>>, what: String| Complaint {
            file: file.to_string(),
            line: span.as_ref().map_or(0, |span| line_of(text, span.start)),
            key: span.zip(table).map_or_else(String::new, |(span, table)| key_at(table, span.start)),
            what,
        };
    let given =
        DeTable::parse(text).map_err(|error| complain(error.span(), None, error.message().to_string()))?;
    let mut merged = given.clone();
    let defaults =
        DeTable::parse(DEFAULT).map_err(|error| complain(None, None, error.message().to_string()))?;
    fill_in(merged.get_mut(), defaults.into_inner());

    let config = Config::deserialize(Deserializer::from(merged)).map_err(|error| {
        let what = error.message().to_string();
        complain(error.span(), Some(given.get_ref()), what)
    })?;
    match contradiction(&config) {
        None => Ok(config),
        Some((span, key, what)) => {
            let mut complaint = complain(span, None, what);
            complaint.key = key.to_string();
            Err(complaint)
        }
    }
}

/// Gives each key that `given` leaves out its default. Lists (peers, words, numbers) are taken or left as a whole.
fn fill_in<'i>(given: &mut DeTable<'i>, defaults: DeTable<'i>) {
    for (key, default) in defaults {
        match given.get_mut(key.get_ref().as_ref()) {
            None => {
                given.insert(key, default);
            }
            Some(value) => {
                if let (DeValue::Table(given), DeValue::Table(default)) =
                    (value.get_mut(), default.into_inner())
                {
                    fill_in(given, default);
                }
            }
        }
    }
}

/// Values that are right alone and wrong together.
fn contradiction(config: &Config) -> Option<(Option<std::ops::Range<usize>>, &'static str, String)> {
    let origin_host = &config.diameter.origin_host;
    if matches!(config.gateway.shards, Shards::Exactly(count) if count > 1)
        && !origin_host.get_ref().contains("{shard}")
    {
        let what = format!(
            "{:?} names one identity for several shards, and each shard has its own connection to each peer; expected \"{{shard}}\" in it, such as \"ipsmgw-{{shard}}.epc.example\"",
            origin_host.get_ref()
        );
        return Some((Some(origin_host.span()), "diameter.origin_host", what));
    }
    let network = &config.sms.network;
    if !matches!(network.get_ref().0.len(), 5 | 6) {
        let what = "expected MCC and MNC, five or six digits, such as \"26299\"".to_string();
        return Some((Some(network.span()), "sms.network", what));
    }
    let pool = &config.numbers.pool;
    if config.numbers.source == NumberSource::Pool && pool.get_ref().is_empty() {
        let what =
            "is empty, but numbers.source is \"pool\"; expected at least one number or range".to_string();
        return Some((Some(pool.span()), "numbers.pool", what));
    }
    let numbers: u64 = pool.get_ref().iter().map(|range| range.count()).sum();
    if numbers > POOL_NUMBERS_MAX {
        let what =
            format!("holds {numbers} numbers; expected at most {POOL_NUMBERS_MAX} (32 to 256 suffice)");
        return Some((Some(pool.span()), "numbers.pool", what));
    }
    if !config.diameter.peer.iter().any(|peer| peer.serves.contains(&Serves::SmsIwmsc)) {
        let what =
            "no peer serves \"sms_iwmsc\", so no short message could be submitted; expected at least one"
                .to_string();
        return Some((None, "diameter.peer", what));
    }
    None
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|octet| **octet == b'\n').count()
}

/// The dotted name of the innermost key whose name or value holds `offset`.
fn key_at(table: &DeTable<'_>, offset: usize) -> String {
    for (key, value) in table {
        let name = key.get_ref().to_string();
        if key.span().contains(&offset) && !matches!(value.get_ref(), DeValue::Table(_)) {
            return name;
        }
        if let Some(rest) = inside(value, offset) {
            return if rest.is_empty() { name } else { format!("{name}.{rest}") };
        }
    }
    String::new()
}

fn inside(value: &Spanned<DeValue<'_>>, offset: usize) -> Option<String> {
    match value.get_ref() {
        // The span of a table is its header only, so its content is asked first.
        DeValue::Table(table) => {
            let key = key_at(table, offset);
            (!key.is_empty() || value.span().contains(&offset)).then_some(key)
        }
        DeValue::Array(items) => {
            let found = items.iter().find_map(|item| inside(item, offset));
            found.or_else(|| value.span().contains(&offset).then(String::new))
        }
        _ => value.span().contains(&offset).then(String::new),
    }
}

/// The search for a free number looks at each number at most once; more than this would make one INVITE cost too much.
const POOL_NUMBERS_MAX: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> Complaint {
        parse("test.toml", text).expect_err("a complaint")
    }

    #[test]
    fn the_default_configuration_is_complete_and_right() {
        let config = parse("default", DEFAULT).expect("the default configuration");
        assert_eq!(config.chat.answer_timer_s.0, 600);
        assert!(parse("empty", "").is_ok(), "each key has a default");
    }

    #[test]
    fn a_complaint_says_file_line_key_and_what_was_expected() {
        let unknown = complaint("[chat]\nask_first = true\nanswer_time_s = 5\n");
        assert_eq!((unknown.line, unknown.key.as_str()), (3, "chat.answer_time_s"));
        assert!(unknown.what.contains("answer_timer_s"), "{unknown}");

        let range = complaint("[chat]\nanswer_timer_s = 0\n");
        assert_eq!((range.line, range.key.as_str()), (2, "chat.answer_timer_s"));
        assert!(range.to_string().starts_with("test.toml:2: chat.answer_timer_s: "), "{range}");
        assert!(range.what.contains("1 to 86400"), "{range}");

        let kind = complaint("[sip]\n\nport = \"many\"\n");
        assert_eq!((kind.line, kind.key.as_str()), (3, "sip.port"));

        let number = complaint("[sms]\nservice_centre = \"+44abc\"\n");
        assert_eq!((number.line, number.key.as_str()), (2, "sms.service_centre"));

        let text = complaint("[texts]\ninvite = \"{caller} calls\"\n");
        assert_eq!((text.line, text.key.as_str()), (2, "texts.invite"));
        assert!(text.what.contains("{inviter}"), "{text}");

        let peer =
            complaint("[[diameter.peer]]\nhost = \"h\"\nrealm = \"r\"\naddress = \"nowhere\"\nserves = []\n");
        assert_eq!((peer.line, peer.key.as_str()), (4, "diameter.peer.address"));

        let broken = complaint("[sip\n");
        assert_eq!(broken.line, 1);
        let table = complaint("[siip]\nport = 1\n");
        assert_eq!(table.line, 1);
    }

    #[test]
    fn values_that_contradict_each_other_are_named() {
        let host = complaint("[gateway]\nshards = 2\n[diameter]\norigin_host = \"one.example\"\n");
        assert_eq!((host.line, host.key.as_str()), (4, "diameter.origin_host"));
        assert_eq!(complaint("[numbers]\nsource = \"pool\"\npool = []\n").key, "numbers.pool");
        assert_eq!(complaint("[sms]\nnetwork = \"262\"\n").key, "sms.network");
        let peer =
            "[[diameter.peer]]\nhost = \"h\"\nrealm = \"r\"\naddress = \"127.0.0.1:1\"\nserves = [\"hss\"]\n";
        assert_eq!(complaint(peer).key, "diameter.peer");
    }
}

//! Reading a configuration, and saying what is wrong with it.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::clash::{Clash, clash};
use super::{Config, DEFAULT, NumberSource, Serves, languages, subscribers};

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

/// Reads another TOML file, one about people, with the same complaints but for the values: none is repeated.
pub(super) fn read_as<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Complaint> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Complaint {
        file: file.clone(),
        line: 0,
        key: String::new(),
        what: format!("cannot be read: {error}"),
    })?;
    parse_as(&file, &text)
}

/// The same of a text; `file` is only its name in complaints.
pub(super) fn parse_as<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Complaint> {
    let complain = |error: toml::de::Error, table: Option<&DeTable<'_>>| Complaint {
        file: file.to_string(),
        line: error.span().map_or(0, |span| line_of(text, span.start)),
        key: error.span().zip(table).map_or_else(String::new, |(span, table)| key_at(table, span.start)),
        what: error.message().to_string(),
    };
    let given = DeTable::parse(text).map_err(|error| without_values(complain(error, None)))?;
    T::deserialize(Deserializer::from(given.clone()))
        .map_err(|error| without_values(complain(error, Some(given.get_ref()))))
}

/// What stands in quotes before the last "expected" is what was found; with a digit in it, it may be somebody's number.
fn without_values(mut complaint: Complaint) -> Complaint {
    let what = &complaint.what;
    let (found, expected) = what.split_at(what.rfind("expected").unwrap_or(what.len()));
    let has_digit = |text: &str| text.contains(|character: char| character.is_ascii_digit());
    if has_digit(found) && found.contains(['`', '"', '\'']) {
        let kind = found.split(['`', '"', '\'']).next().unwrap_or_default().trim_end();
        complaint.what = format!("{kind} (not shown here), {expected}").trim_end_matches(", ").to_string();
    }
    if has_digit(&complaint.key) {
        complaint.key = String::new();
    }
    complaint
}

/// Reads a configuration from `text`; `file` is only its name in complaints.
pub fn parse(file: &str, text: &str) -> Result<Config, Complaint> {
    let complain =
        |span: Option<std::ops::Range<usize>>, table: Option<&DeTable<'_>>, what: String| Complaint {
            file: file.to_string(),
            line: span.as_ref().map_or(0, |span| line_of(text, span.start)),
            key: span
                .zip(table)
                .map_or_else(String::new, |(span, table)| without_numbers(key_at(table, span.start))),
            what,
        };
    let given =
        DeTable::parse(text).map_err(|error| complain(error.span(), None, error.message().to_string()))?;
    let mut merged = given.clone();
    let defaults =
        DeTable::parse(DEFAULT).map_err(|error| complain(None, None, error.message().to_string()))?;
    fill_in(merged.get_mut(), defaults.into_inner());

    let languages = languages::take_out(merged.get_mut())
        .map_err(|(span, what)| complain(span, Some(given.get_ref()), what))?;
    let config = Config::deserialize(Deserializer::from(merged)).map_err(|error| {
        let what = error.message().to_string();
        complain(error.span(), Some(given.get_ref()), what)
    })?;
    let config = Config { languages, ..config };
    if let Some(Clash { keys, what }) = clash(&config) {
        let stands = |key: &String| Some((key.clone(), find(given.get_ref(), key)?));
        let found = keys.iter().find_map(stands);
        let mut complaint = complain(found.as_ref().map(|(_, span)| span.clone()), None, what);
        complaint.key = found.map_or_else(String::new, |(key, _)| key);
        return Err(complaint);
    }
    match contradiction(&config, config.shard_count()) {
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

/// Values that are right alone and wrong together, with so many shards.
fn contradiction(
    config: &Config,
    shards: u16,
) -> Option<(Option<std::ops::Range<usize>>, &'static str, String)> {
    let origin_host = &config.diameter.origin_host;
    if shards > 1 && !origin_host.get_ref().contains("{shard}") {
        let what = format!(
            "{:?} names one identity for {shards} shards, and each shard has its own connection to each peer; expected \"{{shard}}\" in it, such as \"ipsmgw-{{shard}}.epc.example\"",
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
    let access = &config.access;
    let blocked = &access.blocked_destinations;
    if let Some(both) = blocked.get_ref().iter().find(|prefix| access.allowed_destinations.contains(prefix)) {
        let what = format!(
            "one of {:?} is blocked, and access.allowed_destinations allows the same; expected it on one of the lists",
            both.0
        );
        return Some((Some(blocked.span()), "access.blocked_destinations", what));
    }
    let lists = access.allowed_destinations.len() + blocked.get_ref().len() + access.blocked_users.len();
    if lists > BARRING_MAX {
        let what = format!(
            "the lists hold {lists} entries; expected at most {BARRING_MAX} in all (a subscriber's data may bar him as well)"
        );
        return Some((Some(blocked.span()), "access.blocked_destinations", what));
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

/// A key may be how somebody's number begins.
fn without_numbers(key: String) -> String {
    let is_name = |part: &&str| !part.contains(|character: char| character.is_ascii_digit());
    key.split('.').take_while(is_name).collect::<Vec<_>>().join(".")
}

/// Where the value of a dotted key stands.
fn find(table: &DeTable<'_>, key: &str) -> Option<std::ops::Range<usize>> {
    let (name, rest) = key.split_once('.').map_or((key, None), |(name, rest)| (name, Some(rest)));
    let (_, value) = table.iter().find(|(key, _)| key.get_ref().eq_ignore_ascii_case(name))?;
    match (rest, value.get_ref()) {
        (None, _) => Some(value.span()),
        (Some(rest), DeValue::Table(inner)) => find(inner, rest),
        (Some(_), _) => None,
    }
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
/// Lists of people and prefixes are read once and searched for each invitation.
const BARRING_MAX: usize = 100_000;

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
    fn a_limit_says_what_was_given_and_its_range() {
        for (table, key, value, range) in [
            ("gateway", "sessions_per_shard", "0", "1 to 1000000"),
            ("gateway", "pairs_per_shard", "-1", "1 to 100000000"),
            ("sms", "routing_queries_max", "100000001", "1 to 100000000"),
            ("sms", "segments_max", "17", "1 to 16"),
            ("access", "subscribers_max", "0", "1 to 100000000"),
            ("rates", "invitations_per_hour", "-1", "0 to 1000000"),
            ("rates", "messages_per_minute", "1000001", "0 to 1000000"),
            ("chat", "message_octets_max", "1000001", "1 to 1000000"),
        ] {
            let said = complaint(&format!("[{table}]\n{key} = {value}\n"));
            assert_eq!((said.line, said.key), (2, format!("{table}.{key}")));
            assert!(said.what.contains(&format!("`{value}`")) && said.what.contains(range), "{}", said.what);
        }
    }

    #[test]
    fn a_choice_says_what_there_is_to_choose_from() {
        let said = complaint("[sms]\n\nwithout_chat = \"drop\"\n");
        assert_eq!((said.line, said.key.as_str()), (3, "sms.without_chat"));
        assert!(said.what.contains("`message`") && said.what.contains("`refuse`"), "{said}");
        let config = parse("test.toml", "[sms]\nwithout_chat = \"refuse\"\n").expect("a choice");
        assert_eq!(config.policy().without_chat, interwork::WithoutChat::Refuse);
    }

    #[test]
    fn an_address_that_nobody_can_reach_is_refused_with_the_remedy() {
        for (table, address) in [("sip", "0.0.0.0"), ("msrp", "::"), ("msrp", "::ffff:0.0.0.0")] {
            let said = complaint(&format!("[{table}]\naddress = \"{address}\"\n"));
            assert_eq!((said.line, said.key), (2, format!("{table}.address")));
            assert!(said.what.contains("name the address that others reach"), "{}", said.what);
        }
        assert!(parse("test.toml", "[sip]\naddress = \"2001:db8::1\"\n").is_ok());
    }

    #[test]
    fn several_shards_need_several_identities_also_when_their_number_is_the_machines() {
        let one = "[gateway]\nshards = 1\n[diameter]\norigin_host = \"one.example\"\n";
        let config = parse("test.toml", one).expect("one shard, one identity");
        assert!(contradiction(&config, 1).is_none());
        assert_eq!(contradiction(&config, 2).map(|(_, key, _)| key), Some("diameter.origin_host"));
        let default = parse("default", DEFAULT).expect("the default configuration");
        for cores in [1, 2, 64] {
            assert!(contradiction(&default, default.gateway.shards.on(cores)).is_none(), "{cores} cores");
        }
        let auto = parse("test.toml", &one.replace("= 1", "= \"auto\""));
        assert_eq!(auto.is_err(), default.shard_count() > 1);
    }

    #[test]
    fn no_complaint_repeats_a_number() {
        for (text, line, key) in [
            ("[sms]\nservice_centre = \"+44770O900005\"\n", 2, "sms.service_centre"),
            ("[sms]\nown_number = 447700900006\n", 2, "sms.own_number"),
            ("[numbers]\npool = [\"+4477009000061234\"]\n", 2, "numbers.pool"),
            ("[numbers]\npool = [\n447700900006]\n", 3, "numbers.pool"),
            ("[access]\nblocked_destinations = [\"+4477O\"]\n", 2, "access.blocked_destinations"),
            ("[access]\nallowed_destinations = [\"\"]\n", 2, "access.allowed_destinations"),
            ("[access]\nblocked_users = [\"+1\", \"tel:+447700\"]\n", 2, "access.blocked_users"),
        ] {
            let said = complaint(text);
            assert_eq!((said.line, said.key.as_str()), (line, key));
            assert!(!said.to_string().replace("+447700900005", "").contains("4477"), "{said}");
        }
    }

    #[test]
    fn values_that_contradict_each_other_are_named() {
        let host = complaint("[gateway]\nshards = 2\n[diameter]\norigin_host = \"one.example\"\n");
        assert_eq!((host.line, host.key.as_str()), (4, "diameter.origin_host"));
        assert_eq!(complaint("[numbers]\nsource = \"pool\"\npool = []\n").key, "numbers.pool");
        assert_eq!(complaint("[sms]\nnetwork = \"262\"\n").key, "sms.network");
        let both = complaint(
            "[access]\nallowed_destinations = [\"+49\"]\nblocked_destinations = [\"+1\", \"49\"]\n",
        );
        assert_eq!((both.line, both.key.as_str()), (3, "access.blocked_destinations"));
        let peer =
            "[[diameter.peer]]\nhost = \"h\"\nrealm = \"r\"\naddress = \"127.0.0.1:1\"\nserves = [\"hss\"]\n";
        assert_eq!(complaint(peer).key, "diameter.peer");
    }
}

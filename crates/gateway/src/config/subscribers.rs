//! The operator's file of chat users: the same data as from an HSS, without one.

use std::path::{Path, PathBuf};

use interwork::{Identity, Subscriber};
use serde::Deserialize;

use super::Complaint;
use super::check::read_as;
use super::languages::Tag;
use super::numbers::Number;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    subscriber: Vec<Entry>,
}

/// `[[subscriber]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    number: Number,
    #[serde(default = "yes")]
    authorised: bool,
    service_centre: Option<Number>,
    auto_accept: Option<bool>,
    may_hide: Option<bool>,
    language: Option<Tag>,
}

/// Reads the file that a configuration names; a relative path is looked for beside the configuration.
pub fn read(file: &Path, beside: Option<&Path>) -> Result<Vec<(Identity, Subscriber)>, Complaint> {
    let path: PathBuf = match beside.and_then(Path::parent) {
        Some(folder) if file.is_relative() => folder.join(file),
        _ => file.to_path_buf(),
    };
    let file: File = read_as(&path)?;
    let entry = |entry: Entry| {
        let subscriber = Subscriber {
            number: None,
            is_authorised: entry.authorised,
            service_centre: entry.service_centre.map(|number| number.0),
            auto_accept: entry.auto_accept,
            may_hide: entry.may_hide,
            language: entry.language.map(|tag| tag.0),
        };
        (Identity::Number(entry.number.msisdn()), subscriber)
    };
    Ok(file.subscriber.into_iter().map(entry).collect())
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::super::check::parse_as;
    use super::*;

    fn complaint(text: &str) -> Complaint {
        parse_as::<File>("people.toml", text).expect_err("a complaint")
    }

    #[test]
    fn a_file_of_subscribers_is_read() {
        let file: File = parse_as("people.toml", "[[subscriber]]\nnumber = \"+15550100\"\n").expect("a file");
        assert!(file.subscriber.len() == 1 && file.subscriber[0].authorised);
        assert!(parse_as::<File>("people.toml", "").expect("a file").subscriber.is_empty());
    }

    #[test]
    fn a_complaint_says_line_key_and_what_is_wrong_but_no_number() {
        for (text, line, key, wrong) in [
            ("number = \"+15550l00\"", 2, "subscriber.number", "character 7 is not a digit"),
            ("number = \"+1555010015550100\"", 2, "subscriber.number", "it has 16 digits"),
            ("number = 15550100", 2, "subscriber.number", "it is an integer"),
            ("number = 155501001555010015550100", 2, "subscriber.number", "it is an integer"),
            ("number = 1555.0100", 2, "subscriber.number", "decimal fraction"),
            ("number = [\"+15550100\"]", 2, "subscriber.number", "sequence"),
            ("number = 1555-01-00", 2, "", ""),
            ("number = \"+1\"\nauthorised = \"+15550100\"", 3, "subscriber.authorised", "a boolean"),
            ("number = \"+1\"\nmay_hide = 15550100", 3, "subscriber.may_hide", "a boolean"),
            ("number = \"+1\"\nlanguage = \"e\"", 3, "subscriber.language", "such as \"es\""),
            ("number = \"+1\"\n15550100 = true", 3, "", "unknown field"),
            ("number = \"+1\"\nservice_center = \"+2\"", 3, "subscriber.service_center", "service_centre"),
            (
                "number = \"+1\"\nservice_centre = \"15550100x\"",
                3,
                "subscriber.service_centre",
                "character 9",
            ),
            ("number = +15550100\"", 2, "", ""),
        ] {
            let said = complaint(&format!("[[subscriber]]\n{text}\n"));
            assert_eq!((said.line, said.key.as_str()), (line, key), "{text}: {said}");
            assert!(said.what.contains(wrong), "{text}: {said}");
            assert!(!said.to_string().contains("1555"), "{text}: {said}");
        }
    }
}

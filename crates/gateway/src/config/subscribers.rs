//! The operator's file of chat users: the same data as from an HSS, without one.

use std::path::{Path, PathBuf};

use interwork::{Identity, Subscriber};
use serde::Deserialize;

use super::Complaint;
use super::check::read_as;
use super::values::Number;

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
        };
        (Identity::Number(entry.number.msisdn()), subscriber)
    };
    Ok(file.subscriber.into_iter().map(entry).collect())
}

fn yes() -> bool {
    true
}

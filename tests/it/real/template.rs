//! A peer's configuration as it lies in `tests/peers`, with the ports and folders of one test in it.

use std::path::PathBuf;

use crate::interop::peers::Peers;
use crate::interop::scratch::Scratch;

/// Writes `file` of `tests/peers` into `scratch`, each `@NAME@` replaced by its value.
pub fn fill_in(file: &str, values: &[(&str, String)], scratch: &Scratch) -> PathBuf {
    let path = Peers::file(file);
    let mut text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (name, value) in values {
        text = text.replace(&format!("@{name}@"), value);
    }
    let left = text.split_whitespace().find(|word| word.contains('@') && word.ends_with("@;"));
    assert_eq!(left, None, "{file} wants a value that nobody gives");
    let name = path.file_name().and_then(|name| name.to_str()).expect("a file");
    scratch.write(name, &text)
}

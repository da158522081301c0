//! Header values that are comma-separated lists (RFC 3261 7.3.1).

use super::grammar::{split_at_separator, trim};

/// The elements of one header value; commas in quotes and angle brackets do not separate.
///
/// An empty element is returned as such: whether `a,,b` is forgiven is for the caller to say.
#[derive(Clone)]
pub struct Elements<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Elements<'a> {
    /// The elements of `value`.
    pub fn new(value: &'a [u8]) -> Self {
        Elements { rest: Some(value) }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (element, rest) = split_at_separator(self.rest?, b',');
        self.rest = rest;
        Some(trim(element))
    }
}

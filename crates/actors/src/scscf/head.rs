//! A SIP message taken apart by lines, so that a proxy can change some and leave the others alone.

use alloc::vec::Vec;

use sip::{HeaderName, MessageView};

/// Start line, header lines, body. Via, Route and Record-Route have one element a line.
pub(super) struct Head {
    start_line: Vec<u8>,
    headers: Vec<Line>,
    body: Vec<u8>,
}

struct Line {
    name: HeaderName,
    /// As it was written; what matters for names that `HeaderName` does not know.
    text: Vec<u8>,
    value: Vec<u8>,
}

impl Head {
    /// Everything of `view` but Content-Length, which is written anew.
    pub(super) fn of(view: &MessageView<'_>) -> Self {
        let mut headers = Vec::new();
        for (text, value) in view.all_headers() {
            let name = HeaderName::parse(text);
            let mut line = |value: &[u8]| headers.push(Line { name, text: text.into(), value: value.into() });
            match name {
                HeaderName::ContentLength => {}
                HeaderName::Via | HeaderName::Route | HeaderName::RecordRoute => {
                    sip::Elements::new(value).for_each(line);
                }
                _ => line(value),
            }
        }
        Head { start_line: view.start_line().into(), headers, body: view.body().into() }
    }

    /// The value of the first line `name`.
    pub(super) fn first(&self, name: HeaderName) -> Option<&[u8]> {
        self.headers.iter().find(|line| line.name == name).map(|line| line.value.as_slice())
    }

    /// Takes the first line `name` away.
    pub(super) fn take_first(&mut self, name: HeaderName) -> Option<Vec<u8>> {
        let at = self.headers.iter().position(|line| line.name == name)?;
        Some(self.headers.remove(at).value)
    }

    /// Takes all lines `name` away.
    pub(super) fn take_all(&mut self, name: HeaderName) {
        self.headers.retain(|line| line.name != name);
    }

    /// Adds a line above all others of its name.
    pub(super) fn add_above(&mut self, name: HeaderName, value: impl Into<Vec<u8>>) {
        let line = Line { name, text: name.name().into(), value: value.into() };
        let at = self.headers.iter().position(|line| line.name == name).unwrap_or(0);
        self.headers.insert(at, line);
    }

    /// The message on the wire. Folds of copied values become spaces.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        crate::message_text::written(|out| {
            out.put(&self.start_line);
            out.put(b"\r\n");
            for line in &self.headers {
                out.put(&line.text);
                out.put(b": ");
                sip::put_value(out, &line.value);
                out.put(b"\r\n");
            }
            out.put(b"Content-Length: ");
            out.decimal(self.body.len() as u64);
            out.put(b"\r\n\r\n");
            out.put(&self.body);
        })
    }
}

//! The documents of a focus, written: for whoever plays one.

use octets::Writer;
use octets::xml::write_text;

use super::{Departure, DocumentState, Presence};

/// Somebody in a roster.
#[derive(Clone, Copy)]
pub struct Participant<'a> {
    /// His URI.
    pub entity: &'a [u8],
    /// His name; empty for none.
    pub display: &'a [u8],
    /// In or out.
    pub presence: Presence,
}

/// A conference-info document.
#[derive(Clone, Copy)]
pub struct Roster<'a> {
    /// The URI of the conference.
    pub entity: &'a [u8],
    /// Of the document and its list of users.
    pub state: DocumentState,
    /// One more for each document of a subscription.
    pub version: u32,
    /// What it is about, if that is said.
    pub subject: Option<&'a [u8]>,
    /// Who is in or out.
    pub users: &'a [Participant<'a>],
}

impl Roster<'_> {
    /// Writes the document.
    pub fn write(&self, out: &mut Writer<'_>) {
        out.text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\"");
        attribute(out, " entity", self.entity);
        attribute(out, " state", name_of(self.state));
        out.text(" version=\"");
        out.decimal(u64::from(self.version));
        out.text("\">");
        if let Some(subject) = self.subject {
            out.text("<conference-description>");
            element(out, "subject", subject);
            out.text("</conference-description>");
        }
        if !self.users.is_empty() || self.state == DocumentState::Full {
            out.text("<users");
            attribute(out, " state", name_of(self.state));
            out.text(">");
            self.users.iter().for_each(|user| user.write(out));
            out.text("</users>");
        }
        out.text("</conference-info>\r\n");
    }
}

impl Participant<'_> {
    fn write(&self, out: &mut Writer<'_>) {
        out.text("<user");
        attribute(out, " entity", self.entity);
        out.text(" state=\"full\">");
        if !self.display.is_empty() {
            element(out, "display-text", self.display);
        }
        out.text("<endpoint");
        attribute(out, " entity", self.entity);
        out.text(">");
        let (status, departure) = match self.presence {
            Presence::Present => ("connected", None),
            Presence::Pending => ("pending", None),
            Presence::Absent(departure) => ("disconnected", departure),
        };
        element(out, "status", status.as_bytes());
        if let Some(departure) = departure {
            let method = match departure {
                Departure::Departed => "departed",
                Departure::Booted => "booted",
                Departure::Failed => "failed",
                Departure::Busy => "busy",
            };
            element(out, "disconnection-method", method.as_bytes());
        }
        out.text("</endpoint></user>");
    }
}

/// Writes a list of recipients: their URIs, one after the other.
pub fn write_recipients<'a>(out: &mut Writer<'_>, uris: impl Iterator<Item = &'a [u8]>) {
    out.text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\"");
    out.text(" xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>");
    for uri in uris {
        out.text("<entry");
        attribute(out, " uri", uri);
        out.text(" cp:copyControl=\"to\"/>");
    }
    out.text("</list></resource-lists>\r\n");
}

fn name_of(state: DocumentState) -> &'static [u8] {
    match state {
        DocumentState::Full => b"full",
        DocumentState::Partial => b"partial",
        DocumentState::Deleted => b"deleted",
    }
}

fn element(out: &mut Writer<'_>, name: &str, text: &[u8]) {
    out.text("<");
    out.text(name);
    out.text(">");
    write_text(out, text);
    out.text("</");
    out.text(name);
    out.text(">");
}

/// ` name="value"`; a quotation mark in the value is escaped as well.
fn attribute(out: &mut Writer<'_>, name: &str, value: &[u8]) {
    out.text(name);
    out.text("=\"");
    for (position, piece) in value.split(|octet| *octet == b'"').enumerate() {
        if position > 0 {
            out.text("&quot;");
        }
        write_text(out, piece);
    }
    out.text("\"");
}

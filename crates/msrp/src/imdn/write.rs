//! Writing an IMDN document, alone or wrapped in the CPIM message that carries it.

use core::fmt;

use octets::xml::write_text;
use octets::{Overflow, Writer};
use tempo::Civil;

use super::{Fate, Notification};
use crate::content;
use crate::cpim::{CpimHeaders, write_cpim, write_date_time};

/// What a notification of ours says.
#[derive(Clone, Copy)]
pub struct NotificationDocument<'a> {
    /// The IMDN Message-ID of the message that it is about.
    pub message_id: &'a [u8],
    /// When the message was sent, in UTC.
    pub date_time: Civil,
    /// Whom it was for.
    pub recipient_uri: &'a [u8],
    /// Whom it was for at first, when that was somebody else.
    pub original_recipient_uri: Option<&'a [u8]>,
    /// What it is about.
    pub notification: Notification,
    /// What became of the message; [`Fate::Other`] is written as an error.
    pub fate: Fate,
}

/// Appends the document.
pub fn write(out: &mut Writer<'_>, document: &NotificationDocument<'_>) -> Result<(), Overflow> {
    let fate = if document.fate == Fate::Other { Fate::Error } else { document.fate };
    out.text(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\r\n",
    );
    element(out, "message-id", document.message_id);
    out.text("<datetime>");
    write_date_time(out, document.date_time);
    out.text("</datetime>\r\n");
    element(out, "recipient-uri", document.recipient_uri);
    if let Some(uri) = document.original_recipient_uri {
        element(out, "original-recipient-uri", uri);
    }
    let kind = document.notification.element();
    for part in ["<", kind, "><status><", fate.word(), "/></status></", kind, ">\r\n</imdn>\r\n"] {
        out.text(part);
    }
    if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
}

/// Appends the `message/cpim` body that carries the document.
///
/// RFC 5438 7.2.1.1: it has an IMDN Message-ID of its own and asks for no notification.
pub fn write_notification(
    out: &mut Writer<'_>,
    headers: &CpimHeaders<'_>,
    document: &NotificationDocument<'_>,
) -> Result<(), Overflow> {
    let headers = CpimHeaders {
        disposition: crate::Disposition::NONE,
        content_disposition: Some(b"notification"),
        ..*headers
    };
    let mut outcome = Ok(());
    write_cpim(out, &headers, content::IMDN.as_bytes(), |out| outcome = write(out, document))?;
    outcome
}

fn element(out: &mut Writer<'_>, name: &str, value: &[u8]) {
    for part in ["<", name, ">"] {
        out.text(part);
    }
    write_text(out, value);
    for part in ["</", name, ">\r\n"] {
        out.text(part);
    }
}

/// Numbers do not print.
impl fmt::Debug for NotificationDocument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotificationDocument")
            .field("notification", &self.notification)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

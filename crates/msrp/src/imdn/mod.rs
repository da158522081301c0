//! Instant Message Disposition Notification, RFC 5438: what became of a message, told by its IMDN Message-ID.
//!
//! Refuses: a notification of a notification.

mod read;
mod write;

pub use read::{Imdn, NotImdn};
pub use write::{NotificationDocument, write, write_notification};

use crate::{ContentKind, Cpim, Disposition};

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notification {
    /// Whether it arrived.
    Delivery,
    /// Whether it was shown.
    Display,
    /// What somebody on the way did with it.
    Processing,
}

/// What became of the message, RFC 5438 7.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Delivered,
    /// It could not be delivered.
    Failed,
    /// The recipient, or policy, does not want to say.
    Forbidden,
    /// Something else went wrong.
    Error,
    /// It was shown.
    Displayed,
    /// It was processed.
    Processed,
    /// It was stored for later.
    Stored,
    /// A word that we do not know.
    Other,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Fate::Delivered => "delivered",
            Fate::Failed => "failed",
            Fate::Forbidden => "forbidden",
            Fate::Error => "error",
            Fate::Displayed => "displayed",
            Fate::Processed => "processed",
            Fate::Stored => "stored",
            Fate::Other => "",
        }
    }

    fn of(word: &[u8]) -> Fate {
        use Fate::{Delivered, Displayed, Error, Failed, Forbidden, Other, Processed, Stored};
        let all = [Delivered, Failed, Forbidden, Error, Displayed, Processed, Stored];
        all.into_iter().find(|fate| fate.word().as_bytes() == word).unwrap_or(Other)
    }
}

impl Notification {
    fn element(self) -> &'static str {
        match self {
            Notification::Delivery => "delivery-notification",
            Notification::Display => "display-notification",
            Notification::Processing => "processing-notification",
        }
    }

    fn of(element: &[u8]) -> Option<Notification> {
        let all = [Notification::Delivery, Notification::Display, Notification::Processing];
        all.into_iter().find(|notification| notification.element().as_bytes() == element)
    }
}

/// Is a delivery notification of `fate` owed for this message?
///
/// RFC 5438 7.2.1.1: only when asked for, only with a Message-ID to name, never for a notification. A *display*
/// request is left unanswered: no SMS user can tell (TS 23.204 6.10).
pub fn is_due(cpim: &Cpim<'_>, fate: Fate) -> bool {
    let wanted = match fate {
        Fate::Delivered => Disposition::POSITIVE_DELIVERY,
        Fate::Failed | Fate::Forbidden | Fate::Error => Disposition::NEGATIVE_DELIVERY,
        Fate::Displayed | Fate::Processed | Fate::Stored | Fate::Other => return false,
    };
    !matches!(cpim.content_kind(), ContentKind::Imdn | ContentKind::IsComposing)
        && cpim.imdn_message_id.is_some_and(|message_id| !message_id.is_empty())
        && cpim.disposition.wants(wanted)
}

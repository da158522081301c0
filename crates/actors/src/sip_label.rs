//! What stands on the arrow of a SIP message.

use alloc::format;
use alloc::string::String;

use sip::{MessageView, Method};

/// `INVITE`, `180 Ringing`, `200 OK (BYE)`: the method of a response is said where it is not INVITE.
pub(crate) fn label(view: &MessageView<'_>) -> String {
    let Some(status) = view.status() else { return String::from_utf8_lossy(view.method_name()).into_owned() };
    let text = format!("{} {}", status.code(), status.reason());
    match view.method() {
        Method::Invite => text,
        method => format!("{text} ({})", method.name()),
    }
}

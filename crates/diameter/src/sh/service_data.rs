//! ServiceData: the part of a document that the HSS keeps for a service and does not look into.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::{ChatInterworking, Unreadable, xml};
use crate::limits::SH_DATA_OCTETS_MAX;

/// What stands inside `ServiceData`: XML that is well-formed by itself, ours or another service's.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceData(String);

impl fmt::Debug for ServiceData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceData({} octets)", self.0.len())
    }
}

impl From<&ChatInterworking> for ServiceData {
    fn from(settings: &ChatInterworking) -> Self {
        ServiceData(settings.to_xml())
    }
}

impl ServiceData {
    /// Takes `content` as it stands. A prefix that it uses must be declared in it: it will be written into other
    /// documents than the one that it came from.
    pub fn new(content: &str) -> Result<Self, Unreadable> {
        if content.len() > SH_DATA_OCTETS_MAX {
            return Err(Unreadable::TooLong);
        }
        xml::tree(wrapped(content).as_bytes())?;
        Ok(ServiceData(content.into()))
    }

    /// The XML.
    pub fn as_xml(&self) -> &str {
        &self.0
    }

    /// Our own settings, if this is where they are.
    pub fn chat_interworking(&self) -> Result<Option<ChatInterworking>, Unreadable> {
        let whole = wrapped(&self.0);
        let tree = xml::tree(whole.as_bytes())?;
        let ours = xml::elements(tree.root_element()).find(|one| xml::key(*one) == "chatinterworking");
        ours.map(ChatInterworking::read).transpose()
    }
}

fn wrapped(content: &str) -> String {
    format!("<ServiceData>{content}</ServiceData>")
}

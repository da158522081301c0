//! Which service a message is about: ICSI and IARI values and feature tags (TS 24.229 7.9.2, RFC 6050, RFC 3840).
//!
//! Rate: once per INVITE or MESSAGE. Touched: five headers, each once. Copies: one identifier at a time, unescaped.
//!
//! Refuses: to look into SDP; `a=file-selector` may still turn a chat into a file transfer.

use core::fmt;

use super::grammar::trim;
use super::{Elements, HeaderName, MessageView, NameAddr, Params};
use crate::limits;

/// What a message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// CPM or OMA IM one-to-one chat.
    Chat,
    /// CPM group chat.
    GroupChat,
    /// CPM pager mode: the text rides in a MESSAGE.
    PagerMessage,
    /// CPM large message mode: one message over MSRP.
    LargeMessage,
    /// CPM or joyn file transfer.
    FileTransfer,
    /// None of these.
    Unnamed,
}

impl ServiceKind {
    /// What `message` names. The first header that names anything decides: what the network asserts, then what the
    /// caller prefers, then whom it wants to reach, then what it can do itself.
    pub fn of(message: &MessageView<'_>) -> ServiceKind {
        for name in [HeaderName::PAssertedService, HeaderName::PPreferredService] {
            let services = Services::of_identifiers(message.headers(name));
            if let Some(kind) = services.first_of(MOST_SPECIFIC_FIRST) {
                return kind;
            }
        }
        let wanted = Services::of_elements(message, HeaderName::AcceptContact);
        if let Some(kind) = wanted.first_of(MOST_SPECIFIC_FIRST) {
            return kind;
        }
        for name in [HeaderName::Contact, HeaderName::FeatureCaps] {
            // A list of everything that the device can do says little: chat is what fits all of it.
            if let Some(kind) = Services::of_elements(message, name).first_of(MOST_COMMON_FIRST) {
                return kind;
            }
        }
        ServiceKind::Unnamed
    }
}

/// Several services.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Services(u8);

impl Services {
    /// Is `kind` among them?
    pub fn contains(self, kind: ServiceKind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Is none there?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and those.
    pub fn union(self, other: Services) -> Services {
        Services(self.0 | other.0)
    }

    /// What the feature tags behind a Contact, an Accept-Contact or a Feature-Caps name.
    pub fn of_features(params: Params<'_>) -> Services {
        let mut services = Services::default();
        for (name, value) in params.iter() {
            let value = value.unwrap_or_default();
            if name.eq_ignore_ascii_case(b"+g.3gpp.icsi-ref")
                || name.eq_ignore_ascii_case(b"+g.3gpp.iari-ref")
            {
                services = services.union(Services::of_list(value));
            } else if name.eq_ignore_ascii_case(b"+g.oma.sip-im") && is_set(value) {
                services = services.union(Services(bit(ServiceKind::Chat)));
            }
        }
        services
    }

    fn of_elements(message: &MessageView<'_>, name: HeaderName) -> Services {
        let all = message.elements(name).filter_map(features).map(Services::of_features);
        all.fold(Services::default(), Services::union)
    }

    fn of_identifiers<'a>(values: impl Iterator<Item = &'a [u8]>) -> Services {
        let all = values.flat_map(Elements::new).map(Services::of_list);
        all.fold(Services::default(), Services::union)
    }

    /// A comma list of identifiers, its commas and colons escaped or not.
    fn of_list(list: &[u8]) -> Services {
        let mut services = Services::default();
        let mut identifier = Identifier::default();
        for octet in unescaped(list).chain(core::iter::once(b',')) {
            if octet == b',' {
                services.0 |= identifier.kind().map_or(0, bit);
                identifier = Identifier::default();
            } else {
                identifier.push(octet);
            }
        }
        services
    }

    fn first_of(self, order: [ServiceKind; 5]) -> Option<ServiceKind> {
        order.into_iter().find(|kind| self.contains(*kind))
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = MOST_COMMON_FIRST.into_iter().filter(|kind| self.contains(*kind));
        f.debug_set().entries(present).finish()
    }
}

/// The parameters of an element that is an address or `*`.
pub(crate) fn features(element: &[u8]) -> Option<Params<'_>> {
    match NameAddr::parse(element) {
        Some(address) => Some(address.params),
        None => Params::parse(&element[memchr::memchr(b';', element)?..]),
    }
}

/// RFC 3840 9: a tag without a value is true; `TRUE` says the same.
pub(crate) fn is_set(value: &[u8]) -> bool {
    !value.eq_ignore_ascii_case(b"FALSE")
}

/// One identifier, escapes removed, in lower case: URNs of ICSI are compared so.
struct Identifier {
    octets: [u8; limits::SERVICE_ID_OCTETS_MAX],
    length: usize,
}

impl Default for Identifier {
    fn default() -> Self {
        Identifier { octets: [0; limits::SERVICE_ID_OCTETS_MAX], length: 0 }
    }
}

impl Identifier {
    fn push(&mut self, octet: u8) {
        if let Some(place) = self.octets.get_mut(self.length) {
            *place = octet.to_ascii_lowercase();
        }
        // One that is too long keeps growing past the room, and so names nothing.
        self.length += 1;
    }

    fn kind(&self) -> Option<ServiceKind> {
        // RFC 3840 9: a value behind `!` is one that is not meant, and matches no name here.
        let name = trim(self.octets.get(..self.length)?);
        let (_, kind) = NAMES.iter().find(|(known, _)| *known == name)?;
        Some(*kind)
    }
}

/// Percent escapes removed; one that is cut or no number stays as it is.
fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let [octet, behind @ ..] = rest else { return None };
        if *octet == b'%'
            && let [high, low, behind @ ..] = behind
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            rest = behind;
            return Some(high << 4 | low);
        }
        rest = behind;
        Some(*octet)
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

const fn bit(kind: ServiceKind) -> u8 {
    match kind {
        ServiceKind::Unnamed => 0,
        named => 1 << named as u8,
    }
}

const MOST_SPECIFIC_FIRST: [ServiceKind; 5] = [
    ServiceKind::GroupChat,
    ServiceKind::FileTransfer,
    ServiceKind::LargeMessage,
    ServiceKind::PagerMessage,
    ServiceKind::Chat,
];

const MOST_COMMON_FIRST: [ServiceKind; 5] = [
    ServiceKind::Chat,
    ServiceKind::GroupChat,
    ServiceKind::PagerMessage,
    ServiceKind::LargeMessage,
    ServiceKind::FileTransfer,
];

/// Whole names only: a sub-service that is not listed is another service.
const NAMES: [(&[u8], ServiceKind); 7] = [
    (b"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session", ServiceKind::Chat),
    (b"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session.group", ServiceKind::GroupChat),
    (b"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg", ServiceKind::PagerMessage),
    (b"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.largemsg", ServiceKind::LargeMessage),
    (b"urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer", ServiceKind::FileTransfer),
    // What joyn clients say instead of an ICSI.
    (b"urn:urn-7:3gpp-application.ims.iari.rcse.im", ServiceKind::Chat),
    (b"urn:urn-7:3gpp-application.ims.iari.rcse.ft", ServiceKind::FileTransfer),
];

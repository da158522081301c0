//! Third-party REGISTER: the S-CSCF tells who has come and gone (TS 24.229 5.4.1.7, TS 24.341 5.3.3).
//!
//! Rate: one per subscriber and re-registration. Touched: the message once, a multipart body twice. Copies: none.
//!
//! Refuses: to authenticate (only the S-CSCF sends these), to keep bindings, to speak to the HSS.
//! In: a REGISTER that `validate_request` has passed. Out: `Registration`, or `BadRegistration` with its answer.

mod embedded;
mod ims_xml;

use core::fmt;
use core::net::SocketAddr;

use octets::{Digits, Overflow, Writer};
use tempo::WallClock;

use crate::limits;
use crate::wire::{
    Asserted, BadMultipart, HeaderName, MediaType, MessageView, Multipart, NameAddr, ResponseWriter,
    StatusCode, put_date, put_value,
};

pub use embedded::UeFeatures;

/// A REGISTER that says nothing we can act upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRegistration {
    /// To names no user: neither a SIP nor a tel URI.
    Identity,
    /// `Contact: *` that does not take everything back, or not alone (RFC 3261 10.3 step 6).
    Star,
    /// Neither a Contact nor an Expires: a query, and we are no registrar.
    Query,
    /// The body cannot be cut into its parts.
    Body(BadMultipart),
    /// The XML is longer than `IMS_XML_OCTETS_MAX`.
    XmlTooLong,
}

impl BadRegistration {
    /// The answer.
    pub fn status(self) -> StatusCode {
        match self {
            BadRegistration::Identity | BadRegistration::Star | BadRegistration::Query => {
                StatusCode::BAD_REQUEST
            }
            BadRegistration::Body(bad) => bad.status(),
            BadRegistration::XmlTooLong => StatusCode::REQUEST_ENTITY_TOO_LARGE,
        }
    }
}

/// A public user identity that is registered now.
#[derive(Clone, Copy)]
pub struct Binding<'a> {
    /// The public user identity.
    pub identity: Asserted<'a>,
    /// The MSISDN that the filter criteria carry for us; `None` when they do not.
    pub msisdn: Option<Digits>,
    /// How long it is registered, in seconds.
    pub expires_s: u32,
    /// The S-CSCF: where requests for this user go.
    pub scscf: Option<&'a [u8]>,
    /// What the user's devices can do; `None` when the S-CSCF did not include their REGISTER or its answer.
    pub features: Option<UeFeatures>,
}

/// What a third-party REGISTER says.
#[derive(Clone, Copy)]
pub enum Registration<'a> {
    /// The user is there, or still there.
    Registered(Binding<'a>),
    /// The user's last contact is gone.
    Deregistered {
        /// The public user identity.
        identity: Asserted<'a>,
        /// The MSISDN that the filter criteria carry for us; most S-CSCFs leave it out at the end.
        msisdn: Option<Digits>,
    },
}

impl<'a> Registration<'a> {
    /// Reads the REGISTER.
    pub fn of(request: &MessageView<'a>) -> Result<Registration<'a>, BadRegistration> {
        let identity = Asserted::of_address(request.to()).ok_or(BadRegistration::Identity)?;
        let expires_s = expires_s(request)?;
        let told = Told::of(request)?;
        if expires_s == 0 {
            return Ok(Registration::Deregistered { identity, msisdn: told.msisdn });
        }
        Ok(Registration::Registered(Binding {
            identity,
            msisdn: told.msisdn,
            expires_s,
            scscf: request.contact_uri(),
            features: told.features,
        }))
    }

    /// The public user identity.
    pub fn identity(&self) -> Asserted<'a> {
        match self {
            Registration::Registered(binding) => binding.identity,
            Registration::Deregistered { identity, .. } => *identity,
        }
    }
}

impl fmt::Debug for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<binding for {} s, {:?}>", self.expires_s, self.features)
    }
}

impl fmt::Debug for Registration<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Registration::Registered(binding) => write!(f, "<registered: {binding:?}>"),
            Registration::Deregistered { .. } => f.write_str("<deregistered>"),
        }
    }
}

/// Writes the 200 with the binding and the time of day (RFC 3261 10.3 step 8). After a de-registration no binding
/// is left to be listed.
pub fn write_registered(
    out: &mut Writer<'_>,
    request: &MessageView<'_>,
    source: SocketAddr,
    to_tag: &[u8],
    registration: &Registration<'_>,
    clock: WallClock,
) -> Result<usize, Overflow> {
    let mut response = ResponseWriter::start(out, request, source, StatusCode::OK, None, Some(to_tag), false);
    if let Registration::Registered(Binding { scscf: Some(scscf), expires_s, .. }) = registration {
        response.header_with("Contact", |out| {
            out.u8(b'<');
            put_value(out, scscf);
            out.text(">;expires=");
            out.decimal(u64::from(*expires_s));
        });
    }
    response.header_with("Date", |out| put_date(out, clock));
    response.finish_without_body()
}

/// RFC 3261 10.2.1.1: the parameter of the Contact, else the header, else an hour.
fn expires_s(request: &MessageView<'_>) -> Result<u32, BadRegistration> {
    let header = request.header(HeaderName::Expires);
    let mut contacts = request.elements(HeaderName::Contact);
    match contacts.next() {
        Some(b"*") => match (header.map(seconds), contacts.next()) {
            (Some(0), None) => Ok(0),
            _ => Err(BadRegistration::Star),
        },
        Some(contact) => Ok(contact_expires_s(contact, header)),
        None => header.map(seconds).ok_or(BadRegistration::Query),
    }
}

fn contact_expires_s(contact: &[u8], header: Option<&[u8]>) -> u32 {
    let param = NameAddr::parse(contact).and_then(|contact| contact.params.value(b"expires"));
    param.or(header).map_or(EXPIRES_S_DEFAULT, seconds)
}

/// RFC 3261 10.2.1.1: what cannot be read counts as an hour.
fn seconds(value: &[u8]) -> u32 {
    match octets::decimal(value) {
        Some(number) => u32::try_from(number).unwrap_or(u32::MAX),
        None => EXPIRES_S_DEFAULT,
    }
}

const EXPIRES_S_DEFAULT: u32 = 3600;

/// What the body adds.
#[derive(Default)]
struct Told {
    msisdn: Option<Digits>,
    features: Option<UeFeatures>,
}

impl Told {
    fn of(request: &MessageView<'_>) -> Result<Told, BadRegistration> {
        let mut told = Told::default();
        match Multipart::of(request) {
            Some(parts) => {
                for part in parts.map_err(BadRegistration::Body)?.parts().filter(|part| !part.is_encoded()) {
                    told.note(part.media_type(), part.body)?;
                }
            }
            None => told.note(request.media_type(), request.body())?,
        }
        Ok(told)
    }

    /// Bodies that are not known here are passed over: a refusal could make the S-CSCF drop the user's registration,
    /// when the filter criteria's default handling says so (TS 24.229 5.4.1.7).
    fn note(&mut self, media_type: Option<MediaType<'_>>, body: &[u8]) -> Result<(), BadRegistration> {
        let Some(media_type) = media_type else { return Ok(()) };
        if media_type.is(b"application/3gpp-ims+xml") {
            if body.len() > limits::IMS_XML_OCTETS_MAX {
                return Err(BadRegistration::XmlTooLong);
            }
            self.msisdn = self.msisdn.or_else(|| ims_xml::msisdn(body));
        } else if media_type.is(b"message/sip")
            && let Some(features) = UeFeatures::of_message(body)
        {
            self.features = Some(self.features.unwrap_or_default().union(features));
        }
        Ok(())
    }
}

//! Sh-Data: the XML document in User-Data (TS 29.328 annexes C and D).
//!
//! Refuses: what `xml` refuses, and known elements with impossible values. Unknown elements are none of our business.
//! In: the octets of User-Data. Out: `ShData`, or `Unreadable` with the answer; the document in a lent buffer.

mod read;
mod write;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use octets::Digits;

use super::{SequenceNumber, ServiceData};

/// What a document says of one user, as far as we care.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ShData {
    /// IMSPublicIdentity: SIP and tel URIs.
    pub public_identities: Vec<String>,
    /// MSISDN.
    pub msisdns: Vec<Digits>,
    /// IMSI.
    pub imsi: Option<Digits>,
    /// S-CSCFName: a SIP URI.
    pub s_cscf_name: Option<String>,
    /// IMSUserState.
    pub ims_user_state: Option<ImsUserState>,
    /// SMSRegistrationInfo.
    pub sms_registration: Option<SmsRegistration>,
    /// UEReachabilityForIP.
    pub reachability: Option<Reachability>,
    /// RepositoryData, one for each service.
    pub repository_data: Vec<RepositoryData>,
}

/// IMSUserState. Later releases may add values, so it stays a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImsUserState(pub u16);

#[allow(missing_docs, reason = "the names are those of the standard")]
impl ImsUserState {
    pub const NOT_REGISTERED: ImsUserState = ImsUserState(0);
    pub const REGISTERED: ImsUserState = ImsUserState(1);
    pub const REGISTERED_UNREG_SERVICES: ImsUserState = ImsUserState(2);
    pub const AUTHENTICATION_PENDING: ImsUserState = ImsUserState(3);
}

/// SMSRegistrationInfo: through whom short messages reach this user. Without a number nobody is registered.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SmsRegistration {
    /// IP-SM-GW-Number.
    pub ip_sm_gw_number: Option<Digits>,
    /// IP-SM-GW-Name: our Diameter host. The schema has no place for it, so it goes into an `Extension`, which an
    /// HSS that does not know it passes over.
    pub ip_sm_gw_name: Option<String>,
    /// IP-SM-GW-Realm, likewise.
    pub ip_sm_gw_realm: Option<String>,
    /// SC-Address: the user's service centre. Only the HSS says it; what an update says of it changes nothing.
    pub sc_address: Option<Digits>,
}

/// UEReachabilityForIP: in which networks the device has been heard of again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reachability {
    /// Through an MME.
    pub mme: bool,
    /// Through an SGSN.
    pub sgsn: bool,
    /// Through an AMF.
    pub amf: bool,
}

/// What the HSS keeps for one service.
#[derive(Clone, PartialEq, Eq)]
pub struct RepositoryData {
    /// ServiceIndication: whose data these are.
    pub service_indication: String,
    /// SequenceNumber: which version.
    pub sequence_number: SequenceNumber,
    /// ServiceData; in an update their absence deletes them, in an answer it says that there are none.
    pub service_data: Option<ServiceData>,
}

impl ShData {
    /// The repository data of one service.
    pub fn repository_of(&self, service: &str) -> Option<&RepositoryData> {
        self.repository_data.iter().find(|one| one.service_indication == service)
    }
}

impl Reachability {
    /// Has he been heard of anywhere?
    pub fn is_reachable(self) -> bool {
        self.mme || self.sgsn || self.amf
    }
}

impl fmt::Debug for ShData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (identities, numbers) = (self.public_identities.len(), self.msisdns.len());
        let (state, repository) = (self.ims_user_state, &self.repository_data);
        write!(f, "ShData({identities} identities, {numbers} numbers, {state:?}, {repository:?})")
    }
}

impl fmt::Debug for SmsRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsRegistration(registered: {})", self.ip_sm_gw_number.is_some())
    }
}

impl fmt::Debug for RepositoryData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepositoryData({:?}, {:?})", self.sequence_number, self.service_data)
    }
}

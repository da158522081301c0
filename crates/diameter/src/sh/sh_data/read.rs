//! From a document to what it says.
//!
//! Elements are known by their local name and by where they stand: `IMSPublicIdentity` inside `DeletedIdentities`
//! is not one of this user's. Newer releases put newer elements into `Extension`s of `Extension`s.

use alloc::string::String;

use roxmltree::Node;

use super::super::{SequenceNumber, ServiceData, Unreadable, xml};
use super::{ImsUserState, Reachability, RepositoryData, ShData, SmsRegistration};

impl ShData {
    /// Reads the document that `octets` are.
    pub fn read(octets: &[u8]) -> Result<Self, Unreadable> {
        let tree = xml::tree(octets)?;
        let root = tree.root_element();
        if xml::key(root) != "shdata" {
            return Err(Unreadable::NotShData);
        }
        let mut data = ShData::default();
        data.read_inside(root)?;
        Ok(data)
    }

    /// It calls itself no deeper than the tree is, and that is limited.
    fn read_inside(&mut self, parent: Node<'_, '_>) -> Result<(), Unreadable> {
        for element in xml::elements(parent) {
            match xml::key(element).as_str() {
                "publicidentifiers"
                | "registeredidentities"
                | "implicitidentities"
                | "allidentities"
                | "aliasidentities"
                | "shimsdata"
                | "extension" => self.read_inside(element)?,
                "imspublicidentity" => self.put_identity(xml::text(element)),
                "msisdn" => {
                    if let Some(number) = xml::digits(element)?
                        && !self.msisdns.contains(&number)
                    {
                        self.msisdns.push(number);
                    }
                }
                "imsi" => self.imsi = xml::digits(element)?,
                "scscfname" => self.s_cscf_name = xml::text(element),
                "imsuserstate" => self.ims_user_state = xml::number(element, u16::MAX)?.map(ImsUserState),
                "smsregistrationinfo" => self.sms_registration = Some(sms_registration(element)?),
                "uereachabilityforip" => self.reachability = Some(reachability(element)?),
                "repositorydata" => self.repository_data.push(repository_data(element)?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Two sets of one document may name the same identity.
    fn put_identity(&mut self, identity: Option<String>) {
        if let Some(identity) = identity
            && !self.public_identities.contains(&identity)
        {
            self.public_identities.push(identity);
        }
    }
}

fn sms_registration(parent: Node<'_, '_>) -> Result<SmsRegistration, Unreadable> {
    let mut registration = SmsRegistration::default();
    read_registration(&mut registration, parent)?;
    Ok(registration)
}

fn read_registration(registration: &mut SmsRegistration, parent: Node<'_, '_>) -> Result<(), Unreadable> {
    for element in xml::elements(parent) {
        match xml::key(element).as_str() {
            "extension" => read_registration(registration, element)?,
            "ipsmgwnumber" => registration.ip_sm_gw_number = xml::digits(element)?,
            "ipsmgwname" => registration.ip_sm_gw_name = xml::text(element),
            "ipsmgwrealm" => registration.ip_sm_gw_realm = xml::text(element),
            "scaddress" | "servicecentreaddress" => registration.sc_address = xml::digits(element)?,
            _ => {}
        }
    }
    Ok(())
}

fn reachability(parent: Node<'_, '_>) -> Result<Reachability, Unreadable> {
    let mut reachability = Reachability::default();
    // TS 29.328 7.6.17: the only value is REACHABLE (0).
    let elements = parent.descendants().filter(Node::is_element);
    for (element, key) in elements.map(|element| (element, xml::key(element))) {
        let network = match key.strip_prefix("ueipreachability") {
            Some("mme") => &mut reachability.mme,
            Some("sgsn") => &mut reachability.sgsn,
            Some(network) if network.starts_with("amf") => &mut reachability.amf,
            _ => continue,
        };
        *network |= xml::number(element, u16::MAX)? == Some(0);
    }
    Ok(reachability)
}

fn repository_data(parent: Node<'_, '_>) -> Result<RepositoryData, Unreadable> {
    let (mut service, mut sequence, mut data) = (None, None, None);
    for element in xml::elements(parent) {
        match xml::key(element).as_str() {
            "serviceindication" => service = xml::text(element),
            "sequencenumber" => sequence = xml::number(element, u16::MAX)?,
            "servicedata" => data = service_data(element)?,
            _ => {}
        }
    }
    Ok(RepositoryData {
        service_indication: service.ok_or(Unreadable::Value)?,
        sequence_number: sequence.map(SequenceNumber).ok_or(Unreadable::Value)?,
        service_data: data,
    })
}

/// What stands between the tags, as it stands there.
fn service_data(element: Node<'_, '_>) -> Result<Option<ServiceData>, Unreadable> {
    let (Some(first), Some(last)) = (element.first_child(), element.last_child()) else { return Ok(None) };
    let content = element.document().input_text().get(first.range().start..last.range().end);
    let content = content.unwrap_or_default().trim();
    if content.is_empty() { Ok(None) } else { ServiceData::new(content).map(Some) }
}

//! A chat user's side of an invitation and its dialog: what the UE and its S-CSCF write.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::texts::{SipText, between};

/// What an INVITE says.
#[derive(Clone)]
pub struct Invitation {
    /// The Request-URI.
    pub uri: String,
    /// The user who invites, for names in headers.
    pub user: &'static str,
    /// Header lines beside those that every INVITE has.
    pub headers: Vec<String>,
    /// The offer.
    pub offer: String,
}

/// One INVITE and what follows from it, as its sender keeps it.
pub struct Call {
    pub invitation: Invitation,
    pub call_id: String,
    pub from_tag: String,
    pub branch: String,
    /// CSeq of the last request.
    pub cseq: u32,
    /// The 200 that was acknowledged.
    pub answer: Option<SipText>,
    /// The MSRP connection.
    pub wire: Option<usize>,
}

impl Invitation {
    /// An ordinary invitation of Alice to this number.
    pub fn to(number: &str) -> Self {
        Invitation {
            uri: format!("tel:{number}"),
            user: "alice",
            headers: vec![format!("P-Asserted-Identity: <sip:alice@ims.example>, <tel:{ALICE}>")],
            offer: offer("actpass"),
        }
    }

    /// An invitation by somebody else.
    pub fn from(mut self, user: &'static str, number: &str) -> Self {
        self.user = user;
        self.headers[0] = format!("P-Asserted-Identity: <sip:{user}@ims.example>, <tel:{number}>");
        self
    }

    /// With one more header line.
    pub fn with(mut self, header: &str) -> Self {
        self.headers.push(header.to_string());
        self
    }

    /// Without the identity that the network asserts.
    pub fn without_identity(mut self) -> Self {
        self.headers.clear();
        self
    }

    /// With another offer.
    pub fn offering(mut self, offer: String) -> Self {
        self.offer = offer;
        self
    }
}

impl Call {
    pub fn new(invitation: Invitation, place: usize) -> Self {
        Call {
            call_id: format!("call-{place}@{}", UE.ip()),
            from_tag: format!("from-{place}"),
            branch: format!("z9hG4bK-cscf-{place}"),
            cseq: 1,
            answer: None,
            wire: None,
            invitation,
        }
    }

    /// The INVITE, as the S-CSCF passes it on.
    pub fn invite(&self) -> String {
        let Invitation { uri, user, headers, offer } = &self.invitation;
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        format!(
            "INVITE {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {SCSCF};branch={branch}\r\n\
             Via: SIP/2.0/UDP {UE};branch={branch}-ue\r\n\
             Max-Forwards: 68\r\n\
             Record-Route: <sip:mo@{SCSCF};lr>\r\n\
             From: \"{user}\" <sip:{user}@ims.example>;tag={from_tag}\r\n\
             To: <{uri}>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: 1 INVITE\r\n\
             Contact: <sip:{user}@{UE}>;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"\r\n\
             {headers}\
             Content-Type: application/sdp\r\n\
             Content-Length: {length}\r\n\r\n{offer}",
            branch = self.branch,
            from_tag = self.from_tag,
            call_id = self.call_id,
            length = offer.len(),
        )
    }

    /// CANCEL: the same branch, the same numbers.
    pub fn cancel(&self) -> String {
        self.request("CANCEL", &self.invitation.uri, &self.branch, 1, None)
    }

    /// The ACK of a refusal: from the S-CSCF, in the transaction of the INVITE.
    pub fn ack_of_refusal(&self, refusal: &SipText) -> String {
        self.request("ACK", &self.invitation.uri, &self.branch, 1, refusal.to_tag())
    }

    /// The ACK of the 200: in the dialog, with a branch of its own.
    pub fn ack(&self, answer: &SipText) -> String {
        let branch = format!("{}-ack", self.branch);
        self.request("ACK", answer.contact(), &branch, 1, answer.to_tag())
    }

    /// Host and port of the media line, and the path, in the answer.
    pub fn media(&self) -> (String, String) {
        let sdp = self.answer.as_ref().expect("an answer").body();
        let address = between(sdp, "c=IN IP4 ", "\r\n");
        let port = between(sdp, "m=message ", " ");
        (format!("{address}:{port}"), between(sdp, "a=path:", "\r\n").to_string())
    }

    /// A request in the dialog.
    pub fn in_dialog(&self, method: &str) -> String {
        let answer = self.answer.as_ref().expect("a dialog");
        let branch = format!("{}-{}", self.branch, self.cseq);
        self.request(method, answer.contact(), &branch, self.cseq, answer.to_tag())
    }

    fn request(&self, method: &str, uri: &str, branch: &str, cseq: u32, to_tag: Option<&str>) -> String {
        let user = self.invitation.user;
        let to_tag = to_tag.map(|tag| format!(";tag={tag}")).unwrap_or_default();
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {SCSCF};branch={branch}\r\n\
             Max-Forwards: 68\r\n\
             From: \"{user}\" <sip:{user}@ims.example>;tag={from_tag}\r\n\
             To: <{to}>{to_tag}\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\n\
             Content-Length: 0\r\n\r\n",
            from_tag = self.from_tag,
            to = self.invitation.uri,
            call_id = self.call_id,
        )
    }
}

/// A response of the chat user's side to a request of the gateway.
pub fn answer(request: &SipText, status: u16) -> String {
    let copied =
        |name| request.headers(name).iter().map(|value| format!("{name}: {value}\r\n")).collect::<String>();
    format!(
        "SIP/2.0 {status} whatever\r\n{}{}{}{}{}Content-Length: 0\r\n\r\n",
        copied("Via"),
        copied("From"),
        copied("To"),
        copied("Call-ID"),
        copied("CSeq"),
    )
}

/// The offer of a UE that connects as `setup` says.
pub fn offer(setup: &str) -> String {
    format!(
        "v=0\r\n\
         o=- 1 1 IN IP4 198.51.100.7\r\n\
         s=-\r\n\
         c=IN IP4 198.51.100.7\r\n\
         t=0 0\r\n\
         m=message 2855 TCP/MSRP *\r\n\
         a=path:{UE_PATH}\r\n\
         a=accept-types:message/cpim text/plain\r\n\
         a=accept-wrapped-types:text/plain message/imdn+xml application/im-iscomposing+xml\r\n\
         a=setup:{setup}\r\n\
         a=max-size:10000\r\n\
         a=sendrecv\r\n"
    )
}

/// The chat user's own number.
pub const ALICE: &str = "+491511234567";
/// The S-CSCF, which brings everything.
pub const SCSCF: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)), 5060);
/// The chat user's equipment.
pub const UE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 5060);
/// Where the chat user's MSRP comes from.
pub const UE_PATH: &str = "msrp://198.51.100.7:2855/ue7session;tcp";

//! The SIP messages of chat users, as they come from their S-CSCF.

use core::net::SocketAddr;

use msrp::{Direction, Proposal, Setup};
use octets::{Digits, Overflow, Writer};
use sip::{
    Dialog, InDialog, Index, MessageView, Method, RequestWriter, ResponseWriter, SentBy, StatusCode,
    Transport, in_dialog_request,
};

use crate::chats::words::{Word, Writer as Whose};

/// Who sends them.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Our address and port.
    pub address: SocketAddr,
    /// The same as a host of a URI.
    pub host: String,
    /// Of identities.
    pub domain: String,
    /// Makes the identifiers of this run differ from those of any other.
    pub nonce: u64,
}

impl Sender {
    /// One at this address.
    pub fn new(address: SocketAddr, domain: &str, nonce: u64) -> Sender {
        let host = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        Sender { address, host, domain: domain.into(), nonce }
    }

    /// The Call-ID of chat `n`.
    pub fn call_id(&self, n: u32) -> String {
        format!("{n}-{:x}@{}", self.nonce, self.host)
    }

    /// The chat of a Call-ID, if it is one of this run.
    pub fn chat_of(&self, call_id: &[u8]) -> Option<u32> {
        let text = core::str::from_utf8(call_id).ok()?;
        let (n, rest) = text.split_once('-')?;
        let (nonce, _) = rest.split_once('@')?;
        (u64::from_str_radix(nonce, 16) == Ok(self.nonce)).then(|| n.parse().ok()).flatten()
    }

    /// The INVITE of chat `n`; `path` is where its MSRP comes from.
    pub fn invite(&self, n: u32, (chat_user, sms_user): (Digits, Digits), path: &str) -> Vec<u8> {
        let Sender { host, domain, .. } = self;
        let port = self.address.port();
        let (own, name) =
            (format!("sip:+{}@{domain}", text_of(chat_user)), format!("{n:x}-{:x}", self.nonce));
        let target = format!("sip:+{}@{domain};user=phone", text_of(sms_user));
        let mut subject = String::new();
        Word { chat: n, writer: Whose::Invitation, text: 0, place: 0 }.write(&mut subject);
        let address = self.address.ip().to_string();
        written(|out| {
            let branch = self.branch(n, "i");
            let mut invite =
                RequestWriter::start(out, Method::Invite, target.as_bytes(), &self.sent_by(), &branch);
            invite.from(&own, format!("t{name}")).to(&target, None).call_id(self.call_id(n)).cseq(CSEQ);
            invite.header("Contact", format!("<sip:+{}@{host}:{port}>;{ICSI}", text_of(chat_user)));
            invite.header("P-Asserted-Identity", format!("<{own}>"));
            invite.header("P-Asserted-Service", "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session");
            invite.header("Accept-Contact", format!("*;{ICSI}")).header("Subject", &subject);
            invite.header("Conversation-ID", &name).header("Contribution-ID", &name);
            invite.header("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE");
            invite.header("User-Agent", "ipsmgw-loadgen");
            let proposal = Proposal {
                secure: false,
                address: address.as_bytes(),
                port: MSRP_PORT,
                path: path.as_bytes(),
                session: n.into(),
                version: 1,
                accept_types: "message/cpim",
                accept_wrapped_types: Some("text/plain message/imdn+xml"),
                // Chat users are behind address translators: they connect.
                setup: Some(Setup::Active),
                max_size: None,
                cema: false,
                direction: Direction::SendRecv,
                fingerprint: None,
            };
            invite.body("application/sdp", |out| {
                // Overflow is remembered by `out`, and refused by `body`.
                let _ = msrp::sdp::write_offer(out, &proposal);
            })
        })
    }

    /// The ACK of a refusal of `invite`.
    pub fn ack_of_refusal(invite: &[u8], refusal: &MessageView<'_>) -> Vec<u8> {
        of_message(invite, |invite| written(|out| sip::write_non_2xx_ack(out, invite, refusal)))
            .unwrap_or_default()
    }

    /// The CANCEL of `invite`.
    pub fn cancel(invite: &[u8]) -> Vec<u8> {
        of_message(invite, |invite| written(|out| sip::write_cancel(out, invite))).unwrap_or_default()
    }

    /// The ACK of a 2xx, whose head this is.
    pub fn ack(&self, n: u32, head: &[u8]) -> Vec<u8> {
        self.in_dialog(head, Method::Ack, CSEQ, &self.branch(n, "a"))
    }

    /// The BYE in the dialog that a 2xx began, whose head this is.
    pub fn bye(&self, n: u32, head: &[u8]) -> Vec<u8> {
        self.in_dialog(head, Method::Bye, CSEQ + 1, &self.branch(n, "b"))
    }

    /// The answer to a request of the gateway.
    pub fn response(request: &MessageView<'_>, source: SocketAddr, status: StatusCode) -> Vec<u8> {
        written(|out| {
            ResponseWriter::start(out, request, source, status, None, Some(b"none"), false)
                .finish_without_body()
        })
    }

    fn in_dialog(&self, head: &[u8], method: Method, cseq: u32, branch: &[u8]) -> Vec<u8> {
        let request = InDialog { method, cseq, sent_by: self.sent_by(), branch };
        let write = |head: &MessageView<'_>| {
            written(|out| in_dialog_request(out, &Dialog::as_uac(*head), &request).finish_without_body())
        };
        of_message(head, write).unwrap_or_default()
    }

    fn branch(&self, n: u32, purpose: &str) -> Vec<u8> {
        [sip::token::COOKIE, format!("{purpose}{n:x}-{:x}", self.nonce).as_bytes()].concat()
    }

    fn sent_by(&self) -> SentBy<'_> {
        SentBy { transport: Transport::Udp, host: self.host.as_bytes(), port: self.address.port() }
    }
}

/// Reads a message that was read before.
pub fn of_message<T>(bytes: &[u8], read: impl FnOnce(&MessageView<'_>) -> T) -> Option<T> {
    let index = Index::parse(bytes).ok()?;
    Some(read(&MessageView::new(bytes, &index)))
}

/// What `write` writes; nothing when it does not fit, and that shows as silence.
pub fn written(write: impl FnOnce(&mut Writer<'_>) -> Result<usize, Overflow>) -> Vec<u8> {
    let mut room = [0; OCTETS_MAX];
    match write(&mut Writer::new(&mut room)) {
        Ok(length) => room[..length].to_vec(),
        Err(Overflow) => Vec::new(),
    }
}

fn text_of(digits: Digits) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

const CSEQ: u32 = 1;
const OCTETS_MAX: usize = 6000;
/// Nobody connects to it, but an MSRP URI has a port (RFC 4975 6).
pub const MSRP_PORT: u16 = 2855;
const ICSI: &str = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"";

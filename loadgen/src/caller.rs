//! The chat user who invites: every message that leaves.
//!
//! Nothing is kept of an INVITE: it is written again from its number whenever its octets are needed.
//! In: the number of an invitation, what was received. Out: octets in a lent writer.

use core::net::SocketAddr;

use msrp::{Direction, Proposal, Setup};
use octets::{Digits, Overflow, Writer};
use sip::{
    Dialog, InDialog, Index, MessageView, Method, RequestWriter, ResponseWriter, SentBy, StatusCode, Token,
    Transport, in_dialog_request, parse_token,
};

use crate::command::Order;

/// What makes the identifiers of this run differ from those of any other.
#[derive(Clone, Copy, Debug)]
pub struct Nonce {
    /// In every token.
    pub run: u32,
    /// In every token, too.
    pub random: u64,
}

/// What a token is the identifier of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
enum Purpose {
    Invite,
    Ack,
    Bye,
    Dialog,
}

/// The one who invites.
pub struct Caller {
    order: Order,
    local: SocketAddr,
    host: String,
    nonce: Nonce,
}

impl Caller {
    /// `local` is where the answers come to.
    pub fn new(order: Order, local: SocketAddr, nonce: Nonce) -> Caller {
        let host = match local {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        Caller { order, local, host, nonce }
    }

    /// Which invitation a response belongs to, by the branch that we made; `None` for anybody else's.
    pub fn invitation_of(&self, branch: &[u8]) -> Option<u32> {
        let token = parse_token(branch)?;
        let is_ours = token.generation == self.nonce.run && token.random == self.nonce.random;
        is_ours.then_some(token.slot)
    }

    /// Writes INVITE `n`.
    pub fn write_invite(&self, n: u32, out: &mut Writer<'_>) -> Result<usize, Overflow> {
        let Order { domain, .. } = &self.order;
        // `Order::check` has seen that the last numbers exist.
        let sms_user = text_of(self.order.sms_user(n).unwrap_or(self.order.sms_user_first));
        let chat_user = text_of(self.order.chat_user(n).unwrap_or(self.order.chat_user));
        let (host, port) = (&self.host, self.local.port());
        let dialog = self.token(n, Purpose::Dialog).to_tag();
        let session = String::from_utf8_lossy(&dialog);
        let target = format!("sip:+{sms_user}@{domain};user=phone");
        let own = format!("sip:+{chat_user}@{domain}");
        let branch = self.token(n, Purpose::Invite).to_branch();
        let mut invite =
            RequestWriter::start(out, Method::Invite, target.as_bytes(), &self.sent_by(), &branch);
        invite.from(&own, dialog).to(&target, None);
        invite.call_id(format!("{session}@{host}")).cseq(CSEQ);
        invite.header("Contact", format!("<sip:+{chat_user}@{host}:{port}>;{ICSI}"));
        // What an S-CSCF vouches for; a gateway believes it of the peers that it trusts.
        invite.header("P-Asserted-Identity", format!("<{own}>"));
        invite.header("P-Asserted-Service", "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session");
        invite.header("Accept-Contact", format!("*;{ICSI}"));
        invite.header("Conversation-ID", dialog).header("Contribution-ID", dialog);
        invite.header("Allow", "INVITE, ACK, CANCEL, BYE").header("User-Agent", "ipsmgw-loadgen");
        let address = self.local.ip().to_string();
        let path = format!("msrp://{host}:{MSRP_PORT}/{session};tcp");
        let proposal = Proposal {
            secure: false,
            address: address.as_bytes(),
            port: MSRP_PORT,
            path: path.as_bytes(),
            session: n.into(),
            version: 1,
            accept_types: "message/cpim",
            accept_wrapped_types: Some("text/plain"),
            // Nobody can connect to us; and we never do.
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
    }

    /// Writes the ACK of a refusal of INVITE `n`.
    pub fn write_ack_of_refusal(
        &self,
        n: u32,
        refusal: &MessageView<'_>,
        out: &mut Writer<'_>,
    ) -> Result<usize, Overflow> {
        self.with_invite(n, |invite| sip::write_non_2xx_ack(out, invite, refusal))
    }

    /// Writes the CANCEL of INVITE `n`.
    pub fn write_cancel(&self, n: u32, out: &mut Writer<'_>) -> Result<usize, Overflow> {
        self.with_invite(n, |invite| sip::write_cancel(out, invite))
    }

    /// Writes the ACK of a 2xx.
    pub fn write_ack(&self, n: u32, dialog: &Dialog<'_>, out: &mut Writer<'_>) -> Result<usize, Overflow> {
        self.write_in_dialog(Method::Ack, CSEQ, self.token(n, Purpose::Ack), dialog, out)
    }

    /// Writes the BYE that ends what a 2xx began.
    pub fn write_bye(&self, n: u32, dialog: &Dialog<'_>, out: &mut Writer<'_>) -> Result<usize, Overflow> {
        self.write_in_dialog(Method::Bye, CSEQ + 1, self.token(n, Purpose::Bye), dialog, out)
    }

    /// Writes the answer to somebody else's request: a BYE is welcome, nothing else is.
    pub fn write_answer(
        &self,
        request: &MessageView<'_>,
        source: SocketAddr,
        out: &mut Writer<'_>,
    ) -> Result<usize, Overflow> {
        let is_bye = request.method() == Method::Bye;
        let status = if is_bye { StatusCode::OK } else { StatusCode::NOT_IMPLEMENTED };
        ResponseWriter::start(out, request, source, status, None, None, false).finish_without_body()
    }

    fn write_in_dialog(
        &self,
        method: Method,
        cseq: u32,
        token: Token,
        dialog: &Dialog<'_>,
        out: &mut Writer<'_>,
    ) -> Result<usize, Overflow> {
        let branch = token.to_branch();
        let request = InDialog { method, cseq, sent_by: self.sent_by(), branch: &branch };
        in_dialog_request(out, dialog, &request).finish_without_body()
    }

    fn with_invite<T>(
        &self,
        n: u32,
        read: impl FnOnce(&MessageView<'_>) -> Result<T, Overflow>,
    ) -> Result<T, Overflow> {
        let mut room = [0; MESSAGE_OCTETS_MAX];
        let length = self.write_invite(n, &mut Writer::new(&mut room))?;
        let bytes = &room[..length];
        // What we wrote ourselves can be read: a test says so for every shape of order.
        let index = Index::parse(bytes).map_err(|_| Overflow)?;
        read(&MessageView::new(bytes, &index))
    }

    fn sent_by(&self) -> SentBy<'_> {
        SentBy { transport: Transport::Udp, host: self.host.as_bytes(), port: self.local.port() }
    }

    fn token(&self, n: u32, purpose: Purpose) -> Token {
        Token { owner: purpose as u16, slot: n, generation: self.nonce.run, random: self.nonce.random }
    }
}

fn text_of(digits: Digits) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Room for any message of ours: a datagram that needs no fragments on most ways, and twice that.
pub const MESSAGE_OCTETS_MAX: usize = 3000;
/// The number of each INVITE and its ACK.
const CSEQ: u32 = 1;
const MSRP_PORT: u16 = 2855;
const ICSI: &str = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"";

#[cfg(test)]
mod tests;

//! What one chat needs to act: the time, the chance, the UE's own addresses, and somebody to do it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use octets::Writer;
use sip::{SentBy, Transport};
use tempo::{Entropy, Instant, WallClock};

use super::UeSetup;
use crate::{Out, Participant};

pub(super) struct Turn<'t> {
    pub(super) now: Instant,
    pub(super) wall: WallClock,
    pub(super) setup: &'t UeSetup,
    pub(super) chance: &'t mut Entropy,
    pub(super) out: &'t mut Out,
}

impl Turn<'_> {
    /// Sends a SIP message to the S-CSCF.
    pub(super) fn say_sip(&mut self, what: &str, bytes: Vec<u8>) {
        self.answer_sip(self.setup.scscf, what, bytes);
    }

    /// Sends a SIP message back to where one came from.
    pub(super) fn answer_sip(&mut self, to: SocketAddr, what: &str, bytes: Vec<u8>) {
        self.out.sight(self.now, Participant::ChatUser, Participant::Scscf, what);
        self.out.datagram(to, bytes);
    }

    /// An arrow of the MSRP session.
    pub(super) fn sight_msrp(&mut self, is_ours: bool, what: String) {
        let (from, to) = if is_ours {
            (Participant::ChatUser, Participant::Gateway)
        } else {
            (Participant::Gateway, Participant::ChatUser)
        };
        self.out.sight(self.now, from, to, what);
    }

    /// A word that nobody has used before: tag, Call-ID, transaction.
    pub(super) fn word(&mut self) -> String {
        format!("{:016x}", self.chance.u64())
    }

    /// The branch of a new transaction.
    pub(super) fn branch(&mut self) -> Vec<u8> {
        let mut branch = sip::token::COOKIE.to_vec();
        branch.extend_from_slice(self.word().as_bytes());
        branch
    }
}

/// Our own address as a host: an IPv6 one in brackets.
pub(super) fn host(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => format!("{}", address.ip()),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

/// What our Vias say.
pub(super) fn sent_by(host: &str, address: SocketAddr) -> SentBy<'_> {
    SentBy { transport: Transport::Udp, host: host.as_bytes(), port: address.port() }
}

/// A number as text.
pub(super) fn text_of(number: octets::Digits) -> String {
    let mut room = [0; octets::Digits::LENGTH_MAX];
    let mut out = Writer::new(&mut room);
    out.digits(number);
    String::from_utf8_lossy(out.written()).into_owned()
}

//! Which transaction a message belongs to (RFC 3261 17.1.3 and 17.2.3).
//!
//! A key is a 128-bit keyed hash of what has to be equal, sixteen octets instead of the hundred of a branch and a host:
//! it fits a table's entry and compares in one instruction. Two different transactions collide with a chance of 2^-128
//! for each pair, and nobody without the seed can better that; so equal keys are equal transactions, and no second
//! comparison is made.

use super::siphash::SipHash;
use crate::token::COOKIE;
use crate::wire::{MessageView, Method, Via, is_white};

/// The secret of the hash: from the entropy of the process, the same for its whole life.
#[derive(Clone, Copy)]
pub struct KeySeed(pub [u64; 2]);

/// The name of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionKey(u128);

impl TransactionKey {
    /// The server transaction that a request belongs to, or starts.
    ///
    /// ACK and CANCEL lead to the INVITE that they speak about. So a CANCEL needs no transaction of its own: its answer,
    /// 200 or 481, follows from whether the INVITE is there, and a repeated CANCEL is answered so again.
    /// A request whose branch lacks the magic cookie, or is nothing but the cookie, is matched as RFC 2543 did.
    pub fn of_request(request: &MessageView<'_>, seed: KeySeed) -> TransactionKey {
        let method = match request.method() {
            Method::Ack | Method::Cancel => b"INVITE",
            _ => request.method_name(),
        };
        let via = request.via();
        match via.branch.filter(|branch| is_unique(branch)) {
            Some(branch) => Self::of_branch(branch, &via, method, seed),
            None => Self::of_rfc2543(request, method, seed),
        }
    }

    /// The client transaction that a response belongs to. The method of its CSeq counts as it is: the CANCEL of an INVITE
    /// has the same branch but its own responses.
    pub fn of_response(response: &MessageView<'_>, seed: KeySeed) -> TransactionKey {
        let via = response.via();
        Self::of_branch(via.branch.unwrap_or_default(), &via, response.method().name().as_bytes(), seed)
    }

    /// The client transaction that a request of ours starts: its responses have the same key.
    pub fn of_own_request(request: &MessageView<'_>, seed: KeySeed) -> TransactionKey {
        let via = request.via();
        Self::of_branch(via.branch.unwrap_or_default(), &via, request.method().name().as_bytes(), seed)
    }

    /// Its place among so many; different keys may share one.
    pub fn slot(self, places: usize) -> usize {
        (self.0 % places.max(1) as u128) as usize
    }

    /// What merged requests have in common: a request without To-tag whose key is new, but whose `of_origin` is known,
    /// came along a second way and is answered 482 (RFC 3261 8.2.2.2).
    pub fn of_origin(request: &MessageView<'_>, seed: KeySeed) -> TransactionKey {
        let mut hash = Fields::new(ORIGIN, seed);
        hash.field(request.from_tag().unwrap_or_default());
        hash.field(request.call_id());
        hash.field(&request.cseq().number.to_be_bytes());
        hash.field(request.method_name());
        hash.finish()
    }

    /// What REGISTERs about one identity have in common of which a later one counts, by CSeq (RFC 3261 10.3 step 7).
    pub fn of_registration(request: &MessageView<'_>, seed: KeySeed) -> TransactionKey {
        let mut hash = Fields::new(REGISTRATION, seed);
        hash.field(request.to().uri);
        hash.field(request.call_id());
        hash.finish()
    }

    // Branches are compared with their case: RFC 3261 7.3.1 would allow to ignore it, but clients write base64 there,
    // and nobody changes the case of a branch on the way.
    fn of_branch(branch: &[u8], via: &Via<'_>, method: &[u8], seed: KeySeed) -> TransactionKey {
        let mut hash = Fields::new(BRANCH, seed);
        hash.field(branch);
        hash.loose_field(via.host);
        hash.field(&via.port.unwrap_or(via.transport.default_port()).to_be_bytes());
        hash.field(method);
        hash.finish()
    }

    // RFC 3261 17.2.3: Request-URI, tags, Call-ID, CSeq and top Via. The To-tag of an ACK is the one of our response, which
    // the INVITE did not have; it is left out for all of an INVITE's family.
    fn of_rfc2543(request: &MessageView<'_>, method: &[u8], seed: KeySeed) -> TransactionKey {
        let mut hash = Fields::new(RFC2543, seed);
        hash.field(request.request_uri());
        hash.field(request.from_tag().unwrap_or_default());
        hash.field(if method == b"INVITE" { b"" } else { request.to_tag().unwrap_or_default() });
        hash.field(request.call_id());
        hash.field(&request.cseq().number.to_be_bytes());
        hash.loose_field(request.top_via());
        hash.field(method);
        hash.finish()
    }

    /// The octets, for a table that hashes by itself or for a log.
    pub fn packed(self) -> u128 {
        self.0
    }
}

impl core::fmt::Debug for KeySeed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("<seed>")
    }
}

/// RFC 4475 3.2.1: the bare cookie names nothing.
fn is_unique(branch: &[u8]) -> bool {
    branch.len() > COOKIE.len() && branch[..COOKIE.len()].eq_ignore_ascii_case(COOKIE)
}

/// Fields with their lengths, so that no two sequences of fields are one sequence of octets.
struct Fields(SipHash);

impl Fields {
    fn new(domain: u8, seed: KeySeed) -> Self {
        let mut hash = SipHash::new(seed.0);
        hash.octet(domain);
        Fields(hash)
    }

    fn field(&mut self, octets: &[u8]) {
        self.length(octets);
        self.0.octets(octets);
    }

    /// A field in which case and white space mean nothing. What would end it is white space, so it needs no length.
    fn loose_field(&mut self, octets: &[u8]) {
        let solid = octets.iter().filter(|octet| !is_white(**octet));
        solid.for_each(|octet| self.0.octet(octet.to_ascii_lowercase()));
        self.0.octet(b' ');
    }

    fn length(&mut self, octets: &[u8]) {
        self.0.octets(&(octets.len() as u32).to_be_bytes());
    }

    fn finish(self) -> TransactionKey {
        TransactionKey(self.0.finish())
    }
}

const BRANCH: u8 = 0;
const RFC2543: u8 = 1;
const ORIGIN: u8 = 2;
const REGISTRATION: u8 = 3;

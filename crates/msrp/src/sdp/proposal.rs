//! An offer of ours: for a call-back, and for the actors that play a UE.

use core::fmt;

use octets::{Overflow, Writer};

use super::answer::DISCARD_PORT;
use super::attribute::{Direction, Setup};
use super::lines::{TCP, TLS};

/// What a description offers.
#[derive(Clone, Copy)]
pub struct Proposal<'a> {
    /// Over TLS?
    pub secure: bool,
    /// Our media address, without brackets.
    pub address: &'a [u8],
    /// The port that we listen on; 9 is written when we connect.
    pub port: u16,
    /// Our MSRP URI.
    pub path: &'a [u8],
    /// The session of the `o=` line.
    pub session: u64,
    /// Its version.
    pub version: u64,
    /// What may be sent to us as it is.
    pub accept_types: &'a str,
    /// What may be sent to us inside a container.
    pub accept_wrapped_types: Option<&'a str>,
    /// Who connects.
    pub setup: Option<Setup>,
    /// Octets of the longest message that we take.
    pub max_size: Option<u64>,
    /// RFC 6714?
    pub cema: bool,
    /// Which way messages go.
    pub direction: Direction,
    /// The fingerprint of our certificate.
    pub fingerprint: Option<&'a [u8]>,
}

/// Appends the session description of `proposal`.
pub fn write_offer(out: &mut Writer<'_>, proposal: &Proposal<'_>) -> Result<(), Overflow> {
    write_session(out, proposal.address, proposal.session, proposal.version);
    out.put(b"m=message ");
    let port = if proposal.setup == Some(Setup::Active) { DISCARD_PORT } else { proposal.port };
    out.decimal(u64::from(port));
    out.u8(b' ');
    out.put(if proposal.secure { TLS } else { TCP });
    out.put(b" *\r\n");
    write_attribute(out, b"path", proposal.path);
    write_attribute(out, b"accept-types", proposal.accept_types.as_bytes());
    if let Some(types) = proposal.accept_wrapped_types {
        write_attribute(out, b"accept-wrapped-types", types.as_bytes());
    }
    if let Some(setup) = proposal.setup {
        write_attribute(out, b"setup", setup.text().as_bytes());
    }
    if let Some(size) = proposal.max_size {
        out.put(b"a=max-size:");
        out.decimal(size);
        out.put(b"\r\n");
    }
    if proposal.cema {
        out.put(b"a=msrp-cema\r\n");
    }
    if let Some(fingerprint) = proposal.fingerprint {
        write_attribute(out, b"fingerprint", fingerprint);
    }
    out.put(b"a=");
    out.text(proposal.direction.text());
    out.put(b"\r\n");
    if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
}

/// The lines above the media. RFC 4566 5: `v`, `o`, `s`, `c`, `t`, in this order.
pub(super) fn write_session(out: &mut Writer<'_>, address: &[u8], session: u64, version: u64) {
    let family: &[u8] = if address.contains(&b':') { b"IN IP6 " } else { b"IN IP4 " };
    out.put(b"v=0\r\no=- ");
    out.decimal(session);
    out.u8(b' ');
    out.decimal(version);
    out.u8(b' ');
    out.put(family);
    out.put(address);
    out.put(b"\r\ns=-\r\nc=");
    out.put(family);
    out.put(address);
    out.put(b"\r\nt=0 0\r\n");
}

pub(super) fn write_attribute(out: &mut Writer<'_>, name: &[u8], value: &[u8]) {
    out.put(b"a=");
    out.put(name);
    out.u8(b':');
    out.put(value);
    out.put(b"\r\n");
}

/// Addresses and session-ids do not print.
impl fmt::Debug for Proposal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proposal")
            .field("secure", &self.secure)
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}
